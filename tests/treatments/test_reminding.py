"""Reminders by mail: who is told what, and nobody twice."""

import datetime
import smtplib

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import factories
from treatments import publishing, reminding
from treatments.models import Page, ReviewReminder, User

pytestmark = pytest.mark.django_db
NOON = datetime.datetime(2026, 5, 1, 12, tzinfo=datetime.UTC)
DAY = datetime.timedelta(days=1)


@pytest.fixture(autouse=True)
def may():
    """It is noon on the first of May."""
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


def person(role="Authors", name="ana", **fields):
    fields = {
        "first_name": name.title(),
        "last_name": "Roe",
        "email": f"{name}@example.org",
    } | fields
    user = factories.make_user(name, may=[], is_staff=True, **fields)
    user.groups.set(Group.objects.filter(name=role))
    return user


def make_due(owner=None, *, days=-1, title="Brakes"):
    with time_machine.travel(NOON - 400 * DAY, tick=False):
        page = factories.make_treatment()
        Page.objects.filter(pk=page.pk).update(owner=owner)
        edition = factories.make_submitted(page, title=title)
        due_by = (NOON + days * DAY).date()
        return publishing.approve(**factories.approval(edition, due_by=due_by))


def remind():
    call_command("send_review_reminders", verbosity=0)


def mails():
    """{address: text} of what was sent."""
    assert all(len(sent.to) == 1 and not sent.cc + sent.bcc for sent in mail.outbox)
    return {sent.to[0]: sent.body for sent in mail.outbox}


# What is told


def test_an_owner_reads_what_is_due_and_where_to_go(settings):
    settings.SITE_URL = "https://education.example.org"
    ana = person()
    late = make_due(ana, days=-30, title="Brakes")
    make_due(ana, days=10, title="Chains")
    make_due(ana, days=90, title="Wheels")
    remind()
    (sent,) = mail.outbox
    assert sent.subject == "Patient information: 1 page needs you, 1 page can wait"
    assert sent.body == (
        "Ana Roe,\n\n"
        "Overdue for review (1)\n\n"
        "- Brakes: since 1 April 2026\n"
        f"  https://education.example.org/admin/treatments/treatment/{late.page_id}/text/\n\n"
        "Due for review in 60 days (1)\n\n"
        "- Chains: by 11 May 2026\n"
        f"  https://education.example.org/admin/treatments/treatment/{late.page_id + 2}/text/\n\n"
        "Your desk: https://education.example.org/admin/\n"
    )


@pytest.mark.parametrize(
    ("days", "subject"),
    [
        ([-1], "1 page needs you"),
        ([-1, -2], "2 pages need you"),
        ([3], "1 page can wait"),
        ([3, 4, -1], "1 page needs you, 2 pages can wait"),
    ],
)
def test_the_subject_tells_today_from_later_as_the_desk_does(days, subject):
    ana = person()
    for number in days:
        make_due(ana, days=number)
    remind()
    assert mail.outbox[0].subject == f"Patient information: {subject}"


def test_a_page_that_needs_somebody_does_not_wait_as_well():
    ana = person()
    live = make_due(ana, days=10)
    draft = factories.make_submitted(live.page, by=ana)
    publishing.send_back(edition=draft, by=person("Reviewers", "bo"), reason="Step 3 is missing.")
    remind()
    assert mail.outbox[0].subject == "Patient information: 1 page needs you"


def test_a_word_of_the_glossary_is_told_from_a_treatment_of_the_same_name():
    ana = person()
    factories.make_imported(factories.make_term(owner=ana), title="Brakes")
    factories.make_imported(factories.make_treatment(owner=ana), title="Brakes")
    remind()
    assert "- Brakes (glossary)\n" in mails()["ana@example.org"]
    assert "- Brakes\n" in mails()["ana@example.org"]


def test_no_note_of_absence_answers_a_reminder():
    make_due(person())
    remind()
    assert mail.outbox[0].message()["Auto-Submitted"] == "auto-generated"


def test_a_writer_reads_why_a_text_was_sent_back():
    ana, bo = person(), person("Reviewers", "bo")
    edition = factories.make_submitted(by=ana, title="Brakes")
    publishing.send_back(edition=edition, by=bo, reason="Step 3\n\nis missing.")
    remind()
    assert "- Brakes: “Step 3 is missing.” (Bo Roe, RN)\n" in mails()["ana@example.org"]
    assert set(mails()) == {"ana@example.org"}


def test_an_owner_reads_that_a_page_cites_a_retracted_source():
    source = factories.make_reference(retracted=True)
    body = f'<p>Oil.<cite data-reference="{source.key}">W 2001</cite></p>'
    factories.make_live(factories.make_treatment(owner=person()), title="Chains", body=body)
    remind()
    assert "Cites a retracted source (1)\n\n- Chains\n" in mails()["ana@example.org"]


def test_what_can_wait_is_not_mailed():
    ana = person()
    factories.make_draft(by=ana)
    factories.make_scheduled(factories.make_treatment(owner=ana))
    factories.make_withdrawn(factories.make_treatment(owner=ana))
    remind()
    assert mail.outbox == []


def test_a_long_list_leads_to_the_rest(monkeypatch):
    monkeypatch.setattr(reminding, "MOST", 2)
    ana = person()
    for _ in range(5):
        factories.make_imported(factories.make_treatment(owner=ana))
    remind()
    text = mails()["ana@example.org"]
    assert "Imported and never reviewed (5)" in text
    assert "- and 3 more: http://127.0.0.1:8000/admin/treatments/page/?review=never\n" in text


# Who is told


def test_each_owner_reads_of_their_own_pages_alone():
    make_due(person(), title="Brakes")
    make_due(person("Reviewers", "bo"), title="Chains")
    remind()
    found = mails()
    assert set(found) == {"ana@example.org", "bo@example.org"}
    assert "Chains" not in found["ana@example.org"]
    assert "Brakes" not in found["bo@example.org"]


def test_managers_read_of_pages_that_nobody_owns():
    person()
    person("Managers", "mia")
    factories.make_imported(title="Chains")
    make_due(title="Brakes")
    remind()
    (text,) = mails().values()
    assert list(mails()) == ["mia@example.org"]
    assert text.index("as a Manager") < text.index("- Brakes") < text.index("- Chains")


@pytest.mark.parametrize(
    "fields", [{"is_active": False}, {"email": ""}, {"is_staff": False}, {"groups": None}]
)
def test_pages_whose_owner_no_mail_reaches_go_to_managers(fields):
    person("Managers", "mia")
    ana = person()
    make_due(ana)
    if "groups" in fields:
        ana.groups.clear()
    else:
        User.objects.filter(pk=ana.pk).update(**fields)
    remind()
    assert set(mails()) == {"mia@example.org"}


def test_without_anybody_to_mail_nothing_fails():
    make_due()
    remind()
    assert mail.outbox == []


# Nobody twice


def test_twice_a_day_says_nothing_twice(may):
    make_due(person())
    remind()
    may.move_to(NOON + datetime.timedelta(hours=11))
    remind()
    assert len(mail.outbox) == 1
    may.move_to(NOON + datetime.timedelta(hours=13))
    remind()
    assert len(mail.outbox) == 2


def test_a_day_ends_where_the_hospital_is(may, settings):
    settings.TIME_ZONE = "America/Chicago"
    make_due(person(), days=-3)
    remind()
    may.move_to(NOON + datetime.timedelta(hours=13))  # eight in the evening
    remind()
    assert len(mail.outbox) == 1


def test_what_was_said_is_kept_with_its_day():
    ana = person()
    make_due(ana)
    remind()
    kept = ReviewReminder.objects.get()
    assert (kept.person, kept.day, kept.sent_at) == (ana, NOON.date(), NOON)


class Stops(EmailBackend):
    """A mail server that takes one mail; at the second one, the portal is killed."""

    def send_messages(self, messages):
        if mail.outbox:
            raise KeyboardInterrupt
        return super().send_messages(messages)


def test_a_crash_half_way_repeats_nothing_that_was_sent(settings):
    for name in ("ana", "bo", "cy"):
        make_due(person(name=name))
    settings.EMAIL_BACKEND = f"{__name__}.Stops"
    with pytest.raises(KeyboardInterrupt):
        remind()
    (first,) = mails()
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    remind()
    sent = [message.to[0] for message in mail.outbox]
    assert sent.count(first) == 1
    assert len(sent) == len(set(sent)) == 2  # whether the one in between went, nobody knows


# A mail server that fails


class Refuses(EmailBackend):
    def send_messages(self, messages):
        if messages[0].to == ["ana@example.org"]:
            raise smtplib.SMTPRecipientsRefused({"ana@example.org": (550, b"No such person")})
        return super().send_messages(messages)


class Down(EmailBackend):
    def send_messages(self, messages):
        raise ConnectionRefusedError(111, "Connection refused")


def test_one_mail_that_is_refused_keeps_no_other_back_and_is_tried_again(settings):
    make_due(person())
    make_due(person(name="bo"))
    settings.EMAIL_BACKEND = f"{__name__}.Refuses"
    with pytest.raises(CommandError, match=r"(?s)could not be sent.*ana@example\.org.*No such"):
        remind()
    assert set(mails()) == {"bo@example.org"}
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    remind()
    assert sorted(sent.to[0] for sent in mail.outbox) == ["ana@example.org", "bo@example.org"]


def test_a_server_that_is_down_is_told_at_the_end(settings):
    make_due(person())
    make_due(person(name="bo"))
    settings.EMAIL_BACKEND = f"{__name__}.Down"
    with pytest.raises(CommandError) as told:
        remind()
    assert told.value.returncode == 1
    assert str(told.value).count("Connection refused") == 2
    assert not ReviewReminder.objects.exists()


@pytest.mark.parametrize("address", ["ana@example.org\nBcc: x@example.org", "ana@@@", "ä"])
def test_an_address_that_is_none_keeps_no_other_back(address):
    make_due(person(email=address))
    make_due(person(name="bo"))
    try:
        remind()
    except CommandError as told:
        assert "bo@example.org" not in str(told)  # noqa: PT017
    assert "bo@example.org" in mails()


def test_it_asks_the_database_as_often_for_many_pages_as_for_few():
    ana = person()

    def asked():
        with CaptureQueriesContext(connection) as found:
            for reminder in reminding.due():
                reminder.text()
        return len(found)

    make_due(ana)
    few = asked()
    for days in (-3, -2, 5):
        make_due(ana, days=days)
        factories.make_imported(factories.make_treatment(owner=ana))
    assert asked() == few
