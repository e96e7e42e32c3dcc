"""How queries and times of the public pages grow from ten treatments to five thousand.

Run it on an empty database of its own, SQLite or PostgreSQL:

    DATA_DIR=$(mktemp -d) .venv/bin/python bench/many_pages.py
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
from taggit.models import Tag  # noqa: E402

from treatments.models import Citation, Edition, Page, PageTag, Reference, Topic  # noqa: E402

FEW, MANY, EDITIONS, RUNS = 10, 5_000, 3, 15
TEXT = "<p>{}</p>" * 4
ADDRESSES = [
    "/",
    "/topics/bicycles/",
    "/treatments/",
    "/treatments/part-5/",
    "/treatments/?t=part-5&t=part-6",
    "/references/",
    "/glossary/",
    "/tags/brakes/",
    "/feed/",
    "/sitemap.xml",
]


def fill(count):
    """Treatments up to `count`, each with editions, a tag of its own and a shared one."""
    topic, _ = Topic.objects.get_or_create(slug="bicycles")
    begin = Page.objects.filter(kind="treatment").count()
    numbers = range(begin, count)
    rows = {"kind": "treatment", "topic": topic, "treatment_kind": "non-drug"}
    pages = Page.objects.bulk_create(
        [Page(slug=f"part-{n}", position=n, **rows) for n in numbers], batch_size=500
    )
    references = Reference.objects.bulk_create(
        [Reference(key=f"wheeler-{n}", source_text=f"Wheeler A. Part {n}.") for n in numbers],
        batch_size=500,
    )
    shared, _ = Tag.objects.get_or_create(name="brakes", slug="brakes")
    tags = Tag.objects.bulk_create(
        [Tag(name=f"tag {n}", slug=f"tag-{n}") for n in numbers], batch_size=500
    )
    PageTag.objects.bulk_create(
        [PageTag(content_object=page, tag=tag) for page, tag in zip(pages, tags, strict=True)]
        + [PageTag(content_object=page, tag=shared) for page in pages],
        batch_size=500,
    )
    shown = [topic] * (begin == 0) + pages
    editions = Edition.objects.bulk_create(
        [_edition(page, number) for page in shown for number in range(1, EDITIONS + 1)],
        batch_size=500,
    )
    newest = [edition for edition in editions if edition.number == EDITIONS][-len(pages) :]
    Citation.objects.bulk_create(
        [
            Citation(edition=edition, reference=source, position=1, printed=source.source_text)
            for edition, source in zip(newest, references, strict=True)
        ],
        batch_size=500,
    )


def _edition(page, number):
    key = page.slug.replace("part", "wheeler")
    body = TEXT.format(*["Words about brakes. " * 30] * 4)
    return Edition(
        page=page,
        number=number,
        state="approved",
        origin="imported",
        publish_at=Edition.ALWAYS,
        title=f"{page.slug}, edition {number}",
        body=f'{body}<p>A.<cite data-reference="{key}">Wheeler</cite></p>',
    )


def measure(client):
    """{address: (queries, median milliseconds)}."""
    return {address: (queries(client, address), median(client, address)) for address in ADDRESSES}


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
    times = []
    for _ in range(RUNS):
        start = time.perf_counter()
        client.get(address)
        times.append(time.perf_counter() - start)
    return statistics.median(times) * 1000


def main():
    call_command("migrate", verbosity=0, skip_checks=True)
    if Page.objects.exists():
        sys.exit("This database has pages. Give the measurement an empty one of its own.")
    client = Client(HTTP_HOST="localhost")
    fill(FEW)
    few = measure(client)
    fill(MANY)
    many = measure(client)
    print(f"{'address':<34}{'queries':>10}{'ms':>12}{'ratio':>8}   ({FEW} → {MANY} treatments)")
    for address in ADDRESSES:
        (before, fast), (after, slow) = few[address], many[address]
        print(
            f"{address:<34}{f'{before} → {after}':>10}{f'{fast:.1f} → {slow:.1f}':>12}"
            f"{slow / fast:>8.1f}"
        )


if __name__ == "__main__":
    main()
