"""A cleaned text as the blocks that people read: headings, paragraphs, items, rows, pictures."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from html.parser import HTMLParser

# Stand-ins for what is no letter; the cleaner lets none of them into a text.
CITATION, BREAK, PART, PICTURE = "\ue000", "\ue001", "\ue002", "\ue003"
_SIGNS = CITATION + BREAK + PART
# What stands between blanks, and of that what is a word and what are the marks around it.
_PIECE = re.compile(rf"[{_SIGNS}]|[^\s{_SIGNS}]+")
_PARTS = re.compile(r"([\"'“‘‚„«(\[{¿¡]*)(.*?)([\"'”’»)\]},.;:!?…]*)", re.DOTALL)

_MARKS = {"strong": "bold", "em": "italic", "sup": "raised", "sub": "lowered"}
_CONTAINERS = {"div": "box", "ul": "list", "ol": "list", "blockquote": "quote", "table": "table"}
_KINDS = {
    "p": "paragraph",
    "h2": "heading",
    "h3": "heading",
    "li": "list item",
    "caption": "caption",
    "figcaption": "caption",
}
_LEVELS = {"h2": 2, "h3": 3}


@dataclass(frozen=True)
class Word:
    """A word, a mark of punctuation, a citation or a line's end.

    `key` is what it is known by: of a citation the reference's, whatever its label. `marks` tells
    how its letters are set: {mark: their places}, as pairs. No space stands before a `joined` one.
    """

    text: str
    key: str
    joined: bool = False
    marks: tuple[tuple[str, tuple[tuple[int, int], ...]], ...] = ()

    @property
    def is_citation(self):
        return self.key.startswith(CITATION)

    @property
    def is_end(self):
        return self.key in (BREAK, PART)


@dataclass(frozen=True)
class Container:
    """What blocks stand in: a box, a list, a quotation, a table. Its number is its own."""

    number: int
    kind: str
    name: str  # the class, else "ul" or "ol" of a list
    start: str = ""  # of a numbered list that does not begin at 1

    @property
    def form(self):
        return self.kind, self.name, self.start


@dataclass(frozen=True)
class Cell:
    words: tuple[Word, ...]
    form: tuple[str, ...]  # "heading" or not, spans, and the elements inside


@dataclass(frozen=True)
class Block:
    """One block, with its place in its text, and what it stands in from the outermost on."""

    place: int
    kind: str
    words: tuple[Word, ...]
    level: int = 0
    inside: tuple[Container, ...] = ()
    cells: tuple[Cell, ...] = ()

    @property
    def text(self):
        return spelled(self.words)

    @property
    def keys(self):
        if self.kind == "table row":
            return "\x1e".join("\x1f".join(w.key for w in cell.words) for cell in self.cells)
        return "\x1f".join(word.key for word in self.words)


def blocks(body: str) -> list[Block]:
    """The blocks of a cleaned text, in order. Blanks of every kind count as one space."""
    reader = _Reader()
    reader.feed(body)
    reader.close()
    reader.end_block()
    return reader.found


def split(text: str) -> list[Word]:
    """The words of a plain text; each of its lines ends with a line's end."""
    lines = text.strip().splitlines()
    return _words([(f" {BREAK} ".join(lines), ())])


def spelled(words: Iterable[Word]) -> str:
    """Words as a line of text."""
    text = "".join(("" if word.joined else " ") + word.text for word in words)
    return text.strip()


def _words(segments, citations=()):
    """The words of a run of (text, marks), in which CITATION stands for the next citation."""
    text = "".join(said for said, _ in segments)
    citations, found, before = iter(citations), [], 0
    spans = _Spans(segments)
    for piece in _PIECE.finditer(text):
        joined = bool(found) and piece.start() == before
        before = piece.end()
        if piece[0] == CITATION:
            key, label = next(citations)
            found.append(Word(f"[{label}]", CITATION + key, joined))
        elif piece[0] in _SIGNS:
            found.append(Word(piece[0], piece[0]))
        else:
            found += _parted(piece, spans, joined)
    return found


def _parted(piece, spans, joined):
    """A piece between blanks as the marks before it, the word, and the marks behind it."""
    match = _PARTS.fullmatch(piece[0])
    for number in (1, 2, 3) if match[2] else (0,):
        if match[number]:
            begin = piece.start() + match.start(number)
            said = match[number]
            key = unicodedata.normalize("NFC", said)
            yield Word(said, key, joined, spans.of(begin, begin + len(said)))
            joined = True


class _Spans:
    """How the letters of a run are set, asked from its beginning to its end."""

    def __init__(self, segments):
        self.spans, place = [], 0
        for said, marks in segments:
            self.spans.append((place, place + len(said), marks))
            place += len(said)
        self.first = 0

    def of(self, begin, end):
        while self.spans[self.first][1] <= begin:
            self.first += 1
        found, here = {}, self.first
        while here < len(self.spans) and self.spans[here][0] < end:
            a, b, marks = self.spans[here]
            for mark in marks:
                places = found.setdefault(mark, [])
                a, b = max(a, begin) - begin, min(b, end) - begin
                if places and places[-1][1] == a:
                    places[-1] = (places[-1][0], b)
                else:
                    places.append((a, b))
            here += 1
        return tuple(sorted((mark, tuple(places)) for mark, places in found.items()))


@dataclass
class _Run:
    """The words of one block while they are read."""

    segments: list = field(default_factory=list)
    citations: list = field(default_factory=list)

    def words(self):
        found = _words(self.segments, self.citations)
        while found and found[-1].is_end:
            found.pop()
        return tuple(found)


class _Reader(HTMLParser):
    """Reads what `richtext.clean` writes; other elements count as none."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.found = []
        self.open = []  # (tag, its marks, what its end means)
        self.marks = ()  # of all that is open
        self.inside = []
        self.kind, self.level, self.run = "paragraph", 0, _Run()
        self.cells = None  # of the row that is being read
        self.cell = None  # [what its words say of its form], while one is open
        self.citation = None  # [key, label]
        self.containers = 0

    def handle_data(self, data):
        if self.citation:
            self.citation[1] += data
        elif data:
            self.run.segments.append((data, self.marks))

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag == "img":
            self._add_picture(given.get("data-image", ""), given.get("alt") or "")
            return
        if tag == "br":
            self.run.segments.append((f" {BREAK} ", ()))
            return
        end = self._begin(tag, given)
        self.open.append((tag, tuple(_marks(tag, given)), end))
        self._count_marks()

    def handle_endtag(self, tag):
        if tag not in [name for name, *_ in self.open]:
            return
        last = ""
        while last != tag:
            last, _, end = self.open.pop()
            self._count_marks()
            if end:
                end()

    def _count_marks(self):
        self.marks = tuple(mark for _, marks, _ in self.open for mark in marks)

    def _begin(self, tag, given):
        """Do what the start of an element means; returns what its end will mean, if anything."""
        if tag == "cite" and "data-reference" in given:
            self.citation = [given["data-reference"], ""]
            return self._end_citation
        if self.cell is not None:
            return self._begin_in_cell(tag)
        if tag in _KINDS:
            return self._begin_block(tag)
        if tag in _CONTAINERS:
            return self._begin_container(tag, given)
        if tag == "tr":
            self.end_block()
            self.cells = []
            return self._end_row
        if tag in ("td", "th") and self.cells is not None:
            spans = [f"{name} {given[name]}" for name in ("colspan", "rowspan") if name in given]
            self.cell = [*(["heading"] if tag == "th" else []), *spans]
            self.run = _Run()
            return self._end_cell
        return None

    def _begin_in_cell(self, tag):
        if tag in _KINDS or tag in _CONTAINERS or tag in ("tr", "td", "th"):
            self.cell.append(tag)
            self.run.segments.append((f" {PART} ", ()))

    def _begin_block(self, tag):
        first_of_item = tag == "p" and self.kind == "list item" and not self.run.words()
        self.end_block()
        self.kind = "list item" if first_of_item else _KINDS[tag]
        self.level = _LEVELS.get(tag, 0)
        return self.end_block

    def _begin_container(self, tag, given):
        self.end_block()
        self.containers += 1
        name = given.get("class") or (tag if _CONTAINERS[tag] == "list" else "")
        found = Container(self.containers, _CONTAINERS[tag], name, given.get("start", ""))
        self.inside.append(found)
        return self._end_container

    def _end_container(self):
        self.end_block()
        self.inside.pop()

    def _end_citation(self):
        key, label = self.citation
        self.citation = None
        self.run.segments.append((CITATION, ()))
        self.run.citations.append((key, " ".join(label.split()) or key))

    def _end_cell(self):
        self.cells.append(Cell(self.run.words(), tuple(self.cell)))
        self.cell, self.run = None, _Run()

    def _end_row(self):
        words = tuple(word for cell in self.cells for word in cell.words)
        self._add("table row", words, cells=tuple(self.cells))
        self.cells = None

    def end_block(self):
        """Whatever words stand open are a block; other words are a paragraph."""
        if self.run.segments and (words := self.run.words()):
            self._add(self.kind, words, level=self.level)
        self.kind, self.level, self.run = "paragraph", 0, _Run()

    def _add_picture(self, key, alternative):
        """A picture as its key, by which another one is told, and the words read out for it."""
        self.end_block()
        shown = Word(f"[picture {key[:6]}]", f"{PICTURE}{key}")
        self._add("picture", (shown, *split(alternative)))

    def _add(self, kind, words, **more):
        self.found.append(Block(len(self.found), kind, words, inside=tuple(self.inside), **more))


def _marks(tag, given):
    """What an element says of how its words are set."""
    if tag in _MARKS:
        yield _MARKS[tag]
    if tag == "a" and given.get("href"):
        yield f"link {given['href']}"
    for name in ("lang", "dir"):
        if given.get(name):
            yield f"{name} {given[name]}"
