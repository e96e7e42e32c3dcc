"""What staff see and do, one module for each subject."""

from treatments.admin import checks, links, pages, people, references, tags

__all__ = ["checks", "links", "pages", "people", "references", "tags"]
