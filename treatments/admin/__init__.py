"""What staff see and do, one module for each subject."""

from treatments.admin import checks, images, pages, people, references, tags

__all__ = ["checks", "images", "pages", "people", "references", "tags"]
