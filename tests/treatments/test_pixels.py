"""Files that somebody calls pictures: what is kept of them, and what is refused."""

import io
import struct
import zlib

import pytest
from PIL import Image, ImageCms, ImageOps, features

from tests.factories import drawn, packed
from treatments import pixels

GPS = 0x8825


def opened(file):
    return Image.open(io.BytesIO(file.content))


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_that_says(width, height, *chunks, depth=8, colour=2):
    """A PNG whose head claims a size, whatever its data hold."""
    head = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)
    pieces = [chunk(b"IHDR", head), *chunks, chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(pieces)


def refusal(content):
    with pytest.raises(pixels.Unusable) as refused:
        pixels.remade(content)
    return str(refused.value)


# What is kept


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF"])
def test_a_picture_of_each_format_becomes_webp(kind):
    made = pixels.remade(packed(drawn(900, 600), kind))
    assert [(file.width, file.height) for file in made.files] == [
        (400, 267),
        (800, 533),
        (900, 600),
    ]
    assert {opened(file).format for file in made.files} == {"WEBP"}
    assert made.remarks == []


@pytest.mark.parametrize(
    ("width", "expected"),
    [(4000, [400, 800, 1200]), (1200, [400, 800, 1200]), (801, [400, 800, 801]), (300, [300])],
)
def test_there_are_up_to_three_widths_and_none_is_enlarged(width, expected):
    made = pixels.remade(packed(drawn(width, width // 2)))
    assert [file.width for file in made.files] == expected
    assert all(opened(file).size == (file.width, file.height) for file in made.files)


def test_the_key_is_that_of_the_pixels():
    canvas = drawn(600, 400, number=1)
    keys = {pixels.remade(packed(canvas)).key}
    keys.add(pixels.remade(packed(canvas, "WEBP", lossless=True)).key)
    keys.add(pixels.remade(packed(canvas) + b"something behind the end").key)
    assert len(keys) == 1
    assert pixels.remade(packed(drawn(600, 400, number=2))).key not in keys


def test_nothing_that_a_camera_wrote_is_kept():
    exif = Image.Exif()
    exif[0x010E], exif[0x013B] = "Secret place", "Secret person"
    exif[GPS] = {1: "N", 2: (52.0, 5.0, 7.0), 3: "E", 4: (5.0, 7.0, 1.0)}
    content = packed(drawn(), "JPEG", exif=exif, comment=b"Secret words")
    assert b"Secret" in content
    for file in pixels.remade(content).files:
        assert b"Secret" not in file.content
        assert b"EXIF" not in file.content
        assert dict(opened(file).getexif()) == {}
        assert set(opened(file).info) <= {"loop", "background", "timestamp", "duration"}


def test_words_in_a_png_are_not_kept():
    canvas = drawn()
    told = chunk(b"tEXt", b"Author\0Secret person")
    content = packed(canvas)
    content = content[:33] + told + content[33:]
    assert b"Secret" in content
    assert all(b"Secret" not in file.content for file in pixels.remade(content).files)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize(("width", "height"), [(640, 480), (5000, 4900)])
def test_a_picture_stands_upright(kind, width, height):
    canvas = Image.new("RGB", (width, height), "white")
    canvas.paste("red", (0, 0, width // 2, height))  # what lies to the left comes to stand above
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by a quarter, clockwise
    file = pixels.remade(packed(canvas, kind, exif=exif)).files[0]
    picture = opened(file).convert("RGB")
    assert file.height > file.width
    assert picture.getpixel((file.width // 2, 10))[1] < 60  # red
    assert picture.getpixel((file.width // 2, file.height - 10))[1] > 200  # white


@pytest.mark.parametrize("held", range(1, 9))
def test_a_camera_may_be_held_in_eight_ways(held):
    canvas = drawn(300, 200, number=1)
    exif = Image.Exif()
    exif[0x0112] = held
    content = packed(canvas, "PNG", exif=exif)
    expected = packed(ImageOps.exif_transpose(Image.open(io.BytesIO(content))))
    assert pixels.remade(content).key == pixels.remade(expected).key


def centre(content):
    picture = opened(pixels.remade(content).files[0]).convert("RGB")
    return picture.getpixel((picture.width // 2, picture.height // 2))


def halves(left, right, mode="RGB", size=(400, 300)):
    canvas = Image.new(mode, size, left)
    canvas.paste(right, (size[0] // 4, 0, *size))
    return canvas


def near(colour, other, by=12):
    return all(abs(one - two) <= by for one, two in zip(colour, other, strict=True))


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "RGBA"])
def test_every_mode_of_a_png_looks_as_it_did(mode):
    canvas = halves("black", "white").convert(mode)
    assert near(centre(packed(canvas)), (255, 255, 255))


def test_what_shows_through_becomes_white():
    canvas = halves((0, 0, 0, 255), (0, 0, 0, 0), "RGBA")
    assert near(centre(packed(canvas)), (255, 255, 255))


def test_a_transparent_colour_of_a_palette_becomes_white():
    canvas = halves(0, 1, "P")
    canvas.putpalette([0, 0, 0, 200, 0, 0])
    assert near(centre(packed(canvas, "GIF", transparency=1)), (255, 255, 255))


def test_sixteen_bits_of_grey_keep_their_shades():
    canvas = halves(0, 257 * 128, "I;16")
    assert near(centre(packed(canvas)), (128, 128, 128), 3)


def test_sixteen_bits_of_colour_keep_their_shades():
    row = b"\0" + struct.pack(">HHH", 257 * 200, 257 * 20, 0) * 99 + b"\xff" * 6
    rows = zlib.compress(row * 100)
    content = png_that_says(100, 100, chunk(b"IDAT", rows), depth=16)
    assert near(centre(content), (200, 20, 0))


def test_inks_become_colours():
    canvas = halves((0, 0, 0, 255), (0, 255, 255, 0), "CMYK")
    red, green, blue = centre(packed(canvas, "JPEG", quality=95))
    assert red > 150 > 100 > max(green, blue)


def profile(name):
    return ImageCms.ImageCmsProfile(ImageCms.createProfile(name)).tobytes()


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_colours_of_a_profile_become_those_of_srgb(kind, mode):
    # Whose red is the green of all others.
    swapped = profile("sRGB").replace(b"rXYZ", b"?XYZ").replace(b"gXYZ", b"rXYZ")
    swapped = swapped.replace(b"?XYZ", b"gXYZ")
    canvas = halves("black", (200, 10, 10)).convert("RGB" if kind == "JPEG" else mode)
    assert near(centre(packed(canvas, kind, icc_profile=swapped)), (10, 200, 10), 25)


def test_a_profile_that_does_not_fit_is_none():
    green = (10, 200, 10)
    for odd in (profile("LAB"), b"none"):
        assert near(centre(packed(halves("black", green), icc_profile=odd)), green)
    grey = packed(halves(0, 128, "L"), icc_profile=profile("sRGB"))
    assert near(centre(grey), (128, 128, 128))


def test_a_note_that_no_camera_wrote_does_not_stop_a_picture():
    for kind in ("JPEG", "PNG", "WEBP"):
        for note in (b"Exif\0\0nonsense", b"Exif\0\0MM\0*\0\0\0\x08\xff\xff", b"Exif\0\0"):
            assert near(centre(packed(halves("black", "white"), kind, exif=note)), (255,) * 3)


def test_of_two_pictures_in_one_file_of_a_camera_the_first_is_kept():
    content = packed(drawn(), "MPO", save_all=True, append_images=[drawn()])
    assert pixels.remade(content).remarks == []


def test_of_what_moves_the_first_frame_is_kept_and_it_says_so():
    frames = [drawn(400, 300, number=n) for n in (1, 2, 3)]
    first = pixels.remade(packed(frames[0], "GIF"))
    for kind in ("GIF", "PNG"):
        content = packed(frames[0], kind, save_all=True, append_images=frames[1:])
        made = pixels.remade(content)
        assert made.remarks == [pixels.MOVES]
        assert made.key == first.key
    content = packed(frames[0], "WEBP", save_all=True, append_images=frames[1:], lossless=True)
    assert pixels.remade(content).remarks == [pixels.MOVES]


# What is refused


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "no picture that can be read"),
        (b"Squeeze the lever.", "no picture that can be read"),
        (b"<!doctype html><script>canary()</script>", "no picture that can be read"),
        (b"%PDF-1.7\n", "This is a PDF"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>canary()</script></svg>", "SVG"),
        (b"<?xml version='1.0'?>\n<!-- x -->\n<SVG onload='canary()'/>", "SVG"),
        (b"GIF89a/*<svg onload=canary()>*/", "SVG"),
        (b"\0\0\0\x18ftypheic\0\0\0\0", "HEIC"),
        (b"\0\0\0\x18ftypavif\0\0\0\0", "AVIF"),
        (b"BM\x00\x00\x00\x00", "BMP"),
        (b"\x00" * 1000, "no picture that can be read"),
    ],
)
def test_what_is_no_picture_is_told_by_what_it_is(content, said):
    assert said in refusal(content)


def test_formats_that_browsers_do_not_show_are_told_by_name():
    for content in (packed(drawn(), "TIFF"), packed(drawn(), "TIFF", big_tiff=True)[:3] + b"\0"):
        assert "TIFF" in refusal(content)
    assert "BMP" in refusal(packed(drawn(), "BMP"))
    for kind in ("ICO", "PPM", "TGA"):
        assert "no picture" in refusal(packed(drawn(200, 200), kind))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF"])
@pytest.mark.parametrize("part", [0.1, 0.5, 0.95])
def test_a_file_that_breaks_off_is_refused(kind, part):
    content = packed(drawn(900, 700), kind)
    assert "damaged" in refusal(content[: int(len(content) * part)])


def test_a_file_that_is_too_large_is_not_even_looked_at():
    assert "larger than 10 MB" in refusal(packed(drawn()) + b"\0" * pixels.LARGEST_FILE)


@pytest.mark.parametrize("size", [(50_000, 50_000), (6400, 6300), (2**31 - 1, 2**31 - 1)])
def test_a_bomb_is_refused_by_what_its_head_says(size):
    content = png_that_says(*size, chunk(b"IDAT", zlib.compress(b"\0" * 100_000)))
    assert "too many pixels" in refusal(content) or "more than can be looked at" in refusal(content)


def test_a_gif_and_a_webp_of_a_vast_canvas_are_refused():
    gif = bytearray(packed(drawn(100, 100), "GIF"))
    gif[6:10] = struct.pack("<HH", 65535, 65535)
    assert "more than can be looked at" in refusal(bytes(gif))
    webp = b"RIFF\x16\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0\xff\xff\xff\xff\xff\xff"
    assert refusal(webp)


def test_a_profile_or_a_text_that_would_fill_the_memory_is_refused_or_left_out():
    bomb = zlib.compress(b"\0" * 100_000_000, 1)
    for kind in (b"zTXt", b"iCCP"):
        content = packed(drawn())
        content = content[:33] + chunk(kind, b"Comment\0\0" + bomb) + content[33:]
        try:
            made = pixels.remade(content)
        except pixels.Unusable:
            continue
        assert all(len(file.content) < 100_000 for file in made.files)


@pytest.mark.parametrize(
    "size", [(1, 1), (1, 50_000), (50_000, 1), (63, 63), (64, 200), (4000, 1300)]
)
def test_dots_and_strips_are_refused(size):
    said = refusal(packed(Image.new("RGB", size, "navy")))
    assert "too small" in said or "strip" in said


@pytest.mark.parametrize(
    "canvas",
    [
        Image.new("RGBA", (300, 300), (255, 255, 255, 90)),
        Image.new("RGBA", (300, 300), (0, 0, 0, 0)),
    ],
)
def test_a_picture_that_shows_nothing_on_white_is_refused(canvas):
    assert "all of one colour" in refusal(packed(canvas))


def test_an_opaque_picture_may_be_of_one_colour():
    assert pixels.remade(packed(Image.new("RGB", (300, 300), "navy"))).files


def test_what_else_a_file_may_be_is_left_behind():
    """A picture that is a page, an archive and a script as well."""
    hidden = b"<script>canary()</script>PK\x03\x04%PDF-1.4"
    jpeg = packed(drawn(), "JPEG", comment=hidden) + hidden
    for file in pixels.remade(jpeg).files:
        assert b"canary" not in file.content
        assert b"PK" not in file.content[-40:]


def test_this_machine_packs_what_is_promised():
    assert features.check("webp")
    assert features.check("littlecms2")
