"""Which texts answer an EHR; above all, which do not."""

import datetime

import pytest
from django.core.management import call_command
from django.utils import timezone

from tests import factories
from treatments import publishing
from treatments.infobutton import matching, naming, vain
from treatments.infobutton.request import Asked, Criterion
from treatments.models import Code, UnansweredCode

pytestmark = pytest.mark.django_db

TOPIC = "Treatment Options for Chronic Pain Due to Cancer"


def asked(*words, system=None, code=""):
    return of(Criterion(system=system, code=code, words=words))


def of(*criteria):
    return Asked(
        criteria=criteria, language="", format="xml", callback="", sub_topics=(), mirrored=()
    )


def titles(found):
    return [match.edition.title for match in found]


def matched(*words, **code):
    return titles(matching.match(asked(*words, **code)))


@pytest.fixture
def seed():
    call_command("loaddata", "cancer_pain", verbosity=0)


# Codes


@pytest.mark.parametrize(
    ("system", "code"),
    [
        ("ICD-10-CM", "G89.3"),
        ("ICD-10-CM", "g893"),
        ("ICD-9-CM", "3383"),
        ("SNOMED CT", "735935009"),
        ("MeSH", "D000072716"),
    ],
)
def test_a_code_of_the_topic_is_answered_by_it(seed, system, code):
    found = matching.match(asked(system=system, code=code))
    assert titles(found) == [TOPIC]
    assert [match.by for match in found] == ["code"]
    assert matching.is_certain(found) == (system != "MeSH")


@pytest.mark.parametrize(
    ("system", "code"),
    [
        ("ICD-10-CM", "G89"),  # above it
        ("ICD-10-CM", "G89.30"),
        ("ICD-10-CM", "S93.401A"),
        ("ICD-9-CM", "G89.3"),  # another system's
        ("SNOMED CT", "735935008"),  # a wrong check digit
        ("RxNorm", "5640"),
        ("RxNorm", "7052"),
        (None, "G89.3"),
    ],
)
def test_no_other_code_is(seed, system, code):
    assert matched(system=system, code=code) == []


def test_where_the_code_is_known_its_words_are_not_asked(seed):
    found = matched("Sprained ankle", "morphine", system="ICD-10-CM", code="G89.3")
    assert found == [TOPIC]


def test_where_the_code_is_not_known_its_words_answer(seed):
    found = matching.match(asked("Opioids", system="RxNorm", code="7052"))
    assert titles(found) == ["Opioids"]
    assert found[0].by == "words"
    assert not matching.is_certain(found)


def test_a_page_answers_once_whatever_names_it(seed):
    diagnosis = Criterion(system="ICD-10-CM", code="G89.3", words=())
    again = Criterion(system="ICD-9-CM", code="338.3", words=())
    found = matching.match(of(diagnosis, again))
    assert titles(found) == [TOPIC]
    assert matching.is_certain(found)


def test_two_pages_with_one_code_are_a_choice():
    for title in ("Front brakes", "Rear brakes"):
        live = factories.make_live(title=title)
        Code.objects.create(page=live.page, system="ICD-10-CM", code="V19.9")
    found = matching.match(asked(system="ICD-10-CM", code="V199"))
    assert titles(found) == ["Front brakes", "Rear brakes"]
    assert not matching.is_certain(found)


# Words


@pytest.mark.parametrize(
    ("words", "title"),
    [
        ("Opioids", "Opioids"),
        ("opioid", "Opioids"),
        ("Morphine Sulfate 15 MG Oral Tablet", "Opioids"),
        ("Ibuprofen 200 MG Oral Tablet", "Nonopioid Oral Medications (Pills)"),
        ("non-opioid analgesic", "Nonopioid Oral Medications (Pills)"),
        ("Drug pump", "Drug Pump (Intrathecal Drug Delivery System)"),
        ("Pain pump", "Drug Pump (Intrathecal Drug Delivery System)"),
        ("Intrathecal baclofen", "Drug Pump (Intrathecal Drug Delivery System)"),
        ("spinal pump", "Drug Pump (Intrathecal Drug Delivery System)"),
        ("Nerve block", "Neurolytic Blocks"),
        ("Pain due to cancer", TOPIC),
        ("Cancer pain", TOPIC),
    ],
)
def test_words_that_name_a_text_find_it(seed, words, title):
    assert title in matched(words)


@pytest.mark.parametrize(
    "words",
    [
        *("pump", "block", "blocks", "pain", "oral", "tablet", "pill", "Pills", "medication"),
        *("Insulin pump", "Heart block", "Oral tablet", "Chest pain", "Back pain", "Drug delivery"),
        *("Sprained ankle", "Sprain of ankle", "Breast cancer", "Cancer", "Exercise therapy"),
        *("External pump", "IV pump", "opioyd", "morfine", "ibuprofin", "neurolitic", ""),
        *("Diabetes mellitus type 2", "Wisdom tooth", "Hypertension", "the", "??", "%", "\x00"),
        *("Nerve", "Relaxation of uterus", "Infusion pump", "Pain relief", "Catheter"),
        '"pain"',
    ],
)
def test_words_that_may_be_meant_of_something_else_find_nothing(seed, words):
    assert matched(words) == []


def test_display_name_comes_before_what_was_typed(seed):
    assert matched("Opioids", "Neuroablation") == ["Opioids"]
    assert matched("Something else", "Neuroablation") == ["Neuroablation"]


def test_nonopioid_is_no_opioid(seed):
    assert "Opioids" not in matched("non-opioid analgesic")
    assert "Opioids" not in matched("Nonopioid")


def test_every_answer_says_why(seed):
    (match, *_) = matching.match(asked("Pain pump"))
    assert "synonym" in match.why
    (match, *_) = matching.match(asked("Intrathecal baclofen"))
    assert "distinctive word “intrathecal”" in match.why
    (match,) = matching.match(asked(system="ICD-10-CM", code="G89.3"))
    assert match.why == "Its page has the code G89.3 of ICD-10-CM."


def test_what_stands_in_brackets_may_be_left_out():
    assert naming.names("Drug Pump (Intrathecal System)") == {
        naming.spelled("drug pump"),
        naming.spelled("drug pump intrathecal system"),
    }
    assert naming.names("Pills (oral)") == {naming.spelled("Pills oral")}


# When


def test_only_what_patients_read_at_that_moment_answers():
    page = factories.make_treatment()
    Code.objects.create(page=page, system="ICD-10-CM", code="V19.9")
    later = timezone.now() + datetime.timedelta(days=8)
    scheduled = factories.make_scheduled(page, title="Derailleur care")
    wanted = asked("Derailleur care", system="ICD-10-CM", code="V19.9")
    assert matching.match(wanted) == []
    assert titles(matching.match(wanted, at=later)) == [scheduled.title]


def test_a_withdrawn_text_answers_no_longer():
    live = factories.make_live(title="Derailleur care")
    Code.objects.create(page=live.page, system="ICD-10-CM", code="V19.9")
    wanted = asked("Derailleur care", system="ICD-10-CM", code="V19.9")
    assert titles(matching.match(wanted)) == ["Derailleur care"]
    publishing.withdraw(edition=live, by=factories.make_user(), reason="It squeaks.")
    assert matching.match(wanted) == []


# In vain


def counted():
    return list(UnansweredCode.objects.values_list("system", "code", "times"))


def ask_in_vain(**code):
    wanted = asked("Fall from a bicycle", **code)
    vain.count(wanted, matching.match(wanted))


def test_codes_that_no_page_has_are_counted_by_month():
    for _ in range(3):
        ask_in_vain(system="ICD-10-CM", code="v18.0xxa")
    assert counted() == [("ICD-10-CM", "V18.0XXA", 3)]
    row = UnansweredCode.objects.get()
    assert row.month == timezone.localdate().replace(day=1)
    assert {field.name for field in row._meta.fields} == {"id", "month", "system", "code", "times"}


@pytest.mark.parametrize(
    ("system", "code"),
    [
        (None, "G89.3"),
        ("NDC", "00406-8315-62"),
        ("ICD-10-CM", "Mrs Smith"),
        ("SNOMED CT", "735935008"),
    ],
)
def test_other_codes_are_not(system, code):
    ask_in_vain(system=system, code=code)
    assert counted() == []


def test_a_code_that_a_page_has_is_not(seed):
    ask_in_vain(system="ICD-10-CM", code="G89.3")
    assert counted() == []


def test_no_more_than_so_many_codes_are_counted(monkeypatch):
    monkeypatch.setattr(vain, "MOST_CODES", 2)
    monkeypatch.setattr(vain, "MOST_TIMES", 2)
    for code in ("V18.0", "V18.1", "V18.2", "V18.0", "V18.0"):
        ask_in_vain(system="ICD-10-CM", code=code)
    assert sorted(counted()) == [("ICD-10-CM", "V18.0", 2), ("ICD-10-CM", "V18.1", 1)]


def test_counts_go_after_two_years():
    month = timezone.localdate().replace(day=1)
    old = month.replace(year=month.year - 2) - datetime.timedelta(days=1)
    factories.make_unanswered_code("V18.9", month=old.replace(day=1))
    ask_in_vain(system="ICD-10-CM", code="V18.0")
    assert counted() == [("ICD-10-CM", "V18.0", 1)]


def test_a_count_that_fails_fails_alone(monkeypatch, caplog):
    def refused(*args):
        raise vain.DatabaseError("V18.0 of Mrs Smith")

    monkeypatch.setattr(vain, "_count", refused)
    ask_in_vain(system="ICD-10-CM", code="V18.0")
    assert "could not be counted" in caplog.text
    assert "V18" not in caplog.text
