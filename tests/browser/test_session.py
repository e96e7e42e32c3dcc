"""The end of a session, as somebody at work meets it."""

import re

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone
from playwright.sync_api import expect

from tests import factories

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PASSWORD = "quiet harbour lamp 42"
FORM = "/admin/password_change/"  # any page on which something can be typed


@pytest.fixture
def ana(transactional_db):
    return factories.make_user("ana", is_staff=True, password=PASSWORD)


@pytest.fixture
def complaints(page):
    """What the browser says of the policy, in any tab."""
    found = []
    page.context.on("console", lambda said: found.append(said.text))
    yield found
    assert [text for text in found if "Content Security Policy" in text] == []


@pytest.fixture
def at_work(page, live_server, ana, complaints):
    """Opens a form as somebody who has just signed in."""

    def opened(address=FORM, *, user=ana):
        client = Client()
        client.force_login(user)
        cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value}
        page.context.add_cookies([cookie | {"url": live_server.url}])
        page.goto(live_server.url + address)
        return page

    return opened


def notice(page):
    return page.get_by_role("alert")


def end_sessions():
    Session.objects.update(expire_date=timezone.now())


def fill(page, old=PASSWORD, new="seven slow green boats"):
    for field, words in (("old_password", old), ("new_password1", new), ("new_password2", new)):
        page.locator(f"#id_{field}").fill(words)


def sign_in(page, name="ana"):
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()


@pytest.mark.parametrize(
    ("seconds", "words"), [(301, "in less than 5 minutes"), (61, "in less than a minute")]
)
def test_it_is_said_five_minutes_and_one_minute_before(seconds, words, at_work, settings):
    settings.SESSION_COOKIE_AGE = seconds
    page = at_work()
    page.locator("#id_old_password").press_sequentially("words")
    expect(notice(page)).to_contain_text(words)
    assert page.evaluate("document.activeElement.id") == "id_old_password"


def test_nothing_is_said_before_it_is_time(at_work):
    page = at_work()
    page.evaluate("new Promise((done) => requestAnimationFrame(done))")
    assert notice(page).inner_text() == ""


def test_the_button_keeps_somebody_in_by_keyboard_alone(at_work, settings):
    settings.SESSION_COOKIE_AGE = 299
    page = at_work()
    expect(notice(page)).to_contain_text("You will be signed out at")
    settings.SESSION_COOKIE_AGE = 1800
    page.keyboard.press("Tab")
    page.get_by_role("link", name="Skip to main content").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Stay signed in")).to_be_focused()
    page.keyboard.press("Enter")
    expect(notice(page)).to_have_text("You stay signed in.")
    assert Session.objects.get().expire_date > timezone.now() + timezone.timedelta(minutes=29)


def test_what_has_the_focus_is_not_hidden_on_a_phone(at_work, page, settings):
    settings.SESSION_COOKIE_AGE = 299
    page.set_viewport_size({"width": 320, "height": 640})
    at_work()
    expect(notice(page)).to_contain_text("You will be signed out at")
    page.locator("#id_new_password2").focus()
    page.keyboard.press("Tab")
    button = page.get_by_role("button", name="Change my password")
    expect(button).to_be_focused()
    place = button.bounding_box()
    assert place["y"] + place["height"] <= notice(page).bounding_box()["y"]


def test_the_end_of_the_day_offers_no_staying(at_work, settings):
    settings.SESSION_LIFETIME = 299
    page = at_work()
    expect(notice(page)).to_contain_text("Save your work now")
    assert page.get_by_role("button", name="Stay signed in").count() == 0


def test_typing_is_activity(at_work, settings):
    page = at_work()
    page.clock.install()
    page.reload()
    Session.objects.update(expire_date=timezone.now() + timezone.timedelta(minutes=4))
    page.clock.fast_forward("02:00")
    with page.expect_response("**/admin/session/"):
        page.locator("#id_old_password").press_sequentially("w")
    assert Session.objects.get().expire_date > timezone.now() + timezone.timedelta(minutes=29)


def test_tabs_agree(at_work, settings):
    settings.SESSION_COOKIE_AGE = 299
    page = at_work()
    other = page.context.new_page()
    other.goto(page.url)
    for tab in (page, other):
        expect(notice(tab)).to_contain_text("You will be signed out at")
    settings.SESSION_COOKIE_AGE = 1800
    other.get_by_role("button", name="Stay signed in").click()
    expect(notice(page)).to_be_empty()


def test_after_the_end_the_form_stays_and_can_be_saved_after_a_new_sign_in(at_work, ana):
    page = at_work()
    fill(page)
    end_sessions()
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(notice(page)).to_contain_text("You have been signed out.")
    page.get_by_role("button", name="Change my password").click()
    expect(page.get_by_role("link", name="Sign in in a new tab")).to_be_focused()
    with page.context.expect_page() as opened:
        page.keyboard.press("Enter")
    sign_in(opened.value)
    expect(opened.value.get_by_role("heading", level=1)).to_have_text("You are signed in again")
    expect(notice(page)).to_contain_text("can be saved now")
    page.get_by_role("button", name="Change my password").click()
    page.wait_for_url("**/password_change/done/")
    ana.refresh_from_db()
    assert ana.check_password("seven slow green boats")


def test_the_page_notices_the_end_by_itself(at_work, settings):
    settings.SESSION_COOKIE_AGE = 2
    page = at_work()
    page.locator("#id_old_password").fill("typed")
    expect(notice(page)).to_contain_text("You have been signed out.")
    assert page.url.endswith(FORM)
    assert page.locator("#id_old_password").input_value() == "typed"


def test_nothing_is_saved_under_the_name_of_somebody_else(at_work):
    page = at_work()
    factories.make_user("bo", is_staff=True, password=PASSWORD, first_name="Bo", last_name="Lee")
    end_sessions()
    other = page.context.new_page()
    other.goto(page.url)
    sign_in(other, "bo")
    expect(notice(page)).to_contain_text("Bo Lee has signed in on this browser.")
    fill(page)
    page.get_by_role("button", name="Change my password").click()
    expect(page.get_by_role("link", name="Open a new tab")).to_be_focused()
    assert page.url.endswith(FORM)


def test_without_a_script_a_late_save_says_that_it_was_none(browser, live_server, ana):
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(live_server.url + FORM)
        sign_in(page)
        fill(page)
        end_sessions()
        page.get_by_role("button", name="Change my password").click()
        expect(page.locator("main")).to_contain_text("what you sent was not saved")
        sign_in(page)
        expect(page).to_have_url(re.compile(FORM))
        expect(page.locator(".messagelist")).to_contain_text("it was not saved")


def test_every_page_of_the_staff_says_it(at_work, live_server, settings):
    settings.SESSION_COOKIE_AGE = 299
    admin = factories.make_user("cy", is_staff=True, is_superuser=True)
    page = at_work("/admin/", user=admin)
    for address in ("/admin/treatments/user/", f"/admin/treatments/user/{admin.pk}/change/"):
        page.goto(live_server.url + address)
        expect(notice(page)).to_contain_text("You will be signed out at")
