"""Figures kept beside the texts: made by saving, made anew where the rules changed."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from tests import factories
from treatments import advice, measuring, plain_words, publishing
from treatments.models import AuditEntry, Edition, Measurement, PlainWord

pytestmark = pytest.mark.django_db
BODY = "<p>Utilize the derailleur prior to riding. Look.</p>"


def make_live_term(word, **fields):
    return factories.make_live(
        factories.make_term(**fields), title=word, summary="A part.", body=""
    )


def unmeasured(**more):
    return set(measuring.unmeasured(measuring.rules(), **more))


# Saving


def test_saving_measures_the_words_in_the_same_transaction():
    edition = factories.make_draft(body=BODY)
    kept = Measurement.objects.get(edition=edition)
    assert (kept.words, kept.sentences, kept.version) == (7, 2, 1)
    assert kept.by_kind == {"word": 2}
    assert kept.findings == 2


def test_saving_again_replaces_the_figures():
    edition = factories.make_draft(body=BODY)
    factories.make_draft(edition.page, by=edition.author, body="<p>Look.</p>")
    kept = Measurement.objects.get()
    assert (kept.words, kept.version) == (1, 2)


def test_restoring_measures_too():
    live = factories.make_live(body=BODY)
    draft = publishing.restore(edition=live, by=factories.make_user())
    assert draft.measurement.words == 7


def test_a_draft_takes_its_figures_with_it():
    edition = factories.make_draft()
    publishing.discard(edition=edition, by=edition.held_by)
    assert not Measurement.objects.exists()


@pytest.mark.parametrize("error", [ZeroDivisionError, RecursionError, IntegrityError])
def test_a_save_stands_whatever_goes_wrong_with_measuring(monkeypatch, caplog, error):
    def fail(*args):
        raise error("Secret words.")

    monkeypatch.setattr(measuring, "report", fail)
    edition = factories.make_draft(title="Brakes")
    assert Edition.objects.get(pk=edition.pk).title == "Brakes"
    assert not Measurement.objects.exists()
    assert error.__name__ in caplog.text
    assert "Secret" not in caplog.text


def test_a_refusal_of_the_database_leaves_the_save_whole(monkeypatch):
    def fail(*args):
        with connection.cursor() as cursor:
            cursor.execute("SELECT nothing FROM nowhere")

    monkeypatch.setattr(measuring, "report", fail)
    edition = factories.make_draft(title="Brakes")
    assert Edition.objects.get(pk=edition.pk).contributors.count() == 1


def test_a_text_longer_than_any_page_is_not_measured_while_others_wait():
    edition = factories.make_draft(body=BODY)
    long = f"<p>{'oil ' * measuring.LONGEST}</p>"
    factories.make_draft(edition.page, by=edition.author, body=long)
    assert not Measurement.objects.exists()
    assert unmeasured() == {edition}


def test_figures_survive_approval_and_approved_words_can_be_measured_anew():
    live = factories.make_live(body=BODY)
    Measurement.objects.all().delete()
    list(measuring.measure(Edition.objects.all(), measuring.rules()))
    assert live.measurement.words == 7


# What is measured anew


def test_only_what_patients_read_or_somebody_works_on_is_measured():
    page = factories.make_live().page
    shown = {factories.make_live(page), factories.make_draft(page)}
    factories.make_withdrawn()
    Measurement.objects.all().delete()
    assert unmeasured() == shown


def test_imported_texts_are_not_measured_until_they_are_asked_for():
    imported = factories.make_imported()
    assert unmeasured() == {imported}
    assert list(measuring.measure(Edition.objects.all(), measuring.rules())) == [(1, 1)]
    assert unmeasured() == set()


def test_a_new_hard_word_makes_figures_old():
    live = factories.make_live()
    plain_words.save(by=factories.make_user(), word="lever", instead="handle")
    assert unmeasured() == {live}


def test_a_new_term_makes_figures_old_and_one_that_is_withdrawn_too():
    live = factories.make_live()
    term = make_live_term("lever")
    assert unmeasured() == {live, term}
    list(measuring.measure(measuring.unmeasured(measuring.rules()), measuring.rules()))
    publishing.withdraw(edition=term, by=factories.make_user(), reason="x")
    assert unmeasured() == {live}


def test_words_that_changed_behind_our_back_make_figures_old():
    draft = factories.make_draft()
    Edition.objects.update(version=7)
    assert unmeasured() == {draft}


def test_everything_is_measured_anew_where_that_is_asked_for():
    live = factories.make_live()
    assert unmeasured() == set()
    assert unmeasured(anew=True) == {live}


def test_measuring_many_costs_queries_by_the_hundred():
    for _ in range(3):
        factories.make_imported()
    with CaptureQueriesContext(
        connection,
    ) as few:
        list(measuring.measure(Edition.objects.all(), measuring.rules()))
    for _ in range(5):
        factories.make_imported()
    with CaptureQueriesContext(connection) as many:
        list(measuring.measure(Edition.objects.all(), measuring.rules()))
    assert len(few) == len(many)


# The report


def test_the_words_of_the_glossary_are_left_out_of_the_second_figures():
    make_live_term("derailleur", other_spellings="gear shifter")
    found = measuring.report(
        "treatment", "", "<p>Oil the derailleurs. A gear shifter.</p>", rules()
    )
    assert (found.figures.words, found.without.words) == (6, 3)
    assert found.without.sentences == 2


def rules():
    return measuring.rules()


def test_a_hard_word_that_the_glossary_explains_is_no_finding():
    make_live_term("utilize")
    assert measuring.report("treatment", "", "<p>Utilize it.</p>", rules()).findings == []


def test_a_draft_of_a_term_is_no_word_of_the_glossary_yet():
    factories.make_draft(factories.make_term(), title="derailleur")
    assert rules().terms == ()


def test_the_meaning_of_a_term_is_part_of_its_text():
    found = measuring.report("term", "Utilize <it>.", "<p>Utilized it.</p>", rules())
    assert found.figures.words == 4
    assert [each.place for each in found.findings] == [measuring.SUMMARY]


def test_the_summary_of_a_treatment_is_no_part_of_its_text():
    assert measuring.report("treatment", "Utilize it.", "<p>Go.</p>", rules()).figures.words == 1


def test_places_of_a_term_are_those_of_its_body():
    found = measuring.report("term", "A part.", "<p>Utilize it.</p>", rules())
    assert [each.place for each in found.findings] == [0]


# The hospital's own words


def test_own_words_stand_beside_the_shipped_ones_and_go_before_them():
    by = factories.make_user()
    plain_words.save(by=by, word="  Utilize ", instead="take")
    plain_words.save(by=by, word="Velocipede", instead="bicycle")
    plain = rules().plain
    assert (plain["utilize"], plain["velocipede"]) == ("take", "bicycle")
    assert len(plain) == len(advice.shipped()) + 1


def test_a_shipped_word_can_be_switched_off_and_on_again():
    by = factories.make_user()
    off = plain_words.save(by=by, word="utilize", instead="")
    assert "utilize" not in rules().plain
    plain_words.delete(by=by, listed=off)
    assert rules().plain["utilize"] == "use"


def test_each_change_of_the_list_is_audited():
    by = factories.make_user()
    listed = plain_words.save(by=by, word="velocipede", instead="bike")
    plain_words.save(by=by, word="velocipede", instead="bicycle", listed=listed)
    plain_words.delete(by=by, listed=listed)
    told = AuditEntry.objects.filter(subject="hard word “velocipede”")
    assert [(each.action, each.before, each.after) for each in told] == [
        ("add hard word", {}, {"word": "velocipede", "plain words": "bike"}),
        (
            "change hard word",
            {"word": "velocipede", "plain words": "bike"},
            {"word": "velocipede", "plain words": "bicycle"},
        ),
        ("delete hard word", {"word": "velocipede", "plain words": "bicycle"}, {}),
    ]


def test_only_managers_change_the_list():
    author = factories.make_user(may=["write_edition", "approve_edition"])
    with pytest.raises(publishing.NotAllowed):
        plain_words.save(by=author, word="velocipede", instead="bicycle")
    listed = PlainWord.objects.create(word="velocipede")
    with pytest.raises(publishing.NotAllowed):
        plain_words.delete(by=author, listed=listed)


@pytest.mark.parametrize(("word", "said"), [(" ", "Give the hard word"), ("A  b", "already")])
def test_no_word_and_a_word_twice_are_refused_in_a_sentence(word, said):
    by = factories.make_user()
    plain_words.save(by=by, word="a b", instead="c")
    with pytest.raises(publishing.Refusal, match=said):
        plain_words.save(by=by, word=word, instead="d")


@pytest.mark.parametrize("word", ["", "VELOCIPEDE"])
def test_the_database_refuses_them_too(word):
    PlainWord.objects.create(word="velocipede")
    with pytest.raises(IntegrityError), transaction.atomic():
        PlainWord.objects.create(word=word)
