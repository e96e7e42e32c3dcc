"""Counting the codes that no page has, so that editors see what the EHR asks for."""

import logging

from django.db import DatabaseError, transaction
from django.db.models import F
from django.utils import timezone

from treatments.infobutton import matching
from treatments.models import UnansweredCode

logger = logging.getLogger(__name__)

MOST_CODES = 1000  # different ones in a month; what comes later is not counted
MOST_TIMES = 1_000_000
KEPT = 2  # years


def count(asked, matches):
    """Count the codes of a `request.Asked` once each, unless a page with the code answered.

    Only codes of a system that pages may have, in a shape that the system allows. Nothing else
    is kept of the request. An answer never fails because it could not be counted.
    """
    if any(match.by == "code" for match in matches):
        return
    codes = {matching.of_code(criterion) for criterion in asked.criteria} - {None}
    if not codes:
        return
    month = timezone.localdate().replace(day=1)
    try:
        with transaction.atomic():
            for system, code in sorted(codes):
                _count(month, system, code)
    except DatabaseError:
        logger.warning("A code asked for in vain could not be counted.")


def _count(month, system, code):
    this_month = UnansweredCode.objects.filter(month=month)
    row = this_month.filter(system=system, code=code)
    if row.filter(times__lt=MOST_TIMES).update(times=F("times") + 1) or row.exists():
        return
    if this_month.count() >= MOST_CODES:
        return
    # Two may count the first of its kind in one moment.
    UnansweredCode.objects.bulk_create(
        [UnansweredCode(month=month, system=system, code=code)], ignore_conflicts=True
    )
    UnansweredCode.objects.filter(month__lt=month.replace(year=month.year - KEPT)).delete()
