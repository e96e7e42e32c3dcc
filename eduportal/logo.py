"""The hospital's logo: the one picture in the frame of a page, made anew from the file given."""

import hashlib
import io
import warnings
from pathlib import Path
from typing import NamedTuple

from django.conf import settings
from django.http import Http404, HttpResponse
from django.views.decorators.http import require_safe
from PIL import Image, ImageOps

from eduportal.environment import Wrong

FORMATS = ("PNG", "JPEG", "WEBP")  # no SVG: it is a document, which may hold more than a picture
LARGEST_FILE = 4_000_000  # bytes
LARGEST_PICTURE = 16_000_000  # pixels: 64 MB of memory while it is made smaller
STORED = (480, 120)  # pixels at most, for screens of three pixels a point
SHOWN = (160, 40)  # points at most
PALEST = 160  # of 255: a picture whose darkest ink is paler shows nothing on white
HEAVY = 12_000  # bytes, above which a photograph is tried with loss
WANTED = "Write the path of a PNG, JPEG or WebP file, such as /etc/eduportal/logo.png"


class Logo(NamedTuple):
    """`digest` of its pixels, the WebP file, and the size at which it is shown."""

    digest: str
    content: bytes
    width: int
    height: int


def read(written: str, start: Path) -> Logo:
    """The logo in the file at this path: from `start`, from the user's folder (~), or from the top.

    What is kept is pixels alone, on white: no description, no second frame, no transparency, so
    that dark ink can be read on a dark page. The same file gives the same digest on every node.
    Raises Wrong where it is no picture, or a picture that is too large or shows nothing.
    """
    try:
        content = _content(start / Path(written).expanduser())
    except (OSError, RuntimeError, ValueError) as error:
        said = getattr(error, "strerror", None) or "there is no such file"
        raise Wrong(f"is {written!r}, which cannot be read: {said}. {WANTED}") from None
    try:
        picture = _picture(content)
    except Wrong as wrong:
        raise Wrong(f"is {written!r}, {wrong}") from None
    # The digest is of pixels: packed bytes may differ between kinds of processors.
    digest = hashlib.sha256(repr(picture.size).encode() + picture.tobytes()).hexdigest()[:16]
    return Logo(digest, _packed(picture), *_fitted(picture.size, SHOWN))


def _content(path):
    if not path.is_file():  # a pipe or a device would never end
        raise FileNotFoundError
    with path.open("rb") as file:
        return file.read(LARGEST_FILE + 1)


def _picture(content):
    """The picture as it will be shown: upright, small enough, opaque."""
    if len(content) > LARGEST_FILE:
        raise Wrong(f"which is larger than {LARGEST_FILE // 1_000_000} MB. Write a smaller one's.")
    try:
        with warnings.catch_warnings():
            # Pillow warns of a picture that would fill the memory, and of much that harms nobody.
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(content), formats=FORMATS) as opened:
                if opened.width * opened.height > LARGEST_PICTURE:
                    raise _too_large(*opened.size)
                picture = ImageOps.exif_transpose(opened).convert("RGBA")
    except Image.DecompressionBombError:
        raise _too_large() from None
    # What a broken or hostile file makes Pillow raise is listed nowhere.
    except (OSError, SyntaxError, ValueError, TypeError, IndexError, KeyError, EOFError) as error:
        if isinstance(error, Wrong):
            raise
        raise Wrong(f"which is no picture that can be read. {WANTED}") from None
    picture = picture.resize(_fitted(picture.size, STORED), Image.Resampling.LANCZOS)
    sheet = Image.new("RGBA", picture.size, "white")
    sheet.alpha_composite(picture)
    if sheet.convert("L").getextrema()[0] > PALEST:
        raise Wrong("which shows next to nothing on white. Write the one for light grounds.")
    return sheet.convert("RGB")


def _too_large(*size):
    found = f" of {size[0]} × {size[1]} pixels" if size else ""
    return Wrong(
        f"a picture{found} that is too large to be read safely. Write the path of one of "
        f"{STORED[0]} × {STORED[1]} pixels or a few times that."
    )


def _fitted(size, box):
    """The size in the same proportions that fits into the box, and never larger than it was."""
    scale = min(1, *(most / side for side, most in zip(size, box, strict=True)))
    return tuple(max(1, round(side * scale)) for side in size)


def _packed(picture):
    exact = _webp(picture, lossless=True)
    return exact if len(exact) <= HEAVY else min(exact, _webp(picture, quality=90), key=len)


def _webp(picture, **how):
    packed = io.BytesIO()
    picture.save(packed, "WEBP", method=6, **how)
    return packed.getvalue()


@require_safe
def serve(request, digest):
    """The picture, for as long as anyone likes to keep it: another one has another address."""
    logo = settings.HOSPITAL_LOGO
    if not logo or digest != logo.digest:
        raise Http404
    answer = HttpResponse(logo.content, content_type="image/webp")
    answer["Cache-Control"] = "public, max-age=31536000, immutable"
    return answer
