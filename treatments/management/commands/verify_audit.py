"""Say whether the audit trail is whole, or at which entries it was tampered with."""

import json
import re
import sys
from contextlib import nullcontext
from itertools import islice
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from treatments.audit_chain import Check
from treatments.models import AuditEntry, Edition

DIGEST = re.compile("[0-9a-f]{64}")
MOST_BREAKS = 20  # that are told one by one
STEP = 100_000  # entries from one line of progress to the next
BATCH = 500  # lines of a log that are looked up at once


def is_chained():
    """Whether the database has the trail, and each entry its digest."""
    table = AuditEntry._meta.db_table
    with connection.cursor() as cursor:
        if table not in connection.introspection.table_names(cursor):
            return False
        columns = connection.introspection.get_table_description(cursor, table)
    return "digest" in [column.name for column in columns]


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser):
        parser.add_argument(
            "--head",
            metavar="DIGEST",
            help="A digest noted elsewhere: the trail has to hold it still. Without one, nobody "
            "can know whether the newest entries were cut off.",
        )
        parser.add_argument(
            "--since",
            metavar="DIGEST",
            help="The same, and only what came after it is looked at.",
        )
        parser.add_argument(
            "--log",
            metavar="FILE",
            help="A log that was shipped elsewhere: each entry in it has to be in the trail, with "
            "the same digest. “-” reads it from standard input.",
        )

    def handle(self, *args, head=None, since=None, log=None, **options):
        if not is_chained():
            raise CommandError("There is no chained audit trail yet. Run: manage.py migrate")
        self.faults = 0
        behind = self.noted(since) if since else None
        if head:
            self.noted(head)
        check = Check(behind)
        after = {"after": behind.id} if behind else {}
        entries = AuditEntry.objects.sealed(**after)
        for sentence in check.breaks(self.shown(entries)):
            self.tell(sentence)
        self.since = f" since entry {behind.id}" if behind else ""
        if log:
            self.compare(log)
        if self.faults > MOST_BREAKS:
            self.stdout.write(f"… and {self.faults - MOST_BREAKS:,} more.")
        if not check.count and not behind and Edition.objects.exists():
            raise CommandError("The audit trail was emptied: there are texts, and no entry.")
        if self.faults:
            raise CommandError(f"The audit trail is not whole: {counted(check.count)}{self.since}.")
        self.stdout.write(f"{counted(check.count)}{self.since}, whole.")
        self.stdout.write(f"Newest digest: {check.newest}")
        if not (head or since or log):
            self.stdout.write("Whether newer entries were cut off, only --head or --log can tell.")

    def tell(self, sentence):
        self.faults += 1
        if self.faults <= MOST_BREAKS:
            self.stdout.write(sentence)

    def noted(self, digest):
        """The entry of a digest that was noted elsewhere, or the end of the command."""
        if not DIGEST.fullmatch(digest):
            raise CommandError(f"“{digest}” is no digest: 64 of 0–9 and a–f.")
        found = AuditEntry.objects.filter(digest=digest).only("pk").order_by("pk").first()
        if found is None:
            raise CommandError(
                f"No entry has the digest {digest}. Entries were removed or altered since it was "
                "noted, or it belongs to another installation."
            )
        return next(iter(AuditEntry.objects.sealed(after=found.pk - 1)))

    def shown(self, entries):
        """The entries, with a line of progress now and then."""
        for number, entry in enumerate(entries, 1):
            yield entry
            if number % STEP == 0:
                self.stderr.write(f"{number:,} entries …")

    def compare(self, log):
        """Tell of each entry in the log that the table does not have, or has otherwise."""
        seen = 0
        with nullcontext(sys.stdin) if log == "-" else opened(log) as lines:
            told = entries_of(lines)
            while batch := dict(islice(told, BATCH)):
                seen += len(batch)
                found = AuditEntry.objects.filter(pk__in=batch).values_list("pk", "digest")
                digests = dict(found)
                for pk, digest in batch.items():
                    if pk not in digests:
                        self.tell(f"Entry {pk} stands in the log and was removed from the trail.")
                    elif digests[pk] != digest:
                        self.tell(f"Entry {pk} stands otherwise in the log.")
        self.stdout.write(f"{counted(seen)} of the log compared.")


def counted(number):
    return "1 entry" if number == 1 else f"{number:,} entries"


def opened(log):
    try:
        return Path(log).open(encoding="utf-8", errors="replace")
    except OSError as error:
        raise CommandError(f"{log} cannot be read: {error.strerror}.") from error


def entries_of(lines):
    """(number, digest) of each entry in a log, which may hold other lines too."""
    for line in lines:
        begin = line.find("{")
        try:
            entry = json.loads(line[begin:]) if begin >= 0 else None
            yield int(entry["id"]), str(entry["digest"])
        except (ValueError, TypeError, KeyError):
            continue
