"""When patients read an edition, in a sentence."""

from django.utils import timezone
from django.utils.formats import date_format

from treatments.models import Edition


def moment(at):
    """A moment in the portal's time zone, to the second: "3 March 2026, 14:05:00"."""
    return date_format(timezone.localtime(at), "j F Y, H:i:s")


def when_read(edition, now=None):
    """When patients read the edition; it comes from `with_replacement`."""
    now = now or timezone.now()
    if edition.state != Edition.State.APPROVED:
        return "Patients have never read it."
    period = edition.read_between()
    if period is None:
        return _never(edition)
    begin, end = period
    since = "since it was imported" if edition.is_imported() else f"from {moment(begin)}"
    if begin > now:
        return f"Patients will read it {since}."
    if end is None:
        return f"Patients read it {since.replace('from', 'since', 1)}."
    why = "withdrawn" if end == edition.withdrawn_at else "replaced by a later edition"
    if end > now:
        return f"Patients read it {since}, until {moment(end)}: then it is {why}."
    until = "until" if edition.is_imported() else "to"
    return f"Patients read it {since} {until} {moment(end)}, when it was {why}."


def _never(edition):
    if edition.withdrawn_at and edition.withdrawn_at < edition.publish_at:
        return "Patients have never read it: its publication was called off."
    if edition.withdrawn_at == edition.publish_at:
        return "Patients have never read it: it was withdrawn in the second of its publication."
    return "Patients never read it: a higher number was published before its time."
