"""What can be found in a file beside its text, in sentences for the person who brings it in."""

LOOK = "look"  # a person has to look at it
CHANGED = "changed"  # the words are there, in another form
LEFT_OUT = "left out"  # the words are not in the text

# {code: (group, sentence for one, sentence for {} of them)}, in the order in which they are told.
SENTENCES = {
    # Look at these
    "no title": (
        LOOK,
        "No title was recognised. Write one.",
        "No title was recognised. Write one.",
    ),
    "title of the file": (
        LOOK,
        "The title is from the file’s properties; the text itself has none. See whether it fits.",
        "The title is from the file’s properties; the text itself has none. See whether it fits.",
    ),
    "navigation": (
        LOOK,
        "One line stands above what was taken for the title, and is left out. If it is the title, "
        "write it under Title, and what was taken for it as the first heading of the text.",
        "{} lines stand above what was taken for the title, and are left out. If one of them is "
        "the title, write it under Title, and what was taken for it as the first heading.",
    ),
    "lost": (
        LOOK,
        "One word of the file found no place in the text. Hold the text against the file.",
        "{} words of the file found no place in the text. Hold the text against the file.",
    ),
    "more": (
        LOOK,
        "One word stands more often in the text than in the file. Hold the text against the file.",
        "{} words stand more often in the text than in the file. Hold the text against the file.",
    ),
    "unclear citation": (
        LOOK,
        "One number may cite a source, and stays text. If it does, cite the source there.",
        "{} numbers may cite sources, and stay text. Where they do, cite the source there.",
    ),
    "citation of nothing": (
        LOOK,
        "One citation names a source that the file does not list, and stays text.",
        "{} citations name sources that the file does not list, and stay text.",
    ),
    "uncited": (
        LOOK,
        "One reference is cited nowhere in the text.",
        "{} references are cited nowhere in the text.",
    ),
    "unclear line": (
        LOOK,
        "One line may be a heading or a paragraph. See whether it was taken for the right one.",
        "{} lines may be headings or paragraphs. See whether they were taken for the right ones.",
    ),
    "numbers of list": (
        LOOK,
        "One list has letters or Roman numbers in the file; here it has numbers. See what refers "
        "to them.",
        "{} lists have letters or Roman numbers in the file; here they have numbers. See what "
        "refers to them.",
    ),
    "words of list": (
        LOOK,
        "A list says words before its items by itself; they are left out. Write them.",
        "Lists say words before their items by themselves; they are left out. Write them.",
    ),
    "numbers of heading": (
        LOOK,
        "One heading is numbered by Word; the number is left out.",
        "{} headings are numbered by Word; the numbers are left out.",
    ),
    "mail": (
        LOOK,
        "One e-mail or telephone link. See whether it is still right.",
        "{} e-mail or telephone links. See whether they are still right.",
    ),
    "text box": (
        LOOK,
        "The text of one text box stands behind the paragraph that it was tied to. See whether it "
        "belongs there.",
        "The text of {} text boxes stands behind the paragraphs that they were tied to. See "
        "whether it belongs there.",
    ),
    "note": (
        LOOK,
        "One footnote names no source. It stands at the end of the text, with a letter. Move it "
        "to where it belongs.",
        "{} footnotes name no source. They stand at the end of the text, with letters. Move them "
        "to where they belong.",
    ),
    "encoding": (
        LOOK,
        "The file does not say how its letters are written. Look at letters with accents.",
        "The file does not say how its letters are written. Look at letters with accents.",
    ),
    "unknown letter": (
        LOOK,
        "One letter was lost when the file was saved, and reads “�”. Write it.",
        "{} letters were lost when the file was saved, and read “�”. Write them.",
    ),
    # In another form
    "inserted": (
        CHANGED,
        "One tracked insertion that nobody has accepted is kept.",
        "{} tracked insertions that nobody has accepted are kept.",
    ),
    "large title": (
        CHANGED,
        "The first line, in larger letters than all others, became the title.",
        "The first line, in larger letters than all others, became the title.",
    ),
    "bold heading": (
        CHANGED,
        "One bold paragraph became a heading.",
        "{} bold paragraphs became headings.",
    ),
    "deep heading": (
        CHANGED,
        "One heading of a third or deeper level became one of the second.",
        "{} headings of a third or deeper level became ones of the second.",
    ),
    "typed list": (
        CHANGED,
        "One list typed with signs or numbers became a list.",
        "{} lists typed with signs or numbers became lists.",
    ),
    "header row": (
        CHANGED,
        "The first row of one table became its header row.",
        "The first rows of {} tables became their header rows.",
    ),
    "nested table": (
        CHANGED,
        "One table within a table became paragraphs.",
        "{} tables within tables became paragraphs.",
    ),
    "frame": (
        CHANGED,
        "One table that only arranged or framed text became paragraphs. “Boxes and lists” sets "
        "text apart.",
        "{} tables that only arranged or framed text became paragraphs. “Boxes and lists” sets "
        "text apart.",
    ),
    "same note": (
        CHANGED,
        "One footnote repeats another one; both became one reference.",
        "{} footnotes repeat others; they became one reference each.",
    ),
    "formatting": (
        CHANGED,
        "Colours, fonts, underlining and the like are dropped; the words stay.",
        "Colours, fonts, underlining and the like are dropped; the words stay.",
    ),
    "dead link": (
        CHANGED,
        "One link leads to a place within the file, on a computer or on the old site; its words "
        "stay, without the link.",
        "{} links lead to places within the file, on a computer or on the old site; their words "
        "stay, without the links.",
    ),
    # Left out
    "deleted": (
        LEFT_OUT,
        "One tracked deletion",
        "{} tracked deletions",
    ),
    "struck": (LEFT_OUT, "Words that are struck out", "Words that are struck out"),
    "hidden": (LEFT_OUT, "Hidden words", "Hidden words"),
    "comment": (LEFT_OUT, "One comment of a reviewer", "{} comments of reviewers"),
    "picture": (
        LEFT_OUT,
        "One picture. What it shows is to be said in words",
        "{} pictures. What they show is to be said in words",
    ),
    "object": (
        LEFT_OUT,
        "One embedded object, chart or video",
        "{} embedded objects, charts or videos",
    ),
    "equation": (LEFT_OUT, "One equation", "{} equations"),
    "symbol": (
        LEFT_OUT,
        "One character of a font for signs",
        "{} characters of fonts for signs",
    ),
    "ruby": (LEFT_OUT, "Reading aids above words", "Reading aids above words"),
    "contents": (LEFT_OUT, "A table of contents", "Tables of contents"),
    "placeholder": (
        LEFT_OUT,
        "One field that nobody filled in",
        "{} fields that nobody filled in",
    ),
    "page header": (LEFT_OUT, "What stands at the head of each page", "Heads of pages"),
    "page footer": (LEFT_OUT, "What stands at the foot of each page", "Feet of pages"),
    "around": (
        LEFT_OUT,
        "What the web site shows around the text",
        "What the web site shows around the text",
    ),
    "form": (
        LEFT_OUT,
        "A form, or parts of one",
        "Forms, or parts of them",
    ),
    "script": (LEFT_OUT, "A script or a style", "{} scripts or styles"),
    "browser title": (
        LEFT_OUT,
        "The title in the browser’s tab",
        "The title in the browser’s tab",
    ),
    "title again": (
        LEFT_OUT,
        "A heading that says the title again",
        "A heading that says the title again",
    ),
    "heading of references": (
        LEFT_OUT,
        "The heading of the references, which pages have by themselves",
        "The headings of the references, which pages have by themselves",
    ),
    "unread": (
        LEFT_OUT,
        "One piece that is not read",
        "{} pieces that are not read",
    ),
}
