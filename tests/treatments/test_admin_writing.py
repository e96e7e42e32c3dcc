"""The screen of a page's text: what is shown to whom, and what each button does."""

import datetime
import re

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.utils import timezone

from tests import factories
from treatments import arranging
from treatments.admin.writing import edition_url, in_two_years
from treatments.leaflets import printing
from treatments.models import AuditEntry, Edition, Page

pytestmark = pytest.mark.django_db
WORDS = {"title": "Brakes", "summary": "", "body": "<p>Squeeze the lever.</p>", "note": ""}


def person(role, **fields):
    user = factories.make_user(may=[], is_staff=True, **fields)
    user.groups.add(Group.objects.get(name=role))
    return user


@pytest.fixture
def author(client):
    return person("Authors")


@pytest.fixture
def reviewer():
    return person("Reviewers")


@pytest.fixture
def as_(client):
    """Go to a page's text as somebody; with a verb, press its button."""

    def go(user, page, verb=None, status=None, **data):
        client.force_login(user)
        address = f"/admin/treatments/{page.kind}/{page.pk}/text/"
        if verb is None:
            return client.get(address)
        answer = client.post(address, {"verb": verb} | data, follow=status is None)
        assert answer.status_code == (status or 200), answer.content
        return answer

    return go


def said(answer):
    return [str(message) for message in answer.context["messages"]]


def buttons(answer):
    return re.findall(r'name="verb" value="(\w+)"', answer.content.decode())


def words(version="", **changed):
    return WORDS | {"version": version} | changed


# The way in


def test_opening_a_text_creates_nothing(as_, author):
    page = factories.make_live().page
    as_(author, page)
    as_(author, page, "write")
    assert Edition.objects.count() == 1


def test_a_live_text_is_written_anew_or_commented_on_by_an_author(as_, author):
    assert buttons(as_(author, factories.make_live().page)) == ["write", "comment"]


def test_write_a_new_edition_begins_with_the_words_patients_read(as_, author):
    page = factories.make_live(title="Brakes", body="<p>Old words.</p>").page
    answer = as_(author, page, "write")
    assert answer.context["words"].initial["body"] == "<p>Old words.</p>"
    assert buttons(answer)[:2] == ["save", "submit"]


def test_the_editor_has_an_address_that_back_and_reload_lead_to(as_, author, client):
    page = factories.make_live().page
    address = as_(author, page, "write", status=302)["Location"]
    assert buttons(client.get(address))[:2] == ["save", "submit"]
    client.force_login(person("Reviewers"))
    draft = factories.make_draft(page, by=author)
    assert "save" not in buttons(client.get(address)), draft


def test_a_draft_that_is_only_looked_at_brings_no_editor_and_none_of_its_policy(client, author):
    draft = factories.make_draft(by=author)
    client.force_login(author)
    answer = client.get(edition_url(draft.page, draft.number))
    assert "ckeditor" not in answer.content.decode()
    assert "unsafe-inline" not in answer["Content-Security-Policy"]
    assert client.post(edition_url(draft.page, draft.number)).status_code == 405


def test_the_row_appears_at_the_first_save(as_, author):
    page = factories.make_live().page
    answer = as_(author, page, "save", **words())
    assert said(answer) == ["Saved as edition 2. Patients do not see it yet."]
    assert page.editions.working().get().held_by == author


def test_one_click_saves_and_sends_to_review(as_, author):
    page = factories.make_treatment()
    as_(author, page, "submit", **words())
    assert page.editions.get().state == "in review"


def test_an_empty_text_is_saved_but_goes_no_further(as_, author):
    page = factories.make_treatment()
    answer = as_(author, page, "submit", **words(body=""))
    assert "The text is empty" in said(answer)[0]
    assert page.editions.get().state == "draft"


def test_a_term_is_written_as_a_word_and_its_meaning(as_, author):
    text = as_(author, factories.make_term(), "write").content.decode()
    for label in ("The word:", "Its plain meaning:", "More (optional):"):
        assert label in text
    assert "In 25 words or fewer." in text
    assert (
        "Its plain meaning:"
        not in as_(author, factories.make_treatment(), "write").content.decode()
    )


def test_a_term_with_a_meaning_and_no_more_can_go_all_the_way(as_, author, reviewer):
    page = factories.make_term()
    as_(author, page, "submit", **words(title="sprocket", summary="a wheel", body=""))
    edition = page.editions.get()
    assert edition.state == "in review"
    checked = {"evidence_checked": "on", "due_by": "2100-01-01", "publish_at": ""}
    as_(reviewer, page, "approve", edition=edition.pk, version=edition.version, **checked)
    assert page.editions.live().get().summary == "a wheel"
    answer = as_(reviewer, page)
    assert f'href="/glossary/#term-{page.slug}"' in answer.content.decode()


# From writing to withdrawn


def test_two_people_bring_a_text_to_patients_and_one_takes_it_down(as_, author, reviewer):
    page = factories.make_treatment()
    as_(author, page, "submit", **words())
    edition = page.editions.get()
    approval = {"evidence_checked": "on", "due_by": "2100-01-01", "version": edition.version}
    as_(reviewer, page, "approve", edition=edition.pk, **approval)
    assert page.editions.live().get() == edition
    as_(reviewer, page, "withdraw", edition=edition.pk, reason="A mistake.")
    assert page.editions.withdrawn().get() == edition


def test_the_form_of_approval_says_what_it_proposes(as_, reviewer, settings):
    settings.TIME_ZONE = "America/Chicago"
    with time_machine.travel(datetime.datetime(2026, 5, 4, 12, tzinfo=datetime.UTC)):
        text = as_(reviewer, factories.make_submitted().page).content.decode()
    assert "Times are in the portal’s time zone, America/Chicago." in text
    assert re.search(r'<input type="date" name="due_by" value="2028-05-04"', text)
    assert "checked" not in re.search(r'<input[^>]*name="evidence_checked"[^>]*>', text)[0].replace(
        "evidence_checked", ""
    )


def test_the_approver_reads_what_becomes_of_a_scheduled_edition(as_, reviewer):
    page = factories.make_scheduled().page
    factories.make_submitted(page)
    text = as_(reviewer, page).content.decode()
    assert "Edition 1 is scheduled for" in text
    assert "patients will never see it, since the higher number stands" in text


def test_a_text_is_scheduled_in_the_portals_time_zone(as_, reviewer, settings):
    settings.TIME_ZONE = "America/Chicago"
    edition = factories.make_submitted()
    data = {"evidence_checked": "on", "due_by": "2100-01-01", "publish_at": "2099-07-01T08:00"}
    answer = as_(
        reviewer, edition.page, "approve", edition=edition.pk, version=edition.version, **data
    )
    assert "1 July 2099, 08:00 (America/Chicago)" in said(answer)[0]
    edition.refresh_from_db()
    assert edition.publish_at == datetime.datetime(2099, 7, 1, 13, tzinfo=datetime.UTC)


@pytest.mark.parametrize("missing", ["evidence_checked", "due_by"])
def test_an_approval_without_evidence_or_date_is_refused_on_the_server(as_, reviewer, missing):
    edition = factories.make_submitted()
    data = {"evidence_checked": "on", "due_by": "2100-01-01", "version": edition.version}
    del data[missing]
    answer = as_(reviewer, edition.page, "approve", 400, edition=edition.pk, **data)
    assert answer.context["forms"]["approve"].errors[missing]
    assert not Edition.objects.live().exists()


def test_the_reviewer_cannot_approve_words_that_changed_meanwhile(as_, reviewer):
    edition = factories.make_submitted()
    factories.make_draft(edition.page, title="Changed meanwhile")
    data = {"evidence_checked": "on", "due_by": "2100-01-01", "version": edition.version}
    answer = as_(reviewer, edition.page, "approve", 409, edition=edition.pk, **data)
    assert "since you opened it" in said(answer)[0]


def test_a_reviewer_who_changed_words_is_told_that_somebody_else_approves(as_, reviewer):
    edition = factories.make_submitted()
    assert "If you change words" in as_(reviewer, edition.page).content.decode()
    as_(reviewer, edition.page, "save", **words(edition.version, title="Changed"))
    answer = as_(reviewer, edition.page)
    assert "somebody else has to approve it" in answer.content.decode()
    assert "approve" not in buttons(answer)


def test_imported_text_is_reviewed_in_place(as_, reviewer):
    edition = factories.make_imported()
    data = {"evidence_checked": "on", "due_by": "2100-01-01"}
    as_(reviewer, edition.page, "review_unchanged", edition=edition.pk, **data)
    assert not Edition.objects.never_reviewed().exists()


def test_sending_back_takes_a_reason_and_keeps_it(as_, reviewer):
    edition = factories.make_submitted()
    as_(reviewer, edition.page, "send_back", 400, edition=edition.pk, reason=" ")
    as_(reviewer, edition.page, "send_back", edition=edition.pk, reason="Step 3 is missing.")
    assert AuditEntry.objects.get(action="send back").reason == "Step 3 is missing."


def test_the_keyboard_goes_to_what_is_to_be_mended(as_, reviewer):
    edition = factories.make_submitted()

    def focused(verb, **data):
        answer = as_(reviewer, edition.page, verb, 400, edition=edition.pk, **data)
        fields = re.findall(r"<(?:input|textarea)[^>]* autofocus[^>]*>", answer.content.decode())
        return [re.search(r' name="(\w+)"', field).group(1) for field in fields]

    assert focused("send_back", reason=" ") == ["reason"]
    assert focused("comment", text="") == ["text"]
    assert focused("approve", due_by="soon") == ["evidence_checked"]


def test_the_writer_reads_why_a_text_was_sent_back(as_, author, reviewer):
    edition = factories.make_submitted(by=author)
    as_(reviewer, edition.page, "send_back", edition=edition.pk, reason="Step 3 is missing.")
    assert "Step 3 is missing." in as_(author, edition.page).content.decode()


def test_the_reason_outlives_a_new_address_and_not_the_draft(as_, author, reviewer):
    edition = factories.make_submitted(by=author)
    as_(reviewer, edition.page, "send_back", edition=edition.pk, reason="Step 3 is missing.")
    arranging.change_slug(page=edition.page, by=factories.make_user(), slug="another")
    assert "Step 3 is missing." in as_(author, edition.page).content.decode()
    as_(author, edition.page, "discard", edition=edition.pk)
    factories.make_draft(edition.page, by=author)
    assert "Step 3 is missing." not in as_(author, edition.page).content.decode()


def test_a_scheduled_edition_is_called_off(as_, reviewer):
    edition = factories.make_scheduled()
    as_(reviewer, edition.page, "cancel_schedule", edition=edition.pk, reason="Not yet.")
    assert not Edition.objects.scheduled().exists()


def test_a_colleagues_draft_is_read_then_taken_over(as_, author):
    draft = factories.make_draft()
    assert "take_over" in buttons(as_(author, draft.page))
    answer = as_(author, draft.page, "take_over", edition=draft.pk)
    assert "save" in buttons(answer)


def test_a_draft_is_discarded_by_the_one_who_holds_it(as_, author):
    draft = factories.make_draft(by=author)
    as_(author, draft.page, "discard", edition=draft.pk)
    assert not Edition.objects.exists()


def test_an_old_edition_is_shown_and_restored(as_, author, client):
    page = factories.make_treatment()
    old = factories.make_live(page, body="<p>Old words.</p>")
    factories.make_live(page)
    client.force_login(author)
    address = f"/admin/treatments/treatment/{page.pk}/editions/1/"
    assert f'src="{address}preview/"' in client.get(address).content.decode()
    assert "Old words." in client.get(f"{address}preview/").content.decode()
    as_(author, page, "restore", edition=old.pk)
    assert page.editions.working().get().body == "<p>Old words.</p>"


# Nothing typed is lost


def test_a_refused_save_returns_the_whole_form_as_typed(as_, author):
    typed = words(title="", summary="My summary", body="<p>My words.</p>", note="My note")
    answer = as_(author, factories.make_treatment(), "save", 400, **typed)
    text = answer.content.decode()
    assert all(mine in text for mine in ("My summary", "My words.", "My note"))


def test_a_citation_of_an_unknown_reference_stops_the_save_and_loses_nothing(as_, author):
    body = '<p>Mine.<cite data-reference="nobody-1900">Nobody 1900</cite></p>'
    answer = as_(author, factories.make_treatment(), "save", 400, **words(body=body))
    assert said(answer)[0].startswith(
        "After “… Mine.” the text cites “nobody-1900”, which is not among the references."
    )
    assert "Mine." in answer.content.decode()


def test_a_save_over_a_newer_one_shows_both_and_then_goes_through(as_, author):
    draft = factories.make_draft(by=author, body="<p>Common words.</p>")
    theirs = {"title": draft.title, "body": "<p>Common words, theirs.</p>"}
    factories.make_draft(draft.page, by=author, **theirs)
    mine = words(1, title=draft.title, body="<p>Common words, mine.</p>")
    answer = as_(author, draft.page, "save", 409, **mine)
    text = answer.content.decode()
    assert [label for label, _ in answer.context["difference"]] == ["Body"]
    assert '<ins><span class="visually-hidden">added: </span>theirs' in text
    assert '<del><span class="visually-hidden">removed: </span>mine' in text
    assert "Common words, mine." in answer.context["words"]["body"].value()
    version = answer.context["words"]["version"].value()
    as_(author, draft.page, "save", **(mine | {"version": version}))
    assert Edition.objects.get().body == "<p>Common words, mine.</p>"


def test_a_save_after_an_approval_keeps_what_was_typed(as_, author):
    edition = factories.make_submitted(by=author)
    version = edition.version
    factories.publishing.approve(**factories.approval(edition))
    answer = as_(author, edition.page, "save", 409, **words(version, body="<p>Typed late.</p>"))
    assert "Typed late." in answer.content.decode()
    as_(author, edition.page, "save", **words(body="<p>Typed late.</p>"))
    assert edition.page.editions.working().get().number == 2


@pytest.mark.parametrize(("verb", "told"), [("save", "Saved as"), ("submit", "Sent to review.")])
def test_a_button_that_was_pressed_twice_does_its_deed_once(as_, author, verb, told):
    page = factories.make_live().page
    for _ in range(2):
        assert said(as_(author, page, verb, **words()))[0].startswith(told)
    assert page.editions.working().get().version == 1
    assert AuditEntry.objects.filter(action="save", actor=author.username).count() == 1


@pytest.mark.parametrize(
    ("verb", "data"),
    [
        ("approve", {"evidence_checked": "on", "due_by": "2100-01-01", "version": 1}),
        ("send_back", {"reason": "Step 3 is missing."}),
    ],
)
def test_what_is_decided_is_not_decided_again(as_, reviewer, verb, data):
    edition = factories.make_submitted()
    as_(reviewer, edition.page, verb, edition=edition.pk, **data)
    deeds = AuditEntry.objects.exclude(action="sign in")
    before = deeds.count()
    as_(reviewer, edition.page, verb, 400, edition=edition.pk, **data)
    assert deeds.count() == before


@pytest.mark.parametrize("verb", ["", "drop table", "show", "act"])
def test_an_unknown_button_does_nothing(as_, author, verb):
    answer = as_(author, factories.make_live().page, verb or "x", 400)
    assert said(answer) == ["This button is not known. Nothing was changed."]


@pytest.mark.parametrize("pk", ["", "0", "x", "9" * 30, "²", "٣"])
def test_a_button_of_an_edition_that_is_gone_does_nothing(as_, author, pk):
    page = factories.make_draft(by=author).page
    answer = as_(author, page, "discard", 409, edition=pk)
    assert said(answer) == ["This edition has been discarded."]


def test_a_button_reaches_no_other_page(as_, author):
    mine, other = factories.make_draft(by=author), factories.make_draft(by=author)
    as_(author, mine.page, "discard", 409, edition=other.pk)
    assert Edition.objects.count() == 2


# Adding and arranging


def test_adding_asks_for_title_and_topic_and_goes_to_the_text(client, author):
    client.force_login(author)
    topic = factories.make_topic()
    data = {"title": "Brake pads", "topic": topic.pk, "treatment_kind": "non-drug"}
    answer = client.post("/admin/treatments/treatment/add/", data)
    page = Page.objects.get(slug="brake-pads")
    assert answer["Location"] == f"/admin/treatments/treatment/{page.pk}/text/"
    assert page.editions.get().title == "Brake pads"


@pytest.mark.parametrize("missing", ["title", "topic", "treatment_kind"])
def test_adding_a_treatment_says_what_is_missing(client, author, missing):
    client.force_login(author)
    data = {"title": "T", "topic": factories.make_topic().pk, "treatment_kind": "non-drug"}
    answer = client.post("/admin/treatments/treatment/add/", data | {missing: ""})
    assert answer.context["adminform"].form.errors[missing] == ["This field is required."]


def arrangement(page, **changed):
    inline = {"codes-TOTAL_FORMS": 0, "codes-INITIAL_FORMS": 0}
    fields = {
        "slug": page.slug,
        "topic": page.topic_id,
        "position": page.position,
        "treatment_kind": page.treatment_kind,
        "tags": ", ".join(page.tags.names()),
    }
    return inline | fields | changed


def test_a_manager_changes_address_order_codes_and_tags(client):
    client.force_login(person("Managers"))
    page = factories.make_live(factories.make_treatment(slug="old", tags=["brakes"])).page
    codes = {"codes-TOTAL_FORMS": 1, "codes-0-system": "MeSH", "codes-0-code": "D000072716"}
    data = arrangement(page, slug="new", position=9, tags="levers") | codes
    client.post(f"/admin/treatments/treatment/{page.pk}/change/", data)
    page = Page.objects.get(pk=page.pk)
    assert (page.slug, page.position, list(page.tags.names())) == ("new", 9, ["levers"])
    assert client.get("/treatments/old/")["Location"] == "/treatments/new/"
    entry = AuditEntry.objects.get(action="arrange")
    assert entry.after == {"position": 9, "tags": ["levers"], "codes": ["MeSH D000072716"]}


def test_an_address_that_leads_elsewhere_is_refused_beside_the_field(client):
    client.force_login(person("Managers"))
    taken, page = factories.make_treatment(slug="taken"), factories.make_treatment()
    data = arrangement(page, slug=taken.slug)
    answer = client.post(f"/admin/treatments/treatment/{page.pk}/change/", data)
    assert answer.context["adminform"].form.errors["slug"] == [
        "Another page has this address. Choose another one."
    ]


def test_the_next_review_is_proposed_in_two_years():
    with time_machine.travel(datetime.datetime(2028, 2, 29, 12, tzinfo=datetime.UTC)):
        assert in_two_years() == datetime.date(2030, 2, 28)
    assert in_two_years() > timezone.localdate()


# Preview


def test_a_preview_is_the_page_as_patients_will_read_it_marked_as_a_draft(client, author):
    draft = factories.make_draft(title="Brakes", body="<p>Squeeze the lever.</p>")
    client.force_login(author)
    answer = client.get(f"/admin/treatments/treatment/{draft.page_id}/editions/1/preview/")
    text = answer.content.decode()
    assert "Preview of edition 1: no patient sees it." in text
    assert "Squeeze the lever." in text
    assert "substitute for talking with your doctor" in text
    assert "frame-ancestors 'self'" in answer["Content-Security-Policy"]
    assert "no-store" in answer["Cache-Control"]
    assert "X-Frame-Options" not in answer


def test_a_preview_offers_the_leaflet_of_what_patients_read_alone(client, author):
    live = factories.make_live()
    factories.make_draft(live.page, by=author)
    client.force_login(author)
    offers = [
        "leaflet.pdf" in client.get(f"{edition_url(live.page, number)}preview/").content.decode()
        for number in (1, 2)
    ]
    assert offers == [printing.is_installed(), False]


def test_a_term_is_previewed_as_the_glossary_shows_it(client, author):
    draft = factories.make_draft(
        factories.make_term(), title="sprocket", summary="a wheel", body=""
    )
    client.force_login(author)
    address = f"/admin/treatments/term/{draft.page_id}/editions/1/preview/"
    text = client.get(address).content.decode()
    assert "<dfn>Sprocket</dfn>" in text
    assert '<p class="standing">Preview of edition 1: no patient sees it.</p>' in text
    assert "Not yet reviewed" not in text


def test_a_preview_links_words_as_patients_will_find_them(client, author):
    factories.make_live(factories.make_term(), title="lever", summary="a handle", body="")
    draft = factories.make_draft()
    client.force_login(author)
    address = f"/admin/treatments/treatment/{draft.page_id}"
    assert 'class="term"' in client.get(f"{address}/editions/1/preview/").content.decode()
    assert 'class="term"' not in client.get(f"{address}/text/").content.decode()


def test_only_a_preview_may_be_framed(client, author):
    page = factories.make_live().page
    client.force_login(author)
    answer = client.get(f"/admin/treatments/treatment/{page.pk}/text/")
    assert "frame-ancestors 'none'" in answer["Content-Security-Policy"]
    assert answer["X-Frame-Options"] == "DENY"
