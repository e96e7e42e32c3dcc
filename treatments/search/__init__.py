"""The door to the search. Nothing outside this package knows that there is an index."""

from treatments.search.finding import LONGEST, Answer, Hit, answer, find, pages
from treatments.search.index import lacking, rebuild
from treatments.search.words import is_english, keys

__all__ = [
    "LONGEST",
    "Answer",
    "Hit",
    "answer",
    "find",
    "is_english",
    "keys",
    "lacking",
    "pages",
    "rebuild",
]
