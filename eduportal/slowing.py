"""How long a sign-in waits after others that failed.

Nothing sleeps and nobody is locked out: a try that comes too soon is refused without a look at its
password. What is counted stands in the database, where every worker and node sees it.
"""

import math
from datetime import timedelta
from typing import NamedTuple

from django.db import transaction
from django.db.models import Count, Max, Sum
from django.utils import timezone
from django.utils.crypto import salted_hmac

from eduportal.models import SignInRecord
from eduportal.security import site_of


class Limit(NamedTuple):
    """From which number of failures on a try waits, how long at most, and what is remembered."""

    free: int
    longest: int  # seconds
    remembered: timedelta

    def pause(self, failures):
        """Seconds between the last failure and the next try: 2, 4, 8 … up to the longest."""
        over = failures - self.free
        return min(2 ** min(over + 1, 10), self.longest) if over >= 0 else 0

    def left(self, failures, last, now):
        """Seconds that are left of the pause, as a number above 0 where there are any."""
        if not failures or last is None or last <= now - self.remembered:
            return 0
        return self.pause(failures) - (now - last).total_seconds()


# One account from one address.
PAIR = Limit(free=5, longest=60, remembered=timedelta(hours=24))
# One account from all addresses, and all accounts that failed from one address and have not got in
# there since: a whole hospital may stand behind one. Neither holds up an account where it has been
# familiar, so that strangers can keep nobody out of a place of work.
ACCOUNT = Limit(free=50, longest=60, remembered=timedelta(hours=24))
ADDRESS = Limit(free=100, longest=10, remembered=timedelta(hours=1))
FAMILIAR = timedelta(days=90)


class TooSoon(Exception):
    """A try came before its time; `seconds`, a whole number, says how much."""

    def __init__(self, seconds):
        super().__init__(seconds)
        self.seconds = seconds


def begin(name, address):
    """Count a try at an account as failed, until `succeed` is told otherwise.

    Counting comes before the password is looked at: of many tries at once, only the free ones pass.
    `name` is what was typed, `address` an IP address. Returns the record for `succeed`; raises
    TooSoon, and then counts nothing.
    """
    now = timezone.now()
    with transaction.atomic():
        record, new = SignInRecord.objects.select_for_update().get_or_create(
            account=_digest("account", name.casefold()),
            address=_digest("address", site_of(address)),
        )
        if (seconds := _seconds_left(record, now)) > 0:
            raise TooSoon(math.ceil(seconds))
        _count(record, now)
    if new:
        _forget(now)
    return record


def succeed(record):
    """Take back what `begin` counted, and what failed before it."""
    record.failures, record.succeeded_at = 0, timezone.now()
    record.save(update_fields=["failures", "succeeded_at"])


def _count(record, now):
    stale = record.failed_at is None or record.failed_at <= now - PAIR.remembered
    record.failures = 1 if stale else record.failures + 1
    record.failed_at = now
    record.save(update_fields=["failures", "failed_at"])


def _seconds_left(record, now):
    own = PAIR.left(record.failures, record.failed_at, now)
    if record.succeeded_at and record.succeeded_at > now - FAMILIAR:
        return own
    return max(own, _of_account(record, now), _of_address(record, now))


def _of_account(record, now):
    found = SignInRecord.objects.filter(
        account=record.account, failures__gt=0, failed_at__gt=now - ACCOUNT.remembered
    ).aggregate(failures=Sum("failures"), last=Max("failed_at"))
    return ACCOUNT.left(found["failures"], found["last"], now)


def _of_address(record, now):
    found = SignInRecord.objects.filter(
        address=record.address, failures__gt=0, failed_at__gt=now - ADDRESS.remembered
    ).aggregate(accounts=Count("pk"), last=Max("failed_at"))
    return ADDRESS.left(found["accounts"], found["last"], now)


def _forget(now):
    """Delete what no limit looks at any more."""
    old = SignInRecord.objects.filter(failed_at__lte=now - PAIR.remembered)
    old.exclude(succeeded_at__gt=now - FAMILIAR).delete()


def _digest(kind, text):
    return salted_hmac(f"eduportal.slowing.{kind}", text, algorithm="sha256").hexdigest()
