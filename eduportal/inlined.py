"""The stylesheet and the script as they stand inside each page."""

import base64
import functools
import hashlib
import os
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

STATIC = Path(__file__).resolve().parent.parent / "static"
# "</" could end the element early; a browser turns "\r" into "\n", which changes the hash;
# "url(" and "@import" would load what the hash does not cover.
FORBIDDEN = ("</", "\r", "url(", "@import")


@functools.cache
def text(path: str) -> str:
    """A file of static/, such as "site/page.css", to be inlined as it is.

    The source file serves: the manifest storage renames files, and this one is never linked.
    Raises ImproperlyConfigured where it is missing or cannot be inlined.
    """
    try:
        # A template's words are SafeStrings, which pathlib's own "/" refuses.
        found = Path(os.path.join(STATIC, path)).read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ImproperlyConfigured(f"static/{path} cannot be read: {error}") from error
    for token in FORBIDDEN:
        if token in found:
            raise ImproperlyConfigured(f"static/{path} cannot be inlined: it holds {token!r}.")
    return found


def source(path: str) -> str:
    """The source expression that lets this one inlined file pass a Content Security Policy."""
    digest = hashlib.sha256(text(path).encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"
