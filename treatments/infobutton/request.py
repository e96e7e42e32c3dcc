"""What an EHR asks: pairs of names and values in, an Asked out.

HL7 Infobutton, URL-Based Implementations R4 (2014), read as liberally as MedlinePlus Connect reads
it: real EHRs leave out most of what the standard wants, and add what it does not know.
"""

import re
from dataclasses import dataclass
from urllib.parse import parse_qsl

from treatments import code_systems

MOST_PAIRS = 200
MOST_CRITERIA = 10
LONGEST = 1_000  # characters of a name or a value
LONGEST_CALLBACK = 100

# The media types of an answer, by what is asked for.
FORMATS = {
    "text/xml": "xml",
    "application/xml": "xml",
    "application/atom+xml": "xml",
    "application/json": "json",
    "application/javascript": "javascript",
    "text/javascript": "javascript",
}

# What XML 1.0 (fifth edition, 2.2) does not allow in a text.
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_CRITERION = re.compile(r"(?P<name>mainsearchcriteria)\.(?P<kind>[vc])\.(?P<field>cs|c|dn|ot)")
# A number at the end tells repeats apart: "…v.c1", "…v.cs1"; some write it behind the first part.
_NUMBERED = re.compile(r"(?P<stem>.*?[a-z])(?P<number>[0-9]{1,3})")
_NUMBERED_WITHIN = re.compile(r"(?P<stem>mainsearchcriteria)(?P<number>[0-9]{1,3})(?P<rest>\..*)")
_CALLBACK = re.compile(r"[A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*)*", re.ASCII)
_LANGUAGE = re.compile(r"([a-z]{2,3})(?:[-_][a-z0-9]{1,8})*")

TYPE = "knowledgeResponseType"
LANGUAGE = "informationRecipient.languageCode.c"
# The first parts of the names that an answer repeats as its categories.
MIRRORED = (
    "mainSearchCriteria",
    "subTopic",
    "taskContext",
    "patientPerson.administrativeGenderCode",
    "administrativeGenderCode",
    "ageGroup",
    "informationRecipient",
    "performer",
    "encounter",
    "observation",
)


class Refused(Exception):
    """What was asked cannot be read; `sentence` says what to mend, `status` is 400 or 415."""

    def __init__(self, sentence: str, status: int = 400):
        super().__init__(sentence)
        self.sentence, self.status = sentence, status


@dataclass(frozen=True)
class Criterion:
    """One thing that is asked for.

    `system` is a name of `code_systems` or None where it is unknown or missing; `code` is as it
    was sent; `words` are the display name and what somebody typed, those that are there.
    """

    system: str | None
    code: str
    words: tuple[str, ...]


@dataclass(frozen=True)
class Asked:
    """What is asked for, and how the answer should be.

    `language` is a small primary tag (RFC 5646), "" where none was asked for; `format` is "xml",
    "json" or "javascript", with the `callback` of the last; `sub_topics` are MeSH qualifiers;
    `mirrored` are pairs of a parameter and its value that the answer repeats.
    """

    criteria: tuple[Criterion, ...]
    language: str
    format: str
    callback: str
    sub_topics: tuple[str, ...]
    mirrored: tuple[tuple[str, str], ...]


def pairs(sent: bytes) -> list[tuple[str, str]]:
    """The names and values of a query string or a form, without what no XML could hold.

    Never fails for what the bytes are: what is no UTF-8 becomes U+FFFD. Raises Refused where there
    are too many.
    """
    text = sent.decode("utf-8", "replace")
    try:
        found = parse_qsl(text, keep_blank_values=True, max_num_fields=MOST_PAIRS, errors="replace")
    except ValueError:
        raise Refused(f"These are too many parameters. Send {MOST_PAIRS} at most.") from None
    return [(_clean(name), _clean(value)) for name, value in found]


def _clean(text):
    return " ".join(_NO_XML.sub("", text).split())


def read(found: list[tuple[str, str]], *, data: bool = True) -> Asked:
    """The Asked of names and values, as `pairs` gives them.

    With `data` False, for the page that people see, type and callback do not matter. Raises
    Refused where a parameter stands twice, where nothing is asked for, or where the type of the
    answer is none of FORMATS.
    """
    given = _given(found)
    criteria = _criteria(given)
    kind, callback = _format(given) if data else ("xml", "")
    return Asked(
        criteria=criteria,
        language=_language(given),
        format=kind,
        callback=callback,
        sub_topics=tuple(
            dict.fromkeys(
                value.upper()
                for name, value in given.items()
                if re.fullmatch(r"subtopic\.[vc]\.c[0-9]{0,3}", name)
            )
        ),
        mirrored=_mirrored(given),
    )


def _given(found):
    """{name in small letters: value} of what is not empty."""
    given: dict[str, str] = {}
    for name, value in found:
        name, value = "".join(name.split()).lower(), value.strip()
        if not name or not value:
            continue
        if len(name) > LONGEST or len(value) > LONGEST:
            raise Refused(f"A parameter is too long. Send {LONGEST} characters at most in each.")
        if name in given:
            raise Refused(f"{_told(name)} stands twice. Send each parameter once.")
        given[name] = value
    return given


def _told(name):
    """A parameter in a sentence: as the standard writes it, and never in somebody else's words."""
    stem, number = _numbered(name)
    known = _STANDARD.get(stem)
    return f"{known}{number}" if known else "A parameter"


def _numbered(name):
    """(the name without its number, the number), "" where it has none."""
    if within := _NUMBERED_WITHIN.fullmatch(name):
        return within["stem"] + within["rest"], within["number"]
    if numbered := _NUMBERED.fullmatch(name):
        return numbered["stem"], numbered["number"]
    return name, ""


def _criteria(given):
    fields: dict[int, dict[tuple[str, str], str]] = {}
    for name, value in given.items():
        stem, number = _numbered(name)
        if part := _CRITERION.fullmatch(stem):
            fields.setdefault(int(number or 0), {})[part["kind"], part["field"]] = value
    criteria = [
        found for _, parts in sorted(fields.items()) if (found := _criterion(parts)) is not None
    ]
    if not criteria:
        raise Refused(
            "Nothing is asked for. Send mainSearchCriteria.v.c with mainSearchCriteria.v.cs, or "
            "mainSearchCriteria.v.dn, or mainSearchCriteria.v.ot."
        )
    if len(criteria) > MOST_CRITERIA:
        raise Refused(f"This asks for too much at once. Send {MOST_CRITERIA} criteria at most.")
    return tuple(criteria)


def _criterion(parts):
    """The Criterion of {(kind, field): value}; the spelling with "v" wins. None of a code alone."""
    code, system, name, typed = (
        parts.get(("v", field)) or parts.get(("c", field), "") for field in ("c", "cs", "dn", "ot")
    )
    words = tuple(dict.fromkeys(filter(None, (name, typed))))
    if not words and not (code and system):
        return None
    known = code_systems.named(system) if code else None
    return Criterion(system=known, code=code, words=words)


def _format(given):
    """(format, callback) of what is asked for."""
    wanted = given.get(TYPE.lower(), "text/xml").lower()
    types = [one.partition(";")[0].strip() for one in wanted.split(",")]
    kind = next((FORMATS[one] for one in types if one in FORMATS), None)
    if kind is None:
        raise Refused(
            f"{TYPE} asks for a type that is not answered here. Send text/xml, application/json or "
            "application/javascript.",
            415,
        )
    callback = given.get("callback", "")
    if kind != "javascript":
        return kind, ""
    if not _CALLBACK.fullmatch(callback) or len(callback) > LONGEST_CALLBACK:
        raise Refused(
            "With application/javascript, send as callback the name of a function: letters, "
            "digits, _ and $, with dots between names."
        )
    return kind, callback


def _language(given):
    """The primary tag; "sp" is sent for Spanish too."""
    found = _LANGUAGE.fullmatch(given.get(LANGUAGE.lower(), "").lower())
    return {"sp": "es"}.get(found[1], found[1]) if found else ""


def _standard():
    """{name in small letters: as the standard writes it} of all that is coded, and some more."""
    names = ["informationRecipient", "performer", TYPE, "callback", "age.v.v", "age.v.u"]
    for stem in _CODED:
        names += [f"{stem}{kind}.{field}" for kind in ("", ".v", ".c") for field in _FIELDS]
    return {name.lower(): name for name in names}


_FIELDS = ("c", "cs", "dn", "ot")
_PEOPLE = ("informationRecipient", "performer")
_CODED = (
    *("mainSearchCriteria", "subTopic", "taskContext", "ageGroup", "encounter", "observation"),
    *("patientPerson.administrativeGenderCode", "administrativeGenderCode"),
    *(f"{one}.{part}" for one in _PEOPLE for part in ("languageCode", "healthCareProvider")),
)
_STANDARD = _standard()
_FIRST = tuple(name.lower() for name in MIRRORED)


def _mirrored(given):
    """The pairs that an answer repeats, their names as the standard writes them."""
    told = []
    for name, value in given.items():
        stem, number = _numbered(name)
        known = _STANDARD.get(stem)
        if known and stem.startswith(_FIRST):
            told.append((f"{known}{number}", value))
    return tuple(told)
