"""How well one colour reads on another, and the nearest shade of it that reads well.

Colours are written "#rrggbb". The measure is that of WCAG 2.2: the contrast ratio
(https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio) of two relative luminances
(https://www.w3.org/TR/WCAG22/#dfn-relative-luminance).
"""

from collections.abc import Collection

ENOUGH = 7  # to 1, for text: criterion 1.4.6, level AAA
BLACK, WHITE = "#000000", "#ffffff"
_STEPS = 256


def luminance(colour: str) -> float:
    """Relative luminance: 0 of black, 1 of white."""
    red, green, blue = (_linear(value / 255) for value in _values(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(value):
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4


def ratio(one: str, other: str) -> float:
    """The contrast of two colours: from 1, the same, to 21, black on white."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def lowest(colour: str, grounds: Collection[str]) -> float:
    """The contrast of a colour with that ground on which it reads worst."""
    return min(ratio(colour, ground) for ground in grounds)


def nearest(colour: str, grounds: Collection[str]) -> str:
    """The colour, mixed with as little black or white as makes it read on all of the grounds.

    Dark grounds take white, light ones black. Raises ValueError where even that is not enough.
    """
    end = WHITE if lowest(WHITE, grounds) > lowest(BLACK, grounds) else BLACK
    for step in range(_STEPS + 1):
        mixed = _mixed(colour, end, step / _STEPS)
        if lowest(mixed, grounds) >= ENOUGH:
            return mixed
    raise ValueError(f"nothing reads on all of {', '.join(grounds)}")


def _mixed(colour, other, share):
    pairs = zip(_values(colour), _values(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def _values(colour):
    return bytes.fromhex(colour.removeprefix("#"))
