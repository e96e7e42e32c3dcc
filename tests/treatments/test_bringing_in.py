"""A leaflet that was read becomes a draft, with its references, in one transaction."""

import pytest

from tests import factories
from treatments import bringing_in, publishing, referencing
from treatments.bringing_in import NewPage, UnderWay, save_draft
from treatments.intake.document import Document, Source
from treatments.models import AuditEntry, Edition, Page, Reference, Topic, Treatment

pytestmark = pytest.mark.django_db

WHEELER = "Wheeler A, Spoke B. Brakes that stop a rider. J Cycl 2001; 7: 20-29."
SPOKE = "Spoke B. Chains. J Cycl 2002; 8: 30-39."
AUTHOR = ["write_edition", "add_treatment", "add_topic", "add_reference"]


def marker(number):
    return f'<cite data-reference="source-{number}">{number}</cite>'


CITING = f"<p>Pads wear{marker(1)}.</p>"


def leaflet(*references, body=CITING, **fields):
    given = [Source(one) if isinstance(one, str) else one for one in references or (WHEELER,)]
    fields = {"name": "brakes.docx", "form": "Word document", "title": "Brakes"} | fields
    return Document(body=body, references=tuple(given), **fields)


def save(document=None, *, by=None, where=None, **given):
    return save_draft(
        by=by or factories.make_user(may=AUTHOR),
        document=document or leaflet(),
        where=where or NewPage(Topic),
        **{"title": "Brakes", "chosen": {}, "cite_all": False} | given,
    )


def test_it_becomes_a_draft_of_whoever_brings_it_in():
    ana = factories.make_user(may=AUTHOR)
    draft = save(by=ana)
    assert (draft.state, draft.origin) == (Edition.State.DRAFT, Edition.Origin.WRITTEN)
    assert (draft.author, draft.held_by) == (ana, ana)
    assert draft.note == "Brought in from the file “brakes.docx”."
    assert draft.page.kind == Page.Kind.TOPIC
    assert not Edition.objects.live().exists()


def test_somebody_else_has_to_approve_it():
    ana = factories.make_user(may=[*AUTHOR, "approve_edition"])
    draft = save(by=ana)
    submitted = publishing.submit(edition=draft, by=ana, version=draft.version)
    with pytest.raises(publishing.Refusal, match="somebody else"):
        publishing.approve(**factories.approval(submitted, by=ana))


def test_its_references_are_added_unverified_and_cited():
    draft = save()
    added = Reference.objects.get()
    assert (added.source_text, added.year, added.verified_at) == (WHEELER, "2001", None)
    assert f'<p>Pads wear<cite data-reference="{added.key}">Wheeler A, Spoke B 2001' in draft.body
    assert [citation.reference for citation in draft.citations.all()] == [added]


def test_a_reference_that_is_here_is_cited_instead():
    here = factories.make_reference("wheeler-2001")
    draft = save(chosen={1: here.pk})
    assert 'data-reference="wheeler-2001"' in draft.body
    assert Reference.objects.count() == 1


def test_a_treatment_gets_its_topic_and_kind():
    topic = Topic.objects.get(pk=factories.make_topic().pk)
    draft = save(where=NewPage(Treatment, topic, "medications"))
    assert (draft.page.topic_id, draft.page.treatment_kind) == (topic.pk, "medications")


def test_a_page_that_exists_gets_its_next_edition_and_patients_read_on():
    live = factories.make_live(body="<p>Old.</p>")
    draft = save(where=live.page, title="New brakes")
    assert (draft.page, draft.number, draft.title) == (live.page, 2, "New brakes")
    assert Edition.objects.live().get() == live


@pytest.mark.parametrize("make", [factories.make_draft, factories.make_submitted])
def test_a_working_edition_is_never_overwritten(make):
    working = make(body="<p>Theirs.</p>")
    with pytest.raises(UnderWay, match="Finish or discard it first"):
        save(where=working.page)
    working.refresh_from_db()
    assert working.body == "<p>Theirs.</p>"
    assert not Reference.objects.exists()


def test_it_is_audited_with_the_name_of_the_file():
    draft = save()
    entry = AuditEntry.objects.get(action="bring in")
    assert entry.subject == str(draft)
    assert entry.after["file"] == "brakes.docx"
    assert entry.after["references added"] == [Reference.objects.get().key]


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"title": " "}, "needs a title"),
        ({"title": "x" * 201}, "longer than 200"),
        ({"chosen": {1: 999}}, "not here any more"),
        ({"document": leaflet(body='<p><cite data-reference="strange">x</cite></p>')}, "strange"),
    ],
)
def test_a_refusal_leaves_nothing_behind(given, sentence):
    with pytest.raises(publishing.Refusal, match=sentence):
        save(**given)
    assert not Page.objects.exists()
    assert not Reference.objects.exists()
    assert not AuditEntry.objects.exists()


@pytest.mark.parametrize("missing", ["write_edition", "add_topic", "add_reference"])
def test_who_may_not_write_add_pages_or_references_brings_nothing_in(missing):
    nobody = factories.make_user(may=[one for one in AUTHOR if one != missing])
    with pytest.raises(publishing.NotAllowed):
        save(by=nobody)
    assert not Page.objects.exists()


def test_what_is_cited_nowhere_can_be_cited_behind_the_last_words():
    document = leaflet(WHEELER, SPOKE, body=f"<p>Pads{marker(1)}.</p>\n<p>Chains.</p>")
    draft = save(document, cite_all=True)
    assert draft.body.count("<cite") == 2
    assert draft.body.endswith("Spoke B 2002</cite></p>")
    assert draft.citations.count() == 2


def test_behind_a_table_they_stand_alone():
    document = leaflet(body="<ul><li>pads</li></ul>")
    assert bringing_in.with_all_cited(document) == f"<ul><li>pads</li></ul>\n<p>{marker(1)}</p>"


def test_a_source_twice_in_a_file_is_added_once():
    save(leaflet(WHEELER, WHEELER, body=f"<p>Pads{marker(1)}, chains{marker(2)}.</p>"))
    assert Reference.objects.count() == 1


# What is here already


def proposal(source, **fields):
    (found,) = bringing_in.proposals(leaflet(source, **fields))
    return found


def test_the_same_doi_is_the_same_source():
    here = factories.make_reference(doi="10.5555/brakes")
    assert proposal(Source("Something else", doi="10.5555/brakes")).same == [here]


def test_the_same_words_are_the_same_source():
    here = factories.make_reference(source_text="The Society. Pads. 1998.", title="", year="")
    assert proposal("The Society. Pads. 1998.").same == [here]


def test_the_same_title_and_year_are_alike():
    here = factories.make_reference(title="Brakes that stop a rider", year="2001")
    found = proposal("A. Wheeler & B. Spoke (2001): Brakes that stop a rider. Journal of Cycling")
    assert (found.same, found.alike) == ([], [here])


def test_another_year_or_a_short_title_is_another_source():
    factories.make_reference(title="Brakes that stop a rider", year="2002")
    factories.make_reference(title="Brakes", year="2001")
    assert proposal(WHEELER.replace("Wheeler", "Ham")).here == []


def test_a_merged_reference_is_proposed_as_the_one_that_stays():
    kept = factories.make_reference(source_text="Kept.")
    factories.make_reference(source_text=WHEELER, title="Brakes", year="2001", merged_into=kept)
    assert proposal(WHEELER).here == []


def test_a_source_that_cannot_be_another_one_is_refused_with_what_is_here():
    here = factories.make_reference(doi="10.5555/brakes")
    with pytest.raises(referencing.Known, match="Source 1: This source is here already") as known:
        save(leaflet(Source("Something else", doi="10.5555/brakes")))
    assert known.value.others == [here]


def test_how_many_queries_does_not_depend_on_how_many_sources(django_assert_num_queries):
    many = [f"Ham Q. Dirt of kind {n}. Wheel Rev {1900 + n}; 1: 2-3." for n in range(100)]
    with django_assert_num_queries(2):
        bringing_in.proposals(leaflet(*many))
