"""Pictures in what leaves the site as a file: leaflets and exports."""

import base64
import re

import pytest
from PIL import Image

from tests import factories
from tests.factories import drawn, make_image, showing
from tests.treatments.test_leaflets import leaflet_of, printed, read, words
from treatments import copies
from treatments.leaflets import content

pytestmark = pytest.mark.django_db
needs_pango = pytest.mark.leaflets


def body(*images, **how):
    return "<p>Squeeze the lever.</p>" + "".join(showing(image, **how) for image in images)


def photograph(seed=1):
    """Noise, which packs as badly as photographs do."""
    return Image.effect_noise((1400, 900), 60 + seed).convert("RGB")


@pytest.fixture
def image(db):
    return make_image(drawn(1600, 900), alternative="A wheel.", credit="Photo: A. Wheeler")


# Leaflets


def figures(pdf):
    """[alternative text] of the figures in the tree of a tagged PDF."""
    found = []

    def walk(node):
        node = node.get_object()
        if not isinstance(node, dict):
            return
        if node.get("/S") == "/Figure":
            found.append(node.get("/Alt"))
        children = node.get("/K", [])
        for child in children if isinstance(children, list) else [children]:
            if not isinstance(child, int):
                walk(child)

    walk(read(pdf).trailer["/Root"]["/StructTreeRoot"])
    return found


@needs_pango
def test_a_leaflet_shows_the_picture_in_the_width_of_paper_with_its_words(image):
    pdf = printed(factories.make_live(body=body(image, caption="It turns.")))
    sizes = [shown.image.size for page in read(pdf).pages for shown in page.images]
    assert (1200, 675) in sizes
    assert "It turns. Photo: A. Wheeler" in words(pdf)
    assert "A wheel." in figures(pdf)


@needs_pango
def test_a_decorative_picture_has_no_words_in_a_leaflet(image):
    pdf = printed(factories.make_live(body=body(image, alternative="")))
    assert "A wheel." not in figures(pdf)
    assert any(shown.image.size == (1200, 675) for page in read(pdf).pages for shown in page.images)


@needs_pango
def test_a_photograph_is_packed_with_loss():
    pdf = printed(factories.make_live(body=body(make_image(photograph()))))
    found = [shown.image for page in read(pdf).pages for shown in page.images]
    assert {picture.format for picture in found if picture.width == 1200} == {"JPEG"}
    assert len(pdf) < 1200 * 771 * 3 / 2


@needs_pango
def test_the_same_pictures_give_the_same_bytes(image):
    edition = factories.make_live(body=body(image, make_image(photograph())))
    assert printed(edition) == printed(edition)


@needs_pango
def test_a_tall_picture_stays_on_its_sheet():
    image = make_image(drawn(500, 1450))
    pdf = printed(factories.make_live(body=body(image, caption="It turns.")))
    assert "It turns." in words(pdf)
    assert len(read(pdf).pages) <= 4


def test_what_a_leaflet_shows_is_in_its_digest(image):
    page = factories.make_treatment()
    before = leaflet_of(factories.make_live(page, title="Wheels", body=body(image)))
    other = make_image(drawn(1600, 900), alternative="A wheel.", credit="Photo: A. Wheeler")
    after = leaflet_of(factories.make_live(page, title="Wheels", body=body(other)))
    assert list(before.pictures) == [f"picture:{image.key}"]
    assert before.digest != after.digest


def test_a_leaflet_of_too_many_pictures_says_what_the_rest_tell(monkeypatch, image):
    other = make_image(photograph(), alternative="A rim.")
    monkeypatch.setattr(content, "MOST_PICTURES", image.files.last().content.__len__() + 10)
    leaflet = leaflet_of(factories.make_live(body=body(image, other)))
    assert list(leaflet.pictures) == [f"picture:{image.key}"]
    assert "<p>Picture: A rim.</p>" in leaflet.html


# Exports


def test_an_export_holds_its_pictures(client, image):
    edition = factories.make_live(body=body(image))
    answer = client.get(f"{edition.page.get_absolute_url()}export.html")
    (packed,) = re.findall(
        r'<img src="data:image/webp;base64,([^"]+)" width="1200" height="675" alt="A wheel."',
        answer.content.decode(),
    )
    assert base64.b64decode(packed) == bytes(image.files.last().content)
    assert "img-src data:;" in answer["Content-Security-Policy"]
    assert "picture:" not in answer.content.decode()


def test_an_export_of_too_many_pictures_says_what_the_rest_tell(client, image, monkeypatch):
    monkeypatch.setattr(copies, "MOST_PICTURES", 10)
    edition = factories.make_live(body=body(image))
    text = client.get(f"{edition.page.get_absolute_url()}export.html").content.decode()
    assert "<p>Picture: A wheel.</p>" in text
    assert "data:image" not in text


def test_words_that_look_like_a_carried_picture_stay_words(client, image):
    words = f'&lt;img src="picture:{image.key}"&gt;'
    edition = factories.make_live(body=f"<p>{words}</p>{body(image)}")
    text = client.get(f"{edition.page.get_absolute_url()}export.html").content.decode()
    assert text.count("data:image/webp") == 1
    assert f"picture:{image.key}" in text
