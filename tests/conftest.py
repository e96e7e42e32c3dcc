"""What every test stands on: guards that a flush may lift, and a browser where there is one."""

import os
import shutil

import pytest
from django.db import connections
from django.test import TransactionTestCase
from playwright.sync_api import sync_playwright

from treatments import guards, word_list

NOT_RUN = "BROWSER TESTS NOT RUN"
CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
# The first needs no sandbox of the kernel's; the others keep the browser from calling home.
FLAGS = [
    *(["--no-sandbox"] if os.geteuid() == 0 else []),
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
]


def pytest_collection_modifyitems(config, items):
    """Leave browser tests out where there is no browser, or where BROWSER=no was said."""
    wanted = CHROMIUM and os.environ.get("BROWSER") != "no"
    left_out = [] if wanted else [item for item in items if item.get_closest_marker("browser")]
    config.browser_tests_left_out = len(left_out)
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


def pytest_sessionfinish(session):
    left_out = getattr(session.config, "browser_tests_left_out", 0)
    if left_out and os.environ.get("BROWSER") != "no" and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_unconfigure(config):
    if getattr(config, "browser_tests_left_out", 0):
        print(NOT_RUN)


@pytest.fixture(autouse=True, scope="session")
def flush_lifts_the_guards():
    """Emptying a test database deletes what is never deleted; migrate's signal guards it anew."""
    emptied = TransactionTestCase._fixture_teardown

    def lifted(self):
        for alias in self._databases_names(include_mirrors=False):
            guards.remove(connections[alias])
        emptied(self)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lifted)
        yield


@pytest.fixture(autouse=True)
def keys_come_again():
    """Each test's editions may have the keys that another text had in the test before."""
    word_list.forget()


@pytest.fixture(scope="session")
def browser():
    """Chromium, started once."""
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # Playwright's loop runs in this thread, where Django would refuse to touch the database.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser):
    """A page of a browser profile of its own."""
    with browser.new_context() as context:
        yield context.new_page()
