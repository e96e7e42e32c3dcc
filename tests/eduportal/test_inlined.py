"""The stylesheet inside each page, and the hash that lets it pass."""

import base64
import hashlib
import html
import json
import re

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.template import Context, Template

from eduportal import inlined


@pytest.fixture
def static(tmp_path, monkeypatch):
    """A folder of static files of its own."""
    monkeypatch.setattr(inlined, "STATIC", tmp_path)
    inlined.text.cache_clear()
    yield tmp_path
    inlined.text.cache_clear()


def test_the_hash_is_of_the_bytes_between_the_tags(static):
    (static / "page.css").write_text("p { color: #111; content: '“' }", encoding="utf-8")
    page = Template('{% load portal %}<style>{% inlined "page.css" %}</style>').render(Context())
    between = page.removeprefix("<style>").removesuffix("</style>").encode("utf-8")
    digest = base64.b64encode(hashlib.sha256(between).digest()).decode()
    assert inlined.source("page.css") == f"'sha256-{digest}'"


@pytest.mark.parametrize(
    "written",
    [
        "p::before { content: '</style>' }",
        "a{}\r\nb{}",
        "p { background: url(x.png) }",
        "@import 'x.css';",
    ],
)
def test_what_cannot_be_inlined_is_refused(written, static):
    (static / "page.css").write_bytes(written.encode())
    with pytest.raises(ImproperlyConfigured, match=r"page\.css cannot be inlined"):
        inlined.text("page.css")


def test_a_stylesheet_leaves_its_comments_behind(static):
    (static / "page.css").write_text("/* Why\n   </style> */\np { margin: 0 }\n/* so */\n")
    assert inlined.text("page.css") == "p { margin: 0 }"


def test_a_missing_file_is_refused_by_its_name(static):
    with pytest.raises(ImproperlyConfigured, match=r"static/gone\.css"):
        inlined.text("gone.css")


def test_the_portals_own_stylesheet_can_be_inlined():
    assert inlined.text("site/page.css").strip()


# Words of a template in a stylesheet


@pytest.fixture
def include(static, tmp_path, monkeypatch):
    """Write a template, and return the stylesheet that holds its words."""
    monkeypatch.setattr(inlined, "TEMPLATES", tmp_path)

    def composed(markup):
        (tmp_path / "notice.html").write_bytes(markup.encode())
        (tmp_path / "page.css").write_text('p::after { content: words-of("notice.html"); }')
        inlined.text.cache_clear()
        return inlined.text("page.css")

    return composed


def test_the_words_are_what_a_reader_sees_of_the_template(include):
    css = include('<p class="notice">Ask a\n  mechanic, <b>always</b> &amp; ride on.</p>\n')
    assert css == r'p::after { content: "Ask a mechanic, always \26  ride on."; }'


HOSTILE = [
    'a" } * { display: none } b { content: "',
    "a\\",
    "a\\22 } b",
    "&lt;/style&gt;&lt;script&gt;alert(1)&lt;/script&gt;",
    "a */ url(https://example.org/x) /* @import 'x'",
    "line\r\nline\x0cline\u2028line\x00",
    'words-of("notice.html")',
    "“Brakes” – 50 % off’s; die Straße, 車, دراجة, \u202e🚲",
]


@pytest.mark.parametrize("words", HOSTILE)
def test_no_word_ends_the_string_or_the_element(words, include):
    css = include(f"<p>{words}</p>")
    string = css.removeprefix("p::after { content: ").removesuffix("; }")
    assert not set('"\\\r\n\f<>{}()/@*') & set(re.sub(r"\\[0-9a-f]{1,6} ", "", string[1:-1]))
    assert string[0] == string[-1] == '"'


@pytest.mark.browser
def test_a_browser_reads_the_very_words(include, page):
    for words in HOSTILE:
        css = include(f"<p>{words}</p>")
        page.set_content(f"<style>{css}</style><p></p>")
        shown = page.evaluate("getComputedStyle(document.querySelector('p'), '::after').content")
        expected = " ".join(html.unescape(words).split()).replace("\0", "\ufffd")
        assert json.loads(shown) == expected


@pytest.mark.parametrize("markup", ["{{ name }}", "{% if x %}a{% endif %}", "{# secret #}"])
def test_a_template_that_is_more_than_words_is_refused(markup, include):
    with pytest.raises(ImproperlyConfigured, match=r"templates/notice\.html .*template tags"):
        include(markup)


def test_a_missing_template_is_refused_by_its_name(static, monkeypatch, tmp_path):
    monkeypatch.setattr(inlined, "TEMPLATES", tmp_path)
    (static / "page.css").write_text('p::after { content: words-of("gone.html") }')
    with pytest.raises(ImproperlyConfigured, match=r"templates/gone\.html cannot be read"):
        inlined.text("page.css")
