"""What staff see and do, one module for each subject."""

from treatments.admin import checks, library, pages, people, plain_words, references, tags

__all__ = ["checks", "library", "pages", "people", "plain_words", "references", "tags"]
