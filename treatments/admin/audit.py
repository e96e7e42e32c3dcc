"""The audit trail as Managers read it: a list with filters, each entry, and both as files."""

from datetime import UTC, datetime, time

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Max, Q
from django.http import HttpResponseNotAllowed, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.text import capfirst

from treatments import audit_chain, comparison, richtext, spreadsheet
from treatments.models import AuditEntry
from treatments.publishing import MANAGE

AT_ONCE = 100  # entries on a screen, and rows that a file fetches together
LONGEST_NUMBER = 18  # digits of an entry's number in an address
# Letters of both sides of a change beyond which its words are not held against each other.
MOST_COMPARED = 60_000
NOBODY = "nobody signed in"  # no account can be called so: it has blanks
HEADS = (
    *("Number", "When (UTC)", "Account", "Full name", "From where", "What", "Kind of subject"),
    *("Of", "Reason", "Before", "After", "Digest"),
)


class FilterForm(forms.Form):
    """What of the trail is asked for. Choices are what there is in it."""

    subject = forms.CharField(
        required=False,
        max_length=250,
        label="Of what",
        help_text="A part of a name or an address, for example “drug-pump”.",
    )
    actor = forms.ChoiceField(required=False, label="Who")
    action = forms.ChoiceField(required=False, label="What")
    kind = forms.ChoiceField(required=False, label="Kind of subject")
    begin = forms.DateField(
        required=False, label="From", widget=forms.DateInput(attrs={"type": "date"})
    )
    end = forms.DateField(
        required=False, label="To", widget=forms.DateInput(attrs={"type": "date"})
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name, everything in (("actor", "anybody"), ("action", "any"), ("kind", "any")):
            values = AuditEntry.objects.values_there_are(name)
            named = [(value or NOBODY, value or NOBODY) for value in values]
            self.fields[name].choices = [("", everything), *named]

    def clean(self):
        begin, end = self.cleaned_data.get("begin"), self.cleaned_data.get("end")
        if begin and end and end < begin:
            self.add_error("end", "This day is before the first one.")
        return self.cleaned_data

    def found(self):
        """The entries asked for, in no order yet."""
        asked = self.cleaned_data
        entries = AuditEntry.objects.order_by()
        for name in ("actor", "action", "kind"):
            if value := asked[name]:
                entries = entries.filter(**{name: "" if value == NOBODY else value})
        if asked["begin"]:
            entries = entries.filter(at__gte=datetime.combine(asked["begin"], time.min, UTC))
        if asked["end"]:
            entries = entries.filter(at__lte=datetime.combine(asked["end"], time.max, UTC))
        if asked["subject"]:
            entries = entries.filter(subject__icontains=asked["subject"])
        return entries

    def told(self):
        """What was asked for, for the audit trail."""
        return {name: value for name, value in self.cleaned_data.items() if value}


@admin.register(AuditEntry)
class AuditAdmin(admin.ModelAdmin):
    """Read by Managers, changed by nobody; so it has none of the admin's other addresses."""

    def get_urls(self):
        return [
            path(route, self.admin_site.admin_view(view), name=f"treatments_auditentry_{name}")
            for route, view, name in (
                ("", self.changelist_view, "changelist"),
                ("export/", self.export_view, "export"),
                ("<int:pk>/", self.entry_view, "change"),
            )
        ]

    def get_fields(self, request, obj=None):
        return []  # nobody fills anything in

    def has_view_permission(self, request, obj=None):
        return request.user.has_perm(MANAGE)

    has_add_permission = has_change_permission = has_delete_permission = (
        lambda self, request, obj=None: False
    )

    def has_module_permission(self, request):
        return self.has_view_permission(request)

    def changelist_view(self, request, extra_context=None):
        self._require_reader(request)
        form = FilterForm(request.GET)
        wrong = not form.is_valid()
        entries, newer, older = ([], "", "") if wrong else _screen(form.found(), request.GET)
        return self._page(
            request,
            "list",
            title="Audit trail",
            form=form,
            filtered=bool(form.is_bound and not wrong and form.told()),
            entries=entries,
            newer=newer,
            older=older,
            exports=[
                (words, f"{reverse('admin:treatments_auditentry_export')}?{query}")
                for words, query in (
                    ("Export as CSV", _query(request.GET, format="csv")),
                    ("Export as JSON", _query(request.GET, format="json")),
                )
            ],
            status=400 if wrong else 200,
        )

    def entry_view(self, request, pk):
        """One entry, with what it changed word by word."""
        self._require_reader(request)
        entry = get_object_or_404(AuditEntry, pk=pk)
        return self._page(
            request,
            "entry",
            title=f"{capfirst(entry.action)}: {entry.subject}",
            entry=entry,
            changes=_changes(entry.before, entry.after),
        )

    def export_view(self, request):
        """The entries of a filtered list as CSV, or as the JSON that their digests are made of."""
        if request.method != "GET":
            return HttpResponseNotAllowed(["GET"])
        self._require_reader(request)
        form = FilterForm(request.GET)
        as_json = request.GET.get("format") == "json"
        if not form.is_valid():
            return self.changelist_view(request)
        newest = AuditEntry.objects.aggregate(newest=Max("pk"))["newest"] or 0
        AuditEntry.objects.record(
            by=request.user,
            action="export",
            subject="audit trail",
            after={"as": "JSON" if as_json else "CSV", "up to": newest, "filters": form.told()},
        )
        entries = _oldest_first(form.found().filter(pk__lte=newest))
        name, kind = ("jsonl", "application/x-ndjson") if as_json else ("csv", "text/csv")
        file_name = f"audit-trail-{timezone.now():%Y-%m-%d}.{name}"
        return StreamingHttpResponse(
            _as_json(entries) if as_json else _as_csv(entries),
            content_type=f"{kind}; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{file_name}"'},
        )

    def _require_reader(self, request):
        if not self.has_view_permission(request):
            raise PermissionDenied

    def _page(self, request, name, *, status=200, **context):
        context = self.admin_site.each_context(request) | {"opts": self.opts} | context
        template = f"admin/treatments/auditentry/{name}.html"
        return TemplateResponse(request, template, context, status=status)


def _screen(entries, query):
    """A screen of entries, the newest first: (entries, query of the newer ones, of the older).

    An address names the entry at which the screen begins or ends, so that nothing is counted and
    no row is read that is not shown.
    """
    older_than, newer_than = _numbered(query.get("before")), _numbered(query.get("after"))
    # Their numbers first: an index has all that the search needs.
    found = _behind(entries, newer_than or older_than, up=bool(newer_than))
    numbers = list(found.values_list("pk", flat=True)[: AT_ONCE + 1])
    more, numbers = len(numbers) > AT_ONCE, numbers[:AT_ONCE]
    if newer_than:
        numbers.reverse()
    more_newer, more_older = (more, True) if newer_than else (bool(older_than), more)
    newer = _query(query, after=numbers[0]) if numbers and more_newer else ""
    older = _query(query, before=numbers[-1]) if numbers and more_older else ""
    rows = AuditEntry.objects.defer("before", "after").in_bulk(numbers)
    return [rows[number] for number in numbers], newer, older


def _behind(entries, start, *, up):
    """The entries on one side of `start`, or all, by their time, and by number at the same time."""
    way = "gt" if up else "lt"
    if start:
        same = Q(**{f"at__{way}": start.at}) | Q(**{f"pk__{way}": start.pk})
        entries = entries.filter(same, **{f"at__{way}e": start.at})
    return entries.order_by(*(("at", "pk") if up else ("-at", "-pk")))


def _numbered(number):
    if not (number and number.isascii() and number.isdigit()) or len(number) > LONGEST_NUMBER:
        return None
    return AuditEntry.objects.only("pk", "at").filter(pk=number).first()


def _query(query, **more):
    """The query of an address with the same filters."""
    query = query.copy()
    for name in ("before", "after", "format"):
        query.pop(name, None)
    for name in [name for name, value in query.items() if not value]:
        query.pop(name)
    query.update(more)
    return query.urlencode()


def _oldest_first(entries):
    """Every entry in the order of the chain, a hundred at a time: texts in them may be long."""
    last = 0
    while some := list(entries.filter(pk__gt=last).order_by("pk")[:AT_ONCE]):
        yield from some
        last = some[-1].pk


def _as_json(entries):
    for entry in entries:
        yield audit_chain.whole_line(entry.told(), entry.digest) + "\n"


def _as_csv(entries):
    def rows():
        yield HEADS
        for entry in entries:
            told = entry.told()
            yield [
                *(entry.pk, told["at"], entry.actor, entry.name, entry.place, entry.action),
                *(entry.kind, entry.subject, entry.reason),
                *(audit_chain.as_json(told[name]) for name in ("before", "after")),
                entry.digest,
            ]

    return spreadsheet.lines(rows())


# What an entry changed


def _changes(before, after):
    """[(name, what stood there, what stands there, both word by word or None)]"""
    names = dict.fromkeys([*before, *after])
    return [_change(name, before, after) for name in names]


def _change(name, before, after):
    old, new = _words(before.get(name)), _words(after.get(name))
    compare = old and new and len(old) + len(new) <= MOST_COMPARED
    return name.replace("_", " "), old, new, _marked(name, old, new) if compare else None


def _words(value):
    """A value as people read it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(map(_words, value))
    if isinstance(value, dict):
        return "; ".join(f"{name}: {_words(inner)}" for name, inner in value.items())
    return "" if value is None else str(value)


def _marked(name, old, new):
    """The pieces of both, of a text without its markup unless that changed."""
    if name == "body" and (plain := [richtext.plain(old), richtext.plain(new)])[0] != plain[1]:
        old, new = plain
    return comparison.words(old, new)
