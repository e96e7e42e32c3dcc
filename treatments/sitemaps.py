"""The list of public addresses for search engines."""

import functools

from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.urls import reverse

from treatments.models import Edition, Page
from treatments.reading import LANGUAGE, WITH_PAGE, changed_at, live


class OfThisSite(Sitemap):
    """Absolute addresses come from the setting, never from the Host header of a request."""

    def get_protocol(self, protocol=None):
        return settings.SITE_URL.partition("://")[0]

    def get_domain(self, site=None):
        return settings.SITE_URL.partition("://")[2]


class Texts(OfThisSite):
    """The pages of texts, and when they changed: a topic's shows its treatments' texts too.

    Where nothing that a page shows has a date, as with imported text, it has none here.
    """

    def items(self):
        return self._editions

    def location(self, edition):
        return edition.page.get_absolute_url()

    def lastmod(self, edition):
        return self._changes.get(edition.page_id)

    @functools.cached_property
    def _editions(self):
        return list(live(*WITH_PAGE).defer("body").order_by("page_id"))

    @functools.cached_property
    def _changes(self):
        """{page: the last change of what it shows}."""
        changes = {}
        for edition in self._editions:
            _note(changes, edition.page, changed_at(edition))
        gone = Edition.objects.withdrawn().filter(language=LANGUAGE).select_related("page")
        for edition in gone.filter(page__kind=Page.Kind.TREATMENT).defer("body"):
            _note(changes, edition.page, edition.withdrawn_at)
        return changes


def _note(changes, page, moment):
    """Let a change, where it has a date, count for the page and its topic."""
    for pk in filter(None, (page.pk, page.topic_id)):
        changes[pk] = max(filter(None, (changes.get(pk), moment)), default=None)


class Fixed(OfThisSite):
    def items(self):
        return [
            "home",
            "treatments",
            "questions",
            "glossary",
            "references",
            "about",
            "privacy",
            "accessibility",
        ]

    def location(self, name):
        return reverse(name)


SITEMAPS = {"texts": Texts, "fixed": Fixed}
