"""What the audit trail knows of signing in, and from where."""

import datetime
import ipaddress
from urllib.parse import urlsplit

import pytest
import time_machine
from django.core.management import call_command
from django.test import Client, override_settings

from eduportal import auditing, invitation
from eduportal.management.commands import serve
from eduportal.models import UntoldSignIn
from tests import factories
from treatments import places
from treatments.models import AuditEntry

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


def entries(*names):
    return list(AuditEntry.objects.values_list(*names or ("action", "actor", "subject", "place")))


HERE = "127.0.0.1"
ANA = "person “ana”"


def test_signing_in_and_out_is_recorded(client):
    tried(RIGHT, client=client)
    client.post("/admin/logout/")
    assert entries() == [("sign in", "ana", ANA, HERE), ("sign out", "ana", ANA, HERE)]


def test_leaving_without_having_signed_in_is_no_deed(client):
    client.post("/admin/logout/")
    assert entries() == []


def test_a_failure_names_the_account_and_nobody_who_did_it():
    tried()
    assert entries() == [("sign-in failed", "", ANA, HERE)]


def test_what_was_typed_is_kept_only_where_it_is_an_account():
    tried(name="my secret words", password="other secret words")
    assert entries() == [("sign-in failed", "", "an unknown account", HERE)]
    assert not AuditEntry.objects.filter(after__icontains="secret").exists()
    assert UntoldSignIn.objects.get().subject == "an unknown account"


def test_one_failure_a_minute_is_told_and_the_next_entry_counts_the_others(clock):
    for _ in range(3):
        tried()
    clock.shift(61)
    tried()
    assert entries("action", "after") == [
        ("sign-in failed", {}),
        ("sign-in failed", {"more since the entry before": 2}),
    ]


def test_another_address_has_an_entry_of_its_own():
    tried(REMOTE_ADDR="192.0.2.1")
    tried(REMOTE_ADDR="192.0.2.2")
    assert entries("place") == [("192.0.2.1",), ("192.0.2.2",)]


def test_a_try_that_came_too_soon_is_recorded():
    for _ in range(7):
        tried()
    assert entries("action", "subject") == [("sign-in failed", ANA), ("sign-in refused", ANA)]


@pytest.mark.parametrize("known", [True, False])
def test_a_flood_from_many_addresses_fills_no_table(known, monkeypatch, clock):
    monkeypatch.setattr(auditing, "MOST", {True: 4, False: 3})
    name = "ana" if known else "nobody"
    for number in range(9):
        with places.acting_from(f"203.0.113.{number}"):
            auditing.sign_in_failed(name=name)
    most = auditing.MOST[known]
    assert len(entries()) == most
    assert UntoldSignIn.objects.get().tries == 9 - most
    clock.shift(3601)
    auditing.sign_in_failed(name=name)
    assert AuditEntry.objects.last().after == {"more since the entry before": 9 - most}


def test_a_flood_of_invented_names_hides_no_try_at_an_account(monkeypatch):
    monkeypatch.setattr(auditing, "MOST", {True: 4, False: 3})
    for number in range(9):
        with places.acting_from(f"203.0.113.{number}"):
            auditing.sign_in_failed(name=f"guess {number}")
    auditing.sign_in_failed(name="ana")
    assert AuditEntry.objects.last().subject == ANA
    assert UntoldSignIn.objects.count() == 2


def test_a_session_that_ended_is_told_when_somebody_signs_in_next(client, clock, ana):
    tried(RIGHT, client=client)
    clock.shift(45 * 60)
    factories.make_user("bo", is_staff=True, password=RIGHT)
    tried(RIGHT, name="bo")
    entry = AuditEntry.objects.get(action="session ended")
    assert (entry.actor, entry.subject, entry.place) == ("", ANA, "")
    assert entry.after == {"at": "2026-05-01T08:30:00Z"}


def test_a_session_that_was_left_does_not_end_again(client, clock):
    tried(RIGHT, client=client)
    client.post("/admin/logout/")
    clock.shift(45 * 60)
    tried(RIGHT)
    assert [action for (action,) in entries("action")] == ["sign in", "sign out", "sign in"]


@override_settings(TRUSTED_PROXIES=[ipaddress.ip_network("10.0.0.1")])
def test_behind_a_trusted_proxy_the_visitor_is_named_and_else_nobody_is_believed():
    forwarded = {"headers": {"X-Forwarded-For": "6.6.6.6, 2001:db8::7"}}
    tried(RIGHT, REMOTE_ADDR="10.0.0.1", **forwarded)
    tried(RIGHT, REMOTE_ADDR="192.0.2.9", **forwarded)
    tried(RIGHT, REMOTE_ADDR="::ffff:192.0.2.9")
    assert entries("place") == [("2001:db8::7",), ("192.0.2.9",), ("192.0.2.9",)]


def test_the_place_of_one_request_is_not_that_of_the_next(client):
    tried(RIGHT, client=client, REMOTE_ADDR="192.0.2.1")
    assert places.current() == places.COMMAND_LINE


def test_a_changed_password_is_told_without_it(client, ana):
    client.force_login(ana)
    new = "another quiet lamp 43"
    typed = {"old_password": RIGHT, "new_password1": new, "new_password2": new}
    client.post("/admin/password_change/", typed | {"old_password": WRONG})
    assert client.post("/admin/password_change/", typed).status_code == 302
    assert entries()[1:] == [("change password", "ana", ANA, HERE)]
    everything = str(list(AuditEntry.objects.values()))
    ana.refresh_from_db()
    assert new not in everything
    assert ana.password not in everything
    assert client.session.session_key not in everything


def test_an_invitation_is_told_when_made_and_when_used_without_its_link(client):
    link = invitation.link()
    address = client.get(urlsplit(link).path, follow=True).request["PATH_INFO"]
    names = {"username": "eve", "first_name": "Eve", "last_name": "Lee", "email": ""}
    client.post(address, names | {"password1": RIGHT, "password2": RIGHT})
    made, used, entered = AuditEntry.objects.all()
    assert (made.action, made.place) == ("invite", places.COMMAND_LINE)
    assert made.subject == f"person “{used.before['account']}”"
    assert (used.action, used.actor, used.place) == ("accept invitation", "eve", HERE)
    assert used.after | {"account": "eve", "active": True} == used.after
    assert entered.action == "sign in"
    assert link.split("/")[-2] not in str(list(AuditEntry.objects.values()))


def test_an_invitation_that_is_refused_is_told_as_nothing(client):
    link = invitation.link()
    address = client.get(urlsplit(link).path, follow=True).request["PATH_INFO"]
    client.post(address, {"username": "eve"})
    assert [action for (action,) in entries("action")] == ["invite"]


def test_commands_that_let_people_in_are_recorded(monkeypatch, settings):
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", RIGHT)
    call_command("createsuperuser", interactive=False, username="root", email="", verbosity=0)
    settings.DJANGO_SUPERUSER_USERNAME = "first"
    settings.DJANGO_SUPERUSER_PASSWORD = RIGHT
    serve.Command().create_administrator()
    monkeypatch.setattr("getpass.getpass", lambda prompt="": "another quiet lamp 43")
    call_command("changepassword", "ana")
    assert entries("action", "subject") == [
        ("add person", "person “root”"),
        ("add person", "person “first”"),
        ("change password", ANA),
    ]
    assert AuditEntry.objects.first().after["administrator"] is True


def test_loading_a_fixture_is_recorded():
    call_command("loaddata", "cancer_pain", verbosity=0)
    (entry,) = AuditEntry.objects.all()
    assert (entry.action, entry.kind) == ("load fixture", "fixture")
    assert entry.after["rows"] > 20
    assert "treatments.edition" in entry.after["kinds"]
