"""Pictures in a real browser: added, placed by keyboard, approved, and on a patient's phone."""

import pytest
from django.urls import reverse

from tests import factories
from tests.browser.admin import at_work, open_text, person, tab_to
from tests.factories import drawn, make_image, packed, showing
from treatments import publishing
from treatments.models import Edition, Image

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PHONE = {"viewport": {"width": 360, "height": 640}, "device_scale_factor": 2, "is_mobile": True}


@pytest.fixture
def wheel(transactional_db):
    return make_image(
        drawn(1600, 1000), title="A wheel", alternative="A wheel.", credit="Photo: A. Wheeler"
    )


def words(image, **how):
    return f"<p>Squeeze the lever.</p>{showing(image, **how)}<p>Stop.</p>"


# From the file to the patient


def test_a_picture_goes_from_a_file_to_a_patient_by_keyboard(
    browser, live_server, transactional_db, tmp_path
):
    page_of_it = factories.make_treatment()
    file = tmp_path / "wheel.png"
    file.write_bytes(packed(drawn(1600, 1000)))
    with at_work(browser, live_server, person("Authors")) as page:
        page.goto(reverse("admin:treatments_image_add"))
        page.get_by_label("File").set_input_files(file)
        page.get_by_label("Title").fill("A wheel")
        page.get_by_label("Alternative text").fill("A wheel with spokes.")
        page.get_by_label("Where it comes from").fill("Photo: A. Wheeler")
        page.keyboard.press("Enter")
        page.get_by_text("In a text, the button “Picture” finds it.").wait_for()
        image = Image.objects.get()

        open_text(page, page_of_it)
        page.get_by_role("button", name="Write a new edition").click()
        page.get_by_label("Title").fill("Wheels")
        area = page.get_by_role("textbox", name="Body")
        area.focus()
        page.keyboard.type("Turn the wheel.")
        page.keyboard.press("Alt+F10")
        button = page.get_by_role("button", name="Picture")
        for _ in range(20):
            if button.evaluate("(element) => element === document.activeElement"):
                break
            page.keyboard.press("ArrowRight")
        page.keyboard.press("Enter")
        page.get_by_role("option", name="A wheel").wait_for()
        with page.expect_response(lambda answer: answer.url.endswith("q=whe")):
            page.keyboard.type("whe")
        page.get_by_text("1 found.").wait_for()
        page.keyboard.press("Enter")
        dialog = page.get_by_role("dialog", name="Picture")
        tab_to(page, dialog.get_by_label("Words below the picture"))
        page.keyboard.type("It turns.")
        page.keyboard.press("Enter")
        dialog.wait_for(state="hidden")
        page.keyboard.type("Stop.")
        assert (
            area.get_by_role("img", name="A wheel with spokes.").evaluate(
                "(img) => img.decode().then(() => img.naturalWidth)"
            )
            == 800
        )
        page.get_by_role("button", name="Save and send to review").click()
        page.get_by_text("Sent to review").wait_for()
    edition = Edition.objects.get()
    assert edition.body == (
        f"<p>Turn the wheel.</p>\n{showing(image, 'A wheel with spokes.', 'It turns.')}\n"
        "<p>Stop.</p>"
    )
    with at_work(browser, live_server, person("Reviewers")) as page:
        open_text(page, page_of_it)
        printed = page.get_by_role("img", name="A wheel with spokes.")
        printed.scroll_into_view_if_needed()
        assert printed.evaluate("(img) => img.decode().then(() => img.naturalWidth)")
    publishing.approve(**factories.approval(edition))
    with at_work(browser, live_server, None, **PHONE) as page:
        page.goto(page_of_it.get_absolute_url())
        picture = page.get_by_role("img", name="A wheel with spokes.")
        assert picture.evaluate("(img) => img.decode().then(() => img.currentSrc)").endswith(
            f"/images/{image.key}-800.webp"
        )
        assert page.get_by_role("figure").inner_text().split("\n") == [
            "It turns.",
            "Photo: A. Wheeler",
        ]
