"""The stylesheet inside each page, and the hash that lets it pass."""

import base64
import hashlib

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
    "written", ["/* </style> */", "a{}\r\nb{}", "p { background: url(x.png) }", "@import 'x.css';"]
)
def test_what_cannot_be_inlined_is_refused(written, static):
    (static / "page.css").write_bytes(written.encode())
    with pytest.raises(ImproperlyConfigured, match=r"page\.css cannot be inlined"):
        inlined.text("page.css")


def test_a_missing_file_is_refused_by_its_name(static):
    with pytest.raises(ImproperlyConfigured, match=r"static/gone\.css"):
        inlined.text("gone.css")


def test_the_portals_own_stylesheet_can_be_inlined():
    assert inlined.text("site/page.css").strip()
