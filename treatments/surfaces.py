"""Every public address at which a page's text can show, in one list.

The tests walk it with drafts, scheduled and withdrawn editions, and fail
when an address of `treatments.urls` is missing from it.
"""

import itertools

from django.urls import reverse
from django.utils.http import urlencode

from treatments.models import ImageFile, Page, titles_of_pages


def _fixed(name):
    return lambda page: [reverse(name)]


def _own(name):
    kind = name.partition("_")[0]
    return lambda page: [reverse(name, args=[page.slug])] if page.kind == kind else []


def _topic(name):
    """An address under the topic, which shows its treatments too."""

    def surface(page):
        if page.kind == Page.Kind.TERM:
            return []
        shown_at = page.topic if page.topic_id else page
        return [reverse(name, args=[shown_at.slug])]

    return surface


def _treatments(page):
    """The list, also with the page ticked, and the page side by side with another of its topic."""
    addresses = [reverse("treatments")]
    if page.topic_id:
        other = page.topic.pages.exclude(pk=page.pk).first()
        slugs = [page.slug, other.slug if other else page.slug]
        addresses.append(f"{addresses[0]}?{urlencode({'tick': page.slug})}")
        addresses.append(f"{addresses[0]}?{urlencode([('t', slug) for slug in slugs])}")
    return addresses


def _questions(page):
    """The list of questions, also for a visit about this treatment."""
    addresses = [reverse("questions")]
    if page.topic_id:
        addresses.append(f"{addresses[0]}?{urlencode({'about': page.slug})}")
    return addresses


def _tags(page):
    return [reverse("tag", args=[tag.slug]) for tag in page.tags.all()]


def _images(page):
    """The files of every picture that an edition of the page shows."""
    files = ImageFile.objects.filter(image__placements__edition__page=page).distinct()
    found = files.values_list("image__key", "width")
    return [reverse("image", args=file) for file in found]


def _search(page):
    """The search, also for words that lead to the page: its tags, else its title."""
    words = [] if page.kind == Page.Kind.TERM else list(page.tags.names())
    if not words:
        titled = Page.objects.filter(pk=page.pk).annotate(title=titles_of_pages())
        words = list(filter(None, titled.values_list("title", flat=True)))
    address = reverse("search")
    return [address, *(f"{address}?{urlencode({'q': text})}" for text in words)]


def _connect(name):
    """What an EHR is told that names one of the page's codes."""

    def surface(page):
        asked = [
            {"mainSearchCriteria.v.cs": code.system, "mainSearchCriteria.v.c": code.code}
            for code in page.codes.all()
        ]
        return [f"{reverse(name)}?{urlencode(one)}" for one in asked]

    return surface


# {name of the address: function from a page to the addresses that may show its text}
SURFACES = {
    "home": _fixed("home"),
    "topic": _topic("topic"),
    "topic_leaflet": _topic("topic_leaflet"),
    "topic_export": _topic("topic_export"),
    "treatments": _treatments,
    "treatment": _own("treatment"),
    "treatment_leaflet": _own("treatment_leaflet"),
    "treatment_export": _own("treatment_export"),
    "image": _images,
    "questions": _questions,
    "references": _fixed("references"),
    "glossary": _fixed("glossary"),
    "tag": _tags,
    "search": _search,
    "connect_service": _connect("connect_service"),
    "connect_application": _connect("connect_application"),
    "about": _fixed("about"),
    "privacy": _fixed("privacy"),
    "accessibility": _fixed("accessibility"),
    "feed": _fixed("feed"),
    "sitemap": _fixed("sitemap"),
    "robots": _fixed("robots"),
}


def addresses(page):
    """Every public address that shows, or could show, something of this page."""
    pages = [page]
    if page.kind == Page.Kind.TERM:  # its meaning opens wherever a text uses the word
        pages += Page.objects.exclude(kind=Page.Kind.TERM)
    found = (surface(shown) for shown in pages for surface in SURFACES.values())
    return list(dict.fromkeys(itertools.chain.from_iterable(found)))
