"""System checks: no page without the disclaimer, no database without its guards."""

import re
from html.parser import HTMLParser
from pathlib import Path

from django.conf import settings
from django.core.checks import Error
from django.db import DatabaseError, connections
from django.template import engines
from django.template.loader import get_template

from treatments import disclaimer, guards

BASE = "base.html"
SOURCE = "source/cancer-pain-treatment-options.txt"
_BLOCK = re.compile(r"{%\s*block\s+(\w+)")
_EXTENDS = re.compile(r"\s*{%\s*extends\s+[\"']([^\"']+)[\"']")
_COMMENT = re.compile(r"{#.*?#}|{%\s*comment\b.*?endcomment\s*%}", re.DOTALL)


class AfterHeading(HTMLParser):
    """Collects the first element behind the page's heading: its attributes and its text."""

    def __init__(self):
        super().__init__()
        self.after, self.depth, self.attributes, self.text = False, 0, {}, []

    def handle_starttag(self, tag, attrs):
        if self.after and self.depth is not None:
            self.depth += 1
            self.attributes = self.attributes or dict(attrs)

    def handle_data(self, data):
        if self.after and self.depth is not None:
            self.text.append(data)

    def handle_endtag(self, tag):
        if tag == "h1":
            self.after = True
        elif self.after and self.depth is not None:
            self.depth = self.depth - 1 or None  # None: the element is closed, read no further


def disclaimer_on_every_page(app_configs, **kwargs):
    """E001–E003: the base template shows the disclaimer, in its own words, under every page."""
    errors = list(_base_template()) + list(_words())
    return errors + [
        Error(
            f"The template {name} does not extend {BASE}, so its page would lack the disclaimer.",
            hint=f'Begin it with {{% extends "{BASE}" %}}; name it with a leading _ if it is '
            "a part of a page.",
            id="treatments.E003",
        )
        for name in _page_templates()
        if not _extends_base(name)
    ]


def _base_template():
    source = get_template(BASE).template.source
    blocks = dict.fromkeys(_BLOCK.findall(source))
    emptied = f'{{% extends "{BASE}" %}}' + "".join(
        f"{{% block {name} %}}{{% endblock %}}" for name in blocks
    )
    # Every block is emptied: what is left is what no page can lose.
    reader = AfterHeading()
    reader.feed(engines["django"].from_string(emptied).render({}))
    shown = " ".join("".join(reader.text).split())
    if not shown or shown != disclaimer.words() or "hidden" in reader.attributes:
        yield Error(
            f"The disclaimer is not the first element after the heading of {BASE}.",
            hint=f'Put {{% include "{disclaimer.INCLUDE}" %}} directly behind </h1>, '
            "outside every block.",
            id="treatments.E001",
        )


def _words():
    source = (Path(settings.FIXTURE_DIRS[0]) / SOURCE).read_text(encoding="utf-8-sig")
    if disclaimer.words() != " ".join(source.strip().splitlines()[-1].split()):
        yield Error(
            f"The words of {disclaimer.INCLUDE} are not the source document’s last paragraph.",
            hint=f"Copy the last paragraph of fixtures/{SOURCE} word for word.",
            id="treatments.E002",
        )


def _page_templates():
    for folder in map(Path, settings.TEMPLATES[0]["DIRS"]):
        for path in sorted(folder.rglob("*.html")):
            name = path.relative_to(folder).as_posix()
            if not name.startswith(("admin/", "includes/")) and path.name[0] != "_":
                yield name


def _extends_base(name):
    if name == BASE:
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
                    hint="Run “manage.py migrate --skip-checks”: it makes them anew.",
                    id="treatments.E004",
                )
            )
    return errors
