"""The site's dress for what Django sends empty."""

from django.db import connection
from django.http import HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.template.loader import render_to_string
from django.test import RequestFactory

from eduportal.errors import method_not_allowed


def dressed(response):
    return method_not_allowed(lambda request: response)(RequestFactory().get("/"))


def test_an_empty_refusal_gets_its_page_and_keeps_what_is_allowed():
    response = dressed(HttpResponseNotAllowed(["GET", "HEAD"]))
    assert response["Allow"] == "GET, HEAD"
    assert b"<h1>" in response.content


def test_other_answers_stay_as_they_are():
    assert dressed(HttpResponse(b"")).content == b""
    assert dressed(JsonResponse({"no": 1}, status=405)).content == b'{"no": 1}'


def test_the_page_of_our_own_faults_needs_no_database():
    with connection.execute_wrapper(lambda *args: 1 / 0):
        assert "<h1>" in render_to_string("500.html")
