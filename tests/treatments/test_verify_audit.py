"""`manage.py verify_audit`: what it says of a trail that somebody tampered with by SQL."""

import hashlib
import io
import json
import sys
from types import SimpleNamespace

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from tests import factories
from treatments import audit_chain, guards
from treatments.management.commands import verify_audit
from treatments.models import AuditEntry
from treatments.models import audit as audit_module

pytestmark = pytest.mark.django_db
COLUMNS = (*audit_chain.COLUMNS, "digest")
OTHER = {
    "id": 900,
    "at": "2020-01-01 00:00:00",
    "before": '{"name": "other"}',
    "after": '{"name": "other"}',
    "previous": "e" * 64,
    "digest": "e" * 64,
}
SQLITE = pytest.mark.skipif(connection.vendor != "sqlite", reason="of SQLite, which keeps text")


@pytest.fixture(autouse=True)
def trail():
    """Eight entries, in a database that somebody took the guards off."""
    ana = factories.make_user("ana")
    for number in range(8):
        AuditEntry.objects.record(
            by=ana, action="oil", subject="tag “chains”", after={"drops": number}, reason="Squeaks."
        )
    yield list(AuditEntry.objects.all())
    guards.install(connection)


def sql(statement, *values):
    guards.remove(connection)
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def verified(**options):
    """(what the command says, the sentence that it fails with or None)"""
    said, progress = io.StringIO(), io.StringIO()
    try:
        call_command("verify_audit", stdout=said, stderr=progress, **options)
    except CommandError as error:
        return said.getvalue(), str(error)
    return said.getvalue(), None


def test_a_whole_trail_is_called_so_with_its_newest_digest(trail):
    said, failed = verified()
    assert said.startswith(f"8 entries, whole.\nNewest digest: {trail[-1].digest}\n")
    assert "only --head or --log can tell" in said
    assert failed is None


def test_a_trail_that_was_emptied_beside_texts_is_not_whole():
    factories.make_imported()
    sql("DELETE FROM treatments_auditentry")
    assert "was emptied" in verified()[1]


def test_a_database_without_a_chain_is_told_from_a_whole_one(monkeypatch):
    monkeypatch.setattr(verify_audit, "is_chained", lambda: False)
    assert "manage.py migrate" in verified()[1]


def test_an_empty_trail_is_whole():
    sql("DELETE FROM treatments_auditentry")
    assert verified()[0].startswith("0 entries, whole.")


@pytest.mark.parametrize("place", [0, 3, 7])
@pytest.mark.parametrize("column", COLUMNS)
def test_whatever_column_of_whatever_entry_was_altered_is_found(column, place, trail):
    number = trail[place].pk
    sql(
        f"UPDATE treatments_auditentry SET {column} = %s WHERE id = %s",
        OTHER.get(column, "other"),
        number,
    )
    said, failed = verified()
    assert failed == "The audit trail is not whole: 8 entries."
    assert f"Entry {900 if column == 'id' else number} was altered" in said


@pytest.mark.parametrize("value", [-3, 0])
def test_an_entry_that_was_put_before_the_first_is_found(value, trail):
    sql("UPDATE treatments_auditentry SET id = %s WHERE id = %s", value, trail[4].pk)
    assert f"Entry {value} was altered" in verified()[0]


@SQLITE
@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("after", '{"drops": 9, "drops": 3}'),
        ("after", '{"drops":3}'),
        ("at", "2020-01-01T00:00:00"),
        ("at", "yesterday"),
        ("reason", b"\xff\xfe"),
    ],
)
def test_what_django_did_not_write_is_found(column, value, trail):
    sql(f"UPDATE treatments_auditentry SET {column} = %s WHERE id = %s", value, trail[3].pk)
    assert verified()[0] == (
        f"Entry {trail[3].pk} was altered: its columns do not give its digest.\n"
    )


@SQLITE
def test_text_that_is_none_is_found(trail):
    sql("UPDATE treatments_auditentry SET reason = CAST(x'ff' AS TEXT) WHERE id = %s", trail[3].pk)
    assert verified()[0] == (
        f"Entry {trail[3].pk} was altered: its columns do not give its digest.\n"
    )


@pytest.mark.skipif(connection.vendor != "postgresql", reason="of PostgreSQL")
def test_a_moment_that_python_cannot_hold_is_found(trail):
    sql("UPDATE treatments_auditentry SET at = '-infinity' WHERE id = %s", trail[3].pk)
    assert verified()[0] == (
        f"Entry {trail[3].pk} was altered: its columns do not give its digest.\n"
    )


def test_a_removed_entry_is_missed(trail):
    sql("DELETE FROM treatments_auditentry WHERE id = %s", trail[3].pk)
    said, failed = verified()
    assert f"Between entries {trail[2].pk} and {trail[4].pk} something was removed" in said
    assert failed


def test_a_removed_beginning_is_missed(trail):
    sql("DELETE FROM treatments_auditentry WHERE id <= %s", trail[3].pk)
    assert f"Before entry {trail[4].pk} entries were removed" in verified()[0]


def test_an_entry_that_was_sealed_anew_is_found(trail):
    entry = trail[3]
    entry.actor = "eve"
    new = audit_chain.digest(entry.told())
    statement = "UPDATE treatments_auditentry SET actor = 'eve', digest = %s WHERE id = %s"
    sql(statement, new, entry.pk)
    assert f"Entry {entry.pk} was altered and sealed anew" in verified()[0]


def test_a_cut_end_is_seen_against_a_digest_noted_elsewhere(trail):
    noted = trail[-1].digest
    sql("DELETE FROM treatments_auditentry WHERE id >= %s", trail[6].pk)
    assert verified()[1] is None
    assert f"No entry has the digest {noted}" in verified(head=noted)[1]


def test_a_digest_that_still_stands_is_accepted(trail):
    assert verified(head=trail[3].digest)[1] is None


@pytest.mark.parametrize("option", ["head", "since"])
def test_what_is_no_digest_is_refused(option):
    assert "is no digest" in verified(**{option: "x' OR 1=1"})[1]


def test_since_looks_at_what_came_after_alone(trail):
    sql("UPDATE treatments_auditentry SET actor = 'eve' WHERE id = %s", trail[1].pk)
    assert verified(since=trail[3].digest)[0].startswith(
        f"4 entries since entry {trail[3].pk}, whole."
    )
    sql("UPDATE treatments_auditentry SET actor = 'eve' WHERE id = %s", trail[4].pk)
    assert f"Entry {trail[4].pk} was altered" in verified(since=trail[3].digest)[0]


def test_twenty_breaks_are_told_and_the_rest_counted(monkeypatch):
    monkeypatch.setattr("treatments.management.commands.verify_audit.MOST_BREAKS", 3)
    sql("UPDATE treatments_auditentry SET actor = 'eve'")
    said, _ = verified()
    assert said.count("was altered") == 3
    assert "… and 5 more." in said


def test_a_long_trail_is_read_in_parts_and_tells_how_far_it_is(monkeypatch, trail):
    monkeypatch.setattr(audit_module, "SOME", 3)
    monkeypatch.setattr("treatments.management.commands.verify_audit.STEP", 4)
    progress = io.StringIO()
    call_command("verify_audit", stdout=io.StringIO(), stderr=progress)
    assert progress.getvalue() == "4 entries …\n8 entries …\n"


# Against the log


@pytest.fixture
def log(tmp_path, trail):
    """The log as it was shipped, among other lines."""
    path = tmp_path / "audit.log"
    lines = [audit_chain.log_line(entry.told(), entry.digest) for entry in trail]
    path.write_text("\n".join(["2026-05-01 INFO started {", *lines, "{}", "[1]"]), "utf-8")
    return str(path)


def test_a_log_that_fits_is_compared(log):
    said, failed = verified(log=log)
    assert "8 entries of the log compared.\n" in said
    assert failed is None


def test_entries_that_only_the_log_has_are_missed(log, trail):
    sql("DELETE FROM treatments_auditentry WHERE id = %s", trail[-1].pk)
    said, failed = verified(log=log)
    assert f"Entry {trail[-1].pk} stands in the log and was removed from the trail." in said
    assert failed


def test_a_tail_that_was_made_anew_is_found_by_the_log(log, trail):
    sql("DELETE FROM treatments_auditentry WHERE id >= %s", trail[6].pk)
    for _ in range(2):
        AuditEntry.objects.record(by=None, action="forge", subject="tag “chains”")
    assert verified()[1] is None
    said, _ = verified(log=log)
    assert f"Entry {trail[6].pk} stands otherwise in the log." in said


def test_a_log_that_is_not_there_is_named():
    assert "cannot be read" in verified(log="/no/such/file")[1]


# What the manual tells auditors to run


def test_the_lines_in_the_manual_recompute_the_chain(trail, settings):
    manual = (settings.BASE_DIR / "docs" / "operating.md").read_text(encoding="utf-8")
    block = manual.split("import hashlib, json, sys\n")[1].split("\n\n")[0]
    program = "\n".join(line.removeprefix("    ") for line in block.splitlines())
    lines = [audit_chain.whole_line(entry.told(), entry.digest) for entry in trail]

    def run(lines):
        names = {
            "sys": SimpleNamespace(stdin=lines, exit=sys.exit),
            "json": json,
            "hashlib": hashlib,
        }
        exec(program, names)  # noqa: S102 – the manual's own lines

    run(lines)
    with pytest.raises(SystemExit, match=str(trail[3].pk)):
        run([line.replace('"drops":3', '"drops":4') for line in lines])
    with pytest.raises(SystemExit, match=str(trail[4].pk)):
        run(lines[:3] + lines[4:])
