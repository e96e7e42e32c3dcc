"""What staff see and do, one module for each subject."""

from treatments.admin import checks, desk, pages, people, references, tags

__all__ = ["checks", "desk", "pages", "people", "references", "tags"]
