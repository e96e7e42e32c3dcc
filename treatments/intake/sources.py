"""The references of a cleaned text, and the numbers in it that cite them."""

import html
import re
from dataclasses import dataclass, replace

from treatments import citations, reference_formats, richtext
from treatments.intake import limits
from treatments.intake.document import KEY, Ledger, Refused, Source
from treatments.source_text.marks import Mark, marks
from treatments.source_text.references import LABEL, YEAR, reference_parts

NAMES = re.compile(
    r"(?:(?:the )?(?:references?|sources?|literature|bibliography|citations|works cited)"
    r"(?: list| cited| used)?|list of (?:references|sources)|literatur(?:verzeichnis)?|quellen"
    r"|références|bibliographie|referencias|bibliografía|bibliografia|riferimenti)\s*:?",
    re.IGNORECASE,
)
_HEADING = re.compile(r"<h([23])[^>]*>(.*)</h\1>", re.DOTALL)
_PARAGRAPH = re.compile(r"<p[^>]*>(.*)</p>", re.DOTALL)
_LIST = re.compile(r"<(ol|ul)[^>]*>.*</\1>", re.DOTALL)
_START = re.compile(r'<ol[^>]* start="(\d+)"')
_ITEM = re.compile(r"<li[^>]*>(.*?)</li>", re.DOTALL)
_LINK = re.compile(r'<a href="([^"]*)"[^>]*>')
_DOI = re.compile(r"\b10\.\d{4,9}/[^\s\"<>]+[^\s\"<>.,;)\]]", re.IGNORECASE)
_PMID = re.compile(r"\bPMID:?\s*(\d{1,8})\b", re.IGNORECASE)
_URL = re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;)\]]", re.IGNORECASE)
LAST = 4  # paragraphs, such as a disclaimer, that may stand behind references without a heading
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


@dataclass
class _Found:
    """A reference with the number by which the text cites it."""

    number: int
    source: Source


def joined(body: str, notes: list, ledger: Ledger) -> tuple[str, list[Source]]:
    """The cleaned text with markers in place of its citations, and its references in order."""
    blocks = body.split("\n") if body else []
    blocks, found = _listed(blocks, bool(notes), ledger)
    numbers = {one.number: place for place, one in enumerate(found, 1)}
    if numbers:
        read = [_read(block) for block in blocks]
        certain = any(_has_certain(one, numbers) for one in read)
        blocks = [_cited(one, numbers, certain, ledger) for one in read]
    references = [one.source for one in found]
    body = _with_notes("\n".join(blocks), notes, references, ledger)
    if len(references) > limits.MOST_REFERENCES:
        raise Refused(
            f"This file lists {len(references)} references; a page has {limits.MOST_REFERENCES} "
            "at most. Split the file."
        )
    body = richtext.clean(body)
    keys = citations.keys(body)
    uncited = [
        source.text for place, source in enumerate(references, 1) if KEY.format(place) not in keys
    ]
    if uncited:
        ledger.note("uncited", uncited, count=len(uncited))
    return body, references


# The list of references


def _listed(blocks, noted, ledger):
    """The blocks without the references among them, and the references.

    `noted` says that notes were taken out, which may have been all that stood under a heading.
    """
    kept, found, rest = [], [], list(blocks)
    while rest:
        block = rest.pop(0)
        if not _names_references(block):
            kept.append(block)
            continue
        end = next((i for i, one in enumerate(rest) if _HEADING.fullmatch(one)), len(rest))
        taken, left = _taken(rest[:end], ledger)
        if taken or noted and not left:
            ledger.leave_out("heading of references", richtext.plain(block))
            found += taken
        else:
            kept.append(block)
        kept += left
        rest = rest[end:]
    if not found:
        kept, found = _at_the_end(kept, ledger)
    numbers = [one.number for one in found]
    if len(set(numbers)) != len(numbers):  # two lists, or numbers that repeat: in their order
        found = [_Found(place, one.source) for place, one in enumerate(found, 1)]
    return kept, found


def _names_references(block):
    match = _HEADING.fullmatch(block) or _PARAGRAPH.fullmatch(block)
    return bool(match) and bool(NAMES.fullmatch(richtext.plain(block)))


def _taken(blocks, ledger):
    """The references among the blocks under their heading, and the other blocks."""
    found, left = [], []
    lists = any(_LIST.fullmatch(block) for block in blocks)
    for block in blocks:
        if lists and not _LIST.fullmatch(block) and not _is_source(block):
            left.append(block)
            continue
        taken = _references_in(block, len(found), ledger)
        if taken is None:
            left.append(block)
        else:
            found += taken
    return found, left


def _references_in(block, before, ledger):
    """The references of one block; None where it holds none."""
    if _LIST.fullmatch(block):
        items = _ITEM.findall(block)
        if "<ul" in block[3:] or "<ol" in block[3:] or not items:
            return None
        start = _START.match(block)
        first = int(start[1]) if start else before + 1
        return [_found(first + place, item, ledger) for place, item in enumerate(items)]
    match = _PARAGRAPH.fullmatch(block)
    if not match:
        return None
    lines = [line for line in match[1].split("<br>") if line.strip()]
    if len(lines) > 1 and not all(LABEL.match(richtext.plain(line)) for line in lines):
        lines = [match[1]]
    certain = 'class="intake-reference"' in block
    if not certain and not all(map(_is_source, lines)):
        return None
    return [_found(before + place, line, ledger) for place, line in enumerate(lines, 1)]


def _is_source(markup):
    words = richtext.plain(markup)
    return bool(
        LABEL.match(words)
        or YEAR.search(words)
        or _DOI.search(words)
        or _PMID.search(words)
        or _URL.search(words)
    )


def _found(number, markup, ledger):
    words = richtext.plain(markup)
    label = LABEL.match(words)
    if label:
        number = int(next(filter(None, label.groups())))
        ledger.turn(label[0])
        words = words[label.end() :]
    return _Found(number, source(words, _address_in(markup)))


def _address_in(markup):
    link = _LINK.search(markup)
    return html.unescape(link[1]) if link and link[1].lower().startswith("http") else ""


def source(words: str, url: str = "") -> Source:
    """A reference of these words, with the identifiers that stand in them."""
    if len(words) > limits.LONGEST_REFERENCE:
        raise Refused(
            "A reference of this file is longer than any reference is. See whether the text "
            "under the heading of the references has a heading of its own."
        )
    doi = _DOI.search(words) or _DOI.search(url)
    pmid = _PMID.search(words)
    said = _URL.search(words)
    url = url or (said[0] if said else "")
    is_doi = "doi.org/10." in url.lower()
    return Source(
        text=words,
        doi=reference_formats.doi(doi[0]) if doi else "",
        pmid=pmid[1].lstrip("0") if pmid else "",
        url="" if is_doi or len(url) > 500 else url,
    )


def _at_the_end(blocks, ledger):
    """References without a heading, at the end: two or more, with hardly any words behind them."""
    if blocks and blocks[-1].startswith("<ol") and _LIST.fullmatch(blocks[-1]):
        items = _ITEM.findall(blocks[-1])
        if len(items) > 1 and all(YEAR.search(richtext.plain(item)) for item in items):
            return blocks[:-1], _references_in(blocks[-1], 0, ledger) or []
        return blocks, []
    end = len(blocks)
    while end > max(len(blocks) - LAST, 0) and not _reads_as_source(blocks[end - 1]):
        end -= 1
    begin = end
    while begin and _reads_as_source(blocks[begin - 1]):
        begin -= 1
    if end - begin < 2:
        return blocks, []
    found = []
    for block in blocks[begin:end]:
        found += _references_in(block, len(found), ledger)
    return blocks[:begin] + blocks[end:], found


def _reads_as_source(block):
    """Whether a paragraph can be nothing else: numbered and of a year, or of the usual form."""
    words = richtext.plain(block)
    if not _PARAGRAPH.fullmatch(block) or "<br>" in block:
        return False
    return bool(LABEL.match(words) and YEAR.search(words) or reference_parts(words))


# Citations in the text


_TOKEN = re.compile(r"<[^>]*>|&[a-zA-Z#0-9]+;|[^<&]+|[<&]")
_UP = str.maketrans("0123456789-–,", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁻˒")
_RAISED = re.compile(r"<sup>[\s(\[]*(\d{1,3}(?:\s?[-–,]\s?\d{1,3})*)[\s)\]]*</sup>")


@dataclass(frozen=True)
class _Read:
    """A block with its words, the place in it of each letter of them, and what may cite in them."""

    block: str
    text: str
    places: list[int]
    marks: list[Mark]


def _read(block):
    if block.startswith(("<h2", "<h3")):
        return _Read(block, "", [], [])
    text, places = _with_places(block)
    found, begin = [], 0
    for line in text.splitlines(keepends=True):  # of a list or table
        if len(line) <= limits.LONGEST_PARAGRAPH:
            found += [
                replace(mark, start=mark.start + begin, end=mark.end + begin)
                for mark in marks(line)
            ]
        begin += len(line)
    return _Read(block, text, places, found)


def _has_certain(read, numbers):
    """Whether a block cites by numbers in brackets or raised: then round ones may say else."""
    return any(
        mark.form in ("bracket", "raised") and mark.likely == "yes" and _fits(mark, numbers)
        for mark in read.marks
    )


def _fits(mark, numbers):
    return bool(mark.numbers) and all(number in numbers for number in mark.numbers)


def _cited(read, numbers, certain, ledger):
    """A block with markers in place of the numbers that cite references.

    `certain` says that the text cites in a way that is certain.
    """
    block, text, places = read.block, read.text, read.places
    out, end = [], 0
    for mark in read.marks:
        start = mark.end - len(text[mark.start : mark.end].lstrip())
        begin, finish = places[start], places[mark.end]
        if begin < end or not _is_whole(block[begin:finish]) or _within_link(block, begin):
            continue
        decision = _decided(text, mark, numbers, certain)
        if decision in ("unclear citation", "citation of nothing"):
            ledger.note(decision, _around(text, start, mark.end))
        if decision != "yes":
            continue
        ledger.turn(text[start : mark.end].translate(_DOWN))
        before = block[end:begin]
        out.append(before if mark.form == "raised" else before.rstrip())
        out += [citations.marker(KEY.format(numbers[n]), str(n)) for n in mark.numbers]
        end = finish
    out.append(block[end:])
    return "".join(out)


_DOWN = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻˒", "0123456789-,")


def _with_places(block):
    """The words of a block, and for each letter of them its place in the block.

    `<sup>1-3</sup>` is read as “¹⁻³”, which `marks` knows. The end has a place too.
    """
    text, places, at = [], [], 0
    for match in _RAISED.finditer(block):
        _add(block, at, match.start(), text, places)
        shown = re.sub(r"\s", "", match[1]).translate(_UP)
        text.append(shown)
        places += [match.start()] * len(shown)
        at = match.end()
    _add(block, at, len(block), text, places)
    return "".join(text), [*places, len(block)]


def _add(block, begin, end, text, places):
    for token in _TOKEN.finditer(block, begin, end):
        said = token[0]
        if said.startswith("<") and said != "<":
            said = "\n" if re.match(r"</?(?:p|li|t[dhr]|br|caption)\b", said) else ""
        elif said.startswith("&") and said != "&":
            said = html.unescape(said)[:1]
        else:
            text.append(said)
            places += range(token.start(), token.end())
            continue
        text.append(said)
        places += [token.start()] * len(said)


def _is_whole(piece):
    """Whether a piece of a block begins and ends in the same element."""
    return "<" not in re.sub(r"<sup>[^<]*</sup>", "", piece)


def _within_link(block, at):
    before = block[:at]
    return before.rfind("<a ") > before.rfind("</a>") or before.rfind("<cite") > before.rfind(
        "</cite>"
    )


def _decided(text, mark: Mark, numbers, certain):
    """ "yes", "no", or the code of what a person has to look at."""
    fits, likely = _fits(mark, numbers), mark.likely
    if mark.form == "round":
        likely = _likely_round(text, mark)
        likely = "perhaps" if likely == "yes" and certain else likely
    if mark.form not in ("bracket", "raised", "round"):  # before other words it may be a dose
        ends = not text[mark.end :].partition("\n")[0].strip()
        likely = "no" if likely != "yes" else "yes" if ends else "perhaps"
    if likely == "yes" and not fits:
        return "citation of nothing" if mark.form in ("bracket", "raised") else "no"
    if likely == "yes":
        return "yes"
    return "unclear citation" if likely == "perhaps" and fits else "no"


def _likely_round(text, mark):
    """(1) behind a word and before a mark, or behind a sentence, cites; “(1) do this” counts."""
    before, after = text[: mark.start].rstrip(), text[mark.end :]
    if not before or before.endswith("\n"):
        return "no"
    if re.match(r"[.,;:!?]|\s*(?:\n|$)", after):
        return "yes"
    if re.search(r"[.!?][\"”’)]*$", before) and re.match(r"\s+[\"“‘(]*[A-Z]", after):
        return "yes"
    return "perhaps"


def _around(text, start, stop):
    before, after = text[:start].split()[-4:], text[stop:].split()[:3]
    blank = " " if text[start - 1 : start].isspace() else ""
    space = " " if text[stop : stop + 1].isspace() else ""
    words = f"{' '.join(before)}{blank}{text[start:stop]}{space}{' '.join(after)}"
    return words.translate(_DOWN)


# Footnotes


def _with_notes(body, notes, references, ledger):
    """Footnotes that name a source become references; others stand at the end of the text."""
    markers, remarks, known = {}, [], {}
    for note in notes:
        words = " ".join(note.words.split())
        if _is_source(words) and f"note-{note.number}" in citations.keys(body):
            same = reference_formats.comparable(words)
            if same in known:
                ledger.note("same note")
                ledger.turn(words)
            else:
                references.append(source(words, note.url))
                known[same] = len(references)
            markers[f"note-{note.number}"] = citations.marker(
                KEY.format(known[same]), str(known[same])
            )
        else:
            remarks.append(note)
    body = citations.rekeyed(body, markers)
    for place, note in enumerate(remarks):
        letter = f"<sup>{_letter(place)}</sup>"
        body = citations.rekeyed(body, {f"note-{note.number}": letter})
        body += f"\n<p>{letter} {_inline(note.html)}</p>"
        ledger.note("note", note.words)
        ledger.added += [_letter(place)] * 2
    return body


def _letter(place):
    return _LETTERS[place % 26] * (place // 26 + 1)


def _inline(markup):
    """The words of a note with their emphasis and links, for one paragraph."""
    return " ".join(re.sub(r"</?(?!strong|em|sub|sup|a|span)[a-z0-9]+[^>]*>", " ", markup).split())
