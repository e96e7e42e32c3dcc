"""What the audit trail costs: the chain to a save, its list and its verification at a million rows.

Run it on an empty database of its own, SQLite or PostgreSQL:

    DATA_DIR=$(mktemp -d) .venv/bin/python bench/audit.py [rows]

It ends with 1 where a screen of the list takes longer than LONGEST, or the trail is not whole.
"""

import contextlib
import logging
import os
import resource
import statistics
import sys
import time
from datetime import timedelta
from pathlib import Path

import django

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "eduportal.settings")
django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.utils import timezone  # noqa: E402

from treatments import audit_chain, guards, publishing  # noqa: E402
from treatments.models import AuditEntry, Topic, Treatment, User  # noqa: E402
from treatments.models.audit import AuditEntryManager  # noqa: E402

ROWS, SAVES, LONGEST = 1_000_000, 200, 500  # entries, saves, milliseconds
TRAIL = "/admin/treatments/auditentry/"
# SQLite works inside this process: its own time says the same on a busy machine.
CLOCK = time.process_time if connection.vendor == "sqlite" else time.perf_counter
ACTIONS = ["save", "submit", "approve", "withdraw", "sign in", "sign out", "arrange", "export"]


def saves(by, slug):
    """Milliseconds of a save of a draft, the median of SAVES: by the clock, and of this process."""
    topic, _ = Topic.objects.get_or_create(slug="bicycles")
    page = Treatment.objects.create(slug=slug, topic=topic, treatment_kind="non-drug")
    body, version, taken = (
        "<p>Squeeze the lever. Look at the pads. Oil the chain.</p>" * 40,
        None,
        [],
    )
    for number in range(SAVES):
        begin, worked = time.perf_counter(), time.process_time()
        edition = publishing.save_words(
            page=page, by=by, title="Brakes", body=f"{body}<p>{number}</p>", version=version
        )
        taken.append((time.perf_counter() - begin, time.process_time() - worked))
        version = edition.version
    return [statistics.median(times) * 1000 for times in zip(*taken, strict=True)]


@contextlib.contextmanager
def unchained():
    """Entries as they were before: each row alone, without digest, turn or line in the log."""

    def append(self, entries):
        for entry in entries:
            entry.at = timezone.now()
            entry.previous = str(next(numbers))
            entry.save(force_insert=True)

    numbers = iter(range(10**9))
    chained, AuditEntryManager.append = AuditEntryManager.append, append
    try:
        yield
    finally:
        AuditEntryManager.append = chained


def fill(count):
    """So many entries, chained, a minute apart: 200 people, 5,000 pages."""
    newest = AuditEntry.objects.order_by("-pk").first()
    begin, made = timezone.now() - timedelta(minutes=count), []
    for number in range(count):
        entry = AuditEntry(
            actor=f"person-{number % 200}" if number % 7 else "",
            name=f"Ana Díaz {number % 200}",
            place=f"192.0.2.{number % 250}",
            action=ACTIONS[number % 8],
            kind=["treatment", "person"][number % 2],
            subject=f"treatment “brake-{number % 5000}”, edition {number % 9} (en)",
            before={"title": "Brakes"},
            after={"title": "Brakes and pads", "body": "<p>Squeeze the lever.</p>" * 10},
        )
        entry.follow(newest)
        entry.at = begin + timedelta(minutes=number)
        entry.digest = audit_chain.digest(entry.told())
        newest = entry
        made.append(entry)
        if len(made) == 5000 or number == count - 1:
            AuditEntry.objects.bulk_create(made)
            made = []


def screens(client):
    """{address: milliseconds}, the best of three."""
    middle = AuditEntry.objects.order_by("pk")[AuditEntry.objects.count() // 2 :].first()
    day = f"{middle.at:%Y-%m-%d}"
    queries = [
        *("", f"?before={middle.pk}", f"?after={middle.pk}", "?actor=person-7", "?action=withdraw"),
        *("?kind=person", f"?begin={day}&end={day}", f"?actor=person-7&action=save&end={day}"),
        *("?subject=brake-77", "?subject=nothing+like+this", "?subject=brake&action=export"),
        f"?actor=person-7&subject=nothing+like+this&begin={day}",
    ]
    found = {}
    for query in queries:
        times = []
        for _ in range(3):
            begin = CLOCK()
            answer = client.get(TRAIL + query)
            times.append((CLOCK() - begin) * 1000)
            if answer.status_code != 200:
                sys.exit(f"{query} answered {answer.status_code}.")
        found[query] = min(times)
    return found


def exported(client, form):
    begin, size = CLOCK(), 0
    for part in client.get(f"{TRAIL}export/?format={form}").streaming_content:
        size += len(part)
    return CLOCK() - begin, size


def main(count):
    logging.getLogger("audit").handlers = [logging.FileHandler(os.devnull)]
    call_command("migrate", verbosity=0, skip_checks=True)
    call_command("collectstatic", verbosity=0, interactive=False)
    if AuditEntry.objects.exists():
        sys.exit("This database has a trail. Give the measurement an empty one of its own.")
    ana = User.objects.create_superuser("ana", is_staff=True)
    guards.remove(connection)
    with unchained():
        alone = saves(ana, "alone")
    AuditEntry.objects.all().delete()
    guards.install(connection)
    chained = saves(ana, "chained")
    for name, without, having in zip(("by the clock", "of work"), alone, chained, strict=True):
        print(f"a save, ms {name}: {without:.1f} → {having:.1f}, {having / without:.2f} ×")

    guards.remove(connection)
    fill(count)
    guards.install(connection)
    taken, worked = saves(ana, "more")
    print(f"the same at {AuditEntry.objects.count():,} entries: {taken:.1f}, {worked:.1f}")
    client = Client(HTTP_HOST="localhost")
    client.force_login(ana)
    slow = 0
    for query, taken in screens(client).items():
        slow += taken > LONGEST
        print(f"{TRAIL + query:<90}{taken:>7.0f} ms{'  too much' if taken > LONGEST else ''}")
    for form in ("csv", "json"):
        taken, size = exported(client, form)
        print(f"export as {form}: {taken:.0f} s, {size / 1e6:.0f} MB")
    begin = CLOCK()
    call_command("verify_audit")
    print(f"verified in {CLOCK() - begin:.0f} s")
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"largest memory of this process: {memory:.0f} MB")
    sys.exit(1 if slow else 0)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else ROWS)
