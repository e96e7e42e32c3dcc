"""Texts side by side: which part of one stands beside which part of another."""

import html
import re
from collections.abc import Sequence
from itertools import permutations

HEADING = "h3"  # under which a text is cut that stands under a heading of its own
MOST_PARTS = 40  # of one text; what follows stays with the last, so that time and page are bounded

# A value may hold ">", and "br" has no end: all that one needs to know of the cleaner's output.
_TAG = re.compile(r'<(/?)([a-z][a-z0-9]*)(?:"[^"]*"|[^">])*>')
_UNENDED = {"br", "hr", "img"}
_FIRST_HEADING = re.compile(rf"<{HEADING}\b.*?</{HEADING}>", re.DOTALL)
_CITATION = re.compile(r"<sup id=.*?</sup>", re.DOTALL)


def parts(body: str) -> list[str]:
    """A demoted text cut before each of its headings that stands in no other element.

    The first part is what stands before them, "" where there is nothing. Joined, the
    parts are the text; each of them is whole in itself.
    """
    cuts, depth = [0], 0
    for tag in _TAG.finditer(body):
        end, name = tag[1], tag[2]
        if end:
            depth -= 1
        elif name not in _UNENDED:
            if name == HEADING and depth == 0 and len(cuts) < MOST_PARTS:
                cuts.append(tag.start())
            depth += 1
    return [body[a:b] for a, b in zip(cuts, [*cuts[1:], len(body)], strict=True)]


def heading(part: str) -> str:
    """The words of the heading that a part begins with, case and spaces aside; "" without one."""
    found = _FIRST_HEADING.match(part)
    if not found:
        return ""
    words = _TAG.sub("", _CITATION.sub("", found[0]))
    return " ".join(html.unescape(words).split()).casefold()


def columns(texts: Sequence[Sequence[str]]) -> list[list[str]]:
    """A column for each text, of its parts from `parts`; all are equally long.

    What stands in one place of all columns begins with the same heading, or is "". The first
    parts stand in the first place. Each text keeps its order; where orders conflict, the longest
    one in common is aligned, and the rest stands between.
    """
    rows = min((_rows(texts, turns) for turns in permutations(range(len(texts)))), key=len)
    first = [text[0] for text in texts]
    return [[first[i], *(row.get(i, "") for row in rows)] for i in range(len(texts))]


def _rows(texts, turns):
    """Rows as {text: part}, the texts being laid beside each other in this order.

    With three texts the order can matter: two that share no heading do not tell which of theirs
    comes first, and the third one does.
    """
    rows, keys = [], []
    for turn in turns:
        own = texts[turn][1:]
        own_keys = [heading(part) for part in own]
        merged, merged_keys, above, before = [], [], 0, 0
        for row, place in [*_common(keys, own_keys), (len(keys), len(own))]:
            merged += rows[above:row] + [{turn: part} for part in own[before:place]]
            merged_keys += keys[above:row] + own_keys[before:place]
            if row < len(keys):
                merged.append(rows[row] | {turn: own[place]})
                merged_keys.append(keys[row])
            above, before = row + 1, place + 1
        rows, keys = merged, merged_keys
    return rows


def _common(one, other):
    """The places (in one, in the other) of a longest sequence of words that both have in order.

    The textbook's table: `longest[i][j]` is its length from place i of one and j of the other on.
    """
    longest = [[0] * (len(other) + 1) for _ in range(len(one) + 1)]
    for i in reversed(range(len(one))):
        for j in reversed(range(len(other))):
            same = one[i] and one[i] == other[j]
            longest[i][j] = (
                longest[i + 1][j + 1] + 1 if same else max(longest[i + 1][j], longest[i][j + 1])
            )
    found, i, j = [], 0, 0
    while i < len(one) and j < len(other):
        if one[i] and one[i] == other[j]:
            found.append((i, j))
            i, j = i + 1, j + 1
        elif longest[i + 1][j] >= longest[i][j + 1]:
            i += 1
        else:
            j += 1
    return found
