"""Pictures in a text: which it shows, by what words, and how readers get them."""

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass

KEY = r"[0-9a-f]{16}"  # what the key of a picture looks like
LONGEST_ALTERNATIVE = 500  # characters; what needs more belongs into the text
# How wide pictures are shown at most: the column of `static/site/page.css`.
SIZES = "(min-width: 42rem) 40rem, 100vw"

# The one spelling in which the cleaner writes them.
_IMAGE = re.compile(rf'<img data-image="(?P<key>{KEY})"(?: alt="(?P<alt>[^"]*)")?>')
_FIGURE = re.compile(
    rf"(?P<begin><figure[^>]*>){_IMAGE.pattern}"
    r"(?:(?P<caption><figcaption[^>]*>.*?)</figcaption>)?</figure>",
    re.DOTALL,
)


@dataclass(frozen=True)
class Shown:
    """A picture as one text shows it: [(address, width, height)], the narrowest first.

    `alternative` stands in for a text that says nothing of its own.
    """

    files: list[tuple[str, int, int]]
    alternative: str = ""
    credit: str = ""


def keys(body: str) -> list[str]:
    """The keys of the pictures that a cleaned text shows, in order of first appearance."""
    return list(dict.fromkeys(found["key"] for found in _IMAGE.finditer(body)))


def alternatives(body: str) -> list[str]:
    """What is read out in place of each picture, in their order; "" for a decorative one."""
    return [html.unescape(found["alt"] or "") for found in _IMAGE.finditer(body)]


def described(body: str, alternatives: Mapping[str, str]) -> str:
    """The cleaned text where each picture says its alternative text, "" for a decorative one.

    `alternatives` has what is said, by key, where the text does not say it itself.
    """

    def said(image):
        if image["alt"] is not None or image["key"] not in alternatives:
            return image[0]
        words = html.escape(alternatives[image["key"]])
        return f'<img data-image="{image["key"]}" alt="{words}">'

    return _IMAGE.sub(said, body)


def words_before(body: str, key: str, most: int = 6) -> str:
    """The last words of the cleaned text before a picture, without markup; "" at its beginning."""
    before = body.partition(f'<img data-image="{key}"')[0]
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", before)).split()[-most:])


def shown(body: str, pictures: Mapping[str, Shown]) -> str:
    """The cleaned text with its pictures as readers get them.

    Of one that is not among `pictures`, the alternative text stands in its place.
    """
    return _FIGURE.sub(lambda figure: _figure(figure, pictures.get(figure["key"])), body)


def _figure(figure, picture):
    alternative = figure["alt"]
    if alternative is None:
        alternative = html.escape(picture.alternative) if picture else ""
    image = _img(picture, alternative) if picture and picture.files else ""
    if not image and alternative:
        image = f"<p>Picture: {alternative}</p>"
    caption = figure["caption"] or ""
    if picture and picture.credit:
        caption += ("<br>" if caption else "<figcaption>") + html.escape(picture.credit)
    if not image and not caption:
        return ""
    return f"{figure['begin']}{image}{caption and caption + '</figcaption>'}</figure>"


def _img(picture, alternative):
    address, width, height = picture.files[-1]
    several = ""
    if len(picture.files) > 1:
        listed = ", ".join(f"{file} {wide}w" for file, wide, _ in picture.files)
        several = f' srcset="{listed}" sizes="{SIZES}"'
        address = picture.files[1][0]
    return (
        f'<img src="{address}"{several} width="{width}" height="{height}" alt="{alternative}" '
        'loading="lazy" decoding="async">'
    )
