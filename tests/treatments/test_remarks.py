"""What colleagues say about a text: the verbs, the words of the queryset, what is kept."""

import importlib

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from tests import factories
from treatments import arranging, publishing, remarks
from treatments.models import AuditEntry, Comment, Edition, User, texts_to_answer

pytestmark = pytest.mark.django_db


def say(edition, text="The last step is missing.", by=None):
    return remarks.comment(edition=edition, by=by or factories.make_user(), text=text)


def deeds():
    return list(AuditEntry.objects.values_list("action", "reason"))


def refused(deed, *args, **fields):
    """The words in which the database refuses."""
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        deed(*args, **fields)
    return str(refusal.value)


# Comments


def test_a_comment_is_signed_with_the_name_as_it_stood():
    bo = factories.make_user(first_name="Bo", last_name="Lee", credentials="RN")
    said = say(factories.make_live(), by=bo)
    User.objects.filter(pk=bo.pk).update(last_name="Married", credentials="MD")
    said.refresh_from_db()
    assert (said.name, said.text) == ("Bo Lee, RN", "The last step is missing.")
    assert deeds()[-1] == ("comment", "The last step is missing.")


def test_a_comment_keeps_its_lines_and_nothing_that_is_not_seen():
    said = say(factories.make_draft(), " One.\r\nTwo\0\u202e <b>bold</b>. \u200b")
    assert said.text == "One.\nTwo <b>bold</b>."


@pytest.mark.parametrize("text", ["", " \n ", "\u200b\0", None])
def test_a_comment_says_something(text):
    with pytest.raises(publishing.Refusal, match="Write what you want to say"):
        say(factories.make_draft(), text)
    assert not Comment.objects.exists()


def test_a_comment_that_is_too_long_is_refused_in_a_sentence():
    assert say(factories.make_draft(), "x\r\n" * 1666 + "xx").text  # 5,000 as they are kept
    with pytest.raises(publishing.Refusal, match="longer than 5,000 letters"):
        say(factories.make_draft(), "x" * 5001)


def test_a_button_pressed_twice_says_it_once():
    bo, draft = factories.make_user(), factories.make_draft()
    assert say(draft, by=bo) == say(draft, by=bo)
    remarks.resolve(comment=say(draft, by=bo), by=bo)
    assert say(draft, by=bo).resolved_at is None
    assert Comment.objects.count() == 2


def test_resolving_and_opening_again_are_told_in_the_audit_trail():
    ana, said = factories.make_user(), say(factories.make_draft())
    assert remarks.resolve(comment=said, by=ana).resolved_by == ana
    assert not Comment.objects.open().exists()
    remarks.reopen(comment=said, by=ana)
    assert Comment.objects.open().get().resolved_by is None
    assert [deed for deed, _ in deeds()[-2:]] == ["resolve comment", "reopen comment"]


def test_what_is_resolved_already_stays_as_it_is():
    ana, bo = factories.make_user(), factories.make_user()
    said = say(factories.make_draft())
    remarks.resolve(comment=said, by=ana)
    assert remarks.resolve(comment=said, by=bo).resolved_by == ana
    remarks.reopen(comment=said, by=bo)
    before = len(deeds())
    remarks.reopen(comment=said, by=bo)
    assert len(deeds()) == before


@pytest.mark.parametrize("may", ["write_edition", "approve_edition"])
def test_whoever_writes_or_approves_may_comment_and_resolve(may):
    user = factories.make_user(may=[may])
    assert remarks.resolve(comment=say(factories.make_live(), by=user), by=user).resolved_at


def test_nobody_else_may():
    nobody, said = factories.make_user(may=["manage_page"]), say(factories.make_live())
    with pytest.raises(publishing.NotAllowed):
        say(said.edition, by=nobody)
    for verb in (remarks.resolve, remarks.reopen):
        with pytest.raises(publishing.NotAllowed):
            verb(comment=said, by=nobody)


def test_sending_back_writes_the_reason_as_a_comment():
    bo, edition = factories.make_user(), factories.make_submitted()
    publishing.send_back(edition=edition, by=bo, reason="Step 3 is missing.\r\nAdd it.")
    said = Comment.objects.get()
    assert (said.edition, said.author, said.sends_back) == (edition, bo, True)
    assert said.text == "Step 3 is missing.\nAdd it."


def test_discarding_a_draft_keeps_what_was_said_in_the_audit_trail():
    ana = factories.make_user()
    draft = factories.make_draft(by=ana)
    say(draft, by=factories.make_user(first_name="Bo", last_name="Lee"))
    publishing.discard(edition=draft, by=ana)
    connection.check_constraints()
    assert not Comment.objects.exists()
    before = AuditEntry.objects.get(action="discard").before
    assert before["comments"] == ["Bo Lee, RN: The last step is missing."]
    assert "ratings" not in before


def test_a_comment_on_a_discarded_draft_is_refused_in_a_sentence():
    ana = factories.make_user()
    draft = factories.make_draft(by=ana)
    said, pk = say(draft), draft.pk
    publishing.discard(edition=draft, by=ana)
    draft.pk = pk
    with pytest.raises(publishing.Outdated, match="has been discarded"):
        say(draft)
    said.edition = draft
    with pytest.raises(publishing.Outdated, match="has been discarded"):
        remarks.resolve(comment=said, by=ana)


# The words of the queryset


def test_what_a_writer_has_to_answer():
    ana, bo = factories.make_user(), factories.make_user()
    page = factories.make_treatment()
    earlier = say(factories.make_live(page), by=bo)
    draft = factories.make_draft(page, by=ana)
    said = say(draft, "One.", by=bo)
    remarks.resolve(comment=say(draft, "Two.", by=bo), by=bo)
    say(draft, "A note of my own.", by=ana)
    say(factories.make_draft(), by=bo)  # of somebody else
    assert set(Comment.objects.to_answer(ana)) == {earlier, said}
    assert list(texts_to_answer(ana)) == [draft]  # one text, however many comments


def test_what_is_open_on_texts_in_review():
    said = say(factories.make_submitted())
    say(factories.make_draft())
    say(factories.make_live())
    assert Comment.objects.in_review().get() == said


@pytest.mark.parametrize("word", ["open", "in_review"])
def test_a_count_is_one_query(word, django_assert_num_queries):
    with django_assert_num_queries(1):
        getattr(Comment.objects, word)().count()
    user = factories.make_user()
    with django_assert_num_queries(1):
        Comment.objects.to_answer(user).count()


# What the database keeps


@pytest.mark.parametrize(
    "change",
    [
        {"text": "x"},
        {"name": "x"},
        {"sends_back": True},
        {"at": timezone.now()},
        {"id": 999},
    ],
)
def test_the_words_of_a_comment_stay(change):
    said = say(factories.make_draft())
    assert "stays as they said it" in refused(Comment.objects.filter(pk=said.pk).update, **change)


def test_nobody_else_is_made_the_author_of_a_comment():
    said = say(factories.make_draft())
    rows, other = Comment.objects.filter(pk=said.pk), factories.make_user()
    assert "stays as they said it" in refused(rows.update, author=other)
    assert "stays as they said it" in refused(rows.update, edition=factories.make_draft())


def test_a_comment_is_not_deleted_while_its_text_stands():
    said = say(factories.make_draft())
    assert "kept for as long as" in refused(said.delete)
    statement = "DELETE FROM treatments_comment"
    with connection.cursor() as cursor:
        assert "kept for as long as" in refused(cursor.execute, statement)


@pytest.mark.skipif(connection.vendor != "sqlite", reason="REPLACE is SQLite's own")
def test_a_comment_is_not_replaced():
    say(factories.make_draft())
    statement = "INSERT OR REPLACE INTO treatments_comment SELECT * FROM treatments_comment"
    with connection.cursor() as cursor:
        assert "there already" in refused(cursor.execute, statement)


def test_a_comment_is_resolved_by_somebody():
    rows = Comment.objects.filter(pk=say(factories.make_draft()).pk)
    assert "comment_resolved" in refused(rows.update, resolved_at=timezone.now())


def test_comments_on_an_approved_text_wait_for_its_author_until_somebody_writes_on():
    ana, bo = factories.make_user(), factories.make_user()
    edition = factories.make_live(by=ana)
    said = remarks.comment(edition=edition, by=bo, text="Which lever?")
    remarks.comment(edition=edition, by=ana, text="The right one.")
    assert list(texts_to_answer(ana)) == [edition]
    assert list(Comment.objects.to_answer(ana)) == [said]
    draft = factories.make_draft(edition.page, by=bo)
    assert list(texts_to_answer(ana)) == []
    assert [found.pk for found in texts_to_answer(bo)] == [draft.pk]


# What was sent back before comments came


def made_into_comments():
    module = importlib.import_module("treatments.migrations.0006_sent_back_reasons")
    module.make_comments(apps, None)


def sent_back_of_old(page, reason, by):
    edition = factories.make_submitted(page)
    Edition.objects.filter(pk=edition.pk).update(state="draft")
    AuditEntry.objects.record(by=by, action="send back", subject=edition, reason=reason)
    return edition


def test_an_upgrade_makes_comments_of_the_reasons_that_drafts_were_sent_back_for():
    bo = factories.make_user(first_name="Bo", last_name="Lee", credentials="RN")
    page = factories.make_treatment()
    edition = sent_back_of_old(page, "Step 3 is missing.", bo)
    arranging.change_slug(page=page, by=factories.make_user(), slug="another")
    made_into_comments()
    made_into_comments()  # again, after going back
    said = Comment.objects.get()
    assert (said.edition, said.name, said.text) == (edition, "Bo Lee, RN", "Step 3 is missing.")
    assert said.at == AuditEntry.objects.get(action="send back").at


def test_an_upgrade_makes_no_comment_of_an_earlier_drafts_reason_or_of_nobodys():
    bo, page = factories.make_user(), factories.make_treatment()
    edition = sent_back_of_old(page, "Of the draft before.", bo)
    publishing.discard(edition=edition, by=edition.author)
    factories.make_draft(page)
    gone = factories.make_user("gone")
    sent_back_of_old(factories.make_treatment(), "By somebody who is gone.", gone)
    User.objects.filter(pk=gone.pk).update(username="renamed")
    made_into_comments()
    assert not Comment.objects.exists()
