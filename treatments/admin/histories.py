"""A page's editions with people, dates and reviews, and what it said at a moment of the past."""

import datetime

from django.conf import settings
from django.contrib import admin
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from treatments import moments, past, reading, wording
from treatments.admin import periods, writing
from treatments.admin.picture_files import staff_files
from treatments.leaflets import content, printing, sheets
from treatments.models import Edition, Page
from treatments.publishing import WRITE

NO_PDF = {
    printing.Busy: "The portal is making other documents now. Try again in a minute.",
    printing.TooMuch: "This text is too long for a PDF. Print this page instead.",
    printing.NotInstalled: "This machine cannot make PDFs yet. Print this page instead.",
}


def history_of(page, user):
    """What the screen of a page's history says beside its deeds."""
    editions = list(
        page.editions.filter(language=writing.LANGUAGE)
        .with_replacement()
        .select_related("author", "approver", "withdrawn_by")
        .prefetch_related("reviews", "contributors__user")
        .defer("body")
        .order_by("-number")
    )
    for edition, before in zip(editions, [*editions[1:], None], strict=True):
        edition.when_read = periods.when_read(edition)
        edition.before = before.number if before else None
    working = any(edition.state != Edition.State.APPROVED for edition in editions)
    return {
        "page": page,
        "editions": editions,
        "can_restore": user.has_perm(WRITE) and not working,
        "zone": timezone.get_current_timezone_name(),
    }


def past_url(page, at=None, **more):
    address = reverse(f"admin:treatments_{page.kind}_past", args=[page.pk])
    asked = ({"at": at.isoformat()} if at else {}) | more
    return f"{address}?{urlencode(asked)}" if asked else address


@require_safe
def past_screen(request, pk, model):
    """What patients read at `?at=2026-03-03T14:05:00`; with `&as=pdf` as a document for proof."""
    page = get_object_or_404(model, pk=pk)
    writing.require_staff_of_texts(request.user)
    written = request.GET.get("at", "")
    if not written:
        return _screen(request, page)
    try:
        moment = moments.read(written, timezone.get_current_timezone())
    except moments.Nonsense as nonsense:
        return _screen(request, page, sentence=str(nonsense), status=400)
    if request.GET.get("as") != "pdf":
        return _screen(request, page, **_told(page, moment, staff_files))
    carried = reading.Carried(content.MOST_PICTURES)
    told = _told(page, moment, carried)
    if told["to_come"]:
        sentence = "A document for proof is of a moment that is past. This one is still to come."
        return _screen(request, page, **told, sentence=sentence, status=400)
    return _as_pdf(request, page, told, carried.contents)


def _told(page, moment, files):
    """What there is to say of a page at a moment; `files` as for `reading.read`."""
    found = past.read(page, moment.at, files)
    nothing = _nothing(found)
    return {
        "found": found,
        "nothing": nothing,
        "text": None if nothing else found.text,
        "to_come": past.is_to_come(moment.at),
        "moment": f"{periods.moment(moment.at)} ({timezone.get_current_timezone_name()})",
        "universal": f"{date_format(moment.at.astimezone(datetime.UTC), 'j F Y, H:i:s')} UTC",
        "second": past_url(page, moment.other) if moment.other else "",
        "made": past.made_at(),
    }


def _nothing(found):
    """Why patients read nothing, in sentences; "" where they read something."""
    if past.is_before(found):
        made = periods.moment(past.made_at())
        return f"Nothing that is known: the portal’s database was made on {made}."
    if found.text:
        return ""
    if found.is_withdrawn:
        number, at = found.edition.number, periods.moment(found.edition.withdrawn_at)
        said = f"Nothing: edition {number} was withdrawn on {at}."
        if found.page.kind == Page.Kind.TERM:
            return said
        return f"{said} At its address stood: “{wording.WITHDRAWN}”"
    if found.first:
        return (
            f"Nothing: the page was not yet published. That was on {periods.moment(found.first)}."
        )
    return "Nothing: the page was not yet published, and has not been since."


def _as_pdf(request, page, told, pictures):
    found, title = told["found"], _title(page, told)
    number = f" Edition {told['text'].edition.number}." if told["text"] else ""
    document = content.record(
        title=title,
        footer=f"What patients read on {told['moment']}.{number}",
        address=settings.SITE_URL + found.page.get_absolute_url(),
        sheet=sheets.Sheet(paper=settings.LEAFLET_PAPER),
        told=told | {"heading": heading(told)},
        pictures=pictures,
    )
    try:
        made = printing.printer.pdf(document)
    except printing.NotPrinted as reason:
        answer = _screen(request, page, **told, sentence=NO_PDF[type(reason)], status=503)
        answer["Retry-After"] = str(reason.retry_after)
        return answer
    answer = HttpResponse(made, content_type="application/pdf")
    name = f"{found.page.slug}-{found.at.astimezone(datetime.UTC):%Y%m%dT%H%M%SZ}.pdf"
    answer["Content-Disposition"] = f'inline; filename="{name}"'
    return answer


def heading(told):
    if told["to_come"]:
        return f"As patients will read it on {told['moment']}, by what is scheduled now"
    return (
        f"{'What patients read' if told['nothing'] else 'As patients read it'} on {told['moment']}"
    )


def _title(page, told):
    """The title that the page had then, else the one by which it is known, else its address."""
    edition = told["found"].edition
    return edition.title if edition else page.slug


def _screen(request, page, *, status=200, **told):
    found = told.get("found")
    named = page.editions.filter(language=writing.LANGUAGE).order_by("number").last()
    context = admin.site.each_context(request) | {
        "title": heading(told) if found else "What did this page say on …?",
        "opts": page._meta,
        "page": page,
        "named": named.title if named else page.slug,
        "page_title": _title(page, told) if found else "",
        "given": request.GET.get("at", ""),
        "zone": timezone.get_current_timezone_name(),
        "pdf": past_url(page, found.at, **{"as": "pdf"}) if found else "",
        **told,
    }
    return TemplateResponse(request, "admin/past.html", context, status=status)
