"""The two addresses at which an EHR asks, as a client of MedlinePlus Connect asks them."""

import datetime
import json
from urllib.parse import urlencode
from xml.etree import ElementTree

import pytest
import time_machine
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from tests import factories
from treatments import disclaimer, publishing, wording
from treatments.models import Code, UnansweredCode

pytestmark = pytest.mark.django_db

MAIN = "mainSearchCriteria.v"
ICD_10 = "2.16.840.1.113883.6.90"
RXNORM = "2.16.840.1.113883.6.88"
FORM = "application/x-www-form-urlencoded"
ATOM = "{http://www.w3.org/2005/Atom}"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


@pytest.fixture
def seed():
    call_command("loaddata", "cancer_pain", verbosity=0)


def service(client, **asked):
    return client.get("/connect/service", _named(asked))


def application(client, **asked):
    return client.get("/connect/application", _named(asked))


def _named(asked):
    """{"c": …} as the parameters of a criterion; other names as they are."""
    return {
        f"{MAIN}.{name}" if name in ("c", "cs", "dn", "ot") else name: value
        for name, value in asked.items()
    }


def feed_of(answer):
    assert answer.status_code == 200, answer.content
    return ElementTree.fromstring(answer.content)


def json_of(client, **asked):
    asked["knowledgeResponseType"] = "application/json"
    answer = service(client, **asked)
    assert answer["Content-Type"].startswith("application/json")
    return json.loads(answer.content)["feed"]


def titles(feed):
    return [entry.findtext(f"{ATOM}title") for entry in feed.iter(f"{ATOM}entry")]


# The service


def test_a_diagnosis_is_answered_by_its_page(client, seed):
    answer = service(client, cs=ICD_10, c="G89.3")
    assert answer["Content-Type"] == "text/xml; charset=UTF-8"
    (entry,) = feed_of(answer).iter(f"{ATOM}entry")
    link = entry.find(f"{ATOM}link")
    assert link.get("href").endswith("/topics/cancer-pain/")
    assert {name: link.get(name) for name in ("rel", "type", "hreflang")} == {
        "rel": "alternate",
        "type": "text/html",
        "hreflang": "en",
    }
    assert entry.get(XML_LANG) == "en"


@pytest.mark.parametrize("address", ["/service", "/medlineplus/services/mpconnect_service.cfm"])
def test_where_only_the_host_name_was_changed(client, seed, address):
    answer = client.get(address, _named({"cs": ICD_10, "c": "G89.3"}))
    assert len(titles(feed_of(answer))) == 1


@pytest.mark.parametrize("address", ["/application", "/medlineplus/services/mpconnect.cfm"])
def test_where_only_the_host_name_was_changed_people_get_the_page(client, seed, address):
    answer = client.get(address, _named({"cs": ICD_10, "c": "G89.3"}))
    assert (answer.status_code, answer["Location"]) == (302, "/topics/cancer-pain/")


def test_a_form_is_answered_without_a_token(seed, client):
    client.handler.enforce_csrf_checks = True
    form = urlencode(_named({"cs": ICD_10, "c": "G89.3"}))
    answer = client.post("/connect/service", form, content_type=FORM)
    assert len(titles(feed_of(answer))) == 1


def test_what_stands_twice_in_address_and_form_is_refused(client):
    address = "/connect/service?" + urlencode(_named({"dn": "Brakes"}))
    answer = client.post(address, urlencode(_named({"dn": "Wheels"})), content_type=FORM)
    assert answer.status_code == 400
    assert "Wheels" not in answer.content.decode()


def test_another_kind_of_body_is_refused_in_a_sentence(client):
    answer = client.post("/connect/service", b"<x/>", content_type="text/xml")
    assert answer.status_code == 415
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert FORM in answer.content.decode()


def test_where_nothing_matches_the_feed_is_empty(client, seed):
    assert titles(feed_of(service(client, cs=ICD_10, c="S93.401A", dn="Sprain of ankle"))) == []
    assert json_of(client, dn="Insulin pump")["entry"] == []


def test_a_title_carries_its_topic(client, seed):
    assert titles(feed_of(service(client, dn="Opioids"))) == [
        "Opioids – for chronic pain due to cancer"
    ]


def test_names_in_a_topics_title_keep_their_capitals(client):
    topic = factories.make_topic()
    factories.make_live(topic, title="Help for People with a Brompton in the UK")
    factories.make_live(factories.make_treatment(topic=topic), title="Folding")
    assert titles(feed_of(service(client, dn="Folding"))) == [
        "Folding – for people with a Brompton in the UK"
    ]


def test_a_topic_without_a_for_is_named_whole(client):
    topic = factories.make_topic()
    factories.make_live(topic, title="Brake care")
    factories.make_live(factories.make_treatment(topic=topic), title="Folding")
    assert titles(feed_of(service(client, dn="Folding"))) == ["Folding – Brake care"]


def summary_of(client, **asked):
    (entry,) = json_of(client, **asked)["entry"]
    assert entry["summary"]["type"] == "html"
    return entry["summary"]["_value"]


def test_a_summary_says_what_is_to_be_known_and_ends_with_the_disclaimer(client, seed):
    told = summary_of(client, dn="Opioids")
    assert told.startswith("<p>If nonopioid medications are not effective")
    assert wording.NOT_REVIEWED in told
    assert disclaimer.text_of(told).endswith(disclaimer.words())


def test_a_retracted_source_is_told(client):
    reference = factories.make_reference()
    body = f'<p>Brakes stop.<cite data-reference="{reference.key}">W</cite></p>'
    factories.make_live(title="Derailleur care", body=body)
    assert wording.RETRACTED not in summary_of(client, dn="Derailleur care")
    reference.retracted = True
    reference.save()
    told = disclaimer.text_of(summary_of(client, dn="Derailleur care"))
    assert f"{wording.RETRACTED} {reference.printed()}" in told


def test_what_was_reviewed_says_nothing_of_it(client):
    factories.make_live(title="Derailleur care")
    assert "reviewed" not in summary_of(client, dn="Derailleur care")


def test_a_late_review_is_told(client):
    due_by = timezone.localdate() + datetime.timedelta(days=30)
    submitted = factories.make_submitted(title="Derailleur care")
    publishing.approve(**factories.approval(submitted, due_by=due_by))
    with time_machine.travel(timezone.now() + datetime.timedelta(days=40)):
        told = summary_of(client, dn="Derailleur care")
        page = application(client, dn="Derailleur care").content.decode()
    for text in (told, page):
        assert "It may be out of date." in text


def test_a_title_is_no_markup(client):
    factories.make_live(title="Gear <script>alert(1)</script>", summary="1 < 2 & <b>3</b>")
    answer = service(client, dn="Gear <script>alert(1)</script>")
    (entry,) = feed_of(answer).iter(f"{ATOM}entry")
    assert entry.findtext(f"{ATOM}title").startswith("Gear <script>")
    assert "<p>1 &lt; 2 &amp; &lt;b&gt;3&lt;/b&gt;</p>" in entry.findtext(f"{ATOM}summary")
    for kind in ("application/json", "application/javascript"):
        answer = service(
            client, dn="Gear <script>alert(1)</script>", knowledgeResponseType=kind, callback="f"
        )
        assert b"<" not in answer.content


def test_an_entry_keeps_its_id_when_text_and_address_change(client):
    page = factories.make_live(title="Derailleur care").page
    (before,) = json_of(client, dn="Derailleur care")["entry"]
    factories.make_live(page, title="Derailleur care", body="<p>New.</p>")
    type(page).objects.filter(pk=page.pk).update(slug="another")
    (after,) = json_of(client, dn="Derailleur care")["entry"]
    assert before["id"] == after["id"]
    assert before["link"] != after["link"]


def test_another_language_gets_english_and_is_told_so(client, seed):
    asked = {"informationRecipient.languageCode.c": "es"}
    feed = json_of(client, dn="Opioids", **asked)
    (entry,) = feed["entry"]
    assert (feed["lang"], entry["lang"], entry["link"][0]["hreflang"]) == ("en", "en", "en")
    page = application(client, dn="Opioids", **asked).content.decode()
    assert "These pages are in English." in page
    assert "These pages are in English." not in application(client, dn="Opioids").content.decode()


def test_a_sub_topic_is_answered_by_its_section_alone(client):
    body = "<p>Brakes.</p><h2>Possible side effects</h2><p>Squeaking.</p>"
    factories.make_live(title="Derailleur care", body=body)
    (entry,) = json_of(client, dn="Derailleur care", **{"subTopic.v.c": "Q000009"})["entry"]
    address, _, section = entry["link"][0]["href"].partition("#")
    assert entry["link"][0]["title"].endswith(": Possible side effects")
    page = client.get(address[address.index("/treatments/") :]).content.decode()
    assert f'id="{section}"' in page
    (entry,) = json_of(client, dn="Derailleur care", **{"subTopic.v.c": "Q000008"})["entry"]
    assert "#" not in entry["link"][0]["href"]
    assert not entry["link"][0]["title"].endswith("side effects")


def test_a_script_calls_back_by_a_plain_name_alone(client, seed):
    kind = {"knowledgeResponseType": "application/javascript"}
    answer = service(client, dn="Opioids", callback="show.it", **kind)
    assert answer["Content-Type"].startswith("application/javascript")
    assert b"show.it(" in answer.content
    for callback in ("alert(1)//", "a b", "", "x" * 500, "1a", "a..b", "<x>"):
        assert service(client, dn="Opioids", callback=callback, **kind).status_code == 400


def test_context_is_neither_used_nor_kept(client, seed):
    context = {
        "age.v.v": "61",
        "age.v.u": "a",
        "patientPerson.administrativeGenderCode.c": "F",
        "taskContext.c.c": "PROBLISTREV",
        "representedOrganization.id.root": "1.2.3",
    }
    feed = json_of(client, dn="Opioids", **context)
    schemes = {category["scheme"] for category in feed["category"]}
    assert "patientPerson.administrativeGenderCode.c" in schemes
    assert not {"age.v.v", "representedOrganization.id.root"} & schemes


# The page for people


def test_one_diagnosis_leads_straight_to_its_page(client, seed):
    answer = application(client, cs=ICD_10, c="G89.3", dn="Mrs Smith", **{"age.v.v": "61"})
    assert (answer.status_code, answer["Location"]) == (302, "/topics/cancer-pain/")


@pytest.mark.parametrize(
    "asked", [{"cs": RXNORM, "c": "7052", "dn": "Morphine"}, {"dn": "Opioids"}, {"ot": "opioid"}]
)
def test_drugs_and_words_list(client, seed, asked):
    answer = application(client, **asked)
    assert answer.status_code == 200
    assert "Opioids – for chronic pain due to cancer" in answer.content.decode()
    assert wording.NOT_REVIEWED in answer.content.decode()


def test_a_drugs_code_that_a_page_has_lists_too(client):
    live = factories.make_live(title="Derailleur care")
    Code.objects.create(page=live.page, system="RxNorm", code="7052")
    answer = application(client, cs=RXNORM, c="7052")
    assert answer.status_code == 200
    assert live.page.get_absolute_url() in answer.content.decode()


def test_where_nothing_matches_people_can_search(client, seed):
    answer = application(client, cs=ICD_10, c="S93.401A", dn='Sprain <of> "ankle"')
    assert answer.status_code == 200
    page = answer.content.decode()
    assert "Nothing found" in page
    assert 'value="Sprain &lt;of&gt; &quot;ankle&quot;"' in page
    assert disclaimer.words() in disclaimer.text_of(page)


def test_a_link_that_cannot_be_read_says_what_is_wrong(client):
    answer = application(client, c="G89.3")
    assert answer.status_code == 400
    assert "This link cannot be read" in answer.content.decode()


@pytest.mark.parametrize("address", ["/connect/application", "/application"])
def test_no_search_engine_keeps_an_answer(client, seed, address):
    answer = client.get(address, _named({"dn": "Opioids"}))
    assert answer["X-Robots-Tag"] == "noindex"


# Both


@pytest.mark.parametrize("name", ["connect_service", "connect_application"])
def test_a_withdrawn_text_is_gone_at_once(client, name):
    live = factories.make_live(title="Derailleur care")
    address = f"{reverse(name)}?{urlencode(_named({'dn': 'Derailleur care'}))}"
    assert live.page.get_absolute_url() in client.get(address).content.decode()
    publishing.withdraw(edition=live, by=factories.make_user(), reason="It squeaks.")
    assert live.page.get_absolute_url() not in client.get(address).content.decode()


def test_codes_asked_for_in_vain_are_counted_once_a_request(client, seed):
    service(client, cs=ICD_10, c="v18.0", dn="Fall from a bicycle", **{"age.v.v": "61"})
    client.head("/connect/service", _named({"cs": ICD_10, "c": "V18.0"}))
    client.options("/connect/service?" + urlencode(_named({"cs": ICD_10, "c": "V18.0"})))
    assert list(UnansweredCode.objects.values_list("code", "times")) == [("V18.0", 1)]


@pytest.mark.parametrize("address", ["/connect/service", "/connect/application"])
@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_nothing_else_than_asking(client, address, method):
    answer = getattr(client, method)(address)
    assert answer.status_code == 405


NAMES = st.one_of(
    st.sampled_from(
        [f"{MAIN}.{name}" for name in ("c", "cs", "dn", "ot", "c1", "cs1", "dn1")]
        + ["knowledgeResponseType", "callback", "subTopic.v.c", "taskContext.c.c"]
        + ["informationRecipient.languageCode.c", "age.v.v", "performer"]
    ),
    st.text(max_size=30),
)
VALUES = st.one_of(
    st.sampled_from(
        ["", "G89.3", ICD_10, "Opioids", "application/json", "application/javascript", "text/xml"]
    ),
    st.text(max_size=60),
)
QUERIES = st.one_of(
    st.lists(st.tuples(NAMES, VALUES), max_size=8).map(
        lambda pairs: urlencode(pairs, errors="replace").encode()
    ),
    st.binary(max_size=200),
)


@pytest.mark.parametrize("address", ["/connect/service", "/connect/application"])
@hypothesis_settings(
    max_examples=150,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(query=QUERIES, posted=st.booleans())
def test_whatever_arrives_is_answered(client, address, query, posted):
    client.raise_request_exception = True
    if posted:
        answer = client.generic("POST", address, query, content_type=FORM)
    else:
        answer = client.generic("GET", address, QUERY_STRING=query.decode("latin-1"))
    assert answer.status_code in (200, 302, 400, 415)
    if answer.status_code == 302:
        assert "?" not in answer["Location"]
    if answer["Content-Type"].startswith("text/xml"):
        ElementTree.fromstring(answer.content)
    if answer["Content-Type"].startswith("application/json"):
        json.loads(answer.content)
