"""Rating an edition: who may, what is asked, what is refused and kept, what is shown."""

import re

import pytest
from django.contrib.auth.models import Group
from django.db import IntegrityError, connection, transaction

from tests import factories
from treatments import checklists, publishing, remarks
from treatments.admin.rating import rate_url
from treatments.admin.writing import edition_url, text_url
from treatments.checklists import CLEAR_COMMUNICATION, NA, NO, PEMAT_P, YES
from treatments.models import AuditEntry, Edition, Rating, User

pytestmark = pytest.mark.django_db
BOTH = pytest.mark.parametrize("checklist", checklists.ALL.values(), ids=checklists.ALL.keys())


def person(role, **fields):
    user = factories.make_user(may=[], is_staff=True, **fields)
    user.groups.add(Group.objects.get(name=role))
    return user


@pytest.fixture
def rater(client):
    user = person("Authors", first_name="Ana", last_name="Roe")
    client.force_login(user)
    return user


def answers(checklist, **changed):
    found = {f"item_{number}": item.earns for number, item in checklist.items.items()}
    return found | changed


def address(edition, checklist):
    return rate_url(edition.page, edition.number, checklist)


@pytest.fixture
def send(client, rater):
    """Send the form of a checklist with some answers changed."""

    def send(edition, checklist, version=None, **changed):
        version = edition.version if version is None else version
        data = answers(checklist, **changed) | {"version": version}
        return client.post(address(edition, checklist), data)

    return send


def keep(edition, checklist=PEMAT_P, by=None, **changed):
    """A rating by the verb itself."""
    given = {int(name[5:]): answer for name, answer in answers(checklist, **changed).items()}
    return remarks.rate(
        edition=edition,
        by=by or factories.make_user(),
        checklist=checklist,
        answers=given,
        version=edition.version,
    )


def seen(client, found):
    return " ".join(client.get(found).content.decode().split())


# Rating


@BOTH
def test_the_form_asks_each_item_with_its_own_answers_beside_the_text(client, rater, checklist):
    edition = factories.make_live(body="<p>Squeeze the lever.</p>")
    text = seen(client, address(edition, checklist))
    assert "Squeeze the lever." in text
    assert text.count("<legend>") == len(checklist.items)
    for number, item in checklist.items.items():
        found = re.findall(rf'name="item_{number}" value="([^"]+)"', text)
        assert tuple(found) == item.choices
    assert "checked" not in text


def test_complete_answers_are_kept_with_rater_day_and_scores(send, rater):
    edition = factories.make_live()
    answer = send(edition, PEMAT_P, item_6=NA, item_22=NO)
    assert answer["Location"] == edition_url(edition.page, 1)
    rating = Rating.objects.get()
    assert (rating.rater, rating.name) == (rater, "Ana Roe, RN")
    assert rating.answers["6"] == NA
    assert rating.scores == {
        "Understandability": {"points": 16, "applicable": 16, "percent": 100},
        "Actionability": {"points": 6, "applicable": 7, "percent": 86},
    }
    entry = AuditEntry.objects.get(action="rate")
    assert entry.after == {"checklist": "pemat-p", "Understandability": 100, "Actionability": 86}


def test_answers_that_follow_may_be_left_open(send):
    left = dict.fromkeys(("item_13", "item_14", "item_19"), "")
    assert send(factories.make_live(), CLEAR_COMMUNICATION, item_12=NA, **left).status_code == 302
    kept = Rating.objects.get().answers
    assert {kept["13"], kept["14"], kept["19"]} == {NA}


@BOTH
@pytest.mark.parametrize("given", ["", "perhaps", "x" * 9999, "<b>"])
def test_what_is_missing_or_no_answer_is_named_and_nothing_else_is_lost(send, checklist, given):
    answer = send(factories.make_live(), checklist, item_2=NO, item_3=given)
    assert answer.status_code == 400
    form = answer.context["form"]
    assert [field.name for field in form.faults()] == ["item_3"]
    assert form["item_2"].value() == NO
    text = answer.content.decode()
    assert re.search(r'value="no"[^>]*name="item_2"|name="item_2" value="no"[^>]*checked', text)
    assert 'href="#id_item_3"' in text
    assert not Rating.objects.exists()


def test_answers_that_contradict_each_other_say_how(send):
    answer = send(factories.make_live(), CLEAR_COMMUNICATION, item_1=NO)
    assert "Item 1 is answered “no”, so that this one is “no”." in answer.content.decode()
    assert not Rating.objects.exists()


@pytest.mark.parametrize("version", ["", "x", "-1", "9" * 40, "²"])
def test_a_version_that_is_none_is_refused(send, version):
    assert send(factories.make_draft(), PEMAT_P, version=version).status_code == 400
    assert not Rating.objects.exists()


def test_answers_about_words_that_changed_meanwhile_come_back_beside_the_new_ones(send, client):
    ana = factories.make_user()
    draft = factories.make_draft(by=ana, body="<p>Before.</p>")
    newer = factories.make_draft(draft.page, by=ana, body="<p>After.</p>")
    answer = send(draft, PEMAT_P, item_2=NO)
    assert answer.status_code == 409
    assert not Rating.objects.exists()
    assert "After." in answer.content.decode()
    form = answer.context["form"]
    assert form["item_2"].value() == NO
    again = client.post(address(draft, PEMAT_P), form.data)
    assert (again.status_code, newer.version) == (302, 2)


def test_nothing_is_kept_of_a_draft_that_was_discarded_meanwhile(send):
    ana = factories.make_user()
    draft = factories.make_draft(by=ana)
    page = draft.page
    publishing.discard(edition=draft, by=ana)
    draft.page, draft.number = page, 1
    assert send(draft, PEMAT_P).status_code == 404


@pytest.mark.parametrize("checklist", ["nothing", "pemat", "x" * 200])
def test_a_checklist_that_there_is_not_is_not_found(client, rater, checklist):
    page = factories.make_live().page
    assert client.get(f"{edition_url(page, 1)}rate/{checklist}/").status_code == 404
    assert client.get(f"{edition_url(page, 2)}rate/pemat-p/").status_code == 404


def test_who_neither_writes_nor_approves_rates_nothing(client):
    manager = factories.make_user(may=["manage_page"], is_staff=True)
    client.force_login(manager)
    edition = factories.make_live()
    data = answers(PEMAT_P) | {"version": edition.version}
    assert client.get(address(edition, PEMAT_P)).status_code == 403
    assert client.post(address(edition, PEMAT_P), data).status_code == 403
    with pytest.raises(publishing.NotAllowed):
        keep(edition, by=manager)
    assert "Rate edition" not in seen(client, text_url(edition.page))


def test_a_rating_needs_its_token(client, rater):
    client.handler.enforce_csrf_checks = True
    edition = factories.make_live()
    data = answers(PEMAT_P) | {"version": edition.version}
    assert client.post(address(edition, PEMAT_P), data).status_code == 403


def test_the_verb_itself_takes_no_incomplete_answers():
    edition = factories.make_live()
    with pytest.raises(publishing.Refusal, match="not kept yet"):
        keep(edition, item_3="")
    with pytest.raises(publishing.Refusal, match="not kept yet"):
        keep(edition, item_3=NA)


# What is shown


@pytest.mark.parametrize("screen", ["text", "edition"])
def test_scores_rater_day_and_missed_items_stand_beside_the_text(client, rater, screen):
    edition = factories.make_live()
    keep(edition, by=rater, item_5=NO, item_22=NO, item_23=NO, item_26=NO)
    found = text_url(edition.page) if screen == "text" else edition_url(edition.page, 1)
    text = seen(client, found)
    told = "<strong>PEMAT-P</strong>: Understandability 94, Actionability 57 (below 70)"
    assert told in text
    assert "Without a point: 4 items" in text
    assert f"<li>5. {PEMAT_P.items[5].text}</li>" in text
    assert "Ana Roe, RN, " in text
    assert "The text has changed since." not in text


def test_a_rating_says_that_the_text_has_changed_since(client, rater):
    draft = factories.make_draft(by=rater, title="Brakes", body="<p>Before.</p>")
    keep(draft)
    factories.make_draft(draft.page, by=rater, title="Brakes", body="<p>After.</p>")
    assert "The text has changed since." in seen(client, text_url(draft.page))


def test_a_note_of_change_is_no_change_of_the_text(client, rater):
    words = {"title": "Brakes", "body": "<p>The same.</p>"}
    draft = factories.make_draft(by=rater, **words)
    keep(draft)
    factories.make_draft(draft.page, by=rater, note="Step 3 added.", **words)
    assert "The text has changed since." not in seen(client, text_url(draft.page))


def test_approving_changes_no_rating(client, rater):
    edition = factories.make_submitted(by=rater)
    keep(edition)
    publishing.approve(**factories.approval(edition))
    (result,) = remarks.results(Edition.objects.get())
    assert not result.text_has_changed


def test_a_rating_by_somebody_who_wrote_says_so(client, rater):
    draft = factories.make_draft(by=rater)
    keep(draft)
    assert "who wrote in this text" not in seen(client, text_url(draft.page))
    keep(draft, by=rater)
    assert "who wrote in this text" in seen(client, text_url(draft.page))


def test_the_newest_rating_stands_first_and_none_is_hidden():
    edition = factories.make_live()
    keep(edition)
    keep(edition, CLEAR_COMMUNICATION)
    found = remarks.results(edition)
    assert [result.checklist for result in found] == [CLEAR_COMMUNICATION, PEMAT_P]


def test_a_rating_by_a_checklist_that_is_no_more_hurts_nobody():
    edition = factories.make_live()
    rating = keep(edition)
    Rating.objects.create(
        edition=edition,
        checklist="gone",
        rater=rating.rater,
        name="x",
        answers={},
        scores={},
        digest="x",
    )
    assert [result.rating for result in remarks.results(edition)] == [rating]


@pytest.mark.parametrize(("ratings", "queries"), [(0, 1), (1, 2), (3, 2)])
def test_results_cost_the_same_however_many_there_are(ratings, queries, django_assert_num_queries):
    edition = factories.make_live()
    for _ in range(ratings):
        keep(edition)
    with django_assert_num_queries(queries):
        remarks.results(edition)


# What is kept


def test_a_rating_keeps_the_name_as_it_stood():
    bo = factories.make_user(first_name="Bo", last_name="Lee")
    rating = keep(factories.make_live(), by=bo)
    User.objects.filter(pk=bo.pk).update(last_name="Married")
    rating.refresh_from_db()
    assert rating.name == "Bo Lee, RN"


def test_a_rating_is_neither_changed_nor_deleted():
    rating = keep(factories.make_live())
    rows = Rating.objects.filter(pk=rating.pk)
    for deed in (lambda: rows.update(scores={}), rows.delete):
        kept = pytest.raises(IntegrityError, match="never changes|kept for as long")
        with kept, transaction.atomic():
            deed()


def test_discarding_a_draft_keeps_its_ratings_in_the_audit_trail():
    ana = factories.make_user()
    draft = factories.make_draft(by=ana)
    keep(draft, by=factories.make_user(first_name="Bo", last_name="Lee"))
    publishing.discard(edition=draft, by=ana)
    connection.check_constraints()
    assert not Rating.objects.exists()
    (told,) = AuditEntry.objects.get(action="discard").before["ratings"]
    assert (told["checklist"], told["rater"], told["answers"]["1"]) == (
        "pemat-p",
        "Bo Lee, RN",
        YES,
    )
