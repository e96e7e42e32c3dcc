"""What staff see and do, one module for each subject."""

from treatments.admin import checks, pages, people, references, synonyms, tags

__all__ = ["checks", "pages", "people", "references", "synonyms", "tags"]
