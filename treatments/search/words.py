"""Words as they are compared: what a text is cut into, and which words count as one."""

import functools
import itertools
import re
import threading
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import snowballstemmer

from treatments.glossary import MARKS

# With the stemmer's version, what an index was made by: one made by another is made anew.
RECIPE = "3, snowballstemmer 3.1.1"

_LETTERS = rf"[^\W_]+(?:[{MARKS}]+[^\W_]*)*"
_WORD = re.compile(rf"{_LETTERS}(?:['’ʼ]{_LETTERS})*")
_HYPHENS = {"-", "‐", "‑", "\u00ad", "/"}
_SENTENCE = re.compile(r"(?<=[.!?])[\"”’)]*\s+(?=[\"“‘(]*[A-Z])")

_SMALL = """
    a about am an and any are as at be been being but by can cant could did didnt do does doesnt
    doing don done dont for from had has have having he her here hers him his how i id if im in
    into is isnt it its ive me my of on or our ours she should so some than that the their theirs
    them then there these they this those to too us very was we were what when where which while
    who whom why will with would you your youre yours
"""
_ASKING = """
    advice after again all anything ask available best better else every everything find get gets
    getting give gives go going good happen happens help helps info inform information just know
    leaflet like look looking make makes many may might more most much must need needs never new no
    not now only page pages please question questions read really safe say says see show something
    take takes taking tell thing things think try understand use used uses using want wants without
    work working works
"""
# Words that say nothing of what a text is about: neither kept nor looked for.
STOP = frozenset(_SMALL.split())
# Words in which questions are dressed: looked for, and not missed where no page has them.
FILLERS = frozenset(_ASKING.split())

# British spellings turned into American ones. Both sides of a comparison pass here, so a word
# that is changed wrongly is still the same word on both.
_AMERICAN = [
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (r"ae", "e"),
        (r"(?<=.)oe(?!s?$)|^oe(?=[dst])", "e"),
        (r"(?<=..)our(?=(?:s|ed|ing|al|able|ful|less|ite|ites)?$)", "or"),
        (r"(?<=..[aeilnrt])ys(?=(?:e|ed|es|er|ers|ing)$)", "yz"),
        (r"(?<=[^\W]{3})is(?=(?:e|ed|es|er|ers|ing|ation|ations)$)", "iz"),
        (r"(?<=[^\W]{2})([tb])re(s?)$", r"\1er\2"),
        (r"([aeiouy].*[aeiouy])ll(?=(?:ing|ed|er|ers|or|ors)$)", r"\1l"),
        (r"(?<=..)ogue(?=s?$)", "og"),
        (r"gramme(?=s?$)", "gram"),
        (r"sulph", "sulf"),
        (r"^(def|lic|off|pret)ence", r"\1ense"),
        (r"^ageing$", "aging"),
        (r"^gr[ae]y", "gray"),
        (r"^aluminium", "aluminum"),
    )
]
_SOUNDS = [
    (re.compile(pattern), replacement)
    for pattern, replacement in (
        (r"ph", "f"),
        (r"(?<=[rtg])h", ""),
        (r"ck|[cq]", "k"),
        (r"z", "s"),
        (r"y", "i"),
        (r"(.)\1+", r"\1"),
    )
]

# Letters of a word that are compared: a longer one is cut, in texts and in searches alike. NFKD
# makes eighteen of one sign, and PostgreSQL refuses what is far longer.
LONGEST = 40
_LONGEST_SPLIT = 24  # letters of a word that may be two
_KEPT = 20_000  # words that each cache keeps, none of more letters than LONGEST
_PREFIX = 7  # letters of a word in which slips are looked for; the rest is compared afterwards
_stemmer = snowballstemmer.stemmer("english")
_stemming = threading.Lock()  # it keeps the word in itself, so two threads would mix theirs


class Piece(NamedTuple):
    """A word of a text: where it stands, its key, and whether a hyphen ties it to the one before.

    `word` is what was written, without accents and capitals.
    """

    start: int
    end: int
    word: str
    key: str
    tied: bool = False


def pieces(text: str) -> list[Piece]:
    """The words of a text, in order, stop words among them."""
    found: list[Piece] = []
    for match in _WORD.finditer(text):
        word = folded(match[0])
        if not word:
            continue
        tied = bool(found) and text[found[-1].end : match.start()] in _HYPHENS
        found.append(Piece(match.start(), match.end(), word, key(word), tied))
    return found


def keys(text: str) -> list[str]:
    """The keys of a text's words, in order, without stop words."""
    return [piece.key for piece in pieces(text) if piece.word not in STOP]


def joins(text: str) -> list[str]:
    """The keys of what hyphens tie together, written in one: "non-drug" is found as "nondrug"."""
    return [key(word) for word in joined(text)]


def joined(text: str) -> list[str]:
    """The words that hyphens tie together, by twos and by threes, each written in one."""
    found = pieces(text)
    whole = [before.word + after.word for before, after in itertools.pairwise(found) if after.tied]
    triples = zip(found, found[1:], found[2:], strict=False)
    return whole + [a.word + b.word + c.word for a, b, c in triples if b.tied and c.tied]


def sentences(block: str) -> list[str]:
    """The sentences of a text of one block."""
    return [sentence for sentence in map(str.strip, _SENTENCE.split(block)) if sentence]


def letters(sign: str) -> int:
    """How many letters folding makes of a sign, at most."""
    plain = unicodedata.normalize("NFKD", sign.casefold())
    return sum(not unicodedata.combining(c) for c in plain)


def folded(word: str) -> str:
    """A word without accents, capitals, apostrophes and the genitive's ending, cut at LONGEST.

    One that is longer before it is folded is mostly marks, or no word: it is not kept.
    """
    return _folded(word) if len(word) <= LONGEST else _folded.__wrapped__(word[: 4 * LONGEST])


@functools.lru_cache(maxsize=_KEPT)
def _folded(word: str) -> str:
    plain = unicodedata.normalize("NFKD", word.casefold())
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    plain = re.sub(r"['’ʼ]s?$", "", plain) if len(plain) > 2 else plain
    return "".join(c for c in plain if c.isalnum())[:LONGEST]


def key(word: str) -> str:
    """What a folded word, or some in one, is compared by: its stem in American spelling."""
    return _key(word[:LONGEST])


@functools.lru_cache(maxsize=_KEPT)
def _key(word: str) -> str:
    if not word.isalpha():
        return word
    with _stemming:
        return _stemmer.stemWord(_american(word))


def _american(word: str) -> str:
    if len(word) >= 5:
        for pattern, replacement in _AMERICAN:
            word = pattern.sub(replacement, word)
    return word


@functools.cache
def english() -> frozenset[str]:
    """Words of four letters and more that English has, from SCOWL: whoever types one means it."""
    path = Path(__file__).with_name("english.txt")
    return frozenset(path.read_text(encoding="ascii").split())


def is_english(word: str) -> bool:
    """Whether a word in small letters is one of English, and no name."""
    return word in english()


# Slips of the keyboard and of the ear


def forms(word: str) -> frozenset[str]:
    """What of a folded word is compared letter by letter: itself and its stem, as they sound."""
    return _forms(word[:LONGEST])


@functools.lru_cache(maxsize=_KEPT)
def _forms(word: str) -> frozenset[str]:
    return frozenset((sounded(word), sounded(key(word))))


def sounded(word: str) -> str:
    """A word with letters that sound alike written alike: "morfine" is "morphine"."""
    for pattern, replacement in _SOUNDS:
        word = pattern.sub(replacement, word)
    return word


def slips(length: int) -> int:
    """How many slips a word of so many letters may have: one for each five, one from four on."""
    return 0 if length < 4 else 1 if length < 10 else 2


def shortened(form: str, most: int) -> set[str]:
    """The beginning of a form with up to so many letters left out.

    Two forms with no more slips between them share one of these (SymSpell, W. Garbe 2012).
    """
    found = {form[:_PREFIX]}
    last = found
    for _ in range(most):
        last = {text[:i] + text[i + 1 :] for text in last for i in range(len(text))}
        found |= last
    return found


def distance(one: str, other: str, most: int) -> int:
    """Letters to change, add, leave out or swap with their neighbour; `most` + 1 where more.

    Optimal string alignment, a Damerau–Levenshtein distance in which nothing is mended twice.
    """
    if abs(len(one) - len(other)) > most:
        return most + 1
    # What both begin or end with needs no mending.
    while one and other and one[0] == other[0]:
        one, other = one[1:], other[1:]
    while one and other and one[-1] == other[-1]:
        one, other = one[:-1], other[:-1]
    before, row = [], list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        earlier, before, row = before, row, [i]
        for j, against in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != against))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == against:
                cost = min(cost, earlier[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
    return row[-1]


def alike(typed: str, form: str, most: int) -> float:
    """How surely a form is what was meant by another, as `forms` gives them: 0 to 1."""
    found = distance(typed, form, most)
    if found > most or (len(typed) < 5 and found and typed[0] != form[0]):
        return 0
    return 1 - found / (len(typed) + 1)


def splits(word: str) -> Iterator[tuple[str, str]]:
    """The ways to read a word as two of three letters or more; none where it is too long."""
    if len(word) > _LONGEST_SPLIT:
        return iter(())
    return ((word[:i], word[i:]) for i in range(3, len(word) - 2))
