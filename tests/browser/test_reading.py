"""How pages read: on a phone and a desk, light and dark, by keyboard, without script, on paper.

Pictures of every page in every look are left in `pictures/` for a person to look through.
"""

import io
import re
import shutil

import brotli
import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from pypdf import PdfReader

from eduportal import inlined
from tests import factories
from tests.browser.everything import make_everything
from treatments import disclaimer, wording

pytestmark = [pytest.mark.browser, pytest.mark.urls("tests.browser.error_urls")]

PHONE, DESK = {"width": 360, "height": 640}, {"width": 1280, "height": 900}
LOOKS = {
    "phone-light": {"viewport": PHONE, "color_scheme": "light"},
    "phone-dark": {"viewport": PHONE, "color_scheme": "dark"},
    "desk-light": {"viewport": DESK, "color_scheme": "light"},
    "desk-dark": {"viewport": DESK, "color_scheme": "dark"},
}
PICTURES = settings.BASE_DIR / "pictures"


@pytest.fixture
def pages(pages_of_the_site):
    """Every page of the seed, the error pages, and one page of everything a text can hold."""
    return [*pages_of_the_site, make_everything().page.get_absolute_url()]


@pytest.fixture
def walk(browser, live_server, pages):
    """A function: what `look(page)` finds at each address, {address: it}, where it finds anything.

    Other arguments are those of a browser's new context.
    """

    def through(look, **context):
        found = {}
        with browser.new_context(**context) as opened:
            page = opened.new_page()
            for address in pages:
                page.goto(live_server.url + address)
                found[address] = look(page)
        return {address: seen for address, seen in found.items() if seen}

    return through


# Axe: levels A, AA and AAA, with the contrast that AAA asks for


AXE = {
    "resultTypes": ["violations"],
    "preload": False,
    "runOnly": ["wcag2a", "wcag2aa", "wcag2aaa", "wcag21a", "wcag21aa", "wcag22aa"],
    "rules": {"target-size": {"enabled": True}, "color-contrast-enhanced": {"enabled": True}},
}


def axe_finds(page):
    page.evaluate(Axe().axe_script)
    violations = page.evaluate("(o) => axe.run(o).then(({ violations }) => violations)", AXE)
    return [(rule["id"], [node["html"] for node in rule["nodes"]]) for rule in violations]


@pytest.mark.parametrize("look", LOOKS)
def test_axe_finds_nothing(walk, look):
    assert walk(axe_finds, **LOOKS[look], bypass_csp=True) == {}


def test_a_person_finds_pictures_of_every_page(walk):
    shutil.rmtree(PICTURES, ignore_errors=True)
    for look, context in LOOKS.items():
        walk(lambda page, look=look: picture(page, look), **context)
    assert len(list(PICTURES.glob("*-phone-dark.png"))) >= 20


def picture(page, look):
    name = re.sub(r"\W+", "-", page.url.split("/", 3)[3]).strip("-") or "home"
    page.screenshot(path=PICTURES / f"{name}-{look}.png", full_page=True)


# Size


# Links in running text and superscripts are exempt, as WCAG 2.5.5 and 2.5.8 exempt them.
SMALL_TARGETS = """() => {
  const inline = (e) => getComputedStyle(e).display === "inline"
    && e.parentElement.textContent.trim().length > e.textContent.trim().length + 3
  const shown = (e) => e.checkVisibility() && e.getBoundingClientRect().right > 0
  return [...document.querySelectorAll("a[href], button, input, select, textarea, summary")]
    .map((e) => (e.matches("[type=checkbox], [type=radio]") && e.closest("label")) || e)
    .filter((e) => shown(e) && !e.closest("sup") && !(e.matches("a") && inline(e)))
    .map((e) => [e.textContent.trim().slice(0, 40), e.getBoundingClientRect()])
    .filter(([, box]) => box.height < 44 || box.width < 44)
    .map(([text, box]) => `${text}: ${box.width} × ${box.height}`)
}"""
SMALL_WORDS = """() => [...document.querySelectorAll("body *")]
  .filter((e) => [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim()))
  .filter((e) => e.checkVisibility() && parseFloat(getComputedStyle(e).fontSize) < 16)
  .map((e) => e.outerHTML.slice(0, 80))"""
LONG_LINES = """() => {
  const range = document.createRange(), long = []
  for (const p of document.querySelectorAll("main p")) {
    const words = document.createTreeWalker(p, NodeFilter.SHOW_TEXT)
    let top = null, count = 0
    for (let node; node = words.nextNode();) for (let i = 0; i < node.length; i++) {
      range.setStart(node, i), range.setEnd(node, i + 1)
      const box = range.getClientRects()[0]
      if (!box?.width) continue
      if (top === null || Math.abs(box.top - top) > 8) top = box.top, count = 0
      if (++count === 71) long.push(p.textContent.slice(0, 60))
    }
  }
  return long
}"""


@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize("probe", [SMALL_TARGETS, SMALL_WORDS], ids=["targets", "words"])
def test_nothing_is_too_small(walk, probe, viewport):
    assert walk(lambda page: page.evaluate(probe), viewport=viewport) == {}


def test_lines_are_no_longer_than_the_eye_follows(walk):
    assert walk(lambda page: page.evaluate(LONG_LINES), viewport=DESK) == {}


def test_the_heading_is_in_the_first_screen_of_a_phone(walk):
    """Error pages and all: skip link, name, and where one is stand above it, nothing else."""
    top = "document.querySelector('h1').getBoundingClientRect().top"
    below = walk(lambda page: page.evaluate(top) > 120, viewport=PHONE)
    assert below == {}


# Reflow


SPACED = "*{line-height:1.5!important;letter-spacing:.12em!important;word-spacing:.16em!important}"
SIDEWAYS = "Math.max(0, document.documentElement.scrollWidth - innerWidth)"
TURNED = "document.documentElement.dir = 'rtl'"
DOUBLED = "document.documentElement.style.fontSize = '200%'"


@pytest.mark.parametrize("change", ["", TURNED, DOUBLED], ids=["as it is", "rtl", "twice as large"])
def test_nothing_scrolls_sideways_at_320_pixels(walk, change):
    def sideways(page):
        page.evaluate(change)
        page.add_style_tag(content=SPACED)
        return page.evaluate(SIDEWAYS)

    small = {"width": 320, "height": 640}
    assert walk(sideways, viewport=small, bypass_csp=True) == {}


def test_type_follows_the_readers_own_size(page, live_server, pages):
    page.goto(live_server.url + pages[-1])
    size = "parseFloat(getComputedStyle(document.querySelector('.text p')).fontSize)"
    before = page.evaluate(size)
    page.evaluate(DOUBLED)
    assert page.evaluate(size) == 2 * before >= 38


def test_right_to_left_mirrors_the_page(browser, live_server, pages):
    sides = """() => {
      const line = (selector) => {
        const box = document.querySelector(selector).getBoundingClientRect()
        return [Math.round(box.left), Math.round(innerWidth - box.right)]
      }
      const border = getComputedStyle(document.querySelector(".disclaimer"))
      return [line(".name"), line(".steps li"), [border.borderLeftWidth, border.borderRightWidth]]
    }"""
    with browser.new_context(viewport=PHONE) as context:
        page = context.new_page()
        page.goto(live_server.url + pages[-1])
        before = page.evaluate(sides)
        page.evaluate(TURNED)
        assert page.evaluate(sides) == [[right, left] for left, right in before]


WIDE = "<table{look}><caption>Sizes</caption><tbody>{rows}</tbody></table>"
BROKEN = """() => [...document.querySelectorAll("td")].filter((cell) => {
  const range = document.createRange()
  range.selectNodeContents(cell)
  return range.getClientRects().length > 1
}).length"""


def wide_table(look=""):
    row = "<tr>" + "".join(f"<td>Handlebar{n}</td>" for n in range(8)) + "</tr>"
    return WIDE.format(look=look, rows=row * 3)


@pytest.mark.parametrize("look", ["", ' class="comparison"'], ids=["plain", "comparison"])
def test_a_wide_table_scrolls_on_a_phone_and_is_whole_on_paper(browser, live_server, seed, look):
    live = factories.make_live(body=wide_table(look))
    with browser.new_context(viewport=PHONE) as context:
        page = context.new_page()
        page.goto(live_server.url + live.page.get_absolute_url())
        assert page.evaluate(BROKEN) == 0  # no word is cut into letters to squeeze the column in
        assert page.evaluate(SIDEWAYS) == 0
        sheets = PdfReader(io.BytesIO(page.pdf(format="A4"))).pages
        text = "".join("".join(sheet.extract_text().split()) for sheet in sheets)
        assert text.count("Handlebar7") == 3


LABEL = """() => {
  const range = document.createRange(), label = document.querySelector(".urgent .label").firstChild
  const end = label.length - 1
  range.setStart(label, 0), range.setEnd(label, 1)
  const first = range.getBoundingClientRect()
  range.setStart(label, end), range.setEnd(label, end + 1)
  const colon = range.getBoundingClientRect(), card = label.parentElement.getBoundingClientRect()
  return [colon.left > first.left, card.right - colon.right < 2]
}"""


def test_a_label_begins_a_card_of_arabic_and_keeps_its_colon(page, live_server, seed):
    live = factories.make_live(body='<div class="urgent" dir="rtl"><p>اتصل</p></div>')
    page.goto(live_server.url + live.page.get_absolute_url())
    assert page.evaluate(LABEL) == [True, True]


def test_forced_colours_keep_every_box_apart(browser, live_server, pages):
    with browser.new_context(forced_colors="active") as context:
        page = context.new_page()
        page.goto(live_server.url + pages[-1])
        boxes = ".disclaimer, .in-short, .urgent, .emergency, .callout, details, th, .steps li"
        bare = page.evaluate(
            """(boxes) => [...document.querySelectorAll(boxes)].filter((e) => {
              const sides = [getComputedStyle(e), getComputedStyle(e, "::before")]
              return !sides.some((s) => parseFloat(s.borderInlineStartWidth) >= 1)
            }).map((e) => e.className || e.localName)""",
            boxes,
        )
        assert bare == []


# By keyboard


FOCUS = """() => {
  const e = document.activeElement, style = getComputedStyle(e), box = e.getBoundingClientRect()
  const seen = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 3
  const inView = box.bottom > 0 && box.top < innerHeight && box.height > 0
  const name = e.textContent.trim() || e.name || e.ariaLabel
  return e === document.body ? null : [name, seen && inView]
}"""
CAN_FOCUS = "a[href], button, input, textarea, summary, [tabindex='0']"
STOPS = "(s) => [...document.querySelectorAll(s)].filter((e) => e.checkVisibility()).length"


def test_tab_leads_through_every_page_and_shows_where_it_is(walk):
    def lost(page):
        # A refused choice begins at the sentence on what to mend.
        if page.locator("[autofocus]").count():
            return []
        stops = []
        for _ in range(page.evaluate(STOPS, CAN_FOCUS)):
            page.keyboard.press("Tab")
            stops.append(page.evaluate(FOCUS) or ["nowhere", False])
        page.keyboard.press("Tab")  # behind the last stop the page begins again
        ends = [stops[0], page.evaluate(FOCUS) or stops[0]]
        unseen = [name for name, seen in stops if not seen]
        return unseen + [name for name, _ in ends if name != "Skip to the text"]

    assert walk(lost, viewport=PHONE) == {}


# Without script


def test_without_script_every_page_has_the_same_words(walk):
    """But for the questions of one's own: without script they are lines on paper."""
    drop = "document.querySelectorAll('#words, #add, #told, #print, #keep, #forget')"
    words = f"""() => {{
      {drop}.forEach((e) => e.closest("section > .again, section.again")?.remove())
      return document.querySelector("main").innerText.replace(/\\s+/g, " ").trim()
    }}"""
    with_script = walk(lambda page: page.evaluate(words))
    without = walk(lambda page: page.evaluate(words), java_script_enabled=False)
    differing = {a for a in with_script if without.get(a) != with_script[a]}
    assert {a for a in differing if not a.startswith("/questions/")} == set()
    for address in differing:  # the button that asks the server for the list goes
        assert without[address].replace(" Show my list", "") == with_script[address]


# On paper


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_on_paper_nothing_is_folded_and_every_sheet_has_the_disclaimer(walk, script):
    def wrong(page):
        sheets = PdfReader(io.BytesIO(page.pdf(format="A4"))).pages
        texts = [" ".join(sheet.extract_text().split()) for sheet in sheets]
        lost = [number for number, text in enumerate(texts, 1) if disclaimer.words() not in text]
        folded = page.locator("details").count() and "Of rubber" not in " ".join(texts)
        return [*lost, *(["folded"] if folded else [])]

    assert walk(wrong, java_script_enabled=script) == {}


def test_on_paper_the_addresses_of_sources_can_be_read(page, live_server, pages):
    page.goto(live_server.url + pages[-1])
    sheets = PdfReader(io.BytesIO(page.pdf(format="Letter"))).pages
    text = "".join("".join(sheet.extract_text().split()) for sheet in sheets)
    assert "(https://example.org/wheeler-2001/)" in text
    assert "Menu" not in text


# What a page costs


def test_a_page_comes_in_one_answer_within_its_budget(browser, live_server, pages_of_the_site):
    over = {}
    with browser.new_context(viewport=PHONE) as context:
        page = context.new_page()
        asked = []
        page.on("request", lambda request: asked.append(request.url))
        for address in pages_of_the_site:
            asked.clear()
            answer = page.goto(live_server.url + address)
            page.wait_for_load_state("networkidle")
            seen = {
                "requests": len([url for url in asked if not url.startswith("data:")]),
                "bytes": len(brotli.compress(answer.body(), quality=5)),
                "nodes": page.evaluate("document.querySelectorAll('*').length"),
                "shift": page.evaluate(SHIFT),
            }
            limits = {"requests": 1, "bytes": 8_000, "nodes": 400, "shift": 0}
            if wrong := {name: seen[name] for name in limits if seen[name] > limits[name]}:
                over[address] = wrong
    assert over == {}


SHIFT = """() => new Promise((done) => {
  let sum = 0
  new PerformanceObserver((list) => list.getEntries().forEach((e) => { sum += e.value }))
    .observe({ type: "layout-shift", buffered: true })
  setTimeout(() => done(sum), 50)
})"""


def packed(path):
    return len(brotli.compress(inlined.text(path).encode()))


def test_style_and_script_stay_small():
    assert packed("site/page.css") <= 3_000
    assert max(packed("site/page.js"), packed("site/questions.js")) <= 1_200


# A walk on a phone without script: "I was told about a drug pump"


def test_a_patient_finds_what_it_is_what_else_there_is_and_what_to_ask(browser, live_server, seed):
    with browser.new_context(viewport=PHONE, java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(live_server.url)
        page.get_by_role("link", name="Drug Pump (Intrathecal Drug Delivery System)").click()
        assert page.get_by_text(wording.NOT_REVIEWED).first.is_visible()
        assert "surgically placed in your abdomen" in page.locator(".text").inner_text()
        page.get_by_role("link", name="Menu").click()
        page.get_by_role("link", name="All treatments", exact=True).click()
        page.get_by_role("checkbox", name="Side by side: Drug Pump").check()
        page.get_by_role("checkbox", name="Side by side: Opioids").check()
        page.get_by_role("button", name="Put side by side").click()
        assert page.locator("main section h2").count() >= 2
