"""The logo: made anew from what was given, and served under the name of its pixels."""

import io
import os
import struct
import zlib

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import override_settings
from PIL import Image, PngImagePlugin

from eduportal import logo
from eduportal.environment import Wrong
from tests.eduportal.installation import settings_of

INK = (12, 60, 120)


@pytest.fixture
def picture(tmp_path):
    """Write a picture, and return its path."""

    def write(name="logo.png", size=(300, 100), mode="RGB", colour=INK, **options):
        Image.new(mode, size, colour).save(tmp_path / name, **options)
        return str(tmp_path / name)

    return write


def pixels(found):
    return Image.open(io.BytesIO(found.content))


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_that_says(width, height):
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = chunk(b"IDAT", zlib.compress(b"\0" * 1000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + body + chunk(b"IEND", b"")


@pytest.mark.parametrize("name", ["logo.png", "logo.jpg", "logo.webp"])
def test_each_kind_becomes_a_small_webp(name, picture, tmp_path):
    found = logo.read(picture(name, size=(2400, 300)), tmp_path)
    assert pixels(found).format == "WEBP"
    assert pixels(found).size == (480, 60)
    assert (found.width, found.height) == (160, 20)


@pytest.mark.parametrize(
    ("size", "shown"),
    [((300, 100), (120, 40)), ((20, 10), (20, 10)), ((4000, 1), (160, 1)), ((1, 4000), (1, 40))],
)
def test_it_keeps_its_proportions_and_is_never_blown_up(size, shown, picture, tmp_path):
    found = logo.read(picture(size=size), tmp_path)
    assert (found.width, found.height) == shown


def test_nothing_but_pixels_is_kept(picture, tmp_path):
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Comment", "made by Ana in Room 4")
    exif = Image.Exif()
    exif[0x010E] = "made by Ana in Room 4"
    found = logo.read(picture(pnginfo=notes, exif=exif, icc_profile=b"Ana" * 50), tmp_path)
    assert b"Ana" not in found.content
    assert not {"exif", "icc_profile", "xmp"} & set(pixels(found).info)


def test_a_photograph_is_turned_as_its_camera_was(picture, tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6  # a quarter turn
    found = logo.read(picture("logo.jpg", size=(300, 100), exif=exif), tmp_path)
    assert pixels(found).size == (40, 120)


def test_what_is_transparent_becomes_white_so_that_dark_ink_reads_in_the_dark(tmp_path):
    drawn = Image.new("RGBA", (60, 30), (0, 0, 0, 0))
    drawn.paste((*INK, 255), (0, 0, 30, 30))
    drawn.save(tmp_path / "logo.png")
    shown = pixels(logo.read(str(tmp_path / "logo.png"), tmp_path))
    assert shown.mode == "RGB"
    assert (shown.getpixel((10, 10)), shown.getpixel((50, 10))) == (INK, (255, 255, 255))


def test_the_same_file_has_the_same_name_and_another_another(picture, tmp_path):
    first, same = (logo.read(picture(), tmp_path) for _ in range(2))
    other = logo.read(picture("other.png", colour=(120, 20, 20)), tmp_path)
    assert first == same
    assert first.digest != other.digest


REFUSED = [
    (b"", "no picture"),
    (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "no picture"),
    (b"GIF89a" + b"\0" * 50, "no picture"),
    (b"\x89PNG\r\n\x1a\n", "no picture"),
    (png_that_says(300, 100), "no picture"),
    (png_that_says(0, 100), "no picture"),
    (png_that_says(5000, 5000), "5000 × 5000 pixels that is too large"),
    (png_that_says(60_000, 60_000), "too large"),
    (b"\x89PNG\r\n\x1a\n" + b"\0" * logo.LARGEST_FILE, "larger than 4 MB"),
]


@pytest.mark.parametrize(("content", "said"), REFUSED)
def test_a_file_that_is_no_fit_picture_is_refused(content, said, tmp_path):
    (tmp_path / "logo.png").write_bytes(content)
    with pytest.raises(Wrong, match=said):
        logo.read(str(tmp_path / "logo.png"), tmp_path)


def test_a_picture_of_white_on_nothing_is_refused(picture, tmp_path):
    with pytest.raises(Wrong, match="light grounds"):
        logo.read(picture(mode="RGBA", colour=(255, 255, 255, 90)), tmp_path)


@pytest.mark.parametrize("written", ["gone.png", "", ".", "a\0b", "~nobody-of-this-name/x.png"])
def test_a_path_that_leads_to_no_file_is_refused(written, tmp_path):
    with pytest.raises(Wrong, match="cannot be read"):
        logo.read(written, tmp_path)


def test_a_pipe_does_not_hold_up_the_start(tmp_path):
    os.mkfifo(tmp_path / "logo.png")
    with pytest.raises(Wrong, match="cannot be read"):
        logo.read("logo.png", tmp_path)


def test_the_start_is_refused_by_the_settings_name(tmp_path):
    with pytest.raises(ImproperlyConfigured, match=r"^HOSPITAL_LOGO is 'gone\.png', which cannot"):
        settings_of(tmp_path, HOSPITAL_LOGO="gone.png")


@pytest.mark.django_db
def test_it_is_served_for_good_under_its_own_name_alone(client, picture, tmp_path):
    found = logo.read(picture(), tmp_path)
    with override_settings(HOSPITAL_LOGO=found):
        answer = client.get(f"/logo-{found.digest}.webp")
        assert client.get("/logo-0123456789abcdef.webp").status_code == 404
        page = client.get("/about/").content.decode()
    assert answer.content == found.content
    assert answer["Content-Type"] == "image/webp"
    assert answer["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert f'<img src="/logo-{found.digest}.webp" alt="" width="120" height="40">' in page


@pytest.mark.django_db
def test_without_a_logo_there_is_no_picture(client):
    assert "<img" not in client.get("/about/").content.decode()
    assert client.get("/logo-0123456789abcdef.webp").status_code == 404
