"""Names of code systems, and shapes of their codes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treatments import code_systems
from treatments.models import Code


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("2.16.840.1.113883.6.90", "ICD-10-CM"),
        ("urn:oid:2.16.840.1.113883.6.103", "ICD-9-CM"),
        ("URN:OID:2.16.840.1.113883.6.96", "SNOMED CT"),
        (" icd10cm ", "ICD-10-CM"),
        ("ICD-9-CM", "ICD-9-CM"),
        ("ICD9", "ICD-9-CM"),
        ("snomed ct", "SNOMED CT"),
        ("SNOMED-CT", "SNOMED CT"),
        ("RXCUI", "RxNorm"),
        ("rxnorm", "RxNorm"),
        ("Loinc", "LOINC"),
        ("ndc", "NDC"),
        ("CPT", "CPT"),
        ("MeSH", "MeSH"),
        ("2.16.840.1.113883.6.9", None),
        ("2.16.840.1.113883.6", None),
        ("ICD10", "ICD-10-CM"),
        ("", None),
        ("urn:oid:", None),
        ("diabetes", None),
    ],
)
def test_a_system_is_known_by_its_oid_and_its_names(text, name):
    assert code_systems.named(text) == name


def test_pages_can_have_codes_of_the_systems_that_the_model_offers():
    assert tuple(Code.System.values) == code_systems.ASSIGNABLE
    assert set(code_systems.ASSIGNABLE) < set(code_systems.SYSTEMS)


@pytest.mark.parametrize(
    ("system", "code", "written"),
    [
        ("ICD-10-CM", "g893", "G89.3"),
        ("ICD-10-CM", " G89.3 ", "G89.3"),
        ("ICD-10-CM", "G89", "G89"),
        ("ICD-10-CM", "G89.", "G89"),
        ("ICD-10-CM", "s93401a", "S93.401A"),
        ("ICD-10-CM", "e11.9", "E11.9"),
        ("ICD-10-CM", "E119", "E11.9"),
        ("ICD-10-CM", "C4A.9", "C4A.9"),
        ("ICD-10-CM", "U07.1", "U07.1"),
        ("ICD-9-CM", "3383", "338.3"),
        ("ICD-9-CM", "V58.69", "V58.69"),
        ("ICD-9-CM", "v5869", "V58.69"),
        ("ICD-9-CM", "E8495", "E849.5"),
        ("ICD-9-CM", "E849.5", "E849.5"),
        ("SNOMED CT", "735935009", "735935009"),
        ("SNOMED CT", "22298006", "22298006"),
        ("SNOMED CT", "404684003", "404684003"),
        ("SNOMED CT", "900000000000207008", "900000000000207008"),
        ("RxNorm", "7052", "7052"),
        ("LOINC", "38208-5", "38208-5"),
        ("LOINC", "2345-7", "2345-7"),
        ("LOINC", "718-7", "718-7"),
        ("MeSH", "d000072716", "D000072716"),
        ("MeSH", "Q000009", "Q000009"),
        ("NDC", "00406-8315-62", "00406-8315-62"),
        ("CPT", "62362", "62362"),
    ],
)
def test_a_code_has_one_spelling(system, code, written):
    assert code_systems.canonical(system, code) == written


@pytest.mark.parametrize(
    ("system", "code"),
    [
        ("ICD-10-CM", "89.3"),
        ("ICD-10-CM", "G8.93"),
        ("ICD-10-CM", "G89.3.1"),
        ("ICD-10-CM", "G89.30000"),
        ("ICD-10-CM", "cancer pain"),
        ("ICD-10-CM", ""),
        ("ICD-10-CM", "G٨٩.3"),
        ("ICD-9-CM", "33.83"),
        ("ICD-9-CM", "338.333"),
        ("ICD-9-CM", "E8.495"),
        ("SNOMED CT", "735935008"),
        ("SNOMED CT", "753935009"),
        ("SNOMED CT", "12345"),
        ("SNOMED CT", "0735935009"),
        ("SNOMED CT", "1234567890123456789"),
        ("SNOMED CT", "751000119"),
        ("RxNorm", "morphine"),
        ("RxNorm", "0"),
        ("LOINC", "38208-4"),
        ("LOINC", "382085"),
        ("LOINC", "38028-5"),
        ("MeSH", "000072716"),
        ("MeSH", "D72716"),
    ],
)
def test_what_the_system_could_not_have_written_is_told_in_a_sentence(system, code):
    with pytest.raises(code_systems.Misshapen) as told:
        code_systems.canonical(system, code)
    assert told.value.sentence.endswith(".")


def test_a_wrong_digit_of_snomed_ct_is_noticed_wherever_it_is():
    right = "735935009"
    for place, digit in enumerate(right):
        for other in "0123456789":
            if other != digit and (place or other != "0"):
                with pytest.raises(code_systems.Misshapen):
                    code_systems.canonical("SNOMED CT", right[:place] + other + right[place + 1 :])


@given(st.text(max_size=30))
def test_whatever_is_asked_is_a_name_or_none(text):
    assert code_systems.named(text) in {*code_systems.SYSTEMS, None}


@given(st.sampled_from(sorted(code_systems.SYSTEMS)), st.text(max_size=30))
def test_whatever_the_code_is_it_is_refused_or_stays_as_it_is_written(system, code):
    try:
        written = code_systems.canonical(system, code)
    except code_systems.Misshapen:
        return
    assert written.isascii()
    assert code_systems.canonical(system, written) == written
