"""What two sequences have in common, in bounded time."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence

MOST_CELLS = 40_000  # of the textbook's table: 200 items by 200
DEEPEST = 6  # anchors within anchors


def common(one: Sequence[str], other: Sequence[str]) -> list[tuple[int, int]]:
    """Places (in one, in the other) of equal items, rising in both; as many as can be found.

    It is a longest common subsequence wherever the two differ in stretches of 200 items or fewer.
    Longer stretches are cut at the items that stand once in each ("patience", Bram Cohen); where
    there are none, the stretch counts as different. So time grows with the length times 200, and
    not with its square. `common(b, a)` is `common(a, b)` turned round.
    """
    if (len(one), one) > (len(other), other):
        return [(i, j) for j, i in _common(other, one)]
    return _common(one, other)


def _common(one, other):
    found, todo = [], [(0, len(one), 0, len(other), 0)]
    while todo:
        a, b, c, d, depth = todo.pop()
        while a < b and c < d and one[a] == other[c]:
            found.append((a, c))
            a, c = a + 1, c + 1
        while a < b and c < d and one[b - 1] == other[d - 1]:
            b, d = b - 1, d - 1
            found.append((b, d))
        if a == b or c == d:
            continue
        if (b - a) * (d - c) <= MOST_CELLS:
            found += _by_table(one, other, a, b, c, d)
        elif depth < DEEPEST:
            todo += _between_anchors(one, other, a, b, c, d, depth + 1)
    return sorted(found)


def _between_anchors(one, other, a, b, c, d, depth):
    """The stretches between the items that stand once in each, each anchor heading its own."""
    places = _once(other, c, d)
    pairs = [(i, places[item]) for item, i in _once(one, a, b).items() if item in places]
    anchors = rising(sorted(pairs), [1] * len(pairs))
    if not anchors:
        return
    for (i, j), (k, m) in zip([(a, c), *anchors], [*anchors, (b, d)], strict=True):
        yield i, k, j, m, depth


def _once(items, begin, end):
    """{item: its place} of those that stand once between the two places."""
    counted = Counter(items[begin:end])
    return {items[i]: i for i in range(begin, end) if counted[items[i]] == 1}


def _by_table(one, other, a, b, c, d):
    """The textbook's table: `longest[i][j]` counts what is in common from i and j on."""
    across = other[c:d]
    longest = [[0] * (len(across) + 1)]
    for i in reversed(range(a, b)):
        below, row, item = longest[-1], [0] * (len(across) + 1), one[i]
        for j in reversed(range(len(across))):
            if item == across[j]:
                row[j] = below[j + 1] + 1
            else:
                row[j] = below[j] if below[j] >= row[j + 1] else row[j + 1]
        longest.append(row)
    longest.reverse()
    i, j = a, 0
    while i < b and j < len(across):
        if one[i] == across[j]:
            yield i, c + j
            i, j = i + 1, j + 1
        elif longest[i - a + 1][j] >= longest[i - a][j + 1]:
            i += 1
        else:
            j += 1


def rising(pairs: Sequence[tuple[int, int]], weights: Sequence[float]) -> list[tuple[int, int]]:
    """Of pairs (i, j), sorted, no number used twice: those rising in both that weigh the most.

    A heaviest increasing subsequence, with a Fenwick tree of the best so far: n log n.
    """
    order = sorted(j for _, j in pairs)
    tree = [(0, -1)] * (len(pairs) + 1)  # (weight, place of the last pair)
    before = []
    for place, (_, j) in enumerate(pairs):
        rank, best = bisect_left(order, j), (0, -1)
        while rank:
            best, rank = max(best, tree[rank]), rank & (rank - 1)
        before.append(best[1])
        here, rank = (best[0] + weights[place], place), bisect_left(order, j) + 1
        while rank < len(tree):
            tree[rank], rank = max(tree[rank], here), rank + (rank & -rank)
    place = max(tree)[1]
    found = []
    while place >= 0:
        found.append(pairs[place])
        place = before[place]
    return found[::-1]
