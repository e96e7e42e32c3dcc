"""Comments and ratings in a real browser, with the keyboard alone, while somebody writes."""

import re

import pytest
from playwright.sync_api import expect

from tests import factories
from tests.browser.admin import at_work, open_text, person, tab_to
from treatments import checklists, remarks
from treatments.models import Comment, Edition

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def ana(transactional_db):
    return person("Authors", "ana", first_name="Ana", last_name="Díaz")


@pytest.fixture
def bo(transactional_db):
    return person("Reviewers", "bo", first_name="Bo", last_name="Lee")


def button(page, name):
    return page.get_by_role("button", name=name, exact=True)


def test_a_text_sent_back_is_answered_by_the_keyboard_alone(browser, live_server, ana, bo):
    edition = factories.make_submitted(by=ana)
    with at_work(browser, live_server, bo) as page:
        open_text(page, edition.page)
        page.get_by_label("Reason").first.fill("Step 3 is missing.")
        button(page, "Send back").click()
        expect(page.locator("#comments")).to_contain_text("Step 3 is missing.")
    with at_work(browser, live_server, ana) as page:
        open_text(page, edition.page)
        page.get_by_role("textbox", name="Body", exact=True).wait_for()
        tab_to(page, page.get_by_role("link", name="Read why, and answer it"))
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")  # the comment itself is where the link led
        expect(button(page, "Resolve")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.locator(".messagelist")).to_contain_text("Resolved.")
        expect(page.get_by_text("sent this text back on")).to_have_count(0)
    assert Comment.objects.get().resolved_by == ana


def test_resolving_while_one_writes_loses_no_word_and_asks_nothing(browser, live_server, ana, bo):
    draft = factories.make_draft(by=ana, body="<p>Saved words.</p>")
    remarks.comment(edition=draft, by=bo, text="Say what the lever is.")
    with at_work(browser, live_server, ana) as page:
        asked = []
        page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
        open_text(page, draft.page)
        body = page.get_by_role("textbox", name="Body", exact=True)
        body.click()
        page.keyboard.press("ControlOrMeta+End")
        page.keyboard.type(" And typed ones.")
        expect(page.locator("#id_body")).to_have_value(re.compile("And typed ones"))
        button(page, "Resolve").click()
        expect(page.locator("#comments")).to_contain_text("Resolved: 1")
        expect(body).to_contain_text("And typed ones.")
        expect(page.locator(".kept button")).to_have_count(0)  # there is nothing to bring back
        assert Edition.objects.get().body == "<p>Saved words.</p>"
        button(page, "Save draft").click()
        expect(page.locator(".messagelist")).to_contain_text("Saved as edition 1.")
        assert asked == []
    assert "And typed ones." in Edition.objects.get().body


def test_a_text_is_rated_by_the_keyboard_alone(browser, live_server, bo):
    edition = factories.make_live()
    with at_work(browser, live_server, bo) as page:
        open_text(page, edition.page)
        tab_to(page, page.get_by_role("link", name="Rate edition 1 by PEMAT-P"))
        page.keyboard.press("Enter")
        first = page.get_by_role("group", name="1. The purpose is evident at once.")
        tab_to(page, first.get_by_role("radio", name="Agree", exact=True))
        for number in checklists.PEMAT_P.items:
            if number != 26:  # the last one is overlooked
                page.keyboard.press("Space")
                page.keyboard.press("Tab")
        button(page, "Keep this rating").press("Enter")
        expect(page.locator("#faults")).to_contain_text("1 item to mend")
        fault = page.locator("#faults").get_by_role("link")
        tab_to(page, fault)
        page.keyboard.press("Enter")
        last = page.get_by_role("group", name="26. Visual aids")
        expect(last).to_contain_text("Choose an answer.")
        page.keyboard.press("Tab")
        page.keyboard.press("ArrowRight")  # from the first answer to the second
        expect(last.get_by_role("radio", name="Disagree")).to_be_checked()
        button(page, "Keep this rating").press("Enter")
        expect(page.locator(".messagelist")).to_contain_text("Your rating by PEMAT-P is kept.")
        expect(page.locator(".rating")).to_contain_text("Understandability 100, Actionability 86")
