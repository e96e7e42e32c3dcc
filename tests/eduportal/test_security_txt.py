"""/.well-known/security.txt, by RFC 9116."""

import datetime

import pytest
import time_machine
from django.conf import settings
from django.test import override_settings

pytestmark = pytest.mark.django_db
ADDRESS = "/.well-known/security.txt"


@pytest.mark.parametrize(
    ("contact", "line"),
    [
        ("security@example.org", "Contact: mailto:security@example.org"),
        ("https://example.org/report", "Contact: https://example.org/report"),
    ],
)
def test_it_says_whom_to_tell(contact, line, client):
    with override_settings(SECURITY_CONTACT=contact):
        answer = client.get(ADDRESS)
    assert answer["Content-Type"].startswith("text/plain")
    assert line in answer.text.splitlines()
    assert f"Canonical: {settings.SITE_URL}{ADDRESS}" in answer.text.splitlines()


@override_settings(SECURITY_CONTACT="security@example.org")
def test_it_holds_for_less_than_a_year(client):
    with time_machine.travel(datetime.datetime(2027, 3, 4, 23, 30, tzinfo=datetime.UTC)):
        answer = client.get(ADDRESS)
    assert "Expires: 2027-12-29T00:00:00Z" in answer.text.splitlines()


def test_without_a_contact_there_is_none(client):
    assert client.get(ADDRESS).status_code == 404
