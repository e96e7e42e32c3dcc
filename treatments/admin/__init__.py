"""What staff see and do, one module for each subject."""

from treatments.admin import (
    audit,
    checks,
    desk,
    ehr,
    images,
    library,
    links,
    pages,
    people,
    plain_words,
    references,
    synonyms,
    tags,
)

__all__ = [
    "audit",
    "checks",
    "desk",
    "ehr",
    "images",
    "library",
    "links",
    "pages",
    "people",
    "plain_words",
    "references",
    "synonyms",
    "tags",
]
