"""What stands around the addresses at which an EHR asks: headers, and how often one may ask."""

import functools
import logging
import math
import sqlite3
import threading
import time

from django.conf import settings
from django.http import HttpResponse
from django.utils.crypto import salted_hmac

from eduportal.security import client_address, is_in, site_of
from treatments import connect

logger = logging.getLogger(__name__)

WINDOW = 60  # seconds in which requests are counted
FILE = "connect-rate.sqlite3"  # in DATA_DIR; nothing is lost with it
PREFLIGHT = {
    "Access-Control-Allow-Methods": ", ".join(connect.METHODS),
    "Access-Control-Allow-Headers": "Accept, Content-Type",
    "Access-Control-Max-Age": "86400",
}


def guarded(get_response):
    """Refuse who asks without encryption, or too often; dress what any part of the portal answers.

    It stands above all that answers at these addresses, and below what knows the visitor's address.
    """

    def middleware(request):
        if request.path_info not in connect.ADDRESSES:
            return get_response(request)
        response = _in_clear(request) or _too_often(request) or get_response(request)
        _dress(request, response.headers)
        return response

    return middleware


def _dress(request, found):
    """An answer may tell of a patient: nobody keeps it, and no ETag says that it is the same."""
    found["Cache-Control"] = "no-cache, no-store"
    found["Pragma"] = "no-cache"
    found.pop("ETag", None)
    if request.path_info in connect.OPEN_TO_SCRIPTS:
        found["Access-Control-Allow-Origin"] = "*"
        found["Cross-Origin-Resource-Policy"] = "cross-origin"
        if request.method == "OPTIONS":
            for name, value in PREFLIGHT.items():
                found[name] = value


def _in_clear(request):
    """The answer 403 to what came without encryption where there is some, else None.

    A redirect would say it once more, and whoever set up the EHR would never notice.
    """
    if not settings.SECURE_SSL_REDIRECT or request.is_secure():
        return None
    sentence = f"Ask at {settings.SITE_URL}{request.path_info}: a question may tell of a patient.\n"
    return HttpResponse(sentence, status=403, content_type="text/plain; charset=utf-8")


def _too_often(request):
    """The answer 429 where the limit of this minute is used up, else None."""
    if not settings.CONNECT_RATE_LIMIT:
        return None
    address = client_address(request)
    if is_in(address, settings.CONNECT_UNLIMITED):
        return None
    now = time.time()
    if _count(address, int(now // WINDOW)) <= settings.CONNECT_RATE_LIMIT:
        return None
    wait = math.ceil(WINDOW - now % WINDOW)
    return HttpResponse(
        f"Too many requests in this minute. Ask again in {wait} seconds.\n",
        status=429,
        content_type="text/plain; charset=utf-8",
        headers={"Retry-After": str(wait)},
    )


# Counting: in a file that all processes of this machine share, and that is none of the content's.

_local = threading.local()


def _count(address, window):
    """How many requests of this client there are in the window, with this one.

    What is kept for that minute is a keyed digest of the address. 0 where nothing can be counted:
    a limit that fails keeps nobody from an answer.
    """
    client = salted_hmac("eduportal.connecting", site_of(address), algorithm="sha256").digest()
    try:
        return _counted(client, window)
    except sqlite3.Error:
        _local.__dict__.clear()
        _say_once()
        return 0


def _counted(client, window):
    connection = _connection()
    with connection:  # one transaction
        ((times,),) = connection.execute(
            "INSERT INTO asked (window, client) VALUES (?, ?) "
            "ON CONFLICT DO UPDATE SET times = times + 1 RETURNING times",
            (window, client),
        ).fetchall()
        if times == 1:
            connection.execute("DELETE FROM asked WHERE window < ?", (window,))
    return times


def _connection():
    """This thread's connection to the file, which is made where it is missing."""
    path = settings.DATA_DIR / FILE
    if getattr(_local, "path", None) != path:
        connection = sqlite3.connect(path, timeout=1)
        # Nothing that a power cut may take is worth a wait for the disk.
        connection.execute("PRAGMA journal_mode=WAL").close()
        connection.execute("PRAGMA synchronous=OFF").close()
        with connection:
            connection.execute(
                "CREATE TABLE IF NOT EXISTS asked (window INTEGER, client BLOB, "
                "times INTEGER NOT NULL DEFAULT 1, PRIMARY KEY (window, client)) WITHOUT ROWID"
            )
        _local.connection, _local.path = connection, path
    return _local.connection


@functools.cache
def _say_once():
    logger.warning(
        "Requests of the EHR cannot be counted, so CONNECT_RATE_LIMIT does not hold. Look whether "
        "the portal may write to %s, and start it anew.",
        settings.DATA_DIR / FILE,
    )
