"""The lists of topics, treatments and terms; their address, order, codes and tags."""

import datetime

from django import forms
from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, Q, Subquery
from django.db.models.expressions import OrderBy
from django.db.models.functions import Lower
from django.http import HttpResponseRedirect
from django.urls import path
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html

from treatments import arranging, search
from treatments.admin import writing
from treatments.admin.page_search import page_search
from treatments.models import AuditEntry, Code, Edition, Term, Topic, Treatment, titles_of_pages
from treatments.publishing import APPROVE, MANAGE, WRITE, Refusal

SOON = datetime.timedelta(days=60)  # how long before a review is due a page counts as due
MOST_DEEDS = 500  # that the history of a page shows, the newest


def editions_of(word):
    """Whether a page in a query has an edition that the queryset `word` lets through."""
    return Exists(word.filter(page=OuterRef("pk"), language=writing.LANGUAGE))


class ShownNow(admin.SimpleListFilter):
    title = "what patients see"
    parameter_name = "shown"

    def lookups(self, request, model_admin):
        return [("text", "a text"), ("nothing", "nothing"), ("withdrawn", "withdrawn")]

    def queryset(self, request, pages):
        words = {
            "text": editions_of(Edition.objects.live()),
            "nothing": ~editions_of(Edition.objects.live()),
            "withdrawn": editions_of(Edition.objects.withdrawn()),
        }
        return pages.filter(words[self.value()]) if self.value() in words else pages


class UnderWay(admin.SimpleListFilter):
    title = "what is under way"
    parameter_name = "under_way"

    def lookups(self, request, model_admin):
        return [("mine", "mine"), *Edition.State.choices[:2], ("scheduled", "scheduled")]

    def queryset(self, request, pages):
        working = Edition.objects.working()
        words = {
            "mine": working.filter(held_by=request.user),
            "draft": working.filter(state="draft"),
            "in review": working.filter(state="in review"),
            "scheduled": Edition.objects.scheduled(),
        }
        return pages.filter(editions_of(words[self.value()])) if self.value() in words else pages


class NextReview(admin.SimpleListFilter):
    title = "next review"
    parameter_name = "review"

    def lookups(self, request, model_admin):
        return [("late", "late"), ("soon", "due in 60 days"), ("never", "never reviewed")]

    def queryset(self, request, pages):
        live = Edition.objects.live()
        words = {
            "late": live.overdue(),
            "soon": live.with_review().filter(due_by__lte=timezone.localdate() + SOON),
            "never": live.never_reviewed(),
        }
        return pages.filter(editions_of(words[self.value()])) if self.value() in words else pages


class OfTopic(admin.RelatedFieldListFilter):
    """Topics by the titles that people know, in the order of the alphabet."""

    def field_choices(self, field, request, model_admin):
        return [(topic.pk, str(topic)) for topic in topics_by_title()]


def topics_by_title():
    return Topic.objects.annotate(known_as=titles_of_pages()).order_by(Lower("known_as"), "slug")


def by_title():
    return Lower(titles_of_pages())


def by_next_review():
    """By the day on which the live text is due again; what has no day comes last."""
    live = Edition.objects.live().filter(page=OuterRef("pk"), language=writing.LANGUAGE)
    day = Subquery(live.with_review().values("due_by")[:1])
    return OrderBy(day, nulls_last=True)


class PageList(ChangeList):
    """Fetches the editions of the rows shown, rather than of every page, in three queries."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.title = self.opts.verbose_name_plural.capitalize()

    # {column: by what it is sorted}, made anew for each request, since the moment counts.
    SORTED = {"name": by_title, "next_review": by_next_review}

    def get_ordering_field(self, field_name):
        made = self.SORTED.get(field_name)
        return made() if made else super().get_ordering_field(field_name)

    def get_results(self, request):
        super().get_results(request)
        pages = list(self.result_list)
        editions = Edition.objects.filter(language=writing.LANGUAGE, page__in=pages)
        editions = editions.select_related("held_by").defer("body")
        words = {
            "current": editions.current().with_review(),
            "working": editions.working(),
            "scheduled": editions.scheduled().order_by("number"),
        }
        for name, found in words.items():
            by_page = {edition.page_id: edition for edition in found}
            for page in pages:
                setattr(page, name, by_page.get(page.pk))
        self._name_topics(pages)
        self.result_list = pages

    def _name_topics(self, pages):
        numbers = {page.topic_id for page in pages if page.topic_id}
        if not numbers:
            return
        topics = topics_by_title().in_bulk(numbers)
        for page in pages:
            page.topic = topics.get(page.topic_id)

    def url_for_result(self, result):
        return writing.text_url(result)


def told(deed):
    """(what a line of the audit trail is about, what it changed around a text, the line)"""
    _, _, number = deed.subject.partition(", edition ")
    if number:
        return f"Edition {number.split()[0]}", "", deed
    changes = [
        f"{name}: {_listed(deed.before.get(name))} → {_listed(value)}"
        for name, value in deed.after.items()
    ]
    return "Page", "; ".join(changes), deed


def _listed(value):
    return (", ".join(value) if isinstance(value, list) else str(value or "")) or "–"


class AddForm(forms.ModelForm):
    """Only what opens a page: the rest is said on the two screens after it."""

    title = forms.CharField(
        max_length=200,
        help_text="The page’s heading, and its name in every list that patients see.",
    )


class ArrangeForm(forms.ModelForm):
    def clean_slug(self):
        slug = self.cleaned_data["slug"]
        try:
            arranging.refuse_slug(self.instance, slug)
        except Refusal as refusal:
            raise ValidationError(str(refusal)) from refusal
        return slug


class CodeInline(admin.TabularInline):
    model = Code
    extra = 0

    def has_view_permission(self, request, obj=None):
        return True

    def has_add_permission(self, request, obj=None):
        return request.user.has_perm(MANAGE)

    has_change_permission = has_delete_permission = has_view_or_change_permission = (
        lambda self, request, obj=None: request.user.has_perm(MANAGE)
    )


class PagesAdmin(admin.ModelAdmin):
    """What topics, treatments and terms share."""

    list_display = ["name", "shown", "under_way", "next_review"]
    list_filter = [ShownNow, UnderWay, NextReview, "tags"]
    list_per_page = 100
    search_fields = ["slug"]  # and texts, see get_search_results
    search_help_text = "Search by words of the text, drafts too, or by address."
    ordering = ["position", "id"]
    actions = None
    inlines = [CodeInline]
    add_fields = ["title"]
    add_form_template = change_form_template = "admin/arrange.html"
    object_history_template = "admin/page_history.html"

    def get_changelist(self, request, **kwargs):
        return PageList

    def get_object(self, request, object_id, from_field=None):
        """The page by the name that people know it by: in headings, messages and the history."""
        page = super().get_object(request, object_id, from_field)
        if page:
            named = self.model.objects.filter(pk=page.pk).annotate(known_as=titles_of_pages())
            page.known_as = named.values_list("known_as", flat=True).first()
        return page

    def get_search_results(self, request, queryset, search_term):
        """As patients search, but among drafts and older texts too; and by address."""
        found = search.pages(search_term, language=writing.LANGUAGE)
        address = "-".join(search_term.casefold().split())
        return queryset.filter(Q(pk__in=found) | Q(slug__contains=address)), False

    # The columns; `current`, `working` and `scheduled` come from PageList, which sorts them too.

    @admin.display(description="title", ordering="sorted")
    def name(self, page):
        named = page.current or page.working or page.scheduled
        return named.title if named else page.slug

    @admin.display(description="what patients see now")
    def shown(self, page):
        current = page.current
        if current is None:
            return "Nothing yet"
        if current.withdrawn_at and current.withdrawn_at <= timezone.now():
            return f"Nothing: withdrawn on {_day(current.withdrawn_at)}"
        if current.is_imported():
            return f"Edition {current.number}, imported"
        return f"Edition {current.number} since {_day(current.publish_at)}"

    @admin.display(description="what is under way")
    def under_way(self, page):
        told = []
        if working := page.working:
            holder = working.held_by.get_full_name() or working.held_by.username
            told.append(f"Edition {working.number}, {working.get_state_display()}, {holder}")
        if scheduled := page.scheduled:
            told.append(f"Edition {scheduled.number} from {_day(scheduled.publish_at)}")
        return "; ".join(told) or "–"

    @admin.display(description="next review", ordering="sorted")
    def next_review(self, page):
        current = page.current
        if current is None or (current.withdrawn_at and current.withdrawn_at <= timezone.now()):
            return "–"
        if current.due_by is None:
            return "Never reviewed"
        late = current.due_by < timezone.localdate()
        day = date_format(current.due_by, "j F Y")
        return format_html("<strong>Late: {}</strong>", day) if late else day

    # Adding opens the page and leads to its text; changing is the second screen

    def get_form(self, request, obj=None, change=False, **kwargs):
        if not change:  # `title` is the form's own, no column of a page
            kwargs |= {"form": AddForm, "fields": [f for f in self.add_fields if f != "title"]}
            return super().get_form(request, obj, change, **kwargs)
        return super().get_form(request, obj, change, **kwargs | {"form": ArrangeForm})

    def get_fields(self, request, obj=None):
        return self.fields if obj else self.add_fields

    def get_inlines(self, request, obj):
        return self.inlines if obj else []

    def save_model(self, request, obj, form, change):
        if not change:
            opened = arranging.open_page(
                model=self.model,
                title=form.cleaned_data["title"],
                by=request.user,
                topic=obj.topic,
                treatment_kind=obj.treatment_kind,
            )
            obj.pk, obj.slug, obj.position = opened.pk, opened.slug, opened.position
            obj.known_as = form.cleaned_data["title"]
            obj._state.adding = False
            return
        before = self.model.objects.get(pk=obj.pk)
        request.arrangement = arranging.arrangement(before)
        slug, obj.slug = obj.slug, before.slug
        super().save_model(request, obj, form, change)
        arranging.change_slug(page=before, by=request.user, slug=slug)
        obj.slug = slug

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        if change:
            page = self.model.objects.get(pk=form.instance.pk)
            arranging.record_arrangement(page=page, by=request.user, before=request.arrangement)

    def response_add(self, request, obj, post_url_continue=None):
        return HttpResponseRedirect(writing.text_url(obj))

    def get_urls(self):
        model = self.opts.model_name
        screens = [
            ("<int:pk>/text/", writing.text, "text"),
            ("<int:pk>/editions/<int:number>/", writing.edition, "edition"),
            ("<int:pk>/editions/<int:number>/preview/", writing.preview, "preview"),
        ]
        return [
            path(
                route,
                self.admin_site.admin_view(view),
                {"model": self.model},
                name=f"treatments_{model}_{name}",
            )
            for route, view, name in screens
        ] + super().get_urls()

    def render_change_form(self, request, context, *args, obj=None, **kwargs):
        if obj:
            context["text_url"] = writing.text_url(obj)
        return super().render_change_form(request, context, *args, obj=obj, **kwargs)

    def history_view(self, request, object_id, extra_context=None):
        """What the audit trail knows of a page, which is more than Django's log of the admin."""
        page = self.get_object(request, unquote(object_id))
        deeds = AuditEntry.objects.about(page).order_by("-pk")[:MOST_DEEDS] if page else []
        context = {"deeds": [told(deed) for deed in deeds]} | (extra_context or {})
        return super().history_view(request, object_id, context)

    def get_model_perms(self, request):
        """In the menu for everybody who works with texts."""
        may = self.has_view_permission(request)
        return super().get_model_perms(request) | {"view": may}

    def has_view_permission(self, request, obj=None):
        user = request.user
        working_with_texts = user.has_perm(WRITE) or user.has_perm(APPROVE)
        return working_with_texts or super().has_view_permission(request, obj)

    def has_change_permission(self, request, obj=None):
        return request.user.has_perm(MANAGE)

    def has_delete_permission(self, request, obj=None):
        """Only a page that never had a text can go; approved text is kept."""
        allowed = request.user.has_perm(MANAGE)
        return allowed and (obj is None or not obj.editions.exists())


def _day(moment):
    return date_format(timezone.localtime(moment), "j F Y")


@admin.register(Treatment)
class TreatmentAdmin(PagesAdmin):
    add_fields = ["title", "topic", "treatment_kind"]
    fields = ["slug", "topic", "position", "treatment_kind", "tags"]
    list_display = ["name", "of_topic", *PagesAdmin.list_display[1:]]
    list_filter = [*PagesAdmin.list_filter, "treatment_kind", ("topic", OfTopic)]
    ordering = ["topic", "position", "id"]

    @admin.display(description="topic", ordering="topic")
    def of_topic(self, page):
        return str(page.topic)

    def get_urls(self):
        search = self.admin_site.admin_view(page_search)
        return [
            path("page-search/", search, name="page_search"),
            path("shared/<str:token>/", writing.shared, name="shared"),  # for whoever has the link
            *super().get_urls(),
        ]

    def formfield_for_foreignkey(self, field, request, **kwargs):
        found = super().formfield_for_foreignkey(field, request, **kwargs)
        if field.name == "topic":
            found.required = True
            found.queryset = topics_by_title()
        return found

    def formfield_for_dbfield(self, field, request, **kwargs):
        found = super().formfield_for_dbfield(field, request, **kwargs)
        if field.name == "treatment_kind":
            found.required = True
        if field.name == "topic":  # one chooses here; topics have screens of their own
            found.widget.can_add_related = found.widget.can_change_related = False
            found.widget.can_delete_related = found.widget.can_view_related = False
        return found


@admin.register(Topic)
class TopicAdmin(PagesAdmin):
    fields = ["slug", "position", "tags"]


@admin.register(Term)
class TermAdmin(PagesAdmin):
    fields = ["slug", "other_spellings"]
    inlines = []
