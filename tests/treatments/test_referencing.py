"""The verbs of references: adding, importing, verifying, merging, deleting; and what pages show."""

import pytest
from django.db import IntegrityError, connection, transaction

from tests import factories
from treatments import citations, publishing, reading, reference_formats, referencing
from treatments.models import AuditEntry, Reference
from treatments.referencing import Alike, Known, NotAllowed, Outdated, Refusal

pytestmark = pytest.mark.django_db
ALL = ["add_reference", "change_reference", "delete_reference"]
WORDS = {"authors": "Spoke B", "title": "Round wheels", "year": "2002"}


@pytest.fixture
def ana():
    return factories.make_user("ana", may=ALL)


def cite(*references):
    return "".join(citations.marker(reference.key, reference.label()) for reference in references)


def live_citing(*references, page=None):
    return factories.make_live(page, body=f"<p>Oil it.{cite(*references)}</p>", title="Chains")


def printed_on(page):
    """[(number, words, retracted)] of the references below a live page."""
    _, _, references = reading.read(reading.live().get(page=page))
    return [(entry.number, entry.printed, bool(entry.retraction)) for entry in references]


def records(*titles, **more):
    lines = "".join(f"{tag}  - {value}\n" for tag, value in more.items())
    text = "".join(f"TY  - JOUR\nTI  - {title}\nPY  - 2002\n{lines}ER  - \n" for title in titles)
    return reference_formats.read(text).records


# Adding


def test_a_reference_gets_a_key_of_surname_and_year(ana):
    assert referencing.add(by=ana, fields=WORDS).key == "spoke-2002"


def test_where_the_key_is_taken_a_letter_follows(ana):
    factories.make_reference("spoke-2002")
    keys = [referencing.add(by=ana, fields=WORDS | {"title": title}).key for title in ("X", "Y")]
    assert keys == ["spoke-2002b", "spoke-2002c"]


def test_a_key_of_ones_own_is_kept_and_has_its_form(ana):
    assert referencing.add(by=ana, fields=WORDS, key="wheels").key == "wheels"
    with pytest.raises(Refusal, match="small letters"):
        referencing.add(by=ana, fields=WORDS | {"title": "X"}, key="My_Wheels")


def test_the_key_of_a_society_with_a_long_name_fits(ana):
    authors = "Society of " + "Very " * 30 + "Round Wheels"
    assert len(referencing.add(by=ana, fields=WORDS | {"authors": authors}).key) <= 80


def test_typed_fields_are_what_patients_read_until_verified(ana):
    found = referencing.add(by=ana, fields=WORDS)
    assert found.printed() == "Spoke B. Round wheels. 2002."
    assert found.verified_at is None


def test_a_text_as_received_is_parted_where_it_can_be(ana):
    text = "Spoke B. Round wheels. J Cycl 2002; 8: 3-9."
    found = referencing.add(by=ana, fields={"source_text": text})
    assert (found.key, found.title, found.journal) == ("spoke-2002", "Round wheels", "J Cycl")
    assert found.printed() == text


def test_a_reference_needs_something_to_print(ana):
    with pytest.raises(Refusal, match="Write the title"):
        referencing.add(by=ana, fields={"doi": "10.5555/x"})


def test_identifiers_are_kept_in_one_form(ana):
    given = {"doi": "https://doi.org/10.5555/WHEEL", "pmid": "PMID: 99999901"}
    found = referencing.add(by=ana, fields=WORDS | given)
    assert (found.doi, found.pmid) == ("10.5555/wheel", "99999901")


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("doi", "11.5555/x", "A DOI begins with 10"),
        ("pmid", "12a", "one to eight digits"),
        ("url", "ftp://example.org/x", "begins with http"),
        ("url", "javascript:alert(1)", "begins with http"),
    ],
)
def test_identifiers_that_make_no_sense_are_refused(ana, field, value, sentence):
    with pytest.raises(Refusal, match=sentence):
        referencing.add(by=ana, fields=WORDS | {field: value})


# The same source twice


@pytest.mark.parametrize(
    ("here", "typed"),
    [
        ({"doi": "10.5555/Wheel"}, {"doi": "https://doi.org/10.5555/wHEEL"}),
        ({"pmid": "99999901"}, {"pmid": "PMID 99999901"}),
    ],
)
def test_a_source_is_recognised_by_its_identifiers(ana, here, typed):
    other = factories.make_reference(**here)
    with pytest.raises(Known) as refusal:
        referencing.add(by=ana, fields=WORDS | typed, although_alike=True)
    assert refusal.value.others == [other]


def test_a_source_with_the_same_title_and_year_is_saved_only_when_told_so(ana):
    other = factories.make_reference(title="ROUND  wheels.", year="2002")
    with pytest.raises(Alike) as refusal:
        referencing.add(by=ana, fields=WORDS)
    assert refusal.value.others == [other]
    assert referencing.add(by=ana, fields=WORDS, although_alike=True).pk


def test_the_same_title_in_another_year_is_another_source(ana):
    factories.make_reference(title="Round wheels", year="2001")
    assert referencing.add(by=ana, fields=WORDS).pk


def test_a_change_that_makes_two_the_same_is_refused(ana):
    factories.make_reference(doi="10.5555/wheel")
    found = factories.make_reference()
    with pytest.raises(Known):
        referencing.edit(reference=found, by=ana, version=0, fields={"doi": "10.5555/wheel"})


def test_two_that_are_alike_can_still_be_corrected(ana):
    factories.make_reference(title="Round wheels", year="2002")
    found = factories.make_reference(title="Round wheels", year="2002")
    edited = referencing.edit(reference=found, by=ana, version=0, fields={"pages": "3-9"})
    assert edited.pages == "3-9"


@pytest.mark.parametrize("field", ["doi", "pmid"])
def test_the_database_refuses_the_same_identifier_twice(field):
    one, two = {"doi": ("10.5555/W", "10.5555/w"), "pmid": ("9", "9")}[field]
    factories.make_reference(**{field: one})
    with pytest.raises(IntegrityError), transaction.atomic():
        factories.make_reference(**{field: two})


def test_looking_for_doubles_costs_one_query(django_assert_num_queries):
    found = [factories.make_reference(doi=f"10.5555/{number}") for number in range(9)]
    with django_assert_num_queries(1):
        referencing.doubles(found)


# Changing


def test_a_change_made_meanwhile_is_not_overwritten(ana):
    found = factories.make_reference()
    referencing.edit(reference=found, by=ana, version=0, fields={"title": "New"})
    with pytest.raises(Outdated, match="nothing was overwritten") as refusal:
        referencing.edit(reference=found, by=ana, version=0, fields={"title": "Mine"})
    assert refusal.value.reference.title == "New"


def test_saving_without_a_change_changes_nothing(ana):
    found = factories.make_reference()
    referencing.edit(reference=found, by=ana, version=0, fields={"title": found.title})
    assert Reference.objects.get().version == 0
    assert not AuditEntry.objects.exists()


def test_a_composed_text_follows_the_fields_and_a_received_one_stays(ana):
    composed = referencing.add(by=ana, fields=WORDS)
    received = factories.make_reference(source_text="As received.")
    texts = [
        referencing.edit(reference=found, by=ana, version=0, fields={"title": "X"}).source_text
        for found in (composed, received)
    ]
    assert texts == ["Spoke B. X. 2002.", "As received."]


def test_changing_what_is_printed_takes_the_verification_back(ana):
    found = referencing.verify(reference=factories.make_reference(), by=ana, version=0)
    found = referencing.edit(reference=found, by=ana, version=1, fields={"doi": "10.5555/x"})
    assert found.verified_by == ana
    found = referencing.edit(reference=found, by=ana, version=2, fields={"title": "X"})
    assert (found.verified_by, found.verified_at) == (None, None)


def test_the_key_never_changes(ana):
    found = factories.make_reference()
    with pytest.raises(ValueError, match="key"):
        referencing.edit(reference=found, by=ana, version=0, fields={"key": "other"})


# Verifying


def test_verifying_says_who_and_when_and_prints_in_vancouver_style(ana):
    found = referencing.verify(reference=factories.make_reference(), by=ana, version=0)
    assert found.verified_by == ana
    assert found.printed().endswith("J Cycl. 2001;7:20-9.")


@pytest.mark.parametrize("lacking", ["title", "year"])
def test_verifying_needs_title_and_year(ana, lacking):
    found = factories.make_reference(**{lacking: ""})
    with pytest.raises(Refusal, match="title and the year"):
        referencing.verify(reference=found, by=ana, version=0)


def test_verifying_changes_drafts_and_leaves_approved_texts(ana):
    found = factories.make_reference()
    live = live_citing(found)
    draft = factories.make_draft(body=f"<p>Oil.{cite(found)}</p>")
    received = found.source_text
    verified = referencing.verify(reference=found, by=ana, version=0)
    assert live.citations.get().printed == received
    assert draft.citations.get().printed == verified.printed() != received


def test_nobody_verifies_words_that_they_have_not_seen(ana):
    found = factories.make_reference()
    referencing.edit(reference=found, by=ana, version=0, fields={"title": "New"})
    with pytest.raises(Outdated):
        referencing.verify(reference=found, by=ana, version=0)


def test_a_verification_can_be_taken_back(ana):
    found = referencing.verify(reference=factories.make_reference(), by=ana, version=0)
    found = referencing.unverify(reference=found, by=ana, version=1)
    assert found.printed() == found.source_text
    with pytest.raises(Refusal, match="not verified"):
        referencing.unverify(reference=found, by=ana, version=2)


# Retraction


def test_a_retraction_shows_at_once_on_approved_pages_and_in_the_list(ana, client):
    found = factories.make_reference()
    page = live_citing(found).page
    referencing.mark_retracted(reference=found, by=ana, version=0, note="J Cycl 2003; 9: 1.")
    for address in (page.get_absolute_url(), "/references/"):
        text = client.get(address).content.decode()
        assert "Retracted: the journal has withdrawn this article." in text
        assert "J Cycl 2003" not in text


def test_a_retraction_that_was_a_mistake_is_taken_back(ana):
    found = referencing.mark_retracted(reference=factories.make_reference(), by=ana, version=0)
    referencing.mark_retracted(reference=found, by=ana, version=1, retracted=False)
    actions = list(AuditEntry.objects.values_list("action", flat=True))
    assert actions == ["mark retracted", "unmark retracted"]
    assert not Reference.objects.get().retracted


# Importing


def test_importing_adds_what_was_chosen(ana):
    found = records("Bells", "Horns", "Lamps", AU="Spoke, B")
    added = referencing.import_records(by=ana, records=found, chosen=[1, 3])
    assert [(reference.key, reference.title) for reference in added] == [
        ("spoke-2002a", "Bells"),
        ("spoke-2002b", "Lamps"),
    ]
    assert added[0].printed() == "Spoke B. Bells. 2002."
    assert AuditEntry.objects.filter(action="import reference").count() == 2


def test_a_retracted_article_is_imported_as_such(ana):
    text = "PMID- 99999901\nTI  - Bells\nPT  - Retracted Publication\n"
    found = reference_formats.read(text).records
    (added,) = referencing.import_records(by=ana, records=found, chosen=[1])
    assert (added.retracted, added.pmid) == (True, "99999901")


def test_the_preview_knows_what_is_here_and_what_stands_twice():
    factories.make_reference(doi="10.5555/bells")
    factories.make_reference(title="Horns!", year="2002")
    found = referencing.candidates(
        [
            *records("Bells", DO="10.5555/BELLS"),
            *records("Horns", "Lamps"),
            *records("", "x" * 1001),
        ]
    )
    told = [(c.is_new, c.can_be_added, c.is_alike, bool(c.obstacle)) for c in found]
    assert told == [
        (False, False, False, False),
        (False, True, True, False),
        (True, True, False, False),
        (False, False, False, True),
        (False, False, False, True),
    ]


def test_a_record_that_stands_twice_in_a_file_is_imported_once(ana):
    found = records("Bells", "Other bells", DO="10.5555/bells")
    assert [c.same_in_file for c in referencing.candidates(found)] == [None, 1]
    with pytest.raises(Known):
        referencing.import_records(by=ana, records=found, chosen=[1, 2])


@pytest.mark.parametrize(
    ("here", "chosen"),
    [({"pmid": "99999901"}, [1]), ({"title": "Bells", "year": "2002"}, [1]), ({}, [])],
)
def test_importing_is_all_or_nothing(ana, here, chosen):
    factories.make_reference(**here)
    found = records("Horns") + records("Bells", U1="99999901[pmid]")
    found = [*found[:1], *(reference_formats.Record(2, 1, r.fields) for r in found[1:])]
    with pytest.raises(Refusal):
        referencing.import_records(by=ana, records=found, chosen=[*chosen, *(2 for _ in chosen)])
    assert Reference.objects.count() == 1


def test_what_only_has_the_title_and_year_of_another_is_imported_when_told_so(ana):
    factories.make_reference(title="Bells", year="2002")
    found = records("Bells")
    with pytest.raises(Alike):
        referencing.import_records(by=ana, records=found, chosen=[1])
    assert referencing.import_records(by=ana, records=found, chosen=[], although_alike=[1])


def test_five_hundred_references_are_imported_without_asking_for_each(ana):
    text = "".join(f"TY  - JOUR\nTI  - Bells {n}\nPY  - 2002\nER  - \n" for n in range(500))
    found = reference_formats.read(text).records
    added = referencing.import_records(by=ana, records=found, chosen=range(1, 501))
    assert len({reference.key for reference in added}) == 500


# Merging


def test_after_merging_approved_text_keeps_its_words_and_the_key_its_number(ana):
    gone = factories.make_reference(source_text="The first spelling.")
    kept = factories.make_reference(source_text="The second spelling.")
    page = live_citing(gone).page
    referencing.merge(gone=gone, kept=kept, by=ana)
    assert printed_on(page) == [(1, "The first spelling.", False)]


def test_two_keys_of_one_source_get_one_number_on_a_page(ana):
    gone, other, kept = (factories.make_reference() for _ in range(3))
    page = factories.make_live(
        body=f"<p>A{cite(gone)} B{cite(other)} C{cite(kept)} D{cite(gone, kept)}</p>"
    ).page
    referencing.merge(gone=gone, kept=kept, by=ana)
    text, _, references = reading.read(reading.live().get(page=page))
    assert [entry.printed for entry in references] == [gone.source_text, other.source_text]
    assert references[0].anchors == ["cited-1", "cited-3", "cited-4"]
    assert text.body.count(">1</a>") == 3


def test_a_draft_cites_the_one_that_stays_from_its_next_save_on(ana):
    gone, kept = factories.make_reference(), factories.make_reference()
    draft = factories.make_draft(body=f"<p>A{cite(gone)}</p>", by=ana_who_writes())
    referencing.merge(gone=gone, kept=kept, by=ana)
    assert draft.citations.get().printed == kept.printed()
    saved = factories.make_draft(draft.page, by=draft.author, body=draft.body, title="New")
    assert saved.body == f"<p>A{cite(kept)}</p>"
    assert saved.citations.get().reference == kept


def ana_who_writes():
    return factories.make_user(may=factories.ALL)


def test_an_old_text_that_is_taken_up_again_cites_the_one_that_stays(ana):
    gone, kept = factories.make_reference(), factories.make_reference()
    live = live_citing(gone, kept)
    referencing.merge(gone=gone, kept=kept, by=ana)
    draft = publishing.restore(edition=live, by=ana_who_writes())
    assert citations.keys(draft.body) == [kept.key]
    assert draft.citations.get().reference == kept


def test_a_draft_approved_after_the_merge_prints_the_one_that_stays(ana):
    gone, kept = factories.make_reference(), factories.make_reference(source_text="Kept.")
    submitted = factories.make_submitted(body=f"<p>A{cite(gone)}</p>")
    referencing.merge(gone=gone, kept=kept, by=ana)
    publishing.approve(**factories.approval(submitted))
    assert printed_on(submitted.page) == [(1, "Kept.", False)]


def test_a_merged_reference_is_retracted_with_the_one_that_stays(ana):
    gone, kept = factories.make_reference(), factories.make_reference()
    page = live_citing(gone).page
    kept = referencing.merge(gone=gone, kept=kept, by=ana)
    referencing.mark_retracted(reference=kept, by=ana, version=kept.version)
    assert [retracted for _, _, retracted in printed_on(page)] == [True]


def test_what_only_the_merged_one_knows_goes_over(ana):
    gone = factories.make_reference(doi="10.5555/g", pmid="9", retracted=True, retraction_note="N")
    kept = factories.make_reference(doi="10.5555/k")
    kept = referencing.merge(gone=gone, kept=kept, by=ana)
    assert (kept.doi, kept.pmid) == ("10.5555/k", "9")
    assert (kept.retracted, kept.retraction_note) == (True, "N")


def test_merging_again_leads_from_every_old_key_to_the_last(ana):
    first, second, third = (factories.make_reference() for _ in range(3))
    referencing.merge(gone=first, kept=second, by=ana)
    referencing.merge(gone=second, kept=third, by=ana)
    assert set(Reference.objects.filter(merged_into=third)) == {first, second}


def test_merging_is_refused_where_it_makes_no_sense(ana):
    one, two, three = (factories.make_reference() for _ in range(3))
    with pytest.raises(Refusal, match="two different"):
        referencing.merge(gone=one, kept=one, by=ana)
    referencing.merge(gone=one, kept=two, by=ana)
    with pytest.raises(Refusal, match="merged into another"):
        referencing.merge(gone=three, kept=one, by=ana)


def test_the_database_refuses_a_reference_merged_into_itself():
    found = factories.make_reference()
    with pytest.raises(IntegrityError), transaction.atomic():
        Reference.objects.update(merged_into=found)


def test_the_public_list_shows_a_merged_source_once_with_all_its_pages(ana, client):
    gone = factories.make_reference(source_text="Gone.")
    kept = factories.make_reference(source_text="Kept.")
    live_citing(gone)
    live_citing(gone, kept)
    referencing.merge(gone=gone, kept=kept, by=ana)
    text = client.get("/references/").content.decode()
    assert (text.count("Kept."), text.count("Gone."), text.count(">Chains</a>")) == (1, 0, 2)


# Deleting


def test_a_cited_reference_is_not_deleted_and_the_sentence_says_where(ana):
    found = factories.make_reference()
    live = live_citing(found)
    factories.make_draft(body=f"<p>A{cite(found)}</p>", title="Pedals")
    factories.make_live(live.page, title="No source")
    with pytest.raises(Refusal) as refusal:
        referencing.delete(reference=found, by=ana)
    assert "“Chains” (edition 1, superseded)" in str(refusal.value)
    assert "“Pedals” (edition 1, draft)" in str(refusal.value)


def test_a_reference_is_not_deleted_while_a_merged_one_is_cited(ana):
    gone, kept = factories.make_reference(), factories.make_reference()
    live_citing(gone)
    referencing.merge(gone=gone, kept=kept, by=ana)
    with pytest.raises(Refusal, match="Chains"):
        referencing.delete(reference=kept, by=ana)


def test_an_uncited_reference_goes_with_those_merged_into_it(ana):
    gone, kept = factories.make_reference(), factories.make_reference()
    referencing.merge(gone=gone, kept=kept, by=ana)
    referencing.delete(reference=kept, by=ana)
    assert not Reference.objects.exists()
    assert AuditEntry.objects.filter(action="delete reference").count() == 2


@pytest.mark.parametrize(
    ("make", "state"),
    [
        (factories.make_live, "live"),
        (factories.make_scheduled, "scheduled"),
        (factories.make_withdrawn, "withdrawn"),
        (factories.make_submitted, "in review"),
    ],
)
def test_where_a_reference_is_used_is_told_in_the_words_of_the_portal(make, state):
    found = factories.make_reference()
    make(body=f"<p>A{cite(found)}</p>")
    assert [use.state for use in referencing.uses(found)] == [state]


# Every verb


def deeds():
    """{action: (its permission, a call of it that succeeds, as `by`)}."""
    make, do = factories.make_reference, referencing
    return {
        "add reference": ("add_reference", lambda by: do.add(by=by, fields=WORDS)),
        "import reference": (
            "add_reference",
            lambda by: do.import_records(by=by, records=records("Bells"), chosen=[1]),
        ),
        "edit reference": (
            "change_reference",
            lambda by: do.edit(reference=make(), by=by, version=0, fields={"title": "X"}),
        ),
        "verify reference": (
            "change_reference",
            lambda by: do.verify(reference=make(), by=by, version=0),
        ),
        "unverify reference": (
            "change_reference",
            lambda by: do.unverify(reference=verified(), by=by, version=1),
        ),
        "mark retracted": (
            "change_reference",
            lambda by: do.mark_retracted(reference=make(), by=by, version=0),
        ),
        "merge references": (
            "delete_reference",
            lambda by: do.merge(gone=make(), kept=make(), by=by),
        ),
        "delete reference": ("delete_reference", lambda by: do.delete(reference=make(), by=by)),
    }


def verified():
    somebody = factories.make_user(may=ALL)
    return referencing.verify(reference=factories.make_reference(), by=somebody, version=0)


@pytest.mark.parametrize("action", deeds())
def test_each_verb_writes_one_line_into_the_audit_trail(action, ana):
    deeds()[action][1](ana)
    entry = AuditEntry.objects.get(action=action)
    assert entry.actor == "ana"
    assert entry.subject.startswith("reference “")


@pytest.mark.parametrize("action", deeds())
def test_each_verb_asks_for_its_permission(action):
    permission, deed = deeds()[action]
    other = factories.make_user(may=[name for name in ALL if name != permission])
    with pytest.raises(NotAllowed, match="Ask a Manager"):
        deed(other)


def test_a_reference_with_a_hundred_authors_can_be_told_everywhere(ana):
    authors = ", ".join(f"Wheeler{number} AB" for number in range(400))
    found = referencing.add(by=ana, fields=WORDS | {"authors": authors})
    assert found.label() == "Wheeler0 AB et al 2002"
    factories.make_draft(body=f"<p>A{cite(found)}</p>")


@pytest.mark.parametrize(
    ("fields", "link"),
    [
        ({"url": "https://example.org/w", "doi": "10.5555/w"}, "https://example.org/w"),
        ({"doi": "10.5555/w<1>", "pmid": "9"}, "https://doi.org/10.5555/w%3C1%3E"),
        ({"pmid": "9"}, "https://pubmed.ncbi.nlm.nih.gov/9/"),
        ({}, ""),
    ],
)
def test_patients_are_led_to_the_source(fields, link):
    assert Reference(**fields).link() == link


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite takes any length")
def test_what_is_too_long_for_a_column_is_refused_in_a_sentence(ana):
    with pytest.raises(Refusal, match="at most 1000"):
        referencing.add(by=ana, fields=WORDS | {"title": "x" * 1001})
