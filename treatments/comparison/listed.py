"""What differs between two lists of texts that are known by a key, such as sources."""

from collections.abc import Sequence
from dataclasses import dataclass

from treatments.comparison.sequences import rising
from treatments.comparison.words import Piece, words


@dataclass(frozen=True)
class Item:
    """What became of one text of a list; `fate` is one of `Change`."""

    key: str
    fate: str
    pieces: tuple[Piece, ...]


def listed(old: Sequence[tuple[str, str]], new: Sequence[tuple[str, str]]) -> list[Item]:
    """What became of each (key, text), no key twice: those of the new list, then what is gone.

    One is "moved" where its words are the same and its order among the others is not.
    """
    before, after = dict(old), dict(new)
    places = {key: place for place, (key, _) in enumerate(old)}
    both = [(place, places[key]) for place, (key, _) in enumerate(new) if key in places]
    steady = {new[place][0] for place, _ in rising(both, [1] * len(both))}
    found = []
    for key, text in new:
        pieces = tuple(words(before.get(key, ""), text))
        if key not in before:
            fate = "added"
        elif any(piece.fate != "same" for piece in pieces):
            fate = "changed"
        else:
            fate = "same" if key in steady else "moved"
        found.append(Item(key, fate, pieces))
    gone = (Item(key, "removed", tuple(words(text, ""))) for key, text in old if key not in after)
    return [*found, *gone]
