"""The audit trail: who, what, when, from where, in one chain, in table and log."""

import datetime
import io
import json
import logging
import random
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import IntegrityError, connection, connections, transaction

from tests import factories
from treatments import audit_chain, guards, places, publishing
from treatments.models import AuditEntry, audited

pytestmark = pytest.mark.django_db


def record(**fields):
    fields = {"by": None, "action": "oil", "subject": "tag “chains”"} | fields
    return AuditEntry.objects.record(**fields)


class Burnt(Exception):
    """What a deed ends with that is to fail."""


def burn(block):
    with block:
        record(action="burn")
        raise Burnt


def actions():
    return list(AuditEntry.objects.values_list("action", flat=True))


def breaks():
    return list(audit_chain.Check().breaks(AuditEntry.objects.sealed()))


def raw(statement, *values):
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


@pytest.fixture
def log():
    """What the logger of the audit trail writes."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    logging.getLogger("audit").addHandler(handler)
    yield written
    logging.getLogger("audit").removeHandler(handler)


# Who, what, when, from where


def test_an_entry_keeps_the_names_as_they_stood():
    ana = factories.make_user("ana", first_name="Ana", last_name="Díaz")
    record(by=ana)
    ana.last_name = "Lee"
    ana.save()
    entry = AuditEntry.objects.get()
    assert (entry.actor, entry.name) == ("ana", "Ana Díaz")


def test_an_entry_of_nobody_has_no_name():
    entry = record()
    assert (entry.actor, entry.name) == ("", "")


def test_an_entry_knows_from_where_without_being_told():
    with places.acting_from("192.0.2.1"):
        record()
    record()
    assert list(AuditEntry.objects.values_list("place", flat=True)) == [
        "192.0.2.1",
        places.COMMAND_LINE,
    ]


def test_a_place_holds_for_its_own_thread():
    def here(place):
        with places.acting_from(place):
            return place, places.current()

    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(here, map(str, range(200))))
    assert all(meant == seen for meant, seen in found)


def test_a_place_ends_with_its_deed_even_where_that_fails():
    with pytest.raises(Burnt):
        burn(places.acting_from("192.0.2.1"))
    assert places.current() == places.COMMAND_LINE


@pytest.mark.parametrize(
    ("typed", "place"),
    [
        (["manage.py", "invite"], "command line: invite, as "),
        (["manage.py", "--no-color", "loaddata", "x"], "command line: loaddata, as "),
        (["manage.py"], "command line"),
    ],
)
def test_a_command_is_a_place(typed, place):
    assert places.command_line(typed).startswith(place)


@pytest.mark.parametrize(
    ("subject", "kind"),
    [
        ("treatment “pads”, edition 3 (en)", "treatment"),
        ("reference “wheeler-2001”", "reference"),
        ("person “ana”", "person"),
        ("an unknown account", "other"),
        ("termite “x”", "other"),
    ],
)
def test_the_kind_is_the_first_word_of_the_subject(subject, kind):
    assert record(subject=subject).kind == kind


def test_an_entry_reads_back_as_it_was_sealed():
    told = {"day": datetime.date(2026, 5, 1), "half": 0.5, "big": 10**30, "ü\x85": [None, True]}
    record(before=told, after={"z": 1, "a": {"y": 2, "b": 3}})
    assert breaks() == []
    assert AuditEntry.objects.get().before["half"] == "0.5"


# One chain


def test_each_entry_names_the_digest_of_the_one_before():
    entries = [record() for _ in range(3)]
    assert [entry.previous for entry in entries] == [
        audit_chain.FIRST,
        entries[0].digest,
        entries[1].digest,
    ]
    assert breaks() == []


@pytest.mark.parametrize(
    "fields",
    [
        {"previous": "f" * 64},
        {"previous": audit_chain.FIRST},
        {"pk": 1},
        {"pk": 0},
        {},
    ],
)
def test_the_database_takes_no_entry_that_does_not_follow_the_newest(fields):
    first, second = record(), record()
    row = AuditEntry(pk=second.pk + 1, action="forge", subject="x", previous=first.digest)
    for name, value in fields.items():
        setattr(row, name, value)
    refused = pytest.raises(IntegrityError, match="follows the newest|there already")
    with refused, transaction.atomic():
        row.save(force_insert=True)
    assert actions() == ["oil", "oil"]


def test_even_without_guards_the_chain_does_not_fork():
    first = record()
    record()
    guards.remove(connection)
    row = AuditEntry(pk=99, action="forge", subject="x", previous=first.digest, digest="0")
    with pytest.raises(IntegrityError, match="(?i)unique"), transaction.atomic():
        row.save(force_insert=True)
    guards.install(connection)


def test_a_deed_that_is_rolled_back_leaves_no_gap():
    record()
    with pytest.raises(Burnt):
        burn(audited())
    record()
    assert actions() == ["oil", "oil"]
    assert breaks() == []


# Held back to the end of their transaction


def test_entries_are_written_at_the_end_of_the_outermost_transaction():
    with audited():
        with audited():
            record(action="first")
        record(action="second")
        assert actions() == []
    assert actions() == ["first", "second"]


def test_an_inner_deed_that_fails_takes_its_entry_along():
    with audited():
        record(action="kept")
        with pytest.raises(Burnt):
            burn(audited())
    assert actions() == ["kept"]


def test_inside_a_plain_savepoint_an_entry_shares_its_fate():
    with audited():
        with pytest.raises(Burnt):
            burn(transaction.atomic())
        with pytest.raises(Burnt), transaction.atomic():
            burn(audited())
        with transaction.atomic(), audited():
            record(action="kept")
    assert actions() == ["kept"]
    assert breaks() == []


# The log


def lines(log):
    return [json.loads(line) for line in log.getvalue().splitlines()]


def test_the_log_has_a_line_for_each_entry_with_its_digest(log, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        entry = record(by=factories.make_user("ana"), after={"name": "x\n{\u2028"})
    (line,) = lines(log)
    assert (line["actor"], line["action"], line["after"]) == ("ana", "oil", {"name": "x\n{\u2028"})
    assert (line["id"], line["digest"]) == (entry.pk, entry.digest)


@pytest.mark.django_db(transaction=True)
def test_the_log_hears_of_nothing_that_was_rolled_back(log):
    with pytest.raises(Burnt):
        burn(audited())
    with audited():
        record()
        assert log.getvalue() == ""
    assert [line["action"] for line in lines(log)] == ["oil"]


@pytest.mark.django_db(transaction=True)
def test_a_log_that_fails_stops_no_deed(monkeypatch):
    def fail(*arguments):
        raise OSError("The disk is full.")

    monkeypatch.setattr("treatments.models.audit.logger.info", fail)
    record()
    assert actions() == ["oil"]


# Many writers at once


@pytest.mark.django_db(transaction=True)
def test_many_writers_make_one_chain():
    def write(number):
        try:
            for _ in range(10):
                with audited():
                    record(action=f"writer {number}")
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(write, range(8)))
    assert AuditEntry.objects.count() == 80
    assert breaks() == []
    assert list(AuditEntry.objects.values_list("pk", flat=True)) == list(range(1, 81))


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")
@pytest.mark.django_db(transaction=True)
def test_a_deed_under_way_holds_up_no_other():
    def meanwhile():
        try:
            record(action="second")
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as threads, audited():
        record(action="first")
        threads.submit(meanwhile).result(timeout=60)
    assert actions() == ["second", "first"]
    assert breaks() == []


@pytest.mark.django_db(transaction=True)
def test_editors_of_the_same_pages_neither_fork_the_chain_nor_hold_each_other_up():
    people = [factories.make_user() for _ in range(4)]
    pages = [factories.make_treatment() for _ in range(2)]
    for page in pages:
        factories.make_draft(page, by=people[0])
    before = AuditEntry.objects.count()

    def work(user):
        chance, done = random.Random(user.pk), 0
        try:
            for number in range(8):
                page = chance.choice(pages)
                working = page.editions.working().get()
                try:
                    if working.held_by_id == user.pk:
                        publishing.save_words(
                            page=page,
                            by=user,
                            title="Brakes",
                            body=f"<p>Squeeze {user.pk} {number}.</p>",
                            version=working.version,
                        )
                    else:
                        publishing.take_over(edition=working, by=user)
                    done += 1
                except publishing.Refusal:
                    pass
            return done
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as threads:
        done = sum(threads.map(work, people))
    assert AuditEntry.objects.count() == before + done
    assert done
    assert breaks() == []
