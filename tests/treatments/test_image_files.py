"""The files of pictures: to patients while a live text shows them, to staff always."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from tests import factories
from tests.factories import drawn, make_image, showing
from treatments import publishing, sharing
from treatments.models import ImageFile

pytestmark = pytest.mark.django_db


def words(image):
    return f"<p>Squeeze the lever.</p>{showing(image)}"


def address(image, width=640):
    return f"/images/{image.key}-{width}.webp"


@pytest.fixture
def image():
    return make_image()


@pytest.fixture
def live(image):
    return factories.make_live(body=words(image))


def test_a_patient_gets_the_picture_of_a_live_text(client, image, live):
    answer = client.get(address(image))
    assert answer.content == bytes(image.files.get(width=640).content)
    assert answer["Content-Type"] == "image/webp"
    assert answer["Content-Length"] == str(len(answer.content))
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["ETag"] == f'"{image.key}-640"'
    assert "Content-Encoding" not in answer
    assert not answer.cookies


def test_browsers_keep_it_and_what_stands_between_asks_each_time(client, image, live):
    kept = client.get(address(image))["Cache-Control"]
    assert kept == "public, max-age=31536000, s-maxage=0, immutable"


def test_who_has_it_gets_no_second_copy(client, image, live):
    etag = client.get(address(image))["ETag"]
    answer = client.get(address(image), headers={"If-None-Match": etag})
    assert (answer.status_code, answer.content) == (304, b"")
    assert "immutable" in answer["Cache-Control"]
    publishing.withdraw(edition=live, by=factories.make_user(), reason="Wrong.")
    assert client.get(address(image), headers={"If-None-Match": etag}).status_code == 404


def test_head_is_answered_and_post_is_not(client, image, live):
    answer = client.head(address(image))
    assert (answer.status_code, answer.content) == (200, b"")
    assert int(answer["Content-Length"]) > 100
    assert client.post(address(image)).status_code == 405


@pytest.mark.parametrize(
    "make", [factories.make_draft, factories.make_submitted, factories.make_scheduled]
)
def test_the_picture_of_a_text_that_is_not_published_is_nowhere(client, image, make):
    make(body=words(image))
    assert client.get(address(image)).status_code == 404


def test_the_picture_of_a_withdrawn_text_is_gone(client, image, live):
    publishing.withdraw(edition=live, by=factories.make_user(), reason="Wrong.")
    answer = client.get(address(image))
    assert answer.status_code == 404
    assert "immutable" not in answer["Cache-Control"]


def test_the_picture_of_a_text_that_was_replaced_is_gone(client, image, live):
    factories.make_live(live.page)
    assert client.get(address(image)).status_code == 404


def test_a_picture_comes_with_its_time(client, image, time_machine):
    scheduled = factories.make_scheduled(body=words(image))
    time_machine.move_to(scheduled.publish_at + timezone.timedelta(seconds=1))
    assert client.get(address(image)).status_code == 200


def test_a_picture_that_another_live_text_shows_stays(client, image, live):
    factories.make_live(body=words(image))
    publishing.withdraw(edition=live, by=factories.make_user(), reason="Wrong.")
    assert client.get(address(image)).status_code == 200


@pytest.mark.parametrize(
    "wrong",
    [
        "/images/{key}-641.webp",
        "/images/{key}-0.webp",
        "/images/{key}--640.webp",
        "/images/{key}-99999999999999999999999999.webp",
        "/images/{key}-" + "9" * 5000 + ".webp",
        "/images/0123456789abcdef-640.webp",
        "/images/{key}.webp",
        "/images/{key}-640.png",
        "/images/../{key}-640.webp",
        "/images/%00-640.webp",
        "/images/{key}'-640.webp",
    ],
)
def test_other_addresses_lead_nowhere(client, image, live, wrong):
    assert client.get(wrong.format(key=image.key)).status_code == 404


def test_its_bytes_are_read_for_nobody_who_has_them(
    client, image, live, django_assert_max_num_queries
):
    with django_assert_max_num_queries(2):
        client.get(address(image))
    with django_assert_max_num_queries(1):
        client.get(address(image), headers={"If-None-Match": f'"{image.key}-640"'})


# On pages


def test_a_page_tells_the_room_that_the_picture_takes(client):
    image = make_image(drawn(1600, 900), alternative="A wheel.", credit="Photo: A. Wheeler")
    page = factories.make_live(body=words(image)).page
    text = client.get(page.get_absolute_url()).content.decode()
    for file in ImageFile.objects.filter(image=image):
        assert f"{address(image, file.width)} {file.width}w" in text
        assert client.get(address(image, file.width)).status_code == 200
    assert 'width="1200" height="675" alt="A wheel."' in text
    assert "<figcaption>Photo: A. Wheeler</figcaption>" in text
    assert "data-image" not in text


def test_a_page_with_many_pictures_costs_two_queries_more(client, django_assert_num_queries):
    plain = factories.make_live()
    shown = "<p>Oil it.</p>" + "".join(showing(make_image()) for _ in range(5))
    full = factories.make_live(body=shown)
    with CaptureQueriesContext(connection) as queries:
        client.get(plain.page.get_absolute_url())
    with django_assert_num_queries(len(queries) + 2):
        client.get(full.page.get_absolute_url())


def test_two_editions_on_one_page_show_each_their_own_credit(client):
    image = make_image(credit="First")
    topic = factories.make_topic()
    factories.make_live(topic, body=words(image))
    image.credit = "Second"
    image.save()
    factories.make_live(factories.make_treatment(topic=topic), body=words(image))
    text = client.get(topic.get_absolute_url()).content.decode()
    assert text.index("<figcaption>First<") < text.index("<figcaption>Second<")


def test_lists_and_feeds_say_the_first_sentence_and_no_picture(client, image):
    body = f"{showing(image, caption='Below it.')}<p>Squeeze the lever. Stop.</p>"
    page = factories.make_live(body=body).page
    for listing in ("/feed/", "/treatments/"):
        text = client.get(listing).content.decode()
        assert "Squeeze the lever." in text
        assert "Below it." not in text
        assert image.key not in text
    assert page.slug in text


# For staff, and by a link


@pytest.fixture
def staff(client):
    client.force_login(factories.make_user(is_staff=True))
    return client


def test_staff_see_the_picture_of_a_draft_in_its_preview_and_on_its_screen(staff, image):
    draft = factories.make_draft(body=words(image))
    file = reverse("admin:image_file", args=[image.key, 640])
    for screen in ("text/", "editions/1/preview/"):
        shown = staff.get(f"/admin/treatments/treatment/{draft.page_id}/{screen}")
        assert f'src="{file}"' in shown.content.decode()
    answer = staff.get(file)
    assert answer["Content-Type"] == "image/webp"
    assert "no-store" in answer["Cache-Control"]
    assert staff.get(reverse("admin:editor_image", args=[image.key])).content == answer.content


def test_a_reviewer_reads_what_nobody_sees(staff):
    image = make_image(alternative="A wheel with <spokes>.")
    submitted = factories.make_submitted(body=words(image) + showing(image, ""))
    screen = staff.get(f"/admin/treatments/treatment/{submitted.page_id}/text/")
    text = " ".join(screen.content.decode().split())
    assert (
        "<li>A wheel with &lt;spokes&gt;.</li><li>Nothing, since it is only decorative</li>" in text
    )


def test_staff_see_the_picture_of_a_word_in_its_preview(staff, image):
    draft = factories.make_draft(factories.make_term(), body=words(image))
    shown = staff.get(f"/admin/treatments/term/{draft.page_id}/editions/1/preview/")
    assert reverse("admin:image_file", args=[image.key, 640]) in shown.content.decode()


def test_whoever_has_a_link_to_a_draft_sees_its_pictures_and_no_other(image):
    draft, other, visitor = factories.make_draft(body=words(image)), make_image(), Client()
    link = sharing.share(edition=draft, by=draft.author)
    token = sharing.token(link)
    shown = visitor.get(reverse("admin:shared", args=[token])).content.decode()
    file = reverse("admin:shared_image", args=[token, image.key, 640])
    assert f'src="{file}"' in shown
    assert visitor.get(file)["Content-Type"] == "image/webp"
    for key, its in ((other.key, token), (image.key, f"{token}x"), (image.key, "1:x")):
        assert visitor.get(reverse("admin:shared_image", args=[its, key, 640])).status_code == 404
    assert visitor.get(address(image)).status_code == 404
    sharing.revoke(shared=link, by=draft.author)
    assert visitor.get(file).status_code == 404
