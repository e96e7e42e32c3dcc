"""Packed answers: which, how, and what a cache is told of them."""

import gzip

import brotli
import pytest
from django.contrib.auth import get_user_model
from django.http import HttpResponse, StreamingHttpResponse
from django.test import RequestFactory

from eduportal import compression

UNPACK = {"br": brotli.decompress, "gzip": gzip.decompress, None: bytes}
LONG = 10_000


def get(client, address, accepted=None, **options):
    headers = {} if accepted is None else {"Accept-Encoding": accepted}
    return client.get(address, headers=headers | options)


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("", "identity"),
        ("gzip, deflate, br, zstd", "br"),
        ("gzip, deflate", "gzip"),
        ("GZIP", "gzip"),
        ("br;q=0.5, gzip;q=0.8", "gzip"),
        ("br;q=0.5,gzip;q=0.5", "br"),
        ("br; q=0.1", "br"),
        ("br;q=0, gzip", "gzip"),
        ("br;q=0", "identity"),
        ("gzip;q=0.5, identity", "identity"),
        ("gzip;q=0.5, identity;q=0.2", "gzip"),
        ("*", "br"),
        ("*, br;q=0", "gzip"),
        ("*;q=0", "identity"),
        ("*;q=0, gzip", "gzip"),
        ("identity;q=0", "identity"),
        ("identity;q=0, gzip", "gzip"),
        ("zstd", "identity"),
        ("br;q=much", "identity"),
        ("br;q=7", "identity"),
        ("br;q=nan", "identity"),
        ("br;level=1", "identity"),
        (",;,=;q", "identity"),
    ],
)
def test_the_visitor_chooses_the_coding(accepted, coding):
    assert compression.chosen(accepted, LONG) == coding


def test_a_tiny_body_is_packed_only_where_nothing_else_is_accepted():
    assert compression.chosen("br, gzip", 20) == "identity"
    assert compression.chosen("identity;q=0, gzip", 20) == "gzip"


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/about/", "/nothing-here/", "/feed/", "/sitemap.xml"])
@pytest.mark.parametrize("accepted", ["br", "gzip"])
def test_a_packed_page_holds_what_the_plain_one_holds(client, address, accepted):
    plain, packed = get(client, address), get(client, address, accepted)
    assert packed["Content-Encoding"] == accepted
    assert UNPACK[accepted](packed.content) == plain.content
    assert int(packed["Content-Length"]) == len(packed.content) < len(plain.content)
    assert "Content-Encoding" not in plain
    assert int(plain["Content-Length"]) == len(plain.content)


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/about/", "/nothing-here/", "/feed/", "/robots.txt"])
@pytest.mark.parametrize("accepted", [None, "br", "identity"])
def test_a_cache_is_told_that_the_answer_varies(client, address, accepted):
    assert get(client, address, accepted)["Vary"] == "Accept-Encoding"


@pytest.mark.django_db
def test_each_coding_has_a_tag_of_its_own_and_is_sent_once(client):
    tags = {accepted: get(client, "/about/", accepted)["ETag"] for accepted in ("br", "gzip", "")}
    assert len(set(tags.values())) == 3
    for accepted, tag in tags.items():
        kept = get(client, "/about/", accepted, **{"If-None-Match": tag})
        assert (kept.status_code, kept["ETag"], kept.content) == (304, tag, b"")
        assert kept["Vary"] == "Accept-Encoding"
        assert "Content-Encoding" not in kept
    changed = get(client, "/about/", "br", **{"If-None-Match": tags["gzip"]})
    assert changed.status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize("accepted", ["br", "gzip", "identity"])
def test_the_head_of_a_page_says_what_the_page_says(client, accepted):
    page = get(client, "/about/", accepted)
    head = client.head("/about/", headers={"Accept-Encoding": accepted})
    for name in ("Content-Encoding", "Content-Length", "Content-Type", "Vary", "Cache-Control"):
        assert head.get(name) == page.get(name), name
    assert head.content == b""


@pytest.mark.django_db
def test_the_admins_pages_are_never_packed(client):
    client.force_login(get_user_model().objects.create_superuser("ana", password="x"))
    for address in ("/admin/", "/admin/login/", "/admin/nothing-here/"):
        assert "Content-Encoding" not in get(client, address, "br, gzip")


@pytest.mark.django_db
def test_a_static_file_is_left_to_what_serves_it(client):
    answer = get(client, "/favicon.svg", "br")
    body = b"".join(answer)
    answer.close()
    assert body.startswith(b"<svg")


def answer_of(made, method="get"):
    """What becomes of a view's answer to somebody who can unpack everything."""
    request = getattr(RequestFactory(), method)("/x/", headers={"Accept-Encoding": "br, gzip"})
    return compression.compressed(lambda request: made)(request)


WORDS = b"the chain, the brakes, the bell; " * 40


@pytest.mark.parametrize(
    "kind",
    ["text/html; charset=utf-8", "text/plain", "application/rss+xml", "application/json"],
)
def test_text_is_packed_whatever_kind_it_is(kind):
    assert answer_of(HttpResponse(WORDS, content_type=kind))["Content-Encoding"] == "br"


@pytest.mark.parametrize(
    "made",
    [
        lambda: HttpResponse(WORDS, content_type="application/pdf"),
        lambda: HttpResponse(WORDS, content_type="image/webp"),
        lambda: HttpResponse(WORDS, headers={"Content-Encoding": "zstd"}),
        lambda: HttpResponse(WORDS, status=206),
        lambda: HttpResponse(status=304),
        lambda: HttpResponse(),
        lambda: StreamingHttpResponse([WORDS]),
    ],
)
def test_what_cannot_be_packed_stays_as_it_is(made):
    expected, answer = made(), answer_of(made())
    assert b"".join(answer) == b"".join(expected)
    assert answer.get("Content-Encoding") == expected.get("Content-Encoding")
    assert "Vary" not in answer


def test_an_answer_to_something_posted_is_not_packed():
    assert "Content-Encoding" not in answer_of(HttpResponse(WORDS), "post")
