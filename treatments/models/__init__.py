"""The portal's words: pages, their editions, the sources and the people."""

from treatments.models.asking import DistinctiveWord, UnansweredCode
from treatments.models.audit import AuditEntry, audited
from treatments.models.editions import Contributor, Edition, Review, SharedPreview, titles_of_pages
from treatments.models.images import Image, ImageFile, Placement
from treatments.models.links import Link, LinkUse
from treatments.models.pages import Code, OldSlug, Page, PageTag, Term, Topic, Treatment
from treatments.models.people import ReviewReminder, User
from treatments.models.readability import LiveText, Measurement, PlainWord
from treatments.models.references import Citation, Reference, cited_in
from treatments.models.remarks import Comment, Rating, texts_to_answer
from treatments.models.synonyms import Synonym

__all__ = [
    "AuditEntry",
    "Citation",
    "Code",
    "Comment",
    "Contributor",
    "DistinctiveWord",
    "Edition",
    "Image",
    "ImageFile",
    "Link",
    "LinkUse",
    "LiveText",
    "Measurement",
    "OldSlug",
    "Page",
    "PageTag",
    "Placement",
    "PlainWord",
    "Rating",
    "Reference",
    "Review",
    "ReviewReminder",
    "SharedPreview",
    "Synonym",
    "Term",
    "Topic",
    "Treatment",
    "UnansweredCode",
    "User",
    "audited",
    "cited_in",
    "texts_to_answer",
    "titles_of_pages",
]
