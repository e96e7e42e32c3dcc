"""Public pages, packed as the browser says that it can unpack them."""

import gzip

import brotli
from django.utils.cache import patch_vary_headers

from eduportal.security import READING, is_for_staff

# The browser's parameters, measured by bench/on_the_wire.py: docs/decisions/README.md.
BROTLI_QUALITY = 5
GZIP_LEVEL = 6
TINY = 256  # bytes, about a packet's head: packing them saves nobody's time

# {content coding: how it packs}, the best first.
PACKED = {
    "br": lambda content: brotli.compress(content, mode=brotli.MODE_TEXT, quality=BROTLI_QUALITY),
    # Without the time, so that the same page is the same bytes, and keeps its ETag.
    "gzip": lambda content: gzip.compress(content, GZIP_LEVEL, mtime=0),
}
TEXT = ("text/", "application/json", "application/xml")


def compressed(get_response):
    """Pack public answers of text by Accept-Encoding, and say that they vary by it.

    It stands below ConditionalGetMiddleware, so that each packing has an ETag of its own, and above
    what sets Content-Length. The admin's pages hold secrets beside what a stranger may have
    put there, whose packed length would betray them (BREACH): they stay as they are.
    """

    def middleware(request):
        response = get_response(request)
        if is_for_staff(request) or not _could_be(request, response):
            return response
        patch_vary_headers(response, ["Accept-Encoding"])
        coding = chosen(request.headers.get("Accept-Encoding", ""), len(response.content))
        if coding != "identity":
            response.content = PACKED[coding](response.content)
            response["Content-Encoding"] = coding
            response["Content-Length"] = str(len(response.content))
        return response

    return middleware


def _could_be(request, response):
    kind = response.get("Content-Type", "").partition(";")[0].strip()
    return (
        request.method in READING
        and not response.streaming
        and bool(response.content)
        and response.status_code not in (206, 304)
        and "Content-Encoding" not in response
        and (kind.startswith(TEXT) or kind.endswith("+xml"))
    )


def chosen(accepted: str, size: int) -> str:
    """The coding for a body of `size` bytes under an Accept-Encoding header (RFC 9110, 12.5.3).

    One of PACKED or "identity", which is also the answer to a header that allows nothing.
    """
    weights = _weights(accepted)
    # What is not named takes the weight of "*"; identity alone is welcome, though last, unnamed.
    others = weights.get("*", 0)
    found = {coding: weights.get(coding, others) for coding in PACKED}
    unnamed = 0 if weights.get("*") == 0 else 0.0001
    found["identity"] = weights.get("identity", unnamed)
    if size < TINY and found["identity"]:
        return "identity"
    best = max(found, key=found.get)  # of equals, the first
    return best if found[best] else "identity"


def _weights(accepted):
    """{coding: its q from 0 to 1}; a part that makes no sense counts as refused."""
    weights = {}
    for part in accepted.lower().split(","):
        coding, _, parameter = (piece.strip() for piece in part.partition(";"))
        if coding:
            weights[coding] = _weight(parameter)
    return weights


def _weight(parameter):
    if not parameter:
        return 1
    name, _, value = parameter.partition("=")
    try:
        q = float(value)
    except ValueError:
        return 0
    return q if name.strip() == "q" and 0 <= q <= 1 else 0
