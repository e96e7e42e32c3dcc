"""The meaning of a word, in place and in the list of words, with script and without."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests import factories

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PUMP = "/treatments/drug-pump/"


def meaning(page):
    return page.locator(".meaning")


def focused(page):
    return page.evaluate("document.activeElement.textContent")


def test_a_word_opens_after_its_paragraph_and_closes_again(page, live_server, seed):
    page.goto(live_server.url + PUMP)
    word = page.get_by_role("link", name="catheter")
    place = "(link) => link.getBoundingClientRect().y + scrollY"
    above = word.evaluate(place)
    word.click()
    assert page.url.endswith(PUMP)
    assert word.evaluate(place) == above
    for shown in (word, meaning(page)):
        box = shown.bounding_box()
        assert box["y"] >= 0
        assert box["y"] + box["height"] < page.viewport_size["height"] + 1
    assert (
        meaning(page)
        .evaluate("(box) => box.previousElementSibling.textContent")
        .startswith("Typically, drug pumps")
    )
    assert meaning(page).locator("p").inner_text() == (
        "catheter: plastic tube\nNot yet reviewed by this hospital."
    )
    assert word.get_attribute("aria-expanded") == "true"
    close = page.get_by_role("button", name="Close")
    assert close.bounding_box()["height"] >= 44
    close.click()
    assert meaning(page).count() == 0
    assert word.get_attribute("aria-expanded") == "false"
    assert focused(page) == "catheter"


def test_a_word_is_opened_read_and_left_by_keyboard_alone(page, live_server, seed):
    page.goto(live_server.url + PUMP)
    page.get_by_role("link", name="catheter").focus()
    page.keyboard.press("Enter")
    assert focused(page).startswith("catheter: plastic tube")
    page.keyboard.press("Tab")
    assert focused(page) == "More in the list of words"
    page.keyboard.press("Tab")
    assert focused(page) == "Close"
    page.keyboard.press("Escape")
    assert (meaning(page).count(), focused(page)) == (0, "catheter")
    page.keyboard.press("Escape")
    assert focused(page) == "catheter"


def test_one_meaning_is_open_at_a_time(page, live_server, seed):
    page.goto(live_server.url + PUMP)
    page.get_by_role("link", name="catheter").click()
    other = page.get_by_role("link", name="intrathecal space")
    other.click()
    assert meaning(page).count() == 1
    assert "around your spinal cord" in meaning(page).inner_text()
    assert page.locator('a.term[aria-expanded="true"]').all_inner_texts() == ["intrathecal space"]
    other.click()
    assert meaning(page).count() == 0


def test_the_box_leads_on_to_the_list_of_words(page, live_server, seed):
    page.goto(live_server.url + PUMP)
    page.get_by_role("link", name="catheter").click()
    page.get_by_role("link", name="More in the list of words").click()
    assert page.url.endswith("/glossary/#term-catheter")
    assert page.locator(":target").inner_text().startswith("Catheter")


def test_a_click_for_a_new_tab_still_follows_the_link(page, live_server, seed):
    page.goto(live_server.url + PUMP)
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="catheter").click(modifiers=["ControlOrMeta"])
    opened.value.wait_for_load_state()
    assert opened.value.url.endswith("/glossary/#term-catheter")
    assert meaning(page).count() == 0


def test_without_script_the_word_leads_to_its_place_in_the_list(browser, live_server, seed):
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(live_server.url + PUMP)
        page.get_by_role("link", name="intrathecal space").click()
        assert page.url.endswith("/glossary/#term-intrathecal-space")
        assert page.locator(":target").inner_text().startswith("Intrathecal space")
        page.get_by_role("link", name="Drug Pump (Intrathecal").first.click()
        assert page.url.endswith(PUMP)


@pytest.mark.parametrize(
    ("body", "parent"),
    [
        ("<ul><li>The lever.</li><li>Other.</li></ul>", "LI"),
        ("<ul><li>The lever.<ul><li>Below.</li></ul></li></ul>", "LI"),
        ("<table><tbody><tr><td>The lever.</td><td>x</td></tr></tbody></table>", "TD"),
        ("<blockquote><p>The lever.</p></blockquote>", "BLOCKQUOTE"),
    ],
)
def test_lists_and_tables_stay_lists_and_tables(page, live_server, body, parent):
    factories.make_live(factories.make_term(), title="lever", summary="a handle", body="")
    edition = factories.make_live(body=body)
    page.goto(live_server.url + edition.page.get_absolute_url())
    page.get_by_role("link", name="lever").click()
    assert meaning(page).evaluate("(box) => box.parentElement.tagName") == parent
    if "Below" in body:
        assert meaning(page).evaluate("(box) => box.nextElementSibling.tagName") == "UL"


def test_a_hostile_meaning_is_shown_as_it_was_typed(page, live_server):
    hostile = "\"><img src=x onerror=alert(1)> & 'b'"
    factories.make_live(factories.make_term(), title="lever", summary=hostile, body="")
    edition = factories.make_live()
    page.goto(live_server.url + edition.page.get_absolute_url())
    page.get_by_role("link", name="lever").click()
    assert meaning(page).locator("p").inner_text() == f"lever: {hostile}"
    assert page.locator("img").count() == 0


def test_paper_has_the_open_meaning_and_none_of_its_buttons(page, live_server, seed):
    page.goto(live_server.url + PUMP)
    page.get_by_role("link", name="catheter").click()
    page.emulate_media(media="print")
    assert meaning(page).locator("p").is_visible()
    assert not page.get_by_role("button", name="Close").is_visible()
    assert not page.get_by_role("link", name="More in the list of words").is_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
def test_axe_finds_nothing_and_nothing_scrolls_sideways(browser, live_server, seed, width, scheme):
    size = {"width": width, "height": 700}
    # axe is run from outside the page, whose policy lets no other script in.
    with browser.new_context(viewport=size, color_scheme=scheme, bypass_csp=True) as context:
        page = context.new_page()
        page.goto(live_server.url + "/glossary/#term-catheter")
        assert faults(page) == []
        letters = page.locator(".letters a")
        assert {min(box["width"], box["height"]) >= 44 for box in map(box_of, letters.all())} == {
            True
        }
        page.goto(live_server.url + PUMP)
        assert faults(page) == []
        page.get_by_role("link", name="catheter").click()
        assert faults(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def box_of(locator):
    return locator.bounding_box()


def faults(page):
    options = {
        "resultTypes": ["violations"],
        "preload": False,
        "rules": {"target-size": {"enabled": True}, "color-contrast-enhanced": {"enabled": True}},
    }
    found = Axe().run(page, options=options).response["violations"]
    return [(fault["id"], [node["html"] for node in fault["nodes"]]) for fault in found]
