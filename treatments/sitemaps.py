"""The list of public addresses for search engines."""

from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.urls import reverse

from treatments.reading import WITH_PAGE, live


class OfThisSite(Sitemap):
    """Absolute addresses come from the setting, never from the Host header of a request."""

    def get_protocol(self, protocol=None):
        return settings.SITE_URL.partition("://")[0]

    def get_domain(self, site=None):
        return settings.SITE_URL.partition("://")[2]


class Texts(OfThisSite):
    def items(self):
        return live(*WITH_PAGE).defer("body").order_by("page_id")

    def location(self, edition):
        return edition.page.get_absolute_url()

    def lastmod(self, edition):
        if edition.is_imported():  # has no date of its own
            return edition.reviewed_at
        return max(edition.publish_at, edition.reviewed_at)


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
