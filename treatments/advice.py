"""What makes a text easier to read and to use: what to do about it, and where.

Advice, not a rule: nothing that this module finds keeps anybody from saving or publishing. The
limits are those of the NHS standard for creating health content (2024).
"""

import functools
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from treatments import passages, readability
from treatments.passages import HEADINGS, Passage, Text

RULES = 1  # to be raised with every change of what is found, so that kept counts are made anew
MOST_WORDS = 20  # in a sentence
MOST_SENTENCES = 3  # in a paragraph
AIM = 6  # the grade to aim for (AMA, NIH)

# The kinds of finding in the order in which they are told, {kind: heading}.
KINDS = {
    "do-not": "Lines that must say “do not”",
    "sentence": "Long sentences",
    "paragraph": "Long paragraphs",
    "word": "Hard words",
    "heading": "Headings",
    "link": "Links",
    "table": "Tables",
}
_BARE = re.compile(r"(?:https?://|www\.)\S+|[\w-]+(?:\.[\w-]+)+(?:/\S*)?", re.IGNORECASE)
_EMPTY_LINKS = {
    "click", "click here", "click on this link", "click this link", "details", "find out more",
    "follow this link", "go here", "here", "info", "learn more", "link", "more", "more details",
    "more info", "more information", "page", "press here", "read here", "read more", "read on",
    "see here", "see more", "tap here", "the link", "this", "this link", "this page",
    "this website", "website",
}  # fmt: skip
_DO_NOT = re.compile(r"(?:please\s+)?(?:do\s+not|don[’']t|never)\b", re.IGNORECASE)
_PIECE = re.compile(r"[^\W_]+(?:[-’'][^\W_]+)*")


@dataclass(frozen=True)
class Finding:
    """What to do, in a sentence; `words` are those concerned, as they stand in the text.

    `place` is that of their passage (see `passages`); `count` says how often the words stand
    in the text, of which the place is the first.
    """

    kind: str
    todo: str
    words: str
    place: int
    count: int = 1


PlainWords = Mapping[str, str]


def findings(
    html: str, plain: PlainWords | None = None, known: Iterable[str] = ()
) -> list[Finding]:
    """All that is to be said about a cleaned text, by kind, and then in its order.

    `plain` are the hard words with plain ones (see `plain_words`), those shipped if it is None.
    Hard words that are `known`, because the glossary explains them, are no finding.
    """
    text = passages.read(html)
    plain = shipped() if plain is None else plain
    found = [
        *_lines_of_do_not(text),
        *_long_sentences(text),
        *_long_paragraphs(text),
        *_hard_words(text, plain, frozenset(map(_folded, known))),
        *_headings(text),
        *_links(text),
        *_tables(text),
    ]
    order = list(KINDS)
    return sorted(found, key=lambda finding: (order.index(finding.kind), finding.place))


def counts(found: Iterable[Finding]) -> dict[str, int]:
    """{kind: how many}, of the kinds that there are."""
    kinds = [finding.kind for finding in found]
    return {kind: kinds.count(kind) for kind in KINDS if kind in kinds}


# Hard words


def plain_words(text: str) -> dict[str, str]:
    """{hard word: plain words} of a list as it is written in plain_words.txt.

    Raises ValueError, which names the line, where one is not "hard = plain", or comes twice.
    """
    found: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        hard, equals, plain = (part.strip() for part in line.partition("="))
        if not (hard and equals and plain):
            raise ValueError(f"Line {number} is not “hard word = plain word”: {line}")
        if hard.casefold() in found:
            raise ValueError(f"Line {number} names a word for the second time: {hard}")
        found[hard.casefold()] = plain
    return found


@functools.cache
def shipped() -> dict[str, str]:
    """The list that comes with the portal."""
    path = Path(__file__).with_name("plain_words.txt")
    return plain_words(path.read_text(encoding="utf-8"))


@functools.lru_cache(maxsize=4)
def _forms(words: tuple[str, ...]) -> dict[str, str]:
    """{a word or phrase in each of its regular forms, folded: the word}; as spelled goes first."""
    found = {_folded(word): word for word in words}
    for word in words:
        for form in _inflected(_folded(word)):
            found.setdefault(form, word)
    return found


def _inflected(word: str) -> Iterator[str]:
    """The regular forms of a word of English; phrases have none."""
    if " " in word or not word.isascii() or len(word) < 4:
        return
    stem = word[:-1] if word.endswith("e") else word
    if re.search(r"[^aeiou]y$", word):
        yield from (f"{word[:-1]}ies", f"{word[:-1]}ied", f"{word}ing")
    else:
        yield f"{word}es" if re.search(r"(?:s|x|z|ch|sh)$", word) else f"{word}s"
        yield from (f"{stem}ed", f"{stem}ing")


def _hard_words(text: Text, plain: PlainWords, known: frozenset[str]) -> Iterator[Finding]:
    uses: dict[str, list[tuple[str, int]]] = {}
    forms = _forms(tuple(plain))
    begun = _beginnings(tuple(plain))
    for passage in text.passages:
        for words, hard in _hard_in(passage.words, forms, begun):
            if _folded(words) not in known and _folded(hard) not in known:
                uses.setdefault(hard, []).append((words, passage.place))
    for hard, found in uses.items():
        words, place = found[0]
        times = f" ({len(found)} times)" if len(found) > 1 else ""
        yield Finding(
            "word", f"Instead of “{words}”{times}, try: {plain[hard]}.", words, place, len(found)
        )


def _hard_in(text: str, forms: dict[str, str], begun: dict[str, int]) -> Iterator[tuple[str, str]]:
    """(words as they stand, the hard word that they are a form of), the longest at each place."""
    pieces = list(_PIECE.finditer(text))
    here = 0
    while here < len(pieces):
        step = 1
        for length in range(min(begun.get(_folded(pieces[here][0]), 0), len(pieces) - here), 0, -1):
            words = text[pieces[here].start() : pieces[here + length - 1].end()]
            if hard := forms.get(_folded(words)):
                yield words, hard
                step = length
                break
        here += step


@functools.lru_cache(maxsize=4)
def _beginnings(words: tuple[str, ...]) -> dict[str, int]:
    """{first word of a form: how many words the longest one with it has}."""
    found: dict[str, int] = {}
    for form in _forms(words):
        first, *others = form.split(" ")
        found[first] = max(found.get(first, 0), 1 + len(others))
    return found


def _folded(words: str) -> str:
    return " ".join(words.casefold().replace("’", "'").split())


# Sentences and paragraphs


def _long_sentences(text: Text) -> Iterator[Finding]:
    for passage in text.passages:
        if passage.tag in HEADINGS or passage.tag in ("caption", "th"):
            continue
        for sentence in readability.sentences(passage.words):
            if (count := len(readability.words(sentence))) > MOST_WORDS:
                todo = f"Split this sentence of {count} words, or shorten it to {MOST_WORDS}."
                yield Finding("sentence", todo, sentence, passage.place)


def _long_paragraphs(text: Text) -> Iterator[Finding]:
    for passage in text.passages:
        if passage.tag not in ("p", "li", "td"):
            continue
        if (count := len(readability.sentences(passage.words))) > MOST_SENTENCES:
            todo = (
                f"Split this paragraph of {count} sentences: {MOST_SENTENCES} at most, or a list."
            )
            yield Finding("paragraph", todo, passage.words, passage.place)


# Headings

EMPTY = "Write words into this empty heading, or delete it."


def empty_headings(text: Text) -> list[Finding]:
    """The headings without words, of a text that was not cleaned yet."""
    return [
        Finding("heading", EMPTY, passage.words, passage.place)
        for passage in text.passages
        if passage.tag in HEADINGS and not readability.words(passage.words)
    ]


def _headings(text: Text) -> Iterator[Finding]:
    """Levels that are left out, and headings that say or head nothing; the page's own is an h1."""
    level = 1
    for number, passage in enumerate(text.passages):
        if passage.tag not in HEADINGS:
            continue
        own = int(passage.tag[1])
        if not readability.words(passage.words):
            yield Finding("heading", EMPTY, passage.words, passage.place)
            continue
        if own > level + 1:
            yield Finding("heading", _raise(level), passage.words, passage.place)
        level = own
        after = text.passages[number + 1 : number + 2]
        if not after or (after[0].tag in HEADINGS and int(after[0].tag[1]) <= own):
            todo = "Write a text under this heading, or delete it: nothing stands under it."
            yield Finding("heading", todo, passage.words, passage.place)


def _raise(level: int) -> str:
    if level == 1:
        return "Make this a “Heading”: a “Smaller heading” needs a heading above it."
    return "Raise this heading by a level: the one between is left out."


# Links, tables, lists of what not to do


def _links(text: Text) -> Iterator[Finding]:
    for passage in text.passages:
        for link in passage.links:
            said = link.words.strip(" .…,:;!?»›→>()[]“”\"'").casefold()
            if said in _EMPTY_LINKS:
                todo = f"Let the link say where it leads: “{link.words}” alone says nothing."
            elif _BARE.fullmatch(link.words) or (said and said == link.href.casefold()):
                todo = "Let the link say in words where it leads, instead of its address."
            elif not said:
                todo = "Give this link words that say where it leads."
            else:
                continue
            yield Finding("link", todo, link.words, passage.place)


def _tables(text: Text) -> Iterator[Finding]:
    for table in text.tables:
        missing = [
            word
            for word, there in (("headings", table.headings), ("a caption", table.caption))
            if not there
        ]
        if missing:
            todo = f"Give this table {' and '.join(missing)}: Table properties in its menu."
            yield Finding("table", todo, table.words, table.place)


def _lines_of_do_not(text: Text) -> Iterator[Finding]:
    for passage in text.passages:
        if passage.item_of == "do-not" and not _says_not(passage):
            todo = "Begin this line with “Do not”: read alone, it would say the opposite."
            yield Finding("do-not", todo, passage.words, passage.place)


def _says_not(passage: Passage) -> bool:
    return bool(_DO_NOT.match(passage.words.lstrip("“\"'‘(")))


# In words


def grade_in_words(grade: float | None) -> str:
    """A grade as one says it: "about grade 9"."""
    if grade is None:
        return "no grade"
    if grade < 1.5:
        return "grade 1"
    if grade >= 16.5:
        return "above grade 16"
    return f"about grade {grade:.0f}"


# What helps most comes first: {kind: what to do about one of them, and about more}.
_NEXT = {
    "do-not": ("begin the line with “Do not”", "begin {} lines with “Do not”"),
    "sentence": ("split the long sentence", "split the {} long sentences"),
    "word": ("look at the hard word", "look at the {} hard words"),
    "paragraph": ("split the long paragraph", "split the {} long paragraphs"),
    "link": ("say where the link leads", "say where {} links lead"),
    "heading": ("mend the heading", "mend {} headings"),
    "table": ("complete the table", "complete {} tables"),
}


def next_step(counted: Mapping[str, int]) -> str:
    """What to do first, of what was counted by kind; "" where there is nothing to do."""
    for kind, (one, more) in _NEXT.items():
        if number := counted.get(kind):
            return one if number == 1 else more.format(number)
    return ""
