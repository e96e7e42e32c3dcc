"""What staff see and do, one module for each subject."""

from treatments.admin import audit, checks, pages, people, references, tags

__all__ = ["audit", "checks", "pages", "people", "references", "tags"]
