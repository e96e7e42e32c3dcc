"""The report on the library: every text that patients read, the hardest first."""

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import F, FloatField, Value
from django.db.models.functions import Coalesce
from django.http import HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse

from treatments import advice, measuring, remarks
from treatments.admin import advising, writing
from treatments.admin.exporting import CompletedList, Exported
from treatments.models import LiveText
from treatments.publishing import APPROVE, MANAGE, WRITE

MOST_AT_ONCE = 200  # texts that a press of the button measures
BELOW_ALL = -100.0  # where texts without a grade are sorted
NOT_MEASURED = "Not measured yet"


def hardness(name):
    """An expression to sort by; texts without a figure count as the easiest."""
    return Coalesce(F(f"measurement__{name}"), Value(BELOW_ALL), output_field=FloatField())


class Grade(admin.SimpleListFilter):
    title = "reading grade"
    parameter_name = "grade"
    BANDS = {  # {what the address says: (from, below, what people read)}
        "6": (BELOW_ALL, 6.5, "6 or less"),
        "9": (6.5, 9.5, "7 to 9"),
        "12": (9.5, 12.5, "10 to 12"),
        "13": (12.5, 1000, "13 or more"),
    }

    def lookups(self, request, model_admin):
        bands = [(name, label) for name, (*_, label) in self.BANDS.items()]
        return [*bands, ("none", "no grade, or not measured")]

    def queryset(self, request, texts):
        if self.value() == "none":
            return texts.filter(measurement__grade=None)
        if self.value() in self.BANDS:
            begin, end, _ = self.BANDS[self.value()]
            return texts.filter(measurement__grade__gte=begin, measurement__grade__lt=end)
        return texts


class ToLookAt(admin.SimpleListFilter):
    title = "what to look at"
    parameter_name = "finding"

    def lookups(self, request, model_admin):
        return list(advice.KINDS.items())

    def queryset(self, request, texts):
        if self.value() in advice.KINDS:
            return texts.filter(measurement__by_kind__has_key=self.value())
        return texts


class LibraryList(CompletedList):
    def url_for_result(self, result):
        return text_url(result)


def text_url(text):
    return reverse("admin:library_text", args=[text.page_id])


@admin.register(LiveText)
class LibraryAdmin(Exported):
    list_display = ["name", "kind", "grade", "smog", "words", "findings", "to_look_at"]
    list_filter = ["page__kind", Grade, ToLookAt]
    list_per_page = 100
    list_select_related = ["page", "measurement"]
    show_full_result_count = False
    search_fields = ["title", "page__slug"]
    search_help_text = "Search by title or address."
    ordering = [hardness("grade").desc(), "pk"]
    actions = None
    change_list_template = "admin/library.html"

    def get_changelist(self, request, **kwargs):
        return LibraryList

    def get_queryset(self, request):
        texts = super().get_queryset(request).live().filter(language=writing.LANGUAGE)
        return texts.only("title", "page__kind", "page__slug", "version", "measurement")

    # The columns

    @admin.display(description="title", ordering="title")
    def name(self, text):
        return text.title

    @admin.display(description="page", ordering="page__kind")
    def kind(self, text):
        return text.page.get_kind_display()

    @admin.display(description="reading grade", ordering=hardness("grade"))
    def grade(self, text):
        return figure(text, "grade")

    @admin.display(description="SMOG", ordering=hardness("smog"))
    def smog(self, text):
        return figure(text, "smog")

    @admin.display(description="words", ordering=hardness("words"))
    def words(self, text):
        measured = measurement(text)
        return measured.words if measured else "–"

    @admin.display(description="things to look at", ordering=hardness("findings"))
    def findings(self, text):
        measured = measurement(text)
        return measured.findings if measured else "–"

    @admin.display(description="what they are")
    def to_look_at(self, text):
        measured = measurement(text)
        kinds = measured.by_kind if measured else {}
        told = [
            f"{advice.KINDS[kind].lower()}: {kinds[kind]}" for kind in advice.KINDS if kind in kinds
        ]
        return "; ".join(told) or "–"

    # The screens, which stand at /admin/library/

    def get_urls(self):
        return []

    def get_site_urls(self):
        view = self.admin_site.admin_view
        return [
            path("library/", view(self.changelist_view), name=self._name("changelist")),
            path("library/export/", view(self.export_view), name=self._name("export")),
            path("library/measure/", view(self.measure_view), name="library_measure"),
            path("library/<int:pk>/", view(self.text_view), name="library_text"),
        ]

    def changelist_view(self, request, extra_context=None):
        count = 0
        if self.has_view_permission(request):
            count = measuring.unmeasured(measuring.rules()).count()
        context = {"title": "Library", "unmeasured": count, "aim": advice.AIM}
        return super().changelist_view(request, context | (extra_context or {}))

    def measure_view(self, request):
        """Measure texts that are not measured yet, or were by other rules: some at a time."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        by = measuring.rules()
        some = measuring.unmeasured(by).order_by("pk").values("pk")[:MOST_AT_ONCE]
        found = LiveText.objects.filter(pk__in=[row["pk"] for row in some])
        done = max((number for number, _ in measuring.measure(found, by)), default=0)
        messages.success(request, f"Texts measured: {done}.")
        return HttpResponseRedirect(reverse(f"admin:{self._name('changelist')}"))

    def text_view(self, request, pk):
        """All the advice on the text of a page that patients read now."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        if request.method not in ("GET", "HEAD"):
            return HttpResponseNotAllowed(["GET", "HEAD"])
        # By pk: asked for by `page`, a number that is larger than the database's would be an error.
        live = self.get_queryset(request).filter(page__pk=pk)
        text = get_object_or_404(live.defer(None).select_related("page"))
        write = "?write" if request.user.has_perm(WRITE) else ""
        context = self.admin_site.each_context(request) | {
            "title": text.title,
            "opts": self.opts,
            "text": text,
            "advice": advising.told(measuring.of_edition(text)),
            "results": remarks.results(text),
            "text_url": f"{writing.text_url(text.page)}{write}",
            "edition_url": writing.edition_url(text.page, text.number),
        }
        return TemplateResponse(request, "admin/library_text.html", context)

    # Who

    def has_view_permission(self, request, obj=None):
        return any(map(request.user.has_perm, (WRITE, APPROVE, MANAGE)))

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def has_module_permission(self, request):
        return self.has_view_permission(request)


def measurement(edition):
    """What was measured of an edition that was fetched with it; None where nothing was."""
    return getattr(edition, "measurement", None)


def figure(edition, name):
    """A figure as lists show it: "9.3", or why there is none."""
    measured = measurement(edition)
    if measured is None:
        return NOT_MEASURED
    value = getattr(measured, name)
    return "–" if value is None else round(value, 1)
