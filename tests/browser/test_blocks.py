"""Boxes and special lists: set in the editor, kept, and looking there as patients will see them."""

import pytest

from tests import factories
from tests.browser.editor import URLS, open_in_editor, save, text

pytestmark = [
    pytest.mark.browser,
    pytest.mark.urls(URLS),
    pytest.mark.django_db(transaction=True),
]
ALL = (
    '<div class="in-short"><p>Gist.</p></div><div class="urgent"><h2>Ring</h2><p>Us.</p></div>'
    '<div class="emergency"><p>Stop.</p></div><div class="callout"><p>Mind.</p></div>'
    '<ul class="do"><li>Squeeze</li></ul><ul class="do-not"><li>Do not pull</li></ul>'
    '<ol class="steps"><li>One</li><li>Two</li></ol>'
    '<table class="comparison"><caption>Pads</caption><thead><tr><th scope="col">A</th></tr>'
    "</thead><tbody><tr><td>b</td></tr></tbody></table>"
)


def choose(page, name):
    page.wait_for_timeout(250)  # the editor notes what is marked five times a second
    page.locator(".cke_combo__blocks .cke_combo_button").click()
    panel = page.frame_locator(".cke_panel_frame >> visible=true")
    panel.get_by_role("option", name=name, exact=True).click()


def chosen(page):
    return page.locator(".cke_combo__blocks .cke_combo_text").inner_text()


def test_a_box_goes_round_what_is_marked_and_comes_off_again(page, live_server):
    area = open_in_editor(page, live_server, "<p>One.</p><p>Two.</p><p>Three.</p>")
    area.get_by_text("One.").click()
    page.keyboard.press("Home")
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Shift+End")
    choose(page, "Important")
    boxed = '<div class="callout"><p>One.</p><p>Two.</p></div><p>Three.</p>'
    assert text(page).replace("\n", "") == boxed
    assert chosen(page) == "Important"
    choose(page, "Care card: urgent")
    assert text(page).replace("\n", "") == boxed.replace("callout", "urgent")
    choose(page, "Care card: urgent")
    assert text(page).replace("\n", "") == "<p>One.</p><p>Two.</p><p>Three.</p>"
    for _ in range(3):
        page.keyboard.press("Control+z")
    assert text(page).replace("\n", "") == "<p>One.</p><p>Two.</p><p>Three.</p>"
    page.keyboard.press("Control+y")
    assert text(page).replace("\n", "") == boxed
    assert page.complaints == []


def test_every_kind_is_seen_at_once(page, live_server):
    open_in_editor(page, live_server).click()
    page.locator(".cke_combo__blocks .cke_combo_button").click()
    options = page.frame_locator(".cke_panel_frame >> visible=true").get_by_role("option")
    options.first.wait_for()
    whole = (
        "(one) => one.getBoundingClientRect().bottom <= one.ownerDocument.defaultView.innerHeight"
    )
    assert options.last.evaluate(whole)
    assert not options.evaluate_all("(all) => all.some((one) => one.scrollWidth > one.clientWidth)")


def test_one_types_in_a_box_and_leaves_it_by_an_empty_line(page, live_server):
    open_in_editor(page, live_server).click()
    choose(page, "In short")
    page.keyboard.type("Gist.")
    page.keyboard.press("Enter")
    page.keyboard.type("More.")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    page.keyboard.type("Behind.")
    found = '<div class="in-short"><p>Gist.</p><p>More.</p></div>\n<p>Behind.</p>'
    assert save(page)["clean"] == found


def test_one_writes_above_a_box_that_the_text_begins_with(page, live_server):
    area = open_in_editor(page, live_server, '<div class="callout"><p>One.</p></div>')
    area.get_by_text("One.").click()
    for key in ("Home", "Enter", "ArrowUp", "Enter"):
        page.keyboard.press(key)
    page.keyboard.type("Above.")
    assert save(page)["clean"] == '<p>Above.</p>\n<div class="callout"><p>One.</p></div>'


def test_what_reaches_beyond_a_box_goes_into_one_box(page, live_server):
    urgent = '<div class="urgent"><p>Three.</p></div>'
    stored = f'<div class="callout"><p>One.</p></div><p>Two.</p>{urgent}'
    open_in_editor(page, live_server, stored).get_by_text("One.").click()
    page.keyboard.press("ControlOrMeta+a")
    choose(page, "Important")
    boxed = '<div class="callout"><p>One.</p><p>Two.</p><p>Three.</p></div>'
    assert text(page).replace("\n", "") == boxed


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("List: what not to do", '<ul class="do-not"><li>Do not pull.</li></ul>'),
        ("List: large steps", '<ol class="steps"><li>Do not pull.</li></ol>'),
    ],
)
def test_a_special_list_is_made_of_what_is_typed(name, expected, page, live_server):
    open_in_editor(page, live_server).click()
    choose(page, name)
    page.keyboard.type("Do not pull.")
    assert save(page)["clean"] == expected


def test_a_list_and_a_table_change_their_kind(page, live_server):
    stored = "<ul><li>a</li></ul><table><tbody><tr><td>b</td></tr></tbody></table>"
    area = open_in_editor(page, live_server, stored)
    area.get_by_text("a", exact=True).click()
    choose(page, "List: what to do")
    area.get_by_role("cell", name="b").click()
    choose(page, "Table that compares")
    assert save(page)["clean"] == (
        '<ul class="do"><li>a</li></ul>\n'
        '<table class="comparison"><tbody><tr><td>b</td></tr></tbody></table>'
    )


def test_every_block_survives_being_edited(page, live_server):
    stored = ALL + '<div class="details"><h3>More</h3><p>Words.</p></div>'
    area = open_in_editor(page, live_server, stored)
    area.get_by_text("Words.").click()
    page.keyboard.press("End")
    page.keyboard.type(" Yes.")
    assert save(page)["clean"].replace("\n", "") == stored.replace("Words.", "Words. Yes.")


SEEN = [
    "background-color", "border-inline-start-width", "border-inline-start-color", "color",
    "border-block-start-width", "padding-inline-start", "padding-block-start", "font-size",
    "list-style-type", "table-layout",
]  # fmt: skip
LOOK = """([area, names]) => Object.fromEntries(
  [".in-short", ".urgent", ".urgent h2", ".emergency", ".callout", ".do", ".do-not", ".steps",
   ".steps li", ".comparison", ".comparison th", ".comparison caption"].map((selector) => {
    const style = getComputedStyle(document.querySelector(`${area} ${selector}`))
    return [selector, names.map((name) => `${name}: ${style[name]}`)]
  }))"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_block_looks_as_patients_will_see_it(scheme, page, live_server):
    live = factories.make_live(body=ALL)
    page.emulate_media(color_scheme=scheme)
    page.goto(live_server.url + live.page.get_absolute_url())
    public = page.evaluate(LOOK, [".text", SEEN])
    assert page.get_by_text("Urgent:").is_visible()
    open_in_editor(page, live_server, live.body)
    assert page.evaluate(LOOK, [".cke_editable", SEEN]) == public
    label = "getComputedStyle(document.querySelector('.cke_editable .urgent'), '::before').content"
    assert page.evaluate(label) == '"Urgent:"'


def test_details_unfold_by_keyboard_and_are_open_on_paper(page, live_server):
    live = factories.make_live(body='<div class="details"><h2>More</h2><p>Words.</p></div>')
    page.goto(live_server.url + live.page.get_absolute_url())
    words = page.get_by_text("Words.")
    assert not words.is_visible()
    page.get_by_text("More", exact=True).focus()
    page.keyboard.press("Enter")
    assert words.is_visible()
    page.keyboard.press("Enter")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert words.is_visible()
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert not words.is_visible()
