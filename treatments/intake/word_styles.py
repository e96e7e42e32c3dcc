"""How Word numbers lists, and what its styles say of words (ECMA-376, 17.7 and 17.9)."""

import re
import xml.etree.ElementTree as ET
from collections import Counter
from dataclasses import dataclass, field

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
DEEPEST_ITEM = 6


def w(name: str) -> str:
    """The name of one of Word's elements or attributes, as ElementTree writes it."""
    return f"{{{_W}}}{name}"


VAL = w("val")


@dataclass(frozen=True)
class Style:
    name: str = ""
    based_on: str = ""
    outline: int | None = None
    number: str = ""
    level: str = ""
    look: dict = field(default_factory=dict)


class Styles:
    def __init__(self, root: ET.Element | None):
        self._styles: dict[str, Style] = {}
        for element in [] if root is None else root.iter(w("style")):
            self._styles.setdefault(element.get(w("styleId"), ""), _style(element))

    def chain(self, key: str) -> list[Style]:
        """The style and what it is based on, the nearest first."""
        found, seen = [], set()
        while key in self._styles and key not in seen:
            seen.add(key)
            found.append(self._styles[key])
            key = found[-1].based_on
        return found


def _style(element):
    paragraph = element.find(w("pPr"))
    outline, number, level = outline_of(paragraph), *numbering_of(paragraph)
    return Style(
        name=value_of(element, "name").casefold(),
        based_on=value_of(element, "basedOn"),
        outline=outline,
        number=number,
        level=level,
        look=look_of(element.find(w("rPr"))),
    )


def value_of(element, name):
    found = None if element is None else element.find(w(name))
    return "" if found is None else found.get(VAL, "")


def outline_of(properties):
    found = value_of(properties, "outlineLvl")
    return int(found) if found.isdecimal() and len(found) == 1 else None


def numbering_of(properties):
    numbers = None if properties is None else properties.find(w("numPr"))
    return value_of(numbers, "numId"), value_of(numbers, "ilvl")


def look_of(properties):
    """What a run or style says: {"b", "i", "vanish", "strike": whether, "vertAlign", "sz": how}."""
    found = {}
    for name in ("b", "i", "vanish", "strike", "dstrike"):
        element = None if properties is None else properties.find(w(name))
        if element is not None:
            found[name] = element.get(VAL, "1") not in ("0", "false", "off", "none")
    for name in ("vertAlign", "sz"):
        if said := value_of(properties, name):
            found[name] = said
    return found


class Numbers:
    """Word's counters: where an item stands in its list, and what stands before it."""

    def __init__(self, root: ET.Element | None, styles: Styles):
        root = ET.Element("none") if root is None else root
        self._levels = {
            abstract.get(w("abstractNumId")): {
                level.get(w("ilvl"), "0"): level for level in abstract.findall(w("lvl"))
            }
            for abstract in root.findall(w("abstractNum"))
        }
        # A list that is only the name of a style, which has a list of its own.
        self._same = {
            abstract.get(w("abstractNumId")): styles.chain(value_of(abstract, "numStyleLink"))
            for abstract in root.findall(w("abstractNum"))
        }
        self._numbers = {number.get(w("numId")): number for number in root.findall(w("num"))}
        self._counters: dict[str, Counter] = {}
        self._begun: set = set()

    def item(self, number: str, level: str):
        """(level from 1, number or None for a bullet, format, words before it), or None."""
        found = self._numbers.get(number)
        abstract = value_of(found, "abstractNumId")
        if named := self._same.get(abstract):
            found = self._numbers.get(named[0].number)
            abstract = value_of(found, "abstractNumId")
        levels = self._levels.get(abstract)
        if found is None or not levels or not level.isdecimal() or len(level) > 1:
            return None
        rules = levels.get(level)
        form = value_of(rules, "numFmt") or "decimal"
        if form == "none":
            return None
        depth = min(int(level) + 1, DEEPEST_ITEM)
        if form == "bullet":
            return depth, None, form, ""
        text = re.sub(r"%\d", "", value_of(rules, "lvlText"))
        words = text if any(map(str.isalpha, text)) else ""
        return depth, self._count(found, number, abstract, level, rules), form, words

    def _count(self, found, number, abstract, level, rules):
        counters = self._counters.setdefault(abstract, Counter())
        start = small(value_of(rules, "start"), 1)
        for override in found.findall(w("lvlOverride")):
            same = override.get(w("ilvl")) == level
            if same and (number, level) not in self._begun and value_of(override, "startOverride"):
                start = small(value_of(override, "startOverride"), 1)
                counters.pop(level, None)
        self._begun.add((number, level))
        counters[level] = counters[level] + 1 if level in counters else start
        for deeper in [other for other in counters if other > level]:
            del counters[deeper]
        return counters[level]


def small(text, otherwise):
    return int(text) if text.isdecimal() and len(text) < 4 else otherwise
