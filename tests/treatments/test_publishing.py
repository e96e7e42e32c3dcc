"""The verbs: what they do, whom they ask, what they refuse and what they write down."""

import datetime

import pytest
import time_machine
from django.utils import timezone

from tests import factories
from treatments import citations, publishing
from treatments.models import AuditEntry, Contributor, Edition, Review

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)


def actions():
    return list(AuditEntry.objects.values_list("action", flat=True))


# Writing


def test_the_first_save_opens_the_edition():
    page, ana = factories.make_treatment(), factories.make_user()
    edition = publishing.save_words(page=page, by=ana, title="Brakes", body="<p>Squeeze.</p>")
    assert (edition.number, edition.state, edition.version) == (1, "draft", 1)
    assert (edition.author, edition.held_by) == (ana, ana)
    assert Contributor.objects.get().user == ana


def test_a_new_edition_gets_the_next_number_and_carries_the_provenance_on():
    imported = factories.make_imported(provenance="From a leaflet.", overline="Workshop")
    draft = factories.make_draft(imported.page)
    assert (draft.number, draft.provenance, draft.overline) == (2, "From a leaflet.", "Workshop")


def test_saved_words_are_clean_and_stripped():
    draft = factories.make_draft(title="  Brakes ", body="<p onclick=x>A<script>b</script></p>")
    draft.refresh_from_db()
    assert (draft.title, draft.body) == ("Brakes", "<p>A</p>")


def test_a_text_needs_a_title():
    with pytest.raises(publishing.Refusal, match="needs a title"):
        factories.make_draft(title=" ")


def test_a_title_that_is_too_long_is_refused_in_a_sentence():
    with pytest.raises(publishing.Refusal, match="longer than 200 letters"):
        factories.make_draft(title="x" * 201)


@pytest.mark.parametrize(
    "title", ["Brake\0 pads", "Brake\x0bpads", "\x0cBrake pads", "Brake\ud800 pads"]
)
def test_what_databases_and_feeds_cannot_hold_is_taken_out(title):
    assert factories.make_draft(title=title, body="<p>A\0B</p>").title == "Brake pads"


def test_a_text_of_too_much_markup_is_refused_in_a_sentence():
    with pytest.raises(publishing.Refusal, match="too much markup"):
        factories.make_draft(body="<p>a</p>" * 20_000)


def test_restoring_a_discarded_edition_is_refused_in_a_sentence():
    ana = factories.make_user()
    draft = factories.make_draft(by=ana)
    pk = draft.pk
    publishing.discard(edition=draft, by=ana)
    draft.pk = pk
    with pytest.raises(publishing.Outdated, match="has been discarded"):
        publishing.restore(edition=draft, by=ana)


def test_saving_nothing_new_leaves_no_trace():
    ana = factories.make_user()
    draft = factories.make_draft(by=ana, title="Brakes", body="<p>A</p>")
    again = factories.make_draft(draft.page, by=ana, title="Brakes", body="<p>A</p>")
    assert (again.version, actions()) == (1, ["save"])


def test_a_save_over_somebody_elses_save_is_refused_and_shows_theirs():
    ana = factories.make_user()
    draft = factories.make_draft(by=ana, body="<p>A</p>")
    factories.make_draft(draft.page, by=ana, body="<p>B</p>")
    with pytest.raises(publishing.Outdated) as outdated:
        publishing.save_words(page=draft.page, by=ana, title="T", body="<p>C</p>", version=1)
    assert outdated.value.edition.body == "<p>B</p>"
    assert Edition.objects.get().body == "<p>B</p>"


def test_a_save_after_the_approval_is_refused():
    live = factories.make_live()
    with pytest.raises(publishing.Outdated, match="approved or discarded"):
        publishing.save_words(
            page=live.page, by=factories.make_user(), title="T", body="", version=live.version
        )


def test_two_people_cannot_open_a_new_edition_at_once():
    page = factories.make_treatment()
    factories.make_draft(page)
    with pytest.raises(publishing.Outdated):
        publishing.save_words(page=page, by=factories.make_user(), title="T", body="")


def test_a_colleagues_draft_is_taken_over_before_it_is_changed():
    ana, bo = factories.make_user(first_name="Ana", last_name="A"), factories.make_user()
    draft = factories.make_draft(by=ana)
    with pytest.raises(publishing.Refusal, match=r"Ana A, RN is writing this text\. Take it over"):
        factories.make_draft(draft.page, by=bo)
    publishing.take_over(edition=draft, by=bo)
    assert factories.make_draft(draft.page, by=bo).held_by == bo


def test_citations_are_derived_from_the_text():
    spoke, wheel = factories.make_reference("spoke-2001"), factories.make_reference("wheel-2002")
    body = "".join(citations.marker(key, "label") for key in ("wheel-2002", "spoke-2001"))
    draft = factories.make_draft(body=body)
    cited = list(draft.citations.order_by("position"))
    assert [citation.reference for citation in cited] == [wheel, spoke]
    assert cited[0].printed == wheel.source_text


def test_a_citation_of_an_unknown_reference_is_refused_by_name():
    with pytest.raises(publishing.Refusal, match="“nobody-1900”, which is not among"):
        factories.make_draft(body='<p>A<cite data-reference="nobody-1900">N</cite></p>')
    assert not Edition.objects.exists()


def test_restoring_opens_a_draft_with_the_old_words():
    page = factories.make_treatment()
    old = factories.make_live(page, title="Old", body="<p>Old words.</p>")
    factories.make_live(page, title="New")
    draft = publishing.restore(edition=old, by=factories.make_user())
    assert (draft.number, draft.title, draft.body) == (3, "Old", "<p>Old words.</p>")
    assert page.editions.live().get().title == "New"


def test_restoring_does_not_push_a_draft_aside():
    page = factories.make_treatment()
    old = factories.make_live(page)
    factories.make_draft(page)
    with pytest.raises(publishing.Refusal, match="under way"):
        publishing.restore(edition=old, by=factories.make_user())


def test_discarding_deletes_the_draft_and_keeps_its_words_in_the_audit_trail():
    ana = factories.make_user()
    draft = factories.make_draft(by=ana, title="Gone")
    publishing.discard(edition=draft, by=ana)
    assert not Edition.objects.exists()
    assert not Contributor.objects.exists()
    assert AuditEntry.objects.get(action="discard").before["title"] == "Gone"


def test_only_the_one_who_holds_a_draft_discards_it():
    draft = factories.make_draft()
    with pytest.raises(publishing.Refusal, match="Take it over"):
        publishing.discard(edition=draft, by=factories.make_user())


def test_an_empty_text_is_not_sent_to_review():
    ana = factories.make_user()
    draft = factories.make_draft(by=ana, body="<p> </p>")
    with pytest.raises(publishing.Refusal, match="empty"):
        publishing.submit(edition=draft, by=ana, version=draft.version)


# Reviewing


def test_an_approved_text_is_live_with_its_people_as_they_stood():
    ana = factories.make_user(first_name="Ana", last_name="Roe", credentials="RN")
    bo = factories.make_user(first_name="Bo", last_name="Lund", credentials="MD")
    edition = factories.make_submitted(by=ana)
    publishing.approve(**factories.approval(edition, by=bo))
    ana.last_name, bo.credentials = "Changed", "PhD"
    ana.save()
    bo.save()
    live = Edition.objects.live().get()
    assert (live.written_by, live.approved_by) == ("Ana Roe, RN", "Bo Lund, MD")
    assert Review.objects.get().reviewed_by == "Bo Lund, MD"


def test_everybody_who_wrote_is_named():
    ana = factories.make_user(first_name="Ana", last_name="Roe")
    bo = factories.make_user(first_name="Bo", last_name="Lund")
    edition = factories.make_submitted(by=ana)
    edition = factories.make_draft(edition.page, by=bo, title="Better")
    publishing.approve(**factories.approval(edition))
    assert Edition.objects.live().get().written_by == "Ana Roe, RN; Bo Lund, RN"


def test_the_printed_references_are_kept_as_they_stood_at_approval():
    reference = factories.make_reference("spoke-2001", source_text="As received.")
    live = factories.make_live(body='<p>A<cite data-reference="spoke-2001">S</cite></p>')
    reference.source_text = "Changed since."
    reference.save()
    assert live.citations.get().printed == "As received."


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"evidence_checked": False}, "Tick that you have checked the evidence"),
        ({"evidence_checked": "on"}, "Tick that you have checked the evidence"),
        ({"due_by": None}, "Give the day of the next review"),
        ({"due_by": timezone.localdate()}, "after today"),
        ({"due_by": timezone.now() + 99 * DAY}, "Give the day of the next review"),
        ({"version": 99}, "Somebody saved this text since"),
    ],
)
def test_an_incomplete_approval_is_refused(fields, sentence):
    edition = factories.make_submitted()
    with pytest.raises(publishing.Refusal, match=sentence):
        publishing.approve(**factories.approval(edition, **fields))
    assert not Edition.objects.live().exists()
    assert not Review.objects.exists()


def test_nobody_approves_words_of_their_own():
    ana, bo = factories.make_user(), factories.make_user()
    edition = factories.make_submitted(by=ana)
    edition = factories.make_draft(edition.page, by=bo, title="Changed by the reviewer")
    for writer in (ana, bo):
        with pytest.raises(publishing.Refusal, match="You wrote words"):
            publishing.approve(**factories.approval(edition, by=writer))


def test_a_draft_is_not_approved():
    draft = factories.make_draft()
    with pytest.raises(publishing.Refusal, match="Only a text in review"):
        publishing.approve(**factories.approval(draft))


def test_no_language_is_approved_without_its_disclaimer():
    edition = factories.make_submitted(language="es")
    with pytest.raises(publishing.Refusal, match="no disclaimer in the language “es”"):
        publishing.approve(**factories.approval(edition))


def test_scheduling_needs_a_time_to_come():
    edition = factories.make_submitted()
    past = timezone.now() - DAY
    with pytest.raises(publishing.Refusal, match="That time is past"):
        publishing.schedule(**factories.approval(edition), publish_at=past)


def test_scheduling_needs_a_time_zone():
    edition, naive = factories.make_submitted(), datetime.datetime(2100, 1, 1)  # noqa: DTZ001
    with pytest.raises(publishing.Refusal, match="with its time zone"):
        publishing.schedule(**factories.approval(edition), publish_at=naive)


def test_sending_back_needs_a_reason_and_keeps_the_holder():
    ana, bo = factories.make_user(), factories.make_user()
    edition = factories.make_submitted(by=ana)
    with pytest.raises(publishing.Refusal, match="Say what is to be changed"):
        publishing.send_back(edition=edition, by=bo, reason=" \u200b")
    publishing.send_back(edition=edition, by=bo, reason="The last step is missing.")
    edition = Edition.objects.get()
    assert (edition.state, edition.held_by) == ("draft", ana)
    assert AuditEntry.objects.get(action="send back").reason == "The last step is missing."


def test_the_same_review_is_not_recorded_twice():
    reviewer, edition = factories.make_user(), factories.make_imported()
    checked = {"edition": edition, "by": reviewer, "evidence_checked": True}
    with time_machine.travel(timezone.now(), tick=False):
        publishing.review_unchanged(**checked, due_by=factories.LATER)
        with pytest.raises(publishing.Refusal, match="a moment ago"):
            publishing.review_unchanged(**checked, due_by=factories.LATER - DAY)
    assert Review.objects.get().due_by == factories.LATER


def test_only_live_text_is_reviewed_unchanged():
    draft = factories.make_draft()
    with pytest.raises(publishing.Refusal, match="patients read now"):
        publishing.review_unchanged(
            edition=draft, by=factories.make_user(), evidence_checked=True, due_by=factories.LATER
        )


def test_nobody_reviews_their_own_text_again():
    ana = factories.make_user()
    live = factories.make_live(by=ana)
    with pytest.raises(publishing.Refusal, match="You wrote words"):
        publishing.review_unchanged(
            edition=live, by=ana, evidence_checked=True, due_by=factories.LATER
        )


# Taking down


def test_one_person_alone_withdraws_even_words_of_their_own():
    ana = factories.make_user()
    live = factories.make_live(by=ana)
    publishing.withdraw(edition=live, by=ana, reason="A mistake.")
    assert Edition.objects.withdrawn().get().withdrawn_reason == "A mistake."


def test_withdrawing_cancels_what_is_scheduled():
    page = factories.make_treatment()
    live = factories.make_live(page)
    factories.make_scheduled(page)
    publishing.withdraw(edition=live, by=factories.make_user(), reason="A mistake.")
    assert not Edition.objects.scheduled().exists()
    assert actions()[-2:] == ["withdraw", "cancel schedule"]


def test_withdrawing_keeps_what_is_scheduled_where_told_so():
    page = factories.make_treatment()
    live, scheduled = factories.make_live(page), factories.make_scheduled(page)
    publishing.withdraw(
        edition=live, by=factories.make_user(), reason="A mistake.", keep_scheduled=True
    )
    assert Edition.objects.scheduled().get() == scheduled


def test_withdrawing_needs_a_reason_and_live_text():
    live, user = factories.make_live(), factories.make_user()
    with pytest.raises(publishing.Refusal, match="Say why"):
        publishing.withdraw(edition=live, by=user, reason="")
    publishing.withdraw(edition=live, by=user, reason="A mistake.")
    with pytest.raises(publishing.Refusal, match="patients read now"):
        publishing.withdraw(edition=live, by=user, reason="Again.")


def test_what_is_not_scheduled_is_not_called_off():
    live = factories.make_live()
    with pytest.raises(publishing.Refusal, match="not scheduled"):
        publishing.cancel_schedule(edition=live, by=factories.make_user(), reason="x")


# Every verb


def deeds():
    """{verb: (the permission it asks for, a call of it that would succeed, as `by`)}."""
    write, approve = publishing.WRITE, publishing.APPROVE
    make, do = factories, publishing
    words = {"title": "T", "body": "<p>B</p>"}
    checked = {"evidence_checked": True, "due_by": make.LATER}
    soon = timezone.now() + DAY
    return {
        "save": (write, lambda by: do.save_words(page=make.make_treatment(), by=by, **words)),
        "restore": (write, lambda by: do.restore(edition=make.make_live(), by=by)),
        "submit": (write, lambda by: do.submit(edition=make.make_draft(by=by), by=by, version=1)),
        "take over": (write, lambda by: do.take_over(edition=make.make_draft(), by=by)),
        "discard": (write, lambda by: do.discard(edition=make.make_draft(by=by), by=by)),
        "send back": (
            approve,
            lambda by: do.send_back(edition=make.make_submitted(), by=by, reason="x"),
        ),
        "approve": (approve, lambda by: do.approve(**make.approval(make.make_submitted(), by=by))),
        "schedule": (
            approve,
            lambda by: do.schedule(**make.approval(make.make_submitted(), by=by), publish_at=soon),
        ),
        "review unchanged": (
            approve,
            lambda by: do.review_unchanged(edition=make.make_imported(), by=by, **checked),
        ),
        "withdraw": (approve, lambda by: do.withdraw(edition=make.make_live(), by=by, reason="x")),
        "cancel schedule": (
            approve,
            lambda by: do.cancel_schedule(edition=make.make_scheduled(), by=by, reason="x"),
        ),
    }


@pytest.mark.parametrize("verb", deeds())
def test_each_verb_writes_its_line_into_the_audit_trail(verb):
    by = factories.make_user("the-doer")
    deeds()[verb][1](by)
    entry = AuditEntry.objects.filter(action=verb).last()
    assert entry.actor == "the-doer"
    assert entry.subject


def without(permission):
    """Somebody who may do everything but this."""
    return factories.make_user(may=[name for name in factories.ALL if name not in permission])


@pytest.mark.parametrize("verb", deeds())
def test_each_verb_asks_for_its_permission(verb):
    permission, deed = deeds()[verb]
    if verb in ("submit", "discard"):
        deed = by_its_holder(verb)
    with pytest.raises(publishing.NotAllowed, match="Ask a Manager"):
        deed(without(permission))


def by_its_holder(verb):
    """The deed on a draft that was handed to somebody who has lost the permission since."""

    def deed(by):
        draft = factories.make_draft()
        Edition.objects.filter(pk=draft.pk).update(held_by=by)
        getattr(publishing, verb)(edition=draft, by=by, **seen(verb))

    return deed


def seen(verb):
    return {"version": 1} if verb == "submit" else {}


def test_a_verb_that_fails_changes_nothing(monkeypatch):
    edition = factories.make_submitted()

    def fail(**kwargs):
        raise RuntimeError

    approval = factories.approval(edition)
    monkeypatch.setattr(AuditEntry.objects, "record", fail)
    with pytest.raises(RuntimeError):
        publishing.approve(**approval)
    assert Edition.objects.get().state == "in review"
    assert not Review.objects.exists()
