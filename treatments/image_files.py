"""The files of pictures, to those who may see them."""

from django.db.models import Exists, OuterRef
from django.http import Http404, HttpResponse
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.views.decorators.http import require_safe

from treatments.models import ImageFile
from treatments.reading import live

# A browser keeps it, since another picture has another address; what stands between (s-maxage)
# asks each time, or it would show the picture of a text that was withdrawn.
KEPT = "public, max-age=31536000, s-maxage=0, immutable"


@require_safe
def image(request, key, width):
    """One width of a picture, for as long as a text that patients may read shows it."""
    shown = Exists(live().filter(placements__image=OuterRef("image")))
    answer = served(request, ImageFile.objects.of(key, width).filter(shown))
    answer["Cache-Control"] = KEPT
    answer["X-Robots-Tag"] = "noindex"  # a search engine's copy would outlive a withdrawn text
    return answer


def served(request, files):
    """The one file of the query, if the visitor has it not already; raises Http404."""
    found = files.select_related("image").defer("content").first()
    if found is None:
        raise Http404
    etag = quote_etag(f"{found.image.key}-{found.width}")
    answer = get_conditional_response(request, etag=etag)
    if answer is None:  # only now is it read
        answer = HttpResponse(bytes(found.content), content_type="image/webp")
    answer["ETag"] = etag
    return answer
