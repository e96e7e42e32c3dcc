"""Reading the files in which others hand references on: RIS, and PubMed's NBIB (MEDLINE)."""

import html
import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import rispy

LARGEST = 1_000_000  # bytes
MOST = 500  # records at once

DOI = r"^10\.\d{4,9}/[^\s\"]+\Z"
PMID = r"^[1-9]\d{0,7}\Z"
_YEAR = re.compile(r"(?<!\d)(?:1[5-9]|20)\d\d(?!\d)")
_URL = re.compile(r"https?://[^\s<>\"]+\Z", re.IGNORECASE)


class Unreadable(ValueError):
    """Nothing can be taken from this file; the message says why, and what to do."""


@dataclass(frozen=True)
class Record:
    """One reference of a file: where it stands, its fields, and what an editor should know of it.

    `fields` has the names of the columns of a reference; `left_out` are tags that were not used.
    """

    number: int
    line: int
    fields: dict[str, str]
    retraction: str = ""  # what the record says of it; "" where it says nothing
    remarks: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reading:
    """What a file holds: its format, its records, and the lines that belong to none."""

    format: str
    records: list[Record]
    strange_lines: list[tuple[int, str]] = field(default_factory=list)


@dataclass
class _Block:
    """The lines of one record, and by tag what stands there."""

    line: int
    entries: list[tuple[str, list[str]]] = field(default_factory=list)  # tag, its lines
    tags: dict[str, list[str]] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)

    def first(self, *tags: str) -> str:
        """The first value that is not blank, of the first tag that has one."""
        values = (value for tag in tags for value in self.tags.get(tag, ()))
        return next((value for value in map(_tidy, values) if value), "")

    def all(self, *tags: str) -> list[str]:
        values = (value for tag in tags for value in self.tags.get(tag, ()))
        return [value for value in map(_tidy, values) if value]


# From bytes to text


def decoded(data: bytes) -> tuple[str, str]:
    """The text of a file, and a sentence where its encoding had to be guessed. Raises Unreadable.

    UTF-8 and UTF-16 are told by their marks, UTF-16 without one by its empty bytes. Anything else
    is read as UTF-8, or where it is none as Windows-1252, of which Latin-1's letters are a part.
    """
    if len(data) > LARGEST:
        raise Unreadable("The file is larger than 1 MB. Export fewer references at once.")
    for encoding in _encodings(data):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return text, _GUESSED if encoding == "cp1252" else ""
    raise Unreadable("This is no text file that we can read. Export the references as RIS or NBIB.")


_GUESSED = (
    "The file is not UTF-8. It was read as Windows-1252 (Latin-1): look at the letters with "
    "accents before you save."
)


def _encodings(data: bytes) -> list[str]:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return ["utf-16"]
    if b"\0" in data:
        # Latin letters in UTF-16 are empty in every other byte.
        odd, even = data[1::2].count(0), data[::2].count(0)
        return ["utf-16-le" if odd > even else "utf-16-be"]
    return ["utf-8-sig", "cp1252"]


# From text to records


def read(text: str) -> Reading:
    """The references of a text in RIS or NBIB, told apart by what stands in it.

    Raises Unreadable where it is neither, holds nothing, or too much.
    """
    lines = _lines(text)
    name = _format_of(lines)
    blocks, strange = _FORMATS[name].blocks(lines)
    if len(blocks) > MOST:
        raise Unreadable(
            f"There are {len(blocks)} references in it. Import at most {MOST} at once."
        )
    take = _FORMATS[name].record
    return Reading(name, [take(number, block) for number, block in enumerate(blocks, 1)], strange)


def _lines(text: str) -> list[str]:
    text = text.removeprefix("\ufeff").replace("\r\n", "\n")
    if len(text.encode(errors="replace")) > LARGEST:
        raise Unreadable("This is more than 1 MB of text. Import fewer references at once.")
    if "\0" in text:
        raise Unreadable("This is no text: it has empty bytes. Export the references anew.")
    if not text.strip():
        raise Unreadable("There is nothing in it. Paste references, or choose a file.")
    return [line.rstrip() for line in re.split(r"[\r\n]", text)]


_RIS_BEGIN = re.compile(r"\s*TY {1,2}-(?: |\Z)")
_RIS_LINE = re.compile(r"\s*([A-Z][A-Z0-9]) {1,2}-(?: (.*))?\Z")
_NBIB_LINE = re.compile(r"(?=.{4}-)([A-Z]{2,4}) {0,2}-(?: (.*))?\Z")
_NBIB_TAGS = {"PMID", "PMC", "OWN", "STAT", "FAU", "DP", "TA", "JT"}
_OTHERS = {
    "BibTeX": re.compile(r"\s*@\w+\s*\{"),
    "EndNote’s own format": re.compile(r"\s*%[0A-Z] "),
    "XML or HTML": re.compile(r"\s*<[?!\w]"),
    "JSON": re.compile(r"\s*[\[{]"),
    "Web of Science": re.compile(r"\s*FN |\s*PT J\Z"),
}


def _format_of(lines: list[str]) -> str:
    is_ris = any(_RIS_BEGIN.match(line) for line in lines)
    is_nbib = any(_NBIB_TAGS & {tag} for tag in map(_nbib_tag, lines))
    if is_ris and any(_nbib_tag(line) == "PMID" for line in lines):
        raise Unreadable("RIS and NBIB stand in one text. Import them one after the other.")
    if is_ris or is_nbib:
        return "RIS" if is_ris else "NBIB"
    first = next(line for line in lines if line.strip())
    for name, begin in _OTHERS.items():
        if begin.match(first):
            raise Unreadable(f"This looks like {name}. Export the references as RIS or NBIB.")
    raise Unreadable(
        "This is neither RIS nor NBIB: no line begins “TY  - ” or “PMID- ”. In PubMed choose "
        "“Cite” or “Send to: Citation manager”; in Zotero or EndNote export as RIS."
    )


def _nbib_tag(line: str) -> str:
    match = _NBIB_LINE.match(line)
    return match[1] if match else ""


# RIS


def _ris_blocks(lines: list[str]) -> tuple[list[_Block], list[tuple[int, str]]]:
    """Each record with the lines from its TY to its ER, and the lines outside of records.

    rispy drops a record without ER and whatever stands between records; here both are noticed.
    """
    blocks, strange, block = [], [], None
    for number, line in enumerate(lines, 1):
        match = _RIS_LINE.match(line)
        if match and match[1] == "TY":
            if block:
                block.remarks.append(_NO_END)
            block = _Block(number)
            blocks.append(block)
        if block is None and match and match[1] == "EF":
            continue  # Web of Science says so that the file ends
        if block is None or not (match or block.entries):
            strange += [(number, line)] if line.strip() else []
        elif match and match[1] == "ER":
            block = None
        elif match:
            block.entries.append((match[1], [match[2] or ""]))
        else:
            block.entries[-1][1].append(line.strip())
    if block:
        block.remarks.append(_NO_END)
    for found in blocks:
        found.tags = _ris_tags(found.entries)
    return blocks, strange


_NO_END = "The record has no end (ER). Perhaps a part of it is missing."
_RIS_LISTS = ["A1", "AU", "N1", "UR", "U1"]
_RIS_USED = {
    *("TY", "TI", "T1", "AU", "A1", "JA", "J1", "J2", "JO", "JF", "T2", "BT", "PY", "Y1", "DA"),
    *("VL", "IS", "SP", "EP", "DO", "UR", "CY", "PP", "PB", "AN", "DB", "DP", "N1", "U1", "ER"),
}
# Beside articles: what has a publisher, and what stands in a book.
_IN_BOOKS = {"CHAP", "ECHAP", "CONF", "CPAPER", "ENCYC", "DICT"}
_PUBLISHED = _IN_BOOKS | {
    *("BOOK", "EBOOK", "EDBOOK", "RPRT", "THES", "ELEC", "BLOG", "GOVDOC", "STAND", "PAMP", "MULTI")
}


def _ris_tags(entries: list[tuple[str, list[str]]]) -> dict[str, list[str]]:
    """rispy's reading of one record, by tag. Lines that go on are joined before: rispy would take
    the second line of a name for another author.
    """
    lines = [f"{tag}  - {' '.join(parts)}" for tag, parts in entries]
    (found,) = rispy.loads(
        "\n".join([*lines, "ER  - "]),
        mapping={tag: tag for tag in ["ER", *(tag for tag, _ in entries)]},
        list_tags=_RIS_LISTS,
        delimiter_tags_mapping={},
        skip_unknown_tags=True,
    )
    return {tag: value if isinstance(value, list) else [value] for tag, value in found.items()}


def _ris_record(number: int, block: _Block) -> Record:
    kind = block.first("TY").upper()
    titles = ("TI", "T1") if kind in _IN_BOOKS else ("TI", "T1", "BT")
    book = block.first("T2", "BT", "JO", "JF")
    published = kind in _PUBLISHED
    values = {
        "authors": ", ".join(map(_person, block.all("AU", "A1"))),
        "title": block.first(*titles),
        "journal": "" if published else block.first("JA", "J1", "J2", "JO", "T2", "JF"),
        "publisher": _joined(": ", block.first("CY", "PP"), block.first("PB")) if published else "",
        "year": block.first("PY", "Y1", "DA"),
        "volume": block.first("VL"),
        "issue": block.first("IS"),
        "pages": _pages(block.first("SP"), block.first("EP")),
        "doi": block.first("DO") or _doi_in(block.all("UR")),
        "pmid": _pmid_in_ris(block),
        "url": _address(block.all("UR")),
    }
    if kind in _IN_BOOKS and book:
        values["journal"] = f"In: {book}"
    return _record(number, block, values, used=_RIS_USED)


def _pmid_in_ris(block: _Block) -> str:
    """RIS has no tag of its own for it: PubMed, Zotero and EndNote have three places."""
    for value in block.all("U1", "N1", "UR"):
        match = _PMID_NAMED.search(value)
        if match:
            return match[1] or match[2] or match[3]
    databases = " ".join(block.all("DB", "DP")).lower()
    number = block.first("AN")
    is_pubmeds = any(name in databases for name in ("pubmed", "medline", "nlm"))
    return number if is_pubmeds and re.match(PMID, number) else ""


_PUBMED = r"(?:pubmed\.ncbi\.nlm\.nih\.gov|ncbi\.nlm\.nih\.gov/pubmed)"
_PMID_NAMED = re.compile(
    rf"\bPMID:?\s*(\d{{1,8}})\b|\b(\d{{1,8}})\s*\[pmid\]|{_PUBMED}/(\d{{1,8}})\b", re.IGNORECASE
)


# NBIB


def _nbib_blocks(lines: list[str]) -> tuple[list[_Block], list[tuple[int, str]]]:
    """Records are parted by blank lines; a second PMID begins another one too."""
    blocks, strange, block = [], [], None
    for number, line in enumerate(lines, 1):
        match = _NBIB_LINE.match(line)
        if not line.strip():
            block = None
        elif match:
            if block is None or (match[1] == "PMID" and "PMID" in dict(block.entries)):
                block = _Block(number)
                blocks.append(block)
            block.entries.append((match[1], [match[2] or ""]))
        elif block and line[0].isspace():
            block.entries[-1][1].append(line.strip())
        else:
            strange.append((number, line))
    for found in blocks:
        for tag, parts in found.entries:
            found.tags.setdefault(tag, []).append(" ".join(parts))
    return blocks, strange


_NBIB_USED = {
    *("PMID", "TI", "BTI", "AU", "FAU", "CN", "TA", "JT", "DP", "VI", "IP", "PG", "AID", "LID"),
    *("PL", "PB", "PT", "RIN"),
}


def _nbib_record(number: int, block: _Block) -> Record:
    in_book = bool(block.first("BTI"))
    values = {
        "authors": ", ".join(block.all("AU", "CN") or map(_person, block.all("FAU"))),
        "title": block.first("TI", "BTI"),
        "journal": "" if in_book else block.first("TA", "JT"),
        "publisher": _joined(": ", block.first("PL"), block.first("PB")) if in_book else "",
        "year": block.first("DP"),
        "volume": block.first("VI"),
        "issue": block.first("IP"),
        "pages": _pages(block.first("PG"), ""),
        "doi": _identifier(block.all("LID", "AID"), "doi"),
        "pmid": block.first("PMID"),
    }
    if in_book and block.first("TI"):
        values["journal"] = f"In: {block.first('BTI')}"
    return _record(number, block, values, used=_NBIB_USED)


def _identifier(values: Iterable[str], name: str) -> str:
    """PubMed writes several identifiers under one tag: "10.5555/example [doi]"."""
    end = f"[{name}]"
    return next((value.removesuffix(end).strip() for value in values if value.endswith(end)), "")


# What both formats share


@dataclass(frozen=True)
class _Format:
    blocks: Callable[[list[str]], tuple[list[_Block], list[tuple[int, str]]]]
    record: Callable[[int, _Block], Record]


_FORMATS = {"RIS": _Format(_ris_blocks, _ris_record), "NBIB": _Format(_nbib_blocks, _nbib_record)}
_MARKUP = re.compile(r"</?(?:i|b|em|strong|sub|sup|u|span)(?:\s[^<>]*)?>", re.IGNORECASE)


def _record(number: int, block: _Block, values: dict[str, str], *, used: set[str]) -> Record:
    remarks = list(block.remarks)
    for name, (normal, pattern, sentence) in _CHECKED.items():
        found = normal(values.get(name, ""))
        if found and not re.match(pattern, found):
            remarks.append(sentence.format(found))
            found = ""
        values[name] = found
    year = _YEAR.search(values["year"])
    if values["year"] and not year:
        remarks.append(f"“{values['year']}” is no year, and was left out.")
    values["year"] = year[0] if year else ""
    values["title"] = values["title"].rstrip(".").strip()
    return Record(
        number,
        block.line,
        {name: value for name, value in values.items() if value},
        _retraction(block, values["title"]),
        tuple(remarks),
        tuple(sorted(set(block.tags) - used)),
    )


def _retraction(block: _Block, title: str) -> str:
    if "retracted publication" in (kind.lower() for kind in block.all("PT")):
        where = "; ".join(block.all("RIN"))
        said = "PubMed’s record calls the article a retracted publication."
        return f"{said} Retraction in: {where}" if where else said
    if re.match(r"(?:retracted|withdrawn)(?: article)?:", title, re.IGNORECASE):
        return "The title in the imported record says so."
    return ""


def doi(text: str) -> str:
    """A DOI in the form in which it is kept: without its address, in small letters."""
    text = text.strip()
    if re.match(r"https?://(?:dx\.)?doi\.org/", text, re.IGNORECASE):
        text = re.sub(r"%([0-9a-f]{2})", lambda m: _ascii(m[0], m[1]), text, flags=re.IGNORECASE)
    return re.sub(r"(?i)^(?:https?://)?(?:dx\.)?doi\.org/|^doi:\s*", "", text).lower()


def _ascii(written: str, code: str) -> str:
    character = chr(int(code, 16))
    return character if "!" <= character <= "~" else written


def pmid(text: str) -> str:
    """A PubMed number in the form in which it is kept: its digits."""
    text = re.sub(rf"(?i)^https?://(?:www\.)?{_PUBMED}/", "", text.strip())
    return re.sub(r"(?i)^pmid:?\s*", "", text).rstrip("/").strip()


def comparable(title: str) -> str:
    """A title's letters and digits alone, without accents: what two spellings of it share."""
    plain = unicodedata.normalize("NFKD", title.casefold())
    return "".join(character for character in plain if character.isalnum())


_CHECKED = {
    "doi": (doi, DOI, "“{}” has not the form of a DOI, and was left out."),
    "pmid": (pmid, PMID, "“{}” is no PubMed number, and was left out."),
    "url": (str.strip, _URL, "The address “{}” does not begin with http, and was left out."),
}


def _tidy(value: str) -> str:
    """A value without markup, control characters and needless white space."""
    value = html.unescape(_MARKUP.sub("", html.unescape(value)))
    printable = "".join(" " if unicodedata.category(c) in ("Cc", "Cs") else c for c in value)
    return " ".join(printable.split())


def _person(name: str) -> str:
    """ "Wheeler, Anna B." or "Wheeler, A.B., Jr" → "Wheeler AB", "Wheeler AB Jr".

    A name without a comma is a society's, or written as we want it, and stays.
    """
    surname, comma, rest = name.strip(" ,").partition(",")
    given, _, suffix = (part.strip() for part in rest.partition(","))
    if not comma or not given or re.search(r"\b(?:and|of|for|the)\b", given):
        return name.strip(" ,")
    return " ".join(filter(None, (surname.strip(), _initials(given), suffix.rstrip("."))))


def _initials(given: str) -> str:
    if re.fullmatch(r"[A-Z]{1,4}", given):
        return given
    words = re.findall(r"[^\W\d_][^\s.\-–]*", given)
    letters = "".join(word[0] for word in words)
    return letters.upper() if letters.upper() != letters.lower() else given


def _pages(first: str, last: str) -> str:
    first = re.sub(r"\s*[-–]+\s*", "-", first)
    return first if not last or last == first or "-" in first else _joined("-", first, last)


def _joined(mark: str, *parts: str) -> str:
    return mark.join(filter(None, parts))


def _doi_in(addresses: Iterable[str]) -> str:
    found = (address for address in addresses if "doi.org/10." in address.lower())
    return next(found, "")


def _address(addresses: list[str]) -> str:
    """The first address that a browser can open and that is not only the DOI's; else the first."""
    addresses = [part.strip() for one in addresses for part in one.split(";") if part.strip()]
    opens = [one for one in addresses if _URL.match(one) and "doi.org/10." not in one.lower()]
    return next(iter(opens), "" if _doi_in(addresses) else next(iter(addresses), ""))
