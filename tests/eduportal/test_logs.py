"""No query string in any log, and nothing that opens an address."""

import io
import logging

import pytest
from django.core import signing
from django.core.exceptions import SuspiciousOperation
from django.http import HttpResponse
from django.test import Client, override_settings
from django.urls import include, path

from eduportal.logs import WithoutQueries

SECRET = "fentanyl"


def failing(request):
    try:
        int(request.GET["q"])
    except ValueError as error:
        raise RuntimeError(f"no number: {request.GET['q'].upper()}") from error


def suspicious(request):
    raise SuspiciousOperation(f"never heard of {request.GET['q']}")


urlpatterns = [
    path("failing/", failing),
    path("suspicious/", suspicious),
    path("found/", lambda request: HttpResponse("found")),
    path("", include("eduportal.urls")),
]


@pytest.fixture
def log():
    """What the portal's own formatter writes."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(WithoutQueries())
    logging.getLogger().addHandler(handler)
    yield written
    logging.getLogger().removeHandler(handler)


@override_settings(ROOT_URLCONF=__name__)
@pytest.mark.parametrize(
    ("address", "status"),
    [("/missing/", 404), ("/suspicious/", 400), ("/failing/", 500), ("/found/", 200)],
)
def test_an_answer_leaves_no_trace_of_the_query(address, status, log):
    client = Client(raise_request_exception=False)
    response = client.get(f"{address}?q={SECRET}&plain={SECRET}")
    assert response.status_code == status
    assert bool(log.getvalue()) == (status != 200)
    assert SECRET not in log.getvalue().lower()


@override_settings(ROOT_URLCONF=__name__)
def test_the_log_still_says_where_a_page_failed(log):
    Client(raise_request_exception=False).get(f"/failing/?q={SECRET}")
    text = log.getvalue()
    assert "Internal Server Error: /failing/" in text
    assert "ValueError" in text
    assert "RuntimeError" in text
    assert "in failing" in text


@override_settings(ROOT_URLCONF=__name__)
def test_without_a_query_an_error_says_what_it_is(log):
    Client(raise_request_exception=False).get("/failing/")
    assert "MultiValueDictKeyError: 'q'" in log.getvalue()


def test_an_address_inside_a_line_loses_its_query(log):
    logging.getLogger("django.server").info('"GET /search/?q=%s HTTP/1.1" 200', SECRET)
    assert '"GET /search/?… HTTP/1.1" 200' in log.getvalue()


def test_a_question_stays_a_question(log):
    logging.getLogger("eduportal").warning("Is it there? Nobody knows.")
    assert "Is it there? Nobody knows." in log.getvalue()


def test_a_visit_for_another_host_is_one_warning(log):
    assert Client().get("/about/", headers={"host": "evil.example.net"}).status_code == 400
    lines = [line for line in log.getvalue().splitlines() if "evil.example.net" in line]
    assert len(lines) == 1
    assert " WARNING django.security.DisallowedHost Invalid HTTP_HOST header" in lines[0]
    assert log.getvalue().splitlines() == lines


TOKEN = signing.Signer(salt="bicycles").sign(12)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address",
    [
        f"/admin/treatments/treatment/shared/{TOKEN}/",
        f"/admin/treatments/image/shared/{TOKEN}/wheel-640.webp",
        f"/admin/treatments/image/shared/{TOKEN}/",
        f"/admin/treatments/treatment/shared/ {TOKEN} /",
        f"/treatments/shared/{TOKEN}/",
        f"/{TOKEN}",
        f"/admin/invitation/{TOKEN}/{TOKEN}/nothing/",
        f"/admin/shared/admin/ {TOKEN}/invitation/{TOKEN}",
    ],
)
@pytest.mark.parametrize("method", ["get", "post"])
def test_what_opens_an_address_is_in_no_line(address, method, log):
    client = Client(raise_request_exception=False)
    assert getattr(client, method)(address, follow=True).status_code in (200, 404, 405)
    assert TOKEN not in log.getvalue()
    assert TOKEN.partition(":")[2][:10] not in log.getvalue()


def test_of_a_shared_address_the_log_says_which_screen_it_was(log):
    logging.getLogger("django.request").warning("Not Found: %s", f"/admin/x/shared/{TOKEN}/y.webp")
    assert "Not Found: /admin/x/shared/…" in log.getvalue()


def test_an_invitation_is_in_no_line_of_code_either(log):
    try:
        raise LookupError(f"/admin/invitation/MQ/c1-{SECRET}/ and {TOKEN}")
    except LookupError:
        logging.getLogger("eduportal").exception("Not opened")
    assert "LookupError: /admin/invitation/… and …" in log.getvalue()
    assert SECRET not in log.getvalue()
