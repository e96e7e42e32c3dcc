"""The form in which audit entries are sealed, and how a chain of them is checked.

An entry's digest is the SHA-256, in hexadecimal, of its canonical JSON in ASCII: one object that
holds COLUMNS, with sorted keys and no blanks, as `json.dumps(entry, sort_keys=True,
separators=(",", ":"))` writes it. Among them is `previous`, the digest of the entry before, and
FIRST where there is none, so that a digest stands for the whole past. `id` is a number; `at` is
UTC with six digits of a second, as in 2026-05-01T08:00:00.000000Z; `before` and `after` are objects
without fractions, which are written as text; all else is text.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

COLUMNS = (
    *("id", "at", "actor", "name", "place", "action", "kind", "subject"),
    *("before", "after", "reason", "previous"),
)
FIRST = "0" * 64
LONG = 1000  # letters of a value from which on the log tells its digest instead


def moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}Z"


def canonical(entry: dict) -> str:
    """The JSON that is digested; `entry` has the COLUMNS, and its moment as text."""
    return as_json({name: entry[name] for name in COLUMNS})


def digest(entry: dict) -> str:
    return digest_of(canonical(entry))


def digest_of(text: str) -> str:
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def whole_line(entry: dict, sealed: str) -> str:
    """An entry and its digest as one line of JSON, from which the digest can be made again."""
    return _one_line({name: entry[name] for name in COLUMNS} | {"digest": sealed})


def log_line(entry: dict, sealed: str) -> str:
    """The same for a log: what is LONG stands there as {"sha256": …, "length": …}."""
    shown = {name: entry[name] for name in COLUMNS} | {"digest": sealed}
    for name in ("before", "after"):
        shown[name] = {word: _bounded(value) for word, value in entry[name].items()}
    return _one_line(shown | {"reason": _bounded(entry["reason"])})


def _bounded(value):
    text = value if isinstance(value, str) else as_json(value)
    if len(text) <= LONG:
        return value
    return {"sha256": hashlib.sha256(text.encode()).hexdigest(), "length": len(text)}


def _one_line(shown):
    # JSON in ASCII escapes every character that ends a line but leaves DEL.
    return as_json(shown).replace("\x7f", "\\u007f")


def as_json(value) -> str:
    """JSON as it is digested."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


@dataclass(frozen=True)
class Sealed:
    """A row as it stands: its canonical JSON, None where it cannot be read, and its two digests."""

    id: int
    text: str | None
    previous: str
    digest: str


class Check:
    """A walk along a chain: `breaks` yields a sentence for each place where it does not hold.

    `count` is the number of entries that were seen, `newest` the digest that the next one has to
    name. A walk may begin behind an entry that is taken as whole: `behind`, a Sealed.
    """

    def __init__(self, behind: Sealed | None = None):
        self.count = 0
        self._last = behind
        self._known = {behind.digest if behind else FIRST}
        self._older = None  # the entry before the last

    @property
    def newest(self) -> str:
        return self._last.digest if self._last else FIRST

    def breaks(self, entries: Iterable[Sealed]) -> Iterator[str]:
        for entry in entries:
            made = digest_of(entry.text) if entry.text is not None else None
            if made != entry.digest:
                yield f"Entry {entry.id} was altered: its columns do not give its digest."
            elif self._known and entry.previous not in self._known:
                yield self._unlinked(entry)
            # Where only the digest was altered, the next entry follows what it was. Of a row that
            # cannot be read nobody knows.
            self._known = {entry.digest, made} if made else set()
            self._older, self._last = self._last, entry
            self.count += 1

    def _unlinked(self, entry):
        last, older = self._last, self._older
        if last is None:
            return f"Before entry {entry.id} entries were removed: it is not the first."
        if entry.previous == (older.digest if older else FIRST):
            return f"Entry {last.id} was put in: entry {entry.id} follows the one before it."
        if entry.id > last.id + 1:
            return (
                f"Between entries {last.id} and {entry.id} something was removed, or entry "
                f"{last.id} was altered and sealed anew."
            )
        return f"Entry {last.id} was altered and sealed anew: entry {entry.id} follows what it was."
