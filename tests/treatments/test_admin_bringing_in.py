"""The screens on which a leaflet is brought in."""

import re
from io import BytesIO

import pytest
from django.contrib.auth.models import Group

from tests import factories
from tests.intake.word_files import document, heading, paragraph, raised
from treatments.intake import converting
from treatments.models import Edition, Page, Reference

pytestmark = pytest.mark.django_db

ADDRESS = "/admin/treatments/treatment/bring-in/"
WHEELER = "Wheeler A, Spoke B. Brakes that stop a rider. J Cycl 2001; 7: 20-29."


@pytest.fixture
def author(client):
    user = factories.make_user("ana", may=[], is_staff=True)
    user.groups.set(Group.objects.filter(name="Authors"))
    client.force_login(user)
    return client


def leaflet(*more, **fields):
    return document(
        paragraph("Brakes", style="Title"),
        paragraph("Pads wear", raised("1"), "."),
        *more,
        heading("References"),
        paragraph(f"1. {WHEELER}"),
        **fields,
    )


def upload(client, data, name="brakes.docx", **more):
    file = BytesIO(data)
    file.name = name
    return client.post(ADDRESS, {"file": file} | more)


def words(response):
    return " ".join(re.sub(r"<[^>]*>", " ", response.content.decode()).split())


def filled_in(preview, **changes):
    """What a browser would send of the preview."""
    form = preview.context["form"]
    sent = {name: form[name].value() for name in form.fields}
    return {name: value for name, value in (sent | changes).items() if value not in (None, False)}


def save(client, preview, **changes):
    changes = {"where": "topic"} | changes
    return client.post(ADDRESS, filled_in(preview, **changes), follow=True)


def test_nothing_is_saved_before_the_preview_was_seen(author):
    preview = upload(author, leaflet(header="Our Workshop"))
    assert preview.status_code == 200
    text = words(preview)
    assert "Word document “brakes.docx”: 1 paragraph, 1 reference, 1 citation." in text
    assert "What stands at the head of each page" in text
    assert "Our Workshop" in text
    assert "Will be added, unverified." in text
    assert '<sup id="cited-1"><a href="#reference-1"' in preview.content.decode()
    assert not Page.objects.exists()
    assert not Reference.objects.exists()


def test_the_preview_becomes_a_draft(author):
    response = save(author, upload(author, leaflet()), title="My brakes")
    draft = Edition.objects.get()
    assert response.redirect_chain == [(f"/admin/treatments/topic/{draft.page_id}/text/", 302)]
    assert "The leaflet is a draft, edition 1." in words(response)
    assert (draft.title, draft.citations.count()) == ("My brakes", 1)


def test_a_new_treatment_needs_topic_and_kind(author):
    topic = factories.make_live(factories.make_topic(), title="Bicycles").page
    preview = upload(author, leaflet())
    response = save(author, preview, where="treatment")
    assert response.status_code == 400
    assert words(response).count("A new treatment needs this.") == 2
    save(author, preview, where="treatment", topic=topic.pk, treatment_kind="non-drug")
    assert Edition.objects.get(title="Brakes").page.topic_id == topic.pk


@pytest.mark.parametrize("given", ["{address}", "{title}", "{slug}", "  {TITLE} "])
def test_a_page_that_exists_is_named_by_title_or_address(author, given):
    live = factories.make_live(title="Old brakes")
    named = {"address": live.page.get_absolute_url(), "slug": live.page.slug}
    given = given.format(title="Old brakes", TITLE="OLD BRAKES", **named)
    save(author, upload(author, leaflet()), where="existing", existing=given)
    assert Edition.objects.get(title="Brakes").page_id == live.page_id


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ("", "No page has this title or address"),
        ("/treatments/nowhere/", "No page has this title or address"),
        ("Twice", "Several pages fit"),
        ("a word", "No page has this title or address"),
    ],
)
def test_a_page_that_is_not_found_gets_a_sentence(author, given, sentence):
    factories.make_live(title="Twice")
    factories.make_live(title="Twice")
    factories.make_live(factories.make_term(), title="a word")
    response = save(author, upload(author, leaflet()), where="existing", existing=given)
    assert response.status_code == 400
    assert sentence in words(response)


def test_from_a_text_the_page_is_known(author):
    live = factories.make_live()
    text = author.get(f"/admin/treatments/treatment/{live.page_id}/text/").content.decode()
    (address,) = re.findall(r'href="([^"]*bring-in[^"]*)"', text)
    shown = author.get(address).context["form"]["page"].value()
    preview = upload(author, leaflet(), page=shown)
    form = preview.context["form"]
    assert form["where"].value() == "existing"
    assert form["existing"].value() == live.page.get_absolute_url()


@pytest.mark.parametrize("asked", ["²", "٣", "-1", "x", "", "9" * 18, "9" * 40])
def test_a_page_that_nobody_has_is_none_to_begin_with(author, asked):
    response = author.get("/admin/treatments/treatment/bring-in/", {"page": asked})
    assert response.status_code == 200
    assert response.context["form"]["page"].value() == ""


def test_the_lists_lead_there_but_not_those_of_words(author):
    for kind, times in (("treatment", 1), ("topic", 1), ("term", 0)):
        page = author.get(f"/admin/treatments/{kind}/").content.decode()
        assert page.count(f'href="{ADDRESS}"') == times


def test_a_draft_under_way_stays_and_so_does_what_was_typed(author):
    working = factories.make_draft(body="<p>Theirs.</p>")
    address = working.page.get_absolute_url()
    sent = {"where": "existing", "existing": address, "title": "Mine"}
    response = save(author, upload(author, leaflet()), **sent)
    assert response.status_code == 409
    assert "This page has a draft already" in words(response)
    assert response.context["form"]["title"].value() == "Mine"
    assert "Pads wear" in words(response)
    assert Edition.objects.get().body == "<p>Theirs.</p>"


def test_what_is_refused_can_be_mended_and_sent_again(author):
    preview = upload(author, leaflet(header="Our Workshop"))
    response = save(author, preview, title=" ")
    assert response.status_code == 400
    assert "needs a title" in words(response)
    assert "Our Workshop" in words(response)
    save(author, response, title="Brakes")
    assert Edition.objects.get().title == "Brakes"


def test_what_is_here_already_is_proposed(author):
    here = factories.make_reference("wheeler-2001", source_text=WHEELER)
    preview = upload(author, leaflet())
    assert "Here already" in words(preview)
    save(author, preview)
    assert Edition.objects.get().citations.get().reference == here
    assert Reference.objects.count() == 1


def test_it_can_be_another_one_all_the_same(author):
    factories.make_reference(title="Brakes that stop a rider", year="2001")
    preview = upload(author, leaflet())
    assert "Perhaps here already" in words(preview)
    save(author, preview, **{"reference-1": ""})
    assert Reference.objects.count() == 2


def test_a_choice_that_nobody_offered_is_refused(author):
    factories.make_reference("wheeler-2001", source_text=WHEELER)
    other = factories.make_reference(source_text="Other")
    response = save(author, upload(author, leaflet()), **{"reference-1": str(other.pk)})
    assert response.status_code == 400
    assert not Edition.objects.exists()


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "There is nothing in this file."),
        (b"%PDF-1.7", "This is a PDF"),
        (b"PK\x03\x04....", "This file is damaged."),
    ],
)
def test_a_file_that_cannot_be_read_gets_one_sentence(author, data, sentence):
    response = upload(author, data)
    assert response.status_code == 400
    assert len(response.context["form"].errors["file"]) == 1
    assert sentence in words(response)


def test_no_file_gets_a_sentence(author):
    response = author.post(ADDRESS, {})
    assert (response.status_code, "This field is required." in words(response)) == (400, True)


def test_a_busy_portal_says_when_to_come_again(author):
    with converting._place:
        response = upload(author, leaflet())
    assert (response.status_code, response["Retry-After"]) == (503, "15")
    assert "Try again in a few seconds" in words(response)


@pytest.mark.parametrize("sent", ["", "{}", "\0", "x" * 2_100_000])
def test_what_comes_back_broken_is_refused(author, sent):
    response = author.post(ADDRESS, {"carried": sent, "where": "topic", "title": "T"})
    assert response.status_code == 400
    assert "did not come back" in words(response)
    assert not Page.objects.exists()


def test_a_hostile_file_is_shown_as_the_text_that_it_is(author):
    evil = '"><script>alert(1)</script>'
    preview = upload(author, leaflet(paragraph(evil), header=evil), name="<b>x.docx")
    shown = preview.content.decode()
    assert "<script>alert" not in shown
    assert "<b>x" not in shown
    hostile = preview.context["form"]["carried"].value().replace("Pads", "<img src=x onerror=y>")
    again = author.post(ADDRESS, {"carried": hostile, "where": "existing", "title": evil})
    assert "onerror" not in again.content.decode().partition("<form")[0]
    assert "<script>alert" not in again.content.decode()


def test_a_forged_form_changes_nothing(client):
    client.handler.enforce_csrf_checks = True
    client.force_login(factories.make_user(is_staff=True, is_superuser=True))
    assert upload(client, leaflet()).status_code == 403


def test_who_may_not_write_brings_nothing_in(client):
    reviewer = factories.make_user(may=["approve_edition"], is_staff=True)
    client.force_login(reviewer)
    assert client.get(ADDRESS).status_code == 403
    assert upload(client, leaflet()).status_code == 403
