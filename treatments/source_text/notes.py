"""What a source document's text does not hold: the TOML file beside it."""

import tomllib
from dataclasses import MISSING, dataclass, fields, is_dataclass
from types import UnionType
from typing import get_args, get_origin, get_type_hints

from treatments.source_text.document import Settled


@dataclass(frozen=True, kw_only=True)
class RestoredHeading:
    """A heading that fell out at a blank line, and because of what it is known."""

    line: int
    heading: str
    because: str


@dataclass(frozen=True, kw_only=True)
class CodeNote:
    system: str
    code: str


@dataclass(frozen=True, kw_only=True)
class TopicNote:
    slug: str = ""
    tags: tuple[str, ...] = ()
    codes: tuple[CodeNote, ...] = ()


@dataclass(frozen=True, kw_only=True)
class TreatmentNote:
    """Of the treatment under `heading`; `line` where the same heading stands twice."""

    heading: str
    line: int | None = None
    slug: str = ""
    kind: str = ""
    tags: tuple[str, ...] = ()
    codes: tuple[CodeNote, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ReferenceNote:
    """Of the reference with this number in the document."""

    number: int
    key: str = ""
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class TermNote:
    """A word that the text explains, and its meaning in the text's own words."""

    word: str
    meaning: str
    spellings: tuple[str, ...] = ()
    slug: str = ""
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class SynonymNote:
    """Words that somebody may look for, and the text's own words for what they mean."""

    words: str
    meaning: str


@dataclass(frozen=True, kw_only=True)
class Notes:
    language: str = "en"
    provenance: str = ""
    references_heading: str = "References"
    heading_line: int | None = None
    disclaimer_line: int | None = None
    headings: tuple[int, ...] = ()
    paragraphs: tuple[int, ...] = ()
    undated_references: tuple[int, ...] = ()
    restored: tuple[RestoredHeading, ...] = ()
    citations: tuple[Settled, ...] = ()
    not_citations: tuple[Settled, ...] = ()
    topic: TopicNote = TopicNote()
    treatments: tuple[TreatmentNote, ...] = ()
    references: tuple[ReferenceNote, ...] = ()
    terms: tuple[TermNote, ...] = ()
    synonyms: tuple[SynonymNote, ...] = ()
    distinctive_words: tuple[str, ...] = ()

    def for_parsing(self) -> dict:
        """The arguments of source_text.parse."""
        names = "references_heading heading_line disclaimer_line headings paragraphs "
        names += "undated_references citations not_citations"
        restored = {one.line: one.heading for one in self.restored}
        return {name: getattr(self, name) for name in names.split()} | {"restored": restored}


class Refused(ValueError):
    """The notes cannot be used; `sentences` say what to mend."""

    def __init__(self, sentences: list[str]):
        super().__init__("\n".join(sentences))
        self.sentences = sentences


def read(text: str) -> Notes:
    """The Notes of a TOML file's text. Raises Refused, which names every key that is at fault."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Refused([f"This is not TOML: {error}."]) from None
    faults: list[str] = []
    notes = _record(Notes, table, "", faults)
    if faults:
        raise Refused(faults)
    return notes


def _record(kind: type, table: object, where: str, faults: list[str]):
    """One dataclass from one table; `where` is the table's name with a full stop behind it."""
    if not isinstance(table, dict):
        faults.append(f"{where.rstrip('.')} has to be a table.")
        return None
    types = get_type_hints(kind)
    for key in table.keys() - types.keys():
        faults.append(f"{where}{key} is not known here. Known are: {', '.join(types)}.")
    for field in fields(kind):
        if field.name not in table and field.default is MISSING:
            faults.append(f"{where}{field.name} is missing.")
    found = {
        name: _value(types[name], table[name], f"{where}{name}", faults)
        for name in types.keys() & table.keys()
    }
    return None if faults else kind(**found)


def _value(kind, value, where: str, faults: list[str]):
    if get_origin(kind) is tuple:
        return _values(get_args(kind)[0], value, where, faults)
    if isinstance(kind, UnionType):
        kind = get_args(kind)[0]
    if is_dataclass(kind):
        return _record(kind, value, f"{where}.", faults)
    if type(value) is not kind or value == "":
        faults.append(f"{where} has to be {'a whole number' if kind is int else 'a text'}.")
    return value.strip() if isinstance(value, str) else value


def _values(kind, value, where: str, faults: list[str]) -> tuple:
    if not isinstance(value, list):
        faults.append(f"{where} has to be a list.")
        return ()
    return tuple(
        _value(kind, one, f"{where}[{number}]", faults) for number, one in enumerate(value, 1)
    )
