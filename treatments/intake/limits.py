"""How much of a file is read, and with how much time and memory."""

MB = 1_000_000

LARGEST_FILE = 20 * MB  # bytes of a Word document, most of which are pictures
LARGEST_PAGE = 5 * MB  # bytes of a web page
LARGEST_TEXT = 1 * MB  # bytes of a plain text
LARGEST_PART = 10 * MB  # bytes of one unpacked part of a Word document
LARGEST_PARTS = 20 * MB  # bytes of all the parts that are read
MOST_MEMBERS = 2_000  # files in the package
MOST_PACKED = 250  # how many times as large unpacked; Word's XML shrinks to a tenth or a thirtieth
PACKED_ENOUGH = MB // 10  # unpacked bytes from which that is asked

MOST_ELEMENTS = 200_000
MOST_ATTRIBUTES = 100  # of one tag; the parser's time grows with their square
DEEPEST = 200  # elements in one another
OPEN = 2_000  # tags of a page that wait for their end; its parser's time grows with their square

LONGEST_BODY = 300_000  # characters of markup that one page may have
LONGEST_PARAGRAPH = 5_000  # letters in which citations are looked for; the time grows with squares
LONGEST_TITLE = 200
MOST_REFERENCES = 200
LONGEST_REFERENCE = 4_000
MOST_FINDINGS = 60
MOST_SAMPLES = 200  # pieces of words that one finding names
LONGEST_SAMPLE = 2_000
LONGEST_CARRIED = 2 * MB  # bytes of all that, as it travels in the form

PROCESSOR = 20  # seconds of the processor that reading may take
CLOCK = 45  # seconds after which it is given up, since the machine is too busy
MEMORY = 1024**3  # bytes of address space
