"""A text as one file of HTML, for wherever somebody keeps it."""

import datetime
import html
import re

import pytest
import time_machine

from eduportal import inlined
from tests import factories
from treatments import publishing, wording
from treatments.models import Page

pytestmark = pytest.mark.django_db


def test_an_export_stands_alone_with_disclaimer_references_and_origin(client, settings):
    settings.SITE_URL = "https://education.example.org"
    factories.make_reference("spoke-2001", source_text="Spoke B. Brakes.")
    body = (
        '<p>See <a href="/treatments/x/">x</a>, <a lang="en" href="/">y</a> and href="/z"'
        '<cite data-reference="spoke-2001">S</cite></p>'
    )
    page = factories.make_live(body=body).page
    answer = client.get(page.get_absolute_url() + "export.html")
    text = answer.content.decode()
    assert answer["X-Robots-Tag"] == "noindex"
    assert '<meta name="robots" content="noindex">' in text
    assert re.search(r"</h1>\s*<p class=\"disclaimer\">", text)
    assert 'href="https://education.example.org/treatments/x/"' in text
    assert ' and href="/z"' in text
    assert "Spoke B. Brakes." in text
    assert "Written by" in text
    loaded = re.findall(r'(?:src|href)="([^"#][^"]*)"', re.sub('and href="/z"', "", text))
    assert all(link.startswith("https://education.example.org/") for link in loaded)
    assert "<nav" not in text
    assert "<script" not in text


def test_an_export_is_a_file_for_elsewhere_with_a_policy_of_its_own(client, settings):
    edition = factories.make_live(factories.make_treatment(slug="brakes"))
    address = f"{edition.page.get_absolute_url()}export.html"
    answer = client.get(address)
    assert answer["Content-Disposition"] == 'attachment; filename="brakes.html"'
    (style,) = re.findall("<style>(.*?)</style>", answer.content.decode(), re.DOTALL)
    (policy,) = re.findall(
        '<meta http-equiv="Content-Security-Policy" content="([^"]+)">', answer.content.decode()
    )
    policy = html.unescape(policy)
    assert policy == (
        f"default-src 'none'; style-src {inlined.source_of(style)}; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )
    assert answer["Content-Security-Policy"] == f"{policy}; frame-ancestors 'none'"


def test_an_export_is_asked_for_again_only_when_it_changed(client):
    edition = factories.make_imported()
    address = f"{edition.page.get_absolute_url()}export.html"
    first = client.get(address)
    known = {"if-none-match": first["ETag"]}
    assert client.get(address, headers=known).status_code == 304
    head = client.head(address)
    assert (head.status_code, head.content) == (200, b"")
    assert head["Content-Disposition"] == first["Content-Disposition"]
    review(edition)
    assert client.get(address, headers=known).status_code == 200


def review(edition, due_by=factories.LATER):
    by = factories.make_user()
    return publishing.review_unchanged(edition=edition, by=by, evidence_checked=True, due_by=due_by)


def test_an_export_says_how_its_text_stands_and_when_it_was_made(client, settings):
    settings.SITE_URL = "https://education.example.org"
    reference = factories.make_reference("spoke-2001", retracted=True)
    body = f'<p>Oil.<cite data-reference="{reference.key}">S</cite></p>'
    topic = factories.make_topic()
    page = factories.make_treatment(topic=topic)
    with time_machine.travel(datetime.datetime(2026, 5, 1, 12, tzinfo=datetime.UTC)) as clock:
        factories.make_imported(topic, provenance="A maker of chains.")
        draft = factories.make_submitted(page, title="Brakes", body=body)
        publishing.approve(**factories.approval(draft, due_by=datetime.date(2026, 6, 1)))
        clock.move_to(datetime.datetime(2026, 7, 1, 12, tzinfo=datetime.UTC))
        alone, whole = (
            client.get(f"{one.get_absolute_url()}export.html").content.decode()
            for one in (page, topic)
        )
    for words in (
        "The review of this text was due by 1 June 2026.",
        "1, published 1 May 2026",
        "1 May 2026, by Ana",
        "1 June 2026</dd>",
        wording.RETRACTED,
        wording.COPY,
        f">https://education.example.org{page.get_absolute_url()}</a>",
    ):
        assert words in alone
    for words in (wording.NOT_REVIEWED, "A maker of chains.", "Edition 1, published 1 May 2026."):
        assert words in whole
    assert "1970" not in whole


def test_no_words_get_out_of_an_export(client, settings):
    hostile = "</title></style><script>alert(1)</script>"
    settings.HOSPITAL_NAME = hostile
    topic = factories.make_live(factories.make_topic(), title=hostile).page
    factories.make_live(factories.make_treatment(topic=topic), title=hostile)
    for page in Page.objects.all():
        text = client.get(f"{page.get_absolute_url()}export.html").content.decode()
        assert "<script" not in text
        assert text.count("</style>") == text.count("</title>") == 1
