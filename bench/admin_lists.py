"""What the admin's lists cost with a hundred pages and with ten thousand, of three editions each.

Run it on an empty database of its own, SQLite or PostgreSQL:

    DATA_DIR=$(mktemp -d) .venv/bin/python bench/admin_lists.py

It ends with 1 where a list asks more queries for more pages, or takes longer than LONGEST.
"""

import datetime
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
from django.utils import timezone  # noqa: E402
from taggit.models import Tag  # noqa: E402

from treatments import guards  # noqa: E402
from treatments.models import (  # noqa: E402
    Citation,
    Comment,
    Edition,
    Link,
    LinkUse,
    PageTag,
    Reference,
    Review,
    Term,
    Topic,
    Treatment,
    User,
)
from treatments.models.links import digest  # noqa: E402

FEW, MANY, RUNS = 150, 10_000, 3
LONGEST = 500  # milliseconds
BODY = "<p>Squeeze the lever. Look at the pads. Oil the chain.</p>" * 40  # 2.4 kB
PAGES, REFERENCES = "/admin/treatments/treatment/", "/admin/treatments/reference/"
QUERIES = [
    "",
    "?p=91",
    "?q=brake",
    "?q=brake+77",
    "?o=1",
    "?o=-1&p=91",
    "?o=2",
    "?o=5",
    "?o=-5&p=91",
    "?o=6",
    "?shown=text",
    "?shown=nothing",
    "?shown=withdrawn",
    "?under_way=mine",
    "?under_way=draft",
    "?under_way=in+review",
    "?under_way=scheduled",
    "?under_way=comments",
    "?review=late",
    "?review=soon",
    "?review=never",
    "?tags__id__exact=1",
    "?treatment_kind__exact=non-drug",
    "?topic__id__exact=1",
    "?shown=text&under_way=draft&review=soon&q=brake",
]
ADDRESSES = [
    *(PAGES + query for query in QUERIES),
    "/admin/treatments/topic/",
    "/admin/treatments/term/",
    "/admin/treatments/term/?p=91",
    *(
        REFERENCES + query
        for query in (
            *("", "?p=91", "?q=wheeler", "?o=-1", "?o=3", "?verified=no", "?retracted=yes"),
            *("?cited=live", "?cited=never"),
        )
    ),
    "/admin/taggit/tag/",
    "/admin/treatments/user/",
    *(
        f"/admin/treatments/link/{query}"
        for query in ("", "?state=broken", "?where=live", "?where=working", "?q=bicycle")
    ),
]
# SQLite works inside this process: its own time says the same on a busy machine.
CLOCK = time.process_time if connection.vendor == "sqlite" else time.perf_counter
NOW = timezone.now().replace(microsecond=0)
DAY = datetime.timedelta(days=1)


def fill(begin, count, people):
    """Treatments and terms from number `begin` to `count`, in every state that there is."""
    topics = list(Topic.objects.all()) or Topic.objects.bulk_create(
        [Topic(slug=f"bicycle-{n}") for n in range(50)]
    )
    tags = list(Tag.objects.all()) or Tag.objects.bulk_create(
        [Tag(name=f"tag {n}", slug=f"tag-{n}") for n in range(30)]
    )
    kinds = ["non-drug", "medications", "drug-delivery", "nerve-procedures"]
    numbers = range(begin, count)
    treatments = [
        Treatment(slug=f"brake-{n}", topic=topics[n % 50], position=n, treatment_kind=kinds[n % 4])
        for n in numbers
    ]
    Treatment.objects.bulk_create(treatments, batch_size=500)
    terms = [Term(slug=f"word-{n}") for n in numbers]
    Term.objects.bulk_create(terms, batch_size=500)
    PageTag.objects.bulk_create(
        [PageTag(content_object=page, tag=tags[page.position % 30]) for page in treatments],
        batch_size=500,
    )
    shown = [*(topics if begin == 0 else ()), *treatments, *terms]
    editions = [
        edition(page, number, place, people)
        for place, page in enumerate(shown)
        for number in (1, 2, 3)
    ]
    Edition.objects.bulk_create(editions, batch_size=500)
    references = [
        Reference(key=f"wheeler-{n}", authors=f"Wheeler {n}", source_text=f"Wheeler {n}. Brakes.")
        for n in numbers
    ]
    Reference.objects.bulk_create(references, batch_size=500)
    newest = [e for e in editions if e.number == 2 and e.page.kind == "treatment"]
    Citation.objects.bulk_create(
        [
            Citation(edition=e, reference=reference, position=1, printed=reference.source_text)
            for e, reference in zip(newest, references, strict=True)
        ],
        batch_size=500,
    )
    Comment.objects.bulk_create(
        [Comment(edition=e, author=people[1], name="Bo Lee", text="Too long.") for e in newest],
        batch_size=500,
    )
    links = [
        Link(address=address, digest=digest(address), state="broken", broken_since=NOW)
        for address in (f"https://bicycle.example/{n}/" for n in numbers)
    ]
    Link.objects.bulk_create(links, batch_size=500)
    LinkUse.objects.bulk_create(
        [LinkUse(link=link, edition=e) for link, e in zip(links, newest, strict=True)],
        batch_size=500,
    )
    approved = [e for e in editions if e.approved_at]
    Review.objects.bulk_create(
        [
            Review(
                edition=e,
                reviewer=people[1],
                reviewed_by="Bo Lee",
                reviewed_at=NOW - 400 * DAY,
                due_by=(NOW + (e.page_id % 300 - 100) * DAY).date(),
                evidence_checked=True,
            )
            for e in approved
        ],
        batch_size=500,
    )


def edition(page, number, place, people):
    author, reviewer = people
    made = Edition(page=page, number=number, title=f"{page.slug}, text {number}", body=BODY)
    state = ["approved", "draft", "in review", "scheduled", "imported"][place % 5]
    if state == "imported" and number == 3:
        made.state, made.origin, made.publish_at = "approved", "imported", Edition.ALWAYS
        return made
    made.author = author
    if number == 3 and state in ("draft", "in review"):
        made.state, made.held_by, made.saved_at = state, author, NOW
        return made
    made.state, made.approver = "approved", reviewer
    made.written_by, made.approved_by = "Ana Díaz", "Bo Lee"
    made.approved_at = made.publish_at = NOW - (500 - number) * DAY
    if number == 3 and state == "scheduled":
        made.publish_at = NOW + 7 * DAY
    if number == 3 and place % 35 == 0:
        made.withdrawn_at, made.withdrawn_by = NOW - DAY, reviewer
        made.withdrawn_reason = "Out of date."
    return made


def measure(client, addresses=ADDRESSES):
    """{address: (queries, median milliseconds)}; an address beyond the last page is left out."""
    found = {}
    for address in addresses:
        if "p=91" in address and Treatment.objects.count() < 9_100:
            continue
        # Twice: now and then a request also moves the end of the session.
        asked = min(len(queries(client, address)) for _ in range(2))
        found[address] = (asked, median(client, address))
    return found


def queries(client, address):
    """The SQL that an address asks, each query with its parameters."""
    seen = []

    def count(execute, *statement):
        seen.append(statement[:2])
        return execute(*statement)

    with connection.execute_wrapper(count):
        answer = client.get(address)
    if answer.status_code != 200:
        sys.exit(f"{address} answered {answer.status_code}.")
    return seen


def median(client, address):
    times = []
    for _ in range(RUNS):
        start = CLOCK()
        client.get(address)
        times.append(CLOCK() - start)
    return statistics.median(times) * 1000


def set_up():
    """An empty database with two administrators. Gives them, and a client that one signed in at."""
    call_command("migrate", verbosity=0, skip_checks=True)
    call_command("collectstatic", verbosity=0, interactive=False)
    if Treatment.objects.exists():
        sys.exit("This database has pages. Give the measurement an empty one of its own.")
    people = [
        User.objects.create_superuser(name, first_name=name.title(), is_staff=True)
        for name in ("ana", "bo")
    ]
    client = Client(HTTP_HOST="localhost")
    client.force_login(people[0])
    return people, client


def main():
    people, client = set_up()
    guards.remove(connection)  # they would want ten thousand reviews, one after the other
    fill(0, FEW, people)
    few = measure(client)
    fill(FEW, MANY, people)
    guards.install(connection)
    many = measure(client)
    faults = 0
    print(f"{'address':<72}{'queries':>10}{'ms':>14}{'ratio':>7}   ({FEW} → {MANY} pages)")
    for address, (after, slow) in many.items():
        before, fast = few.get(address, (after, 0))
        fault = after > before or slow > LONGEST
        faults += fault
        ratio = f"{slow / fast:.1f}" if fast else ""
        print(
            f"{address:<72}{f'{before} → {after}':>10}{f'{fast:.0f} → {slow:.0f}':>14}{ratio:>7}"
            f"{'  too much' if fault else ''}"
        )
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
