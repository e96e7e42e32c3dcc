"""Sentences on what became of a text: what blocks are called, and what differs beside words."""

import itertools
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from treatments.comparison.blocks import Block, Container, Word, spelled

# What editors call what blocks stand in, by its class; the editor has the same names.
BOXES = {
    "in-short": "In short",
    "urgent": "Care card: urgent",
    "emergency": "Care card: emergency",
    "callout": "Important",
    "details": "Details that unfold",
    "do": "List: what to do",
    "do-not": "List: what not to do",
    "steps": "List: large steps",
    "comparison": "Table that compares",
}
_PLAIN = {"ul": "a list", "ol": "a numbered list"}
_KINDS = {"box": "box", "list": "list", "quote": "quotation", "table": "table"}
LINK = "link "  # how a mark begins that tells where words lead
FATES = ("changed", "added", "removed", "moved", "moved and changed")
LONGEST = 60  # characters of a text that a sentence names


def label(kind: str, found: Sequence[Block]) -> str:
    """What a block is, and in what it stands."""
    named = kind.capitalize()
    if found and found[0].level:
        named += f" of level {found[0].level}"
    inside = [_name(container) for container in found[0].inside] if found else []
    boxes = [name for name in inside if name.startswith("“")]
    return f"{named}, in {', '.join(boxes)}" if boxes else named


def _name(container: Container) -> str:
    if container.name in BOXES:
        return f"“{BOXES[container.name]}”"
    if container.kind == "list":
        begins = f" that begins with {container.start}" if container.start else ""
        return _PLAIN[container.name] + begins
    return "a " + _KINDS[container.kind]


def container(old: Container, new: Container) -> str:
    """What stood in the one stands in the other now."""
    return f"{_upper(_name(old))} became {_name(new)}."


def setting(old: Sequence[Container], new: Sequence[Container]) -> str:
    """A block that stood in the one stands in the other now."""
    return f"It stands {_inside(new)} now. Before, it stood {_inside(old)}."


def _inside(found):
    return "in " + ", in ".join(map(_name, reversed(found))) if found else "in no box and no list"


def stood(before: Sequence[Block]) -> str:
    """Where a block stood that was moved: `before` ends with the one that it stood behind."""
    if not before:
        return "Before, it stood at the beginning."
    return f"Before, it stood behind “{_begun(before[-1].text)}”"


def kinds(old: Block, new: Block) -> Iterable[str]:
    """That a heading became a paragraph, or one of another level."""
    if (old.kind, old.level) == (new.kind, new.level):
        return
    if old.kind == new.kind:
        yield f"The heading is of level {new.level} now, before of level {old.level}."
    else:
        yield f"This {old.kind} became a {new.kind}."


def parts(old: int, new: int) -> Iterable[str]:
    """That one block became two, or two became one."""
    if new > old:
        yield f"It was split into {_number(new)}: ¶ stands where the next one begins."
    elif old > new:
        yield f"{_upper(_number(old))} were joined: ¶ stands where the next one began."


def _number(number):
    return {2: "two", 3: "three", 4: "four"}.get(number, str(number))


def cells(old: Sequence[str], new: Sequence[str]) -> Iterable[str]:
    """What differs in the form of a cell."""
    if ("heading" in old) != ("heading" in new):
        yield "It is a heading now." if "heading" in new else "It is no heading any more."
    spans = [[word for word in form if "span" in word] for form in (old, new)]
    if spans[0] != spans[1]:
        told = [" and ".join(words) or "one cell" for words in spans]
        yield f"It spans {told[1]} now, before {told[0]}."
    inner = [
        [word for word in form if word != "heading" and "span" not in word] for form in (old, new)
    ]
    if inner[0] != inner[1]:
        yield "Its paragraphs or lists are made otherwise now."


def links(words: Iterable[Word]) -> Iterable[str]:
    """Where the links of new words lead."""
    for leads, found in itertools.groupby(words, lambda word: _links(word.marks)):
        if leads:
            yield f"“{_begun(spelled(found))}” is a link to {leads}"


def formatting(same: Sequence[tuple[Word, Word]], new: Iterable[Word]) -> Iterable[str]:
    """How words that are the same are set otherwise, and where links of the new ones lead."""
    kept = {id(word) for _, word in same}
    yield from links(word for word in new if id(word) not in kept)
    for differs, pairs in itertools.groupby(same, _difference):
        words = [word for _, word in pairs] if differs else []
        for told in differs:
            yield f"“{_begun(spelled(words))}” {told}"


def _difference(pair):
    """What is to be said of a word that is set otherwise, as ends of sentences."""
    old, new = pair[0].marks, pair[1].marks
    return () if old == new else tuple(itertools.chain(_led(old, new), _looked(old, new)))


def _led(old, new):
    before, now = _links(old), _links(new)
    if before == now:
        return
    if not before:
        yield f"is a link now, to {now}"
    elif not now:
        yield f"is no link any more. It led to {before}"
    else:
        yield f"now leads to {now} and led to {before} before"


def _links(marks):
    return " and ".join(mark[len(LINK) :] for mark, _ in marks if mark.startswith(LINK))


def _looked(old, new):
    old, new = dict(old), dict(new)
    for mark in sorted({*old, *new}):
        if mark.startswith(LINK) or old.get(mark) == new.get(mark):
            continue
        look = _look(mark)
        if mark not in old:
            yield f"is {look} now."
        elif mark not in new:
            yield f"is not {look} any more."
        else:
            yield f"is {look} in other letters now."


def _look(mark):
    name, _, value = mark.partition(" ")
    looks = {"lang": "marked as of the language ", "dir": "marked as written in the direction "}
    return looks[name] + value if value else name


def _upper(text):
    return text[:1].upper() + text[1:] if text[:1] != "“" else text


def _begun(text):
    """The beginning of a text, to know it by."""
    if len(text) <= LONGEST:
        return text
    return text[:LONGEST].rpartition(" ")[0] + " …"


# Counting


@dataclass(frozen=True)
class Count:
    """How many of a kind had a fate: 3, "paragraph", "changed"."""

    number: int
    kind: str
    fate: str

    def __str__(self):
        return f"{self.number} {_plural(self.kind) if self.number > 1 else self.kind} {self.fate}"


def count(fates: Iterable[tuple[str, str]]) -> list[Count]:
    """(kind, fate) of all that differs, counted: what changed first, then added, removed, moved."""
    counted = Counter(fates)
    found = [Count(number, kind, fate) for (kind, fate), number in counted.items()]
    return sorted(found, key=lambda one: FATES.index(one.fate))


def summary(counts: Iterable[Count]) -> str:
    """All counts in one sentence: "3 paragraphs changed, 1 list item added, 1 source removed." """
    return f"{', '.join(map(str, counts))}." if counts else "Nothing differs."


def _plural(kind):
    if kind == "summary":
        return "summaries"
    first, _, rest = kind.partition(" of ")
    return f"{first}s of {rest}" if rest else f"{kind}s"
