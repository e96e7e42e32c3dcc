"""Two or three texts side by side as a browser lays them out."""

import io
import itertools
import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from pypdf import PdfReader

from eduportal import inlined
from tests import factories
from treatments import aligning, disclaimer

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LONG = "<p>" + "Squeeze the lever, and let it go again. " * 20 + "</p>"
BODIES = {
    "chain": f"<p>Oil it.</p><h2>Before you ride</h2>{LONG}<h2>At home</h2><p>Wipe the chain.</p>",
    "brakes": f"{LONG}<h2>At home</h2><p>Look at the pads.</p><h2>When to call</h2>{LONG}",
    "tyres": f"<h2>before  you ride</h2><p>Pump.</p><h2>When to call</h2><p>Ring us.</p>{LONG}",
}
DESK, PHONE, SMALL = ({"width": w, "height": 800} for w in (1280, 360, 320))
RULES = "(options) => axe.run(options).then((found) => found.violations.map((v) => v.id))"
TOPS = """() => [...document.querySelectorAll(".columns h3")].map((heading) =>
  [heading.innerText.replace(/\\s+/g, " ").toLowerCase(), heading.getBoundingClientRect().top])"""


@pytest.fixture
def address(live_server):
    for slug, body in BODIES.items():
        page = factories.make_treatment(slug=slug)
        factories.make_imported(page, title=slug.title(), body=body, provenance=f"From {slug}.")
    return live_server.url + "/treatments/?t=chain&t=brakes&t=tyres"


def tops_by_heading(page):
    ordered = sorted(page.evaluate(TOPS))
    return {
        words: {top for _, top in found}
        for words, found in itertools.groupby(ordered, key=lambda entry: entry[0])
    }


def tops(page, selector):
    script = "(all) => all.map((one) => one.getBoundingClientRect().top)"
    return set(page.eval_on_selector_all(selector, script))


@pytest.mark.parametrize("direction", ["ltr", "rtl"])
def test_shared_headings_stand_at_the_same_height(page, address, direction):
    page.set_viewport_size(DESK)
    page.goto(address)
    page.evaluate("(dir) => { document.documentElement.dir = dir }", direction)
    found = tops_by_heading(page)
    assert {words: len(heights) for words, heights in found.items()} == {
        "at home": 1,
        "before you ride": 1,
        "when to call": 1,
    }
    assert len(tops(page, ".columns h2")) == 1
    assert len(tops(page, ".columns .standing")) == 1
    assert len(tops(page, ".columns .signed")) == 1


def test_two_texts_that_share_nothing_begin_level(page, address):
    page.set_viewport_size(DESK)
    page.goto(address.replace("&t=brakes", ""))
    assert len(tops(page, ".columns h2")) == 1
    boxes = [section.bounding_box() for section in page.locator(".columns > section").all()]
    assert boxes[0]["x"] + boxes[0]["width"] < boxes[1]["x"]


@pytest.mark.parametrize("width", [320, 360, 900])
def test_where_columns_have_no_room_one_text_follows_the_other(page, address, width):
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(address)
    boxes = [section.bounding_box() for section in page.locator(".columns > section").all()]
    assert len({box["x"] for box in boxes}) == 1
    for above, below in itertools.pairwise(boxes):
        assert above["y"] + above["height"] <= below["y"]
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    gaps = page.eval_on_selector_all(".text:empty", "(all) => all.map((one) => one.offsetHeight)")
    assert set(gaps) == {0}


def test_a_screen_reader_meets_one_whole_text_after_the_other(page, address):
    page.goto(address)
    snapshot = page.locator(".columns").aria_snapshot()
    found = re.findall(r'heading "(.*?)"', snapshot)
    assert found == [
        *("Chain", "Before you ride", "At home"),
        *("Brakes", "At home", "When to call"),
        *("Tyres", "before you ride", "When to call"),
    ]


def test_words_in_three_columns_are_large_enough_and_lines_short_enough(page, address):
    page.set_viewport_size(DESK)
    page.goto(address)
    size, width = page.locator(".columns .text p").first.evaluate(
        "(p) => [parseFloat(getComputedStyle(p).fontSize), p.clientWidth]"
    )
    assert size >= 16
    assert 35 < width / size * 2 < 75


FOOT = re.compile(re.escape("".join(disclaimer.words().split())) + r"Page\d+of\d+")


@pytest.mark.parametrize("landscape", [False, True])
def test_nothing_is_cut_on_paper(page, address, landscape):
    page.goto(address)
    paper = PdfReader(io.BytesIO(page.pdf(format="A4", landscape=landscape)))
    printed = "".join("".join(sheet.extract_text().split()) for sheet in paper.pages)
    printed = FOOT.sub("", printed)
    whole = "".join(page.locator(".columns").inner_text().split())
    assert whole in printed


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESK, PHONE])
def test_axe_finds_nothing(browser, address, size, scheme):
    with browser.new_context(viewport=size, color_scheme=scheme, bypass_csp=True) as context:
        page = context.new_page()
        for query in ("", "&t=nowhere"):
            page.goto(address + query)
            page.evaluate(Axe().axe_script)
            options = {"preload": False, "rules": {"color-contrast-enhanced": {"enabled": True}}}
            assert page.evaluate(RULES, options) == []


def test_what_was_wrong_is_what_the_keyboard_stands_on(page, address):
    page.goto(address.partition("&")[0])
    assert page.evaluate("document.activeElement.innerText").startswith("Only one treatment")
    assert page.get_by_role("alert").is_visible()


def test_a_choice_is_changed_by_keyboard_alone(page, address):
    page.goto(address)
    page.get_by_role("link", name="Change your choice").press("Enter")
    page.wait_for_url("**/?tick=*")
    page.get_by_role("checkbox", name="Side by side: Brakes").press("Space")
    page.get_by_role("button", name="Put side by side").press("Enter")
    page.wait_for_url("**/?t=*")
    assert page.locator(".columns h2").all_inner_texts() == ["Chain", "Tyres"]


def test_the_stylesheet_has_rows_enough_for_the_longest_texts():
    (rows,) = re.findall(r"grid-row: 1 / span (\d+)", inlined.text("site/page.css"))
    heading_standing_signed, before_the_first = 3, 1
    longest = 3 * (aligning.MOST_PARTS - 1) + before_the_first + heading_standing_signed
    assert int(rows) >= longest
