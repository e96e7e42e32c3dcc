"""Advice on words that are sent: who gets it, what it holds, what is refused."""

import html
import logging

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from selectolax.lexbor import LexborHTMLParser

from tests import factories, hostile
from treatments import measuring
from treatments.models import AuditEntry, Edition, Measurement

pytestmark = pytest.mark.django_db
ROLES = [
    ("Authors", 200),
    ("Reviewers", 200),
    ("Managers", 200),
    ("administrator", 200),
    ("staff", 403),
    ("visitor", 302),
    ("nobody", 302),
]


def sign_in(client, who):
    if who == "nobody":
        return
    admin = who == "administrator"
    user = factories.make_user(may=[], is_staff=who != "visitor", is_superuser=admin)
    user.groups.set(Group.objects.filter(name=who))
    client.force_login(user)


def address(page):
    return reverse(f"admin:treatments_{page.kind}_advice", args=[page.pk])


@pytest.fixture
def ask(client):
    """What an author is answered who sends a body, and whatever else."""

    def post(body="", page=None, **data):
        sign_in(client, "Authors")
        return client.post(address(page or factories.make_treatment()), {"body": body} | data)

    return post


def said(answer):
    return html.unescape(" ".join(answer.content.decode().split()))


# Who


@pytest.mark.parametrize(("who", "status"), ROLES)
@pytest.mark.parametrize("kind", ["treatment", "topic", "term"])
def test_those_who_write_are_advised_and_nobody_else(client, who, status, kind):
    page = getattr(factories, f"make_{kind}")()
    sign_in(client, who)
    assert client.post(address(page), {"body": "<p>A</p>"}).status_code == status


def test_a_reviewer_who_may_not_write_is_not_advised(client):
    client.force_login(factories.make_user(may=["approve_edition"], is_staff=True))
    assert client.post(address(factories.make_treatment())).status_code == 403


def test_no_advice_without_the_token(client):
    client.handler.enforce_csrf_checks = True
    sign_in(client, "Authors")
    assert client.post(address(factories.make_treatment()), {"body": ""}).status_code == 403


@pytest.mark.parametrize("method", ["get", "head", "put", "delete"])
def test_only_what_is_sent_is_answered(client, method):
    sign_in(client, "Authors")
    assert getattr(client, method)(address(factories.make_treatment())).status_code == 405


def test_a_page_of_another_kind_or_none_is_not_found(client):
    sign_in(client, "Authors")
    topic = factories.make_topic()
    for pk in (topic.pk, 10**9, 10**30):
        wrong = f"/admin/treatments/treatment/{pk}/advice/"
        assert client.post(wrong, {"body": ""}).status_code == 404


# What


def test_the_grade_is_told_in_words_with_what_helps_first(ask):
    answer = ask(f"<p>{'Oil the chain ' * 7}.</p><p>Utilize it.</p>")
    assert "Reads at about grade" in said(answer)
    assert "What helps first: split the long sentence." in said(answer)
    assert "Both are rough: a grade needs 30 sentences, and this text has 2." in said(answer)
    assert "Instead of “Utilize”, try: use." in said(answer)


def test_an_easy_text_is_told_so(ask):
    answer = said(ask("<p>Oil it. Wipe it.</p>"))
    assert "That is what to aim for." in answer
    assert "Nothing else to look at." in answer


def test_an_empty_text_has_nothing_to_grade(ask):
    assert "There is nothing to grade yet." in said(ask())


def test_another_script_has_no_grade(ask):
    assert "made for English" in said(ask("<p>Смажьте цепь.</p>"))


def test_the_grade_without_the_words_of_the_glossary_is_told_where_it_differs(ask):
    term = factories.make_term()
    factories.make_live(term, title="derailleur tensioner", summary="A part.", body="")
    answer = ask("<p>Oil the derailleur tensioner.</p>")
    assert "Without the words that the glossary explains" in said(answer)
    assert "Without the words" not in said(ask("<p>Oil the chain.</p>"))


def test_the_meaning_of_a_term_leads_to_its_field(ask):
    answer = ask(page=factories.make_term(), summary="Utilize it.")
    assert 'data-place="-1"' in said(answer)


def test_words_are_never_markup_and_never_lead_out(ask):
    body = '<p>Utilize &lt;script&gt;a(1)&lt;/script&gt;.</p><p><a href="javascript:x">here</a></p>'
    answer = ask(body + '<p><a href="/x">"onclick=x</a> <a href="/y">click here</a></p>')
    assert b"<script" not in answer.content
    assert b"javascript:" not in answer.content
    assert b'"onclick' not in answer.content


def test_hostile_texts_are_answered_in_our_own_markup_alone(client):
    sign_in(client, "Authors")
    where = address(factories.make_treatment())
    found = set()
    for _, text in hostile.inputs():
        answer = client.post(where, {"body": text})
        assert answer.status_code == 200
        for node in LexborHTMLParser(answer.content.decode()).css("body *"):
            found.add((node.tag, *node.attributes))
    assert {tag for tag, *_ in found} <= {
        *["p", "strong", "details", "summary", "span", "ul", "li", "a", "q"]
    }
    assert {name for _, *names in found for name in names} <= {
        *("class", "data-said", "open", "href", "data-place", "data-words")
    }


@pytest.mark.parametrize("body", ["a" * (measuring.LONGEST + 1), "<b>" * 20_001])
def test_too_long_a_text_is_refused_in_a_sentence(ask, body):
    answer = ask(body)
    assert answer.status_code == 413
    assert "too long for advice" in said(answer)


@pytest.mark.parametrize("empty", ["<h2></h2>", "<h2>&nbsp;</h2>", "<h3><br></h3>"])
def test_an_empty_heading_is_advised_on_before_saving_leaves_it_out(ask, empty):
    assert "empty heading" in said(ask(f"<p>Oil it.</p>{empty}<p>Wipe it.</p>"))


def test_nothing_is_stored_or_logged(ask, caplog):
    caplog.set_level(logging.DEBUG)
    answer = ask("<p>Velocipede.</p>")
    assert not Edition.objects.exists()
    assert not Measurement.objects.exists()
    assert [deed.action for deed in AuditEntry.objects.all()] == ["sign in"]
    assert "Velocipede" not in caplog.text
    assert "no-store" in answer["Cache-Control"]


def test_advice_costs_few_queries_whatever_the_glossary_holds(client):
    sign_in(client, "Authors")
    where = address(factories.make_treatment())
    with CaptureQueriesContext(connection) as few:
        client.post(where, {"body": "<p>A</p>"})
    for number in range(5):
        factories.make_live(factories.make_term(), title=f"word{number}", summary="x", body="")
    with CaptureQueriesContext(connection) as many:
        client.post(where, {"body": "<p>A</p>"})
    assert len(many) <= len(few)


# On the screen


def test_the_panel_stands_beside_the_words_that_are_written(client):
    ana = factories.make_user(is_staff=True)
    draft = factories.make_draft(by=ana, body="<p>Utilize it.</p>")
    client.force_login(ana)
    shown = said(client.get(f"/admin/treatments/treatment/{draft.page_id}/text/"))
    assert f'data-address="{address(draft.page)}"' in shown
    assert "Instead of “Utilize”, try: use." in shown


def test_after_a_refused_save_the_advice_is_on_what_was_typed(client):
    ana = factories.make_user(is_staff=True)
    draft = factories.make_draft(by=ana)
    client.force_login(ana)
    words = {"verb": "save", "title": "", "body": "<p>Utilize it.</p>", "version": 1}
    answer = client.post(f"/admin/treatments/treatment/{draft.page_id}/text/", words)
    assert answer.status_code == 400
    assert "Instead of “Utilize”, try: use." in said(answer)


def test_who_only_reads_a_text_sees_no_panel(client):
    live = factories.make_live()
    sign_in(client, "Authors")
    answer = client.get(f"/admin/treatments/treatment/{live.page_id}/text/")
    assert b'id="advice"' not in answer.content


def test_advice_keeps_nobody_from_sending_a_text_to_review(client):
    ana = factories.make_user(is_staff=True)
    body = f"<h2>A</h2><p>{'Utilize it prior to it ' * 20}</p>"
    draft = factories.make_draft(by=ana, body=body)
    client.force_login(ana)
    words = {"verb": "submit", "title": "T", "body": body, "version": 1}
    client.post(f"/admin/treatments/treatment/{draft.page_id}/text/", words)
    draft.refresh_from_db()
    assert draft.state == "in review"
