"""The history of a page, and the screen and document of what it said at a moment."""

import datetime
import io
import re
import subprocess

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pypdf import PdfReader

from tests import factories
from treatments import disclaimer, past, publishing, wording
from treatments.admin import histories
from treatments.leaflets import printing
from treatments.models import Edition

pytestmark = pytest.mark.django_db
MARCH = datetime.datetime(2025, 3, 3, 13, 5, tzinfo=datetime.UTC)
HOUR = datetime.timedelta(hours=1)
ONCE = '<p>Squeeze once. <a href="/glossary/">Words</a></p>'


@pytest.fixture
def reviewer(client):
    user = factories.make_user(may=[], is_staff=True)
    user.groups.add(Group.objects.get(name="Reviewers"))
    client.force_login(user)
    return client


@pytest.fixture
def berlin(settings):
    settings.TIME_ZONE = "Europe/Berlin"


@pytest.fixture
def page(berlin):
    """Published at 14:05 in Berlin, replaced an hour later, withdrawn after another hour."""
    with time_machine.travel(MARCH, tick=False) as clock:
        ana = factories.make_user(first_name="Ana", last_name="Roe", credentials="RN")
        live = factories.make_live(by=ana, title="Brakes", body=ONCE)
        clock.shift(HOUR)
        later = factories.make_live(live.page, title="Brakes", body="<p>Squeeze twice.</p>")
        clock.shift(HOUR)
        publishing.withdraw(edition=later, by=ana, reason="Out of date.")
    return live.page


def words(answer):
    text = re.sub(r"<[^>]+>", " ", answer.content.decode())
    return " ".join(text.split())


def on(client, page, at, status=200, **more):
    answer = client.get(histories.past_url(page), {"at": at} | more)
    assert answer.status_code == status, words(answer)
    return answer


# The screen


def test_without_a_moment_it_asks_for_one_in_the_portals_time_zone(reviewer, page):
    answer = reviewer.get(histories.past_url(page))
    assert answer.status_code == 200
    assert 'type="datetime-local" name="at"' in answer.content.decode()
    assert "In the portal’s time zone, Europe/Berlin." in words(answer)


def test_it_shows_what_patients_read_with_the_disclaimer_and_names(reviewer, page):
    said = words(on(reviewer, page, "2025-03-03T14:05"))
    assert "As patients read it on 3 March 2025, 14:05:00 (Europe/Berlin)" in said
    assert (
        "This is the past, not what patients read now. That is 3 March 2025, 13:05:00 UTC." in said
    )
    assert f"Brakes {disclaimer.words()} Squeeze once." in said
    assert "Written by Ana Roe, RN" in said
    assert f"stood at /treatments/{page.slug}/" in said


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2025-03-03T14:04:59", "not yet published. That was on 3 March 2025, 14:05:00."),
        ("2025-03-03T14:05:00", "Squeeze once."),
        ("2025-03-03T15:04:59", "Squeeze once."),
        ("2025-03-03T15:05:00", "Squeeze twice."),
        ("2025-03-03T16:04:59", "Squeeze twice."),
        ("2025-03-03T16:05:00", "Nothing: edition 2 was withdrawn on 3 March 2025, 16:05:00."),
        ("2025-03-03T16:05:00", wording.WITHDRAWN),
        ("1875-01-01T00:00:00", "not yet published"),
        ("2025-03-03T13:05:00+00:00", "Squeeze once."),
    ],
)
def test_each_second_has_its_answer(reviewer, page, at, expected):
    assert expected in words(on(reviewer, page, at))


@pytest.mark.parametrize("at", ["x", "2025-03-03", "2026-02-30T10:00", "0001-01-01T00:00", "\0"])
def test_nonsense_gets_a_sentence_and_the_form(reviewer, page, at):
    answer = on(reviewer, page, at, status=400)
    assert "Write a date and a time, such as 2026-03-03 14:05:00." in words(answer)
    assert 'name="at"' in answer.content.decode()


def test_an_hour_that_clocks_skipped_gets_a_sentence(reviewer, page):
    assert "clocks were put forward" in words(on(reviewer, page, "2025-03-30T02:30", status=400))


def test_an_hour_that_came_twice_shows_the_first_and_leads_to_the_second(reviewer, berlin):
    with time_machine.travel("2025-10-26T01:00:00Z", tick=False):
        page = factories.make_live(body="<p>Oil.</p>").page
    first = on(reviewer, page, "2025-10-26T02:30")
    assert "this time came twice" in words(first)
    assert "not yet published" in words(first)
    link = re.search(r'<a href="([^"]+)">Show the second one', first.content.decode())[1]
    second = words(reviewer.get(link))
    assert "Oil." in second
    assert "came twice" not in second


def test_a_moment_to_come_tells_what_is_scheduled_so_far(reviewer):
    page = factories.make_live(body="<p>Now.</p>").page
    factories.make_scheduled(
        page, body="<p>Then.</p>", publish_at=datetime.datetime(2099, 1, 1, tzinfo=datetime.UTC)
    )
    said = words(on(reviewer, page, "2099-01-01T00:00"))
    assert "As patients will read it on 1 January 2099" in said
    assert "This moment is still to come" in said
    assert "Then." in said
    refused = words(on(reviewer, page, "2099-01-01T00:00", status=400, **{"as": "pdf"}))
    assert "A document for proof is of a moment that is past." in refused


def test_imported_text_was_not_read_before_there_was_a_database(reviewer):
    page = factories.make_imported(body="<p>Oil.</p>").page
    said = words(on(reviewer, page, "1990-01-01T00:00"))
    assert "Nothing that is known: the portal’s database was made on" in said
    assert "Oil." not in said
    earliest = words(on(reviewer, page, "1875-01-01T00:00"))
    assert "the portal’s database was made on" in earliest
    assert "1970" not in earliest
    later = words(on(reviewer, page, (past.made_at() + HOUR).isoformat()))
    assert "Oil." in later
    assert "Imported text has no date." in later
    assert "1970" not in later


def test_a_term_is_shown_with_its_meaning(reviewer):
    page = factories.make_live(factories.make_term(), title="cog", summary="a wheel", body="").page
    assert "a wheel" in words(on(reviewer, page, "2099-01-01T00:00"))


def test_no_draft_is_part_of_it(reviewer, page):
    factories.make_draft(page, title="Secret", body="<p>Secret words.</p>")
    assert "Secret words" not in words(on(reviewer, page, "2025-03-03T14:05"))


def test_it_says_under_which_topic_the_page_stood(reviewer, berlin):
    with time_machine.travel(MARCH, tick=False):
        topic = factories.make_live(factories.make_topic(), title="Bicycles").page
        page = factories.make_live(factories.make_treatment(topic=topic)).page
    assert "under “Bicycles”" in words(on(reviewer, page, "2025-03-03T14:05"))


# The document


def pdf_of(client, page, at):
    answer = on(client, page, at, **{"as": "pdf"})
    assert answer["Content-Type"] == "application/pdf"
    return answer


def sheets(pdf):
    count = len(PdfReader(io.BytesIO(pdf)).pages)
    return [read(pdf, "-f", str(n), "-l", str(n)) for n in range(1, count + 1)]


def read(pdf, *options):
    command = ["pdftotext", *options, "-", "-"]
    done = subprocess.run(command, input=pdf, capture_output=True, check=True)
    return " ".join(done.stdout.decode().split())


@pytest.fixture
def printer(monkeypatch):
    monkeypatch.setattr(printing, "printer", printing.Printer())


@pytest.mark.leaflets
def test_the_document_says_what_it_is_and_has_disclaimer_and_moment_on_each_sheet(
    reviewer, page, printer
):
    answer = pdf_of(reviewer, page, "2025-03-03T14:05")
    assert answer["Content-Disposition"].endswith('20250303T130500Z.pdf"')
    found = sheets(answer.content)
    for number, text in enumerate(found, 1):
        assert disclaimer.words() in text
        moment = "What patients read on 3 March 2025, 14:05:00 (Europe/Berlin). Edition 1."
        assert f"{moment} Page {number} of {len(found)}." in text
    whole = " ".join(found)
    assert "This is a record, made from the portal’s database." in whole
    assert "which is 3 March 2025, 13:05:00 UTC" in whole
    assert "Squeeze once. Words (/glossary/)" in whole
    assert "What this record cannot know" in whole


@pytest.mark.leaflets
def test_the_document_of_a_withdrawn_page_proves_that_there_was_nothing(reviewer, page, printer):
    whole = " ".join(sheets(pdf_of(reviewer, page, "2025-03-03T16:05").content))
    assert "Nothing: edition 2 was withdrawn on 3 March 2025, 16:05:00." in whole
    assert "Squeeze" not in whole


@pytest.mark.leaflets
def test_the_same_moment_gives_the_same_bytes(reviewer, page, monkeypatch):
    made = []
    for day in ("2025-05-01", "2025-06-01"):
        monkeypatch.setattr(printing, "printer", printing.Printer())
        with time_machine.travel(f"{day}T12:00:00Z"):
            made.append(pdf_of(reviewer, page, "2025-03-03T14:05").content)
    assert made[0] == made[1]


def test_without_pango_the_screen_says_what_to_do(reviewer, page, monkeypatch):
    monkeypatch.setattr(printing, "is_installed", lambda: False)
    answer = on(reviewer, page, "2025-03-03T14:05", status=503, **{"as": "pdf"})
    assert "This machine cannot make PDFs yet. Print this page instead." in words(answer)
    assert "Squeeze once." in words(answer)


# The history


def history(client, page):
    return client.get(f"/admin/treatments/{page.kind}/{page.pk}/history/")


def test_the_history_lists_editions_with_people_dates_and_reviews(reviewer, page):
    factories.make_draft(page, note="Shorter.")
    said = words(history(reviewer, page))
    assert "Written by Ana Roe, RN" in said
    assert "on 3 March 2025, 14:05:00" in said
    assert "due again by 1 January 2100" in said
    assert "Withdrawn or called off by Ana Roe, RN on 3 March 2025, 16:05:00: Out of date." in said
    assert "Patients read it from 3 March 2025, 14:05:00 to 3 March 2025, 15:05:00" in said
    assert "Shorter." in said
    assert "Compare with edition 2" in said
    assert "What did this page say on" in said


def test_an_edition_is_restored_from_the_history(reviewer, page):
    text = history(reviewer, page).content.decode()
    assert text.count('value="restore"') == 2
    first = page.editions.get(number=1)
    address = f"/admin/treatments/treatment/{page.pk}/text/"
    reviewer.post(address, {"verb": "restore", "edition": first.pk})
    assert Edition.objects.working().get().body.startswith("<p>Squeeze once.")
    assert 'value="restore"' not in history(reviewer, page).content.decode()


def test_the_edition_screen_says_when_patients_read_it(reviewer, page):
    said = words(reviewer.get(f"/admin/treatments/treatment/{page.pk}/editions/1/"))
    assert "Patients read it from 3 March 2025, 14:05:00 to 3 March 2025, 15:05:00" in said


def test_the_history_costs_the_same_with_more_editions(reviewer, page, django_assert_num_queries):
    with CaptureQueriesContext(connection) as captured:
        history(reviewer, page)
    for _ in range(3):
        factories.make_live(page)
    with django_assert_num_queries(len(captured)):
        history(reviewer, page)
