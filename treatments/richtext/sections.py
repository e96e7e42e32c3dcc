"""The headings of a cleaned text as places that a link can lead to."""

import html as entities
import re
import unicodedata

# Exact on the cleaner's output.
_HEADING = re.compile(r"<h(?P<level>[23])(?P<given>[^>]*)>(?P<words>.*?)</h(?P=level)>", re.DOTALL)
PREFIX = "section-"  # before each name: the page has places of its own
_LONGEST = 60


def anchored(html: str) -> str:
    """The text with a place at each heading, named by the heading's words, so that it lasts."""
    places = iter([place for place, _ in sections(html)])
    return _HEADING.sub(
        lambda found: (
            f'<h{found["level"]}{found["given"]} id="{next(places)}">'
            f"{found['words']}</h{found['level']}>"
        ),
        html,
    )


def sections(html: str) -> list[tuple[str, str]]:
    """(name of the place, words) of each heading of a cleaned text, in order."""
    found: list[tuple[str, str]] = []
    taken: set[str] = set()
    for heading in _HEADING.finditer(html):
        words = " ".join(entities.unescape(re.sub(r"<[^>]*>", "", heading["words"])).split())
        stem = name = PREFIX + (_slug(words) or "text")
        number = 1
        while name in taken:
            number += 1
            name = f"{stem}-{number}"
        taken.add(name)
        found.append((name, words))
    return found


def _slug(words):
    plain = unicodedata.normalize("NFKD", words.casefold())
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    return re.sub(r"[^\w]+|_", "-", plain)[:_LONGEST].strip("-")
