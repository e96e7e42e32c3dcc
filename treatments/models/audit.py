"""The audit trail: what was done, by whom, when and from where, for good."""

import json
import logging
import re
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar
from datetime import UTC, datetime

from django.core.serializers.json import DjangoJSONEncoder
from django.db import DatabaseError, connection, models, transaction
from django.utils import timezone

from treatments import audit_chain, places

logger = logging.getLogger("audit")

SOME = 2000  # rows that a walk along the trail fetches at once
LOCK = 7_205_160_115  # any number: writers of the chain wait by it on PostgreSQL
# What a deed can be upon: the first word of its subject.
KINDS = ("treatment", "topic", "term", "reference", "tag", "person", "role", "fixture")
KINDS += ("hard word", "picture", "synonym", "distinctive word")
OTHER = "other"
_KIND = re.compile(rf"({'|'.join(KINDS)}) “")

_held = ContextVar("held", default=None)


@contextmanager
def audited():
    """A transaction that writes the audit entries of what is done inside as its last statements.

    So the turn in the chain, which one writer has at a time, is the last lock that it waits for:
    who has it waits for nobody. Inside another one it is a savepoint. What is recorded inside a
    plain `atomic` is written at once instead, since that may be rolled back alone.
    """
    outer = _held.get()
    with transaction.atomic():
        held = _Held()
        token = _held.set(held)
        try:
            yield
        finally:
            _held.reset(token)
        if outer is not None and outer.depth + 1 == held.depth:
            outer.entries += held.entries
        else:
            AuditEntry.objects.append(held.entries)


class _Held:
    """Entries that wait for the end of their transaction, and how deep its savepoints were."""

    def __init__(self):
        self.entries = []
        self.depth = _depth()


def _depth():
    return len(connection.savepoint_ids)


class AuditEntryManager(models.Manager):
    def record(self, *, by, action, subject, before=None, after=None, reason=""):
        """Have one entry written: `by` is a User, or None where nobody had signed in.

        `subject` is an object, named as in “tag “nerves””; before and after are dicts of what
        JSON can hold. Nothing secret belongs there: neither passwords nor keys nor links.
        """
        subject = str(subject)
        kind = _KIND.match(subject)
        entry = self.model(
            actor=by.get_username() if by else "",
            name=by.get_full_name() if by else "",
            place=places.current(),
            action=action,
            kind=kind[1] if kind else OTHER,
            subject=subject[: self.model._meta.get_field("subject").max_length],
            before=_plain(before or {}),
            after=_plain(after or {}),
            reason=str(reason),
        )
        held = _held.get()
        if held is not None and held.depth == _depth():
            held.entries.append(entry)
        else:
            self.append([entry])
        return entry

    def append(self, entries):
        """Give the entries their place in the chain, and tell the log once they are committed."""
        if not entries:
            return
        with transaction.atomic():
            _wait_for_turn()
            newest = self.order_by("-pk").only("pk", "digest").first()
            for entry in entries:
                entry.follow(newest)
                entry.save(force_insert=True)
                transaction.on_commit(entry.tell, robust=True)
                newest = entry

    def sealed(self, after=-(2**63)):
        """Every entry behind the one numbered `after`, as `audit_chain.Sealed`, the oldest first.

        Reads what the database holds, however it came there, a few thousand rows at a time.
        """
        names = [*audit_chain.COLUMNS, "digest"]
        columns = ", ".join(_selected(name) for name in names)
        table = connection.ops.quote_name(self.model._meta.db_table)
        statement = f"SELECT {{}} FROM {table} WHERE id > %s ORDER BY id LIMIT %s"
        while numbers := self._numbers(statement.format("id"), after):
            rows = _fetched(statement.format(columns), after, SOME)
            if rows is None:  # one of them is no text, or no moment, that a driver could read
                rows = (_fetched(statement.format(columns), pk - 1, 1) for (pk,) in numbers)
                rows = [row[0] if row else None for row in rows]
            for (pk,), row in zip(numbers, rows, strict=False):
                yield _sealed(pk, row and dict(zip(names, row, strict=True)))
            (after,) = numbers[-1]

    def _numbers(self, statement, after):
        numbers = _fetched(statement, after, SOME)
        if numbers is None:  # else what cannot be read would pass for the end of the trail
            raise DatabaseError("The audit trail cannot be read.")
        return numbers

    def values_there_are(self, name):
        """Each value that a column has, in order; `name` is of one that begins an index.

        One step through the index for each value, where DISTINCT would read every row.
        """
        column = connection.ops.quote_name(self.model._meta.get_field(name).column)
        table = connection.ops.quote_name(self.model._meta.db_table)
        statement = (
            f"WITH RECURSIVE found(value) AS (SELECT MIN({column}) FROM {table} UNION ALL "
            f"SELECT (SELECT MIN({column}) FROM {table} WHERE {column} > found.value) FROM found "
            f"WHERE found.value IS NOT NULL) SELECT value FROM found WHERE value IS NOT NULL"
        )
        with connection.cursor() as cursor:
            cursor.execute(statement)
            return [value for (value,) in cursor.fetchall()]

    def about(self, page):
        """The deeds upon a page and its editions, under each address that it has had."""
        names = [f"{page.kind} “{page.slug}”", *map(str, page.old_slugs.all())]
        found = models.Q(subject__in=names)
        for name in names:
            found |= models.Q(subject__startswith=f"{name}, edition ")
        return self.filter(found)


def _selected(name):
    quoted = connection.ops.quote_name(name)
    # Django's driver of SQLite would make a moment of whatever text there is, or nothing.
    as_text = name == "at" and connection.vendor == "sqlite"
    return f"CAST({quoted} AS TEXT)" if as_text else quoted


def _fetched(statement, after, many):
    """Rows, or None where the database holds what its driver cannot read."""
    try:
        # A savepoint where there is a transaction, which PostgreSQL would give up; else no lock.
        apart = transaction.atomic() if connection.in_atomic_block else nullcontext()
        with apart, connection.cursor() as cursor:
            cursor.execute(statement, [after, many])
            return cursor.fetchall()
    except DatabaseError:
        return None


def _sealed(pk, row):
    try:
        text = audit_chain.canonical(row | _read(row))
        return audit_chain.Sealed(pk, text, row["previous"], row["digest"])
    except (TypeError, ValueError):
        return audit_chain.Sealed(pk, None, "", "")


def _read(row):
    """The columns that a driver gives otherwise than the model; ValueError where they are not ours.

    PostgreSQL keeps values. SQLite keeps text, of which only what Django writes is accepted: else
    a second value for one name could hide in it.
    """
    told = {name: json.loads(row[name]) for name in ("before", "after")}
    at = row["at"]
    if isinstance(at, str):
        at = datetime.fromisoformat(at)
        written = [str(at), *(json.dumps(told[name]) for name in told)]
        if written != [row["at"], *(row[name] for name in told)] or at.tzinfo:
            raise ValueError("not as Django writes it")
        at = at.replace(tzinfo=UTC)
    return told | {"at": audit_chain.moment(at)}


def _wait_for_turn():
    """One writer at a time, until its transaction ends; on SQLite there is but one at any time."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


def _plain(values):
    """The values as they will be read again, whatever the database does with numbers."""
    told = json.dumps(values, cls=DjangoJSONEncoder)
    return json.loads(told, parse_float=str, parse_constant=str)


class AuditEntry(models.Model):
    """One deed. Rows are only ever added, and point to nothing that could be deleted.

    Each holds a digest over itself and the digest of the row before: `treatments.audit_chain`.
    """

    at = models.DateTimeField(default=timezone.now)
    actor = models.CharField("account", max_length=150)
    name = models.CharField("full name", max_length=310)
    place = models.CharField("from where", max_length=100)
    action = models.CharField(max_length=40)
    kind = models.CharField("kind of subject", max_length=20)
    subject = models.CharField(max_length=250, db_index=True)
    before = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    after = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    reason = models.TextField(blank=True)
    previous = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)

    objects = AuditEntryManager()

    class Meta:
        verbose_name_plural = "audit trail"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["previous"], name="audit_entry_one_chain"),
        ]
        indexes = [
            # With the subject, in which the list searches without reading the rows themselves.
            models.Index(fields=["at", "id", "subject"], name="audit_entry_at"),
            models.Index(fields=["actor", "at"], name="audit_entry_actor"),
            models.Index(fields=["action", "at"], name="audit_entry_action"),
            models.Index(fields=["kind", "at"], name="audit_entry_kind"),
        ]

    def __str__(self):
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.actor}: {self.action} {self.subject}"

    def follow(self, newest):
        """Take the place behind the newest entry, or the first where that is None."""
        self.pk = newest.pk + 1 if newest else 1
        self.previous = newest.digest if newest else audit_chain.FIRST
        self.at = timezone.now()
        self.digest = audit_chain.digest(self.told())

    def told(self):
        """The row as `treatments.audit_chain` takes it."""
        told = {name: getattr(self, name) for name in audit_chain.COLUMNS}
        return told | {"at": audit_chain.moment(self.at)}

    @property
    def at_utc(self):
        return f"{self.at.astimezone(UTC):%Y-%m-%d %H:%M:%S}"

    def tell(self):
        """Write the entry into the log, as one line of JSON."""
        logger.info("%s", audit_chain.log_line(self.told(), self.digest))
