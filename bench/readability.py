"""What the report on the library costs with a hundred texts and with ten thousand.

Run it on an empty database of its own, SQLite or PostgreSQL:

    DATA_DIR=$(mktemp -d) .venv/bin/python bench/readability.py

It ends with 1 where a screen asks more queries for more texts, or takes longer than LONGEST.
"""

import os
import statistics
import sys
import time
from pathlib import Path

import django

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "eduportal.settings")
django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402

from treatments import measuring, publishing  # noqa: E402
from treatments.models import Edition, Topic, Treatment, User  # noqa: E402

FEW, MANY, RUNS = 100, 10_000, 5
LONGEST = 1_000  # milliseconds
LIBRARY = "/admin/library/"
ADDRESSES = [
    LIBRARY,
    LIBRARY + "?p=2",
    LIBRARY + "?o=-5",
    LIBRARY + "?grade=6",
    LIBRARY + "?finding=sentence",
    LIBRARY + "?q=part+77",
    "/admin/treatments/treatment/",
    "/admin/treatments/treatment/?o=-5",
]
SENTENCE = "Squeeze the lever and utilize the manufacturer's oil on part {} prior to riding. "
CLOCK = time.process_time if connection.vendor == "sqlite" else time.perf_counter


def fill(begin, count):
    topic, _ = Topic.objects.get_or_create(slug="bicycles")
    pages = Treatment.objects.bulk_create(
        [
            Treatment(slug=f"part-{n}", topic=topic, treatment_kind="non-drug", position=n)
            for n in range(begin, count)
        ],
        batch_size=500,
    )
    Edition.objects.bulk_create(
        [
            Edition(
                page=page,
                number=1,
                state="approved",
                origin="imported",
                publish_at=Edition.ALWAYS,
                title=f"Part {page.position}",
                body=f"<p>{SENTENCE.format(page.position) * (1 + page.position % 40)}</p>",
            )
            for page in pages
        ],
        batch_size=500,
    )
    by, start = measuring.rules(), time.perf_counter()
    for _ in measuring.measure(measuring.unmeasured(by), by):
        pass
    return (time.perf_counter() - start) / len(pages) * 1000


def measure(client):
    # Twice: now and then a request also moves the end of the session.
    return {
        address: (min(queries(client, address) for _ in range(2)), median(client, address))
        for address in ADDRESSES
    }


def queries(client, address):
    seen = []

    def count(execute, *statement):
        seen.append(statement[0])
        return execute(*statement)

    with connection.execute_wrapper(count):
        answer = client.get(address)
    if answer.status_code != 200:
        sys.exit(f"{address} answered {answer.status_code}.")
    return len(seen)


def median(client, address):
    return timed(lambda: client.get(address))


def timed(deed):
    times = []
    for _ in range(RUNS):
        start = CLOCK()
        deed()
        times.append(CLOCK() - start)
    return statistics.median(times) * 1000


def saving(ana):
    """Milliseconds of a save, and how many of them measuring takes."""
    page = Treatment.objects.first()
    counter = iter(range(1_000))

    def save():
        working = page.editions.working().first()
        body = f"<p>{SENTENCE.format(next(counter)) * 40}</p>"
        version = working.version if working else None
        publishing.save_words(page=page, by=ana, title="Part", body=body, version=version)

    whole = timed(save)
    draft = page.editions.working().select_related("page").get()
    return whole, timed(lambda: measuring.keep(draft))


def main():
    call_command("migrate", verbosity=0, skip_checks=True)
    call_command("collectstatic", verbosity=0, interactive=False)
    if Treatment.objects.exists():
        sys.exit("This database has pages. Give the measurement an empty one of its own.")
    ana = User.objects.create_superuser("ana", is_staff=True)
    client = Client(HTTP_HOST="localhost")
    client.force_login(ana)
    fill(0, FEW)
    measure(client)  # warms up
    few = measure(client)
    each = fill(FEW, MANY)
    many = measure(client)
    faults = 0
    print(f"{'address':<44}{'queries':>10}{'ms':>14}{'ratio':>7}   ({FEW} → {MANY} texts)")
    for address, (after, slow) in many.items():
        before, fast = few[address]
        fault = after > before or slow > LONGEST
        faults += fault
        print(
            f"{address:<44}{f'{before} → {after}':>10}{f'{fast:.0f} → {slow:.0f}':>14}"
            f"{slow / fast:>7.1f}{'  too much' if fault else ''}"
        )
    whole, of_it = saving(ana)
    print(f"measuring a text of an import: {each:.1f} ms")
    print(f"a save of 600 words: {whole:.0f} ms, of which measuring {of_it / whole:.0%}")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
