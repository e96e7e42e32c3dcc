"""Pictures for staff, for those who have a link to a draft, and for the editor's list of them."""

import functools

from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404, JsonResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from treatments import pixels, sharing
from treatments.image_files import served
from treatments.models import Image, ImageFile
from treatments.publishing import APPROVE, MANAGE, WRITE

MOST = 60  # in the editor's list, of which it shows fifty


def works_with_texts(user):
    """Whether somebody may see what is not published."""
    return any(map(user.has_perm, (WRITE, APPROVE, MANAGE)))


def staff_files(key, sizes):
    """For `reading.read`: the files of a picture, whatever shows it, for staff alone."""
    return [
        (reverse("admin:image_file", args=[key, width]), width, height) for width, height in sizes
    ]


def shared_files(token):
    """For `reading.read`: the files for whoever has the link to an edition."""
    return functools.partial(_shared_files, token)


def _shared_files(token, key, sizes):
    return [
        (reverse("admin:shared_image", args=[token, key, width]), width, height)
        for width, height in sizes
    ]


@require_safe
def image_file(request, key, width):
    """One width of a picture, for people who work with texts."""
    if not works_with_texts(request.user):
        raise PermissionDenied
    return served(request, ImageFile.objects.of(key, width))


@require_safe
def image_in_editor(request, key):
    """A picture in the width of a text, for the editor, which knows its key alone."""
    if not works_with_texts(request.user):
        raise PermissionDenied
    files = ImageFile.objects.filter(image__key=key, width__lte=pixels.WIDTHS[1])
    return served(request, files.order_by("-width"))


@require_safe
def shared_image(request, token, key, width):
    """The same for somebody without an account, if the edition of an open link shows it."""
    edition = sharing.edition_of(token)
    if edition is None:
        raise Http404
    files = ImageFile.objects.of(key, width)
    return served(request, files.filter(image__placements__edition=edition))


@require_safe
def picture_search(request):
    """Pictures of which title or alternative text hold all the words of `q`, the newest first.

    {"results": [{"key", "title", "alternative", "decorative", "credit", "file"}]}, as JSON.
    """
    if not works_with_texts(request.user):
        raise PermissionDenied("Only those who work with texts look for pictures here.")
    found = Image.objects.all()
    for word in request.GET.get("q", "")[:200].replace("\0", "").split():
        found = found.filter(Q(title__icontains=word) | Q(alternative__icontains=word))
    images = list(found[:MOST])
    sizes = ImageFile.objects.sizes(images)
    results = [
        {
            "key": image.key,
            "title": image.title,
            "alternative": image.alternative,
            "decorative": image.decorative,
            "credit": image.credit,
            "file": staff_files(image.key, sizes[image.pk])[0][0],
        }
        for image in images
        if image.pk in sizes
    ]
    return JsonResponse({"results": results})
