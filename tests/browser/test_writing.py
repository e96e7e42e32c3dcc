"""From "add treatment" to withdrawn in real browsers, and how little it takes to lose words."""

import contextlib
import json
import re

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import Error, expect

from tests import factories
from tests.browser.admin import PASSWORD, at_work, open_text, person, sign_in, tab_to
from treatments.admin.writing import text_url
from treatments.models import AuditEntry, Edition, Reference

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def ana(transactional_db):
    return person("Authors", "ana", first_name="Ana", last_name="Díaz")


@pytest.fixture
def bo(transactional_db):
    return person("Reviewers", "bo", first_name="Bo", last_name="Lee")


@pytest.fixture
def work(browser, live_server):
    """Opens a browser for somebody: `with work(ana) as page`."""
    return lambda user, **look: at_work(browser, live_server, user, **look)


@pytest.fixture
def draft(ana):
    return factories.make_draft(by=ana, title="Brakes", body="<p>Saved words.</p>")


def area(page):
    return page.get_by_role("textbox", name="Body", exact=True)


def type_words(page, words):
    """Write at the end of the body, then take a breath."""
    write_on(page, words)
    expect(page.locator("#id_body")).to_have_value(re.compile(re.escape(words.strip())))


def write_on(page, words):
    area(page).click()
    page.keyboard.press("ControlOrMeta+End")
    page.keyboard.type(words)


def press(page, name):
    page.get_by_role("button", name=name, exact=True).click()


def said(page):
    return page.locator(".messagelist")


def offer(page):
    return page.locator(".kept")


def copies(page):
    """What this browser keeps, of anybody: {name: copy}."""
    return page.evaluate(
        "Object.fromEntries(Object.entries(localStorage).filter(([name]) => /^kept /.test(name)))"
    )


def questions(page):
    """What a page asks before it is left; the answers are yes."""
    asked = []

    def answer(dialog):
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", answer)
    return asked


def crash(page):
    """End the page's process without a word to its scripts; returns another page."""
    with contextlib.suppress(Error):
        page.goto("chrome://crash")
    return page.context.new_page()


# The whole way


def test_two_people_walk_the_whole_way_with_a_mouse(work, ana, bo):
    factories.make_live(factories.make_topic(), title="Bicycles")
    with work(ana) as page:
        page.goto("/admin/")
        page.get_by_role("link", name="Treatments", exact=True).click()
        page.get_by_role("link", name="Add treatment").click()
        page.get_by_label("Title").fill("Brake pads")
        page.get_by_label("Topic").select_option(index=1)
        page.get_by_label("Kind of treatment").select_option(index=1)
        press(page, "Save")
        type_words(page, "Squeeze the lever.")
        press(page, "Save and send to review")
        expect(said(page)).to_contain_text("Sent to review")
    with work(bo) as page:
        page.goto("/admin/treatments/treatment/")
        page.get_by_role("link", name="Brake pads").click()
        page.get_by_label("I have checked the evidence").check()
        press(page, "Approve")
        expect(said(page)).to_contain_text("Patients read it from now on")
        assert "Squeeze the lever." in page.request.get("/treatments/brake-pads/").text()
        page.locator("summary", has_text="Withdraw").click()
        page.get_by_label("Reason").fill("A mistake.")
        press(page, "Withdraw")
        expect(said(page)).to_contain_text("Patients do not see it any more")
        assert page.request.get("/treatments/brake-pads/").status == 410


def test_two_people_walk_the_whole_way_by_keyboard_alone(work, ana, bo):
    factories.make_live(factories.make_topic(), title="Bicycles")

    def go(page, role, name):
        tab_to(page, page.get_by_role(role, name=name, exact=True))

    def follow(page, role, name):
        go(page, role, name)
        page.keyboard.press("Enter")

    with work(ana) as page:
        page.goto("/admin/")
        follow(page, "link", "Treatments")
        follow(page, "link", "Add treatment")
        page.get_by_label("Title").wait_for()
        go(page, "textbox", "Title:")
        page.keyboard.type("Brake pads")
        go(page, "combobox", "Topic:")
        page.keyboard.press("ArrowDown")
        go(page, "combobox", "Kind of treatment:")
        page.keyboard.press("ArrowDown")
        follow(page, "button", "Save")
        area(page).wait_for()
        go(page, "textbox", "Body")
        page.keyboard.type("Squeeze the lever.")
        follow(page, "button", "Save and send to review")
        expect(said(page)).to_contain_text("Sent to review")
    with work(bo) as page:
        page.goto("/admin/treatments/treatment/")
        follow(page, "link", "Brake pads")
        go(page, "checkbox", "I have checked the evidence")
        page.keyboard.press("Space")
        follow(page, "button", "Approve")
        expect(said(page)).to_contain_text("Patients read it from now on")
        assert "Squeeze the lever." in page.request.get("/treatments/brake-pads/").text()
        tab_to(page, page.locator("summary", has_text="Withdraw"))
        page.keyboard.press("Enter")
        go(page, "textbox", "Reason:")
        page.keyboard.type("A mistake.")
        follow(page, "button", "Withdraw")
        expect(said(page)).to_contain_text("Patients do not see it any more")
        assert page.request.get("/treatments/brake-pads/").status == 410


# Two browsers on one edition


def test_the_second_of_two_saves_shows_both_texts_and_keeps_both(work, ana, draft):
    with work(ana) as here, work(ana) as there:
        for page in (here, there):
            open_text(page, draft.page)
        type_words(there, " Theirs.")
        press(there, "Save draft")
        expect(said(there)).to_contain_text("Saved as edition 1")
        type_words(here, " Mine.")
        press(here, "Save draft")
        expect(said(here)).to_contain_text("Nothing was overwritten")
        expect(here.locator(".theirs ins")).to_contain_text("Theirs")
        expect(here.locator(".theirs del")).to_contain_text("Mine")
        expect(area(here)).to_contain_text("Saved words. Mine.")
        press(here, "Save draft")
        expect(said(here)).to_contain_text("Saved as edition 1")
        assert not copies(here)
    assert Edition.objects.get().body == "<p>Saved words. Mine.</p>"
    saved = AuditEntry.objects.filter(action="save").values_list("after", flat=True)
    assert {"body": "<p>Saved words. Theirs.</p>"} in saved


# The copy in the browser


def test_after_a_crash_the_words_are_offered_brought_back_and_saved(work, ana, draft):
    with work(ana) as page:
        open_text(page, draft.page)
        write_on(page, " Typed.")
        page.get_by_label("Summary").fill("In short.")
        page.wait_for_timeout(3500)  # a copy is made every three seconds
        page = crash(page)
        open_text(page, draft.page)
        expect(offer(page)).to_contain_text("that was not saved")
        press(page, "Bring it back")
        expect(area(page)).to_contain_text("Saved words. Typed.")
        expect(page.get_by_role("button", name="Put the other text into the form")).to_be_focused()
        press(page, "Save draft")
        expect(said(page)).to_contain_text("Saved as edition 1")
        assert not copies(page)
        expect(offer(page)).to_be_empty()
    edition = Edition.objects.get()
    assert (edition.summary, edition.body) == ("In short.", "<p>Saved words. Typed.</p>")


def test_a_closed_tab_offers_its_last_words(work, ana, draft):
    with work(ana) as page:
        open_text(page, draft.page)
        write_on(page, " Typed.")
        other = page.context.new_page()
        page.close()
        open_text(other, draft.page)
        other.locator("summary", has_text="Read it first").click()
        expect(offer(other)).to_contain_text("Saved words. Typed.")


def test_who_comes_back_sees_what_is_offered(work, ana):
    long = factories.make_draft(by=ana, body="<p>Saved words.</p>" * 80)
    with work(ana) as page:
        open_text(page, long.page)
        type_words(page, " Typed.")
        page.get_by_label("Note of change").scroll_into_view_if_needed()
        page.mouse.wheel(0, 3000)
        page.wait_for_function("scrollY > 500")
        questions(page)
        page.goto("/admin/")
        page.go_back()
        expect(offer(page)).to_contain_text("that was not saved")
        expect(page.get_by_role("button", name="Bring it back")).to_be_in_viewport()


def test_a_session_that_ends_while_typing_loses_nothing(work, ana, draft):
    with work(ana) as page:
        open_text(page, draft.page)
        type_words(page, " Typed.")
        Session.objects.all().delete()
        press(page, "Save draft")
        page.get_by_label("Username").fill("ana")
        page.get_by_label("Password").fill(PASSWORD)
        press(page, "Log in")
        press(page, "Bring it back")
        press(page, "Save draft")
        expect(said(page)).to_contain_text("Saved as edition 1")
        assert not copies(page)
    assert Edition.objects.get().body == "<p>Saved words. Typed.</p>"


def test_words_of_an_edition_not_yet_begun_are_brought_back_from_the_reading_page(work, ana):
    live = factories.make_live(body="<p>Old words.</p>")
    with work(ana) as page:
        open_text(page, live.page)
        press(page, "Write a new edition")
        type_words(page, " Typed.")
        page.goto(text_url(live.page))
        press(page, "Bring it back")
        expect(offer(page)).to_contain_text("back in the form")
        expect(area(page)).to_contain_text("Old words. Typed.")
        press(page, "Save draft")
        expect(said(page)).to_contain_text("Saved as edition 2")
    assert Edition.objects.working().get().body == "<p>Old words. Typed.</p>"


def test_bringing_back_loses_nothing_of_what_the_form_holds(work, ana, draft):
    with work(ana) as page:
        open_text(page, draft.page)
        page.get_by_label("Summary").fill("First.")
        page.goto(text_url(draft.page))
        page.get_by_label("Summary").fill("Second.")
        press(page, "Bring it back")
        expect(page.get_by_label("Summary")).to_have_value("First.")
        press(page, "Put the other text into the form")
        expect(page.get_by_label("Summary")).to_have_value("Second.")
        press(page, "Bring it back")
        page = crash(page)
        open_text(page, draft.page)
        page.get_by_role("button", name="Bring it back").first.wait_for()
        kept = {json.loads(text)["words"]["summary"] for text in copies(page).values()}
        assert kept == {"First.", "Second."}


def test_words_typed_upon_an_older_text_do_not_overwrite_the_newer_one(work, ana, draft):
    with work(ana) as page:
        open_text(page, draft.page)
        type_words(page, " Typed.")
        page.goto("/admin/")
        factories.make_draft(draft.page, by=ana, title="Brakes", body="<p>Saved since.</p>")
        open_text(page, draft.page)
        press(page, "Bring it back")
        press(page, "Save draft")
        expect(said(page)).to_contain_text("Nothing was overwritten")
        expect(page.locator(".theirs ins")).to_contain_text("since")


def test_what_is_thrown_away_is_gone_unless_one_thinks_again(work, ana, draft):
    with work(ana) as page:
        open_text(page, draft.page)
        page.get_by_label("Summary").fill("Typed.")
        page.goto(text_url(draft.page))
        press(page, "Throw it away")
        assert not copies(page)
        press(page, "Keep it after all")
        assert len(copies(page)) == 1
        press(page, "Throw it away")
        page.reload()
        area(page).wait_for()
        expect(offer(page)).to_be_empty()


def test_a_discarded_draft_is_not_offered_back(work, ana, draft):
    with work(ana) as page:
        open_text(page, draft.page)
        type_words(page, " Typed.")
        page.locator("summary", has_text="Discard").click()
        press(page, "Discard the draft")
        expect(said(page)).to_contain_text("Discarded.")
        assert not copies(page)


def test_copies_are_kept_for_a_week(work, ana, draft):
    with work(ana) as page:
        open_text(page, draft.page)
        page.get_by_label("Summary").fill("Typed.")
        page.goto(text_url(draft.page))
        script = """([days]) => {
            const [name] = Object.keys(localStorage).filter((name) => name.startsWith("kept "))
            const copy = JSON.parse(localStorage.getItem(name))
            localStorage.setItem(name, JSON.stringify({ ...copy, at: Date.now() - days * 864e5 }))
        }"""
        page.evaluate(script, [6.9])
        page.reload()
        expect(offer(page)).to_contain_text("that was not saved")
        page.evaluate(script, [7.1])
        page.reload()
        area(page).wait_for()
        assert not copies(page)


# What a browser puts back by itself


def test_words_that_the_browser_put_back_are_neither_overwritten_nor_lost(work, ana, draft):
    restored = "<p>Saved words. Typed.</p>"
    with work(ana) as page:
        page.add_init_script(
            f"""addEventListener("DOMContentLoaded", () => {{
                document.getElementById("id_body").value = {json.dumps(restored)}
            }})"""
        )
        open_text(page, draft.page)
        expect(area(page)).to_contain_text("Typed.")
        area(page).click()
        page.get_by_label("Summary").click()
        expect(page.locator("#id_body")).to_have_value(restored)
        page.wait_for_timeout(500)
        press(page, "Save draft")
        expect(said(page)).to_contain_text("Saved as edition 1")
    assert Edition.objects.get().body == restored


def test_going_back_offers_the_words_with_the_text_that_they_were_typed_upon(work, ana, draft):
    with work(ana) as page:
        questions(page)
        open_text(page, draft.page)
        type_words(page, " Typed.")
        page.get_by_label("Summary").fill("In short.")
        page.get_by_role("link", name="Home").click()
        page.wait_for_url("**/admin/")
        factories.make_draft(draft.page, by=ana, title="Brakes", body="<p>Saved since.</p>")
        page.go_back()
        expect(area(page)).to_contain_text("Saved since.")
        press(page, "Bring it back")
        press(page, "Save draft")
        expect(said(page)).to_contain_text("Nothing was overwritten")
    assert Edition.objects.get().body == "<p>Saved since.</p>"


# Sources


def test_sources_are_listed_as_they_will_be_numbered(work, ana):
    one = factories.make_reference("wheeler-2001", source_text="Wheeler A. Levers.")
    factories.make_reference("spoke-1990", source_text="Spoke B. Pads.", authors="Spoke B")
    Reference.objects.filter(pk=one.pk).update(retracted=True)
    body = '<p>A.<cite data-reference="wheeler-2001">Wheeler 2001</cite></p>'
    draft = factories.make_draft(by=ana, body=body)
    with work(ana) as page:
        open_text(page, draft.page)
        listed = page.get_by_role("region", name="Sources, as they will be numbered")
        expect(listed.get_by_role("listitem")).to_have_text(["Wheeler A. Levers. Retracted"])
        area(page).click()
        page.keyboard.press("ControlOrMeta+Home")
        press(page, "Cite a source")
        page.get_by_role("combobox", name="Part of an author").fill("spoke b. pads")
        page.keyboard.press("Enter")
        expect(listed.get_by_role("listitem")).to_have_text(
            ["Spoke B. Pads.", "Wheeler A. Levers. Retracted"]
        )


# A computer that several people use


def test_nobody_is_offered_the_words_of_somebody_else(work, live_server, ana, bo):
    edition = factories.make_submitted(by=ana)
    with work(ana) as page:
        open_text(page, edition.page)
        press(page, "Change words")
        page.get_by_label("Summary").fill("Typed.")
        page.goto("/admin/")
        for user, offered in ((bo, 0), (ana, 1)):
            sign_in(page.context, live_server, user)
            open_text(page, edition.page)
            expect(page.get_by_role("button", name="Bring it back")).to_have_count(offered)


def test_logging_out_asks_then_leaves_nothing_behind(work, ana, draft):
    with work(ana) as page:
        open_text(page, draft.page)
        type_words(page, " Typed.")
        page.once("dialog", lambda question: question.dismiss())
        press(page, "Log out")
        expect(area(page)).to_contain_text("Typed.")
        asked = questions(page)
        press(page, "Log out")
        page.get_by_role("heading", name="Logged out").wait_for()
        assert asked == ["confirm"]
        assert not copies(page)


def test_logging_out_elsewhere_asks_too(work, ana, draft):
    with work(ana) as page:
        asked = questions(page)
        open_text(page, draft.page)
        type_words(page, " Typed.")
        page.goto("/admin/")
        press(page, "Log out")
        page.get_by_role("heading", name="Logged out").wait_for()
        assert asked == ["beforeunload", "confirm"]
        assert not copies(page)


# Leaving


def test_leaving_warns_while_something_is_unsaved(work, ana, draft):
    with work(ana) as page:
        asked = questions(page)
        open_text(page, draft.page)
        area(page).click()
        page.get_by_role("link", name="Home").click()
        page.wait_for_url("**/admin/")
        assert asked == []
        open_text(page, draft.page)
        type_words(page, " Typed.")
        page.get_by_role("link", name="Home").click()
        page.wait_for_url("**/admin/")
        assert asked == ["beforeunload"]


def test_saving_does_not_warn_nor_does_leaving_after_it(work, ana, draft):
    with work(ana) as page:
        asked = questions(page)
        open_text(page, draft.page)
        type_words(page, " Typed.")
        press(page, "Save draft")
        expect(said(page)).to_contain_text("Saved as edition 1")
        page.get_by_role("link", name="Home").click()
        page.wait_for_url("**/admin/")
        assert asked == []


def test_a_refused_save_is_still_unsaved(work, ana, draft):
    with work(ana) as page:
        asked = questions(page)
        open_text(page, draft.page)
        type_words(page, " Typed.")
        page.get_by_label("Title").fill("")
        press(page, "Save draft")
        expect(page.locator(".errorlist")).to_contain_text("This field is required.")
        assert len(copies(page)) == 1
        page.get_by_label("Summary").click()
        page.get_by_role("link", name="Home").click()
        page.wait_for_url("**/admin/")
        assert asked == ["beforeunload"]


# Enlarged


def test_at_twice_the_size_nothing_of_the_screen_is_cut_off(work, ana, draft):
    with work(ana, viewport={"width": 640, "height": 450}) as page:  # 1280 × 900 at 200 %
        open_text(page, draft.page)
        area(page).wait_for()
        page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })")
        wide = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
        assert page.evaluate(wide)
        assert page.evaluate(CUT_OFF) == []


@pytest.mark.parametrize("width", [640, 1100, 1400])
def test_no_field_is_wider_than_its_row(work, ana, draft, width):
    with work(ana, viewport={"width": width, "height": 900}) as page:
        open_text(page, draft.page)
        area(page).wait_for()
        assert page.evaluate(CUT_OFF) == []


# Fields and buttons that go over the edge of what holds them, where it could not be scrolled.
CUT_OFF = """[...document.querySelectorAll("#content :is(input, textarea, button, .cke, .help)")]
    .filter((element) => element.getClientRects().length)
    .filter((element) => {
        const row = element.closest(".form-row, .deed, #content")
        return element.getBoundingClientRect().right > row.getBoundingClientRect().right + 1
    })
    .map((element) => element.outerHTML.slice(0, 200))"""
