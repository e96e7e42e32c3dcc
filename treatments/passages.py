"""The pieces of a text that stand by themselves: paragraphs, headings, items, cells."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_OWN = {"p", "li", "th", "td", "caption", "figcaption", "summary", *HEADINGS}  # each a passage
_AROUND = {"div", "blockquote", "details"}  # words straight in these are a paragraph
_VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "wbr"}
_UNREAD = {"cite", "script", "style"}  # what patients see of a citation is a number


@dataclass
class Link:
    words: str
    href: str


@dataclass
class Passage:
    """`place` counts the passages that have words, in the order in which their words begin.

    A heading without words has the place of the passage after it. `item_of` is the class of the
    list of which this is the beginning of an item, "" where the list has none; None elsewhere.
    """

    tag: str
    place: int = 0
    words: str = ""
    links: list[Link] = field(default_factory=list)
    item_of: str | None = None


@dataclass
class Table:
    """`place` is that of its first passage."""

    place: int
    caption: bool = False
    headings: bool = False
    words: str = ""


@dataclass(frozen=True)
class Text:
    passages: list[Passage]
    tables: list[Table]


def read(html: str) -> Text:
    """What a text, best a cleaned one, consists of. Citations are no words; nothing raises."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    reader.finish()
    return Text(reader.passages, reader.tables)


@dataclass(eq=False)
class _Element:
    tag: str
    css: str = ""
    passage: Passage | None = None
    table: Table | None = None
    link: Link | None = None
    items: int = 0


class _Reader(HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.open = [_Element("div", passage=Passage("p"))]
        self.passages, self.tables = [], []
        self.worded = 0  # passages with words, which is the place of the next one
        self.last = None  # the passage that the latest words went into
        self.unread = 0

    def handle_starttag(self, tag, attrs):
        if tag in _VOID:
            self._write(" " if tag == "br" else "")
            return
        element = _Element(tag, dict(attrs).get("class") or "")
        self.unread += tag in _UNREAD
        if tag in _OWN:
            element.passage = Passage(tag)
        elif tag in _AROUND:
            element.passage = Passage("p")
        if tag == "table":
            element.table = Table(self.worded)
        if tag in ("th", "caption"):
            self._say_of_table(tag)
        if tag == "a":
            element.link = Link("", dict(attrs).get("href") or "")
        self.open.append(element)

    def handle_endtag(self, tag):
        if not any(element.tag == tag for element in self.open[1:]):
            return
        while True:
            element = self.open.pop()
            self._end(element)
            if element.tag == tag:
                return

    def handle_data(self, data):
        self._write(data)

    def finish(self):
        while self.open:
            self._end(self.open.pop())
        for passage in self.passages:
            passage.words = _line(passage.words)
            for link in passage.links:
                link.words = _line(link.words)

    def _write(self, words):
        if self.unread or not words:
            return
        passage = self._passage()
        if not passage.words and words.strip():
            passage.place, passage.item_of = self.worded, self._begun_item()
            self.worded += 1
            self.passages.append(passage)
            self._give_to_table(words)
        if passage.words or words.strip():
            passage.words += words if passage is self.last else f" {words}"
            self.last = passage
        for element in reversed(self.open):
            if element.link and passage.words:
                element.link.words += words
                if not any(element.link is link for link in passage.links):
                    passage.links.append(element.link)
                return

    def _passage(self):
        """That in which words stand now; behind a list or table that ended they go on in it."""
        for element in reversed(self.open):
            if element.passage:
                return element.passage
        raise AssertionError("The outermost element is one.")

    def _begun_item(self):
        """The class of the list whose item begins here; None where none does."""
        for place in range(len(self.open) - 1, 0, -1):
            element = self.open[place]
            if element.tag == "li":
                element.items += 1
                return self.open[place - 1].css if element.items == 1 else None
        return None

    def _say_of_table(self, tag):
        for element in reversed(self.open):
            if element.table:
                element.table.headings |= tag == "th"
                element.table.caption |= tag == "caption"
                return

    def _give_to_table(self, words):
        for element in self.open:
            if element.table and not element.table.words:
                element.table.words = _line(words)

    def _end(self, element):
        self.unread -= element.tag in _UNREAD
        if element.table and element.table.words:
            self.tables.append(element.table)
        if element.tag in HEADINGS and not element.passage.words:
            element.passage.place = self.worded
            self.passages.append(element.passage)


def _line(words):
    return " ".join(words.split())
