"""The screen that tells what differs between two editions, and the ways that lead to it."""

import datetime
import re

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.urls import reverse

from tests import factories
from treatments import publishing
from treatments.admin import comparing, periods
from treatments.models import Edition, Reference

pytestmark = pytest.mark.django_db
OLD = "<h2>Stop</h2><p>Squeeze the left lever.</p><p>Wait.</p><p>Look.</p>"
NEW = "<h2>Stop</h2><p>Squeeze the right lever.</p><p>Wait.</p><p>Look.</p>"
# To come, since the database's own clock decides what can still be called off.
MAY = datetime.datetime(2090, 5, 1, 12, tzinfo=datetime.UTC)
LATER = MAY + datetime.timedelta(days=1)


@pytest.fixture
def reviewer(client):
    user = factories.make_user(may=[], is_staff=True)
    user.groups.add(Group.objects.get(name="Reviewers"))
    client.force_login(user)
    return client


@pytest.fixture
def page():
    """A page with a live text, and another one in review."""
    page = factories.make_live(title="Brakes", body=OLD).page
    factories.make_submitted(page, title="Brakes", body=NEW, note="The other lever.")
    return page


def words(answer):
    """What the screen says, without markup."""
    text = re.sub(r"<[^>]+>", " ", answer.content.decode())
    return " ".join(text.split())


def screen(client, page, query="", status=200):
    answer = client.get(f"{comparing.compare_url(page)}{query}")
    assert answer.status_code == status
    return answer


def test_it_compares_what_is_under_way_with_what_patients_read(reviewer, page):
    said = words(screen(reviewer, page))
    assert "What changes for patients: edition 1 compared with edition 2." in said
    assert "1 paragraph changed. Reading from" in said
    assert "Added: Note of change patients do not see it" in said
    assert "Squeeze the removed: left (end of what was removed) added: right" in said
    assert "under “Stop”" in said
    assert "1 unchanged block " in said
    assert "2 unchanged blocks" in said


def test_a_note_of_change_alone_changes_nothing_for_patients(reviewer):
    page = factories.make_live(title="Brakes", body=OLD).page
    factories.make_submitted(page, title="Brakes", body=OLD, note="Read again.")
    said = words(screen(reviewer, page))
    assert "Nothing differs for patients. The note of change does." in said


def test_the_note_of_change_stands_below_what_patients_read(reviewer, page):
    said = words(screen(reviewer, page))
    assert said.index("Squeeze the") < said.index("Note of change")


def test_any_two_editions_are_compared_either_way(reviewer, page):
    answer = screen(reviewer, page, "?from=2&to=1")
    assert "added: left" in words(answer)
    assert "What changes for patients:" not in words(answer)


@pytest.mark.parametrize(
    ("query", "status", "sentence"),
    [
        ("?from=1&to=99", 404, "This page has no edition 99."),
        ("?from=1&to=1", 400, "Choose two different ones."),
        ("?from=1", 400, "Choose two editions."),
        ("?from=one&to=2", 400, "Editions are known by their numbers"),
        ("?from=1&to=٢", 400, "Editions are known by their numbers"),
        (f"?from=1&to={'9' * 40}", 400, "Editions are known by their numbers"),
        ("?from=1&to=%00", 400, "Editions are known by their numbers"),
    ],
)
def test_wrong_numbers_get_a_sentence_and_the_chooser(reviewer, page, query, status, sentence):
    answer = screen(reviewer, page, query, status)
    assert sentence in words(answer)
    assert '<select name="from"' in answer.content.decode()


def test_editions_of_other_pages_and_languages_are_not_shown(reviewer):
    page = factories.make_live(title="Brakes", body=OLD).page
    factories.make_draft(page, language="es", title="Frenos")
    assert "Frenos" not in words(screen(reviewer, page))
    others = factories.make_live(title="Chains").page
    assert "has no edition 2" in words(screen(reviewer, others, "?from=1&to=2", 404))
    wrong_kind = comparing.compare_url(page).replace("treatment/", "topic/")
    assert reviewer.get(wrong_kind).status_code == 404


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (factories.make_treatment, "A comparison needs two editions"),
        (lambda: factories.make_live().page, "A comparison needs two editions"),
        (lambda: factories.make_draft().page, "all of edition 1 is new to them"),
        (lambda: factories.make_scheduled().page, "all of edition 1 is new to them"),
    ],
)
def test_where_there_is_nothing_to_compare_a_sentence_says_so(reviewer, make, sentence):
    assert sentence in words(screen(reviewer, make()))


def test_a_scheduled_edition_is_under_way(reviewer):
    page = factories.make_live(body=OLD).page
    factories.make_scheduled(page, body=NEW)
    assert "What changes for patients: edition 1" in words(screen(reviewer, page))


def test_without_anything_under_way_the_two_newest_are_compared(reviewer):
    page = factories.make_live(body="<p>First.</p>").page
    factories.make_live(page, body=OLD)
    factories.make_live(page, body=NEW)
    assert "edition 2 compared with edition 3" in words(screen(reviewer, page))


def test_sources_are_compared_as_they_are_printed(reviewer):
    one, two = (factories.make_reference(key) for key in ("spoke-2001", "rim-2002"))
    Reference.objects.filter(pk=one.pk).update(source_text="Spoke B. Brakes.")
    cite = '<cite data-reference="{}">x</cite>'.format
    page = factories.make_live(body=f"<p>Oil{cite(one.key)}.</p>").page
    Reference.objects.filter(pk=one.pk).update(source_text="Spoke B. Better brakes.")
    factories.make_submitted(page, body=f"<p>Oil{cite(one.key)}{cite(two.key)}.</p>")
    said = words(screen(reviewer, page))
    assert "1 source changed" in said
    assert "1 source added" in said
    assert "Brakes (end of what was removed) added: Better brakes" in said


def test_the_list_leads_to_what_changes_where_patients_read_something(reviewer, page):
    factories.make_draft(title="New")
    text = reviewer.get("/admin/treatments/treatment/").content.decode()
    assert text.count('class="what-changes"') == 1
    assert f'href="{comparing.compare_url(page)}"' in text


def test_the_text_in_review_leads_to_what_changes(reviewer, page):
    text = reviewer.get(f"/admin/treatments/treatment/{page.pk}/text/").content.decode()
    link = f'<a href="{comparing.compare_url(page)}" class="button">What changes for patients</a>'
    assert text.index(link) < text.index("<h2>Approve</h2>")


def test_an_edition_leads_to_its_comparison_with_what_patients_read(reviewer, page):
    address = f"/admin/treatments/treatment/{page.pk}/editions/2/"
    assert (
        f"{comparing.compare_url(page)}?from=1&amp;to=2" in reviewer.get(address).content.decode()
    )


def test_markup_of_a_text_is_told_as_words(reviewer):
    page = factories.make_live(title="<b>Brakes", body="<p>a &lt;script&gt;</p>").page
    factories.make_submitted(page, title="<i>Brakes", body="<p>b &lt;script&gt;</p>")
    text = screen(reviewer, page).content.decode()
    assert "&lt;script&gt;" in text
    assert "<script>" not in text.partition("<main")[2]
    assert "<i>Brakes" not in text


# When an edition was read


def when_read(edition, now=None):
    found = Edition.objects.with_replacement().get(pk=edition.pk)
    return periods.when_read(found, now)


def test_an_edition_says_from_when_to_when_patients_read_it():
    with time_machine.travel(MAY, tick=False) as clock:
        first = factories.make_live()
        assert when_read(first) == "Patients read it since 1 May 2090, 12:00:00."
        clock.shift(3600)
        second = factories.make_live(first.page)
        clock.shift(3600)
        publishing.withdraw(edition=second, by=factories.make_user(), reason="x")
    assert when_read(first, LATER) == (
        "Patients read it from 1 May 2090, 12:00:00 to 1 May 2090, 13:00:00, "
        "when it was replaced by a later edition."
    )
    assert when_read(second, LATER).endswith("to 1 May 2090, 14:00:00, when it was withdrawn.")


def test_an_edition_to_come_says_from_when():
    with time_machine.travel(MAY, tick=False):
        page = factories.make_live().page
        coming = factories.make_scheduled(page)
        assert when_read(coming) == "Patients will read it from 8 May 2090, 12:00:00."
        first = page.editions.get(number=1)
        assert when_read(first).endswith(
            "until 8 May 2090, 12:00:00: then it is replaced by a later edition."
        )


def test_an_edition_that_nobody_read_says_why():
    page = factories.make_treatment()
    with time_machine.travel(MAY, tick=False) as clock:
        called_off = factories.make_scheduled(page)
        publishing.cancel_schedule(edition=called_off, by=factories.make_user(), reason="x")
        overtaken = factories.make_scheduled(page)
        live = factories.make_live(page)
        publishing.withdraw(edition=live, by=factories.make_user(), reason="x", keep_scheduled=True)
        draft = factories.make_draft(page)
        clock.shift(3600)
        assert "called off" in when_read(called_off)
        assert "a higher number was published before" in when_read(overtaken)
        assert "in the second of its publication" in when_read(live)
        assert when_read(draft) == "Patients have never read it."


def test_imported_text_has_no_beginning():
    edition = factories.make_imported()
    assert when_read(edition) == "Patients read it since it was imported."
    with time_machine.travel(MAY, tick=False):
        publishing.withdraw(edition=edition, by=factories.make_user(), reason="x")
    assert when_read(edition, LATER) == (
        "Patients read it since it was imported until 1 May 2090, 12:00:00, when it was withdrawn."
    )
    assert "1970" not in when_read(edition)


def test_pictures_that_differ_are_shown_as_they_were_and_are(client):
    old, new = factories.make_image(), factories.make_image()
    edition = factories.make_live(body=f"<p>Oil it.</p>{factories.showing(old)}")
    factories.make_draft(edition.page, body=f"<p>Oil it.</p>{factories.showing(new)}")
    client.force_login(factories.make_user(is_staff=True))
    text = client.get(comparing.compare_url(edition.page)).content.decode()
    for image, fate in ((old, "Removed"), (new, "Added")):
        address = reverse("admin:editor_image", args=[image.key])
        assert f'<img src="{address}" alt=""><figcaption>{fate}</figcaption>' in text
