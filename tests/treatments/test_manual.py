"""The editors' manual: what becomes of its Markdown, and that what it shows is there."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders

from treatments import manual

DOCS = settings.BASE_DIR / "docs"
TEXT = (DOCS / "editors.md").read_text(encoding="utf-8")
PICTURES = re.findall(r"!\[(.*?)\]\((.*?)\)", TEXT)


def read(text):
    return manual.read(f"# Bicycles\n\n{text}", picture=lambda address: f"/static/{address}")


def test_the_first_line_is_the_heading_of_the_whole():
    found = read("Squeeze the lever.")
    assert (found.title, found.html) == ("Bicycles", "<p>Squeeze the lever.</p>\n")


def test_headings_become_anchors_and_sections_the_contents():
    found = read("## Brakes, levers\n\n### Pads\n")
    assert found.contents == [("brakes-levers", "Brakes, levers")]
    assert '<h2 id="brakes-levers">Brakes, levers</h2>' in found.html
    assert '<h3 id="pads">' in found.html


def test_tables_say_what_their_heads_are_for():
    assert '<th scope="col">part</th>' in read("| part |\n|---|\n| lever |\n").html


def test_pictures_are_shown_from_where_they_are_served():
    assert read("![A lever.](lever.png)").html == (
        '<p><img src="/static/lever.png" alt="A lever." /></p>\n'
    )


def test_markup_is_shown_and_not_obeyed():
    assert read("<script>canary()</script>").html == (
        "<p>&lt;script&gt;canary()&lt;/script&gt;</p>\n"
    )


@pytest.mark.parametrize(("alt", "address"), PICTURES)
def test_each_picture_is_there_small_described_and_served(alt, address):
    picture = DOCS / address
    assert picture.stat().st_size < 60_000
    assert picture.read_bytes()[25] == 3  # a colour map, as PNG counts it
    assert len(alt) > 40
    assert Path(finders.find(f"manual/{picture.name}")) == picture


def test_no_picture_lies_about_unused():
    used = {DOCS / address for _, address in PICTURES}
    assert set((DOCS / "pictures" / "editors").iterdir()) == used


SECTIONS = {
    anchor
    for path in (settings.BASE_DIR / "templates" / "admin").rglob("*.html")
    for block in re.findall(r"block manual_section %}(.*?){% endblock", path.read_text())
    for anchor in re.findall(r"#([a-z-]+)", block)
}


def test_every_form_leads_to_a_section_that_there_is():
    assert len(SECTIONS) > 4
    assert {anchor for anchor, _ in manual.read(TEXT, picture=str).contents} >= SECTIONS


@pytest.mark.parametrize(
    ("address", "section"),
    [
        ("/admin/", "#the-desk"),
        ("/admin/treatments/treatment/add/", "#adding-a-page"),
        ("/admin/treatments/reference/add/", "#references"),
        ("/admin/treatments/reference/import/", "#references"),
    ],
)
def test_the_help_is_linked_from_every_page(admin_client, address, section):
    assert f'href="/admin/help/{section}"' in admin_client.get(address).content.decode()
    answer = admin_client.get("/admin/help/")
    assert '<h2 id="writing">Writing</h2>' in answer.content.decode()
    assert "unsafe" not in answer["Content-Security-Policy"]
