"""People with roles, each at a browser of their own, for tests of the staff's pages."""

import contextlib

from django.contrib.auth.models import Group
from django.test import Client

from tests import factories
from treatments.admin.writing import text_url

PASSWORD = "quiet harbour lamp 42"


def person(role=None, username=None, **fields):
    """A member of staff who may do what their role may, and nothing else."""
    user = factories.make_user(username, may=[], is_staff=True, password=PASSWORD, **fields)
    user.groups.set(Group.objects.filter(name=role))
    return user


def sign_in(context, live_server, user):
    """Give a browser the cookie of somebody who has just signed in."""
    client = Client()
    client.force_login(user)
    cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value}
    context.add_cookies([cookie | {"url": live_server.url}])


@contextlib.contextmanager
def at_work(browser, live_server, user, **look):
    """A page of a new browser, signed in where there is a user; no policy may be broken in it."""
    with browser.new_context(base_url=live_server.url, **look) as context:
        context.set_default_timeout(10_000)
        if user:
            sign_in(context, live_server, user)
        complaints = listen(context)
        yield context.new_page()
        assert complaints == []


def listen(context):
    """Collects what a browser's pages complain of: refusals of the policy, errors of scripts."""
    complaints = []

    def hear(said):
        if "Content Security Policy" in said.text:
            complaints.append(said.text)

    context.on("console", hear)
    context.on("weberror", lambda failed: complaints.append(str(failed.error)))
    return complaints


def open_text(page, shown):
    """Go to the screen of a page's text."""
    page.goto(text_url(shown))


def tab_to(page, target):
    """Press Tab until the target has the focus; more presses than a patient person makes fail."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if target.evaluate("(element) => element === document.activeElement"):
            return
    raise AssertionError(f"Tab does not lead to {target}")
