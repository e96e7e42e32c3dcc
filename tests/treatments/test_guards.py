"""What the database refuses, whoever asks and however: ORM updates and SQL by hand."""

import datetime
import re

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import TransactionTestCase
from django.utils import timezone

from tests import factories
from treatments import checks, guards
from treatments.models import (
    AuditEntry,
    Citation,
    Contributor,
    Edition,
    Page,
    Reference,
    Review,
    Topic,
)

pytestmark = pytest.mark.django_db
NOW = datetime.datetime(2026, 5, 1, 12, tzinfo=datetime.UTC)


def refused(pattern, deed, *args, **fields):
    """Whether the database refuses the deed, in words (or by a constraint) of this pattern.

    Where two rules forbid a deed, each database has an order of its own in which it asks them.
    """

    def attempt():
        deed(*args, **fields)
        connection.check_constraints()

    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        attempt()
    return re.search(pattern, str(refusal.value), re.IGNORECASE)


def sql(statement, *values):
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def approving(edition, approver):
    """What a raw approval would have to write."""
    return {
        "state": "approved",
        "approver": approver,
        "held_by": None,
        "written_by": "A",
        "approved_by": "B",
        "approved_at": NOW,
        "publish_at": NOW,
    }


def review(edition, reviewer, **fields):
    fields = {"reviewed_by": "B", "due_by": factories.LATER, "evidence_checked": True} | fields
    return Review.objects.create(edition=edition, reviewer=reviewer, reviewed_at=NOW, **fields)


def editions(edition):
    return Edition.objects.filter(pk=edition.pk)


# Two people


def test_an_author_cannot_approve_by_update():
    author = factories.make_user()
    edition = factories.make_submitted(by=author)
    assert refused(
        "none of those|needs a review", editions(edition).update, **approving(edition, author)
    )


def test_an_author_cannot_approve_by_sql():
    author = factories.make_user()
    edition = factories.make_submitted(by=author)
    statement = (
        "UPDATE treatments_edition SET state = 'approved', approver_id = author_id, "
        "held_by_id = NULL, written_by = 'A', approved_by = 'B', approved_at = %s, "
        "publish_at = %s WHERE id = %s"
    )
    assert refused("none of those|needs a review", sql, statement, NOW, NOW, edition.pk)


def test_an_author_cannot_approve_even_where_the_guards_are_lifted():
    author = factories.make_user()
    edition = factories.make_submitted(by=author)
    with transaction.atomic():
        guards.remove(connection)
        assert refused("two_people", editions(edition).update, **approving(edition, author))
        guards.install(connection)


def test_a_contributor_cannot_review_nor_approve():
    author, second = factories.make_user(), factories.make_user()
    edition = factories.make_submitted(by=author)
    factories.make_draft(edition.page, by=second, title="Changed in review")
    assert refused("none of those who wrote it", review, edition, second)
    approval = approving(edition, second)
    assert refused("none of those|needs a review", editions(edition).update, **approval)


def test_an_author_cannot_review():
    author = factories.make_user()
    edition = factories.make_submitted(by=author)
    assert refused("none of those who wrote it", review, edition, author)


def test_a_contributor_cannot_erase_the_traces_and_approve():
    second = factories.make_user()
    edition = factories.make_submitted()
    factories.make_draft(edition.page, by=second, title="Changed in review")
    mine = Contributor.objects.filter(edition=edition, user=second)
    assert refused("stay recorded", mine.delete)
    assert refused("stay recorded", mine.update, user=factories.make_user())


def test_the_author_cannot_be_exchanged():
    edition = factories.make_draft()
    assert refused("author", editions(edition).update, author=factories.make_user())


def test_nobody_becomes_a_contributor_after_the_review():
    edition = factories.make_live()
    row = {"edition": edition, "user": factories.make_user()}
    assert refused("after it was reviewed", Contributor.objects.create, **row)


def test_approving_needs_a_review():
    edition = factories.make_submitted()
    approver = factories.make_user()
    assert refused("needs a review", editions(edition).update, **approving(edition, approver))


def test_a_draft_cannot_be_reviewed():
    edition = factories.make_draft()
    assert refused("sent to review before", review, edition, factories.make_user())


def test_the_review_of_one_person_does_not_serve_another():
    edition = factories.make_submitted()
    review(edition, factories.make_user())
    other = factories.make_user()
    assert refused("needs a review", editions(edition).update, **approving(edition, other))


def test_a_second_person_may_approve():
    edition, approver = factories.make_submitted(), factories.make_user()
    review(edition, approver)
    assert editions(edition).update(**approving(edition, approver)) == 1


@pytest.mark.parametrize("lacking", ["approver", "written_by", "approved_by", "publish_at"])
def test_an_approval_is_complete(lacking):
    edition, approver = factories.make_submitted(), factories.make_user()
    review(edition, approver)
    fields = approving(edition, approver)
    fields[lacking] = "" if lacking.endswith("_by") else None
    assert refused("two_people|complete|needs a review|null", editions(edition).update, **fields)


def test_nothing_is_published_before_it_was_approved():
    edition, approver = factories.make_submitted(), factories.make_user()
    review(edition, approver)
    early = approving(edition, approver) | {"publish_at": NOW - datetime.timedelta(days=1)}
    assert refused("complete", editions(edition).update, **early)


def test_no_edition_is_born_approved():
    author, approver = factories.make_user(), factories.make_user()
    draft = factories.make_draft(by=author)
    born = approving(draft, approver) | {"number": 9, "title": "T", "author": author}
    assert refused("begins as a draft", Edition.objects.create, page=draft.page, **born)


@pytest.mark.parametrize(
    ("words", "fields"),
    [
        ("evidence", {"evidence_checked": False}),
        ("due_later", {"due_by": NOW.date()}),
        ("signed", {"reviewed_by": ""}),
        ("null", {"due_by": None}),
    ],
)
def test_a_review_is_of_evidence_dated_and_signed(words, fields):
    edition = factories.make_imported()
    assert refused(words, review, edition, factories.make_user(), **fields)


def test_no_text_is_approved_in_a_language_without_a_disclaimer():
    page, approver = factories.make_treatment(), factories.make_user()
    edition = factories.make_submitted(page, language="es")
    review(edition, approver)
    assert refused("language", editions(edition).update, **approving(edition, approver))


def test_nobody_slips_out_of_a_text_by_renumbering_it():
    author = factories.make_user()
    edition = factories.make_submitted(by=author)
    assert refused("never change", editions(edition).update, id=edition.pk + 1000)


def test_people_and_references_keep_their_numbers():
    user, reference = factories.make_user(), factories.make_reference()
    users = type(user).objects.filter(pk=user.pk)
    assert refused("never changes", users.update, id=user.pk + 1000)
    assert refused("never changes", Reference.objects.update, id=reference.pk + 1000)


def test_a_review_is_of_an_edition_that_is_there():
    reviewer = factories.make_user()
    row = {"edition_id": 4711, "reviewer": reviewer, "reviewed_by": "B", "evidence_checked": True}
    assert refused("sent to review", Review.objects.create, due_by=factories.LATER, **row)


def test_a_reviewed_text_is_not_deleted_before_it_is_approved():
    edition = factories.make_submitted()
    review(edition, factories.make_user())
    statement = "DELETE FROM treatments_edition WHERE id = %s"
    assert refused("is kept", sql, statement, edition.pk)


def test_a_citation_does_not_move_to_an_approved_text():
    reference = factories.make_reference()
    body = f'<p>A<cite data-reference="{reference.key}">S</cite></p>'
    live, draft = factories.make_live(), factories.make_draft(body=body)
    assert refused("belongs", Citation.objects.filter(edition=draft).update, edition=live)


def test_a_reviewed_imported_text_gets_no_more_citations():
    edition = factories.make_imported()
    review(edition, factories.make_user())
    row = {"edition": edition, "reference": factories.make_reference(), "position": 1}
    assert refused("never change", Citation.objects.create, printed="x", **row)


# Imported text


@pytest.mark.parametrize(
    "fields",
    [
        {"author": "user"},
        {"approver": "user"},
        {"state": "draft"},
        {"approved_at": NOW},
        {"written_by": "Somebody"},
    ],
)
def test_imported_text_is_nobodys(fields):
    page, user = factories.make_treatment(), factories.make_user()
    fields = {name: user if value == "user" else value for name, value in fields.items()}
    assert refused("imported_is_nobodys", factories.make_imported, page, **fields)


def test_a_draft_cannot_pass_itself_off_as_imported():
    edition = factories.make_draft()
    fields = {"origin": "imported", "state": "approved", "author": None, "held_by": None}
    assert refused("origin|needs a review", editions(edition).update, **fields, publish_at=NOW)


@pytest.mark.parametrize("make", [factories.make_live, factories.make_draft])
def test_imported_text_does_not_replace_what_was_written_here(make):
    page = make().page
    assert refused("does not replace", factories.make_imported, page)


def test_imported_text_does_not_replace_what_was_reviewed_here():
    edition = factories.make_imported()
    review(edition, factories.make_user())
    assert refused("does not replace", factories.make_imported, edition.page)


def test_imported_text_does_not_come_back_after_a_withdrawal():
    edition = factories.make_imported()
    user = factories.make_user()
    factories.publishing.withdraw(edition=edition, by=user, reason="Wrong.")
    assert refused("does not replace", factories.make_imported, edition.page)


def test_a_withdrawal_dated_ahead_can_still_be_made_at_once():
    live, user = factories.make_live(), factories.make_user()
    ahead = {"withdrawn_at": timezone.now() + datetime.timedelta(days=9999)}
    editions(live).update(**ahead, withdrawn_by=user, withdrawn_reason="x")
    factories.publishing.withdraw(edition=live, by=user, reason="Now.")
    assert not Edition.objects.live().exists()


def test_imported_text_that_nobody_reviewed_can_be_imported_anew():
    page = factories.make_imported().page
    newer = factories.make_imported(page)
    assert page.editions.live().get() == newer


# Frozen text


FROZEN = {
    "overline": "x",
    "title": "x",
    "summary": "x",
    "body": "<p>x</p>",
    "note": "x",
    "provenance": "x",
    "written_by": "x",
    "approved_by": "x",
    "publish_at": NOW + datetime.timedelta(days=9),
    "approved_at": NOW,
    "version": 99,
    "state": "draft",
    "number": 99,
    "language": "es",
}


@pytest.mark.parametrize("column", FROZEN)
def test_what_was_approved_never_changes(column):
    edition = factories.make_live()
    assert refused("never change", editions(edition).update, **{column: FROZEN[column]})


def test_approved_words_do_not_change_by_sql():
    edition = factories.make_live()
    statement = "UPDATE treatments_edition SET body = 'x' WHERE id = %s"
    assert refused("never change", sql, statement, edition.pk)


def test_approved_text_is_never_deleted():
    edition = factories.make_live()
    assert refused("is kept", sql, "DELETE FROM treatments_edition WHERE id = %s", edition.pk)


@pytest.mark.skipif(connection.vendor != "sqlite", reason="REPLACE is SQLite's own")
def test_approved_text_is_not_replaced():
    edition = factories.make_imported()
    columns = [field.column for field in Edition._meta.concrete_fields]
    values = ", ".join("'x'" if column == "title" else column for column in columns)
    statement = (
        f"INSERT OR REPLACE INTO treatments_edition ({', '.join(columns)}) "
        f"SELECT {values} FROM treatments_edition WHERE id = %s"
    )
    assert refused("is kept|there already", sql, statement, edition.pk)


@pytest.mark.skipif(connection.vendor != "sqlite", reason="REPLACE is SQLite's own")
@pytest.mark.parametrize(
    "statement",
    [
        "INSERT OR REPLACE INTO treatments_edition SELECT * FROM treatments_edition",
        "INSERT OR REPLACE INTO treatments_auditentry SELECT * FROM treatments_auditentry",
        "INSERT OR REPLACE INTO treatments_review SELECT * FROM treatments_review",
        "INSERT OR REPLACE INTO treatments_contributor SELECT * FROM treatments_contributor",
        "INSERT OR REPLACE INTO treatments_citation SELECT * FROM treatments_citation",
        "INSERT OR REPLACE INTO treatments_page SELECT * FROM treatments_page",
        "UPDATE OR REPLACE treatments_edition SET id = 1 WHERE state = 'draft'",
        "UPDATE OR REPLACE treatments_edition SET number = 1, page_id = 1 WHERE state = 'draft'",
        "UPDATE OR REPLACE treatments_citation SET id = 1 WHERE id > 1",
        "UPDATE OR REPLACE treatments_page SET slug = 'kept' WHERE slug = 'other'",
        "UPDATE OR REPLACE treatments_page SET id = 1 WHERE slug = 'other'",
        "DELETE FROM treatments_page WHERE slug = 'kept'",
    ],
)
def test_a_connection_without_our_pragmas_replaces_nothing(statement):
    reference = factories.make_reference()
    body = f'<p>A<cite data-reference="{reference.key}">S</cite></p>'
    page = factories.make_treatment(slug="kept")
    factories.make_live(page, body=body)
    factories.make_draft(factories.make_treatment(slug="other"), body=body)
    with connection.cursor() as cursor:  # a stranger's connection has neither
        cursor.execute("PRAGMA recursive_triggers=OFF")
    try:
        assert refused("already|never change|kept|belongs|begins as a draft", sql, statement)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA recursive_triggers=ON")


def test_saving_approved_text_unchanged_is_no_change():
    edition = Edition.objects.get(pk=factories.make_live().pk)
    edition.save()
    assert Edition.objects.live().get().pk == edition.pk


def test_withdrawing_happens_once():
    edition = factories.make_withdrawn()
    back = {"withdrawn_at": None, "withdrawn_by": None, "withdrawn_reason": ""}
    assert refused("stays withdrawn", editions(edition).update, **back)
    assert refused("stays withdrawn", editions(edition).update, withdrawn_at=timezone.now())


def test_what_was_published_cannot_be_cancelled_by_backdating():
    page = factories.make_treatment()
    factories.make_live(page, title="Older")
    newer = factories.make_live(page, title="Newer")
    before = newer.publish_at - datetime.timedelta(days=1)
    row = {"withdrawn_at": before, "withdrawn_by": newer.approver, "withdrawn_reason": "x"}
    assert refused("cannot be cancelled any more", editions(newer).update, **row)
    assert page.editions.live().get().title == "Newer"


def test_withdrawing_needs_a_person_and_a_reason():
    edition = factories.make_live()
    assert refused("reason", editions(edition).update, withdrawn_at=timezone.now())


def test_reviewed_words_do_not_change_while_they_wait():
    edition = factories.make_submitted()
    review(edition, factories.make_user())
    assert refused("have been reviewed", editions(edition).update, body="<p>Other words.</p>")


@pytest.mark.parametrize("deed", ["update", "delete", "create"])
def test_references_of_approved_text_never_change(deed):
    reference = factories.make_reference("spoke-2001")
    edition = factories.make_live(body='<p>A.<cite data-reference="spoke-2001">S</cite></p>')
    citations = Citation.objects.filter(edition=edition)
    if deed == "create":
        row = {"edition": edition, "reference": factories.make_reference(), "position": 2}
        assert refused("never change", Citation.objects.create, **row, printed="x")
    else:
        fields = {"printed": "x"} if deed == "update" else {}
        assert refused("never change", getattr(citations, deed), **fields)
    assert citations.get().reference == reference


# One working edition, one number, one address


def test_one_working_edition_for_each_page_and_language():
    draft = factories.make_draft()
    user = factories.make_user()
    row = {"page": draft.page, "number": 2, "title": "T", "author": user, "held_by": user}
    assert refused("unique|there already", Edition.objects.create, **row)


def test_a_number_is_given_once():
    first = factories.make_live()
    user = factories.make_user()
    row = {"page": first.page, "number": 1, "title": "T", "author": user, "held_by": user}
    assert refused("unique|there already", Edition.objects.create, **row)


def test_an_edition_has_a_title():
    draft = factories.make_draft()
    assert refused("title", editions(draft).update, title="")


@pytest.mark.parametrize(
    "fields",
    [
        {"kind": "topic", "treatment_kind": "medications"},
        {"kind": "treatment", "treatment_kind": "medications"},
        {"kind": "term", "treatment_kind": "medications"},
        {"kind": "poem"},
        {"kind": "topic", "slug": ""},
    ],
)
def test_each_kind_of_page_has_its_shape(fields):
    assert refused("page", Page.objects.create, **({"slug": "s"} | fields))


def test_a_treatment_needs_a_kind_of_treatment():
    row = {"kind": "treatment", "slug": "s", "topic": factories.make_topic()}
    assert refused("shape", Page.objects.create, **row)


def test_a_treatment_belongs_to_a_topic_and_to_no_other_page():
    other = factories.make_treatment()
    row = {"kind": "treatment", "slug": "s", "treatment_kind": "non-drug"}
    assert refused("belongs to a topic", Page.objects.create, **row, topic_id=other.pk)


def test_a_page_never_changes_its_kind():
    page = factories.make_topic()
    pages = Page.objects.filter(pk=page.pk)
    assert refused("never changes", pages.update, kind="term")


def test_an_address_is_given_once_for_each_kind():
    page = factories.make_topic()
    assert refused("unique|at this address already", Topic.objects.create, slug=page.slug)


# References and audit


def test_the_key_of_a_reference_never_changes():
    factories.make_reference("spoke-2001")
    assert refused("never changes", Reference.objects.update, key="other-2001")


def test_a_reference_can_always_be_printed():
    assert refused("printed", factories.make_reference, source_text="")


def test_a_verification_has_a_person():
    assert refused("verified", factories.make_reference, verified_at=NOW)


@pytest.mark.parametrize("table", ["audit", "review"])
@pytest.mark.parametrize("deed", ["update", "delete"])
def test_records_are_only_ever_added_to(table, deed):
    factories.make_live()
    rows = AuditEntry.objects.all() if table == "audit" else Review.objects.all()
    if deed == "update":
        assert refused("only ever added to", rows.update, **{rows_column(table): "x"})
    else:
        assert refused("only ever added to", rows.delete)


def rows_column(table):
    return "actor" if table == "audit" else "note"


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no TRUNCATE")
@pytest.mark.parametrize("table", ["auditentry", "review", "contributor", "citation"])
def test_records_are_not_emptied(table):
    assert refused("not emptied", sql, f"TRUNCATE treatments_{table} CASCADE")


# The guards themselves


def test_every_guard_stands_after_migrating():
    assert guards.missing(connection) == []


def test_a_lost_guard_is_named_by_the_system_check():
    with transaction.atomic():
        guards.remove(connection)
        errors = checks.guards_installed(None, databases=["default"])
        assert "edition_frozen" in errors[0].msg
        assert "manage.py migrate" in errors[0].hint
        guards.install(connection)
    assert checks.guards_installed(None, databases=["default"]) == []


def test_a_guard_in_older_wording_counts_as_missing():
    with transaction.atomic():
        if connection.vendor == "sqlite":
            sql("DROP TRIGGER guard_edition_kept")
            sql(
                "CREATE TRIGGER guard_edition_kept BEFORE DELETE ON treatments_edition "
                "WHEN 1 = 0 BEGIN SELECT 1; END"
            )
        else:
            sql(
                "CREATE OR REPLACE FUNCTION guard_edition_kept() RETURNS trigger "
                "LANGUAGE plpgsql AS 'BEGIN RETURN OLD; END'"
            )
        assert guards.missing(connection) == ["edition_kept"]
        guards.install(connection)


def test_a_column_that_nobody_listed_is_frozen_too():
    names = [guard.name for guard in guards.guards(["id", "brand_new"])]
    frozen = next(g for g in guards.guards(["id", "brand_new"]) if g.name == "edition_frozen")
    assert len(names) == len(set(names))
    assert "NEW.brand_new" in frozen.condition


class Flushing(TransactionTestCase):
    def test_guards_stand_again_after_a_test_that_flushes(self):
        factories.make_live()
        self._fixture_teardown()
        assert guards.missing(connection) == []
        assert not Edition.objects.exists()
