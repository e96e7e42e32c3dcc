"""The search as somebody uses it: on a phone without script, and by keyboard alone."""

import pytest

pytestmark = pytest.mark.browser
PHONE = {"width": 360, "height": 640}


def test_somebody_who_types_badly_on_a_phone_without_script_finds_the_page(
    browser, live_server, seed
):
    with browser.new_context(viewport=PHONE, java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(live_server.url + "/references/")
        page.get_by_role("link", name="Menu").click()
        page.get_by_role("navigation", name="Menu").get_by_role("searchbox").fill("morfine pump")
        page.get_by_role("button", name="Search").click()
        assert page.get_by_role("searchbox").input_value() == "morfine pump"
        assert page.locator("mark").first.inner_text() == "drug pump"
        page.get_by_role("link", name="morphine pump").click()
        assert page.get_by_role("searchbox").input_value() == "morphine pump"
        page.locator(".entries a").first.click()
        assert page.url.endswith("/treatments/drug-pump/")
        assert context.cookies() == []


def test_the_keyboard_is_enough(page, live_server, seed):
    page.goto(live_server.url + "/nowhere/")
    page.get_by_role("searchbox").focus()
    page.keyboard.type("catheter")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search/?q=catheter")
    assert page.get_by_role("heading", level=1).inner_text() == "Pages found"
    page.get_by_role("searchbox").focus()
    reached = []
    for _ in range(4):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.textContent"))
    assert reached[:2] == ["Search", "Catheter in the list of words"]
    assert reached[2] == "Drug Pump (Intrathecal Drug Delivery System)"
