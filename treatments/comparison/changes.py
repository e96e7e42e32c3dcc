"""Two cleaned texts as one list of blocks, each with what became of it."""

from bisect import bisect_left
from collections import Counter, defaultdict
from dataclasses import dataclass, replace

from treatments.comparison import telling
from treatments.comparison.blocks import PART, PICTURE, Block, Word, blocks
from treatments.comparison.sequences import common, rising
from treatments.comparison.words import Piece, between

ALIKE_HERE = 0.4  # how much of their words two blocks share at least, to be the same one changed
ALIKE_ELSEWHERE = 0.7  # where one stands somewhere else
FEWEST_ELSEWHERE = 4  # words that it has at least
PART_OF = 0.7  # how much of a part stands in the block that was split
MOST_ALIKE = 50  # blocks that share a word, beyond which it says nothing of who belongs together
FEW_CANDIDATES = 8


@dataclass(frozen=True)
class CellChange:
    fate: str
    pieces: tuple[Piece, ...]
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Change:
    """What became of a block: `fate` is "same", "changed", "added" or "removed".

    A block that was split or joined has more than one on one side. `pieces` are its words,
    `remarks` sentences on all else that differs. Of a box, list or table that became another one
    there are neither words nor blocks, and the kind says which it is.
    """

    kind: str
    fate: str
    moved: bool = False
    old: tuple[Block, ...] = ()
    new: tuple[Block, ...] = ()
    pieces: tuple[Piece, ...] = ()
    cells: tuple[CellChange, ...] = ()
    remarks: tuple[str, ...] = ()

    @property
    def is_untouched(self):
        return self.fate == "same" and not self.moved

    @property
    def fates(self):
        """The words that tell it: ["moved", "changed"]."""
        told = ["moved"] if self.moved else []
        return told if told and self.fate == "same" else [*told, self.fate]

    @property
    def shown(self):
        """The keys of the pictures, as they were and as they are: [("removed", key)]."""
        was, now = _pictures(self.old), _pictures(self.new)
        told = [("removed", key) for key in was if key not in now]
        return [*told, *(("same" if key in was else "added", key) for key in now)]

    @property
    def label(self):
        """What the block is and where it stands: "List item, in the box “Important”"."""
        return telling.label(self.kind, self.new or self.old)


def _pictures(blocks):
    words = [word for block in blocks for word in block.words]
    return [word.key[1:] for word in words if word.key.startswith(PICTURE)]


def texts(old: str, new: str) -> list[Change]:
    """What became of each block of two cleaned texts, in the order of the new one.

    What was removed stands behind what stood before it. The second text compared with the first
    gives the same, with added and removed changing places.
    """
    one, other = blocks(old), blocks(new)
    if _standard(one) <= _standard(other):
        groups = _groups(one, other)
    else:
        groups = [group.turned() for group in _groups(other, one)]
    return _told(one, other, groups)


def _standard(found):
    return [(block.kind, block.level, block.keys) for block in found]


# Who belongs together


@dataclass(frozen=True)
class _Group:
    """Places of blocks that are the same, changed or not; two on a side where one was split."""

    old: tuple[int, ...]
    new: tuple[int, ...]
    moved: bool

    def turned(self):
        return _Group(self.new, self.old, self.moved)


def _groups(one, other):
    exact = _equal(one, other)
    found = sorted(_with_parts(one, other, exact | _alike(one, other, exact)))
    weights = [_as_steady(one, old) for old, _ in found]
    steady = set(rising([(old[0], new[0]) for old, new in found], weights))
    return [_Group(old, new, (old[0], new[0]) not in steady) for old, new in found]


def _as_steady(found, places):
    """The weight of blocks that stay: as few as can be are called moved, and the short ones."""
    return 1 + sum(len(found[place].words) for place in places) / 1e6


def _equal(one, other):
    """{place: place} of blocks with the same words: in their order first, then anywhere."""
    found = dict(common([_whole(block) for block in one], [_whole(block) for block in other]))
    for same in (_whole, _words_alone):
        taken, waiting = set(found.values()), defaultdict(list)
        for block in reversed(other):
            if block.place not in taken:
                waiting[same(block)].append(block.place)
        for block in one:
            if block.place not in found and waiting[same(block)]:
                found[block.place] = waiting[same(block)].pop()
    return found


def _whole(block):
    forms = [container.name for container in block.inside]
    return "\x1d".join([block.kind, str(block.level), *forms, block.keys])


def _words_alone(block):
    return ("row" if block.cells else "words", block.keys)


def _alike(one, other, exact):
    """{place: place} of the blocks that are left and share enough of their words."""
    anchors = rising(sorted(exact.items()), [_as_steady(one, [i]) for i in sorted(exact)])
    left = _Left([block for block in one if block.place not in exact], [i for i, _ in anchors])
    taken = set(exact.values())
    right = _Left([block for block in other if block.place not in taken], [j for _, j in anchors])
    found, used = {}, set()
    for _, i, j in sorted(_candidates(left, right)):
        if i not in found and j not in used:
            found[i] = j
            used.add(j)
    return found | _one_to_one(left, right, found, used)


class _Left:
    """Blocks without an equal one: their words, weighed, and between which anchors they stand."""

    def __init__(self, found, anchors):
        self.blocks = {block.place: block for block in found}
        self.bags = {block.place: _bag(block.words) for block in found}
        self.gaps, gap = {}, 0
        for place in self.blocks:
            while gap < len(anchors) and anchors[gap] < place:
                gap += 1
            self.gaps[place] = gap


def _bag(words):
    return Counter(
        word.key.casefold() for word in words if word.text[:1].isalnum() or word.is_citation
    )


def _weight(bag):
    """Short words are in every text, and weigh little; numbers are what matters most."""
    return sum(
        count * (1 if len(word) > 3 or any(map(str.isdigit, word)) else 0.3)
        for word, count in bag.items()
    )


def _candidates(left, right):
    """(how unlike, place, place) of blocks that may be the same one, changed."""
    holders = defaultdict(list)
    for place, bag in right.bags.items():
        for word in bag:
            holders[word].append(place)
    for i, bag in left.bags.items():
        shared = Counter()
        for word in bag:
            if len(holders[word]) <= MOST_ALIKE:
                shared.update(holders[word])
        for j, _ in sorted(shared.items(), key=lambda found: (-found[1], found[0]))[
            :FEW_CANDIDATES
        ]:
            likeness = _likeness(left, right, i, j)
            here = left.gaps[i] == right.gaps[j]
            if (
                here
                and likeness >= ALIKE_HERE
                or (
                    likeness >= ALIKE_ELSEWHERE
                    and min(len(bag), len(right.bags[j])) >= FEWEST_ELSEWHERE
                )
            ):
                yield -likeness - (0.1 if here else 0), i, j


def _likeness(left, right, i, j):
    """From 0 to 1: how many words two blocks share, or of the shorter stand in the other."""
    one, other = left.blocks[i], right.blocks[j]
    if bool(one.cells) != bool(other.cells):
        return 0
    bags = left.bags[i], right.bags[j]
    shared = _weight(bags[0] & bags[1])
    weights = sorted(map(_weight, bags))
    if not weights[0]:
        return 0
    likeness = 2 * shared / sum(weights)
    if shared / weights[0] >= 0.8 and shared >= FEWEST_ELSEWHERE:
        likeness = max(likeness, 0.5)  # a part that was split off, or went
    return likeness - (0.1 if one.kind != other.kind else 0)


def _one_to_one(left, right, found, used):
    """What is left between the same anchors, as many on either side and of the same kinds."""
    gaps = defaultdict(lambda: ([], []))
    for place, gap in left.gaps.items():
        if place not in found:
            gaps[gap][0].append(place)
    for place, gap in right.gaps.items():
        if place not in used:
            gaps[gap][1].append(place)
    return {
        i: j
        for mine, theirs in gaps.values()
        if len(mine) == len(theirs)
        for i, j in zip(mine, theirs, strict=True)
        if left.blocks[i].kind == right.blocks[j].kind and _likeness(left, right, i, j) >= 0.2
    }


def _with_parts(one, other, pairs):
    """Pairs as groups; what was split off a block, or joined to it, comes along."""
    groups = {i: ([i], [j]) for i, j in pairs.items()}
    of_other = {j: groups[i] for i, j in pairs.items()}
    _gather(other, one, of_other, side=1)
    _gather(one, other, groups, side=0)
    return [tuple(map(tuple, group)) for group in {id(g): g for g in groups.values()}.values()]


def _gather(found, facing, groups, side):
    """Put each lone block of `found` into the group beside it, whose other side holds its words."""
    for block in found:
        if block.place in groups or block.cells or not _bag(block.words):
            continue
        for beside in (block.place - 1, block.place + 1):
            group = groups.get(beside)
            if group is None or len(group[1 - side]) != 1 or found[beside].kind != block.kind:
                continue
            whole = facing[group[1 - side][0]]
            rest = _bag(whole.words)
            for place in group[side]:
                rest -= _bag(found[place].words)
            bag = _bag(block.words)
            if _weight(bag & rest) >= PART_OF * _weight(bag):
                group[side].append(block.place)
                group[side].sort()
                groups[block.place] = group
                break


# Telling it


def _told(one, other, groups):
    groups = sorted(groups, key=lambda group: group.old)
    first = {group.new[0]: group for group in groups}
    grouped = {place for group in groups for place in group.new}
    gone = _gone(one, groups)
    settings = _Settings(one, other, groups)
    steady = [place for group in groups if not group.moved for place in group.old]
    changes = gone[-1]
    for block in other:
        if group := first.get(block.place):
            changes += settings.containers(group)
            became = _became(one, other, group, settings)
            if group.moved:
                before = bisect_left(steady, group.old[0])
                stood = telling.stood([one[place] for place in steady[:before][-1:]])
                became = replace(became, remarks=(stood, *became.remarks))
            changes.append(became)
            changes += gone[group.old[-1]] if not group.moved else []
        elif block.place not in grouped:
            pieces = () if block.cells else tuple(between([], block.words)[0])
            changes.append(
                Change(
                    block.kind,
                    "added",
                    new=(block,),
                    pieces=pieces,
                    cells=_cells((), block.cells),
                    remarks=tuple(telling.links(block.words)),
                )
            )
    return changes


def _gone(one, groups):
    """{place of the block behind which it stood, -1 at the beginning: the removed blocks}."""
    stays = {place: group for group in groups for place in group.old}
    found, behind = defaultdict(list), -1
    for block in one:
        group = stays.get(block.place)
        if group is None:
            pieces = () if block.cells else tuple(between(block.words, [])[0])
            removed = Change(
                block.kind, "removed", old=(block,), pieces=pieces, cells=_cells(block.cells, ())
            )
            found[behind].append(removed)
        elif not group.moved:
            behind = group.old[-1]
    return found


def _became(one, other, group, settings):
    old, new = [one[i] for i in group.old], [other[j] for j in group.new]
    cells = _cells(old[0].cells, new[0].cells)
    if cells:
        pieces, remarks = (), []
    else:
        pieces, same = between(_joined(old), _joined(new))
        remarks = [*telling.parts(len(old), len(new)), *telling.formatting(same, _joined(new))]
    remarks = [*telling.kinds(old[0], new[0]), *remarks, *settings.told(group)]
    differs = remarks or any(part.fate != "same" for part in (*pieces, *cells))
    return Change(
        kind=new[0].kind,
        fate="changed" if differs else "same",
        moved=group.moved,
        old=tuple(old),
        new=tuple(new),
        pieces=tuple(pieces),
        cells=cells,
        remarks=tuple(remarks),
    )


def _joined(found):
    """The words of blocks, with a sign where one ends and the next begins."""
    words = list(found[0].words)
    for block in found[1:]:
        words += [Word(PART, PART), *block.words]
    return words


def _cells(old, new):
    """What became of the cells of a row: each is itself, by its words, else by its place."""
    if len(old) == len(new):
        pairs = [(i, i) for i in range(len(old))]
    else:
        pairs = common([_cell(cell) for cell in old], [_cell(cell) for cell in new])
    found, i, j = [], 0, 0
    for k, m in [*pairs, (len(old), len(new))]:
        while i < k and j < m:  # between two that are the same, by their places
            found.append(_cell_became(old[i], new[j]))
            i, j = i + 1, j + 1
        found += [CellChange("removed", tuple(between(cell.words, [])[0])) for cell in old[i:k]]
        found += [CellChange("added", tuple(between([], cell.words)[0])) for cell in new[j:m]]
        if k < len(old):
            found.append(_cell_became(old[k], new[m]))
        i, j = k + 1, m + 1
    return tuple(found)


def _cell(cell):
    return "\x1f".join(word.key for word in cell.words)


def _cell_became(old, new):
    pieces, same = between(old.words, new.words)
    remarks = [*telling.formatting(same, new.words), *telling.cells(old.form, new.form)]
    differs = remarks or any(piece.fate != "same" for piece in pieces)
    return CellChange("changed" if differs else "same", tuple(pieces), tuple(remarks))


class _Settings:
    """What blocks stand in, before and now; a box that became another one is told once."""

    def __init__(self, one, other, groups):
        self.pairs = {
            group: (one[group.old[0]].inside, other[group.new[0]].inside) for group in groups
        }
        forth, back = defaultdict(Counter), defaultdict(Counter)
        for old, new in self.pairs.values():
            if len(old) == len(new):
                for before, after in zip(old, new, strict=True):
                    forth[before.number][after.number] += 1
                    back[after.number][before.number] += 1
        self.forth = {number: _most(counted) for number, counted in forth.items()}
        self.back = {number: _most(counted) for number, counted in back.items()}
        self.told_of = set()

    def containers(self, group):
        """The Changes of boxes, lists and tables that became others, before their first block."""
        old, new = self.pairs[group]
        if not self._kept(group):
            return
        for before, after in zip(old, new, strict=True):
            if before.form != after.form and after.number not in self.told_of:
                self.told_of.add(after.number)
                remark = telling.container(before, after)
                yield Change(after.kind, "changed", remarks=(remark,))

    def told(self, group):
        """Sentences on a block that stands in something else than before."""
        old, new = self.pairs[group]
        if [c.form for c in old] == [c.form for c in new] or self._kept(group):
            return []
        return [telling.setting(old, new)]

    def _kept(self, group):
        """Whether all that the block stood in became what it stands in now."""
        old, new = self.pairs[group]
        return len(old) == len(new) and all(
            self.forth[before.number] == after.number and self.back[after.number] == before.number
            for before, after in zip(old, new, strict=True)
        )


def _most(counted):
    """The number that was counted most; of several, the first."""
    return min(counted, key=lambda number: (-counted[number], number))
