"""From the list to what changes for patients by keyboard; told in any colours, and on paper."""

import pytest
from playwright.sync_api import expect

from tests import factories
from tests.browser.admin import at_work, person, tab_to
from treatments.admin.comparing import compare_url
from treatments.admin.histories import past_url

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def bo(transactional_db):
    return person("Reviewers", "bo", first_name="Bo", last_name="Lee")


@pytest.fixture
def shown(transactional_db):
    page = factories.make_live(
        title="Brake pads",
        body="<h2>Stop</h2><p>Squeeze the left lever.</p><p>Wait.</p><p>Look.</p>",
    ).page
    factories.make_submitted(
        page,
        title="Brake pads",
        body="<h2>Stop</h2><p>Squeeze the right lever.</p><p>Wait.</p><p>Look.</p><p>Go on.</p>",
    )
    return page


def test_a_reviewer_goes_from_the_list_to_what_changes_by_keyboard(browser, live_server, bo, shown):
    with at_work(browser, live_server, bo) as page:
        page.goto("/admin/treatments/treatment/")
        tab_to(page, page.get_by_role("link", name="What changes for patients: Brake pads"))
        page.keyboard.press("Enter")
        expect(page.locator(".summary-of-changes")).to_have_text(
            "1 paragraph changed, 1 paragraph added."
        )
        folded = page.get_by_text("2 unchanged blocks")
        expect(page.get_by_text("Wait.", exact=True)).not_to_be_visible()
        tab_to(page, folded)
        page.keyboard.press("Enter")
        expect(page.get_by_text("Wait.", exact=True)).to_be_visible()


def test_what_changes_is_told_without_colour(browser, live_server, bo, shown):
    with at_work(browser, live_server, bo, forced_colors="active") as page:
        page.goto(compare_url(shown))
        for media in ("screen", "print"):
            page.emulate_media(media=media)
            line = "(element) => getComputedStyle(element).textDecorationLine"
            added, removed = page.locator(".change ins"), page.locator(".change del")
            assert added.first.evaluate(line) == "underline"
            assert removed.first.evaluate(line) == "line-through"
        expect(page.get_by_role("heading", name="Changed: Paragraph")).to_be_visible()
        expect(page.get_by_role("heading", name="Added: Paragraph")).to_be_visible()


def test_a_moment_is_chosen_in_the_history_and_shown(browser, live_server, bo, shown):
    with at_work(browser, live_server, bo) as page:
        page.goto(f"/admin/treatments/treatment/{shown.pk}/history/")
        page.get_by_label("What did this page say on").fill("2020-01-02T03:04:05")
        page.get_by_role("button", name="Show", exact=True).click()
        expect(page.get_by_role("heading", level=1)).to_contain_text(
            "What patients read on 2 January 2020, 03:04:05 (UTC)"
        )
        expect(page.get_by_text("Nothing: the page was not yet published.")).to_be_visible()
        expect(page.get_by_label("What did this page say on")).to_have_value("2020-01-02T03:04:05")


def test_no_screen_is_wider_than_a_phone(browser, live_server, bo, shown):
    with at_work(browser, live_server, bo, viewport={"width": 360, "height": 740}) as page:
        now = f"{past_url(shown)}?at=2026-01-02T03:04"
        history = f"/admin/treatments/treatment/{shown.pk}/history/"
        for address in (compare_url(shown), past_url(shown), now, history):
            page.goto(address)
            assert page.evaluate("document.documentElement.scrollWidth") <= 360, address
