"""The feed of what patients can read now, newest first."""

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.urls import reverse
from django.utils.feedgenerator import Rss201rev2Feed
from django.utils.html import escape

from treatments import disclaimer, reading, richtext


class Rss(Rss201rev2Feed):
    """RSS without a date of building: imported text has no date, and none is made up."""

    def add_root_elements(self, handler):
        for element in ("title", "link", "description", "language"):
            handler.addQuickElement(element, self.feed[element])
        own = {"rel": "self", "href": self.feed["feed_url"]}
        handler.addQuickElement("atom:link", None, own)


class Editions(Feed):
    LONGEST = 50  # entries; readers of feeds ask again and again

    feed_type = Rss
    language = reading.LANGUAGE

    def __call__(self, request, *args, **kwargs):
        answer = super().__call__(request, *args, **kwargs)
        del answer["Last-Modified"]  # Django writes "now" where no entry has a date
        return answer

    def title(self):
        return f"{settings.HOSPITAL_NAME}: patient information"

    def link(self):
        return settings.SITE_URL + "/"

    def feed_url(self):
        return settings.SITE_URL + reverse("feed")

    def description(self):
        return disclaimer.words()

    def items(self):
        # A word's meaning stands in the pages that use it.
        newest = reading.live(*reading.WITH_PAGE)
        newest = newest.order_by("-publish_at", "page__kind", "page__position", "page_id")
        newest = newest[: self.LONGEST]
        return list(zip(newest, reading.listed(newest), strict=True))

    def item_title(self, item):
        return richtext.typed(item[1].title)

    def item_link(self, item):
        return settings.SITE_URL + item[1].url

    def item_guid(self, item):
        return f"{self.item_link(item)}#edition-{item[0].number}"

    item_guid_is_permalink = False

    def item_description(self, item):
        # Readers take a description for HTML, and this is plain text.
        words = " ".join([item[1].lead, *item[1].standing, disclaimer.words()])
        return escape(richtext.typed(words))

    def item_pubdate(self, item):
        return None if item[0].is_imported() else item[0].publish_at
