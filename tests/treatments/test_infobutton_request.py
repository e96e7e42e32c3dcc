"""Reading what an EHR asks: liberal in names and spelling, strict in what may not be guessed."""

from urllib.parse import urlencode
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treatments.infobutton import request
from treatments.infobutton.request import Criterion, Refused

MAIN = "mainSearchCriteria.v"
ICD_10 = "2.16.840.1.113883.6.90"


def read(*pairs, data=True, **asked):
    named = [(f"{MAIN}.{name}", value) for name, value in asked.items()]
    return request.read([*named, *pairs], data=data)


def refused(*pairs, **asked):
    with pytest.raises(Refused) as told:
        read(*pairs, **asked)
    assert told.value.sentence.endswith(".")
    return told.value


# What is asked for


def test_a_code_with_its_system_and_its_name():
    (criterion,) = read(cs=ICD_10, c="G89.3", dn="Neoplasm related pain", ot="pain").criteria
    assert criterion == Criterion("ICD-10-CM", "G89.3", ("Neoplasm related pain", "pain"))


@pytest.mark.parametrize(
    "asked", [{"dn": "Opioids"}, {"ot": "Opioids"}, {"dn": "", "ot": "Opioids"}]
)
def test_words_alone_are_enough(asked):
    assert read(**asked).criteria == (Criterion(None, "", ("Opioids",)),)


def test_a_system_without_a_code_leaves_the_words():
    assert read(cs=ICD_10, c="", dn="Opioids").criteria == (Criterion(None, "", ("Opioids",)),)


def test_a_system_that_is_not_known_is_none():
    assert read(cs="1.2.3", c="x1").criteria == (Criterion(None, "x1", ()),)


@pytest.mark.parametrize("asked", [{}, {"c": "G89.3"}, {"cs": ICD_10}, {"dn": " "}])
def test_less_is_refused_in_a_sentence(asked):
    told = refused(**asked)
    assert told.status == 400
    assert "mainSearchCriteria.v.dn" in told.sentence


@pytest.mark.parametrize(
    "name",
    [
        "mainSearchCriteria.v.dn",
        "MAINSEARCHCRITERIA.V.DN",
        " mainsearchcriteria.v.dn ",
        "mainSearchCriteria.c.dn",
        "mainSearchCriteria.v.dn1",
        "mainSearchCriteria1.v.dn",
    ],
)
def test_names_are_read_in_every_spelling(name):
    found = request.read(request.pairs(urlencode([(name, "  Opioids ")]).encode()))
    assert found.criteria[0].words == ("Opioids",)


def test_the_spelling_with_v_wins():
    found = read(("mainSearchCriteria.c.dn", "Old"), ("mainSearchCriteria.c.ot", "Typed"), dn="New")
    assert found.criteria == (Criterion(None, "", ("New", "Typed")),)


def test_repeats_are_told_apart_by_their_numbers():
    found = read(
        (f"{MAIN}.c2", "7052"), (f"{MAIN}.cs2", "RXCUI"), (f"{MAIN}.dn1", "One"), dn="None"
    )
    assert found.criteria == (
        Criterion(None, "", ("None",)),
        Criterion(None, "", ("One",)),
        Criterion("RxNorm", "7052", ()),
    )


def test_a_parameter_given_twice_is_refused_without_its_value():
    told = refused((f"{MAIN}.c", "Mrs Smith"), (f"{MAIN}.C", "Mr Jones"), cs=ICD_10)
    assert told.status == 400
    assert told.sentence == "mainSearchCriteria.v.c stands twice. Send each parameter once."
    told = refused(("<b>own</b>", "x"), ("<b>own</b>", "y"), dn="Opioids")
    assert "<" not in told.sentence


def test_an_empty_one_is_as_if_it_were_not_there():
    assert read((f"{MAIN}.dn", ""), dn="Opioids").criteria[0].words == ("Opioids",)


def test_what_is_not_known_is_ignored():
    assert read(("xsltTransform", "1"), ("a", "b"), dn="Opioids") == read(dn="Opioids")


def test_too_much_is_refused():
    many = [(f"{MAIN}.dn{number}", "x") for number in range(1, 20)]
    assert refused(*many).status == 400
    assert refused(dn="x" * 1001).status == 400
    with pytest.raises(Refused):
        request.pairs(b"&".join(b"a%d=1" % number for number in range(300)))


# How the answer should be


@pytest.mark.parametrize(
    ("type_", "format_"),
    [
        ("", "xml"),
        ("text/xml", "xml"),
        ("TEXT/XML", "xml"),
        ("application/json", "json"),
        ("application/json; charset=utf-8", "json"),
        ("text/html, application/json", "json"),
    ],
)
def test_the_type_is_read_in_every_spelling(type_, format_):
    assert read(("knowledgeResponseType", type_), dn="Opioids").format == format_


def test_another_type_is_415():
    assert refused(("knowledgeResponseType", "application/pdf"), dn="Opioids").status == 415


def test_for_the_page_the_type_does_not_matter():
    pairs = [("knowledgeResponseType", "application/pdf"), ("callback", "alert(1)")]
    assert read(*pairs, dn="Opioids", data=False).criteria


@pytest.mark.parametrize("callback", ["f", "show.it", "$", "_a1.b2", "jQuery123_456"])
def test_a_callback_is_a_plain_name(callback):
    pairs = [("knowledgeResponseType", "application/javascript"), ("callback", callback)]
    assert read(*pairs, dn="Opioids").callback == callback


@pytest.mark.parametrize(
    "callback", ["", "a()", "a;b", "a b", "1a", "a..b", ".a", "a.", "é", "a\nb", "x" * 101]
)
def test_another_one_is_refused(callback):
    pairs = [("knowledgeResponseType", "application/javascript"), ("callback", callback)]
    assert refused(*pairs, dn="Opioids").status == 400


@pytest.mark.parametrize(
    ("asked", "language"),
    [
        ("en", "en"),
        ("ES", "es"),
        ("sp", "es"),
        ("es-MX", "es"),
        ("fr_CA", "fr"),
        ("", ""),
        ("?", ""),
    ],
)
def test_a_language_is_its_first_part(asked, language):
    name = "informationRecipient.languageCode.c"
    assert read((name, asked), dn="Opioids").language == language


def test_sub_topics_are_read_once_each():
    pairs = [("subTopic.v.c", "q000009"), ("subTopic.v.c1", "Q000628"), ("subTopic.c.c", "Q000009")]
    assert read(*pairs, dn="Opioids").sub_topics == ("Q000009", "Q000628")


def test_what_the_standard_says_is_repeated_and_nothing_else():
    pairs = [
        ("TASKCONTEXT.C.C", "PROBLISTREV"),
        ("patientPerson.administrativeGenderCode.c", "F"),
        ("ageGroup.v.c", "D000368"),
        ("informationRecipient", "PAT"),
        ("performer", "PROV"),
        ("informationRecipient.languageCode.c", "en"),
        ("encounter.c.c", "AMB"),
        ("age.v.v", "61"),
        ("age.v.u", "a"),
        ("knowledgeResponseType", "text/xml"),
        ("representedOrganization.id.root", "1.2.3"),
        ("performer.unheardof", "x"),
    ]
    assert read(*pairs, dn="Opioids").mirrored == (
        ("mainSearchCriteria.v.dn", "Opioids"),
        ("taskContext.c.c", "PROBLISTREV"),
        ("patientPerson.administrativeGenderCode.c", "F"),
        ("ageGroup.v.c", "D000368"),
        ("informationRecipient", "PAT"),
        ("performer", "PROV"),
        ("informationRecipient.languageCode.c", "en"),
        ("encounter.c.c", "AMB"),
    )


# Whatever arrives


@given(st.binary(max_size=400))
def test_bytes_are_read_whatever_they_are(sent):
    for name, value in request.pairs(sent):
        element = ElementTree.Element("a")
        element.text = name + value
        ElementTree.fromstring(ElementTree.tostring(element))


@given(
    st.lists(
        st.tuples(
            st.one_of(st.sampled_from(sorted(request._STANDARD.values())), st.text(max_size=40)),
            st.text(max_size=40),
        ),
        max_size=12,
    ),
    st.booleans(),
)
def test_pairs_are_read_or_refused(pairs, data):
    sent = urlencode(pairs, errors="replace").encode()
    try:
        found = request.read(request.pairs(sent), data=data)
    except Refused:
        return
    assert found.criteria
    assert found.format in ("xml", "json", "javascript")
