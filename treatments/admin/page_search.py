"""Looking for a page to link to, while writing."""

from django.core.exceptions import PermissionDenied
from django.http import JsonResponse
from django.views.decorators.http import require_safe

from treatments import reading
from treatments.publishing import APPROVE, WRITE

MOST = 20


@require_safe
def page_search(request):
    """Pages that patients can read now and whose titles hold all the words of `q`, as JSON.

    {"results": [{"title", "url", "kind"}]}: those that begin with the first word come first.
    """
    user = request.user
    if not (user.is_active and user.is_staff and (user.has_perm(WRITE) or user.has_perm(APPROVE))):
        raise PermissionDenied("Only those who write or review texts look for pages here.")
    words = request.GET.get("q", "")[:200].replace("\0", "").split()
    return JsonResponse({"results": _found(words) if words else []})


def _found(words):
    editions = reading.live().only("title", "page__kind", "page__slug")
    for word in words:
        editions = editions.filter(title__icontains=word)
    found = [
        {
            "title": edition.title,
            "url": edition.page.get_absolute_url(),
            "kind": edition.page.get_kind_display(),
        }
        for edition in editions.order_by("title", "pk")[: MOST * 5]
    ]
    first = words[0].casefold()
    return sorted(found, key=lambda page: not page["title"].casefold().startswith(first))[:MOST]
