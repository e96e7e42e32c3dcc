"""What staff see and do, one module for each subject."""

from treatments.admin import (
    checks,
    desk,
    library,
    links,
    pages,
    people,
    plain_words,
    references,
    tags,
)

__all__ = [
    "checks",
    "desk",
    "library",
    "links",
    "pages",
    "people",
    "plain_words",
    "references",
    "tags",
]
