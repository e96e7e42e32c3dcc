"""The search on the seed, held to tests/searches.txt, on whichever database the tests run."""

import json
import math
from pathlib import Path

import pytest
from django.core.management import call_command

from treatments import search

pytestmark = pytest.mark.django_db
SEARCHES = Path(__file__).parent.parent / "searches.txt"
# What both databases find: {what is typed: slugs of the first five pages}.
FOUND = SEARCHES.with_name("searches-found.json")


def judgements():
    """[(what is typed, {slug: worth})]; worth is 1 to 3, and nothing is to be found where empty."""
    lines = SEARCHES.read_text(encoding="utf-8").splitlines()
    for line in lines:
        if line and not line.startswith("#"):
            typed, _, pages = line.rpartition(":")
            pairs = [page.split() for page in pages.split(",") if page.strip()]
            yield typed, {slug: int(worth) for slug, worth in pairs}


@pytest.fixture
def found(db):
    """{what is typed: slugs of the first five pages}"""
    call_command("loaddata", "cancer_pain", verbosity=0)
    return {
        typed: [hit.edition.page.slug for hit in search.find(typed, language="en")[:5]]
        for typed, _ in judgements()
    }


def test_both_databases_find_the_same(found):
    """To write the file anew: json.dumps(found, indent=1, ensure_ascii=False) and a line's end."""
    kept = json.loads(FOUND.read_text(encoding="utf-8"))
    first = {typed: slugs[:1] for typed, slugs in found.items()}
    assert first == {typed: slugs[:1] for typed, slugs in kept.items()}
    assert {t: set(slugs) for t, slugs in found.items()} == {t: set(kept[t]) for t in kept}


def gain(worths):
    """Discounted cumulative gain (Järvelin and Kekäläinen 2002, as Burges and others 2005)."""
    return sum((2**worth - 1) / math.log2(place + 2) for place, worth in enumerate(worths))


def test_there_are_enough_judgements():
    pages = [pages for _, pages in judgements()]
    assert sum(map(bool, pages)) >= 80
    assert sum(not wanted for wanted in pages) >= 15


def test_what_nothing_answers_finds_nothing(found):
    nothing = [typed for typed, wanted in judgements() if not wanted]
    assert {typed: found[typed] for typed in nothing if found[typed]} == {}


def test_the_pages_looked_for_come_first(found):
    wanted = {typed: pages for typed, pages in judgements() if pages}
    gains = [
        gain(pages.get(slug, 0) for slug in found[typed])
        / gain(sorted(pages.values(), reverse=True)[:5])
        for typed, pages in wanted.items()
    ]
    assert sum(gains) / len(gains) >= 0.95
    best = {typed: max(pages.values()) for typed, pages in wanted.items()}
    first = {typed: pages.get("".join(found[typed][:1])) for typed, pages in wanted.items()}
    assert first == best
