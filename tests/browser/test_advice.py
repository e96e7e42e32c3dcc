"""Advice beside the text: typed, awaited, and followed to the words, by mouse and by keyboard."""

import pytest
from playwright.sync_api import expect

from tests import factories
from tests.browser.admin import at_work, open_text, person, tab_to

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LONG = f"Oil the chain and wipe it{' and oil it again and wipe it again' * 2} in the sun."
BODY = (
    '<h2>Brakes</h2><p>Squeeze the lever.<cite data-reference="wheeler">Wheeler 2001</cite></p>'
    "<ul><li>Look<ul><li>again</li></ul></li></ul>"
    '<div class="callout"><p>Utilize a pump.</p></div><p>End.</p>'
)


@pytest.fixture
def ana(transactional_db):
    return person("Authors", "ana")


@pytest.fixture
def work(browser, live_server):
    return lambda user, **look: at_work(browser, live_server, user, **look)


@pytest.fixture
def draft(ana):
    factories.make_reference("wheeler")
    return factories.make_draft(by=ana, title="Brakes", body=BODY)


def area(page):
    return page.get_by_role("textbox", name="Body", exact=True)


def panel(page):
    return page.get_by_role("region", name="Advice")


def finding(page, words):
    return panel(page).get_by_role("link", name=words)


def type_at_the_end(page, words):
    area(page).click()
    page.keyboard.press("ControlOrMeta+End")
    page.keyboard.type(words)


def marked(page):
    """The words that are marked, and the element that they stand in."""
    return page.evaluate(
        "(() => { const chosen = getSelection(); return [chosen.toString(),"
        " chosen.anchorNode.parentElement.tagName, document.activeElement.isContentEditable] })()"
    )


def test_the_advice_follows_what_is_typed_after_a_pause(work, draft):
    with work(draft.author) as page:
        open_text(page, draft.page)
        expect(finding(page, "Instead of “Utilize”")).to_be_visible()
        type_at_the_end(page, f" {LONG}")
        expect(finding(page, "Split this sentence of 25 words")).to_be_visible()
        expect(panel(page).get_by_role("status")).to_contain_text("2 things to look at")


def test_a_finding_leads_to_its_words(work, draft):
    with work(draft.author) as page:
        open_text(page, draft.page)
        area(page).wait_for()
        finding(page, "Instead of “Utilize”").click()
        assert marked(page) == ["Utilize", "P", True]


def test_a_finding_leads_to_its_words_by_keyboard_and_typing_goes_on_there(work, draft):
    with work(draft.author) as page:
        open_text(page, draft.page)
        area(page).wait_for()
        tab_to(page, finding(page, "Instead of “Utilize”"))
        page.keyboard.press("Enter")
        page.keyboard.type("Use")
        expect(area(page)).to_contain_text("Use a pump.")
        expect(finding(page, "Instead of “Utilize”")).to_have_count(0)


def test_a_long_sentence_is_marked_as_a_whole_behind_citations_and_lists(work, draft):
    with work(draft.author) as page:
        open_text(page, draft.page)
        type_at_the_end(page, f" {LONG}")
        finding(page, "Split this sentence").click()
        assert marked(page)[0] == LONG


def test_words_that_have_moved_are_found_again(work, draft):
    with work(draft.author) as page:
        open_text(page, draft.page)
        area(page).click()
        page.keyboard.press("ControlOrMeta+Home")
        page.keyboard.type("One more")
        page.keyboard.press("Enter")
        finding(page, "Instead of “Utilize”").click()
        assert marked(page)[0] == "Utilize"


def test_an_older_answer_never_overwrites_a_newer_one(work, draft):
    with work(draft.author) as page:
        held = []

        def hold_the_first(route):
            if held:
                route.continue_()
            else:
                held.append(route)

        page.route("**/advice/", hold_the_first)
        open_text(page, draft.page)
        with page.expect_request("**/advice/"):
            type_at_the_end(page, f" {LONG}")
        with page.expect_response("**/advice/"):
            type_at_the_end(page, f" {LONG}")
        expect(panel(page).get_by_role("link", name="Split this sentence")).to_have_count(2)
        held[0].fulfill(body="<p>Old</p>")
        page.wait_for_timeout(300)
        expect(panel(page)).not_to_contain_text("Old")


def test_advice_that_does_not_come_says_so_quietly_and_comes_with_the_next_pause(work, draft):
    with work(draft.author) as page:
        page.route("**/advice/", lambda route: route.fulfill(status=500, body="broken"))
        open_text(page, draft.page)
        type_at_the_end(page, " More.")
        expect(panel(page)).to_contain_text("The advice is of an earlier text")
        expect(panel(page).get_by_role("status")).to_be_empty()
        page.unroute("**/advice/")
        type_at_the_end(page, " And more.")
        expect(panel(page)).not_to_contain_text("The advice is of an earlier text")


def test_a_folded_group_stays_folded(work, draft):
    with work(draft.author) as page:
        open_text(page, draft.page)
        panel(page).get_by_text("Hard words").click()
        type_at_the_end(page, f" {LONG}")
        expect(finding(page, "Split this sentence")).to_be_visible()
        expect(finding(page, "Instead of “Utilize”")).to_be_hidden()


def test_without_script_the_advice_is_on_the_saved_text(work, draft):
    with work(draft.author, java_script_enabled=False) as page:
        open_text(page, draft.page)
        expect(panel(page)).to_contain_text("Instead of “Utilize”, try: use.")
