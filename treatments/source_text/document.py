"""A source document in its order: headings, paragraphs with their citations, references.

Nothing is dropped: each line's text ends in its place in the Document, or in the Document's
`unplaced` lines with a problem that names the line.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from treatments.source_text.marks import CLOSING, OPENING, Mark, marks
from treatments.source_text.references import LABEL, YEAR, Source, collapsed, reference_parts


@dataclass(frozen=True)
class Cited:
    """The numbers that stand at one place, and how the source writes them: (1, 2, 3), "[1-3]"."""

    numbers: tuple[int, ...]
    written: str


@dataclass(frozen=True)
class Paragraph:
    """Text and citations in turn. A citation stands directly behind the text before it."""

    line: int
    parts: tuple[str | Cited, ...]


@dataclass(frozen=True)
class Line:
    """A heading, or another line without citations. A restored one stands not in the source."""

    line: int
    text: str
    restored: bool = False


@dataclass(frozen=True)
class Section:
    line: int
    heading: str
    restored: bool
    paragraphs: tuple[Paragraph, ...] = ()


@dataclass(frozen=True)
class Problem:
    """What was found at a line, in a sentence that says what to mend."""

    line: int
    sentence: str


@dataclass(frozen=True)
class Settled:
    """A number that the reader of a document has settled: in the words `text` of line `line`."""

    line: int
    text: str


@dataclass(frozen=True)
class Document:
    """A document in its own order. With `problems` it is not fit for use; `notices` only inform."""

    navigation: tuple[Line, ...] = ()
    heading: Line | None = None
    introduction: tuple[Paragraph, ...] = ()
    sections: tuple[Section, ...] = ()
    references_heading: Line | None = None
    references: tuple[Source, ...] = ()
    disclaimer: Line | None = None
    unplaced: tuple[Line, ...] = ()
    problems: tuple[Problem, ...] = ()
    notices: tuple[Problem, ...] = ()

    def paragraphs(self) -> Iterator[Paragraph]:
        """The paragraphs of the introduction and of every section, in order."""
        yield from self.introduction
        for section in self.sections:
            yield from section.paragraphs


def holds(paragraph: Paragraph, words: str) -> bool:
    """Whether these words stand in the paragraph as they are, one behind the other."""
    return _stand_in(words, _words(paragraph))


def explains(paragraph: Paragraph, word: str, meaning: str) -> bool:
    """Whether a paragraph holds a word and, in one piece, these words for its meaning.

    A parenthesis that holds the word alone may stand among the words: with "oil it with a light
    fluid (oil) made for chains", "a light fluid made for chains" are the text's own words.
    """
    text = _words(paragraph)
    without = re.sub(rf"\s*\({re.escape(collapsed(word))}\)", "", text)
    return _stand_in(word, text) and (_stand_in(meaning, text) or _stand_in(meaning, without))


def _words(paragraph: Paragraph) -> str:
    return collapsed("".join(part for part in paragraph.parts if isinstance(part, str)))


def _stand_in(words: str, text: str) -> bool:
    return bool(re.search(rf"(?<!\w){re.escape(collapsed(words))}(?!\w)", text))


class Unreadable(ValueError):
    """The bytes are not UTF-8; `line` says where, the message what to do."""

    def __init__(self, line: int, sentence: str):
        super().__init__(sentence)
        self.line = line


def decode(data: bytes) -> str:
    """The text of a UTF-8 file, with or without a byte-order mark. Raises Unreadable."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise Unreadable(line, "This is not UTF-8 text. Save the file as UTF-8.") from None


def parse(
    text: str,
    *,
    restored: Mapping[int, str] | None = None,
    references_heading: str = "References",
    heading_line: int | None = None,
    disclaimer_line: int | None = None,
    headings: Collection[int] = (),
    paragraphs: Collection[int] = (),
    undated_references: Collection[int] = (),
    citations: Iterable[Settled] = (),
    not_citations: Iterable[Settled] = (),
) -> Document:
    """The text of a document in, the Document out; it never raises, but reports problems.

    Whatever a text's shape does not show can be said by line number, counted from 1:
    `restored` gives the heading that fell out at a blank line, `heading_line` the document's own
    heading, `disclaimer_line` the disclaimer, `headings` and `paragraphs` lines that look like
    the other, `undated_references` references without a year. `citations` and `not_citations`
    settle numbers that may or may not be citations.
    """
    return _Reader(
        restored=dict(restored or {}),
        references_heading=references_heading,
        heading_line=heading_line,
        disclaimer_line=disclaimer_line,
        headings=frozenset(headings),
        paragraphs=frozenset(paragraphs),
        undated_references=frozenset(undated_references),
        citations=tuple(citations),
        not_citations=tuple(not_citations),
    ).read(text)


@dataclass(frozen=True)
class _Block:
    """One or more lines that belong together, with their white space as it came."""

    line: int
    raw: str
    restored: bool = False
    tight: bool = False  # the next block follows without a blank line
    gap: int = 0  # blank lines before it

    @property
    def text(self) -> str:
        return collapsed(self.raw)

    def lines(self) -> range:
        return range(self.line, self.line + self.raw.count("\n") + 1)

    def as_line(self) -> Line:
        return Line(self.line, self.text, self.restored)


_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1b\x7f]")
_FINAL = re.compile(rf"[.!?:;…。！？]{CLOSING}$")
_INNER_END = re.compile(rf"[^\W\d_]{{3}}[.!?]{CLOSING}\s+[{OPENING}]*[^\W\d_a-z]")
_BULLET = re.compile(r"[-–—•·◦▪*]\s")
_LONGEST_HEADING = 150
_SHORT = 10  # words: a question or a line with a colon as short as this may be a heading


@dataclass
class _Reader:
    restored: dict[int, str]
    references_heading: str
    heading_line: int | None
    disclaimer_line: int | None
    headings: frozenset[int]
    paragraphs: frozenset[int]
    undated_references: frozenset[int]
    citations: tuple[Settled, ...]
    not_citations: tuple[Settled, ...]
    problems: list[Problem] = field(default_factory=list)
    notices: list[Problem] = field(default_factory=list)
    unplaced: list[Line] = field(default_factory=list)
    marks: "_Marks" = field(init=False)

    def problem(self, line: int, sentence: str) -> None:
        self.problems.append(Problem(line, sentence))

    def notice(self, line: int, sentence: str) -> None:
        self.notices.append(Problem(line, sentence))

    def read(self, text: str) -> Document:
        blocks = self._blocks(text)
        self._check_line_numbers(blocks)
        disclaimer, blocks = self._without_disclaimer(blocks)
        body, heading, listed = self._split(blocks)
        sources = self._sources(listed)
        self.marks = _Marks(self, len(sources), body)
        document = self._placed([block for block in body if self._has_words(block)])
        self._check_cited(document, sources)
        return replace(
            document,
            references_heading=heading,
            references=sources,
            disclaimer=disclaimer,
            unplaced=tuple(self.unplaced),
            problems=_in_order(self.problems),
            notices=_in_order(self.notices),
        )

    def _blocks(self, text: str) -> list[_Block]:
        blocks: list[_Block] = []
        follows, gap = False, 0
        for number, line in enumerate(_lines(text), 1):
            if not line.strip():
                if number in self.restored:
                    blocks.append(_Block(number, self.restored[number], restored=True))
                follows, gap = False, gap + 1
                continue
            self._check_line(number, line)
            if follows and _goes_on(line):
                blocks[-1] = replace(blocks[-1], raw=f"{blocks[-1].raw}\n{line}")
                continue
            if follows:
                blocks[-1] = replace(blocks[-1], tight=True)
            blocks.append(_Block(number, line, gap=gap))
            follows, gap = True, 0
        return blocks

    def _check_line(self, number: int, line: str) -> None:
        if number in self.restored:
            self.problem(
                number,
                f"The heading “{self.restored[number]}” is to be restored here, "
                "but this line is not blank. Give the number of the blank line.",
            )
        if _CONTROL.search(line):
            self.problem(number, "This line holds a control character. Take it out of the text.")
        if "\ufffd" in line:
            self.notice(number, "This line holds “�”: a character was lost when it was saved.")

    def _check_line_numbers(self, blocks: list[_Block]) -> None:
        """Each line number that was given names a line that begins a block."""
        starts = {block.line for block in blocks}
        named = {
            "headings": self.headings,
            "paragraphs": self.paragraphs,
            "undated_references": self.undated_references,
            "heading_line": {self.heading_line} - {None},
            "disclaimer_line": {self.disclaimer_line} - {None},
        }
        for name, numbers in named.items():
            for number in sorted(numbers - starts):
                self.problem(number, f"{name} names this line, but no text begins here.")
        for number in sorted(self.headings & self.paragraphs):
            self.problem(number, "headings and paragraphs both name this line: keep one.")
        for number in sorted(self.restored.keys() - starts):
            self.problem(number, f"The heading “{self.restored[number]}” has no such line.")

    def _without_disclaimer(self, blocks: list[_Block]) -> tuple[Line | None, list[_Block]]:
        found = [block for block in blocks if block.line == self.disclaimer_line]
        rest = [block for block in blocks if block.line != self.disclaimer_line]
        return (found[0].as_line() if found else None), rest

    def _split(self, blocks: list[_Block]) -> tuple[list[_Block], Line | None, list[_Block]]:
        """The body, the heading of the references, the references.

        A restored heading, or a line that `headings` names, ends the references: the body goes on.
        """
        wanted = _name(self.references_heading)
        at = [i for i, block in enumerate(blocks) if _name(block.text) == wanted]
        if not at:
            return blocks, None, []
        rest = blocks[at[-1] + 1 :]
        ends = (i for i, b in enumerate(rest) if b.restored or b.line in self.headings)
        end = next(ends, len(rest))
        return blocks[: at[-1]] + rest[end:], blocks[at[-1]].as_line(), rest[:end]

    def _has_words(self, block: _Block) -> bool:
        if block.line in self.paragraphs or any(c.isalpha() for c in block.raw):
            return True
        self.unplaced.append(block.as_line())
        self.problem(
            block.line,
            f"“{block.text}” holds no words and cannot be placed. If it is a citation, write it "
            f"at the end of its sentence; if it is text, name {block.line} under paragraphs.",
        )
        return False

    def _placed(self, blocks: list[_Block]) -> Document:
        kinds = [self._is_heading(block) for block in blocks]
        at = self._heading_index(blocks, kinds)
        if at is None:
            before, heading, after = [], None, list(zip(blocks, kinds, strict=True))
        else:
            before, heading = blocks[:at], blocks[at].as_line()
            after = list(zip(blocks[at + 1 :], kinds[at + 1 :], strict=True))
        if heading:
            self._refuse_citations(blocks[at])
        introduction, sections = self._sections(after)
        return Document(
            navigation=tuple(self._navigation(block) for block in before),
            heading=heading,
            introduction=introduction,
            sections=sections,
        )

    def _is_heading(self, block: _Block) -> bool:
        if block.restored or block.line in {*self.headings, self.heading_line}:
            return True
        if block.line in self.paragraphs or _BULLET.match(block.text):
            return False
        words = self.marks.without_trailing(block)
        if _FINAL.search(words):
            self._notice_question(block, words)
            return False
        self._check_unfinished(block, words)
        return True

    def _notice_question(self, block: _Block, words: str) -> None:
        if words[-1] in "?:" and len(words.split()) <= _SHORT and not _INNER_END.search(words):
            self.notice(
                block.line,
                f"“{words}” is read as a paragraph, since it ends with “{words[-1]}”. "
                f"If it is a heading, name {block.line} under headings.",
            )

    def _check_unfinished(self, block: _Block, words: str) -> None:
        if _INNER_END.search(words) or len(words) > _LONGEST_HEADING:
            self.problem(
                block.line,
                "This line ends like a heading, without a full stop, but reads like a paragraph. "
                f"Name {block.line} under paragraphs or under headings.",
            )
        elif block.tight:
            self.notice(
                block.line,
                f"“{words}” is read as a heading: it has no full stop, and the line below begins "
                f"with a capital. If it is part of a paragraph, name {block.line} under paragraphs "
                "or join the two lines.",
            )

    def _heading_index(self, blocks: list[_Block], kinds: list[bool]) -> int | None:
        """Where the document's heading stands: the last one before the first paragraph."""
        named = [i for i, block in enumerate(blocks) if block.line == self.heading_line]
        if named:
            return named[0]
        first = kinds.index(False) if False in kinds else len(kinds)
        if first == len(kinds):
            self.problem(1, "No paragraph was found: this text holds nothing to publish.")
        elif first == 0:
            self.problem(blocks[0].line, "No heading stands above the first paragraph.")
        return first - 1 if first else None

    def _navigation(self, block: _Block) -> Line:
        self._refuse_citations(block)
        if self.heading_line is None:
            self.notice(
                block.line,
                f"“{block.text}” is read as a line above the document’s heading. "
                "heading_line can say which line is the heading.",
            )
        return block.as_line()

    def _refuse_citations(self, block: _Block) -> None:
        cited = [part for part in self.marks.parts(block) if isinstance(part, Cited)]
        if cited:
            written = cited[0].written
            self.problem(
                block.line,
                f"The heading cites “{written}”, which headings cannot. Move the citation to a "
                "sentence, or settle it under not_citations.",
            )

    def _sections(self, blocks: list[tuple[_Block, bool]]):
        introduction: list[Paragraph] = []
        sections: list[tuple[_Block, list[Paragraph]]] = []
        for block, is_heading in blocks:
            if is_heading:
                self._refuse_citations(block)
                sections.append((block, []))
            else:
                target = sections[-1][1] if sections else introduction
                self._notice_gap(block, is_first=not target)
                target.append(Paragraph(block.line, self.marks.parts(block)))
        for block, paragraphs in sections:
            if not paragraphs:
                self._no_text_under(block)
        return tuple(introduction), tuple(_section(*section) for section in sections)

    def _notice_gap(self, block: _Block, *, is_first: bool) -> None:
        if block.gap > 1 and not is_first:
            self.notice(
                block.line,
                f"{block.gap} blank lines stand before this paragraph. If a heading fell out "
                "there, give it under restored.",
            )

    def _no_text_under(self, block: _Block) -> None:
        self.problem(
            block.line,
            f"The heading “{block.text}” has no text under it. If it is a paragraph, "
            f"name {block.line} under paragraphs.",
        )

    def _sources(self, blocks: list[_Block]) -> tuple[Source, ...]:
        labels = [LABEL.match(block.text) for block in blocks]
        if any(labels):
            self._check_numbering(blocks, labels)
        return tuple(
            self._source(number, block, label[0] if label else "")
            for number, (block, label) in enumerate(zip(blocks, labels, strict=True), 1)
        )

    def _check_numbering(self, blocks: list[_Block], labels: list[re.Match | None]) -> None:
        for number, (block, label) in enumerate(zip(blocks, labels, strict=True), 1):
            found = next(filter(None, label.groups())) if label else "without a number"
            if found != str(number):
                self.problem(
                    block.line,
                    f"This is reference {number} in order, but it stands {found} in the "
                    "document’s own numbering. Mend the numbers, or join lines that were broken.",
                )

    def _source(self, number: int, block: _Block, label: str) -> Source:
        text = block.text.removeprefix(label)
        if not YEAR.search(text) and block.line not in self.undated_references:
            self.problem(
                block.line,
                f"“{_start(text)}” stands among the references but has no year. If it is the "
                "disclaimer, give its line as disclaimer_line; if it is a heading, name "
                f"{block.line} under headings; if it is a reference, under undated_references.",
            )
        parts = reference_parts(text)
        if not parts:
            self.notice(
                block.line,
                f"The authors, title and journal of “{_start(text)}” could not be told apart: "
                "the reference is kept word for word, its fields stay blank.",
            )
        return Source(block.line, number, text, label.strip(), **parts)

    def _check_cited(self, document: Document, sources: tuple[Source, ...]) -> None:
        parts = [part for paragraph in document.paragraphs() for part in paragraph.parts]
        cited = {n for part in parts if isinstance(part, Cited) for n in part.numbers}
        for source in sources:
            if source.number not in cited:
                self.notice(source.line, f"Reference {source.number} is cited nowhere.")


def _lines(text: str) -> list[str]:
    """Lines as an editor counts them; str.splitlines would also part at rarer characters."""
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")


def _goes_on(line: str) -> bool:
    """Whether a line continues the one directly above it: it begins in lower case."""
    return line.strip().lstrip(OPENING)[:1].islower()


def _name(heading: str) -> str:
    return collapsed(heading).rstrip(":").rstrip().casefold()


def _start(text: str) -> str:
    words = text.split()
    return " ".join(words[:6]) + (" …" if len(words) > 6 else "")


def _section(block: _Block, paragraphs: list[Paragraph]) -> Section:
    return Section(block.line, block.text, block.restored, tuple(paragraphs))


def _in_order(found: list[Problem]) -> tuple[Problem, ...]:
    return tuple(sorted(dict.fromkeys(found), key=lambda problem: problem.line))


class _Marks:
    """The citations of a document's body, settled by what is known about them."""

    def __init__(self, reader: _Reader, count: int, blocks: list[_Block]):
        self.reader = reader
        self.count = count
        self.of_block = {block.line: marks(block.raw) for block in blocks if not block.restored}
        for likely, settled in (("yes", reader.citations), ("no", reader.not_citations)):
            for one in settled:
                self._settle(one, likely, blocks)

    def without_trailing(self, block: _Block) -> str:
        """The block's words without the citations at its end."""
        raw = block.raw.rstrip()
        for mark in reversed(self.of_block.get(block.line, [])):
            rest = raw[: mark.start].rstrip()
            likely = mark.likely == "yes" or (mark.form == "round" and _FINAL.search(rest))
            if likely and not raw[mark.end :].strip():
                raw = rest
        return collapsed(raw)

    def parts(self, block: _Block) -> tuple[str | Cited, ...]:
        """The block's text and citations in turn; what is doubtful stays text and is reported."""
        parts: list[str | Cited] = []
        end = 0
        for mark in self.of_block.get(block.line, []):
            if self._is_citation(block, mark):
                written = collapsed(block.raw[mark.start : mark.end])
                parts += [block.raw[end : mark.start], Cited(mark.numbers, written)]
                end = mark.end
        parts.append(block.raw[end:])
        return tuple(_tidy(parts))

    def _is_citation(self, block: _Block, mark: Mark) -> bool:
        line = block.line + block.raw.count("\n", 0, mark.figures[0])
        fits = bool(mark.numbers) and max(mark.numbers) <= self.count
        if mark.likely == "perhaps" and fits:
            self._report_unclear(line, block.raw, mark)
        elif mark.likely == "yes" and not fits:
            self._report_beyond(line, block.raw, mark)
        elif self._may_be_quantity(block, mark):
            self._report_quantity(line, block.raw, mark)
        return mark.likely == "yes" and fits

    def _may_be_quantity(self, block: _Block, mark: Mark) -> bool:
        """Whether a citation could be the beginning of what follows: "at night. 2 Tablets"."""
        if mark.form == "after a sentence":
            return bool(block.raw[mark.end :].strip())
        return mark.form == "after a space" and "," not in mark.written

    def _report_quantity(self, line: int, raw: str, mark: Mark) -> None:
        self.reader.notice(
            line,
            f"“{_around(raw, mark)}”: {mark.written} is read as a citation. "
            "If it is a quantity, settle it under not_citations.",
        )

    def _report_unclear(self, line: int, raw: str, mark: Mark) -> None:
        self.reader.notice(
            line,
            f"“{_around(raw, mark)}”: {mark.written} may be a citation and stays text. "
            "If it is one, settle it under citations; if not, under not_citations.",
        )

    def _report_beyond(self, line: int, raw: str, mark: Mark) -> None:
        report = self.reader.notice if mark.form == "after a space" else self.reader.problem
        report(
            line,
            f"“{_around(raw, mark)}” cites {mark.written}, but the document has "
            f"{self.count or 'no'} reference{'s' if self.count != 1 else ''}. Look for a missing "
            "reference; if it is no citation, settle it under not_citations.",
        )

    def _settle(self, settled: Settled, likely: str, blocks: list[_Block]) -> None:
        block = next((b for b in blocks if settled.line in b.lines() and not b.restored), None)
        spans = _spans(block, settled) if block else []
        if len(spans) != 1:
            self.reader.problem(
                settled.line,
                f"“{settled.text}”, which is to be settled, stands {len(spans)} times in this "
                "line. It has to stand there once: write more or fewer of the words around it.",
            )
            return
        (start, end) = spans[0]
        found = self.of_block[block.line]
        inside = [m for m in found if start <= m.figures[0] and m.figures[1] <= end]
        if len(inside) != 1:
            self.reader.problem(
                settled.line,
                f"“{settled.text}”, which is to be settled, holds {len(inside)} numbers or lists "
                "of numbers that could be citations. It has to hold one.",
            )
            return
        at = found.index(inside[0])
        found[at] = replace(inside[0], likely=likely, form="settled")


def _spans(block: _Block, settled: Settled) -> list[tuple[int, int]]:
    """Where the settled words begin in their line, whatever white space is between them."""
    words = r"\s+".join(map(re.escape, settled.text.split()))
    found = re.finditer(words, block.raw) if words else []
    return [
        match.span()
        for match in found
        if block.line + block.raw.count("\n", 0, match.start()) == settled.line
    ]


def _around(raw: str, mark: Mark) -> str:
    """The mark with the word before and after it, for a person to find and to copy."""
    before = re.search(r"\S*\s*$", raw[: mark.start])[0]
    after = re.match(r"\s*[^\s.,;:!?)]*", raw[mark.end :])[0]
    return collapsed(before + raw[mark.start : mark.end] + after)


def _tidy(parts: list[str | Cited]) -> Iterator[str | Cited]:
    """White space as single spaces, none at the edges of the whole; no empty parts."""
    for at, part in enumerate(parts):
        if isinstance(part, str):
            part = re.sub(r"\s+", " ", part)
            part = part.lstrip() if at == 0 else part
            part = part.rstrip() if at == len(parts) - 1 else part
        if part:
            yield part
