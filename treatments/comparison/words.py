"""What differs between two runs of words."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from treatments.comparison.blocks import BREAK, PART, Word, spelled, split
from treatments.comparison.sequences import common

_SHOWN = {BREAK: "↵", PART: "¶"}


@dataclass(frozen=True)
class Piece:
    """Words with one fate: "same", "removed" or "added"; `space` tells of one before them."""

    fate: str
    text: str
    space: bool = False


def words(old: str, new: str) -> list[Piece]:
    """What differs between two plain texts. Joined, the pieces are both of them in one."""
    return between(split(old), split(new))[0]


def between(
    old: Sequence[Word], new: Sequence[Word]
) -> tuple[list[Piece], list[tuple[Word, Word]]]:
    """The pieces of two runs of words, and the pairs of words that are the same in both.

    What both have in common between two changes that are larger is told as changed too: a word
    that two sentences share by chance helps nobody who reads.
    """
    if old == new:
        return [Piece("same", _spelled(new))] if new else [], list(zip(old, new, strict=True))
    pairs = common([word.key for word in old], [word.key for word in new])
    runs = _without_chance(_runs(pairs), old, new)
    found, i, j = [], 0, 0
    for a, c, length in [*runs, (len(old), len(new), 0)]:
        for fate, whole, begin, end in (
            ("removed", old, i, a),
            ("added", new, j, c),
            ("same", new, c, c + length),
        ):
            if begin < end:
                space = bool(found) and not (begin and whole[begin].joined)
                found.append(Piece(fate, _spelled(whole[begin:end]), space))
        i, j = a + length, c + length
    same = [(old[a + n], new[c + n]) for a, c, length in runs for n in range(length)]
    return found, same


def _spelled(run):
    return spelled(replace(word, text=_SHOWN[word.text]) if word.is_end else word for word in run)


def _runs(pairs):
    """Pairs as unbroken runs: [(place in the old, place in the new, length)]."""
    runs = []
    for i, j in pairs:
        if runs and runs[-1][0] + runs[-1][2] == i and runs[-1][1] + runs[-1][2] == j:
            runs[-1][2] += 1
        else:
            runs.append([i, j, 1])
    return runs


def _without_chance(runs, old, new):
    """The runs that are no shorter than the smaller of the changes before and behind them.

    As in the semantic clean-up of Google's diff-match-patch.
    """
    kept = [[0, 0, 0]]  # the beginning
    ends = [*runs, [len(old), len(new), 0]]
    for place, run in enumerate(runs):
        before = _larger(old, new, kept[-1], run)
        behind = _larger(old, new, run, ends[place + 1])
        if _letters(new[run[1] : run[1] + run[2]]) > min(before, behind):
            kept.append(run)
    return kept[1:]


def _larger(old, new, run, following):
    """Letters of the larger side of the change between two runs."""
    (i, j, length), (k, m, _) = run, following
    return max(_letters(old[i + length : k]), _letters(new[j + length : m]))


def _letters(run):
    return sum(len(word.text) for word in run)
