"""Moments as people write them: the wall clock of a time zone, with the hours that trip it."""

import datetime
import re
from dataclasses import dataclass
from zoneinfo import ZoneInfo

# What a browser's field of date and time sends; a zone behind it, or "Z", where an hour is doubled.
_FORM = re.compile(
    r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d)?)(?:\.\d{1,6})?(Z|[+-]\d\d:\d\d)?", re.ASCII
)


class Nonsense(ValueError):
    """No moment: a sentence for whoever wrote it."""


@dataclass(frozen=True)
class Moment:
    """An aware datetime, to the second; `other` is the second one of a doubled hour, or None."""

    at: datetime.datetime
    other: datetime.datetime | None = None


def read(written: str, zone: ZoneInfo) -> Moment:
    """The moment of "2026-03-03T14:05" or "…:00" on the clocks of a zone. Raises Nonsense.

    Where clocks went back, a time came twice: `at` is the first one, unless the text has an offset
    from UTC. A time that clocks skipped did not come at all.
    """
    match = _FORM.fullmatch(written.strip())
    try:
        if not match:
            raise ValueError
        day, time, offset = match.groups()
        found = datetime.datetime.fromisoformat(f"{day}T{time}{offset or ''}")
        if offset:
            return Moment(found.astimezone(zone))
        return _on_clocks(found, zone)
    except Nonsense:
        raise
    except (ValueError, OverflowError):
        raise Nonsense("Write a date and a time, such as 2026-03-03 14:05:00.") from None


def _on_clocks(naive, zone):
    first, second = (naive.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    back = [moment.astimezone(datetime.UTC).astimezone(zone) for moment in (first, second)]
    if naive not in [moment.replace(tzinfo=None) for moment in back]:
        raise Nonsense(
            "That time did not come: clocks were put forward over it. Choose one before or after."
        )
    return Moment(back[0], back[1] if first.utcoffset() != second.utcoffset() else None)
