"""Which texts answer what somebody typed, and in which order: words in, scores out."""

import itertools
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from treatments.search import words

LONGEST = 200  # letters of what was typed, before and after folding; the rest is not looked at
MOST_WORDS = 12
MOST_GUESSES = 4  # words that a misspelt one may have meant
LONGEST_SENTENCE = 240  # letters of the sentence shown of a text

# What a match is worth, by where it stands.
TITLE, TAG, BODY = 10.0, 5.0, 2.0
WHOLE_TITLE = 6.0  # for a title that has no other words
SIDE_BY_SIDE = {"title": 4.0, "body": 1.5}  # for words that stand together as they were typed
APART, SCATTERED = 0.6, 0.35  # of a phrase whose words share a line, or the text alone
# How sure one can be of words that were not typed.
SYNONYM, GUESS, SPLIT = 0.95, 0.8, 0.9
FILLER = 0.3
# Words that no text has: more than one in so many, and nothing is found.
FORGIVEN = 4
# The part of the weight of all words that a text without some of them needs, where others have all
# of them, and where none has.
ENOUGH, SOME = 2 / 3, 0.3

_QUOTED = re.compile(r'["“”„«»]([^"“”„«»]*)["“”„«»]')


class Alternative(NamedTuple):
    """Keys that answer a word: its own, or others as surely as `worth` says."""

    keys: tuple[str, ...]
    worth: float = 1.0
    guessed: bool = False
    phrase: bool = False  # only side by side


@dataclass
class Group:
    """One word that was typed, or a phrase in quotes, and all that answers it."""

    word: str
    alternatives: list[Alternative]
    filler: bool = False
    typed: tuple[int, int] = (0, 0)


@dataclass(frozen=True)
class Known:
    """What the index knows of the words typed.

    `forms` are, by their spellings, pairs of a form that somebody may have meant, and its key;
    `synonyms` pairs of keys that may be typed, and of those that the texts have instead.
    """

    forms: Mapping[str, Sequence[tuple[str, str]]] = field(default_factory=dict)
    synonyms: Sequence[tuple[tuple[str, ...], tuple[str, ...]]] = ()


class Entry(NamedTuple):
    """A text as it is compared. Lines hold keys, with a space before and behind each.

    `title` is the line of the `heading`, `named` the number of its words. `tags` are (name, slug,
    line), `spellings` are lines. `body` are the lines of its sentences, and `shown` the sentences
    themselves, with line feeds between them.
    """

    heading: str
    title: str
    named: int
    tags: Sequence[tuple[str, str, str]]
    spellings: Sequence[str]
    body: str
    shown: str

    @property
    def lines(self) -> list[str]:
        return self.body.split("\n") if self.body else []

    @property
    def sentences(self) -> list[str]:
        return self.shown.split("\n") if self.body else []

    @property
    def all(self) -> str:
        """All its lines in one."""
        return "\n".join(
            [self.title, self.body, *self.spellings, *(line for *_, line in self.tags)]
        )


class Part(NamedTuple):
    """A piece of a sentence; `marked` where it is what was looked for."""

    text: str
    marked: bool


@dataclass
class Match:
    """An entry's place: `whole` where it has all words, the keys that matched, and why."""

    entry: Entry
    whole: bool
    score: float
    keys: frozenset[str]
    why: tuple[str, ...]
    parts: list[Part] = field(default_factory=list)


@dataclass
class Ranking:
    """`matches` are pairs of what was ranked and its Match, the best first. `missing` are the words
    typed that no text has, `rest` what was typed without them; `corrected` is what was typed with
    guesses in place of misspelt words, "" where nothing was guessed.
    """

    matches: list[tuple[object, Match]]
    missing: list[str]
    rest: str = ""
    corrected: str = ""


# What was typed


def _beginning(typed: str) -> str:
    """What is looked at of what was typed."""
    typed = typed[:LONGEST]
    lengths = itertools.accumulate(map(words.letters, typed))
    return typed[: sum(length <= LONGEST for length in lengths)]


def read(typed: str) -> list[Group]:
    """The words and quoted phrases of what somebody typed, each with its own key alone."""
    typed = _beginning(typed)
    quoted = [(m.start(), m.end(), m[1]) for m in _QUOTED.finditer(typed)]
    found = []
    for start, end, phrase in quoted:
        if keys := tuple(words.keys(phrase)):
            alternative = Alternative(keys, phrase=True)
            found.append(Group(phrase.strip(), [alternative], typed=(start, end)))
    for piece in words.pieces(typed):
        inside = any(start < piece.start < end for start, end, _ in quoted)
        if not inside and piece.word not in words.STOP:
            span = (piece.start, piece.end)
            filler = piece.word in words.FILLERS or len(piece.word) == 1 or piece.word.isdigit()
            found.append(Group(piece.word, [Alternative((piece.key,))], filler, span))
    found = sorted(found, key=lambda group: group.typed)[:MOST_WORDS]
    if all(group.filler for group in found):
        for group in found:
            group.filler = False
    return found


def _is_guessed_at(group: Group) -> bool:
    """Whether the word may be a slip: one of English is meant as it stands."""
    return not group.alternatives[0].phrase and group.word not in words.english()


def _pairs(groups: list[Group]) -> Iterator[tuple[Group, Group]]:
    """Neighbours that may be one word, typed in two."""
    for one, other in itertools.pairwise(groups):
        if not (one.alternatives[0].phrase or other.alternatives[0].phrase):
            yield one, other


def _uncertain(groups: list[Group]) -> Iterator[tuple[str, list[Group]]]:
    """(a word that may be misspelt, the groups that it stands for)"""
    for group in filter(_is_guessed_at, groups):
        yield group.word, [group]
    for pair in _pairs(groups):
        certain = not any(map(_is_guessed_at, pair))
        if not certain and all(len(group.word) > 2 and not group.filler for group in pair):
            yield "".join(group.word for group in pair), list(pair)


def spellings(groups: list[Group]) -> set[str]:
    """Under which spellings the index may know what misspelt words meant."""
    return {spelling for word, _ in _uncertain(groups) for spelling in _spellings(word)}


def _spellings(word: str) -> set[str]:
    slips = words.slips(len(word))
    found = (words.shortened(form, slips) for form in words.forms(word) if slips)
    return set().union(*found)


def widen(groups: list[Group], known: Known) -> None:
    """Give each group what else answers it: guesses, joins, halves, synonyms."""
    for word, meant in list(_uncertain(groups)):
        for guess in _guesses(word, known.forms):
            for group in meant:
                group.alternatives.append(guess)
    for group in filter(_is_guessed_at, groups):
        if len(group.word) >= 6:
            group.alternatives += [
                Alternative((words.key(a), words.key(b)), SPLIT, phrase=True)
                for a, b in words.splits(group.word)
            ]
    options = [
        {one.keys[0]: one for one in group.alternatives if len(one.keys) == 1} for group in groups
    ]
    for one, other in _pairs(groups):
        whole = Alternative((words.key(one.word + other.word),))
        one.alternatives.append(whole)
        other.alternatives.append(whole)
    for typed, meant in known.synonyms:
        for begin in range(len(groups) - len(typed) + 1):
            here = [options[begin + i].get(key) for i, key in enumerate(typed)]
            if all(here):
                worth = SYNONYM * min(one.worth for one in here)
                guessed = any(one.guessed for one in here)
                for group in groups[begin : begin + len(typed)]:
                    group.alternatives.append(Alternative(meant, worth, guessed))


def _guesses(word: str, forms: Mapping[str, Iterable[tuple[str, str]]]) -> list[Alternative]:
    own, typed, slips = words.key(word), words.forms(word), words.slips(len(word))
    sure: dict[str, float] = {}
    for form, key in {pair for spelling in _spellings(word) for pair in forms.get(spelling, ())}:
        if key != own:
            best = max(words.alike(one, form, slips) for one in typed)
            sure[key] = max(best, sure.get(key, 0))
    likely = sorted((key for key in sure if sure[key]), key=lambda key: (-sure[key], key))
    return [Alternative((key,), GUESS * sure[key], guessed=True) for key in likely[:MOST_GUESSES]]


# Ranking


def rank(groups: list[Group], texts: Iterable[tuple[object, Entry]], typed: str) -> Ranking:
    """Order texts, pairs of anything and its Entry, by how well they answer the groups.

    Texts with all words stand before those with some; where words that tell texts apart are
    nowhere, nothing is found rather than something that misleads.
    """
    texts = list(texts)
    lines = [entry.all for _, entry in texts]
    tables = [_table(group, texts, lines) for group in groups]
    wanted = [i for i, group in enumerate(groups) if not group.filler]
    missing = [i for i in wanted if not any(tables[i])]
    known = [i for i in wanted if i not in missing]
    ranking = Ranking([], [groups[i].word for i in missing], rest=_without(groups, missing, typed))
    phrase_is_missing = any(groups[i].alternatives[0].phrase for i in missing)
    if not known or phrase_is_missing or len(missing) * FORGIVEN > len(wanted):
        return ranking
    weights = [_weight(len(texts), sum(map(bool, table))) for table in tables]
    total = sum(weights[i] for i in known)
    found = []
    for place, (text, entry) in enumerate(texts):
        hits = {i: table[place] for i, table in enumerate(tables) if table[place]}
        if not any(i in hits for i in known):
            continue
        if any(groups[i].alternatives[0].phrase and i not in hits for i in known):
            continue
        mass = sum(weights[i] for i in known if i in hits) / total
        found.append(
            (mass, text, _match(entry, groups, hits, weights, all(i in hits for i in known)))
        )
    floor = ENOUGH if any(match.whole for _, _, match in found) else SOME
    found = [one for one in found if one[2].whole or one[0] >= floor]
    found.sort(key=lambda one: (not one[2].whole, -round(one[2].score, 6), one[2].entry.title))
    ranking.matches = [(text, match) for _, text, match in found]
    ranking.corrected = _corrected(groups, tables, texts, typed)
    return ranking


def _table(group, texts, lines):
    """For each text what of the group it has, [(alternative, value, places)], the best first.

    `lines` are all lines of each text.

    Guesses count only where nobody wrote the word as it was typed.
    """
    table: list[list[tuple]] = [[] for _ in texts]
    for one in group.alternatives:
        line, keys = f" {' '.join(one.keys)} ", [f" {key} " for key in one.keys]
        having: Iterable[int] = range(len(texts))
        for needed in [line] if one.phrase else keys:
            having = [place for place in having if needed in lines[place]]
        for place in having:
            table[place].append((one, *_value(one, line, keys, texts[place][1])))
    if any(not one.guessed for row in table for one, _, _ in row):
        table = [[found for found in row if not found[0].guessed] for row in table]
    return [sorted(row, key=lambda found: -found[1]) for row in table]


def _value(alternative, line, keys, entry):
    """(what it is worth in a text that has its keys, where it stands)"""
    value, places = 0.0, []
    if part := _in_line(line, keys, entry.title):
        value, places = TITLE * part, ["title"]
    tags = [_in_line(line, keys, spelling) for spelling in entry.spellings]
    tags += [_in_line(line, keys, tag) for _, _, tag in entry.tags]
    if part := max(tags, default=0):
        value, places = value + TAG * part, [*places, "tag"]
    often, part = entry.body.count(line), 1.0
    if not often and len(keys) > 1:
        often = sum(1 for sentence in entry.lines if _in_line(line, keys, sentence))
        part = APART
    if often:
        value, places = value + BODY * part * min(1 + 0.35 * (often - 1), 2), [*places, "text"]
    if not places:
        value, places = BODY * SCATTERED, ["text"]
    return value * alternative.worth, places


def _in_line(line, keys, other):
    """1 where the keys stand side by side in the other line, less where apart, else 0."""
    if line in other:
        return 1.0
    return APART if len(keys) > 1 and all(key in other for key in keys) else 0.0


def _weight(texts, having):
    """How well a word tells texts apart: the fewer have it, the better."""
    return math.log(1 + texts / having) if having else 0


def _match(entry, groups, hits, weights, whole):
    keys: set[str] = set()
    score = 0.0
    for i, found in hits.items():
        keys.update(*(one.keys for one, _, _ in found))
        best, value, _ = found[0]
        score += weights[i] * value * _part(groups[i], best)
        if i + 1 in hits:
            score += min(weights[i], weights[i + 1]) * _together(entry, found, hits[i + 1])
    named = entry.title.split()[: entry.named]
    if named and whole:
        score += WHOLE_TITLE * sum(key in keys for key in named) / len(named)
    why = dict.fromkeys(place for found in hits.values() for place in found[0][2])
    return Match(entry, whole, score, frozenset(keys), tuple(why))


def _together(entry, found, following):
    """What it is worth that two words stand together as they were typed, or in one."""
    answers = [one for one, _, _ in found]
    lines = [f" {' '.join(one.keys)} " for one, _, _ in following if one in answers]
    lines.append(f" {found[0][0].keys[-1]} {following[0][0].keys[0]} ")
    if any(line in entry.title for line in lines):
        return SIDE_BY_SIDE["title"]
    if any(line in entry.body for line in lines):
        return SIDE_BY_SIDE["body"]
    return 0


def _part(group, alternative):
    """A word that dresses a question counts for little, unless a synonym makes something of it."""
    return FILLER if group.filler and alternative is group.alternatives[0] else 1


def _without(groups, missing, typed):
    """What was typed without the words that no text has, "" where nothing would be left."""
    kept = [g for i, g in enumerate(groups) if i not in missing]
    return " ".join(typed[slice(*g.typed)] for g in kept) if missing and kept else ""


def _corrected(groups, tables, texts, typed):
    """What was typed, with words of these texts in place of those that were guessed at."""
    typed = _beginning(typed)
    written, place, last = [], 0, None
    for group, table in zip(groups, tables, strict=True):
        rows = [one for row in table for one, _, _ in row]
        if not rows or not all(one.guessed for one in rows):
            continue
        guesses = (one for one in group.alternatives if one.guessed and len(one.keys) == 1)
        told = ((one, _spelled(one.keys[0], texts)) for one in guesses)
        guess, spelled = next((pair for pair in told if pair[1]), (None, ""))
        if guess:
            begin, end = group.typed
            if guess is not last:  # one word that was typed in two
                written += [typed[place:begin], spelled]
            place, last = end, guess
    return " ".join("".join([*written, typed[place:]]).split()) if written else ""


def _spelled(key, texts):
    """A word with this key as one of the texts writes it, "" where none has it."""
    for _, entry in texts:
        if f" {key} " in entry.all:
            lines, sentences = [entry.title, *entry.lines], [entry.heading, *entry.sentences]
            for line, sentence in zip(lines, sentences, strict=True):
                for piece in words.pieces(sentence) if f" {key} " in line else ():
                    if piece.key == key:
                        return piece.word
    return ""


# Showing


def shown(match: Match) -> list[Part]:
    """The sentence of a text that answers best, its matching words marked; it may be shortened."""
    lines = match.entry.lines
    if not lines:
        return []
    keys = [f" {key} " for key in match.keys]
    counts = [sum([key in line for key in keys]) for line in lines]
    sentence = match.entry.sentences[counts.index(max(counts))]
    spans = _spans(sentence, match.keys)
    begin, end = _window(sentence, spans)
    parts, place = [], begin
    for first, last in spans:
        if begin <= first and last <= end:
            parts += [Part(sentence[place:first], False), Part(sentence[first:last], True)]
            place = last
    parts.append(Part(sentence[place:end], False))
    before, after = "… " if begin else "", " …" if end < len(sentence) else ""
    parts = [Part(before, False), *parts, Part(after, False)]
    return [part for part in parts if part.text]


def _spans(sentence, keys):
    """Where the keys stand in the sentence; neighbours are one place."""
    spans: list[tuple[int, int]] = []
    before = None
    for piece in words.pieces(sentence):
        tied = before and piece.tied and words.key(before.word + piece.word) in keys
        if tied or piece.key in keys and piece.word not in words.STOP:
            begin = before.start if tied else piece.start
            if spans and not sentence[spans[-1][1] : begin].strip(" -‐‑"):
                begin = spans.pop()[0]
            spans.append((begin, piece.end))
        before = piece
    return spans


def _window(sentence, spans):
    """The part of a long sentence that is shown, cut between words."""
    if len(sentence) <= LONGEST_SENTENCE:
        return 0, len(sentence)
    first = spans[0][0] if spans else 0
    begin = max(0, min(first - LONGEST_SENTENCE // 3, len(sentence) - LONGEST_SENTENCE))
    end = min(len(sentence), begin + LONGEST_SENTENCE)
    if begin and (space := sentence.find(" ", begin, first)) >= 0:
        begin = space + 1
    if end < len(sentence) and (space := sentence.rfind(" ", begin, end)) > first:
        end = space
    return begin, end
