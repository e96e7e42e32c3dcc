"""The worst that the settings let through leaves the disclaimer and the heading where they are."""

import pytest
from django.test import override_settings
from PIL import Image

from eduportal import environment, inlined, logo, stylesheet
from tests.browser.test_disclaimer import DEVICES, LOOK, faults

pytestmark = [pytest.mark.browser, pytest.mark.urls("tests.browser.error_urls")]

NAMES = {
    "markup": "</span></a></header><style>main{display:none}</style>"[:60],
    "the widest letters": "W" * 60,
    "full-width letters": "病院" * 30,
    "right to left, and marks": "مستشفى‏ (Ö́́) " * 4,
    "words": "The Newcastle upon Example Hospitals NHS Foundation Trust",
}
COLOURS = ["#000000", "#00003f", "#4a0000", "#000000"]
HEADING = "document.querySelector('h1').getBoundingClientRect().top + scrollY"
LOWER = 110  # points: by less than a fifth of a small phone's screen may all of it push the page


@pytest.fixture
def largest_logo(tmp_path):
    """A square as large as a logo may be, in the darkest ink."""
    Image.new("RGB", (4000, 4000), "black").save(tmp_path / "logo.png")
    return logo.read(str(tmp_path / "logo.png"), tmp_path)


@pytest.fixture
def widest_logo(tmp_path):
    Image.new("RGB", (4000, 1000), "black").save(tmp_path / "logo.png")
    return logo.read(str(tmp_path / "logo.png"), tmp_path)


def branded(name, picture, colour):
    """The settings of a hospital that asks for all of it."""
    line = "<b>Ring</b> us about anything at all, at any time of day or night"[:60]
    css = inlined.text("site/page.css")
    return override_settings(
        HOSPITAL_NAME=environment.hospital_name(name.strip()),
        HOSPITAL_LOGO=picture,
        PHONE_LINES=environment.phone_lines(f"{line}=+00 (555) 010-0199 ext. 4711; " * 6),
        FEEDBACK_ADDRESS="somebody@example.org",
        STYLESHEET=stylesheet.coloured(css, brand=colour, link=colour),
    )


def seen(browser, site, addresses, device):
    """{address: (what is wrong with the disclaimer, where the heading begins, what overflows)}."""
    found = {}
    # The server read its policy before these colours; what else it forbids is tested elsewhere.
    with browser.new_context(**DEVICES[device], bypass_csp=True) as context:
        page = context.new_page()
        for address in addresses:
            page.goto(site + address)
            top = page.evaluate(HEADING)
            wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
            found[address] = faults(page.evaluate(LOOK), "screen"), top, wide
    return found


@pytest.mark.parametrize("name", NAMES)
def test_no_frame_hides_the_disclaimer_or_pushes_the_page_away(
    browser, live_server, seed, widest_logo, name
):
    addresses = ["/", "/treatments/drug-pump/", "/nowhere/"]
    plain = seen(browser, live_server.url, addresses, "phone")
    with branded(NAMES[name], widest_logo, COLOURS[0]):
        full = seen(browser, live_server.url, addresses, "phone")
    for address, (wrong, top, wide) in full.items():
        assert (wrong, wide) == ([], False), address
        assert top - plain[address][1] <= LOWER, address


def test_an_ordinary_name_and_logo_push_nothing_down(browser, live_server, seed, widest_logo):
    plain = seen(browser, live_server.url, ["/"], "phone, dark")
    with branded("St. Example Hospital", widest_logo, COLOURS[0]):
        full = seen(browser, live_server.url, ["/"], "phone, dark")
    assert full == plain


@pytest.mark.parametrize(("device", "colour"), list(zip(DEVICES, COLOURS, strict=True)))
def test_no_colour_or_logo_makes_it_harder_to_read(
    browser, live_server, pages_of_the_site, largest_logo, device, colour
):
    with branded(NAMES["words"], largest_logo, colour):
        found = seen(browser, live_server.url, pages_of_the_site, device)
    assert {address: wrong for address, (wrong, _, _) in found.items() if wrong} == {}


def test_the_logo_stands_in_the_frame_and_moves_nothing(page, live_server, seed, widest_logo):
    with branded(NAMES["words"], widest_logo, ""):
        page.goto(live_server.url)
        before = page.evaluate(HEADING)
        page.evaluate("document.querySelector('.name img').removeAttribute('src')")
        shown = page.locator(".name img").bounding_box()
        assert shown["height"] <= 44
        assert page.evaluate(HEADING) == before


def test_the_name_is_words_and_nothing_else(page, live_server, seed, widest_logo):
    with branded(NAMES["markup"], widest_logo, ""):
        page.goto(live_server.url)
        assert page.locator(".name").inner_text() == NAMES["markup"]
        assert page.locator(".phones li").count() == 6
        assert page.locator(".phones b").count() == 0
