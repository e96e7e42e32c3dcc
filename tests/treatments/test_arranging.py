"""What surrounds a text: opening pages, addresses, order, tags."""

import pytest
from taggit.models import Tag

from tests import factories
from treatments import arranging
from treatments.models import AuditEntry, OldSlug, Page, Treatment

pytestmark = pytest.mark.django_db


def without(permission):
    return factories.make_user(may=[name for name in factories.ALL if name != permission])


def test_an_old_address_leads_to_the_page():
    page = factories.make_treatment(slug="old")
    arranging.change_slug(page=page, by=factories.make_user(), slug="new")
    assert (OldSlug.objects.get().slug, OldSlug.objects.get().page_id) == ("old", page.pk)


def test_a_page_may_go_back_to_its_own_old_address():
    page, user = factories.make_treatment(slug="old"), factories.make_user()
    page = arranging.change_slug(page=page, by=user, slug="new")
    page = arranging.change_slug(page=page, by=user, slug="old")
    assert (page.slug, OldSlug.objects.get().slug) == ("old", "new")


@pytest.mark.parametrize("taken", ["theirs", "theirs-once"])
def test_an_address_that_leads_elsewhere_is_not_given_away(taken):
    user = factories.make_user()
    other = factories.make_treatment(slug="theirs-once")
    arranging.change_slug(page=other, by=user, slug="theirs")
    with pytest.raises(arranging.Refusal, match="Choose another one"):
        arranging.change_slug(page=factories.make_treatment(), by=user, slug=taken)


@pytest.mark.parametrize("slug", ["", "Bad Slug!", "UPPER", "x" * 81, "a--b", "ä"])
def test_an_address_that_is_none_is_refused(slug):
    with pytest.raises(arranging.Refusal, match="lower-case letters"):
        arranging.change_slug(page=factories.make_treatment(), by=factories.make_user(), slug=slug)


def test_changing_an_address_is_audited_and_needs_a_manager():
    page = factories.make_treatment(slug="old")
    with pytest.raises(arranging.NotAllowed):
        arranging.change_slug(page=page, by=without("manage_page"), slug="new")
    arranging.change_slug(page=page, by=factories.make_user(), slug="new")
    entry = AuditEntry.objects.get(action="change address")
    assert (entry.before, entry.after) == ({"slug": "old"}, {"slug": "new"})


# Opening pages


def open_treatment(title, by=None, topic=None):
    by = by or factories.make_user(may=[*factories.ALL, "add_treatment"])
    topic = topic or factories.make_topic()
    kind = {"model": Treatment, "treatment_kind": "non-drug"}
    return arranging.open_page(title=title, by=by, topic=topic, **kind)


def test_a_page_opens_with_an_address_of_its_title_and_a_draft():
    page = open_treatment("Brake pads & levers")
    assert page.slug == "brake-pads-levers"
    assert page.editions.get().title == "Brake pads & levers"


def test_a_page_opens_behind_the_others_of_its_topic():
    topic = factories.make_topic()
    factories.make_treatment(topic=topic, position=7)
    assert open_treatment("Last", topic=topic).position == 8


def test_an_address_that_is_taken_gets_a_number():
    moved = factories.make_treatment(slug="brakes")
    arranging.change_slug(page=moved, by=factories.make_user(), slug="brakes-2")
    assert [open_treatment("Brakes").slug for _ in range(2)] == ["brakes-3", "brakes-4"]


@pytest.mark.parametrize("title", ["刹车", "!!!"])
def test_a_title_without_latin_letters_gets_an_address_too(title):
    assert open_treatment(title).slug == "treatment"


def test_opening_a_page_needs_its_permission():
    with pytest.raises(arranging.NotAllowed):
        open_treatment("Brakes", by=factories.make_user())
    assert not Page.objects.filter(kind="treatment").exists()


# Tags


def test_merging_puts_the_tag_that_stays_on_every_page():
    both = factories.make_treatment(tags=["gears", "Gear"])
    one = factories.make_treatment(tags=["gears"])
    gears, gear = Tag.objects.get(name="gears"), Tag.objects.get(name="Gear")
    arranging.merge_tags(tags=[gears, gear], into=gear, by=factories.make_user())
    assert [list(page.tags.names()) for page in (both, one)] == [["Gear"], ["Gear"]]
    assert AuditEntry.objects.get(action="merge tags").before == {"tags": ["gears", "Gear"]}


def test_renaming_a_tag_moves_its_address_and_keeps_its_pages():
    page = factories.make_treatment(tags=["gear"])
    tag = arranging.rename_tag(tag=Tag.objects.get(), by=factories.make_user(), name=" Gear  box ")
    assert (tag.name, tag.slug, list(page.tags.names())) == ("Gear box", "gear-box", ["Gear box"])


def test_a_tag_is_not_renamed_to_another_ones_name():
    factories.make_treatment(tags=["gear", "chain"])
    with pytest.raises(arranging.Refusal, match="Merge the two instead"):
        arranging.rename_tag(
            tag=Tag.objects.get(name="gear"), by=factories.make_user(), name="Chain"
        )


@pytest.mark.parametrize("deed", ["rename", "merge"])
def test_tags_are_a_managers(deed):
    factories.make_treatment(tags=["gear", "chain"])
    tag, by = Tag.objects.first(), without("manage_page")
    calls = {
        "rename": lambda: arranging.rename_tag(tag=tag, by=by, name="x"),
        "merge": lambda: arranging.merge_tags(tags=list(Tag.objects.all()), into=tag, by=by),
    }
    with pytest.raises(arranging.NotAllowed):
        calls[deed]()
