"""Preparing for a visit, with a script and without one, on a screen and on paper."""

import io
import json
import re
import unicodedata

import pytest
from axe_playwright_python.sync_playwright import Axe
from pypdf import PdfReader

from tests import factories
from treatments import disclaimer, questions

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SUIT, NEXT = "Which of these could suit my pain?", "What happens next, and when?"
OWN = "May I <b>ride</b> my bicycle?"
DESK, PHONE = {"width": 1280, "height": 900}, {"width": 320, "height": 640}
RULES = "(options) => axe.run(options).then((found) => found.violations.map((v) => v.id))"
SMALL = """() => [...document.querySelectorAll("main :is(button, .tick, textarea, .links a)")]
  .filter((one) => one.checkVisibility() && one.getBoundingClientRect().height < 44)
  .map((one) => one.innerText)"""
KEPT = "JSON.parse(localStorage.getItem('questions'))"
# What a browser does where the person or a policy forbids storage.
FORBIDDEN = """Object.defineProperty(window, "localStorage", {
  get() { throw new DOMException("The operation is insecure.", "SecurityError") } })"""


@pytest.fixture
def address(live_server):
    return live_server.url + "/questions/"


@pytest.fixture
def plain(browser):
    """A page of a browser that runs no script."""
    with browser.new_context(java_script_enabled=False) as context:
        yield context.new_page()


def printed(page):
    """What is on paper, with single spaces."""
    paper = PdfReader(io.BytesIO(page.pdf(format="A4")))
    text = " ".join(sheet.extract_text() for sheet in paper.pages)
    return " ".join(unicodedata.normalize("NFKC", text).split())  # fonts write "fi" as one letter


def on_paper(page):
    """The questions on paper, in order, with their numbers."""
    text = printed(page)
    assert disclaimer.words() in text
    return re.findall(r"(\d+)\. ([^?]+\?)", text)


def tick(page, *words):
    for question in words:
        page.get_by_role("checkbox", name=question).check()


def write(page, text):
    page.get_by_label("Write one question").fill(text)
    page.get_by_role("button", name="Add this question").click()


def told(page):
    return page.get_by_role("status").inner_text()


# Without a script


def test_without_a_script_all_are_printed_where_none_is_ticked(plain, address):
    plain.goto(address)
    numbered = enumerate(questions.ALL, start=1)
    assert on_paper(plain) == [(str(number), question.words) for number, question in numbered]


def test_without_a_script_what_is_ticked_is_printed_at_once(plain, address):
    plain.goto(address)
    tick(plain, SUIT, NEXT)
    assert on_paper(plain) == [("1", SUIT), ("2", NEXT)]
    assert "Every day" not in printed(plain)
    assert "Questions of your own" in printed(plain)
    assert "Show my list" not in printed(plain)


def test_without_a_script_the_list_comes_back_and_prints_as_it_is_ticked_now(plain, address):
    plain.goto(address)
    tick(plain, SUIT)
    plain.get_by_role("button", name="Show my list").click()
    assert plain.url.endswith("/questions/?q=suit")
    assert plain.locator("#yours li").all_inner_texts() == [SUIT]
    assert on_paper(plain) == [("1", SUIT)]
    tick(plain, NEXT)
    assert on_paper(plain) == [("1", SUIT), ("2", NEXT)]


def test_without_a_script_nothing_is_offered_that_needs_one(plain, address):
    plain.goto(address)
    for words in ("Print", "Keep my questions", "Forget my questions", "Write one question"):
        assert not plain.get_by_text(words, exact=False).first.is_visible()


def test_there_is_room_on_paper_for_answers_and_for_own_questions(plain, address):
    plain.goto(address + "?q=suit")
    plain.emulate_media(media="print")
    assert [hr.is_visible() for hr in plain.locator(".room hr").all()] == [True] * 4
    assert plain.locator(".ask li").nth(1).bounding_box()["height"] > 80


# With a script


def test_own_questions_are_added_changed_removed_and_counted(page, address):
    page.goto(address)
    assert told(page) == "You chose none, so all are printed."
    tick(page, SUIT)
    assert told(page) == "1 question to print."
    write(page, OWN)
    assert told(page) == "Added. 2 questions to print."
    assert page.locator("#own p").all_inner_texts() == [OWN]
    page.get_by_role("button", name=f"Change: {OWN}").click()
    assert page.get_by_label("Write one question").input_value() == OWN
    write(page, "And the tyres?")
    write(page, "  ")
    assert page.locator("#own p").all_inner_texts() == ["And the tyres?"]
    page.get_by_role("button", name="Remove: And the tyres?").click()
    assert told(page) == "Removed. 1 question to print."


def test_the_focus_stays_where_one_goes_on(page, address):
    page.goto(address)
    focused = "document.activeElement.ariaLabel || document.activeElement.id"
    for number in (1, 2, 3):
        write(page, f"Question {number}?")
        assert page.evaluate(focused) == "words"
    for gone, then in ((2, "Remove: Question 3?"), (3, "Remove: Question 1?"), (1, "words")):
        page.get_by_role("button", name=f"Remove: Question {gone}?").press("Enter")
        assert page.evaluate(focused) == then


def test_changing_one_question_does_not_lose_another_half_written(page, address):
    page.goto(address)
    write(page, "One?")
    page.get_by_label("Write one question").fill("Two, not yet added?")
    page.get_by_role("button", name="Change: One?").click()
    assert page.locator("#own p").all_inner_texts() == ["Two, not yet added?"]
    assert page.get_by_label("Write one question").input_value() == "One?"


def test_ticked_own_and_half_written_questions_are_printed_with_their_numbers(page, address):
    page.goto(address)
    tick(page, NEXT)
    write(page, OWN)
    page.get_by_label("Write one question").fill("And the tyres?")
    assert on_paper(page) == [("1", NEXT), ("2", OWN), ("3", "And the tyres?")]
    assert "Remove" not in printed(page)
    assert "Keep my questions" not in printed(page)


def test_own_questions_alone_are_printed_alone(page, address):
    page.goto(address)
    write(page, OWN)
    assert on_paper(page) == [("1", OWN)]


def test_the_print_button_prints(page, address):
    page.add_init_script("window.print = () => { window.printed = true }")
    page.goto(address)
    page.get_by_role("button", name="Print").click()
    assert page.evaluate("window.printed")


def test_own_questions_never_leave_the_page(page, address):
    page.goto(address + "?q=next", wait_until="networkidle")
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    write(page, "Quokka?")
    page.get_by_label("Keep my questions").check()
    page.get_by_role("checkbox", name=SUIT).press("Enter")
    page.evaluate("document.querySelector('form').requestSubmit()")
    page.wait_for_timeout(200)
    assert asked == []
    assert page.evaluate("document.querySelectorAll('#words[name], #keep[name]').length") == 0
    assert page.evaluate("[...new FormData(document.forms[0]).keys()]") == ["q"]


def test_nothing_is_kept_unless_asked_for(page, address):
    page.goto(address)
    tick(page, SUIT)
    write(page, OWN)
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0
    page.reload()
    assert page.locator("#own li").count() == 0


def test_what_is_kept_comes_back_and_is_forgotten_when_unticked(page, address):
    page.goto(address)
    tick(page, SUIT)
    write(page, OWN)
    page.get_by_label("Keep my questions").check()
    assert told(page) == "2 questions to print. Kept on this device."
    assert page.evaluate(KEPT) == [["suit"], [OWN]]
    page.goto(address + "?q=next")
    assert page.get_by_label("Keep my questions").is_checked()
    assert page.locator("#ask :checked").count() == 2
    assert page.locator("#own p").all_inner_texts() == [OWN]
    page.get_by_label("Keep my questions").uncheck()
    assert told(page) == "No longer kept. 3 questions to print."
    assert page.evaluate("localStorage.length") == 0


def test_forgetting_leaves_nothing_on_page_device_or_address(page, address):
    factories.make_live(factories.make_treatment(slug="brakes"), title="Brakes")
    page.goto(address + "?about=brakes&q=suit")
    write(page, OWN)
    page.get_by_label("Keep my questions").check()
    page.get_by_role("button", name="Forget my questions").click()
    assert told(page) == "Forgotten. You chose none, so all are printed."
    assert page.url == address
    assert page.evaluate("localStorage.length") == 0
    assert page.locator("main :checked, #own li, #about").count() == 0


@pytest.mark.parametrize("kept", ["", "{", "null", "[]", "[1, 2]", '{"a": 1}', '[["suit"], 5]'])
def test_what_somebody_else_left_in_the_store_does_no_harm(page, address, kept):
    page.goto(address)
    page.evaluate("(kept) => localStorage.setItem('questions', kept)", kept)
    page.reload()
    assert not page.get_by_label("Keep my questions").is_checked()
    assert page.evaluate("localStorage.length") == 0
    write(page, OWN)
    assert "to print" in told(page)


def test_what_was_kept_is_shown_as_text(page, address):
    page.goto(address)
    page.evaluate("(kept) => localStorage.setItem('questions', kept)", json.dumps([[], [OWN, 7]]))
    page.reload()
    assert page.locator("#own p").all_inner_texts() == [OWN, "7"]


def test_where_nothing_can_be_kept_the_page_says_so_and_works(page, address):
    page.add_init_script(FORBIDDEN)
    page.goto(address)
    write(page, OWN)
    page.get_by_label("Keep my questions").click()
    assert told(page) == "1 question to print. This browser cannot keep them."
    assert not page.get_by_label("Keep my questions").is_checked()


def test_a_full_store_keeps_no_older_list(page, address):
    page.goto(address)
    tick(page, SUIT)
    page.get_by_label("Keep my questions").check()
    page.evaluate("() => { Storage.prototype.setItem = () => { throw new Error('full') } }")
    tick(page, NEXT)
    assert told(page).endswith("This browser cannot keep them.")
    assert page.evaluate("localStorage.length") == 0


# With both


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESK, PHONE])
def test_axe_finds_nothing_and_every_target_is_large(browser, address, size, scheme):
    with browser.new_context(viewport=size, color_scheme=scheme, bypass_csp=True) as context:
        page = context.new_page()
        for query in ("", "?q=suit&q=nowhere"):
            page.goto(address + query)
            write(page, "Quokka" * 40)
            page.evaluate(Axe().axe_script)
            options = {"preload": False, "rules": {"color-contrast-enhanced": {"enabled": True}}}
            assert page.evaluate(RULES, options) == []
            assert page.evaluate(SMALL) == []
            assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]


def test_all_of_it_is_done_by_keyboard_alone(page, address):
    page.goto(address)
    page.get_by_role("checkbox", name=NEXT).focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "words"
    page.keyboard.type("May I ride?")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert told(page) == "Added. 2 questions to print."
