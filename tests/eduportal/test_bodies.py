"""What is too large is refused before anything reads it."""

import io

import pytest
from django.test import Client

from eduportal import bodies
from eduportal.bodies import LARGEST_FORM, LARGEST_UPLOAD

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


def test_a_public_page_reads_nothing_that_is_sent():
    assert sent("/about/", "100").status_code == 405
