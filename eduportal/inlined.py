"""The stylesheet and the script as they stand inside each page.

A stylesheet may hold `words-of("includes/notice.html")`, which becomes the words of that template
as a string of CSS: what has to stand on every sheet of paper is written once.
"""

import base64
import functools
import hashlib
import html
import os
import re
import urllib.parse
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

STATIC = Path(__file__).resolve().parent.parent / "static"
TEMPLATES = STATIC.parent / "templates"
# "</" could end the element early; a browser turns "\r" into "\n", which changes the hash;
# "url(" and "@import" would load what the hash does not cover.
FORBIDDEN = ("</", "\r", "url(", "@import")
_COMMENT = re.compile(r"/\*.*?\*/\n?", re.DOTALL)  # a tenth of the stylesheet, for us alone
_WORDS_OF = re.compile(r"words-of\(\"([^\"]*)\"\)")
_TAG = re.compile(r"<[^>]*>")
_TEMPLATE = re.compile(r"{[{%#]")
# All others are written as numbers, so that no word ends the string, a rule or the element.
_UNLIKE_A_WORD = re.compile(r"[^\w .,;:?!'’“”–-]")


@functools.cache
def text(path: str) -> str:
    """A file of static/, such as "site/page.css", to be inlined.

    A stylesheet leaves its comments behind, and gets its words-of(); a script stays as it is.

    The source file serves: the manifest storage renames files, and this one is never linked.
    Raises ImproperlyConfigured where it is missing or cannot be inlined.
    """
    found = _read("static", STATIC, path)
    if path.endswith(".css"):
        # The Nu checker takes the hash of what stands between the outer spaces.
        found = _COMMENT.sub("", found).strip()
    for token in FORBIDDEN:
        if token in found:
            raise ImproperlyConfigured(f"static/{path} cannot be inlined: it holds {token!r}.")
    return _WORDS_OF.sub(lambda match: css_string(_words(match[1])), found)


@functools.cache
def icon(path: str) -> str:
    """A drawing (SVG) of static/ as the address of a picture, for `<link rel="icon">`.

    A browser that has to fetch it opens a second connection while the page arrives.
    """
    drawing = _read("static", STATIC, path).strip().replace('"', "'")
    return "data:image/svg+xml," + urllib.parse.quote(drawing, safe="/:=")


def _read(shown, folder, path):
    try:
        # A template's words are SafeStrings, which pathlib's own "/" refuses.
        return Path(os.path.join(folder, path)).read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ImproperlyConfigured(f"{shown}/{path} cannot be read: {error}") from error


def _words(path):
    """What a reader sees of a template that has words and markup alone, with single spaces."""
    found = _read("templates", TEMPLATES, path)
    if _TEMPLATE.search(found):
        raise ImproperlyConfigured(
            f"templates/{path} cannot stand in a stylesheet: it holds template tags."
        )
    return " ".join(html.unescape(_TAG.sub(" ", found)).split())


def css_string(words: str) -> str:
    """A string of CSS that holds exactly these words, whatever they are.

    Escapes are those of https://www.w3.org/TR/css-syntax-3/#consume-escaped-code-point.
    """
    return '"' + _UNLIKE_A_WORD.sub(lambda found: f"\\{ord(found[0]):x} ", words) + '"'


def source(path: str) -> str:
    """The source expression that lets this one inlined file pass a Content Security Policy."""
    return source_of(text(path))


def source_of(inlined: str) -> str:
    """The same of what stands inside the element."""
    digest = hashlib.sha256(inlined.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"
