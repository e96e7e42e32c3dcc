"""The desk: what is counted for whom, and that each number leads to a list of just as many."""

import datetime
import re

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests import factories
from treatments import desk, publishing, referencing, remarks
from treatments.admin import desk as first_page
from treatments.models import Edition, Page, Reference

pytestmark = pytest.mark.django_db
NOON = datetime.datetime(2026, 5, 1, 12, tzinfo=datetime.UTC)
TODAY = NOON.date()
DAY = datetime.timedelta(days=1)


@pytest.fixture(autouse=True)
def may():
    """It is noon on the first of May."""
    with time_machine.travel(NOON, tick=False):
        yield


def person(role="Managers", **fields):
    user = factories.make_user(may=[], is_staff=True, **fields)
    user.groups.set(Group.objects.filter(name=role))
    return user


def look(who):
    client = Client()
    client.force_login(who)
    return client.get("/admin/")


def numbers(who):
    """{what is counted: how many} of the sections that somebody sees, the empty ones too."""
    found = look(who).context["desk"]
    counted = {shown.section.none: shown.number for shown in found["sections"]}
    return counted | dict.fromkeys(found["empty"], 0)


def section(who, none):
    return next(s for s in look(who).context["desk"]["sections"] if s.section.none == none)


def make_due(page=None, *, days, by=None, title=None):
    """A live text that is due again in so many days, or was due so many days ago."""
    with time_machine.travel(NOON - 400 * DAY, tick=False):
        words = {"title": title} if title else {}
        edition = factories.make_submitted(page, by=by, **words)
        due_by = TODAY + days * DAY
        return publishing.approve(**factories.approval(edition, due_by=due_by))


def make_sent_back(by, *, reason="Step 3 is missing."):
    edition = factories.make_submitted(by=by)
    return publishing.send_back(edition=edition, by=person(), reason=reason)


def owned_by(owner):
    page = factories.make_treatment()
    Page.objects.filter(pk=page.pk).update(owner=owner)
    return page


def everything(me):
    """Pages in every state that the desk tells of; gives what it tells somebody of them."""
    factories.make_submitted(title="Theirs in review")
    factories.make_submitted(title="Mine in review", by=me)
    make_sent_back(me)
    make_sent_back(person())
    remarks.comment(edition=factories.make_draft(by=me), by=person(), text="Which tool?")
    factories.make_draft()
    make_due(days=-1)
    make_due(factories.make_term(), days=-30)
    make_due(days=0)
    make_due(days=60)
    factories.make_link(edition=make_due(days=61), state="broken")
    factories.make_imported()
    factories.make_scheduled()
    factories.make_withdrawn()
    factories.make_reference()
    factories.make_reference(retracted=True)
    return {
        "waiting for your review": 1,
        "sent back to you": 1,
        "your drafts": 2,
        "comments to answer": 2,
        "overdue for review": 2,
        "due for review in 60 days": 2,
        "imported and never reviewed": 1,
        "scheduled": 1,
        "withdrawn": 1,
        "retracted references": 1,
        "references to verify": 2,
        "broken links": 1,
    }


# What is counted


def test_each_state_is_counted():
    me = person()
    assert everything(me) == numbers(me)


@pytest.mark.parametrize("role", ["Authors", "Reviewers", "Managers"])
def test_each_number_leads_to_a_list_of_just_as_many(role):
    me = person(role)
    everything(me)
    client = Client()
    client.force_login(me)
    found = client.get("/admin/").context["desk"]
    assert found["sections"]
    for shown in found["sections"]:
        assert client.get(shown.url).context["cl"].result_count == shown.number, shown.heading
    assert client.get(found["url"]).context["cl"].result_count == found["number"]


def test_a_number_is_kept_when_there_is_more_than_the_desk_shows():
    me = person()
    for _ in range(first_page.FEW + 2):
        factories.make_imported()
    shown = section(me, "imported and never reviewed")
    assert (shown.number, len(shown.rows), shown.left) == (7, 5, 2)


def test_a_page_that_is_withdrawn_with_a_text_to_come_is_counted_as_both():
    page = factories.make_live().page
    factories.make_scheduled(page)
    live = Edition.objects.live().get()
    publishing.withdraw(edition=live, by=person(), reason="Wrong.", keep_scheduled=True)
    found = numbers(person())
    assert (found["withdrawn"], found["scheduled"]) == (1, 1)


def test_a_page_with_two_texts_to_come_is_counted_once_with_the_next_one():
    page = factories.make_scheduled(publish_at=NOON + 9 * DAY, title="Later").page
    factories.make_scheduled(page, publish_at=NOON + 2 * DAY, title="Sooner")
    shown = section(person(), "scheduled")
    assert (shown.number, [row.title for row in shown.rows]) == (1, ["Sooner"])


def test_of_two_texts_for_one_moment_the_one_that_will_show_is_named():
    page = factories.make_scheduled(publish_at=NOON + 2 * DAY, title="Second").page
    factories.make_scheduled(page, publish_at=NOON + 2 * DAY, title="Third")
    assert [row.title for row in section(person(), "scheduled").rows] == ["Third"]


def test_an_older_edition_that_was_due_is_not_overdue():
    page = make_due(days=-1).page
    factories.make_live(page)
    assert numbers(person())["overdue for review"] == 0


def test_a_page_stays_overdue_while_its_correction_is_in_review():
    page = make_due(days=-1).page
    factories.make_submitted(page)
    found = numbers(person())
    assert (found["overdue for review"], found["waiting for your review"]) == (1, 1)


def test_a_withdrawn_page_is_not_overdue():
    live = make_due(days=-1)
    publishing.withdraw(edition=live, by=person(), reason="Wrong.")
    found = numbers(person())
    assert (found["overdue for review"], found["withdrawn"]) == (0, 1)


def test_imported_text_that_was_reviewed_counts_by_its_review_alone():
    edition = factories.make_imported()
    publishing.review_unchanged(**factories_review(edition, days=10))
    found = numbers(person())
    assert found["imported and never reviewed"] == 0
    assert found["due for review in 60 days"] == 1


def factories_review(edition, *, days):
    return {
        "edition": edition,
        "by": person(),
        "evidence_checked": True,
        "due_by": TODAY + days * DAY,
    }


def test_a_schedule_that_a_newer_text_has_overtaken_is_none():
    me = person()
    overtaken = factories.make_scheduled()
    with time_machine.travel(NOON + datetime.timedelta(hours=1), tick=False):
        factories.make_live(overtaken.page)
        assert numbers(me)["scheduled"] == 0


def test_a_first_edition_to_come_is_scheduled_and_nothing_else():
    factories.make_scheduled()
    assert {name for name, number in numbers(person()).items() if number} == {"scheduled"}


def test_a_draft_that_went_to_review_again_is_not_sent_back_any_more():
    me = person("Authors")
    draft = make_sent_back(me)
    publishing.submit(edition=draft, by=me, version=draft.version)
    assert numbers(me)["sent back to you"] == 0


def test_a_draft_that_a_colleague_took_over_was_sent_back_to_them():
    me, colleague = person("Authors"), person("Authors")
    publishing.take_over(edition=make_sent_back(me), by=colleague)
    assert (numbers(me)["sent back to you"], numbers(colleague)["sent back to you"]) == (0, 1)


def test_editions_of_other_languages_are_not_counted():
    me = person()
    factories.make_draft(by=me, language="es")
    assert numbers(me)["your drafts"] == 0


def test_a_merged_reference_is_not_counted():
    kept, gone = factories.make_reference(), factories.make_reference(doi="10.5555/x")
    Reference.objects.filter(pk=gone.pk).update(merged_into=kept)
    assert numbers(person())["references to verify"] == 1


# The references, and where they stand


def cited(reference):
    return f'<p>Oil.<cite data-reference="{reference.key}">W 2001</cite></p>'


def test_a_retracted_reference_is_told_with_the_live_pages_that_cite_it():
    gone = factories.make_reference(retracted=True)
    factories.make_live(title="Chains", body=cited(gone))
    factories.make_live(title="Brakes", body=cited(gone))
    factories.make_draft(title="Draft", body=cited(gone))
    (row,) = section(person(), "retracted references").rows
    assert row.told == "On 2 pages that patients read:"
    assert [title for title, _ in row.links] == ["Brakes", "Chains"]


def test_a_reference_that_only_old_editions_cite_touches_no_page():
    gone = factories.make_reference(retracted=True)
    page = factories.make_live(body=cited(gone)).page
    factories.make_live(page)
    (row,) = section(person(), "retracted references").rows
    assert (row.told, row.links) == ("On no page that patients read.", [])


def test_references_on_pages_that_patients_read_come_first():
    for number in range(first_page.FEW):
        factories.make_reference(authors=f"Axle {number}")
    factories.make_live(body=cited(factories.make_reference("wheeler", authors="Wheeler")))
    first = section(person(), "references to verify").rows[0]
    assert first.url == first_page.reverse(
        "admin:treatments_reference_change", args=[Reference.objects.get(key="wheeler").pk]
    )


def test_a_merged_reference_touches_pages_under_the_one_that_stays():
    kept, gone = factories.make_reference(retracted=True), factories.make_reference()
    factories.make_live(title="Chains", body=cited(gone))
    referencing.merge(gone=gone, kept=kept, by=staff_of_references())
    (row,) = section(person(), "retracted references").rows
    assert [title for title, _ in row.links] == ["Chains"]


def staff_of_references():
    return factories.make_user(may=["change_reference", "delete_reference"])


# Who sees what


def test_authors_do_not_review():
    everything(person())
    found = numbers(person("Authors"))
    assert "waiting for your review" not in found
    assert "sent back to you" in found


def test_nobody_waits_for_a_review_of_words_of_their_own():
    writer, helper = person("Authors"), person()
    draft = factories.make_draft(by=writer)
    publishing.take_over(edition=draft, by=helper)
    draft = factories.make_draft(draft.page, by=helper, title="Changed")
    publishing.submit(edition=draft, by=helper, version=draft.version)
    assert numbers(helper)["waiting for your review"] == 0
    assert numbers(person())["waiting for your review"] == 1


def test_whoever_has_no_role_sees_no_number():
    everything(person())
    answer = look(factories.make_user(may=[], is_staff=True))
    assert "desk" not in answer.context
    assert 'id="desk"' not in answer.content.decode()


def test_whoever_sees_references_alone_reads_of_nothing_else():
    everything(person())
    who = factories.make_user(may=["view_reference"], is_staff=True)
    assert set(numbers(who)) == {"retracted references", "references to verify"}
    assert look(who).context["title"] == "What do you want to work on?"


@pytest.mark.parametrize("query", ["under_way=for+me", "needs=me"])
def test_an_author_who_asks_for_a_list_of_reviewers_finds_nothing(query):
    factories.make_submitted()
    client = Client()
    client.force_login(person("Authors"))
    assert client.get(f"/admin/treatments/page/?{query}").context["cl"].result_count == 0


# The headline


@pytest.mark.parametrize(
    ("waiting", "headline"),
    [
        (0, "Nothing needs you today."),
        (1, "1 page needs you today"),
        (2, "2 pages need you today"),
    ],
)
def test_the_headline_counts(waiting, headline):
    for _ in range(waiting):
        factories.make_submitted()
    text = look(person()).content.decode()
    assert f"<h1>{headline}</h1>" in text
    assert ("?needs=me" in text) == bool(waiting)


def needs(who):
    return desk.needing(who).count()


def test_a_page_that_needs_somebody_twice_counts_once():
    me = person()
    factories.make_submitted(make_due(owned_by(me), days=-1).page)
    assert needs(me) == 1


@pytest.mark.parametrize(
    ("make", "needed"),
    [
        (lambda me: factories.make_submitted(), 1),
        (lambda me: factories.make_submitted(by=me), 0),
        (lambda me: make_sent_back(me), 1),
        (lambda me: make_sent_back(person()), 0),
        (lambda me: factories.make_draft(by=me), 0),
        (lambda me: make_due(owned_by(me), days=-1), 1),
        (lambda me: make_due(owned_by(me), days=0), 0),
        (lambda me: make_due(owned_by(person()), days=-1), 0),
        (lambda me: make_due(days=-1), 1),
        (lambda me: make_due(owned_by(person(is_active=False)), days=-1), 1),
        (lambda me: factories.make_imported(), 0),
        (lambda me: factories.make_scheduled(), 0),
        (lambda me: factories.make_withdrawn(), 0),
    ],
)
def test_what_needs_a_manager_today(make, needed):
    me = person()
    make(me)
    assert needs(me) == needed


def test_a_page_that_nobody_owns_needs_no_reviewer():
    make_due(days=-1)
    assert needs(person("Reviewers")) == 0


@pytest.mark.parametrize(("retracted", "needed"), [(True, 1), (False, 0)])
def test_a_live_page_that_cites_a_retracted_source_needs_its_owner(retracted, needed):
    me, source = person("Authors"), factories.make_reference()
    factories.make_live(owned_by(me), body=cited(source))
    Reference.objects.update(retracted=retracted)
    assert needs(me) == needed


# What is told


def test_the_reason_stands_beside_what_was_sent_back():
    me = person("Authors")
    draft = make_sent_back(me, reason="Step 3 is missing.")
    (row,) = section(me, "sent back to you").rows
    assert row.told.startswith("“Step 3 is missing.” Ana Díaz")
    assert row.url == f"/admin/treatments/treatment/{draft.page_id}/text/"


def test_an_owner_who_has_left_is_said_to_have_left():
    make_due(owned_by(person(first_name="Bo", last_name="Lee", is_active=False)), days=-1)
    (row,) = section(person(), "overdue for review").rows
    assert (
        row.told == "1 day late, since 30 April 2026. Owner: Bo Lee, who has no account any more."
    )


def test_the_most_urgent_comes_first():
    make_due(days=-2, title="Later")
    make_due(days=-20, title="Sooner")
    assert [row.title for row in section(person(), "overdue for review").rows] == [
        "Sooner",
        "Later",
    ]


@pytest.mark.parametrize(
    ("how_many", "heading"), [(1, "1 page is scheduled"), (2, "2 pages are scheduled")]
)
def test_a_heading_counts(how_many, heading):
    for _ in range(how_many):
        factories.make_scheduled()
    assert section(person(), "scheduled").heading == heading


def test_what_is_empty_is_one_quiet_line():
    text = look(person("Authors")).content.decode()
    assert text.count("<section") == 0
    line = re.search(r"Nothing here: ([^<]*)\.", text)[1]
    assert line.split(", ")[:3] == ["sent back to you", "your drafts", "comments to answer"]


def test_titles_and_reasons_are_text_whatever_they_hold():
    me = person("Authors")
    make_sent_back(me, reason="<script>alert(1)</script>")
    factories.make_draft(by=me, title="<b>Brakes</b>")
    text = look(me).content.decode()
    assert "<script>alert" not in text
    assert "<b>Brakes" not in text


# What it costs


def test_it_asks_the_database_as_often_for_many_pages_as_for_few():
    me, source = person(), factories.make_reference(retracted=True)

    def more():
        everything(me)
        factories.make_live(body=cited(source))

    def asked():
        look(me)
        client = Client()
        client.force_login(me)
        with CaptureQueriesContext(connection) as found:
            client.get("/admin/")
        return len(found)

    more()
    few = asked()
    for _ in range(4):
        more()
    assert asked() == few
    assert few <= 25 - 4  # room for a few sections more


def test_nothing_at_all_is_no_error():
    assert look(person()).status_code == 200
    assert timezone.localdate() == TODAY
