"""When the words of an EHR name a text, and when they are too general to say anything."""

import re

from treatments.search import keys

# Words that are meant of any illness, several together too: "oral tablet", "pump", "pain relief".
_GENERAL = """
    abdomen acute ache block capsule cardiac catheter chronic clinic delivery device disease
    disorder doctor dose drug epidural external health heart hospital illness implant infusion
    injection insulin internal intravenous iv lung medication medicine narcotic nerve option oral
    pain painful patch patient pill procedure product pump relief side effect solution spine
    suppository surgery symptom syndrome system tablet technique therapy treatment tube vein
"""
# Words that say enough only beside another one: "cancer pain", and not "cancer".
_HALF = "brain cancer exercise tumor"
GENERAL = frozenset(keys(_GENERAL))
ALONE = GENERAL.union(keys(_HALF))
_BRACKETED = re.compile(r"\([^()]*\)|\[[^][]*\]")
_QUOTES = re.compile(r'["“”„«»]')
# "non-opioid" and "non opioid" are no word of "opioid".
_NON = re.compile(r"\bnon[-‐‑ ](?=\w)", re.IGNORECASE)


def spelled(text: str) -> tuple[str, ...]:
    """The keys of `search` by which words are compared, in order; "non-" belongs to its word."""
    return tuple(keys(_NON.sub("non", text)))


def is_generic(words: tuple[str, ...]) -> bool:
    """Whether keys, as `spelled` gives them, are one general word alone, or none."""
    return not words or (len(words) == 1 and words[0] in ALONE)


def is_general(words: tuple[str, ...]) -> bool:
    """Whether keys say nothing of an illness, however many they are: "drug delivery"."""
    return is_generic(words) or GENERAL.issuperset(words)


def names(text: str) -> set[tuple[str, ...]]:
    """The keys by which a title or a name is known, with what stands in brackets and without.

    What is generic is no name.
    """
    whole = spelled(text)
    return {name for name in (whole, spelled(_BRACKETED.sub(" ", text))) if not is_generic(name)}


def says(words: tuple[str, ...], part: tuple[str, ...]) -> bool:
    """Whether the keys hold these others, side by side and in their order."""
    return bool(part) and any(
        words[begin : begin + len(part)] == part for begin in range(len(words) - len(part) + 1)
    )


def phrase(text: str) -> str:
    """The words in quotes, as the search takes words that have to stand side by side."""
    return f'"{_QUOTES.sub(" ", text)}"'
