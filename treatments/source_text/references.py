"""References as a document lists them: their own numbering, their parts, their keys."""

import itertools
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Source:
    """A reference. `text` is what the document says, without its own numbering (`label`).

    The other fields are all filled where the whole text has the form
    "Authors. Title. Journal Year; Volume(Issue): Pages." (an issue may be missing), else blank.
    """

    line: int
    number: int
    text: str
    label: str = ""
    authors: str = ""
    title: str = ""
    journal: str = ""
    year: str = ""
    volume: str = ""
    issue: str = ""
    pages: str = ""


def collapsed(text: str) -> str:
    """The text with each run of white space, non-breaking spaces included, as one space."""
    return " ".join(text.split())


LONGEST_NAME = 60  # characters of a key before its year; a society's name can be long
YEAR = re.compile(r"(?<![\d-])(?:1[89]|20)\d\d(?!\d)")
LABEL = re.compile(r"(?:\[(\d{1,3})\]\s*|\((\d{1,3})\)\s*|(\d{1,3})[.)]\s+)(?=\S)")
_PERSON = r"[^\W\d_][^\d.,;:?!]* [A-Z]{1,4}(?: (?:Jr|Sr|2nd|3rd))?"
# One sentence: a full stop inside it, as in 2.5, is not followed by white space.
_ONE_SENTENCE = r"(?:[^.?!]|[.?!](?!\s))+"
_REFERENCE = re.compile(
    rf"(?P<authors>{_PERSON}(?:, {_PERSON})*(?:,? et al)?)\. "
    rf"(?P<title>{_ONE_SENTENCE}[?!]|{_ONE_SENTENCE}(?=\.))\.? "
    r"(?P<journal>[^\W\d_][^.?!;]*?)\.? "
    r"(?P<year>(?:1[89]|20)\d\d) ?; ?"
    r"(?P<volume>[A-Za-z]?\d+) ?(?:\((?P<issue>[^()]+)\))? ?: ?"
    r"(?P<pages>[A-Za-z]?\d+(?: ?[-–] ?[A-Za-z]?\d+)?)\.?"
)


def reference_parts(text: str) -> dict[str, str]:
    """The fields of "Authors. Title. Journal Year; Volume(Issue): Pages.", or {}: no guess.

    Authors are surnames with initials. A text that could be parted in two ways is not parted.
    """
    match = _REFERENCE.fullmatch(collapsed(text))
    found = match.groupdict(default="") if match else {}
    return {name: value.strip() for name, value in found.items()}


def reference_keys(sources: Iterable[Source], taken: Iterable[str] = ()) -> tuple[str, ...]:
    """A key for each reference, in order: "onofrio-1990"; where two agree, a, b, c follow.

    It is made of the first author's surname, or of the text's first three words where the
    authors are not known, and of the year, where there is one. None is one of those `taken`,
    whose owner counts as the first of those that agree.
    """
    plain = [_key(source) for source in sources]
    count, used = Counter(plain), set(taken)
    begin = {key: int(key in used) for key in plain}
    keys = []
    for key in plain:
        lettered = (key + _letter(place) for place in itertools.count(begin[key]))
        choices = lettered if count[key] > 1 or begin[key] else itertools.chain([key], lettered)
        keys.append(next(choice for choice in choices if choice not in used))
        used.add(keys[-1])
    return tuple(keys)


def _key(source: Source) -> str:
    surname = source.authors.split(",")[0].removesuffix(" et al").rpartition(" ")[0]
    year = YEAR.search(source.text)
    words = surname or " ".join(YEAR.sub(" ", source.text).split()[:3])
    name = slug(words)[:LONGEST_NAME].strip("-") or f"reference-{source.number}"
    return slug(f"{name}-{source.year or (year[0] if year else '')}")


def _letter(position: int) -> str:
    return chr(ord("a") + position) if position < 26 else f"-{position + 1}"


_UNDECOMPOSED = str.maketrans(
    {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"}
)


def slug(text: str) -> str:
    """Lower-case Latin letters, digits and hyphens: "Crème brûlée" → "creme-brulee"."""
    plain = unicodedata.normalize("NFKD", text.lower().translate(_UNDECOMPOSED))
    letters = "".join(c for c in plain if not unicodedata.combining(c))
    letters = re.sub(r"['’]", "", letters)
    return re.sub(r"[^a-z0-9]+", "-", letters).strip("-")
