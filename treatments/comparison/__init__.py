"""What differs between two texts: block by block, and word by word within a block."""

from treatments.comparison.blocks import Block, Container, Word, blocks
from treatments.comparison.changes import CellChange, Change, texts
from treatments.comparison.listed import Item, listed
from treatments.comparison.telling import BOXES, Count, count, summary
from treatments.comparison.words import Piece, between, words

__all__ = [
    "BOXES",
    "Block",
    "CellChange",
    "Change",
    "Container",
    "Count",
    "Item",
    "Piece",
    "Word",
    "between",
    "blocks",
    "count",
    "listed",
    "summary",
    "texts",
    "words",
]
