"""A file that somebody calls a picture, made anew from its pixels alone.

Run as `python -m treatments.pixels` it is a process of its own: standard input is the file,
standard output a JSON object, see `main`. What reads such a file is large and written in C, so
it stands apart from what holds the database and its secrets.
"""

import base64
import contextlib
import hashlib
import io
import json
import sys
import warnings
from typing import NamedTuple

from PIL import Image, ImageCms

from treatments import confinement

FORMATS = ("JPEG", "PNG", "WEBP", "GIF")  # by content; the name of a file says nothing
LARGEST_FILE = 10_000_000  # bytes
MOST_PIXELS = 40_000_000  # in the file
SMALLEST = 64  # pixels of the shorter side, below which it shows nothing
MOST_DRAWN_OUT = 3  # how many times as long as wide, or as wide as long
WIDTHS = (400, 800, 1200)  # for a phone, a sharp phone, a sharp desk and paper
QUALITY = 75
# Exif's number of how a camera was held, and what turns a picture upright for each.
ORIENTATION = 0x0112
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
DRAWN = ("PNG", "GIF")  # drawings: lossless is often smaller, and always sharper

SECONDS = 20  # of the processor
MEMORY = 1024**3  # bytes of address space

WANTED = "Choose a JPEG, PNG or WebP file."
# {how a file begins, and where: what to tell somebody who chose one}
OTHERS = {
    (0, b"%PDF"): "This is a PDF, which is a document. Save the picture in it as PNG or JPEG.",
    (0, b"II"): "This is a TIFF or raw file, which browsers cannot show. Save it as JPEG or PNG.",
    (0, b"MM"): "This is a TIFF or raw file, which browsers cannot show. Save it as JPEG or PNG.",
    (4, b"ftyp"): "This is a HEIC or AVIF file, or a film, as telephones make them. "
    "Save the picture as JPEG.",
    (0, b"BM"): "This is a BMP file. Save it as PNG or JPEG.",
}
DRAWING = (
    "This is an SVG drawing, which is a document and may hold more than a picture. Save it as PNG."
)
MOVES = "The picture moves. Only its first frame is kept, since nothing moves on the pages."


class Unusable(ValueError):
    """The file cannot be made a picture of the pages; the message says what to mend."""


class Unreadable(Unusable):
    """It is no picture of the formats asked for, or a damaged one."""


class TooLarge(Unusable):
    """It has more pixels than may be looked at: (width, height), or () where nobody knows."""

    def __init__(self, *size):
        found = f"is {size[0]} × {size[1]} pixels" if size else "has too many pixels"
        most = MOST_PIXELS // 1_000_000
        super().__init__(
            f"The picture {found}, more than can be looked at safely ({most} million). "
            "Save a smaller copy of it, 1200 pixels wide or a few times that."
        )


class File(NamedTuple):
    """One width of a picture: a WebP file."""

    width: int
    height: int
    content: bytes


class Remade(NamedTuple):
    """A picture: `key`, 16 hexadecimal digits of its pixels; its files, the narrowest first.

    `remarks` are sentences on what was left behind.
    """

    key: str
    files: list[File]
    remarks: list[str]


def remade(content: bytes) -> Remade:
    """The picture in a file: upright, on white, in sRGB, in up to three widths, never enlarged.

    Nothing else of the file is kept: no place, no time, no name, no second frame, no bytes
    behind the end. Raises Unusable.
    """
    if len(content) > LARGEST_FILE:
        raise Unusable(
            f"The file is larger than {LARGEST_FILE // 1_000_000} MB. Save a smaller copy of the "
            "picture, 1200 pixels wide or a few times that."
        )
    _refuse_others(content)
    with _opened(content) as opened:
        _refuse_size(*opened.size)
        drawn = opened.format in DRAWN
        with _told_from_damage():
            # What moves has frames; a JPEG of some cameras holds a second picture, and does not.
            moves = opened.format != "MPO" and getattr(opened, "is_animated", False)
            # Most of a photograph's pixels need not even be unpacked.
            opened.draft(None, (2 * WIDTHS[-1], 2 * WIDTHS[-1]))
            opened.load()
            see_through = opened.has_transparency_data
            master = _on_white(_upright(_lighter(opened)), WIDTHS[-1])
    if see_through and all(least == most for least, most in master.getextrema()):
        raise Unusable(
            "The picture is all white, or all of one colour, when it stands on a white page. "
            "Choose the one for light grounds."
        )
    return Remade(_digest(master), _files(master, drawn), [MOVES] if moves else [])


@contextlib.contextmanager
def _opened(content):
    """A picture of which no pixel is unpacked yet."""
    with _told_from_damage():
        opened = Image.open(io.BytesIO(content), formats=FORMATS)
    with opened:
        if opened.width * opened.height > MOST_PIXELS:
            raise TooLarge(*opened.size)
        yield opened


@contextlib.contextmanager
def _told_from_damage():
    """What a broken or hostile file makes Pillow raise is listed nowhere."""
    with warnings.catch_warnings():
        # Pillow warns of a picture that would fill the memory, and of much that harms nobody.
        warnings.simplefilter("ignore")
        try:
            yield
        except Unusable:
            raise
        except (Image.DecompressionBombError, MemoryError):
            raise TooLarge from None
        except Exception:
            raise Unreadable(
                f"This is no picture that can be read, or a damaged one. {WANTED}"
            ) from None


def _refuse_others(content):
    if b"<svg" in content[:4096].lower() and not content.startswith((b"\xff\xd8", b"\x89PNG")):
        raise Unreadable(DRAWING)
    for (place, begin), sentence in OTHERS.items():
        if content[place : place + len(begin)] == begin:
            raise Unreadable(sentence)


def _refuse_size(width, height):
    if min(width, height) < SMALLEST:
        raise Unusable(
            f"The picture is {width} × {height} pixels, too small to show anything. "
            f"Choose one of {WIDTHS[1]} pixels or more in width."
        )
    if max(width, height) > MOST_DRAWN_OUT * min(width, height):
        raise Unusable(
            f"The picture is {width} × {height} pixels, a strip that no page can show well. "
            f"Cut it so that it is at most {MOST_DRAWN_OUT} times as long as wide."
        )


def _lighter(opened):
    """A picture with several times the pixels that are wanted, at a half, a third and so on."""
    times = min(opened.size) // (2 * WIDTHS[-1])
    if times < 2 or opened.mode not in ("L", "RGB", "RGBA", "CMYK"):
        return opened
    return opened.reduce(times)


def _orientation(opened):
    """How the camera was held, as Exif says it; None where the note cannot be read."""
    try:
        return opened.getexif().get(ORIENTATION)
    except Exception:  # listed nowhere either, and no reason to refuse the pixels
        return None


def _upright(opened):
    """A picture turned as its camera was held, its colours in eight bits of sRGB, RGB or RGBA."""
    profile = opened.info.get("icc_profile")
    turn = TURNS.get(_orientation(opened))
    picture = opened if turn is None else opened.transpose(turn)
    if picture.mode.startswith("I") or picture.mode == "F":
        # Sixteen bits of grey: Pillow would cut off what is brighter than 255.
        picture = picture.convert("I").point(lambda grey: grey / 257).convert("L")
        profile = None
    if picture.mode in ("P", "PA", "LA", "La", "RGBa") or "transparency" in picture.info:
        picture = picture.convert("RGBA")
    if profile:
        picture = _in_srgb(picture, profile)
    return picture if picture.mode in ("RGB", "RGBA") else picture.convert("RGB")


def _in_srgb(picture, profile):
    """The picture with its colours converted; as it is, where the profile does not fit it."""
    alpha = picture.getchannel("A") if picture.mode == "RGBA" else None
    inside = picture.convert("RGB") if alpha else picture
    try:
        inside = ImageCms.profileToProfile(
            inside,
            ImageCms.ImageCmsProfile(io.BytesIO(profile)),
            ImageCms.createProfile("sRGB"),
            outputMode="RGB",
        )
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return picture
    if alpha:
        inside.putalpha(alpha)
    return inside


def _on_white(picture, widest):
    """The picture without what it says about itself, opaque, and at most this wide.

    Dark ink on nothing would be dark ink on a dark page.
    """
    picture = _resized(picture, widest)
    sheet = Image.new("RGB", picture.size, "white")
    sheet.paste(picture, mask=picture.getchannel("A") if picture.mode == "RGBA" else None)
    return sheet


def _resized(picture, widest):
    if picture.width <= widest:
        return picture
    height = max(1, round(picture.height * widest / picture.width))
    # In a mode whose colours are multiplied by what shows through: else hidden ones bleed.
    if picture.mode == "RGBA":
        small = picture.convert("RGBa").resize((widest, height), Image.Resampling.LANCZOS)
        return small.convert("RGBA")
    return picture.resize((widest, height), Image.Resampling.LANCZOS)


def _digest(picture):
    """16 hexadecimal digits of the pixels: packed bytes may differ between kinds of processors."""
    pixels = repr(picture.size).encode() + picture.tobytes()
    return hashlib.sha256(pixels).hexdigest()[:16]


def _files(master, drawn):
    widths = [width for width in WIDTHS if width < master.width]
    widths.append(min(master.width, WIDTHS[-1]))
    sizes = [_resized(master, width) for width in widths]
    return [File(*size.size, _packed(size, drawn)) for size in sizes]


def _packed(picture, drawn):
    lossy = _webp(picture, quality=QUALITY)
    return min(_webp(picture, lossless=True), lossy, key=len) if drawn else lossy


def _webp(picture, **how):
    packed = io.BytesIO()
    picture.save(packed, "WEBP", method=4, **how)
    return packed.getvalue()


def main():
    """Print {"key", "files": [[width, height, base64]], "remarks"}, or {"refused": a sentence}."""
    confinement.follow_parent()
    confinement.bound(SECONDS, MEMORY)
    try:
        made = remade(sys.stdin.buffer.read())
    except Unusable as unusable:
        told = {"refused": str(unusable)}
    else:
        files = [[w, h, base64.b64encode(content).decode()] for w, h, content in made.files]
        told = {"key": made.key, "files": files, "remarks": made.remarks}
    json.dump(told, sys.stdout)


if __name__ == "__main__":
    main()
