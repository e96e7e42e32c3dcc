"""How long a session lasts, and what becomes of a request that comes after it."""

import datetime
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session
from django.test import Client

from eduportal import sessions
from tests import factories

pytestmark = pytest.mark.django_db
MORNING = datetime.datetime(2026, 5, 1, 8, 0, tzinfo=datetime.UTC)
MINUTE = 60


@pytest.fixture
def clock():
    with time_machine.travel(MORNING, tick=False) as traveller:
        yield traveller


@pytest.fixture
def staff(clock, client):
    """A browser in which somebody has just signed in."""
    client.force_login(factories.make_user("ana", is_staff=True))
    return client


def is_in(client, **headers):
    return client.get("/admin/", headers=headers).status_code == 200


def left(client, **headers):
    return client.get("/admin/session/", headers=headers).json().get("left")


def note(response):
    """Where a request is sent, and with what query."""
    parts = urlsplit(response["Location"])
    return parts.path, {name: value[0] for name, value in parse_qs(parts.query).items()}


def test_thirty_idle_minutes_end_a_session(staff, clock):
    clock.shift(30 * MINUTE - 1)
    assert is_in(staff)
    clock.shift(30 * MINUTE)
    assert not is_in(staff)


def test_eight_hours_end_a_session_however_busy_it_was(staff, clock):
    for _ in range(8 * 3 - 1):
        clock.shift(20 * MINUTE)
        assert is_in(staff)
    clock.shift(20 * MINUTE)
    assert not is_in(staff)


def test_a_clock_in_the_page_is_no_activity(staff, clock):
    for _ in range(29):
        clock.shift(MINUTE)
        assert left(staff, X_Background="yes") > 0
    clock.shift(MINUTE)
    assert left(staff, X_Background="yes") is None


def test_a_clock_in_the_page_does_not_prolong_by_what_it_changes(staff, clock):
    clock.shift(20 * MINUTE)
    store = sessions.SessionStore(staff.session.session_key)
    store["drink"] = "tea"
    store.save()
    assert left(staff, X_Background="yes") == 10 * MINUTE


def test_public_pages_are_no_activity(staff, clock):
    clock.shift(20 * MINUTE)
    staff.get("/about/")
    assert left(staff, X_Background="yes") == 10 * MINUTE


def test_staying_in_begins_the_idle_time_anew(staff, clock):
    clock.shift(29 * MINUTE)
    assert staff.post("/admin/session/").json()["left"] == 30 * MINUTE


def test_nothing_moves_the_end_of_the_day(staff, clock):
    for _ in range(23):
        clock.shift(20 * MINUTE)
        staff.get("/admin/")
    answer = staff.post("/admin/session/").json()
    assert (answer["left"], answer["last"]) == (20 * MINUTE, True)


def test_signing_in_again_begins_another_day(staff, clock):
    for _ in range(23):
        clock.shift(20 * MINUTE)
        staff.get("/admin/")
    staff.force_login(factories.make_user("bo", is_staff=True))
    assert left(staff, X_Background="yes") == 30 * MINUTE


def test_a_request_writes_the_end_alone(staff, clock):
    earlier = sessions.SessionStore(staff.session.session_key)
    earlier["drink"] = "tea"
    clock.shift(20 * MINUTE)
    earlier.save()
    staff.get("/admin/")
    assert staff.session["drink"] == "tea"


def test_requests_at_the_same_moment_write_once(staff, clock, django_assert_num_queries):
    clock.shift(20 * MINUTE)
    staff.get("/admin/session/")
    with django_assert_num_queries(2):  # the session, the user
        staff.get("/admin/session/")


def test_a_session_that_nobody_saw_begin_is_none(staff):
    store = sessions.SessionStore(staff.session.session_key)
    del store[sessions.BEGAN]
    store.save()
    assert SESSION_KEY not in staff.session
    assert not is_in(staff)


def test_the_cookie_goes_with_the_browser(clock):
    client = Client()
    factories.make_user("ana", is_staff=True, password="quiet harbour lamp 42")
    client.post("/admin/login/", {"username": "ana", "password": "quiet harbour lamp 42"})
    cookie = client.cookies["sessionid"]
    assert (cookie["expires"], cookie["max-age"]) == ("", "")


def test_signing_in_drops_the_rows_of_ended_sessions(staff, clock):
    clock.shift(31 * MINUTE)
    Client().force_login(factories.make_user("bo", is_staff=True))
    assert Session.objects.count() == 1


def test_a_visit_after_the_end_is_told_so(staff, clock):
    clock.shift(31 * MINUTE)
    address, query = note(staff.get("/admin/password_change/?from=here"))
    assert address == "/admin/login/"
    assert query == {"next": "/admin/password_change/?from=here", "why": "ended"}
    assert "You have been signed out" in staff.get(address, query).text


def test_a_first_visit_is_told_nothing(client):
    assert note(client.get("/admin/"))[1] == {"next": "/admin/"}


def test_what_is_sent_after_the_end_is_said_to_be_lost_and_leads_back(staff, clock):
    clock.shift(31 * MINUTE)
    page = "http://testserver/admin/password_change/?from=here#top"
    sent = staff.post("/admin/treatments/tag/merge/", headers={"Referer": page})
    address, query = note(sent)
    assert query == {"next": "/admin/password_change/?from=here", "why": "unsaved"}
    assert "what you sent was not saved" in staff.get(address, query).text


@pytest.mark.parametrize(
    "referer", ["", "https://elsewhere.example.org/admin/", "http://testserver/about/", "http://["]
)
def test_what_was_sent_from_elsewhere_leads_to_the_first_page(referer, staff, clock):
    clock.shift(31 * MINUTE)
    sent = staff.post("/admin/password_change/", headers={"Referer": referer})
    assert note(sent)[1]["next"] == "/admin/"


def test_after_signing_in_it_is_said_once_more_that_nothing_was_saved(staff, clock):
    factories.make_user("bo", is_staff=True, password="quiet harbour lamp 42")
    clock.shift(31 * MINUTE)
    login = staff.post("/admin/password_change/")["Location"]
    typed = {"username": "bo", "password": "quiet harbour lamp 42", "next": "/admin/"}
    landed = staff.post(login, typed, follow=True)
    assert landed.redirect_chain == [("/admin/", 302)]
    assert "it was not saved" in landed.text
    assert "it was not saved" not in staff.get("/admin/").text


def test_somebody_who_may_not_enter_is_told_of_no_ended_session(client, clock):
    client.force_login(factories.make_user("patient"))
    assert note(client.get("/admin/"))[1] == {"next": "/admin/"}


def test_strangers_learn_nothing_of_sessions(client):
    for answer in (client.get("/admin/session/"), client.post("/admin/session/")):
        assert answer.json() == {"user": ""}


def test_a_new_password_ends_the_sessions_elsewhere(staff):
    user = factories.make_user("bo", is_staff=True, password="quiet harbour lamp 42")
    here, elsewhere = Client(), Client()
    for browser in (here, elsewhere):
        browser.force_login(user)
    new = "seven slow green boats"
    typed = {"old_password": "quiet harbour lamp 42", "new_password1": new, "new_password2": new}
    here.post("/admin/password_change/", typed)
    assert is_in(here)
    assert not is_in(elsewhere)


def test_a_form_from_before_another_sign_in_is_refused_with_a_way_on():
    client = Client(enforce_csrf_checks=True)
    client.force_login(factories.make_user("ana", is_staff=True))
    refused = client.post("/admin/password_change/")
    assert refused.status_code == 403
    assert "Go back in the browser" in refused.text


def test_a_second_sign_in_page_of_somebody_who_is_in_leads_in():
    client = Client(enforce_csrf_checks=True)
    client.force_login(factories.make_user("ana", is_staff=True))
    assert note(client.post("/admin/login/")) == ("/admin/", {})
