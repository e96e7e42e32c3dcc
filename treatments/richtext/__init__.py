"""Text with markup: what it may hold, how it is cleaned, and how it is shown shorter or lower."""

import html as entities
import re

import nh3

from treatments.richtext.allowed import ATTRIBUTES, CLASSES, SCHEMES, TAGS, attributes, seen, value
from treatments.richtext.dressing import dressed
from treatments.richtext.sections import anchored, sections
from treatments.richtext.tidying import HINTS, RENAMED, SECTIONS, tidied

__all__ = [
    "ATTRIBUTES",
    "CLASSES",
    "SCHEMES",
    "TAGS",
    "anchored",
    "clean",
    "demoted",
    "dressed",
    "first_sentence",
    "intricate",
    "plain",
    "sections",
    "typed",
]

MOST_TAGS = 20_000  # the parser's time grows with the square of the depth that so many can make

# What goes with all it holds: code; controls; formulas, which would read as other numbers without
# their markup; words that somebody has struck out.
_GONE = {
    "script", "style", "title", "template", "noscript", "noembed", "noframes", "iframe", "object",
    "audio", "video", "canvas", "button", "select", "textarea", "svg", "math", "del", "s", "strike",
}  # fmt: skip


def _cleaner(more_tags=frozenset(), hints=frozenset()):
    tags = TAGS | more_tags
    # Without "*" nh3 would allow some attributes of its own choice everywhere.
    allowed = {"*": hints} | {tag: attributes(tag) for tag in tags}

    def kept(tag, attribute, given):
        return given if attribute in hints else value(tag, attribute, given)

    return nh3.Cleaner(
        tags=tags,
        clean_content_tags=_GONE,
        attributes=allowed,
        attribute_filter=kept,
        url_schemes=SCHEMES,
        link_rel="noopener noreferrer",
    )


_STRICT = _cleaner()
# Leaves beside the list what tidying reads and never writes.
_LENIENT = _cleaner(RENAMED.keys() | SECTIONS, HINTS)


def clean(html: str) -> str:
    """Hostile or untidy HTML in, tidy HTML of the list out; cleaning twice changes nothing.

    A text goes through tidying and the strict list, which has the last word, until neither
    changes it. One with more than MOST_TAGS tags, or that never comes to rest, keeps
    its words alone.
    """
    if intricate(html):
        return _words_alone(html)
    text = _LENIENT.clean(seen(html))
    for _ in range(6):
        before, text = text, _STRICT.clean(tidied(seen(text)))
        if text == before and not intricate(text):
            return text
    return _words_alone(html)


def intricate(html: str) -> bool:
    """Whether a text has more tags than `clean` keeps."""
    return html.count("<") > MOST_TAGS


def _words_alone(html):
    words = entities.unescape(re.sub(r"<[^<>]*>", " ", html))
    words = entities.escape(" ".join(seen(words).split()), quote=False)
    return f"<p>{words}</p>" if words else ""


def typed(text: str) -> str:
    """A line or a few of plain text, without what feeds and databases cannot hold."""
    return seen(re.sub(r"[\v\f]", " ", text)).strip()


def plain(html: str) -> str:
    """The words of a cleaned text without its markup and citations, white space collapsed."""
    text = re.sub(r"<cite\b.*?</cite>", "", html, flags=re.DOTALL)
    text = re.sub(r"</(?:p|h2|h3|li|t[hdr]|(?:fig)?caption|blockquote|div)>|<br>", " ", text)
    text = nh3.clean(text, tags=set())
    for entity, character in (("&lt;", "<"), ("&gt;", ">"), ("&nbsp;", " "), ("&amp;", "&")):
        text = text.replace(entity, character)
    return " ".join(seen(text).split())


def first_sentence(html: str) -> str:
    """The first sentence of a cleaned text: up to a mark that a space and a capital follow.

    Words below a picture are none.
    """
    text = plain(re.sub(r"<figure\b.*?</figure>", " ", html, flags=re.DOTALL))
    end = re.search(r"(?<=[.!?])[\"”’)]*(?=\s+[\"“‘(]*[A-Z])", text)
    return text[: end.end()] if end else text


def demoted(html: str) -> str:
    """A cleaned text one heading level lower, to stand under a heading of its own."""
    html = re.sub(r"<(/?)h3\b", r"<\1h4", html)
    return re.sub(r"<(/?)h2\b", r"<\1h3", html)
