"""What people take along: leaflets as PDF, and a text as one file of HTML."""

import base64
import re

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.utils.safestring import mark_safe

from treatments import reading, wording
from treatments.leaflets import content, printing, sheets
from treatments.models import Page
from treatments.views import LONGEST_LIST, of_page, treatments_of

# In a cleaned text, which has one spelling of every link and escapes "<" in its words.
_OWN_LINK = re.compile(r'(<a(?: [a-z-]+="[^"]*")*? href=")(?=/)')
# In the output of `reading`, which names the pictures that the file carries along.
_PICTURE = re.compile(r'(<img src=")(picture:[0-9a-f]+)(?=")')
MOST_PICTURES = 3_000_000  # bytes in one file: about fifteen photographs
UNKEPT = "noindex"  # a search engine's copy would outlive a withdrawn text
_SENTENCES = {
    printing.Busy: "Many people are asking for leaflets at this moment. Try again in a minute.",
    printing.TooMuch: "No leaflet can be made of this text now.",
    printing.NotInstalled: "This site cannot make leaflets yet.",
}


@of_page(Page.Kind.TREATMENT)
def treatment_leaflet(request, edition):
    return _leaflet(request, edition, [])


@of_page(Page.Kind.TOPIC)
def topic_leaflet(request, edition):
    return _leaflet(request, edition, _all_of(edition))


def _all_of(topic):
    """The treatments of a topic; one more than the longest list is too many for a copy."""
    return list(treatments_of(topic)[: LONGEST_LIST + 1])


def _leaflet(request, edition, below):
    try:
        sheet = sheets.chosen(
            request.GET.getlist("size"), request.GET.getlist("paper"), settings.LEAFLET_PAPER
        )
    except sheets.Refused as refused:
        return _no_leaflet(request, edition, str(refused), status=400)
    if len(below) > LONGEST_LIST:
        return _not_printed(request, edition, printing.TooMuch())
    leaflet = content.leaflet(edition, below, sheet)
    etag = quote_etag(leaflet.digest)
    answer = get_conditional_response(request, etag=etag)
    if answer is None:
        try:
            answer = HttpResponse(printing.printer.pdf(leaflet), content_type="application/pdf")
        except printing.NotPrinted as reason:
            return _not_printed(request, edition, reason)
        if not _are_live([edition, *below]):
            return redirect(request.get_full_path())
        name = f"{edition.page.slug}-{sheet.size}-{sheet.paper}.pdf"
        answer["Content-Disposition"] = f'inline; filename="{name}"'
        answer["X-Robots-Tag"] = UNKEPT
    answer["ETag"] = etag
    return answer


def _are_live(editions):
    """Whether patients may still read them: making a leaflet takes time, withdrawing takes none."""
    found = reading.live(*reading.WITH_PAGE).filter(pk__in=[edition.pk for edition in editions])
    return found.count() == len(editions)


def _not_printed(request, edition, reason):
    answer = _no_leaflet(request, edition, _SENTENCES[type(reason)], status=503)
    answer["Retry-After"] = str(reason.retry_after)
    return answer


def _no_leaflet(request, edition, sentence, status):
    context = {"edition": edition, "sentence": sentence, "made": printing.is_installed()}
    return render(request, "no_leaflet.html", context, status=status)


@of_page(Page.Kind.TREATMENT)
def treatment_export(request, edition):
    return _export(request, edition, [])


@of_page(Page.Kind.TOPIC)
def topic_export(request, edition):
    return _export(request, edition, _all_of(edition))


def _export(request, edition, below):
    if len(below) > LONGEST_LIST:
        return _not_printed(request, edition, printing.TooMuch())
    carried = reading.Carried(MOST_PICTURES)
    text, texts, references = reading.read(edition, below, terms=[], files=carried)
    context = {
        "text": _absolute(text, carried.contents),
        "texts": [_absolute(part, carried.contents) for part in texts],
        "references": references,
        "address": settings.SITE_URL + edition.page.get_absolute_url(),
        "copy": wording.COPY,
    }
    answer = render(request, "export.html", context)
    # No browser opens it here, under this site's name: whoever keeps it opens it elsewhere.
    answer["Content-Disposition"] = f'attachment; filename="{edition.page.slug}.html"'
    answer["Content-Security-Policy"] = f"{settings.SECURE_CSP_FILE}; frame-ancestors 'none'"
    answer["X-Robots-Tag"] = UNKEPT
    return answer


def _absolute(text, pictures):
    """The text unfolded, with links that lead back to this site from anywhere, and its pictures."""
    body = _OWN_LINK.sub(rf"\g<1>{settings.SITE_URL}", text.body)
    body = _PICTURE.sub(lambda found: found[1] + _data(pictures[found[2]]), body)
    body = body.replace("<details", "<details open")
    return reading.Text(text.edition, mark_safe(body), text.standing)  # noqa: S308 – from reading


def _data(content):
    return f"data:image/webp;base64,{base64.b64encode(content).decode()}"
