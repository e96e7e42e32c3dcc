"""Hostile texts, on every way into the database and out of it."""

import re

import pytest
from selectolax.lexbor import LexborHTMLParser

from tests import hostile
from tests.hostile.second_parser import off_the_list
from tests.hostile.ways import WAYS, stored
from treatments import pictures, richtext, wording

PAST_THE_FIELD = "SQL by hand"


def test_there_are_many_of_them_in_each_class():
    assert len(hostile.inputs()) >= 200
    assert min(len(found) for found in hostile.classes().values()) >= 12


@pytest.mark.parametrize("html", [html for _, html in hostile.inputs()], ids=dict(hostile.inputs()))
def test_a_second_parser_finds_nothing_of_it_off_the_list(html):
    cleaned = richtext.clean(html)
    assert off_the_list(cleaned) == []
    assert richtext.clean(cleaned) == cleaned


def test_the_list_holds_without_any_tidying(monkeypatch):
    monkeypatch.setattr(richtext, "tidied", lambda html: html)
    left = [name for name, html in hostile.inputs() if off_the_list(richtext.clean(html))]
    assert left == []


@pytest.mark.parametrize("way", [way for way in WAYS if way != PAST_THE_FIELD])
@pytest.mark.django_db
def test_they_are_stored_clean(way, tmp_path):
    for html, edition in stored(way, tmp_path).items():
        assert edition.body == richtext.clean(html)


@pytest.mark.django_db
def test_past_the_field_they_are_clean_on_the_page_and_in_the_feed(client, tmp_path):
    found = stored(PAST_THE_FIELD, tmp_path)
    assert sum(edition.body == html for html, edition in found.items()) > 200
    for kind, inputs in hostile.classes().items():
        page = LexborHTMLParser(client.get(f"/topics/{kind}/").content.decode())
        texts = [node.inner_html for node in page.css("section .text")]
        cleaned = [richtext.demoted(richtext.clean(html)) for html in inputs.values()]
        printed = [richtext.dressed(html, wording.LABELS) for html in cleaned]
        printed = [pictures.shown(html, {}) for html in printed]  # nobody placed theirs
        assert texts == [LexborHTMLParser(html).body.inner_html for html in printed]
    feed = client.get("/feed/").content.decode()
    assert not re.search("[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]", feed)  # XML cannot hold them
