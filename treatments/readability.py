"""How hard a text is to read: its words, sentences and syllables, and the grades made of them."""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass

from treatments import passages, syllables

RULES = 1  # to be raised with every change of what is counted, so that kept figures are made anew
# A little below the 238 words that adults read in a minute (Brysbaert 2019, J Mem Lang 109:104047):
# patients are often older, tired, or in pain.
WORDS_A_MINUTE = 200
ENOUGH = 30  # sentences; SMOG was made for no fewer (McLaughlin 1969), so below them it is rough
LEFT_OUT = "\ufffc"  # stands where a word was taken out of a text

_RUNNING = {"p", "li", "summary"}
_DASHES = re.compile(r"[—…⸺⸻]|\.{3,}|--+|(?<=[^\W\d])[–/](?=[^\W\d])")
# Signs after which a sentence ends without a blank, in scripts that write none.
_FULL = re.compile(r"(?<=[。！？])(?![」』”’）])|(?<=[。！？][」』”’）])")
_END = re.compile(r"[.!?…。！？।؟۔]+$")
_CLOSING = "\"'”’»›)]}」』）"
_OPENING = "\"'“‘«‹([{¿¡「『（"
# Behind these a sentence goes on, whatever follows.
_NEVER = {
    "dr", "mr", "mrs", "ms", "mx", "prof", "st", "sr", "jr", "rev", "hon", "vs", "viz", "cf", "ca",
    "approx", "e.g", "eg", "i.e", "ie", "u.s", "u.k", "ph.d", "dept",
}  # fmt: skip
# Behind these it goes on where a figure follows: "No. 5", "Fig. 2".
_BEFORE_FIGURES = {"no", "nos", "fig", "figs", "p", "pp", "vol", "ch", "sec", "tab", "art"}
_INITIAL = re.compile(r"[A-Z]\.")
_LATIN = re.compile(r"[A-Za-zÀ-ɏ]")


@dataclass(frozen=True)
class Figures:
    """What was counted in the running text; `minutes` is the time to read all of it, one at least.

    Grades are years of school in the United States; None where there is nothing to grade, or where
    most words are of another script than English is written in.
    """

    words: int
    sentences: int
    syllables: int
    polysyllables: int  # words of three syllables or more
    minutes: int
    english: bool = True

    @property
    def grade(self) -> float | None:
        """Flesch–Kincaid (Kincaid et al. 1975, Naval Technical Training, Research Branch 8-75)."""
        if not self.gradable():
            return None
        return flesch_kincaid(self.words, self.sentences, self.syllables)

    @property
    def smog(self) -> float | None:
        """SMOG in its precise form (McLaughlin 1969, Journal of Reading 12:639-646)."""
        return smog(self.polysyllables, self.sentences) if self.gradable() else None

    @property
    def ease(self) -> float | None:
        """Flesch reading ease (Flesch 1948, Journal of Applied Psychology 32:221-233)."""
        return flesch(self.words, self.sentences, self.syllables) if self.gradable() else None

    @property
    def rough(self) -> bool:
        return self.sentences < ENOUGH

    def gradable(self) -> bool:
        return bool(self.words and self.sentences and self.english)


def flesch_kincaid(words: int, sentences: int, syllables: int) -> float:
    return 0.39 * words / sentences + 11.8 * syllables / words - 15.59


def flesch(words: int, sentences: int, syllables: int) -> float:
    return 206.835 - 1.015 * words / sentences - 84.6 * syllables / words


def smog(polysyllables: int, sentences: int) -> float:
    return 1.0430 * math.sqrt(polysyllables * 30 / sentences) + 3.1291


def figures(html: str) -> Figures:
    """What is to be counted in a cleaned text.

    Headings, captions and tables are left out of what is graded, as Flesch tests "only the running
    text"; a cell that holds a whole sentence is running text. What stands as LEFT_OUT
    is no word, and ends no sentence.
    """
    found = passages.read(html).passages
    spoken = [sentence for passage in found for sentence in running(passage)]
    counted = [word for sentence in spoken for word in words(sentence)]
    lengths = [syllables.count(word) for word in counted]
    return Figures(
        words=len(counted),
        sentences=len(spoken),
        syllables=sum(lengths),
        polysyllables=sum(length >= 3 for length in lengths),
        minutes=minutes(sum(len(words(passage.words)) for passage in found)),
        english=sum(bool(_LATIN.search(word)) for word in counted) * 2 >= len(counted),
    )


def minutes(count: int) -> int:
    return max(1, math.ceil(count / WORDS_A_MINUTE)) if count else 0


def running(passage: passages.Passage) -> list[str]:
    """The sentences of a passage that is running text; none of a heading, caption or label."""
    if passage.tag in _RUNNING:
        return sentences(passage.words)
    if passage.tag == "td" and _END.search(passage.words.rstrip(_CLOSING)):
        return sentences(passage.words)
    return []


def words(text: str) -> list[str]:
    """The words of a plain text, figures among them.

    As Flesch counts them, a contraction, a compound with hyphens and a number are one word each.
    """
    found = _DASHES.sub(" ", text).split()
    return [word for word in found if any(map(str.isalnum, word))]


def sentences(text: str) -> list[str]:
    """A plain text in sentences; what has no end of its own is one, marks without words none."""
    found = []
    for piece in _FULL.split(text):
        begun: list[str] = []
        tokens = piece.split()
        for place, token in enumerate(tokens):
            begun.append(token)
            if place + 1 == len(tokens) or _ends(tokens, place, first=len(begun) == 1):
                found.append(" ".join(begun))
                begun = []
    return [sentence for sentence in _joined(found) if words(sentence) or LEFT_OUT in sentence]


def _joined(found: list[str]) -> Iterator[str]:
    """What holds no word, such as a lone bracket, belongs to the sentence before it."""
    held = ""
    for sentence in found:
        if held and not words(sentence) and LEFT_OUT not in sentence:
            held += f" {sentence}"
            continue
        if held:
            yield held
        held = sentence
    if held:
        yield held


def _ends(tokens: list[str], place: int, *, first: bool) -> bool:
    """Whether a sentence ends with this token, which is not the last one."""
    token = tokens[place].rstrip(_CLOSING)
    mark, after = _END.search(token), tokens[place + 1].lstrip(_OPENING)
    if not mark:
        return False
    if not after or after[0].islower():
        return False
    if mark[0] != ".":
        return True
    word = token[: mark.start()].lstrip(_OPENING)
    if word.casefold() in _NEVER or (first and _numbers(word)):
        return False
    if word.casefold() in _BEFORE_FIGURES and after[0].isdigit():
        return False
    return not _is_initial(word, tokens, place)


def _numbers(word: str) -> bool:
    """Whether this is the sign of a list: "1." or "a." before its words."""
    return word.isdigit() and len(word) < 3 or len(word) == 1 and word.isalpha()


def _is_initial(word: str, tokens: list[str], place: int) -> bool:
    """Whether a letter with a point belongs to a name: "J. Smith", but not "vitamin C. Take"."""
    if len(word) != 1 or not word.isupper() or word == "I":
        return False
    before = tokens[place - 1].lstrip(_OPENING) if place else ""
    return not before[:1].islower() or bool(_INITIAL.fullmatch(tokens[place + 1]))
