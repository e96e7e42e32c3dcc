"""The glossary's page: its words from A to Z, and the pages that use each."""

import itertools
from dataclasses import dataclass

from treatments import glossary, reading
from treatments.models import Edition, OldSlug, Page

MOST_PAGES = 20  # named under one word
AT_ONCE = 500  # texts fetched by one query

# {names of all terms: {key of an edition: slugs of the terms that it uses}}, of the latest names
# alone. What was approved never changes, so this is right for as long as the process lives.
_known = {}


@dataclass(frozen=True)
class UsingPage:
    title: str
    url: str


@dataclass(frozen=True)
class Word:
    """A word of the list: its Text, where it stands, the first pages that use it and how many not
    named. `old_anchors` are the places that older links lead to.
    """

    text: reading.Text
    anchor: str
    old_anchors: list[str]
    pages: list[UsingPage]
    more: int


def printed(editions, using=None, files=reading.public_files):
    """Editions of terms as the list prints them, with `using` from `pages_using`.

    Returns ([(letter, [Word])] from A to Z, list of PrintedReferences). The letter is ""
    for words that begin with no letter of an alphabet. Costs two queries.
    """
    editions = sorted(editions, key=lambda edition: glossary.place(edition.title))
    _, texts, references = reading.read(below=editions, terms=[], files=files)
    old = {}
    for slug, page in OldSlug.objects.filter(kind=Page.Kind.TERM).values_list("slug", "page"):
        old.setdefault(page, []).append(glossary.anchor(slug))
    words = [_word(text, old, using or {}) for text in texts]
    by_letter = itertools.groupby(words, lambda word: glossary.letter(word.text.edition.title))
    return [(letter, list(found)) for letter, found in by_letter], references


def pages_using(editions):
    """{slug of a term: [(title, kind, slug) of each page whose own text uses it]}, topics first."""
    names = glossary.names(map(reading.as_term, editions))
    live = reading.live(*reading.WITH_PAGE).order_by("page__kind", "page__position", "page_id")
    found = list(live.values_list("pk", "title", "page__kind", "page__slug"))
    uses = _uses([pk for pk, *_ in found], names)
    using = {}
    for pk, *page in found:
        for term in uses[pk]:
            using.setdefault(term, []).append(page)
    return using


def forget():
    """Look at every text anew. For tests, in which keys of editions come again."""
    _known.clear()


def _word(text, old, using):
    page = text.edition.page
    pages = using.get(page.slug, [])
    return Word(
        text=text,
        anchor=glossary.anchor(page.slug),
        old_anchors=old.get(page.pk, []),
        pages=[
            UsingPage(title, Page(kind=kind, slug=slug).get_absolute_url())
            for title, kind, slug in pages[:MOST_PAGES]
        ],
        more=len(pages[MOST_PAGES:]),
    )


def _uses(editions, names):
    """{key of an edition: slugs of the terms that its text uses}; reads only texts not yet seen."""
    known = _known.get(names, {})
    found = {pk: known[pk] for pk in editions if pk in known}
    unread = [pk for pk in editions if pk not in known]
    for begin in range(0, len(unread), AT_ONCE):
        texts = Edition.objects.filter(pk__in=unread[begin : begin + AT_ONCE])
        for pk, body in texts.values_list("pk", "body").iterator():
            found[pk] = glossary.used(body, names)
    _known.clear()
    _known[names] = found
    return found
