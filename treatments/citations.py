"""Citation markers in a text: reading them, numbering them, printing their references."""

import html
import itertools
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

# What a reference's key looks like.
KEY = r"^[a-z0-9]+(?:-[a-z0-9]+)*\Z"
# The one spelling in which the cleaner writes a marker.
_ONE = r'<cite data-reference="(?:[a-z0-9-]+)">.*?</cite>'
_MARKER = re.compile(_ONE.replace("(?:", "(", 1), re.DOTALL)
_RUN = re.compile(rf"(?<!\s)\s*({_ONE}(?:[\s,\u00a0]*{_ONE})*)", re.DOTALL)


def marker(key: str, label: str) -> str:
    """The marker of one citation; `label` is what an editor reads: "Onofrio 1990"."""
    return f'<cite data-reference="{key}">{html.escape(label, quote=False)}</cite>'


def rekeyed(body: str, markers: Mapping[str, str]) -> str:
    """The cleaned text with the marker of each of these keys replaced by the one given."""
    return _MARKER.sub(lambda match: markers.get(match[1], match[0]), body)


def keys(body: str) -> list[str]:
    """The reference keys that a cleaned text cites, in order of first appearance."""
    return list(dict.fromkeys(_MARKER.findall(body)))


def words_before(body: str, key: str, most: int = 6) -> str:
    """The last words of the cleaned text before the first citation of the key, without markup.

    Labels of other citations are no words of the text. "" where the text begins with it.
    """
    before = body.partition(f'<cite data-reference="{key}">')[0]
    plain = html.unescape(re.sub(r"<[^>]*>", " ", _MARKER.sub(" ", before)))
    return " ".join(plain.split()[-most:])


@dataclass
class Cited:
    """A reference on a page: its number, its key, and the anchors of the places citing it."""

    number: int
    key: str
    anchors: list[str] = field(default_factory=list)


def numbered(
    bodies: Iterable[str], known: Collection[str], merged: Mapping[str, str] | None = None
) -> tuple[list[str], list[Cited]]:
    """Write the citations of the cleaned texts on one page as superscript numbers.

    Numbers follow the order of first appearance across all texts; a run of neighbouring
    markers becomes one superscript, "1–3". A key that is not in `known` keeps its label as text.
    `merged` names, for keys of merged references, the key whose number they share.
    Out come the texts, and the references in the order of their numbers, each with the key by
    which it appears first.
    """
    merged = merged or {}
    cited: dict[str, Cited] = {}
    places = itertools.count(1)

    def superscript(run: re.Match) -> str:
        found: dict[str, str] = {}
        for key in _MARKER.findall(run[1]):
            if key in known:
                found.setdefault(merged.get(key, key), key)
        if not found:
            return run[0]
        anchor = f"cited-{next(places)}"
        for one, key in found.items():
            cited.setdefault(one, Cited(len(cited) + 1, key)).anchors.append(anchor)
        links = ", ".join(map(_link, spans(cited[one].number for one in found)))
        return f'<sup id="{anchor}">{links}</sup>{_labels_of_unknown(run[1], known)}'

    return [_RUN.sub(superscript, body) for body in bodies], list(cited.values())


def _labels_of_unknown(run: str, known: Collection[str]) -> str:
    unknown = [match[0] for match in _MARKER.finditer(run) if match[1] not in known]
    return "".join(f" {label}" for label in unknown)


def spans(numbers: Iterable[int]) -> list[tuple[int, int]]:
    """Numbers as spans of neighbours: 1, 2, 3, 5 → (1, 3), (5, 5)."""
    found: list[tuple[int, int]] = []
    for number in sorted(set(numbers)):
        if found and number == found[-1][1] + 1:
            found[-1] = (found[-1][0], number)
        else:
            found.append((number, number))
    return found


def _link(span: tuple[int, int]) -> str:
    first, last = span
    if first == last:
        return f'<a href="#reference-{first}" aria-label="Reference {first}">{first}</a>'
    joint = "–" if last - first > 1 else ", "
    shown = f"{first}{joint}{last}"  # stands in the name too, for those who speak what they see
    return f'<a href="#reference-{first}" aria-label="References {shown}">{shown}</a>'


def vancouver(*, authors, title, journal, year, publisher="", volume="", issue="", pages="") -> str:
    """A reference in Vancouver style (ICMJE): all authors up to six, else six and "et al.".

    `authors` are parted by commas, `pages` is a first and last page. Parts that are blank are
    left out: "Onofrio BM, Yaksh TL. Title. J Neurosurg. 1990;72(2):200-9." What has a publisher
    ends "Utrecht: Wheel Press; 1990. p. 200-9." Identifiers are not printed: ICMJE leaves them
    to choice, and the link beside the reference leads to the source.
    """
    names = [name.strip() for name in authors.split(",") if name.strip()]
    who = ", ".join(names[:6] + ["et al"] if len(names) > 6 else names)
    if publisher:
        where = _book(publisher, year, volume, pages)
    else:
        where = [_article(year, volume, issue, pages)]
    parts = [part.strip().rstrip(".") for part in (who, title, journal, *where)]
    return " ".join(f"{part}{'' if part[-1] in '?!' else '.'}" for part in parts if part)


def _book(publisher: str, year: str, volume: str, pages: str) -> tuple[str, ...]:
    house = publisher.strip().rstrip(".")
    return (
        f"Vol. {volume}" if volume else "",
        f"{house}; {year}" if year else house,
        f"p. {shortened(pages)}" if pages else "",
    )


def _article(year: str, volume: str, issue: str, pages: str) -> str:
    where = f"{volume}({issue})" if issue else volume
    when = f"{year};{where}" if year and where else year or where
    if pages:
        when = f"{when}:{shortened(pages)}" if when else shortened(pages)
    return when


def shortened(pages: str) -> str:
    """A span of pages without the digits that repeat: "200-209" → "200-9"."""
    match = re.fullmatch(r"\s*(\d+)\s*[-–]\s*(\d+)\s*", pages)
    if not match or len(match[1]) != len(match[2]):
        return pages.strip()
    first, last = match.groups()
    same = next((i for i, (a, b) in enumerate(zip(first, last, strict=True)) if a != b), None)
    return first if same is None else f"{first}-{last[same:]}"
