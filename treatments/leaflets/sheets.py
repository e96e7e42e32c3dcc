"""The sizes of type and of paper that a leaflet comes in."""

from collections.abc import Sequence
from dataclasses import dataclass

# Points, and the millimetres that the footer needs: "clear print" is 14 points and "large print"
# 18 by the guidance of the UK Association for Accessible Formats.
SIZES = {"clear": (14, 12, 34), "large": (18, 16, 52)}
PAPERS = {"a4": "A4", "letter": "letter"}


class Refused(ValueError):
    """A size or a paper that leaflets do not come in: a sentence for whoever asked."""


@dataclass(frozen=True)
class Sheet:
    """One size of type on one size of paper, by the words that addresses use."""

    size: str = "clear"
    paper: str = "a4"

    def style(self) -> str:
        """What differs between sheets, as CSS to stand before the common stylesheet."""
        text, footer, foot = SIZES[self.size]
        return (
            f"@page {{ size: {PAPERS[self.paper]}; margin-bottom: {foot}mm }}"
            f"@page {{ font-size: {footer}pt }} :root {{ font-size: {text}pt }}"
        )


def chosen(sizes: Sequence[str], papers: Sequence[str], usual: str) -> Sheet:
    """The sheet of an address that names each of these sizes and papers; Refused if none fits.

    What is not named is clear print, or the `usual` paper.
    """
    return Sheet(
        _one("size", sizes or ["clear"], SIZES),
        _one("paper", papers or [usual], PAPERS),
    )


def _one(name, given, known):
    if len(given) != 1 or given[0] not in known:
        first, second = known
        raise Refused(f"In this address, “{name}” can be “{first}” or “{second}”.")
    return given[0]
