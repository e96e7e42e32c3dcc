"""The disclaimer's words, for whatever is not an HTML page; they stand in one include only."""

import functools
import html
import re

from django.template.loader import render_to_string

INCLUDE = "includes/disclaimer.html"


@functools.cache
def words() -> str:
    """The text of the include, without markup and with single spaces."""
    return text_of(render_to_string(INCLUDE))


def text_of(markup: str) -> str:
    """What a reader sees of a piece of our own markup."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", markup)).split())
