"""What clinicians do so that the EHR finds a page."""

import pytest
from django.core.management import call_command
from django.urls import reverse

from tests import factories
from treatments.models import AuditEntry, Code, DistinctiveWord, UnansweredCode

pytestmark = pytest.mark.django_db
TRIAL = "/admin/ehr/"


@pytest.fixture
def manager(client):
    person = factories.make_user(is_staff=True)
    client.force_login(person)
    return person


@pytest.fixture
def seed():
    call_command("loaddata", "cancer_pain", verbosity=0)


# Codes


def arranged(page, *codes):
    """The form that arranges a page, with these (system, code) added."""
    data = {
        "slug": page.slug,
        "position": page.position,
        "topic": page.topic_id or "",
        "treatment_kind": page.treatment_kind,
        "tags": "",
        "owner": "",
        "codes-TOTAL_FORMS": len(codes),
        "codes-INITIAL_FORMS": 0,
    }
    for number, (system, code) in enumerate(codes):
        data |= {f"codes-{number}-system": system, f"codes-{number}-code": code}
    return data


def arrange(client, page, *codes):
    address = reverse("admin:treatments_treatment_change", args=[page.pk])
    return client.post(address, arranged(page, *codes))


def test_a_code_is_kept_as_its_system_writes_it(client, manager):
    page = factories.make_live().page
    assert arrange(client, page, ("ICD-10-CM", " g893 ")).status_code == 302
    assert Code.objects.get().code == "G89.3"


@pytest.mark.parametrize(
    ("system", "code", "sentence"),
    [
        ("ICD-10-CM", "cancer", "Codes of ICD-10-CM look like G89.3."),
        ("SNOMED CT", "735935008", "The last digit does not fit the others"),
        ("LOINC", "38208-4", "The last digit does not fit the others"),
    ],
)
def test_a_code_that_no_system_could_have_written_is_refused(
    client, manager, system, code, sentence
):
    page = factories.make_live().page
    answer = arrange(client, page, (system, code))
    assert answer.status_code == 200
    assert sentence in answer.content.decode()
    assert f'value="{code}"' in answer.content.decode()
    assert not Code.objects.exists()


def test_the_same_code_in_two_spellings_is_refused(client, manager):
    page = factories.make_live().page
    answer = arrange(client, page, ("ICD-10-CM", "G89.3"), ("ICD-10-CM", "g893"))
    assert answer.status_code == 200
    assert not Code.objects.exists()


# Distinctive words


def add_word(client, words):
    return client.post(
        reverse("admin:treatments_distinctiveword_add"), {"words": words}, follow=True
    )


def test_a_distinctive_word_is_kept_and_audited(client, manager, seed):
    answer = add_word(client, "  analgesic   patch ")
    assert DistinctiveWord.objects.filter(words="analgesic patch").exists()
    assert "lead an EHR" not in answer.content.decode()
    entry = AuditEntry.objects.get(action="add distinctive word")
    assert entry.subject == "distinctive word “analgesic patch”"
    assert entry.kind == "distinctive word"


def test_a_word_that_no_text_has_is_kept_with_a_warning(client, manager, seed):
    answer = add_word(client, "fentanyl")
    assert "No text that patients read now has the words “fentanyl”" in answer.content.decode()
    assert DistinctiveWord.objects.filter(words="fentanyl").exists()


@pytest.mark.parametrize("words", ["pump", "Oral tablets", "insulin pump", "drug delivery", "the"])
def test_words_that_are_meant_of_many_illnesses_are_refused(client, manager, words):
    answer = add_word(client, words)
    assert "meant of many illnesses" in answer.content.decode()
    assert not DistinctiveWord.objects.exists()


def test_a_word_that_is_there_in_another_form_is_refused(client, manager):
    add_word(client, "opioid")
    answer = add_word(client, "Opioids")
    assert "“opioid” says the same already." in answer.content.decode()
    assert DistinctiveWord.objects.count() == 1


# The trial


def tried(client, **asked):
    return client.get(TRIAL, {"system": "", "code": "", "words": "", "sub_topic": ""} | asked)


def test_the_trial_says_what_is_answered_and_why(client, manager, seed):
    page = tried(client, system="ICD-10-CM", code="g893").content.decode()
    assert "People are taken straight to this page" in page
    assert "Its page has the code G89.3 of ICD-10-CM." in page
    assert "Not yet reviewed by this hospital." in page
    page = tried(client, system="RxNorm", code="5640", words="Ibuprofen").content.decode()
    assert "People choose from this page" in page
    assert "Nonopioid Oral Medications (Pills) – for chronic pain due to cancer" in page
    page = tried(client, words="insulin pump").content.decode()
    assert "Nothing answers" in page


def test_the_trial_shows_the_request_itself(client, manager, seed):
    page = tried(client, system="ICD-10-CM", code="G89.3", sub_topic="Q000009").content.decode()
    begin = page.index("/connect/service?")
    address = page[begin : page.index('"', begin)].replace("&amp;", "&")
    assert client.get(address).status_code == 200


def test_the_trial_counts_nothing(client, manager):
    tried(client, system="ICD-10-CM", code="V18.0")
    assert not UnansweredCode.objects.exists()


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ({}, "Give a code, or words, or both."),
        ({"code": "G89.3"}, "Say of which system the code is."),
    ],
)
def test_a_trial_of_too_little_says_what_is_missing(client, manager, asked, sentence):
    assert sentence in tried(client, **asked).content.decode()


def test_a_trial_of_odd_words_is_answered(client, manager, seed):
    for words in ("<script>", "%00", "\x00", '"', "a" * 199, "😀", "' OR 1=1 --"):
        assert tried(client, words=words).status_code == 200


# In vain


def test_codes_asked_for_in_vain_are_listed_by_month(client, manager):
    factories.make_unanswered_code("V18.0", times=7)
    page = client.get(reverse("admin:treatments_unansweredcode_changelist")).content.decode()
    assert "January 2026" in page
    assert "V18.0" in page
    export = client.get(reverse("admin:treatments_unansweredcode_export"))
    lines = b"".join(export.streaming_content).decode().splitlines()
    assert lines[1] == '"January 2026","ICD-10-CM","V18.0","7"'
