"""The editors' manual: Markdown in, a page's parts out."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from markdown_it import MarkdownIt
from markdown_it.token import Token

# Whatever is no Markdown is shown as it stands, not obeyed: `html` is off.
_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table")
_HEADINGS = ("h2", "h3")


@dataclass(frozen=True)
class Manual:
    """`html` without the heading of the whole; `contents` are its sections, [(anchor, heading)]."""

    title: str
    html: str
    contents: list[tuple[str, str]]


def read(text: str, picture: Callable[[str], str]) -> Manual:
    """A manual written in CommonMark with tables.

    Its first line is the heading of the whole. `picture` says at which address a picture can be
    seen, given the address that the text has for it. Each heading becomes an anchor: "Taking
    down" is #taking-down.
    """
    tokens = _MARKDOWN.parse(text)
    title = tokens[1].content
    tokens = tokens[3:]  # opened, said and closed
    contents = list(_anchored(tokens))
    for token in tokens:
        for part in token.children or []:
            if part.type == "image":
                part.attrSet("src", picture(str(part.attrGet("src"))))
        if token.type == "th_open":
            token.attrSet("scope", "col")
    html = _MARKDOWN.renderer.render(tokens, _MARKDOWN.options, {})
    return Manual(title, html, contents)


def _anchored(tokens: list[Token]):
    """Gives each heading its anchor; yields those of the sections."""
    for place, token in enumerate(tokens):
        if token.type == "heading_open" and token.tag in _HEADINGS:
            heading = tokens[place + 1].content
            anchor = "-".join(re.findall(r"[a-z0-9]+", heading.lower()))
            token.attrSet("id", anchor)
            if token.tag == "h2":
                yield anchor, heading
