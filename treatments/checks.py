"""System checks: no page without the disclaimer, no database without its guards."""

import re
from html.parser import HTMLParser
from pathlib import Path

from django.conf import settings
from django.core.checks import Error
from django.db import DatabaseError, connections
from django.template import engines
from django.template.loader import get_template

from treatments import disclaimer, guards, leaflets

# The frame of the site's pages, and of what leaves it as a file.
BASES = ("base.html", "document.html")
# What browsers print, by the stylesheet inside it; leaflets have one of their own.
PRINTED = ("base.html", "export.html")
LEAFLETS = Path(leaflets.__file__).parent / "leaflet.css"
SOURCE = "source/cancer-pain-treatment-options.txt"
_BEHIND_HEADING = re.compile(
    rf"</h1>\s*{{%\s*include\s+[\"']{re.escape(disclaimer.INCLUDE)}[\"']\s*%}}"
)
_TAG = re.compile(r"{%\s*(\w+)")
_EXTENDS = re.compile(r"\s*{%\s*extends\s+[\"']([^\"']+)[\"']")
_COMMENT = re.compile(r"{#.*?#}|{%\s*comment\b.*?endcomment\s*%}|<!--.*?-->", re.DOTALL)
# The blocks of a page that stand before the disclaimer.
_BEFORE = re.compile(r"{%\s*block\s+(?:title|meta|above|heading)\s*%}(.*?){%\s*endblock", re.DOTALL)
_MEDDLING = re.compile(r"h1>|<!--|<template\b", re.IGNORECASE)
# The rule of a stylesheet for sheets of paper, and the strings that it prints there.
_STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)
_SHEET = re.compile(r"@page\s*{(?:[^{}]|{[^{}]*})*}")
_STRING = re.compile(r'content:\s*"((?:[^"\\]|\\.)*)"', re.DOTALL)
_ESCAPED = re.compile(r"\\([0-9a-f]{1,6}) ")
_ON_LEAFLETS = (
    r"\.disclaimer\s*{[^}]*string-set:\s*disclaimer\b",
    r"content:\s*string\(disclaimer\)",
)
_VOID = {"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "source", "wbr"}
_SHOWN_IN = {"html", "body", "main", "p", "div", "aside", "section"}
_HIDING = {"hidden", "aria-hidden", "inert", "style"}


class BehindHeading(HTMLParser):
    """Collects the first element behind the page's heading: its text, and what it stands in."""

    def __init__(self):
        super().__init__()
        self.open, self.around, self.text = [], [], []
        self.heading_closed, self.inside = False, False

    def handle_starttag(self, tag, attrs):
        if tag in _VOID:
            return
        self.open.append((tag, dict(attrs)))
        if self.heading_closed and not self.around:
            self.around, self.inside = list(self.open), True

    def handle_data(self, data):
        if self.inside:
            self.text.append(data)

    def handle_endtag(self, tag):
        self.heading_closed = self.heading_closed or tag == "h1"
        while self.open and self.open.pop()[0] != tag:
            pass
        self.inside = self.inside and len(self.open) >= len(self.around)

    def is_shown(self):
        return all(
            tag in _SHOWN_IN and not _HIDING & attributes.keys() for tag, attributes in self.around
        )


class Elements(HTMLParser):
    """Whether each element of a piece of markup begins and ends within it."""

    def __init__(self):
        super().__init__()
        self.open, self.are_whole = [], True

    def handle_starttag(self, tag, attrs):
        if tag not in _VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        self.are_whole = bool(self.open) and self.open.pop() == tag and self.are_whole


def disclaimer_on_every_page(app_configs, **kwargs):
    """E001–E003, E005: the base template shows the disclaimer, in its own words, under every page.

    Browsers and leaflets print it on every sheet.
    """
    lost = [error for base in BASES for error in _base_template(base)]
    return [*lost, *_words(), *_pages(), *_sheets()]


def _base_template(base):
    source = _COMMENT.sub("", get_template(base).template.source)
    reader = BehindHeading()
    reader.feed(engines["django"].from_string(source).render({}))
    shown = " ".join("".join(reader.text).split())
    literal = _BEHIND_HEADING.search(source)
    if (
        not literal
        or _enclosed(source, literal.end())
        or shown != disclaimer.words()
        or not reader.is_shown()
    ):
        yield Error(
            f"The disclaimer is not the first element after the heading of {base}.",
            hint=f'Put {{% include "{disclaimer.INCLUDE}" %}} directly behind </h1>, '
            "outside every block and condition, in nothing that hides it.",
            id="treatments.E001",
        )


def _enclosed(source, place):
    """Whether a block, a condition or any other pair of template tags is open at this place."""
    before, everywhere = (_TAG.findall(text) for text in (source[:place], source))
    return any(
        before.count(name) > before.count(f"end{name}")
        for name in before
        if f"end{name}" in everywhere
    )


def _last_paragraph():
    source = (Path(settings.FIXTURE_DIRS[0]) / SOURCE).read_text(encoding="utf-8-sig")
    return " ".join(source.strip().splitlines()[-1].split())


def _words():
    if disclaimer.words() != _last_paragraph():
        yield Error(
            f"The words of {disclaimer.INCLUDE} are not the source document’s last paragraph.",
            hint=f"Copy the last paragraph of fixtures/{SOURCE} word for word.",
            id="treatments.E002",
        )


def _pages():
    for name in _page_templates():
        if not _extends_base(name):
            yield Error(
                f"The template {name} does not extend {' or '.join(BASES)}: its page would lack "
                "the disclaimer.",
                hint=f'Begin it with {{% extends "{BASES[0]}" %}}; name it with a leading _ if it '
                "is a part of a page.",
                id="treatments.E003",
            )
        elif name not in BASES and _MEDDLING.search(get_template(name).template.source):
            yield Error(
                f"The template {name} holds <h1>, <!-- or <template>, which could part the heading "
                "from the disclaimer, or hide it.",
                hint="Fill the block “heading” with words alone; write comments as {# … #}.",
                id="treatments.E003",
            )
        elif not all(map(_is_whole, _BEFORE.findall(get_template(name).template.source))):
            yield Error(
                f"The template {name} leaves an element open before the disclaimer, which could "
                "hide it.",
                hint="End it in the block in which it begins.",
                id="treatments.E003",
            )


def _is_whole(markup):
    reader = Elements()
    reader.feed(markup)
    reader.close()
    return reader.are_whole and not reader.open


def _sheets():
    for name in PRINTED:
        source = _COMMENT.sub("", get_template(name).template.source)
        printed = _on_sheets(engines["django"].from_string(source).render({}))
        if not any(_last_paragraph() in words for words in printed):
            yield _lost_on_paper(
                name,
                "Keep <style>{% stylesheet %}</style> in its head, and "
                f'words-of("{disclaimer.INCLUDE}") in the @page rule of static/site/page.css.',
            )
    css = LEAFLETS.read_text(encoding="utf-8")
    if not all(re.search(rule, css) for rule in _ON_LEAFLETS):
        yield _lost_on_paper(
            LEAFLETS.name, "Let .disclaimer set the string “disclaimer”, and @page print it."
        )


def _on_sheets(html):
    """The strings that the stylesheets of a page print on every sheet."""
    for rule in _SHEET.findall("".join(_STYLE.findall(html))):
        for written in _STRING.findall(rule):
            yield _ESCAPED.sub(lambda found: chr(int(found[1], 16)), written)


def _lost_on_paper(name, hint):
    return Error(
        f"The disclaimer is not printed on every sheet of {name}.", hint=hint, id="treatments.E005"
    )


def _page_templates():
    for folder in map(Path, settings.TEMPLATES[0]["DIRS"]):
        for path in sorted(folder.rglob("*.html")):
            name = path.relative_to(folder).as_posix()
            if not name.startswith(("admin/", "includes/")) and path.name[0] != "_":
                yield name


def _extends_base(name):
    if name in BASES:
        return True
    parent = _EXTENDS.match(_COMMENT.sub("", get_template(name).template.source))
    return bool(parent) and _extends_base(parent[1])


def guards_installed(app_configs, databases=None, **kwargs):
    """E004: every trigger of `treatments.guards` stands in the database, in its present wording."""
    errors = []
    for alias in databases or []:
        try:
            lost = guards.missing(connections[alias])
        except DatabaseError:
            continue  # no database to look into: whoever asks next will say so
        if lost:
            errors.append(
                Error(
                    f"The database “{alias}” lacks guards of approved text: {', '.join(lost)}.",
                    hint="Run “manage.py migrate”: it makes them anew.",
                    id="treatments.E004",
                )
            )
    return errors
