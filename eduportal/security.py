"""Who asks, and the headers of every answer."""

import functools
import ipaddress
import logging

from django.conf import settings
from django.http import HttpResponseNotAllowed

from eduportal.csp import CSP, build_policy
from treatments import connect

logger = logging.getLogger(__name__)

ADMIN = "/admin/"
READING = ("GET", "HEAD")
FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_HOST")
PERMISSIONS_POLICY = ", ".join(
    f"{feature}=()"
    for feature in (
        "accelerometer",
        "camera",
        "display-capture",
        "geolocation",
        "gyroscope",
        "magnetometer",
        "microphone",
        "payment",
        "usb",
    )
)


def is_for_staff(request):
    """Whether the address is one of the admin's; all others are public."""
    return request.path_info.startswith(ADMIN)


def headers(get_response):
    """Put the security headers on every answer, those of static files and errors included."""
    public = build_policy(settings.SECURE_CSP)
    admin = build_policy(settings.SECURE_CSP_ADMIN)
    # Views of the admin mark their answers with these attributes.
    marked = {
        "edits_rich_text": build_policy(settings.SECURE_CSP_EDITOR),
        "shows_public_page": build_policy(settings.SECURE_CSP_PREVIEW),
    }

    def middleware(request):
        response = get_response(request)
        for_staff = is_for_staff(request)
        found = response.headers
        marks = [policy for mark, policy in marked.items() if getattr(response, mark, False)]
        policy = [*marks, admin][0] if for_staff else public
        found.setdefault(CSP.HEADER_ENFORCE.value, policy)
        found.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        found.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        _set_caching(found, for_staff)
        # X-Frame-Options cannot name who may; where somebody may, frame-ancestors alone speaks.
        framed = marked["shows_public_page"] in marks if for_staff else settings.FRAME_ANCESTORS
        response.xframe_options_exempt = bool(framed)
        return response

    return middleware


def _set_caching(found, for_staff):
    if for_staff and "no-store" not in found.get("Cache-Control", ""):
        found["Cache-Control"] = "no-store"
    # no-cache: keep a copy, and ask before showing it.
    found.setdefault("Cache-Control", "no-cache")


def public_pages_only_read(get_response):
    """Keep cookies and posted data away from public pages: they are the same for everyone."""

    def middleware(request):
        if is_for_staff(request):
            return get_response(request)
        allowed = connect.METHODS if request.path_info in connect.ADDRESSES else READING
        if request.method not in (*allowed, "OPTIONS"):
            return HttpResponseNotAllowed(allowed)
        request.META.pop("HTTP_COOKIE", None)
        return get_response(request)

    return middleware


def trusted_proxies(get_response):
    """Take the visitor's address and scheme from TRUSTED_PROXIES, and from nobody else.

    The host is what `Host` says, which proxies pass on; X-Forwarded-Host is nobody's word.
    Whatever stands below sees the request as if the visitor had come straight to it.
    """

    def middleware(request):
        told = {name: request.META.pop(name, "") for name in FORWARDED}
        if _is_trusted(request.META.get("REMOTE_ADDR", "")):
            _believe(request.META, told["HTTP_X_FORWARDED_FOR"], told["HTTP_X_FORWARDED_PROTO"])
        elif told["HTTP_X_FORWARDED_PROTO"]:
            _say_once(request.META.get("REMOTE_ADDR", ""))
        return get_response(request)

    return middleware


def _believe(meta, addresses, schemes):
    meta["REMOTE_ADDR"] = _visitor(meta["REMOTE_ADDR"], addresses)
    # Of several, the last is our proxy's; what stands left of it anyone may write.
    if (last := schemes.split(",")[-1].strip().lower()) in ("http", "https"):
        meta["wsgi.url_scheme"] = last


def _visitor(address, forwarded):
    """The right-most address that is no trusted proxy; what stands left of it anyone may write."""
    for entry in reversed(forwarded.split(",")):
        if not _is_trusted(address) or _address(entry) is None:
            break
        address = str(_address(entry))
    return address


def _is_trusted(text):
    return is_in(text, settings.TRUSTED_PROXIES)


def is_in(text, networks):
    """Whether an address, in any of the spellings that `_address` reads, is in one of these."""
    address = _address(text)
    return address is not None and any(address in network for network in networks)


def client_address(request):
    """Where a request comes from, behind the proxies that are trusted; "" of a socket's file."""
    return str(_address(request.META.get("REMOTE_ADDR", "")) or "")


def site_of(text):
    """The address, or of IPv6 the network of one household or site, which has them in plenty."""
    found = _address(text)
    if found is None:  # a socket in the file system has none
        return text
    return str(found if found.version == 4 else ipaddress.ip_network((found, 64), strict=False))


def _address(text):
    """The IP address in `192.0.2.1`, `192.0.2.1:4711`, `2001:db8::1` or `[2001:db8::1]:4711`."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    # A socket that listens at :: shows IPv4 visitors as ::ffff:192.0.2.1.
    return getattr(address, "ipv4_mapped", None) or address


@functools.lru_cache(maxsize=64)
def _say_once(address):
    logger.warning(
        "X-Forwarded-Proto of %s was ignored. If that is your proxy, add it to TRUSTED_PROXIES.",
        address,
    )
