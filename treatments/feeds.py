"""The feed of what patients can read now, newest first."""

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.urls import reverse
from django.utils.feedgenerator import Rss201rev2Feed, rfc3339_date
from django.utils.html import escape

from treatments import disclaimer, reading, richtext


class Rss(Rss201rev2Feed):
    """RSS without a date of building: imported text has no date, and none is made up.

    RSS and not Atom, where each entry must have one. Its word for a later change is Atom's.
    """

    def add_root_elements(self, handler):
        for element in ("title", "link", "description", "language"):
            handler.addQuickElement(element, self.feed[element])
        own = {"rel": "self", "href": self.feed["feed_url"]}
        handler.addQuickElement("atom:link", None, own)

    def add_item_elements(self, handler, item):
        super().add_item_elements(handler, item)
        handler.addQuickElement("category", item["state"], {"domain": item["states"]})
        if item["updateddate"]:
            handler.addQuickElement("atom:updated", rfc3339_date(item["updateddate"]))


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

    def item_updateddate(self, item):
        return reading.changed_at(item[0])

    def item_extra_kwargs(self, item):
        # What the states mean is said there, under this heading.
        states = f"{settings.SITE_URL}{reverse('about')}#reviewed"
        return {"state": reading.review_state(item[0]), "states": states}
