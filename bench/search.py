"""How long the search takes with ten thousand pages, while eight people read.

Run it on an empty database of its own, SQLite or PostgreSQL; it fills it, serves it, and asks:

    DATA_DIR=$(mktemp -d) .venv/bin/python bench/search.py
    DATA_DIR=$(mktemp -d) SECRET_KEY=$(openssl rand -base64 48) .ci/postgresql \\
        .venv/bin/python bench/search.py

It prints milliseconds for each search, beside those of a treatment's page asked for in between:
where the machine is busy with other things, the ratio of the two says more than either.
"""

import os
import random
import statistics
import subprocess
import sys
import threading
import time
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode

import django

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "eduportal.settings")
os.environ.setdefault("PORT", "8766")
django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from treatments import search  # noqa: E402
from treatments.models import Edition, Page, Topic  # noqa: E402

PAGES, READERS, SECONDS = int(os.environ.get("PAGES", "10000")), 8, 20
TYPED = [
    "morfine pump",
    "drug pump",
    "pain",
    "opioids",
    "side effects of morphine",
    "non drug treatments",
    "intratechal catheter",
    '"pain relief"',
    "sprained ankle",
    "heat opioids",
    "what can I take for the pain of cancer",
    "relaxtion excercise",
    "w1234 pump",
]
BESIDE = "/treatments/drug-pump/"


def fill():
    """The seed, and pages made of its sentences and of words that few of them have."""
    call_command("migrate", verbosity=0, skip_checks=True)
    call_command("loaddata", "cancer_pain", verbosity=0)
    chance = random.Random(6)  # noqa: S311
    topic = Topic.objects.get()
    seed = Edition.objects.exclude(page__kind="term")
    sentences = [s for body in seed.values_list("body", flat=True) for s in body.split(". ")]
    titles = list(seed.values_list("title", flat=True))
    have = Page.objects.count()
    pages = Page.objects.bulk_create(
        [
            Page(
                kind="treatment",
                slug=f"made-{n}",
                topic=topic,
                position=n + 100,
                treatment_kind="medications",
            )
            for n in range(PAGES - have)
        ],
        batch_size=500,
    )
    Edition.objects.bulk_create(
        [
            Edition(
                page=page,
                number=number,
                state="approved",
                origin="imported",
                publish_at=Edition.ALWAYS,
                title=f"{chance.choice(titles)} w{n % 3000}",
                body="".join(
                    f"<p>{'. '.join(chance.choices(sentences, k=3))} w{chance.randrange(9000)}.</p>"
                    for _ in range(5)
                ),
            )
            for n, page in enumerate(pages)
            for number in (1, 2)
        ],
        batch_size=500,
    )
    began = time.perf_counter()
    search.rebuild(connection)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    print(f"{Edition.objects.count()} editions indexed in {time.perf_counter() - began:.0f} s")


def alone():
    """Processor time and queries of each search, without a page around it."""
    print(f"{'search alone':45} {'ms':>6} {'queries':>8} {'hits':>5}")
    for typed in TYPED:
        times = []
        for _ in range(7):
            began = time.process_time()
            found = search.answer(typed, language="en")
            times.append((time.process_time() - began) * 1000)
        with CaptureQueriesContext(connection) as queries:
            search.answer(typed, language="en")
        print(f"{typed:45} {statistics.median(times):6.1f} {len(queries):8} {len(found.hits):5}")


def among_readers():
    """The 95th percentile of searches and of a page, asked for by eight readers at once."""
    server = subprocess.Popen(
        [sys.executable, "manage.py", "serve"],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait()
        times = {}
        end = time.monotonic() + SECONDS
        readers = [
            threading.Thread(target=_read, args=(end, number, times)) for number in range(READERS)
        ]
        for reader in readers:
            reader.start()
        for reader in readers:
            reader.join()
    finally:
        server.terminate()
        server.wait()
    print(
        f"load of the machine {os.getloadavg()[0]:.1f}; {READERS} readers, {os.cpu_count()} cores"
    )
    searches = [ms for address, found in times.items() if address != BESIDE for ms in found]
    for name, found in [*sorted(times.items()), ("all searches", searches)]:
        cuts = statistics.quantiles(found, n=20)
        print(
            f"{name:70} {len(found):6} p50 {statistics.median(found):6.1f} p95 {cuts[-1]:6.1f} ms"
        )
    ratio = statistics.quantiles(searches, n=20)[-1] / statistics.quantiles(times[BESIDE], n=20)[-1]
    print(f"searches against {BESIDE}, at the 95th percentile: {ratio:.2f}")


def _wait():
    for _ in range(600):
        try:
            if _get(HTTPConnection("127.0.0.1", settings.PORT), "/livez") == 200:
                return
        except OSError:
            time.sleep(0.2)
    raise SystemExit("The portal did not start.")


def _get(there, address):
    there.request("GET", address)
    answer = there.getresponse()
    answer.read()
    return answer.status


def _read(end, number, times):
    chance = random.Random(number)  # noqa: S311
    there = HTTPConnection("127.0.0.1", settings.PORT)
    addresses = [f"/search/?{urlencode({'q': typed})}" for typed in TYPED]
    while time.monotonic() < end:
        for address in (chance.choice(addresses), BESIDE):
            began = time.perf_counter()
            assert _get(there, address) == 200, address
            times.setdefault(address, []).append((time.perf_counter() - began) * 1000)


if __name__ == "__main__":
    if (
        not Edition.objects.exists()
        if "treatments_edition" in connection.introspection.table_names()
        else True
    ):
        fill()
    alone()
    if "alone" not in sys.argv:
        among_readers()
