"""The lists of topics, treatments and terms; their address, order, codes and tags."""

from collections import Counter

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Exists, OuterRef, Q, Subquery
from django.db.models.expressions import OrderBy
from django.db.models.functions import Lower
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.template.defaultfilters import pluralize
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html

from treatments import arranging, desk, search
from treatments.admin import advising, comparing, histories, library, rating, writing
from treatments.admin.bringing_in import bring_in
from treatments.admin.ehr import CodeInline
from treatments.admin.exporting import CompletedList, Exported
from treatments.admin.page_search import page_search
from treatments.models import (
    AuditEntry,
    Comment,
    Edition,
    Page,
    Term,
    Topic,
    Treatment,
    User,
    audited,
    texts_to_answer,
    titles_of_pages,
)
from treatments.publishing import APPROVE, MANAGE, WRITE, Refusal

OWNS = Exists(Page.objects.filter(owner=OuterRef("pk")))  # a condition on people
BY_NAME = ("last_name", "first_name", "username")
MOST_NAMED = 20  # of the pages that are given to somebody
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
        for_me = [("for me", "waiting for my review")] if request.user.has_perm(APPROVE) else []
        mine = [("sent back", "sent back to me"), ("my drafts", "my drafts"), ("mine", "mine")]
        states = [*Edition.State.choices[:2], ("scheduled", "scheduled")]
        comments = [("comments", "open comments"), ("answer", "comments for me")]
        return [*for_me, *mine, *states, *comments]

    def queryset(self, request, pages):
        working = Edition.objects.working()
        open_comments = Comment.objects.open().filter(edition=OuterRef("pk"))
        words = {
            "for me": desk.waiting_for(request.user),
            "sent back": desk.sent_back_to(request.user),
            "my drafts": desk.drafts_of(request.user),
            "mine": working.filter(held_by=request.user),
            "draft": working.filter(state="draft"),
            "in review": working.filter(state="in review"),
            "scheduled": Edition.objects.next_scheduled(),
            "comments": Edition.objects.filter(Exists(open_comments)),
            "answer": texts_to_answer(request.user),
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
            "soon": live.due_soon(),
            "never": live.never_reviewed(),
        }
        return pages.filter(editions_of(words[self.value()])) if self.value() in words else pages


class NeedsMe(admin.SimpleListFilter):
    title = "what needs me today"
    parameter_name = "needs"

    def lookups(self, request, model_admin):
        return [("me", "needs me today")]

    def queryset(self, request, pages):
        if self.value() != "me":
            return pages
        needing = desk.needing(request.user, language=writing.LANGUAGE)
        return pages.filter(pk__in=needing.values("pk"))


class Owner(admin.SimpleListFilter):
    title = "owner"
    parameter_name = "owner"

    def lookups(self, request, model_admin):
        owners = User.objects.filter(OWNS).order_by(*BY_NAME)
        people = [(str(owner.pk), whose(owner)) for owner in owners]
        return [("me", "me"), ("nobody", "nobody"), ("left", "somebody who left"), *people]

    def queryset(self, request, pages):
        owner = self.value()
        words = {
            "me": Q(owner=request.user),
            "nobody": Q(owner=None),
            "left": Q(owner__is_active=False),
        }
        if owner in words:
            return pages.filter(words[owner])
        known = {key for key, _ in self.lookup_choices}
        return pages.filter(owner=owner) if owner in known else pages


class OfTopic(admin.RelatedFieldListFilter):
    """Topics by the titles that people know, in the order of the alphabet."""

    def field_choices(self, field, request, model_admin):
        return [(topic.pk, str(topic)) for topic in topics_by_title()]


def topics_by_title():
    return Topic.objects.annotate(known_as=titles_of_pages()).order_by(Lower("known_as"), "slug")


def by_title():
    return Lower(titles_of_pages())


def by_owner():
    return OrderBy(Lower("owner__last_name"), nulls_last=True)


def by_next_review():
    """By the day on which the live text is due again; what has no day comes last."""
    live = Edition.objects.live().filter(page=OuterRef("pk"), language=writing.LANGUAGE)
    day = Subquery(live.with_review().values("due_by")[:1])
    return OrderBy(day, nulls_last=True)


def by_reading_grade():
    """By the grade of the live text; what has none comes last."""
    live = Edition.objects.live().filter(page=OuterRef("pk"), language=writing.LANGUAGE)
    return OrderBy(Subquery(live.values("measurement__grade")[:1]), nulls_last=True)


class PageList(CompletedList):
    """Fetches the editions of the rows shown, rather than of every page, in three queries."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.title = self.opts.verbose_name_plural.capitalize()

    # {column: by what it is sorted}, made anew for each request, since the moment counts.
    SORTED = {
        "name": by_title,
        "next_review": by_next_review,
        "owned_by": by_owner,
        "reading_grade": by_reading_grade,
    }

    def get_ordering_field(self, field_name):
        made = self.SORTED.get(field_name)
        return made() if made else super().get_ordering_field(field_name)

    def complete(self, pages):
        editions = Edition.objects.filter(language=writing.LANGUAGE, page__in=pages)
        editions = editions.select_related("held_by", "measurement").defer("body")
        words = {
            "current": editions.current().with_review(),
            "working": editions.working(),
            "scheduled": editions.next_scheduled(),
        }
        for name, found in words.items():
            by_page = {edition.page_id: edition for edition in found}
            for page in pages:
                setattr(page, name, by_page.get(page.pk))
        comments = Comment.objects.open().filter(edition__in=editions.values("pk"))
        comments = Counter(comments.values_list("edition__page", flat=True))
        for page in pages:
            page.open_comments = comments[page.pk]
        self._name_topics(pages)

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


class GiveForm(forms.Form):
    owner = forms.ModelChoiceField(
        User.objects.none(),
        label="Give to",
        help_text="The new owner sees these pages on the desk when they are due, and is reminded "
        "of them by mail. Patients do not see who owns a page.",
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = arranging.possible_owners()
        self.fields["owner"].label_from_instance = User.name


def told_of_giving(given, owner):
    """What the list says after pages changed hands."""
    if given == 0:
        return f"{owner.name()} owns these pages already."
    return f"{owner.name()} owns {given} page{'' if given == 1 else 's'} more."


def whose(owner):
    """An owner's name in lists and forms."""
    return owner.name() if owner.is_active else f"{owner.name()} (no account any more)"


class PagesAdmin(Exported):
    """What topics, treatments and terms share."""

    list_display = ["name", "shown", "under_way", "next_review", "owned_by", "reading_grade"]
    list_filter = [ShownNow, UnderWay, NextReview, Owner, "tags"]
    list_select_related = ["owner"]
    list_per_page = 100
    search_fields = ["slug"]  # and texts, see get_search_results
    search_help_text = "Search by words of the text, drafts too, or by address."
    ordering = ["position", "id"]
    actions = ["give"]
    inlines = [CodeInline]
    add_fields = ["title"]
    add_form_template = change_form_template = "admin/arrange.html"
    object_history_template = "admin/page_history.html"
    change_list_template = "admin/page_list.html"

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
        if count := page.open_comments:
            told.append(f"{count} open comment{pluralize(count)}")
        said = "; ".join(told) or "–"
        return _with_changes(said, page) if told and page.current else said

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

    @admin.display(description="owner", ordering="sorted")
    def owned_by(self, page):
        if page.owner is None:
            return "–"
        return whose(page.owner)

    # Giving pages to somebody

    def get_actions(self, request):
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)  # nearly every page has a text, and is kept
        return actions

    def has_manage_permission(self, request):
        return request.user.has_perm(MANAGE)

    @admin.action(description="Give to…", permissions=["manage"])
    def give(self, request, pages):
        form = GiveForm(request.POST if "owner" in request.POST else None)
        if form.is_valid():
            owner = form.cleaned_data["owner"]
            try:
                given = arranging.give(pages=pages, owner=owner, by=request.user)
                self.message_user(request, told_of_giving(given, owner), messages.SUCCESS)
            except Refusal as refusal:
                self.message_user(request, str(refusal), messages.ERROR)
            return redirect(request.get_full_path())
        count = pages.count()
        named = pages.annotate(known_as=titles_of_pages())[:MOST_NAMED]
        context = self.admin_site.each_context(request) | {
            "title": "Give pages to somebody",
            "form": form,
            "opts": self.opts,
            "count": count,
            "named": named,
            "more": count - len(named),
            "chosen": request.POST.getlist(ACTION_CHECKBOX_NAME),
            "across": request.POST.get("select_across") == "1",
        }
        return TemplateResponse(request, "admin/give.html", context)

    @admin.display(description="reading grade", ordering="sorted")
    def reading_grade(self, page):
        current = page.current
        if current is None or (current.withdrawn_at and current.withdrawn_at <= timezone.now()):
            return "–"
        return library.figure(current, "grade")

    def changelist_view(self, request, extra_context=None):
        may = self.model != Term and request.user.has_perm(WRITE)
        return super().changelist_view(request, {"may_bring_in": may} | (extra_context or {}))

    # Adding opens the page and leads to its text; changing is the second screen

    def get_form(self, request, obj=None, change=False, **kwargs):
        if not change:  # `title` is the form's own, no column of a page
            kwargs |= {"form": AddForm, "fields": [f for f in self.add_fields if f != "title"]}
            return super().get_form(request, obj, change, **kwargs)
        return super().get_form(request, obj, change, **kwargs | {"form": ArrangeForm})

    def get_fields(self, request, obj=None):
        return self.fields if obj else self.add_fields

    def formfield_for_foreignkey(self, field, request, **kwargs):
        found = super().formfield_for_foreignkey(field, request, **kwargs)
        if field.name == "owner":
            possible = Q(pk__in=arranging.possible_owners().values("pk"))
            found.queryset = User.objects.filter(possible | OWNS).order_by(*BY_NAME)
            found.label_from_instance = whose
            found.empty_label = "Nobody"
        return found

    def formfield_for_dbfield(self, field, request, **kwargs):
        found = super().formfield_for_dbfield(field, request, **kwargs)
        if field.name in ("owner", "topic"):  # one chooses here; both have screens of their own
            found.widget.can_add_related = found.widget.can_change_related = False
            found.widget.can_delete_related = found.widget.can_view_related = False
        return found

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
        obj.slug = slug

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        if change:  # what is audited comes last
            page = self.model.objects.get(pk=form.instance.pk)
            with audited():
                arranging.change_slug(page=page, by=request.user, slug=form.instance.slug)
                arranging.record_arrangement(page=page, by=request.user, before=request.arrangement)

    def delete_model(self, request, obj):
        arranging.delete_page(page=obj, by=request.user)

    def response_add(self, request, obj, post_url_continue=None):
        return HttpResponseRedirect(writing.text_url(obj))

    def get_urls(self):
        model = self.opts.model_name
        screens = [
            ("<int:pk>/text/", writing.text, "text"),
            ("<int:pk>/advice/", advising.advise, "advice"),
            ("<int:pk>/editions/<int:number>/", writing.edition, "edition"),
            ("<int:pk>/editions/<int:number>/preview/", writing.preview, "preview"),
            ("<int:pk>/editions/<int:number>/rate/<slug:checklist>/", rating.rate, "rate"),
            ("<int:pk>/compare/", comparing.compare, "compare"),
            ("<int:pk>/past/", histories.past_screen, "past"),
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
        context |= histories.history_of(page, request.user) if page else {}
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


def _with_changes(said, page):
    """With a link to what changes for patients."""
    return format_html(
        '{} <a class="what-changes" href="{}">What changes'
        '<span class="visually-hidden"> for patients: {}</span></a>',
        said,
        comparing.compare_url(page),
        page.current.title,
    )


def _day(moment):
    return date_format(timezone.localtime(moment), "j F Y")


@admin.register(Treatment)
class TreatmentAdmin(PagesAdmin):
    add_fields = ["title", "topic", "treatment_kind"]
    fields = ["slug", "topic", "position", "treatment_kind", "tags", "owner"]
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
            path("bring-in/", self.admin_site.admin_view(bring_in), name="bring_in"),
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
        return found


@admin.register(Topic)
class TopicAdmin(PagesAdmin):
    fields = ["slug", "position", "tags", "owner"]


@admin.register(Term)
class TermAdmin(PagesAdmin):
    fields = ["slug", "other_spellings", "owner"]
    inlines = []


@admin.register(Page)
class AllPagesAdmin(PagesAdmin):
    """The list of pages of every kind; each row leads to the text of its own kind."""

    list_display = ["name", "kind", *PagesAdmin.list_display[1:]]
    list_filter = [NeedsMe, *PagesAdmin.list_filter[:-1], "kind", "tags"]
    fields = []  # a page is arranged under its kind
    ordering = ["kind", "topic", "position", "id"]

    def get_urls(self):
        """The list and its file; the screens of a page stand under its kind."""
        screens = [
            ("", self.changelist_view, "changelist"),
            ("export/", self.export_view, "export"),
            ("<int:pk>/change/", self.text_view, "change"),
        ]
        return [
            path(route, self.admin_site.admin_view(view), name=f"treatments_page_{name}")
            for route, view, name in screens
        ]

    def changelist_view(self, request, extra_context=None):
        return super().changelist_view(request, {"title": "All pages"} | (extra_context or {}))

    def text_view(self, request, pk):
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        return HttpResponseRedirect(writing.text_url(get_object_or_404(Page, pk=pk)))

    def has_add_permission(self, request):
        return False
