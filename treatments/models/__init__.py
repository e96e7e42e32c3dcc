"""The portal's words: pages, their editions, the sources and the people."""

from treatments.models.audit import AuditEntry
from treatments.models.editions import (
    Contributor,
    Edition,
    Review,
    SharedPreview,
    titles_of_pages,
)
from treatments.models.pages import Code, OldSlug, Page, PageTag, Term, Topic, Treatment
from treatments.models.people import User
from treatments.models.references import Citation, Reference
from treatments.models.synonyms import Synonym

__all__ = [
    "AuditEntry",
    "Citation",
    "Code",
    "Contributor",
    "Edition",
    "OldSlug",
    "Page",
    "PageTag",
    "Reference",
    "Review",
    "SharedPreview",
    "Synonym",
    "Term",
    "Topic",
    "Treatment",
    "User",
    "titles_of_pages",
]
