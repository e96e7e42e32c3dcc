"""The Content Security Policy, as a browser keeps it."""

from urllib.parse import urlsplit

import pytest

from eduportal import invitation

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
INJECTED = """() => {
    const style = document.createElement("style");
    style.textContent = "h1 { position: absolute }";
    document.head.append(style);
    document.body.insertAdjacentHTML("beforeend", '<b id="x" style="position: fixed">x</b>');
    const script = document.createElement("script");
    script.textContent = "document.title = 'taken over'";
    document.head.append(script);
}"""


@pytest.fixture
def complaints(page):
    """What the browser complains of."""
    found = []
    page.on("console", lambda message: found.append(message.text))
    page.on("pageerror", lambda error: found.append(str(error)))
    return found


def refusals(complaints):
    return [text for text in complaints if "Failed to load resource" not in text]


@pytest.mark.parametrize("address", ["/about/", "/nothing-here/", "/admin/login/"])
def test_a_page_keeps_its_own_policy(address, page, complaints, live_server):
    page.goto(live_server.url + address)
    assert refusals(complaints) == []
    assert page.title()


def test_the_invitation_keeps_the_policy_and_lets_in(page, complaints, live_server):
    page.goto(live_server.url + urlsplit(invitation.link()).path)
    page.get_by_label("Username").fill("ana")
    page.get_by_label("First name").fill("Ana")
    page.get_by_label("Last name").fill("Díaz")
    page.get_by_label("Password:", exact=True).fill("quiet harbour lamp 42")
    page.get_by_label("Password confirmation").fill("quiet harbour lamp 42")
    page.get_by_role("button", name="Begin").click()
    page.wait_for_url(live_server.url + "/admin/")
    assert refusals(complaints) == []


def test_the_one_stylesheet_is_used_and_what_is_injected_is_not(page, complaints, live_server):
    page.goto(live_server.url + "/about/")
    assert page.evaluate("document.styleSheets[0].cssRules.length") > 0
    page.evaluate(INJECTED)
    styled = "selector => getComputedStyle(document.querySelector(selector)).position"
    assert [page.evaluate(styled, selector) for selector in ("h1", "#x")] == ["static", "static"]
    assert page.title() != "taken over"
    assert len(refusals(complaints)) >= 3
