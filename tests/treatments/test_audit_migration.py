"""The migration that seals the entries which are there, forwards and back, on data."""

import datetime
import io

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from treatments import guards
from treatments.models import AuditEntry

pytestmark = pytest.mark.django_db(transaction=True)
AT = datetime.datetime(2026, 5, 1, 8, 0, 0, 123456, tzinfo=datetime.UTC)
BEFORE, AFTER = "0008_measurements", "0009_audit_chain"
ROWS = [
    {"action": "save", "subject": "treatment “pads”, edition 1 (en)", "after": {"body": "<p>x"}},
    {"action": "rename tag", "subject": "chains", "before": {"name": "chain"}},
    {"action": "merge references", "subject": "reference “wheeler-2001”", "reason": "ü\n"},
    {"action": "something older", "subject": "words"},
]


def migrated(name):
    """The state of the models after migrating to `name`."""
    executor = MigrationExecutor(connection)
    executor.migrate([("treatments", name)])
    return MigrationExecutor(connection).loader.project_state([("treatments", name)]).apps


@pytest.fixture(autouse=True)
def latest_again():
    guards.remove(connection)
    yield
    guards.remove(connection)
    call_command("migrate", verbosity=0)


def values(apps):
    names = ("id", "at", "actor", "action", "subject", "before", "after", "reason")
    return list(apps.get_model("treatments", "AuditEntry").objects.values_list(*names))


def test_what_was_recorded_is_sealed_and_comes_back_as_it_was():
    old = migrated(BEFORE)
    Entry = old.get_model("treatments", "AuditEntry")
    for number, row in enumerate(ROWS):  # with gaps, as deleted test rows leave them
        Entry.objects.create(pk=3 + 2 * number, at=AT, actor="ana", **row)
    kept = values(old)

    assert values(migrated(AFTER)) == kept
    said = io.StringIO()
    call_command("verify_audit", stdout=said)
    assert said.getvalue().startswith("4 entries, whole.")
    kinds = list(AuditEntry.objects.values_list("kind", flat=True))
    assert kinds == ["treatment", "tag", "reference", "other"]
    AuditEntry.objects.record(by=None, action="oil", subject="tag “chains”")
    assert AuditEntry.objects.last().pk == 10
    call_command("verify_audit", stdout=io.StringIO())

    assert values(migrated(BEFORE))[:4] == kept
    guards.install(connection)
    guards.remove(connection)
    assert values(migrated(AFTER))[:4] == kept
    call_command("verify_audit", stdout=io.StringIO())


def test_taken_back_the_guards_let_older_code_record():
    old = migrated(BEFORE)
    guards.install(connection)
    assert guards.missing(connection) == []
    old.get_model("treatments", "AuditEntry").objects.create(actor="ana", action="oil", subject="x")
    guards.remove(connection)
