"""The pictures of docs/editors.md, made anew from the admin as it is:

    .venv/bin/python -m pytest tests/browser/pictures.py

They show texts about bicycles at a day that stands still. Look at them before you commit them.
"""

import datetime
import io

import pytest
import time_machine
from django.conf import settings
from PIL import Image
from playwright.sync_api import expect

from tests import factories
from tests.browser.admin import at_work, open_text, person
from tests.browser.test_admin_axe import CLIPPING, press
from treatments import publishing

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

FOLDER = settings.BASE_DIR / "docs" / "pictures" / "editors"
TODAY = datetime.datetime(2026, 5, 4, 9, 30, tzinfo=datetime.UTC)
WIDTH, HEIGHT = 1100, 760
CITED = '<cite data-reference="wheeler-2001">Wheeler 2001</cite>'
BRAKES = (
    "<h2>What happens</h2><p>A mechanic takes the wheel out and puts new pads in. "
    f"It takes about half an hour.{CITED}</p>"
    "<h2>What you can do</h2><ul><li>Squeeze the lever before each ride.</li>"
    "<li>Look at the pads once a month.</li></ul>"
)


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel(TODAY, tick=True):
        yield


@pytest.fixture
def ana(transactional_db):
    return person("Authors", "ana", first_name="Ana", last_name="Díaz")


@pytest.fixture
def bo(transactional_db):
    return person("Reviewers", "bo", first_name="Bo", last_name="Lee", credentials="MD")


@pytest.fixture
def topic(transactional_db):
    for author, year, title in (
        ("Wheeler A", "2001", "Brake pads on wet roads"),
        ("Spoke B", "1990", "Levers and cables"),
        ("Rim C", "1985", "Pulling the lever"),
    ):
        name = author.split()[0].lower()
        printed = f"{author}. {title}. J Cycl. {year};7:20-9."
        fields = {"authors": author, "title": title, "year": year, "source_text": printed}
        factories.make_reference(f"{name}-{year}", **fields)
    topic = factories.make_topic(slug="bicycles")
    factories.make_live(topic, title="Mending bicycles")
    return topic


def of(topic):
    return factories.make_treatment(topic=topic)


def show(page, name, element=None, height=HEIGHT, blur=True):
    """Write docs/pictures/editors/<name>.png: the window, or what stands from an element on."""
    if blur:  # no caret, and no menu that is open
        page.evaluate("document.activeElement.blur()")
    top = element.bounding_box()["y"] - 8 if element else 0
    clip = {"x": 0, "y": max(top, 0), "width": WIDTH, "height": height}
    picture = Image.open(io.BytesIO(page.screenshot(clip=clip, full_page=True)))
    picture = picture.convert("RGB").quantize(64, dither=Image.Dither.NONE)
    FOLDER.mkdir(exist_ok=True)
    picture.save(FOLDER / f"{name}.png", optimize=True)


@pytest.fixture
def at(browser, live_server):
    size = {"width": WIDTH, "height": HEIGHT}
    return lambda user: at_work(browser, live_server, user, viewport=size, color_scheme="light")


def words_of_the_editor(page):
    area = page.get_by_role("textbox", name="Body", exact=True)
    area.wait_for()
    return area


def test_the_list(at, ana, bo, topic):
    due = datetime.date(2028, 5, 1)
    for title in ("Chains", "Brake pads", "Inner tubes"):
        edition = factories.make_submitted(of(topic), by=ana, title=title)
        publishing.approve(**factories.approval(edition, by=bo, due_by=due))
    factories.make_draft(edition.page, by=ana, title="Inner tubes")
    factories.make_submitted(of(topic), by=ana, title="Lamps")
    factories.make_imported(of(topic), title="Saddles")
    with at(ana) as page:
        page.goto("/admin/treatments/treatment/")
        show(page, "list", height=640)


def test_writing(at, ana, bo, topic):
    words = {"title": "Brake pads", "body": BRAKES}
    edition = factories.make_submitted(of(topic), by=ana, **words)
    publishing.approve(**factories.approval(edition, by=bo))
    draft = factories.make_draft(edition.page, by=ana, **words)
    with at(ana) as page:
        open_text(page, draft.page)
        words_of_the_editor(page)
        show(page, "writing", height=1100)
        page.get_by_role("button", name="Cite a source").click()
        page.get_by_role("combobox", name="Part of an author").fill("lev")
        page.get_by_role("option").first.wait_for()
        dialog = page.get_by_role("dialog")
        picture = Image.open(io.BytesIO(dialog.screenshot()))
        picture.convert("RGB").quantize(64).save(FOLDER / "citing.png", optimize=True)


def test_boxes_and_lists(at, ana, topic):
    boxed = (
        '<div class="callout"><p>Never ride with a loose wheel.</p></div>'
        '<ul class="do"><li>Squeeze the lever before each ride.</li></ul>'
        '<ul class="do-not"><li>Do not oil the pads.</li></ul>'
    )
    draft = factories.make_draft(of(topic), by=ana, title="Brake pads", body=boxed)
    with at(ana) as page:
        open_text(page, draft.page)
        area = words_of_the_editor(page)
        area.get_by_text("Never ride").click()
        combo = page.locator(".cke_combo__blocks")
        expect(combo).to_contain_text("Important")
        combo.locator(".cke_combo_button").click()
        page.frame_locator(".cke_panel_frame >> visible=true").get_by_role(
            "option"
        ).first.wait_for()
        show(page, "boxes", page.locator(".cke_top"), height=430, blur=False)


def test_two_at_once(at, ana, bo, topic):
    draft = factories.make_draft(
        of(topic), by=ana, title="Chains", body="<p>Oil the chain. Wipe it.</p>"
    )
    with at(ana) as page:
        open_text(page, draft.page)
        words_of_the_editor(page).click()
        page.keyboard.press("ControlOrMeta+End")
        page.keyboard.type(" Then ride a little.")
        factories.make_draft(
            draft.page, by=ana, title="Chains", body="<p>Oil the chain each month. Wipe it.</p>"
        )
        press(page, "Save draft")
        expect(page.locator(".messagelist")).to_contain_text("Nothing was overwritten")
        words_of_the_editor(page)
        show(page, "conflict", height=HEIGHT + 140)


def test_reviewing(at, ana, bo, topic):
    edition = factories.make_submitted(of(topic), by=ana, title="Brake pads", body=BRAKES)
    with at(bo) as page:
        open_text(page, edition.page)
        show(page, "review", height=HEIGHT + 120)


def test_importing(at, bo, topic):
    with at(bo) as page:
        page.goto("/admin/treatments/reference/import/")
        page.locator("textarea").fill(CLIPPING.read_text(encoding="utf-8"))
        press(page, "Show what is in it")
        page.get_by_role("button", name="Import what is ticked").wait_for()
        show(page, "import", height=620)
