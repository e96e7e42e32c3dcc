"""The disclaimer as Chromium shows it: on every page, whole, legible, behind nothing."""

import io

import pytest
from pypdf import PdfReader

from treatments import disclaimer

pytestmark = [pytest.mark.browser, pytest.mark.urls("tests.browser.error_urls")]

# What stands first behind the heading, as a reader meets it.
LOOK = """() => {
  const shown = document.querySelector("main h1").nextElementSibling
  shown.scrollIntoView({ block: "center" })
  const style = getComputedStyle(shown), box = shown.getBoundingClientRect()
  const colour = (text) => text.match(/[\\d.]+/g).map(Number)
  const light = ([r, g, b]) => [r, g, b].map((c) => c / 255)
    .map((c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0)
  let behind = shown, ground = colour(style.backgroundColor)
  while (ground.length === 4 && ground[3] === 0 && behind.parentElement) {
    behind = behind.parentElement
    ground = colour(getComputedStyle(behind).backgroundColor)
  }
  if (ground.length === 4 && ground[3] === 0) ground = [255, 255, 255]
  const [dark, bright] = [light(colour(style.color)), light(ground)].sort((a, b) => a - b)
  const points = [0.1, 0.5, 0.9].flatMap((x) => [0.2, 0.5, 0.8].map((y) => [x, y]))
  const range = document.createRange()
  range.selectNodeContents(shown)
  const words = range.getBoundingClientRect()
  return {
    text: shown.innerText.replace(/\\s+/g, " ").trim(),
    contrast: (bright + 0.05) / (dark + 0.05),
    visible: shown.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true }),
    size: parseFloat(style.fontSize),
    clipped: shown.scrollWidth > shown.clientWidth + 1
      || shown.scrollHeight > shown.clientHeight + 1 || words.height > box.height + 1
      || words.left < -1 || words.right > innerWidth + 1,
    covered: points.some(([x, y]) => !shown.contains(
      document.elementFromPoint(box.left + x * box.width, box.top + y * box.height))),
    folded: shown.closest("details:not([open])") !== null,
  }
}"""

DEVICES = {
    "phone": {"viewport": {"width": 320, "height": 640}, "color_scheme": "light"},
    "phone, dark": {"viewport": {"width": 360, "height": 640}, "color_scheme": "dark"},
    "desktop": {"viewport": {"width": 1280, "height": 900}, "color_scheme": "light"},
    "desktop, dark": {"viewport": {"width": 1280, "height": 900}, "color_scheme": "dark"},
}


def faults(seen, medium):
    """What is wrong with the disclaimer, in words; nothing where all is well."""
    wrong = {
        "other words": seen["text"] != disclaimer.words(),
        "pale": seen["contrast"] < 7,
        "not visible": not seen["visible"],
        "small": seen["size"] < 16 and medium == "screen",
        "clipped": seen["clipped"],
        "covered": seen["covered"],
        "folded": seen["folded"],
    }
    return [fault for fault, found in wrong.items() if found]


@pytest.mark.parametrize("medium", ["screen", "print"])
@pytest.mark.parametrize("device", DEVICES)
def test_the_disclaimer_is_first_whole_legible_and_uncovered(
    browser, live_server, pages_of_the_site, device, medium
):
    with browser.new_context(**DEVICES[device]) as context:
        page = context.new_page()
        found = {}
        for address in pages_of_the_site:
            page.goto(live_server.url + address)
            page.emulate_media(media=medium)
            found[address] = faults(page.evaluate(LOOK), medium)
    assert {address: wrong for address, wrong in found.items() if wrong} == {}


@pytest.mark.parametrize(
    ("spoil", "fault"),
    [
        ("color: #999", "pale"),
        ("display: none", "not visible"),
        ("opacity: 0", "not visible"),
        ("block-size: 1em; overflow: hidden", "clipped"),
        ("font-size: 8px", "small"),
        ("pointer-events: none", "covered"),
        ("position: absolute; left: -9999px", "clipped"),
    ],
)
def test_the_look_sees_what_is_wrong(browser, live_server, seed, spoil, fault):
    with browser.new_context(bypass_csp=True) as context:
        page = context.new_page()
        page.goto(live_server.url)
        page.add_style_tag(content=f".disclaimer {{ {spoil} }}")
        assert fault in faults(page.evaluate(LOOK), "screen")


@pytest.mark.parametrize("paper", ["A4", "Letter"])
def test_the_disclaimer_is_on_every_sheet_of_paper(page, live_server, pages_of_the_site, paper):
    for address in pages_of_the_site:
        page.goto(live_server.url + address)
        sheets = PdfReader(io.BytesIO(page.pdf(format=paper))).pages
        words = [" ".join(sheet.extract_text().split()) for sheet in sheets]
        assert words[0].count(disclaimer.words()) >= 2, address  # behind the heading, and below
        for number, text in enumerate(words, 1):
            foot = f"{disclaimer.words()} Page {number} of {len(words)}"
            assert foot in text, (address, number)
