"""What patients read at a moment: texts, sources, reviews and order as they stood then."""

import datetime

import pytest
import time_machine

from tests import factories
from treatments import arranging, citations, past, publishing, reading, referencing, wording
from treatments.models import Edition, Reference

pytestmark = pytest.mark.django_db
# To come, since the database's own clock decides what can still be called off.
NOON = datetime.datetime(2090, 5, 1, 12, tzinfo=datetime.UTC)
SECOND, HOUR, DAY = (datetime.timedelta(seconds=n) for n in (1, 3600, 86400))
ALL = [*factories.ALL, "add_reference", "change_reference", "delete_reference"]


@pytest.fixture
def clock():
    """Time stands at noon, and moves when the test says so."""
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def ana():
    return factories.make_user(may=ALL)


def body(page, at):
    found = past.read(page, at)
    return str(found.text.body) if found.text else None


# Publication and withdrawal, to the second


def test_a_text_is_read_from_the_second_of_its_publication_to_that_of_its_withdrawal(clock):
    live = factories.make_live(body="<p>Oil.</p>")
    clock.shift(HOUR)
    publishing.withdraw(edition=live, by=factories.make_user(), reason="x")
    page = live.page
    assert body(page, NOON - SECOND) is None
    assert body(page, NOON) == "<p>Oil.</p>"
    assert body(page, NOON + HOUR - SECOND) == "<p>Oil.</p>"
    found = past.read(page, NOON + HOUR)
    assert found.is_withdrawn
    assert found.edition == live


def test_before_its_publication_a_page_says_when_that_was(clock):
    live = factories.make_live()
    found = past.read(live.page, NOON - SECOND)
    assert (found.text, found.is_withdrawn, found.first) == (None, False, NOON)


def test_a_later_edition_takes_over_in_its_second(clock):
    page = factories.make_live(body="<p>One.</p>").page
    clock.shift(HOUR)
    factories.make_live(page, body="<p>Two.</p>")
    assert body(page, NOON + HOUR - SECOND) == "<p>One.</p>"
    assert body(page, NOON + HOUR) == "<p>Two.</p>"


def test_what_was_scheduled_is_read_from_its_time_on(clock):
    page = factories.make_live(body="<p>One.</p>").page
    factories.make_scheduled(page, body="<p>Two.</p>", publish_at=NOON + DAY)
    assert body(page, NOON + DAY - SECOND) == "<p>One.</p>"
    assert body(page, NOON + DAY) == "<p>Two.</p>"


def test_what_was_called_off_was_never_read(clock):
    page = factories.make_live(body="<p>One.</p>").page
    coming = factories.make_scheduled(page, body="<p>Two.</p>", publish_at=NOON + DAY)
    clock.shift(HOUR)
    publishing.cancel_schedule(edition=coming, by=factories.make_user(), reason="x")
    assert body(page, NOON + 2 * DAY) == "<p>One.</p>"


def test_drafts_are_never_part_of_the_past(clock):
    draft = factories.make_draft()
    assert body(draft.page, NOON + DAY) is None


# References


def cite(*references):
    return "".join(citations.marker(reference.key, reference.label()) for reference in references)


def live_citing(*references):
    return factories.make_live(body=f"<p>Oil it{cite(*references)}.</p>").page


def sources(page, at):
    """[(what is printed, where it leads, whether it says retracted)]"""
    found = past.read(page, at).references
    return [(entry.printed, entry.url, bool(entry.retraction)) for entry in found]


def public(page):
    _, _, found = reading.read(reading.live().get(page=page))
    return [(entry.printed, entry.url, bool(entry.retraction)) for entry in found]


def test_a_verification_after_approval_changes_nothing_that_was_printed(clock, ana):
    reference = factories.make_reference(source_text="As received.")
    page = live_citing(reference)
    clock.shift(HOUR)
    referencing.verify(reference=reference, by=ana, version=0)
    assert sources(page, NOON) == sources(page, NOON + HOUR) == [("As received.", "", False)]


def test_a_retraction_shows_from_its_moment_on_and_ends_where_it_was_a_mistake(clock, ana):
    reference = factories.make_reference(source_text="Spoke.")
    page = live_citing(reference)
    clock.shift(HOUR)
    reference = referencing.mark_retracted(reference=reference, by=ana, version=0, note="n")
    clock.shift(HOUR)
    referencing.mark_retracted(reference=reference, by=ana, version=1, retracted=False)
    told = [sources(page, NOON + n * HOUR)[0][2] for n in range(3)]
    assert told == [False, True, False]


def test_a_corrected_address_shows_from_its_moment_on(clock, ana):
    reference = factories.make_reference(source_text="Spoke.", url="https://example.org/a")
    page = live_citing(reference)
    fields = {name: getattr(reference, name) for name in referencing.FIELDS}
    for number, address in enumerate(["https://example.org/b", ""]):
        clock.shift(HOUR)
        fields |= {"url": address, "doi": "10.5555/x"}
        reference = referencing.edit(reference=reference, by=ana, version=number, fields=fields)
    found = [sources(page, NOON + n * HOUR)[0][1] for n in range(3)]
    assert found == ["https://example.org/a", "https://example.org/b", "https://doi.org/10.5555/x"]


def test_merged_references_stand_apart_before_and_share_a_number_after(clock, ana):
    one, two, three = (factories.make_reference(source_text=f"Source {n}.") for n in (1, 2, 3))
    page = live_citing(one, two, three)
    before = public(page)
    clock.shift(HOUR)
    referencing.merge(gone=one, kept=two, by=ana)
    between = public(page)
    clock.shift(HOUR)
    referencing.merge(gone=Reference.objects.get(pk=two.pk), kept=three, by=ana)
    after = public(page)
    assert [len(found) for found in (before, between, after)] == [3, 2, 1]
    for number, expected in enumerate([before, between, after]):
        assert sources(page, NOON + number * HOUR) == expected


def test_whatever_is_done_to_a_reference_the_past_stays_what_the_page_printed(clock, ana):
    one = factories.make_reference(source_text="One.", doi="10.5555/one")
    two = factories.make_reference(source_text="Two.", pmid="99999902")
    page = live_citing(one, two)
    seen = [public(page)]
    steps = [
        lambda: referencing.mark_retracted(reference=one, by=ana, version=0),
        lambda: referencing.verify(reference=two, by=ana, version=0),
        lambda: referencing.merge(gone=one, kept=two, by=ana),
        lambda: referencing.unverify(reference=two, by=ana, version=2),
    ]
    for step in steps:
        clock.shift(HOUR)
        step()
        seen.append(public(page))
    assert [sources(page, NOON + n * HOUR) for n in range(len(seen))] == seen
    assert len({str(printed) for printed in seen}) > 2


# Reviews and people


def test_the_standing_is_that_of_the_moment(clock):
    edition = factories.make_submitted()
    due = datetime.date(2090, 6, 1)
    publishing.approve(**factories.approval(edition, due_by=due))
    clock.shift(60 * DAY)
    publishing.review_unchanged(
        edition=edition, by=factories.make_user(), evidence_checked=True, due_by=factories.LATER
    )
    page = edition.page
    assert past.read(page, NOON + DAY).text.standing == []
    late = wording.OVERDUE.format(due_by="1 June 2090")
    assert past.read(page, NOON + 40 * DAY).text.standing == [late]
    assert past.read(page, NOON + 40 * DAY).text.edition.due_by == due
    assert past.read(page, NOON + 60 * DAY).text.standing == []


def test_imported_text_was_not_reviewed_before_it_was(clock):
    edition = factories.make_imported()
    bo = factories.make_user(first_name="Bo", last_name="Lund")
    publishing.review_unchanged(
        edition=edition, by=bo, evidence_checked=True, due_by=factories.LATER
    )
    bo.last_name = "Changed"
    bo.save()
    assert past.read(edition.page, NOON - SECOND).text.standing == [wording.NOT_REVIEWED]
    found = past.read(edition.page, NOON).text
    assert (found.standing, found.edition.reviewed_by) == ([], "Bo Lund, RN")


# What stood around a text


def test_the_address_is_that_of_the_moment(clock, ana):
    page = factories.make_live(factories.make_treatment(slug="pads")).page
    for number, slug in enumerate(["brake-pads", "pads"]):
        clock.shift(HOUR)
        arranging.change_slug(page=page, by=ana, slug=slug)
        assert past.read(page, NOON + number * HOUR).page.slug != slug
    assert [past.read(page, NOON + n * HOUR).page.slug for n in range(3)] == [
        "pads",
        "brake-pads",
        "pads",
    ]


def arrange(page, by, **fields):
    """Change a page as its form does."""
    before = arranging.arrangement(page)
    for name, value in fields.items():
        setattr(page, name, value)
    page.save()
    arranging.record_arrangement(page=page, by=by, before=before)


def test_a_topic_held_the_treatments_of_the_moment_in_their_order_then(clock, ana):
    topic, other = factories.make_topic(slug="bicycles"), factories.make_topic(slug="hubs")
    factories.make_live(topic)
    pages = [factories.make_treatment(topic=topic, position=n) for n in (1, 2, 3)]
    for page, title in zip(pages, "ABC", strict=True):
        factories.make_live(page, title=title)
    clock.shift(HOUR)
    arrange(pages[0], ana, position=9)
    clock.shift(HOUR)
    arrange(pages[1], ana, topic=other)
    arranging.change_slug(page=topic, by=ana, slug="wheels")
    told = [
        "".join(text.edition.title for text in past.read(topic, NOON + n * HOUR).texts)
        for n in range(3)
    ]
    assert told == ["ABC", "BCA", "CA"]


def test_words_of_the_glossary_are_told_with_their_meaning_then(clock, ana):
    term = factories.make_term(slug="cog")
    factories.make_live(term, title="cog", summary="a wheel", body="")
    page = factories.make_live(body="<p>The sprocket turns.</p>").page
    clock.shift(HOUR)
    arrange(term, ana, other_spellings="sprocket")
    clock.shift(HOUR)
    factories.make_live(term, title="cog", summary="a wheel with teeth", body="")
    told = [[t.meaning for t in past.read(page, NOON + n * HOUR).terms] for n in range(3)]
    assert told == [[], ["a wheel"], ["a wheel with teeth"]]


def test_texts_of_other_languages_are_left_out(clock):
    page = factories.make_treatment()
    factories.make_draft(page, language="es")
    assert Edition.objects.count() == 1
    assert past.read(page, NOON).edition is None


def test_reading_the_past_costs_as_many_queries_whatever_happened_since(
    clock, ana, django_assert_max_num_queries
):
    references = [factories.make_reference() for _ in range(4)]
    page = live_citing(*references)
    for reference in references:
        clock.shift(HOUR)
        referencing.mark_retracted(reference=reference, by=ana, version=0)
    with django_assert_max_num_queries(12):
        past.read(page, NOON)
