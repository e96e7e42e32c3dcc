"""What staff see and do, one module for each subject."""

from treatments.admin import checks, desk, links, pages, people, references, tags

__all__ = ["checks", "desk", "links", "pages", "people", "references", "tags"]
