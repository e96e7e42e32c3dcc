"""How much somebody may send, by what they say of it, before anything reads it.

Django puts what is sent on the disk before it knows who sends it: the field that guards a form
stands in the form.
"""

from django.http import HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse

from treatments import connect, pixels
from treatments.intake import limits

MB = 1_000_000
AROUND = 1 * MB  # bytes of a form beside its file
LARGEST_UPLOAD = max(limits.LARGEST_FILE, pixels.LARGEST_FILE) + AROUND
LARGEST_FORM = 3 * MB  # above DATA_UPLOAD_MAX_MEMORY_SIZE, and above a file of references
LARGEST_QUESTION = 64_000  # of an EHR; what it asks fits into an address
UPLOADS = ["admin:bring_in", "admin:treatments_image_add"]


def bounded(get_response):
    """Refuse a request whose body is too large (413), or whose Content-Length is no number (400).

    A body without Content-Length is none for Django, which reads nothing of it.
    """

    def middleware(request):
        length = _length(request.META.get("CONTENT_LENGTH") or "0")
        if length is None:
            return _page("400.html", 400)
        if length > LARGEST_QUESTION and length > _most(request.path_info):
            return _page("413.html", 413)
        return get_response(request)

    return middleware


def _length(written):
    """The number that a Content-Length is (RFC 9110, 8.6); None where it is none."""
    fits = written.isascii() and written.isdigit() and len(written) < 19
    return int(written) if fits else None


def _most(address):
    if address in connect.ADDRESSES:
        return LARGEST_QUESTION
    return LARGEST_UPLOAD if address in map(reverse, UPLOADS) else LARGEST_FORM


def _page(template, status):
    return HttpResponse(render_to_string(template), status=status)
