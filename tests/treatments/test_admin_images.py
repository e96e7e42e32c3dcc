"""The list of pictures, and the forms that add, describe and delete them."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests import factories
from tests.factories import drawn, make_image, packed, showing
from treatments.models import AuditEntry, Image

pytestmark = pytest.mark.django_db
LIST = "/admin/treatments/image/"
ADD = f"{LIST}add/"


def person(*may):
    return factories.make_user(may=may, is_staff=True)


@pytest.fixture
def author(client):
    client.force_login(person("write_edition"))
    return client


@pytest.fixture
def manager(client):
    client.force_login(person("write_edition", "manage_page"))
    return client


def words(image):
    return f"<p>Squeeze the lever.</p>{showing(image)}"


def upload(content=None, name="wheel.png", **said):
    content = packed(drawn(900, 600)) if content is None else content
    said = {"title": "A wheel", "alternative": "A wheel with spokes.", "credit": ""} | said
    return said | {"file": SimpleUploadedFile(name, content)}


def told(answer):
    return " ".join(answer.content.decode().split())


# Adding


def test_an_author_adds_a_picture(author):
    answer = author.post(ADD, upload(credit="Photo: A. Wheeler"), follow=True)
    image = Image.objects.get()
    assert (image.title, image.credit) == ("A wheel", "Photo: A. Wheeler")
    assert [file.width for file in image.files.all()] == [400, 800, 900]
    assert "the button “Picture” finds it" in told(answer)
    assert AuditEntry.objects.filter(action="add picture").count() == 1


@pytest.mark.parametrize("name", ["wheel.svg", "wheel.html", "wheel", "../../wheel.png", "w.jpg"])
def test_the_name_of_a_file_says_nothing(author, name):
    assert author.post(ADD, upload(name=name)).status_code == 302
    assert Image.objects.count() == 1


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "no picture that can be read"),
        (b"<svg onload='canary()'></svg>", "SVG drawing"),
        (b"%PDF-1.7", "This is a PDF"),
        (packed(drawn(900, 600))[:5000], "damaged"),
        (packed(drawn(10, 10)), "too small"),
    ],
)
def test_a_file_that_is_refused_leaves_what_was_typed(author, content, said):
    answer = author.post(ADD, upload(content, alternative="Typed words."))
    assert answer.status_code == 200
    assert said in told(answer)
    assert "Typed words." in told(answer)
    assert not Image.objects.exists()


@pytest.mark.parametrize(
    "said", [{"alternative": ""}, {"decorative": "on"}, {"alternative": "  "}, {"title": ""}]
)
def test_what_is_missing_is_said_and_nothing_is_kept(author, said):
    answer = author.post(ADD, upload(**said))
    assert answer.status_code == 200
    assert "errorlist" in told(answer)
    assert not Image.objects.exists()


def test_a_decorative_picture_needs_no_words(author):
    assert author.post(ADD, upload(alternative="", decorative="on")).status_code == 302
    assert Image.objects.get().decorative


def test_a_picture_that_is_here_is_found_and_led_to(author):
    content = packed(drawn(number=1))
    author.post(ADD, upload(content))
    answer = author.post(ADD, upload(content, title="Another wheel"))
    assert "This picture is here already" in told(answer)
    assert f'href="{LIST}{Image.objects.get().pk}/change/"' in told(answer)


def test_of_what_moves_it_is_said_what_is_kept(author):
    frames = [drawn(number=n) for n in (1, 2)]
    content = packed(frames[0], "GIF", save_all=True, append_images=frames[1:])
    assert "Only its first frame is kept" in told(author.post(ADD, upload(content), follow=True))


def test_no_file_is_a_sentence(author):
    said = upload()
    del said["file"]
    assert "This field is required" in told(author.post(ADD, said))


# The list


def test_the_list_shows_each_with_its_words_and_where_it_is_read(author):
    image = make_image(title="A wheel", alternative="It has spokes.")
    decorative = make_image(title="A ribbon", alternative="", decorative=True)
    factories.make_live(body=words(image))
    factories.make_draft(body=words(decorative))
    make_image(title="A rim")
    text = told(author.get(LIST))
    assert reverse("admin:image_file", args=[image.key, 400]) in text
    for said in ("It has spokes.", "Only decorative", "None, but an edition", "Used nowhere"):
        assert said in text


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("q=wheel", {"A wheel"}),
        ("q=spokes", {"A wheel"}),
        ("q=ribbon", {"A ribbon"}),
        ("used=live", {"A wheel"}),
        ("used=never", {"A rim"}),
        ("used=nonsense", {"A wheel", "A ribbon", "A rim"}),
    ],
)
def test_the_list_is_searched_and_filtered(author, query, expected):
    factories.make_live(body=words(make_image(title="A wheel", alternative="It has spokes.")))
    factories.make_draft(body=words(make_image(title="A ribbon", alternative="Red.")))
    make_image(title="A rim", alternative="Round.")
    found = author.get(f"{LIST}?{query}").context["cl"].result_list
    assert {image.title for image in found} == expected


def test_a_longer_list_costs_no_more_queries(author, django_assert_num_queries):
    make_image()
    author.get(LIST)
    with CaptureQueriesContext(connection) as queries:
        author.get(LIST)
    assert len(queries) < 12
    for _ in range(5):
        factories.make_live(body=words(make_image()))
    with django_assert_num_queries(len(queries)):
        author.get(LIST)


def test_pictures_stand_in_the_menu(author):
    assert f'href="{LIST}"' in told(author.get("/admin/"))


# Describing and deleting


def test_the_form_says_where_a_picture_is_used(author):
    image = make_image()
    live = factories.make_live(body=words(image), title="Wheels that turn")
    text = told(author.get(f"{LIST}{image.pk}/change/"))
    assert "Wheels that turn" in text
    assert "(live)" in text
    assert f"/editions/{live.number}/" in text


def test_an_author_describes_a_picture_anew(author):
    image = make_image()
    said = {"title": "A rim", "alternative": "Round.", "credit": "Photo: B. Spoke"}
    author.post(f"{LIST}{image.pk}/change/", said)
    image.refresh_from_db()
    assert (image.title, image.alternative, image.credit) == tuple(said.values())
    assert AuditEntry.objects.get(action="describe picture").after == said


def test_no_form_takes_another_file_for_a_picture_that_is_kept(author):
    image = make_image()
    before = bytes(image.files.last().content)
    author.post(f"{LIST}{image.pk}/change/", upload())
    assert bytes(image.files.last().content) == before


@pytest.mark.parametrize("may", [["approve_edition"], ["manage_page"]])
def test_who_does_not_write_may_look_and_change_nothing(client, may):
    image = make_image(title="As it was")
    client.force_login(person(*may))
    assert client.get(f"{LIST}{image.pk}/change/").status_code == 200
    said = {"title": "x", "alternative": "x"}
    assert client.post(f"{LIST}{image.pk}/change/", said).status_code == 403
    assert client.post(ADD, upload()).status_code == 403
    image.refresh_from_db()
    assert image.title == "As it was"


def test_a_manager_deletes_what_no_text_shows(manager):
    image = make_image()
    assert manager.get(f"{LIST}{image.pk}/delete/").status_code == 200
    manager.post(f"{LIST}{image.pk}/delete/", {"post": "yes"})
    assert not Image.objects.exists()


@pytest.mark.parametrize("make", [factories.make_live, factories.make_draft])
def test_what_a_text_shows_is_not_deleted(manager, make):
    image = make_image()
    make(body=words(image))
    assert manager.get(f"{LIST}{image.pk}/delete/").status_code == 403
    assert manager.post(f"{LIST}{image.pk}/delete/", {"post": "yes"}).status_code == 403
    action = {"action": "delete_selected", "_selected_action": image.pk, "post": "yes"}
    manager.post(LIST, action)
    assert Image.objects.exists()


def test_a_picture_that_was_placed_meanwhile_is_not_deleted(manager, monkeypatch):
    image = make_image()
    factories.make_draft(body=words(image))
    monkeypatch.setattr(
        "treatments.admin.images.ImageAdmin.has_delete_permission", lambda *a, **k: True
    )
    monkeypatch.setattr(
        "treatments.admin.images.ImageAdmin.get_deleted_objects", lambda *a: ([], {}, set(), [])
    )
    answer = manager.post(f"{LIST}{image.pk}/delete/", {"post": "yes"}, follow=True)
    assert "cannot be deleted, because it is shown by" in told(answer)
    assert Image.objects.exists()


# Looking for one while writing


def test_the_editor_finds_pictures_by_their_words_the_newest_first(author):
    for title in ("A wheel", "A wheel that turns", "A rim"):
        make_image(title=title, alternative=f"{title}, seen from above.")
    found = author.get("/admin/treatments/image/search/?q=wheel+above").json()["results"]
    assert [image["title"] for image in found] == ["A wheel that turns", "A wheel"]
    assert found[0]["alternative"] == "A wheel that turns, seen from above."
    assert author.get(found[0]["file"])["Content-Type"] == "image/webp"
    every = author.get("/admin/treatments/image/search/").json()["results"]
    assert len(every) == 3
    assert author.get("/admin/treatments/image/search/?q=%00%ff").status_code == 200


def test_what_was_uploaded_is_served_nowhere(author):
    content = packed(drawn(900, 600), "JPEG", comment=b"Secret words")
    author.post(ADD, upload(content, name="wheel.jpg"))
    image = Image.objects.get()
    for file in image.files.all():
        answer = author.get(reverse("admin:image_file", args=[image.key, file.width]))
        assert b"Secret" not in answer.content
        assert io.BytesIO(answer.content).read(4) == b"RIFF"
