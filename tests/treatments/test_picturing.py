"""Pictures from the file to the patient, and what becomes of them when texts change."""

import pytest
from django.db import connection
from django.db.models import ProtectedError

from tests import factories
from tests.factories import drawn, make_image, packed, showing
from tests.treatments.test_guards import refused, sql
from treatments import confinement, picturing, pixels, publishing, reading
from treatments.models import AuditEntry, Image, ImageFile, Placement
from treatments.publishing import NotAllowed, Refusal

pytestmark = pytest.mark.django_db
WORDS = "<p>Squeeze the lever.</p>\n"
SAID = {"title": "A wheel", "alternative": "A wheel with spokes."}


def words(edition):
    return {"title": edition.title, "body": edition.body}


def made(**how):
    return pixels.remade(packed(drawn(**how)))


# Adding


def test_a_file_is_made_anew_in_a_process_of_its_own():
    content = packed(drawn(900, 600, number=1))
    assert picturing.remade(content) == pixels.remade(content)


def test_what_that_process_refuses_is_a_sentence():
    with pytest.raises(picturing.Unusable, match="This is a PDF"):
        picturing.remade(b"%PDF-1.7")
    with pytest.raises(picturing.Unusable, match="larger than 10 MB"):
        picturing.remade(b"\0" * (pixels.LARGEST_FILE + 1))


def test_a_process_that_dies_is_a_sentence(monkeypatch):
    monkeypatch.setattr(confinement.sys, "executable", "/bin/false")
    with pytest.raises(picturing.Unusable, match="could not be made ready"):
        picturing.remade(packed(drawn()))


def test_a_process_that_takes_too_long_is_a_sentence(monkeypatch):
    monkeypatch.setattr(picturing, "CLOCK", 0.01)
    with pytest.raises(picturing.Unusable, match="could not be made ready"):
        picturing.remade(packed(drawn()))


def test_one_who_comes_while_another_is_made_ready_is_told_to_come_again(monkeypatch):
    monkeypatch.setattr(picturing, "PATIENCE", 0.01)
    with picturing._turn, pytest.raises(picturing.Unusable, match="Try again"):
        picturing.remade(packed(drawn()))


def test_a_picture_is_kept_with_its_files_and_who_added_it():
    by = factories.make_user()
    image = picturing.add(by=by, picture=made(width=900), **SAID, credit="Photo: A. Wheeler")
    assert [file.width for file in image.files.all()] == [400, 800, 900]
    assert (image.added_by, image.credit) == (by, "Photo: A. Wheeler")
    entry = AuditEntry.objects.get(action="add picture")
    assert (entry.actor, entry.after["title"]) == (by.username, "A wheel")


@pytest.mark.parametrize(
    "said",
    [
        {"title": "A wheel"},
        {"title": "A wheel", "alternative": " \n "},
        {"title": "A wheel", "alternative": "Spokes.", "decorative": True},
        {"title": " ", "alternative": "Spokes."},
    ],
)
def test_a_picture_needs_a_title_and_one_of_two_ways_to_be_read_out(said):
    with pytest.raises(Refusal):
        picturing.add(by=factories.make_user(), picture=made(), **said)
    assert not Image.objects.exists()


def test_the_database_keeps_that_too():
    image = make_image()
    images = Image.objects.filter(pk=image.pk)
    assert refused("image_described_or_decorative", images.update, alternative="")
    assert refused("image_described_or_decorative", images.update, decorative=True)
    assert refused("image_has_title", images.update, title="")


def test_the_same_picture_is_kept_once():
    picture = made(number=1)
    here = picturing.add(by=factories.make_user(), picture=picture, **SAID)
    with pytest.raises(picturing.Known) as known:
        picturing.add(by=factories.make_user(), picture=picture, **SAID)
    assert known.value.image == here


@pytest.mark.parametrize("may", [[], ["approve_edition"], ["manage_page"]])
def test_who_does_not_write_adds_and_describes_none(may):
    stranger = factories.make_user(may=may)
    with pytest.raises(NotAllowed):
        picturing.add(by=stranger, picture=made(), **SAID)
    with pytest.raises(NotAllowed):
        picturing.describe(image=make_image(), by=stranger, **SAID)


def test_only_a_manager_deletes_and_only_what_no_text_shows():
    image = make_image()
    with pytest.raises(NotAllowed):
        picturing.delete(image=image, by=factories.make_user(may=["write_edition"]))
    draft = factories.make_draft(body=WORDS + showing(image))
    with pytest.raises(Refusal, match=rf"shown by “{draft.title}” \(edition 1, draft\)"):
        picturing.delete(image=image, by=factories.make_user())
    publishing.discard(edition=draft, by=draft.author)
    picturing.delete(image=image, by=factories.make_user())
    assert not ImageFile.objects.exists()
    assert AuditEntry.objects.filter(action="delete picture").exists()


def test_describing_anew_is_told_and_changes_no_text():
    image = make_image(alternative="Old words.", credit="Old hand")
    live = factories.make_live(body=WORDS + showing(image))
    by = factories.make_user()
    picturing.describe(image=image, by=by, title=image.title, alternative="New.", credit="New hand")
    entry = AuditEntry.objects.get(action="describe picture")
    assert entry.before == {"alternative": "Old words.", "credit": "Old hand"}
    assert entry.after == {"alternative": "New.", "credit": "New hand"}
    body = reading.read(reading.live().get(pk=live.pk))[0].body
    assert 'alt="Old words."' in body
    assert "<figcaption>Old hand</figcaption>" in body


# In texts


def test_a_text_that_says_nothing_of_a_picture_says_what_the_picture_does():
    image = make_image(alternative='A "wheel" & <spokes>.')
    draft = factories.make_draft(body=showing(image))
    said = "A &quot;wheel&quot; &amp; &lt;spokes&gt;."
    assert draft.body == showing(image, said)
    draft.refresh_from_db()
    assert draft.body == showing(image, said)
    assert factories.make_draft(draft.page, by=draft.author, **words(draft)).version == 1


def test_a_text_may_say_something_of_its_own_or_nothing():
    image = make_image(alternative="A wheel.")
    draft = factories.make_draft(body=showing(image, "Here it turns.") + showing(image, ""))
    assert 'alt="Here it turns."' in draft.body
    assert 'alt=""' in draft.body
    decorative = make_image(alternative="", decorative=True)
    assert 'alt=""' in factories.make_draft(body=showing(decorative)).body


def test_what_a_text_shows_is_known_in_its_order():
    one, two = make_image(), make_image(credit="Photo: A. Wheeler")
    draft = factories.make_draft(body=showing(two) + "<p>Oil.</p>" + showing(one) + showing(two))
    placed = draft.placements.order_by("position").values_list("image", "position", "credit")
    assert list(placed) == [(two.pk, 1, "Photo: A. Wheeler"), (one.pk, 2, "")]
    factories.make_draft(draft.page, by=draft.author, body=showing(one))
    assert [placement.image for placement in draft.placements.all()] == [one]


def test_a_picture_that_is_not_here_stops_the_save_in_a_sentence():
    body = WORDS + '<figure><img data-image="0123456789abcdef" alt="x"></figure>'
    with pytest.raises(Refusal, match="After “… Squeeze the lever.” the text shows a picture"):
        factories.make_draft(body=body)
    with pytest.raises(Refusal, match="At its beginning"):
        factories.make_draft(body=body.removeprefix(WORDS))
    assert not Placement.objects.exists()


def test_a_restored_text_shows_its_pictures():
    image = make_image()
    old = factories.make_live(body=WORDS + showing(image))
    factories.make_live(old.page)
    restored = publishing.restore(edition=old, by=factories.make_user())
    assert [placement.image for placement in restored.placements.all()] == [image]


def test_where_it_comes_from_is_kept_as_it_was_said_at_the_approval():
    image = make_image(credit="First")
    submitted = factories.make_submitted(body=WORDS + showing(image))
    said = {"title": image.title, "alternative": image.alternative}
    picturing.describe(image=image, by=factories.make_user(), **said, credit="Second")
    live = publishing.approve(**factories.approval(submitted))
    picturing.describe(image=image, by=factories.make_user(), **said, credit="Third")
    assert live.placements.get().credit == "Second"


def test_its_uses_are_told_with_what_each_is():
    image = make_image()
    live = factories.make_live(body=WORDS + showing(image))
    newer = factories.make_draft(live.page, body=WORDS + showing(image))
    assert [(use.edition, use.state) for use in picturing.uses(image)] == [
        (newer, "draft"),
        (live, "live"),
    ]
    assert list(Image.objects.placed()) == [image]
    assert not Image.objects.exclude(pk=image.pk).placed().exists()


# What the database keeps


@pytest.fixture
def approved():
    image = make_image(credit="Photo: A. Wheeler")
    return image, factories.make_live(body=WORDS + showing(image))


def test_the_pictures_of_an_approved_text_never_change(approved):
    image, edition = approved
    other = make_image()
    placements = Placement.objects.filter(edition=edition)
    frozen = "pictures of an approved edition|stands in one edition"
    draft = factories.make_draft()
    for changes in ({"image": other}, {"credit": "x"}, {"position": 9}, {"edition": draft}):
        assert refused(frozen, placements.update, **changes)
    assert refused(frozen, placements.delete)
    assert refused(frozen, sql, "UPDATE treatments_placement SET credit = 'x'")
    assert refused(frozen, sql, "DELETE FROM treatments_placement")
    more = {"edition": edition, "image": other, "position": 2}
    assert refused(frozen, Placement.objects.create, **more)


def test_a_picture_that_an_approved_text_shows_is_kept(approved):
    image, _ = approved
    files = ImageFile.objects.filter(image=image)
    kept = "An approved text shows this picture"
    assert refused(kept, files.delete)
    assert refused(kept, sql, "DELETE FROM treatments_imagefile")
    assert refused(kept, sql, "DELETE FROM treatments_image WHERE id = %s", image.pk)
    added = {"image": image, "width": 7, "height": 7, "content": b"x"}
    assert refused("pixels of a picture never change", ImageFile.objects.create, **added)


def test_the_pixels_of_a_picture_never_change_even_of_one_that_no_text_shows():
    image = make_image()
    files, images = ImageFile.objects.filter(image=image), Image.objects.filter(pk=image.pk)
    never = "pixels of a picture never change"
    for changes in ({"content": b"x"}, {"width": 1}, {"height": 1}, {"image": make_image()}):
        assert refused(never, files.update, **changes)
    assert refused(never, images.update, key="0123456789abcdef")
    assert refused(never, sql, "UPDATE treatments_imagefile SET content = %s", b"x")


def test_nothing_of_a_picture_is_replaced(approved):
    image, edition = approved
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL has no REPLACE")
    there = "is there already|never change"
    for table in ("image", "imagefile", "placement"):
        row = f"INSERT OR REPLACE INTO treatments_{table} SELECT * FROM treatments_{table}"
        assert refused(there, sql, row)


def test_a_draft_is_discarded_with_its_pictures_in_place():
    image = make_image()
    draft = factories.make_draft(body=WORDS + showing(image))
    assert refused("FOREIGN KEY|foreign key|protected", sql, "DELETE FROM treatments_image")
    publishing.discard(edition=draft, by=draft.author)
    assert Image.objects.get() == image
    assert not Placement.objects.exists()


def test_an_image_that_a_text_shows_cannot_be_deleted_by_the_orm(approved):
    image, _ = approved
    with pytest.raises(ProtectedError):
        Image.objects.filter(pk=image.pk).delete()
    assert Image.objects.filter(pk=image.pk).exists()
