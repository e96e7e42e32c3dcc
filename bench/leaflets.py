"""How long leaflets take, how many bytes and sheets they have, and how much memory they need.

DATA_DIR=$(mktemp -d) .venv/bin/python bench/leaflets.py
"""

import io
import os
import resource
import statistics
import sys
import time
from pathlib import Path

import django

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "eduportal.settings")
django.setup()

from django.core.management import call_command  # noqa: E402
from pypdf import PdfReader  # noqa: E402

from treatments import reading, views  # noqa: E402
from treatments.leaflets import content, printing, sheets  # noqa: E402
from treatments.models import Page  # noqa: E402

RUNS = 5
SLUGS = ("opioids", "drug-pump", "cancer-pain")


def measured(leaflet):
    """Median seconds of a rendering, by the clock and of the processor; bytes; sheets."""
    clock, processor = [], []
    for _ in range(RUNS):
        begin, before = time.perf_counter(), used()
        made = printing.render(leaflet)
        clock.append(time.perf_counter() - begin)
        processor.append(used() - before)
    sheets_made = len(PdfReader(io.BytesIO(made)).pages)
    return statistics.median(clock), statistics.median(processor), len(made), sheets_made


def used():
    """Seconds of the processor that finished renderings took."""
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


def main():
    call_command("migrate", verbosity=0, skip_checks=True)
    if not Page.objects.exists():
        call_command("loaddata", "cancer_pain", verbosity=0)
    print(f"{'text':<14}{'size':<8}{'paper':<8}{'clock s':>8}{'cpu s':>8}{'bytes':>8}{'sheets':>8}")
    for slug in SLUGS:
        edition = reading.live().get(page__slug=slug)
        below = list(views.treatments_of(edition)) if edition.page.kind == "topic" else []
        for size in sheets.SIZES:
            for paper in sheets.PAPERS:
                leaflet = content.leaflet(edition, below, sheets.Sheet(size, paper))
                clock, processor, length, made = measured(leaflet)
                print(
                    f"{slug:<14}{size:<8}{paper:<8}{clock:>8.2f}{processor:>8.2f}{length:>8}{made:>8}"
                )
    most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    print(f"A rendering used {most} MB at most; load {os.getloadavg()[0]:.1f}.")


if __name__ == "__main__":
    main()
