"""What the desk costs with a few editions and with ten thousand, beside a list of the admin.

Run it on an empty database of its own, SQLite or PostgreSQL:

    DATA_DIR=$(mktemp -d) .venv/bin/python bench/desk.py

It ends with 1 where the desk asks more queries for more editions, or more than MOST, or takes more
than LONGEST times as long as the list. With --explain it prints how the database finds each part.
"""

import sys

import admin_lists as lists  # sets Django up, and fills databases
from django.db import connection

from treatments import guards
from treatments.models import Citation, Comment, Edition, Page, Reference

MOST, LONGEST = 25, 4
FEW, MANY = 10, 1_650  # treatments, and as many terms; with fifty topics, of three editions each
DESK, LIST = "/admin/", "/admin/treatments/page/"


def fill(begin, count, people):
    """Pages in every state, some of them owned, drafts that came back, retracted references."""
    lists.fill(begin, count, people)
    me, other = people
    Page.objects.filter(position__gt=0, position__lt=count // 3).update(owner=me)
    Page.objects.filter(position__gt=count // 2).update(owner=other)
    drafts = Edition.objects.filter(state="draft", page__kind="term")
    Comment.objects.bulk_create(
        Comment(edition=e, author=other, name=other.name(), text="Too long.", sends_back=True)
        for e in drafts
    )
    numbers = list(Citation.objects.values_list("reference", flat=True)[::50])
    Reference.objects.filter(pk__in=numbers).update(retracted=True)


def explain(client):
    """Print the desk's queries, each with its plan."""
    how = "EXPLAIN QUERY PLAN" if connection.vendor == "sqlite" else "EXPLAIN (ANALYZE, COSTS OFF)"
    asked = [(sql, values) for sql, values in lists.queries(client, DESK) if sql[:6] == "SELECT"]
    with connection.cursor() as cursor:
        for sql, values in asked:
            cursor.execute(f"{how} {sql}", values)
            print(f"\n{sql}\n" + "\n".join(f"    {row[-1]}" for row in cursor.fetchall()))


def main():
    people, client = lists.set_up()
    guards.remove(connection)
    fill(0, FEW, people)
    before = Edition.objects.count()
    few = lists.measure(client, [DESK, LIST])
    fill(FEW, MANY, people)
    guards.install(connection)
    after = Edition.objects.count()
    many = lists.measure(client, [DESK, LIST])
    for address in (DESK, LIST):
        (asked, fast), (asks, slow) = few[address], many[address]
        print(f"{address}  {asked} → {asks} queries, {fast:.0f} → {slow:.0f} ms")
    ratio = many[DESK][1] / many[LIST][1]
    print(f"({before} → {after} editions) the desk takes {ratio:.1f} of the list of all pages")
    if "--explain" in sys.argv:
        explain(client)
    sys.exit(1 if many[DESK][0] > min(few[DESK][0], MOST) or ratio > LONGEST else 0)


if __name__ == "__main__":
    main()
