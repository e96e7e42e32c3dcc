"""Which edition patients read, at any moment."""

import datetime

import pytest
import time_machine
from django.utils import timezone

from tests import factories
from treatments import publishing
from treatments.models import Edition

pytestmark = pytest.mark.django_db
HOUR = datetime.timedelta(hours=1)


def moments_of(page, word):
    """The numbers of the page's editions that the queryset word finds at each moment asked for."""

    def at(moment):
        found = getattr(page.editions, word)(moment)
        return sorted(found.values_list("number", flat=True))

    return at


@pytest.fixture
def history():
    """A page whose first edition shows from 8:00, its second from 10:00, withdrawn at 12:00."""
    page = factories.make_treatment()
    day = datetime.datetime(2026, 5, 1, tzinfo=datetime.UTC)
    with time_machine.travel(day + 8 * HOUR, tick=False):
        factories.make_live(page, title="First")
    with time_machine.travel(day + 9 * HOUR, tick=False):
        factories.make_scheduled(page, title="Second", publish_at=day + 10 * HOUR)
    with time_machine.travel(day + 12 * HOUR, tick=False):
        second = page.editions.live().get()
        publishing.withdraw(edition=second, by=factories.make_user(), reason="Wrong part number.")
    return page, day


@pytest.mark.parametrize(
    ("hour", "live", "scheduled", "superseded", "withdrawn"),
    [
        (7.99, [], [], [], []),
        (8, [1], [], [], []),
        (8.99, [1], [], [], []),
        (9, [1], [2], [], []),
        (9.99, [1], [2], [], []),
        (10, [2], [], [1], []),
        (11.99, [2], [], [1], []),
        (12, [], [], [1], [2]),
        (99, [], [], [1], [2]),
    ],
)
def test_each_word_is_true_at_each_moment(history, hour, live, scheduled, superseded, withdrawn):
    page, day = history
    moment = day + hour * HOUR
    found = {
        word: moments_of(page, word)(moment)
        for word in ("live", "scheduled", "superseded", "withdrawn")
    }
    assert found == {
        "live": live,
        "scheduled": scheduled,
        "superseded": superseded,
        "withdrawn": withdrawn,
    }


def test_withdrawing_never_brings_the_older_text_back(history):
    page, day = history
    assert not page.editions.live(day + 13 * HOUR).exists()
    assert page.editions.current(day + 13 * HOUR).get().number == 2


def test_withdrawing_in_the_very_second_of_publishing_takes_the_page_down():
    page = factories.make_treatment()
    factories.make_live(page)
    with time_machine.travel(timezone.now() + HOUR, tick=False):
        newer = factories.make_live(page)
        publishing.withdraw(edition=newer, by=factories.make_user(), reason="A slip.")
        assert page.editions.withdrawn().get() == newer
        assert not page.editions.live().exists()


def test_the_number_decides_and_not_the_date():
    page = factories.make_treatment()
    factories.make_scheduled(page, publish_at=timezone.now() + HOUR)
    correction = factories.make_live(page)
    assert page.editions.live(timezone.now() + 2 * HOUR).get() == correction


def test_a_cancelled_schedule_never_counted():
    page = factories.make_treatment()
    first = factories.make_live(page)
    second = factories.make_scheduled(page, publish_at=timezone.now() + HOUR)
    publishing.cancel_schedule(edition=second, by=factories.make_user(), reason="Not yet.")
    assert page.editions.live(timezone.now() + 2 * HOUR).get() == first
    assert not page.editions.scheduled().exists()


def test_drafts_and_texts_in_review_are_never_published():
    factories.make_draft()
    factories.make_submitted()
    assert not Edition.objects.published(timezone.now() + 99 * HOUR).exists()
    assert Edition.objects.working().count() == 2


def test_languages_do_not_replace_each_other():
    page = factories.make_treatment()
    english = factories.make_live(page)
    factories.make_draft(page, language="es")
    assert list(page.editions.live()) == [english]


def test_imported_text_is_live_and_not_reviewed():
    edition = factories.make_imported()
    assert list(Edition.objects.live()) == [edition]
    assert list(Edition.objects.never_reviewed()) == [edition]


def test_a_review_in_place_ends_not_reviewed():
    edition = factories.make_imported()
    reviewer = factories.make_user(first_name="Bo", last_name="Lund", credentials="MD")
    publishing.review_unchanged(
        edition=edition, by=reviewer, evidence_checked=True, due_by=factories.LATER
    )
    assert not Edition.objects.never_reviewed().exists()
    assert Edition.objects.with_review().get().reviewed_by == "Bo Lund, MD"


def test_an_edition_is_overdue_from_the_day_after():
    edition = factories.make_submitted()
    due = timezone.localdate() + datetime.timedelta(days=30)
    publishing.approve(**factories.approval(edition, due_by=due))
    on_the_day = timezone.now() + datetime.timedelta(days=30)
    assert not Edition.objects.overdue(on_the_day).exists()
    assert Edition.objects.overdue(on_the_day + datetime.timedelta(days=1)).get() == edition


def test_a_later_review_lifts_overdue():
    edition = factories.make_live()
    reviewer = factories.make_user()
    later = timezone.now() + datetime.timedelta(days=40_000)
    with time_machine.travel(later, tick=False):
        assert Edition.objects.overdue().exists()
        publishing.review_unchanged(
            edition=edition,
            by=reviewer,
            evidence_checked=True,
            due_by=later.date() + datetime.timedelta(days=700),
        )
        assert not Edition.objects.overdue().exists()
