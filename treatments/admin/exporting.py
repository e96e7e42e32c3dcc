"""Lists as files: each list of the admin can be fetched as CSV, as it is filtered and sorted."""

import datetime
import itertools
from html import unescape

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.utils import label_for_field, lookup_field
from django.contrib.admin.views.main import ALL_VAR, ERROR_FLAG, PAGE_VAR, ChangeList
from django.core.exceptions import PermissionDenied
from django.http import HttpResponseNotAllowed, HttpResponseRedirect, StreamingHttpResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.html import strip_tags
from django.utils.text import capfirst

from treatments import spreadsheet
from treatments.models import AuditEntry

AT_ONCE = 500  # rows that are fetched and written together
# What says which part of a list the screen shows, and nothing of what is in the list.
OF_THE_SCREEN = (PAGE_VAR, ALL_VAR, ERROR_FLAG)


class CompletedList(ChangeList):
    """A list whose rows are completed after they are fetched, on the screen and in the file."""

    def complete(self, rows):
        """Put onto these objects what the columns need beyond the query, in few queries."""

    def get_results(self, request):
        super().get_results(request)
        self.result_list = list(self.result_list)
        self.complete(self.result_list)


class Exported(admin.ModelAdmin):
    """A list with a link that gives all its rows as CSV, each fetching kept in the audit trail."""

    def get_changelist(self, request, **kwargs):
        return CompletedList

    def get_urls(self):
        view = self.admin_site.admin_view(self.export_view)
        return [path("export/", view, name=self._name("export")), *super().get_urls()]

    def _name(self, screen):
        return f"{self.opts.app_label}_{self.opts.model_name}_{screen}"

    def changelist_view(self, request, extra_context=None):
        address = reverse(f"admin:{self._name('export')}", current_app=self.admin_site.name)
        query = _of_the_list(request.GET).urlencode()
        export = {"export_url": f"{address}?{query}" if query else address}
        return super().changelist_view(request, export | (extra_context or {}))

    def export_view(self, request):
        """All rows of the list with its filters, search, order and columns, as a file."""
        if request.method != "GET":
            return HttpResponseNotAllowed(["GET"])
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        request.GET = _of_the_list(request.GET)
        try:
            found = self.get_changelist_instance(request)
        except IncorrectLookupParameters:  # the list itself says so
            address = reverse(f"admin:{self._name('changelist')}", current_app=self.admin_site.name)
            return HttpResponseRedirect(f"{address}?{request.GET.urlencode()}")
        # The numbers first: the audit trail says how many rows are given before any is.
        numbers = list(found.queryset.values_list("pk", flat=True))
        AuditEntry.objects.record(
            by=request.user,
            action="export",
            subject=f"list of {self.opts.verbose_name_plural}",
            after={"rows": len(numbers), "filters": _told(request.GET)},
        )
        table = itertools.chain([self._heads(found)], self._rows(found, numbers))
        return StreamingHttpResponse(
            spreadsheet.lines(table),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{self._file_name()}"'},
        )

    def _file_name(self):
        name = self.opts.verbose_name_plural.replace(" ", "-")
        return f"{name}-{timezone.localdate():%Y-%m-%d}.csv"

    def _heads(self, found):
        return [
            capfirst(label_for_field(name, self.model, self, form=None)) for name in _columns(found)
        ]

    def _rows(self, found, numbers):
        """The cells of the rows with these numbers, in this order, fetched a few hundred a time."""
        fetched = found.apply_select_related(found.root_queryset)
        for at in range(0, len(numbers), AT_ONCE):
            some = fetched.in_bulk(numbers[at : at + AT_ONCE])
            rows = [some[number] for number in numbers[at : at + AT_ONCE] if number in some]
            found.complete(rows)
            for row in rows:
                yield [self._cell(name, row) for name in _columns(found)]

    def _cell(self, name, row):
        field, _, value = lookup_field(name, row, self)
        if field is not None and field.flatchoices:
            value = dict(field.flatchoices).get(value, value)
        if hasattr(value, "__html__"):  # only the words of what the screen makes bold
            value = unescape(strip_tags(value))
        if isinstance(value, datetime.datetime):
            value = timezone.localtime(value).replace(tzinfo=None)
        return value


def _of_the_list(query):
    """The parameters of a list's address that say which rows are in it, and in which order."""
    query = query.copy()
    for name in OF_THE_SCREEN:
        query.pop(name, None)
    return query


def _told(query):
    """The parameters for the audit trail; PostgreSQL keeps no NUL."""
    return {
        name.replace("\0", ""): ", ".join(values).replace("\0", "")
        for name, values in query.lists()
    }


def _columns(found):
    return [name for name in found.list_display if name != "action_checkbox"]
