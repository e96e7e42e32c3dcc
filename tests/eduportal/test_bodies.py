"""What is too large is refused before anything reads it."""

import io
import re
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.test import Client

from eduportal import bodies, inlined
from eduportal.bodies import LARGEST_FORM, LARGEST_UPLOAD
from tests import factories

FORM = "application/x-www-form-urlencoded"
LOGIN, BRING_IN = "/admin/login/", "/admin/treatments/treatment/bring-in/"
IMAGE = "/admin/treatments/image/add/"


class Unread(io.BytesIO):
    """A body that nobody may read."""

    def read(self, *args):
        raise AssertionError("somebody read it")

    readline = read


def sent(address, length, **more):
    """The answer to somebody without an account who says how much is coming."""
    meta = {"CONTENT_LENGTH": length, "wsgi.input": Unread(), "REQUEST_METHOD": "POST"}
    meta |= {
        "CONTENT_TYPE": "multipart/form-data; boundary=x",
        "HTTP_COOKIE": "csrftoken=" + "a" * 32,
    }
    return Client().generic("POST", address, **meta | more)


@pytest.mark.parametrize(
    ("address", "length"),
    [(LOGIN, LARGEST_FORM + 1), (BRING_IN, LARGEST_UPLOAD + 1), (IMAGE, 30_000_000)],
)
def test_what_is_too_large_is_refused_unread(address, length):
    answer = sent(address, str(length))
    assert answer.status_code == 413
    assert "choose a smaller file" in answer.content.decode()


def test_the_refusal_has_the_security_headers():
    answer = sent(LOGIN, "30000000")
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"] == "no-store"


@pytest.mark.parametrize("length", ["-1", "+5", "1_000", "²", "many", "1, 1", "9" * 5000])
def test_a_length_that_is_no_number_is_a_mistake_of_the_sender(length):
    assert sent(LOGIN, length).status_code == 400


@pytest.mark.parametrize(
    ("address", "length"),
    [
        (LOGIN, ""),
        (LOGIN, str(LARGEST_FORM)),
        (BRING_IN, str(LARGEST_UPLOAD)),
        (IMAGE, str(LARGEST_UPLOAD)),
    ],
)
def test_what_fits_is_passed_on(address, length, rf):
    request = rf.post(address)
    request.META["CONTENT_LENGTH"] = length
    assert bodies.bounded(lambda given: given)(request) is request


@pytest.mark.django_db
@pytest.mark.parametrize(
    "fields", [{"text": "x" * (settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)}, {"text": ["x"] * 1001}]
)
def test_more_than_django_reads_is_too_large_as_well(fields, client):
    client.force_login(factories.make_user(is_staff=True))
    answer = client.post("/admin/treatments/synonym/add/", urlencode(fields, doseq=True), FORM)
    assert answer.status_code == 413
    assert "send a shorter text" in answer.content.decode()


@pytest.mark.django_db
def test_its_page_wears_its_dress_at_a_staff_address(client):
    policy = client.get("/admin/")["Content-Security-Policy"]
    page = sent(IMAGE, "30000000").content.decode()
    inside = re.findall(r"<(?:style|script)>(.*?)</", page, re.DOTALL)
    assert [inlined.source_of(text) in policy for text in inside] == [True, True]
    assert "unsafe" not in policy


def test_a_public_page_reads_nothing_that_is_sent():
    assert sent("/about/", "100").status_code == 405
