"""Pictures in a real browser: added, placed by keyboard, approved, and on a patient's phone."""

import io

import pytest
from django.urls import reverse
from pypdf import PdfReader

from tests import factories
from tests.browser import editor
from tests.browser.admin import at_work, open_text, person, sign_in, tab_to
from tests.browser.editor import open_in_editor, ready, save, text
from tests.browser.test_admin_axe import broken
from tests.browser.test_editor import LOOK, PASTE, STYLES, caret
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
        area = ready(page)
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


# On a patient's screen

SHIFTS = """() => new Promise((found) => {
  let shifted = 0
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) shifted += entry.value
  }).observe({ type: "layout-shift", buffered: true })
  setTimeout(() => found(shifted), 800)
})"""
LOADED = "(img) => img.decode().then(() => img.currentSrc)"


@pytest.fixture
def live(wheel):
    return factories.make_live(body="<p>Oil it.</p>" + words(wheel, caption="It turns."))


def test_nothing_moves_when_a_picture_arrives(browser, live_server, live):
    with at_work(browser, live_server, None, **PHONE) as page:
        # Late, so that the text is there before it.
        page.route("**/images/**", lambda route: (page.wait_for_timeout(300), route.continue_()))
        page.goto(live.page.get_absolute_url())
        page.get_by_role("img", name="A wheel.").evaluate(LOADED)
        assert page.evaluate(SHIFTS) == 0


def test_a_picture_far_below_is_fetched_when_somebody_comes_near_it(browser, live_server, wheel):
    body = "<p>Squeeze the lever.</p>" * 400 + words(wheel)
    live = factories.make_live(body=body)
    with at_work(browser, live_server, None, **PHONE) as page:
        asked = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(live.page.get_absolute_url())
        page.wait_for_timeout(500)
        assert not [url for url in asked if "/images/" in url]
        page.get_by_role("img", name="A wheel.").scroll_into_view_if_needed()
        page.get_by_role("img", name="A wheel.").evaluate(LOADED)
        assert [url for url in asked if "/images/" in url]


@pytest.mark.parametrize("width", [320, 360, 768, 1280])
def test_a_picture_fits_into_every_column(browser, live_server, wheel, width):
    topic = factories.make_topic()
    shown = words(wheel) + f"<ol class='steps'><li>Turn.{showing(wheel)}</li></ol>"
    shown += f"<table><tr><td>One</td><td>{showing(wheel)}</td></tr></table>"
    shown += f'<div class="callout">{showing(wheel)}</div>'
    for page_of_it in (topic, *(factories.make_treatment(topic=topic) for _ in range(3))):
        factories.make_live(page_of_it, body=shown)
    slugs = "&".join(f"t={page.slug}" for page in topic.pages.all())
    with at_work(browser, live_server, None, viewport={"width": width, "height": 640}) as page:
        for address in (topic.get_absolute_url(), f"/treatments/?{slugs}"):
            page.goto(address)
            for picture in page.get_by_role("img", name="A wheel.").all():
                picture.scroll_into_view_if_needed()
                box = picture.bounding_box()
                assert abs(box["width"] / box["height"] - 1.6) < 0.05
                assert box["x"] >= 0
            assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_small_picture_is_not_enlarged(browser, live_server, transactional_db):
    live = factories.make_live(body=words(make_image(drawn(120, 90), alternative="A nut.")))
    with at_work(browser, live_server, None) as page:
        page.goto(live.page.get_absolute_url())
        assert page.get_by_role("img", name="A nut.").bounding_box()["width"] == 120


def test_axe_finds_nothing_in_a_page_with_pictures(browser, live_server, live):
    with at_work(browser, live_server, None, bypass_csp=True) as page:
        page.goto(live.page.get_absolute_url())
        assert broken(page) == {}


def test_paper_shows_pictures_that_nobody_scrolled_to(browser, live_server, wheel):
    live = factories.make_live(body="<p>Squeeze the lever.</p>" * 200 + words(wheel))
    with at_work(browser, live_server, None) as page:
        page.goto(live.page.get_absolute_url())
        sheets = PdfReader(io.BytesIO(page.pdf(format="A4"))).pages
        sizes = [shown.image.size for sheet in sheets for shown in sheet.images]
        assert max(sizes, default=None) in [(800, 500), (1200, 750)]


# While one writes

in_the_editor = pytest.mark.urls(editor.URLS)


@pytest.fixture
def writing(page, live_server, transactional_db):
    """A page of the editor's, signed in; a function opens a text in it."""
    page.set_default_timeout(8000)
    sign_in(page.context, live_server, factories.make_user(is_staff=True))
    return lambda html="": open_in_editor(page, live_server, html)


@in_the_editor
def test_a_text_with_pictures_is_sent_as_it_came(page, writing, wheel):
    said = "A &lt;wheel&gt; &amp; &quot;more&quot;."
    stored = (
        f"<p>Squeeze.</p>\n{showing(wheel, said, 'It <strong>turns</strong>.')}\n"
        f'<ol class="steps"><li>Turn.{showing(wheel, "")}<p>Stop.</p></li></ol>'
    )
    writing(stored)
    caret(page, "Stop.", 5)
    page.keyboard.type("!")
    assert save(page)["clean"] == stored.replace("Stop.", "Stop.!")
    assert page.complaints == []


@in_the_editor
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_picture_has_the_look_that_patients_will_see(page, live_server, writing, wheel, scheme):
    page.emulate_media(color_scheme=scheme)
    live = factories.make_live(body=words(wheel, caption="It turns."))
    page.goto(live_server.url + live.page.get_absolute_url())
    page.get_by_role("img", name="A wheel.").evaluate(LOADED)
    kinds = ("figure", "img", "figcaption")
    public = page.evaluate(STYLES, [", ".join(f".text {kind}" for kind in kinds), LOOK])
    writing(live.body).get_by_role("img", name="A wheel.").evaluate(LOADED)
    shown = page.evaluate(STYLES, [", ".join(f".cke_editable {kind}" for kind in kinds), LOOK])
    assert len(public) == 3
    assert shown == public


@in_the_editor
def test_a_picture_stands_in_the_text_by_its_words(page, writing, wheel):
    area = writing(words(wheel, alternative="A wheel.", caption="It turns."))
    picture = area.get_by_role("img", name="A wheel.")
    assert picture.evaluate(LOADED).endswith(f"/file/{wheel.key}.webp")
    assert picture.bounding_box()["width"] <= 640
    assert page.get_by_role("group", name="Picture: A wheel.").count() == 1


@in_the_editor
def test_what_a_picture_says_is_changed_where_it_stands(page, writing, wheel):
    area = writing(words(wheel, alternative="A wheel.", caption="It turns."))
    area.get_by_role("img", name="A wheel.").dblclick()
    dialog = page.get_by_role("dialog", name="Picture")
    assert dialog.get_by_label("Alternative text").input_value() == "A wheel."
    dialog.get_by_label("Alternative text").fill("Spokes.")
    dialog.get_by_label("Words below the picture").fill('It "stops" & <stands>.')
    dialog.get_by_role("button", name="Change the picture").click()
    changed = showing(wheel, "Spokes.", 'It "stops" &amp; &lt;stands&gt;.')
    assert changed in save(page)["clean"]


@in_the_editor
def test_words_below_that_stay_keep_their_markup(page, writing, wheel):
    area = writing(words(wheel, alternative="A wheel.", caption="It <strong>turns</strong>."))
    area.get_by_role("img", name="A wheel.").dblclick()
    dialog = page.get_by_role("dialog", name="Picture")
    dialog.get_by_label("only decorative").check()
    dialog.get_by_role("button", name="Change the picture").click()
    assert showing(wheel, "", "It <strong>turns</strong>.") in save(page)["clean"]


@in_the_editor
def test_a_picture_is_changed_and_taken_out_by_keyboard(page, writing, wheel):
    writing(words(wheel, alternative="A wheel."))
    caret(page, "Squeeze the lever.", 18)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    page.get_by_role("dialog", name="Picture").wait_for()
    page.keyboard.press("Escape")
    page.keyboard.press("Delete")
    assert save(page)["clean"] == "<p>Squeeze the lever.</p>\n<p>Stop.</p>"


@in_the_editor
def test_a_picture_needs_words_or_to_be_called_decorative(page, writing, wheel):
    writing().click()
    page.get_by_role("button", name="Picture").click()
    page.get_by_role("option", name="A wheel").click()
    dialog = page.get_by_role("dialog", name="Picture")
    dialog.get_by_label("Alternative text").fill("  ")
    dialog.get_by_role("button", name="Place the picture").click()
    assert "or say that it is only decorative" in dialog.get_by_role("alert").inner_text()
    dialog.get_by_label("only decorative").check()
    dialog.get_by_role("button", name="Place the picture").click()
    assert save(page)["clean"] == showing(wheel, "")


@in_the_editor
def test_a_picture_is_placed_into_a_list_and_a_table(page, writing, wheel):
    writing("<ul><li>One</li></ul><table><tbody><tr><td>Two</td></tr></tbody></table>")
    for said in ("One", "Two"):
        caret(page, said, 3)
        page.get_by_role("button", name="Picture").click()
        page.get_by_role("option", name="A wheel").click()
        page.keyboard.press("Enter")
        page.get_by_role("dialog", name="Picture").wait_for(state="hidden")
    figure = showing(wheel, "A wheel.")
    assert save(page)["clean"] == (
        f"<ul><li>One{figure}</li></ul>\n"
        f"<table><tbody><tr><td>Two{figure}</td></tr></tbody></table>"
    )


@in_the_editor
def test_placing_a_picture_is_undone_in_one_step(page, writing, wheel):
    writing("<p>Squeeze.</p>").click()
    page.get_by_role("button", name="Picture").click()
    page.get_by_role("option", name="A wheel").click()
    page.keyboard.press("Enter")
    page.get_by_role("dialog", name="Picture").wait_for(state="hidden")
    assert "data-image" in text(page)
    page.keyboard.press("Control+z")
    assert text(page) == "<p>Squeeze.</p>"
    page.keyboard.press("Control+y")
    assert "data-image" in text(page)


@in_the_editor
def test_a_picture_is_cut_and_pasted_within_the_text(page, writing, wheel):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    area = writing(words(wheel, alternative="A wheel.", caption="It turns."))
    area.get_by_role("img", name="A wheel.").click()
    page.keyboard.press("Control+x")
    caret(page, "Stop.", 5)
    page.keyboard.press("Enter")
    page.keyboard.press("Control+v")
    area.get_by_role("img", name="A wheel.").wait_for()
    figure = showing(wheel, "A wheel.", "It turns.")
    assert save(page)["clean"] == f"<p>Squeeze the lever.</p>\n<p>Stop.</p>\n{figure}"


FOREIGN = (
    '<p>Clip</p><img src="{url}/canary" onerror="fire()"><figure><img srcset="{url}/canary 2x" '
    'data-image="x" src="{url}/canary"></figure><img src="{url}/canary" data-image="{key}" alt="a">'
    '<picture><source srcset="{url}/canary"><img src="{url}/canary"></picture>'
)


@in_the_editor
def test_a_picture_that_is_pasted_loads_nothing_and_is_refused_in_a_sentence(
    page, live_server, writing, wheel
):
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.add_init_script("window.fire = () => { window.fired = true }")
    area = writing()
    area.click()
    page.evaluate(PASTE, FOREIGN.format(url=live_server.url, key=wheel.key))
    page.get_by_text("Pictures do not come along with a text.").wait_for()
    page.wait_for_timeout(500)
    assert [url for url in asked if "canary" in url] == []
    assert page.evaluate("window.fired") is None
    kept = save(page)["clean"]
    assert "Clip" in kept
    assert kept.count("<img") == 1


DROP = """([name, bytes]) => {
    const data = new DataTransfer()
    data.items.add(new File([new Uint8Array(bytes)], name, { type: "image/png" }))
    const area = CKEDITOR.instances.id_body.editable().$
    CKEDITOR.instances.id_body.focus()
    area.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true }))
}"""


@in_the_editor
def test_a_file_that_is_pasted_is_refused_in_a_sentence(page, writing):
    writing("<p>Squeeze.</p>").click()
    page.evaluate(DROP, ["wheel.png", list(packed(drawn(80, 80)))])
    page.get_by_text("Pictures do not come along with a text.").wait_for()
    page.wait_for_timeout(300)
    assert text(page) == "<p>Squeeze.</p>"
