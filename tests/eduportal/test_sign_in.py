"""Signing in, as a browser and the log see it."""

import datetime
import ipaddress

import pytest
import time_machine
from django.test import Client, override_settings

from eduportal.models import SignInRecord
from tests import factories

pytestmark = pytest.mark.django_db
MORNING = datetime.datetime(2026, 5, 1, 8, 0, tzinfo=datetime.UTC)
RIGHT, WRONG = "quiet harbour lamp 42", "not the right words"


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(MORNING, tick=False) as traveller:
        yield traveller


@pytest.fixture(autouse=True)
def ana():
    return factories.make_user("ana", is_staff=True, password=RIGHT)


def tried(password=WRONG, name="ana", client=None, **where):
    typed = {"username": name, "password": password, "next": "/admin/"}
    return (client or Client()).post("/admin/login/", typed, **where)


def test_the_right_password_leads_in(client):
    assert tried(RIGHT, client=client)["Location"] == "/admin/"
    assert client.get("/admin/").status_code == 200


def test_a_try_that_comes_too_soon_says_when_to_come_again():
    statuses = [tried().status_code for _ in range(5)]
    refused = tried()
    assert [*statuses, refused.status_code] == [200] * 5 + [429]
    assert refused["Retry-After"] == "2"
    assert "Wait 2 seconds, then try again." in refused.text
    assert 'value="ana"' in refused.text


def test_too_soon_even_the_right_password_is_not_looked_at(clock):
    for _ in range(5):
        tried()
    assert tried(RIGHT).status_code == 429
    clock.shift(2)
    assert tried(RIGHT).status_code == 302


def test_a_missing_password_is_no_try():
    for _ in range(6):
        assert tried("").status_code == 200
    assert not SignInRecord.objects.exists()


def test_somebody_with_no_business_there_gets_no_further_with_the_right_password():
    factories.make_user("patient", password=RIGHT)
    assert [tried(RIGHT, "patient").status_code for _ in range(6)] == [200] * 5 + [429]


def test_an_account_that_is_not_there_is_slowed_like_one_that_is():
    for _ in range(5):
        tried(name="nobody")
    assert tried(name="nobody").status_code == 429


@override_settings(TRUSTED_PROXIES=[ipaddress.ip_network("10.0.0.1")])
def test_behind_a_proxy_the_visitor_counts():
    proxied = {"REMOTE_ADDR": "10.0.0.1"}
    for _ in range(5):
        tried(headers={"X-Forwarded-For": "6.6.6.6, 192.0.2.1"}, **proxied)
    assert tried(headers={"X-Forwarded-For": "192.0.2.1"}, **proxied).status_code == 429
    assert tried(headers={"X-Forwarded-For": "192.0.2.2"}, **proxied).status_code == 200


def test_the_log_names_an_account_and_never_what_was_typed_instead(caplog):
    tried(name="ana")
    tried(name="my secret words", password="other secret words")
    assert [record.getMessage() for record in caplog.records] == [
        "Sign-in failed: account ana from 127.0.0.1",
        "Sign-in failed: an unknown account from 127.0.0.1",
    ]


def test_other_ways_to_the_same_page_count_too():
    for _ in range(5):
        tried()
    typed = {"username": "ana", "password": RIGHT}
    assert Client().post("/admin/login/?next=/admin/", typed).status_code == 429


def test_everybody_on_the_staff_can_change_their_password_and_leave(client, ana):
    client.force_login(ana)
    page = client.get("/admin/").text
    assert 'href="/admin/password_change/"' in page
    assert 'action="/admin/logout/"' in page
