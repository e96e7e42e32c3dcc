"""What pages say of themselves to machines: JSON-LD, the canonical address, the way to a page."""

import datetime
import json
import re

import pytest
import time_machine
from django.conf import settings

from tests import factories
from treatments import linked_data, publishing, surfaces, views
from treatments.models import Code, Page

pytestmark = pytest.mark.django_db
HOSTILE = '</script><script>alert(1)</script><!-- & "quoted" \\u003c'
BLOCK = re.compile(r'<script type="application/ld\+json">(.*?)</script>', re.DOTALL)

# What schema.org 29 allows of each type that is used, its ancestors' properties included:
# {type: {property: types of its value}}. A value in quotation marks is Text, URL or Date.
THING = {"name": {"Text"}, "url": {"URL"}}
CREATIVE_WORK = THING | {
    "about": {"MedicalCondition", "MedicalEntity", "MedicalTest", "Drug"},  # all of them Things
    "audience": {"Patient"},  # an Audience
    "dateModified": {"Date", "DateTime"},
    "inLanguage": {"Text"},
    "publisher": {"Organization"},
    "version": {"Number", "Text"},
}
MEDICAL_ENTITY = THING | {"code": {"MedicalCode"}}
VOCABULARY = {
    "MedicalWebPage": CREATIVE_WORK
    | {  # of WebPage
        "breadcrumb": {"BreadcrumbList"},
        "lastReviewed": {"Date"},
        "reviewedBy": {"Person"},
    },
    "WebSite": CREATIVE_WORK,
    "Organization": THING,
    "Person": THING,
    "Patient": THING,
    "MedicalEntity": MEDICAL_ENTITY,
    "MedicalCondition": MEDICAL_ENTITY,
    "MedicalTest": MEDICAL_ENTITY,
    "Drug": MEDICAL_ENTITY,
    "MedicalCode": {"codeValue": {"Text"}, "codingSystem": {"Text"}},
    "BreadcrumbList": THING | {"itemListElement": {"ListItem"}},
    "ListItem": THING | {"item": {"Thing"}, "position": {"Integer"}},
}


def wrong(node, nodes):
    """What the vocabulary does not know of a node and of those inside it."""
    known = VOCABULARY.get(node.get("@type"), {})
    for name, value in node.items():
        if name.startswith("@"):
            continue
        if name not in known:
            yield f"{node.get('@type')}.{name}"
            continue
        for one in value if isinstance(value, list) else [value]:
            if not types(one, nodes) & known[name]:
                yield f"{node['@type']}.{name}: {one}"
            if isinstance(one, dict) and "@type" in one:
                yield from wrong(one, nodes)


def types(value, nodes):
    if isinstance(value, dict):
        found = value if "@type" in value else nodes.get(value["@id"], {})
        return {found.get("@type", "Thing"), "Thing"}
    if isinstance(value, int):
        return {"Integer", "Number"}
    if re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        return {"Date", "Text"}
    if re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d", value):
        return {"DateTime", "Text"}
    return {"Text", "URL"} if re.match(r"https?://[^ ]+$", value) else {"Text"}


def graph(answer):
    """The nodes of a page by their types, after a look at the vocabulary."""
    (block,) = BLOCK.findall(answer.content.decode())
    data = json.loads(block)
    assert data["@context"] == "https://schema.org"
    nodes = {node["@id"]: node for node in data["@graph"]}
    assert [fault for node in nodes.values() for fault in wrong(node, nodes)] == []
    return {node["@type"]: node for node in nodes.values()}


def medical(client, edition):
    return graph(client.get(edition.page.get_absolute_url()))["MedicalWebPage"]


def canonical(client, address):
    found = re.findall(
        r'<link rel="canonical" href="([^"]+)">', client.get(address).content.decode()
    )
    assert len(found) <= 1
    return found[0] if found else ""


# JSON-LD


@pytest.mark.parametrize(
    "node",
    [
        {"@type": "MedicalWebPage", "reviewer": "Ana"},
        {"@type": "WebSite", "lastReviewed": "2026-05-01"},
        {"@type": "MedicalWebPage", "lastReviewed": "May"},
        {"@type": "MedicalWebPage", "about": {"@type": "Disease"}},
        {"@type": "MedicalWebPage", "about": [{"@type": "Drug", "code": "7052"}]},
    ],
)
def test_a_word_that_the_vocabulary_lacks_is_seen(node):
    assert len(list(wrong(node, {}))) == 1


def test_a_written_text_says_when_and_by_whom_it_was_reviewed(client, settings):
    settings.TIME_ZONE = "America/Chicago"
    with time_machine.travel(datetime.datetime(2026, 5, 2, 3, tzinfo=datetime.UTC)):
        edition = factories.make_live(title="Rim brakes")
        found = medical(client, edition)
        shown = client.get(edition.page.get_absolute_url()).content.decode()
    assert found["name"] == "Rim brakes"
    assert found["version"] == 1
    assert found["inLanguage"] == "en"
    assert found["dateModified"] == "2026-05-02T03:00:00+00:00"
    assert found["lastReviewed"] == "2026-05-01"  # as the page says, in the hospital's zone
    (reviewer,) = found["reviewedBy"]
    assert f"1 May 2026, by {reviewer['name']}" in shown
    assert found["publisher"]["name"] == settings.HOSPITAL_NAME


def test_a_text_that_nobody_reviewed_names_no_reviewer_and_no_date(client):
    found = medical(client, factories.make_imported())
    assert not {"lastReviewed", "reviewedBy", "dateModified"} & found.keys()
    assert found["audience"] == {"@type": "Patient"}


def test_an_imported_text_that_was_reviewed_says_so(client):
    edition = factories.make_imported()
    reviewer = factories.make_user()
    publishing.review_unchanged(
        edition=edition, by=reviewer, evidence_checked=True, due_by=factories.LATER
    )
    found = medical(client, edition)
    assert found["reviewedBy"] == [{"@type": "Person", "name": reviewer.signature()}]
    assert "dateModified" not in found


def test_a_topic_is_reviewed_when_all_of_its_texts_are(client):
    topic = factories.make_topic()
    with time_machine.travel(datetime.datetime(2026, 5, 2, 12, tzinfo=datetime.UTC)):
        edition = factories.make_live(topic)
    with time_machine.travel(datetime.datetime(2026, 5, 1, 12, tzinfo=datetime.UTC)):
        factories.make_live(factories.make_treatment(topic=topic))
    found = medical(client, edition)
    assert found["lastReviewed"] == "2026-05-01"
    assert found["dateModified"] == "2026-05-02T12:00:00+00:00"
    assert len(found["reviewedBy"]) == 2
    factories.make_imported(factories.make_treatment(topic=topic))
    assert not {"lastReviewed", "reviewedBy"} & medical(client, edition).keys()


def test_a_page_is_about_what_its_codes_and_its_topics_name(client):
    topic = factories.make_live(factories.make_topic()).page
    edition = factories.make_live(factories.make_treatment(topic=topic))
    assert "about" not in medical(client, edition)
    for page, system, code in [
        (topic, "ICD-10-CM", "A00.0"),
        (topic, "SNOMED CT", "735935009"),
        (edition.page, "RxNorm", "1"),
        (edition.page, "ICD-10-CM", "A00.0"),
    ]:
        Code.objects.create(page=page, system=system, code=code)
    condition, drug = medical(client, edition)["about"]
    assert condition["@type"] == "MedicalCondition"
    assert [(code["codingSystem"], code["codeValue"]) for code in condition["code"]] == [
        ("ICD-10-CM", "A00.0"),
        ("SNOMED CT", "735935009"),
    ]
    assert (drug["@type"], drug["code"][0]["codeValue"]) == ("Drug", "1")


def test_every_system_of_codes_is_said_and_only_a_diagnosis_makes_a_condition(client):
    edition = factories.make_live()
    for system in ("SNOMED CT", "MeSH", "LOINC"):
        Code.objects.create(page=edition.page, system=system, code="1")
    kinds = [named["@type"] for named in medical(client, edition)["about"]]
    assert kinds == ["MedicalEntity", "MedicalTest"]
    assert set(linked_data._NAMED_BY) < set(Code.System.values)


def test_the_trail_leads_from_home_over_the_topic_to_the_page(client, settings):
    settings.SITE_URL = "https://education.example.org"
    topic = factories.make_live(factories.make_topic(slug="bicycles"), title="Bicycles").page
    edition = factories.make_live(factories.make_treatment(topic=topic, slug="b"), title="Brakes")
    found = graph(client.get("/treatments/b/"))
    steps = found["BreadcrumbList"]["itemListElement"]
    assert [(step["position"], step["name"], step["item"]["@id"]) for step in steps] == [
        (1, "Home", "https://education.example.org/"),
        (2, "Bicycles", "https://education.example.org/topics/bicycles/"),
        (3, "Brakes", "https://education.example.org/treatments/b/"),
    ]
    assert found["MedicalWebPage"]["breadcrumb"] == {"@id": found["BreadcrumbList"]["@id"]}
    assert edition.page.slug == "b"


def test_home_says_whose_site_it_is(client):
    factories.make_live(factories.make_topic())
    found = graph(client.get("/"))
    assert set(found) == {"WebSite"}
    assert found["WebSite"]["publisher"]["name"] == settings.HOSPITAL_NAME


def test_no_words_end_the_block(client, settings):
    settings.HOSPITAL_NAME = HOSTILE
    topic = factories.make_live(factories.make_topic(), title=HOSTILE).page
    page = factories.make_treatment(topic=topic, tags=[HOSTILE], other_spellings=HOSTILE)
    edition = factories.make_live(page, title=HOSTILE)
    for address in (edition.page.get_absolute_url(), topic.get_absolute_url(), "/"):
        answer = client.get(address)
        assert "<script>alert(1)" not in answer.content.decode(), address
        (block,) = BLOCK.findall(answer.content.decode())
        assert not re.search("[<>&]", block), address
        graph(answer)
    assert medical(client, edition)["name"] == HOSTILE
    assert medical(client, edition)["publisher"]["name"] == HOSTILE


# Canonical addresses


def test_every_page_has_one_address_for_search_engines(client, settings):
    settings.SITE_URL = "https://education.example.org"
    topic = factories.make_live(factories.make_topic()).page
    factories.make_live(factories.make_treatment(topic=topic, tags=["brakes"]))
    factories.make_live(factories.make_treatment(topic=topic))
    for page in Page.objects.all():
        for address in surfaces.addresses(page):
            bare = address.partition("?")[0]
            if bare.endswith(("/", "export.html")) and bare != "/feed/" and "?q=" not in address:
                own = "https://education.example.org" + bare.removesuffix("export.html")
                assert canonical(client, address) == own, address


def test_the_further_screens_of_a_list_have_addresses_of_their_own(client, settings, monkeypatch):
    settings.SITE_URL = "https://education.example.org"
    monkeypatch.setattr(views._screen, "__defaults__", (1,))
    topic = factories.make_live(factories.make_topic(slug="bicycles")).page
    for _ in range(2):
        factories.make_live(factories.make_treatment(topic=topic, tags=["brakes"]))
    for address in ("/", "/topics/bicycles/", "/treatments/", "/tags/brakes/"):
        own = f"https://education.example.org{address}"
        assert canonical(client, f"{address}?page=2") == f"{own}?page=2"
        assert canonical(client, f"{address}?page=1&other=x") == own


def silent(answer):
    text = answer.content.decode()
    return 'rel="canonical"' not in text and "ld+json" not in text


def test_errors_refusals_and_what_was_searched_say_nothing_of_themselves(client):
    withdrawn = factories.make_withdrawn().page
    live = factories.make_live().page
    for address, status in [
        ("/nowhere/", 404),
        (withdrawn.get_absolute_url(), 410),
        ("/treatments/?t=none", 400),
        ("/questions/?q=none", 400),
        (f"{live.get_absolute_url()}leaflet.pdf?size=huge", 400),
        ("/search/?q=brakes", 200),
    ]:
        answer = client.get(address)
        assert answer.status_code == status
        assert silent(answer), address


def test_previews_and_past_moments_say_nothing_of_themselves(client):
    client.force_login(factories.make_user(is_staff=True))
    for edition in (factories.make_draft(), factories.make_live()):
        own = f"/admin/treatments/treatment/{edition.page_id}"
        for address in (f"{own}/editions/1/preview/", f"{own}/past/"):
            answer = client.get(address)
            assert answer.status_code == 200
            assert silent(answer)


# The way to a page


def test_a_treatment_leads_back_home_and_to_its_topic(client):
    topic = factories.make_live(factories.make_topic(slug="bicycles"), title="Bicycles").page
    edition = factories.make_live(factories.make_treatment(topic=topic))
    text = client.get(edition.page.get_absolute_url()).content.decode()
    (crumbs,) = re.findall(r'<nav class="crumbs" aria-label="You are here">(.*?)</nav>', text, re.S)
    assert re.findall(r'<li><a href="([^"]+)">([^<]+)</a></li>', crumbs) == [
        ("/", "Home"),
        ("/topics/bicycles/", "Bicycles"),
    ]


def test_a_treatment_whose_topic_is_withdrawn_leads_home_alone(client):
    topic = factories.make_withdrawn(factories.make_topic(slug="bicycles")).page
    edition = factories.make_live(factories.make_treatment(topic=topic))
    Code.objects.create(page=topic, system="ICD-10-CM", code="A00.0")
    answer = client.get(edition.page.get_absolute_url())
    assert "/topics/bicycles/" not in answer.content.decode()
    assert "about" not in graph(answer)["MedicalWebPage"]
