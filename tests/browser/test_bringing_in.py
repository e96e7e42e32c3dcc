"""A leaflet brought in by a person at a browser: from the file to the draft."""

import pytest
from playwright.sync_api import expect

from tests import factories
from tests.browser.admin import at_work, open_text, person, tab_to
from tests.browser.test_admin_axe import broken
from tests.intake import word_files
from treatments.models import Edition, Reference

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WHEELER = "Wheeler A, Spoke B. Brakes that stop a rider. J Cycl 2001; 7: 20-29."
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def leaflet():
    return word_files.document(
        word_files.paragraph("Looking after your brakes", style="Title"),
        word_files.paragraph("Pads wear down slowly", word_files.raised("1"), "."),
        word_files.heading("What you need"),
        word_files.paragraph("new pads", item=(word_files.BULLETS, 0)),
        word_files.paragraph("a key", item=(word_files.BULLETS, 0)),
        word_files.heading("References"),
        word_files.paragraph(f"1. {WHEELER}"),
        word_files.paragraph("2. Spoke B. Chains. J Cycl 2002; 8: 30-39."),
        header="Our Workshop",
    )


def choose_file(page, data=None, name="brakes.docx"):
    given = {"name": name, "mimeType": WORD, "buffer": data or leaflet()}
    page.get_by_label("The file").set_input_files(given)
    page.get_by_role("button", name="Show what is in it").click()


def test_a_leaflet_becomes_a_draft_by_keyboard(browser, live_server):
    topic = factories.make_live(factories.make_topic(), title="Bicycles").page
    ana = person("Authors")
    with at_work(browser, live_server, ana) as page:
        page.goto("/admin/treatments/treatment/")
        page.get_by_role("link", name="Bring in a leaflet").click()
        choose_file(page)
        expect(page.get_by_role("heading", name="What was recognised")).to_be_visible()
        expect(page.locator(".as-read")).to_contain_text("Pads wear down slowly1.")
        expect(page.get_by_label("Title:", exact=True)).to_have_value("Looking after your brakes")
        tab_to(page, page.get_by_label("Topic:", exact=True))
        page.keyboard.type("Bicycles")
        page.keyboard.press("Tab")
        page.keyboard.type("Non")
        tab_to(page, page.get_by_role("button", name="Save as a draft"))
        page.keyboard.press("Enter")
        page.get_by_role("textbox", name="Body", exact=True).wait_for()
        expect(page.get_by_text("The leaflet is a draft, edition 1.")).to_be_visible()
    draft = Edition.objects.get(title="Looking after your brakes")
    assert draft.page.topic_id == topic.pk
    assert draft.body.count("<cite") == 2
    assert Reference.objects.count() == 2


def test_what_the_choice_needs_is_shown(browser, live_server):
    shown = factories.make_live(title="Brakes").page
    with at_work(browser, live_server, person("Authors")) as page:
        open_text(page, shown)
        page.get_by_role("link", name="Bring in a leaflet").click()
        choose_file(page)
        expect(page.get_by_label("The page that exists")).to_have_value(shown.get_absolute_url())
        expect(page.get_by_label("Topic:", exact=True)).to_be_hidden()
        page.get_by_label("A new treatment").check()
        expect(page.get_by_label("Topic:", exact=True)).to_be_visible()
        expect(page.get_by_label("The page that exists")).to_be_hidden()


def test_axe_finds_nothing(browser, live_server):
    factories.make_reference("wheeler-2001", source_text=WHEELER)
    factories.make_live(title="Brakes")
    with at_work(browser, live_server, person("Authors")) as page:
        page.goto("/admin/treatments/treatment/bring-in/")
        seen = {"upload": broken(page)}
        choose_file(page, b"%PDF-1.7")
        page.get_by_text("This is a PDF").wait_for()
        seen["refused"] = broken(page)
        choose_file(page)
        page.get_by_role("heading", name="What was recognised").wait_for()
        for summary in page.locator("summary").all():
            summary.click()
        seen["preview"] = broken(page)
        page.get_by_role("button", name="Save as a draft").click()
        page.get_by_text("A new treatment needs this.").first.wait_for()
        seen["preview refused"] = broken(page)
    assert seen == dict.fromkeys(seen, {})
