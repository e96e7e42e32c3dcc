"""The list of links: what `manage.py check_links` found, and where one mends it."""

from django.contrib import admin
from django.db.models import F, Prefetch
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.text import Truncator

from treatments.admin import references, writing
from treatments.admin.exporting import CompletedList, Exported
from treatments.models import Edition, Link, LinkUse
from treatments.publishing import APPROVE, MANAGE, WRITE

MOST_USES = 5  # that a row names
SHORT = 60  # characters of an address in the list


class Found(admin.SimpleListFilter):
    title = "what was found"
    parameter_name = "state"

    def lookups(self, request, model_admin):
        return [*Link.State.choices, ("unasked", "not checked yet")]

    def queryset(self, request, links):
        if self.value() == "unasked":
            return links.filter(state="")
        return links.filter(state=self.value()) if self.value() in Link.State.values else links


class Where(admin.SimpleListFilter):
    title = "where it stands"
    parameter_name = "where"

    def lookups(self, request, model_admin):
        return [
            ("live", "in a text that patients read"),
            ("working", "in a text being written"),
            ("reference", "in a reference"),
        ]

    def queryset(self, request, links):
        counting = LinkUse.objects.that_count()
        words = {
            "live": counting.filter(edition__state=Edition.State.APPROVED),
            "working": counting.filter(edition__in=Edition.objects.working()),
            "reference": counting.filter(reference__isnull=False),
        }
        if self.value() not in words:
            return links
        return links.filter(pk__in=words[self.value()].values("link"))


class LinkList(CompletedList):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.title = "Links"


def _day(moment):
    return date_format(timezone.localtime(moment), "j F Y")


@admin.register(Link)
class LinkAdmin(Exported):
    """To read alone: links are mended in the texts and references that hold them."""

    list_display = ["state_told", "leads_to", "found_in", "since", "checked"]
    list_display_links = None
    list_filter = [Found, Where]
    list_per_page = 100
    search_fields = ["address"]
    search_help_text = "Search by a part of the address."
    ordering = [F("broken_since").desc(nulls_last=True), "-state", "address"]  # warnings next
    actions = None
    fields = readonly_fields = ["address", "state", "said", "checked_at", "broken_since"]

    def get_queryset(self, request):
        counting = LinkUse.objects.that_count().select_related("edition__page", "reference")
        named = Prefetch("uses", counting.order_by("pk")[: MOST_USES + 1], to_attr="named")
        return super().get_queryset(request).in_use().prefetch_related(named)

    @admin.display(description="address", ordering="address")
    def leads_to(self, link):
        return format_html(
            '<a href="{}" rel="noopener noreferrer" target="_blank">{}</a>',
            link.address,
            Truncator(link.address).chars(SHORT),
        )

    @admin.display(description="what was found", ordering="state")
    def state_told(self, link):
        if not link.state:
            return "Not checked yet"
        state = link.get_state_display().capitalize()
        return format_html("<strong>{}</strong> {}", state, link.said) if link.said else state

    @admin.display(description="mend it in")
    def found_in(self, link):
        places = [self._place(use) for use in link.named[:MOST_USES]]
        more = "; and more" if len(link.named) > MOST_USES else ""
        return format_html("{}{}", format_html_join("; ", '<a href="{}">{}</a>{}', places), more)

    @admin.display(description="broken since", ordering="broken_since", empty_value="–")
    def since(self, link):
        return link.broken_since and _day(link.broken_since)

    @admin.display(description="last checked", ordering="checked_at", empty_value="–")
    def checked(self, link):
        return link.checked_at and _day(link.checked_at)

    def get_changelist(self, request, **kwargs):
        return LinkList

    def _place(self, use):
        """(address, name, what is to be known) of what holds the link."""
        if use.reference:
            return references.change_url(use.reference), use.reference.label(), ""
        edition = use.edition
        state = "" if edition.state == Edition.State.APPROVED else edition.get_state_display()
        return writing.text_url(edition.page), edition.title, f" ({state})" if state else ""

    def has_view_permission(self, request, obj=None):
        user = request.user
        return user.has_perm(WRITE) or user.has_perm(APPROVE) or user.has_perm(MANAGE)

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False
