"""The screens of references: who may open them, what they show, what they keep of typed words."""

import re
from io import BytesIO

import pytest
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests import factories
from treatments import citations, referencing
from treatments.admin import references as screens
from treatments.models import AuditEntry, Reference

pytestmark = pytest.mark.django_db
LIST = "/admin/treatments/reference/"
VIEW, ADD, CHANGE, DELETE = (f"{verb}_reference" for verb in ("view", "add", "change", "delete"))
ROLES = {
    "nobody": None,
    "without a role": [],
    "viewer": [VIEW],
    "author": [VIEW, ADD, CHANGE],
    "manager": [VIEW, ADD, CHANGE, DELETE],
}
WORDS = {"authors": "Spoke B", "title": "Round wheels", "year": "2002", "seen": "0"}
RIS = "TY  - JOUR\nAU  - Spoke, B\nTI  - {}\nPY  - 2002\nER  - \n"


def staff(role="manager"):
    """A browser in which somebody of this role has signed in."""
    client = Client()
    if ROLES[role] is not None:
        client.force_login(factories.make_user(role.title(), may=ROLES[role], is_staff=True))
    return client


@pytest.fixture
def manager():
    return staff()


def cite(reference):
    return f"<p>Oil it.{citations.marker(reference.key, reference.label())}</p>"


def change(reference):
    return f"{LIST}{reference.pk}/change/"


def words(response):
    """A page's text without markup, in one line."""
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


# Who may

# {(method, address): the roles that may}; the others are sent to sign in, or get 403
VIEWERS = {"viewer", "author", "manager"}
AUTHORS = {"author", "manager"}
MANAGERS = {"manager"}
ADDRESSES = {
    ("GET", ""): VIEWERS,
    ("POST", ""): VIEWERS,
    ("GET", "export/"): VIEWERS,
    ("GET", "add/"): AUTHORS,
    ("POST", "add/"): AUTHORS,
    ("GET", "import/"): AUTHORS,
    ("POST", "import/"): AUTHORS,
    ("GET", "{pk}/change/"): VIEWERS,
    ("POST", "{pk}/change/"): AUTHORS,
    ("POST", "{pk}/change/?verify"): AUTHORS,
    ("POST", "{pk}/change/?unverify"): AUTHORS,
    ("POST", "{pk}/change/?retract"): AUTHORS,
    ("GET", "{pk}/history/"): VIEWERS,
    ("GET", "{pk}/delete/"): MANAGERS,
    ("POST", "{pk}/delete/"): MANAGERS,
    ("GET", "{pk}/merge/"): MANAGERS,
    ("POST", "{pk}/merge/?with={other}"): MANAGERS,
}
SENT = {
    "": {"action": "merge_chosen"},
    "add/": WORDS | {"title": "New"},
    "import/": {"text": RIS.format("Imported"), "_save": "yes", "add": "1"},
    "{pk}/change/": WORDS,
    "{pk}/change/?verify": WORDS | {"_verify": "yes"},
    "{pk}/change/?unverify": WORDS | {"_unverify": "yes"},
    "{pk}/change/?retract": WORDS | {"retracted": "on"},
    "{pk}/delete/": {"post": "yes"},
    "{pk}/merge/?with={other}": {"kept": "{pk}"},
}


def asked(client, method, address):
    """The answer at an address about a fresh reference, and whether anything was changed."""
    one, other = factories.make_reference(), factories.make_reference()
    if address.endswith("unverify"):
        by = factories.make_user(may=ROLES["manager"])
        referencing.verify(reference=one, by=by, version=0)
    numbers = {"pk": one.pk, "other": other.pk}
    sent = {name: value.format(**numbers) for name, value in SENT.get(address, {}).items()}
    if "seen" in sent:
        one.refresh_from_db()
        sent["seen"] = one.version
    before = AuditEntry.objects.count()
    answer = client.generic if method == "HEAD" else getattr(client, method.lower())
    response = answer(LIST + address.format(**numbers), sent if method == "POST" else None)
    return response, AuditEntry.objects.count() > before


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(("method", "address"), ADDRESSES)
def test_each_address_lets_in_whom_it_should(method, address, role):
    response, changed = asked(staff(role), method, address)
    if role in ADDRESSES[method, address]:
        assert response.status_code in (200, 302), words(response)
        told = method == "POST" and address != "" or address == "export/"
        assert changed == told
        assert "login" not in response.headers.get("Location", "")
        return
    assert not changed
    sent_away = "/admin/login/" in response.headers.get("Location", "")
    assert sent_away if role == "nobody" else response.status_code == 403


def test_every_address_of_ours_is_in_the_table():
    model_admin = admin.site.get_model_admin(Reference)
    named = [pattern.pattern for pattern in model_admin.get_urls() if pattern.name]
    shapes = {re.sub(r"<[^>]+>", "{pk}", str(pattern)) for pattern in named}
    assert shapes == {address.partition("?")[0] for _, address in ADDRESSES}


@pytest.mark.parametrize("address", [a for method, a in ADDRESSES if method == "POST"])
def test_a_forged_form_changes_nothing(address):
    client = staff()
    client.handler.enforce_csrf_checks = True
    response, changed = asked(client, "POST", address)
    assert (response.status_code, changed) == (403, False)


def test_references_stand_in_the_menu(manager):
    assert f'href="{LIST}"' in manager.get("/admin/").content.decode()


# The list


def test_the_list_says_what_an_editor_needs(manager):
    found = factories.make_reference(source_text="Spoke B. A very round wheel.", retracted=True)
    page = factories.make_live(body=cite(found)).page
    factories.make_live(page, body=cite(found))
    factories.make_draft(body=cite(found))
    ana = factories.make_user(may=ROLES["manager"], first_name="Ana", last_name="Díaz")
    referencing.verify(reference=factories.make_reference(), by=ana, version=0)
    text = words(manager.get(LIST))
    assert re.search(r"A very round wheel\. 2001 Not verified Retracted 1\b", text)
    assert re.search(r"2001 Ana Díaz, \d+ \w+ \d{4} – 0\b", text)


@pytest.mark.parametrize(
    "query", ["Spoke", "Brakes", "J Cycl", "2001", "10.5555/w", "99999901", "old-key", "received"]
)
def test_the_list_is_searched_by_all_that_names_a_source(manager, query):
    found = factories.make_reference(
        doi="10.5555/w", pmid="99999901", source_text="As received.", title="Brakes"
    )
    factories.make_reference("old-key", merged_into=found)
    factories.make_reference(
        authors="Other", title="Other", journal="Other", year="1999", source_text="Other"
    )
    assert "1 reference" in words(manager.get(LIST, {"q": query}))


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("verified=yes", ["verified"]),
        ("verified=no", ["live", "draft", "retracted"]),
        ("retracted=yes", ["retracted"]),
        ("retracted=no", ["verified", "live", "draft"]),
        ("cited=live", ["live"]),
        ("cited=never", ["verified", "retracted"]),
        ("cited=nonsense", ["verified", "live", "draft", "retracted"]),
    ],
)
def test_the_list_is_filtered(manager, query, expected):
    live, draft, verified = (factories.make_reference(k) for k in ("live", "draft", "verified"))
    factories.make_reference("retracted", retracted=True)
    factories.make_live(body=cite(live))
    factories.make_draft(body=cite(draft))
    by = factories.make_user(may=ROLES["manager"])
    referencing.verify(reference=verified, by=by, version=0)
    response = manager.get(f"{LIST}?{query}")
    assert {r.key for r in response.context["cl"].result_list} == set(expected)


def queries(client, address):
    with CaptureQueriesContext(connection) as asked:
        client.get(address)
    return len(asked)


def test_the_list_asks_the_database_as_often_for_many_as_for_few(manager):
    factories.make_live(body=cite(factories.make_reference()))
    few = queries(manager, LIST)
    for _ in range(20):
        factories.make_live(body=cite(factories.make_reference()))
    assert queries(manager, LIST) == few


def test_merged_references_are_not_listed_and_lead_to_the_one_that_stays(manager):
    kept = factories.make_reference()
    gone = factories.make_reference(merged_into=kept)
    assert "1 reference" in words(manager.get(LIST))
    assert manager.get(change(gone)).headers["Location"] == change(kept)


def test_two_ticked_references_are_compared(manager):
    one, other = factories.make_reference(), factories.make_reference()
    sent = {"action": "merge_chosen", "_selected_action": [one.pk, other.pk]}
    response = manager.post(LIST, sent, follow=True)
    assert response.context["title"] == "Merge two references"
    assert "delete_selected" not in manager.get(LIST).content.decode()


# The form


def test_every_field_has_a_help_text(manager):
    forms = [screens.ImportForm(), screens.OtherForm()]
    forms += [manager.get(f"{LIST}add/").context["adminform"].form]
    forms += [manager.get(change(factories.make_reference())).context["adminform"].form]
    lacking = [
        field.name
        for form in forms
        for field in form.visible_fields()
        if not field.help_text.endswith(".")
    ]
    assert lacking == []


def test_adding_proposes_the_key(manager):
    manager.post(f"{LIST}add/", WORDS)
    assert Reference.objects.get().key == "spoke-2002"


def test_the_key_is_shown_and_not_changed(manager):
    found = factories.make_reference("wheeler-2001")
    manager.post(change(found), WORDS | {"key": "other"})
    assert "wheeler-2001" in words(manager.get(change(found)))
    assert Reference.objects.get().key == "wheeler-2001"


def test_a_double_is_refused_with_a_link_and_what_was_typed(manager):
    other = factories.make_reference(doi="10.5555/wheel")
    response = manager.post(f"{LIST}add/", WORDS | {"doi": "https://doi.org/10.5555/WHEEL"})
    text = response.content.decode()
    assert "This source is here already" in text
    assert f'href="{change(other)}"' in text
    assert "Round wheels</textarea>" in text
    assert "although_alike" not in text


def test_a_source_with_the_same_title_and_year_can_be_saved_all_the_same(manager):
    factories.make_reference(title="Round wheels", year="2002")
    text = manager.post(f"{LIST}add/", WORDS).content.decode()
    assert "although_alike" in text
    manager.post(f"{LIST}add/", WORDS | {"although_alike": "on"})
    assert Reference.objects.count() == 2


def test_an_address_without_its_scheme_is_taken_for_https(manager):
    manager.post(f"{LIST}add/", WORDS | {"url": "example.org/wheels"})
    assert Reference.objects.get().url == "https://example.org/wheels"


def test_two_windows_do_not_overwrite_each_other(manager):
    found = factories.make_reference()
    manager.post(change(found), WORDS)
    response = manager.post(change(found), WORDS | {"title": "Mine"})
    assert "nothing was overwritten" in words(response)
    assert "Mine</textarea>" in response.content.decode()
    assert Reference.objects.get().title == "Round wheels"
    seen = response.context["adminform"].form["seen"].value()
    manager.post(change(found), WORDS | {"title": "Mine", "seen": seen})
    assert Reference.objects.get().title == "Mine"


def test_a_form_that_does_not_say_what_it_has_seen_saves_nothing(manager):
    found = factories.make_reference()
    manager.post(change(found), WORDS | {"seen": ""})
    assert Reference.objects.get().title == found.title


def test_verifying_saves_what_was_typed_and_who_says_so(manager):
    found = factories.make_reference()
    text = words(manager.post(change(found), WORDS | {"_verify": "yes"}, follow=True))
    assert "Verified. Drafts" in text
    assert "Spoke B. Round wheels. 2002." in text
    assert Reference.objects.get().verified_by.username == "Manager"


def test_verifying_without_a_year_saves_nothing_and_says_so(manager):
    found = factories.make_reference()
    response = manager.post(change(found), WORDS | {"year": "", "_verify": "yes"})
    assert "at least the title and the year" in words(response)
    assert Reference.objects.get().title == found.title


def test_a_retraction_is_told_to_editors(manager):
    found = factories.make_reference()
    manager.post(change(found), WORDS | {"retracted": "on", "retraction_note": "J Cycl 2003"})
    text = words(manager.get(change(found)))
    assert "Patients see “Retracted” wherever it is cited." in text
    assert "Retracted" in words(manager.get(LIST))


def test_the_form_says_where_a_reference_is_used(manager):
    found = factories.make_reference()
    page = factories.make_live(body=cite(found), title="Chains").page
    factories.make_draft(page, body=cite(found), title="Chains")
    response = manager.get(change(found))
    assert "Chains : edition 2 (draft), edition 1 (live)" in words(response)
    assert reverse("admin:treatments_treatment_text", args=[page.pk]) in response.content.decode()


def test_a_viewer_sees_everything_and_changes_nothing():
    found = factories.make_reference()
    text = staff("viewer").get(change(found)).content.decode()
    assert "No text cites it." in text
    assert 'name="_save"' not in text
    assert "_verify" not in text


# Deleting


def test_a_cited_reference_is_not_deleted_and_the_page_says_where(manager):
    found = factories.make_reference()
    factories.make_live(body=cite(found), title="Chains")
    address = f"{LIST}{found.pk}/delete/"
    for response in (manager.get(address), manager.post(address, {"post": "yes"})):
        assert "cannot be deleted, because it is cited by “Chains” (edition 1, live)" in words(
            response
        )
    assert Reference.objects.exists()


def test_an_uncited_reference_is_deleted(manager):
    found = factories.make_reference()
    manager.post(f"{LIST}{found.pk}/delete/", {"post": "yes"})
    assert not Reference.objects.exists()
    assert AuditEntry.objects.last().action == "delete reference"


# Importing


def upload(data, name="export.ris"):
    file = BytesIO(data)
    file.name = name
    return {"file": file}


def test_nothing_is_saved_before_the_preview_was_seen(manager):
    response = manager.post(f"{LIST}import/", {"text": RIS.format("Bells")})
    assert "1. Spoke B. Bells. 2002." in words(response)
    assert not Reference.objects.exists()


def test_what_the_preview_shows_is_imported(manager):
    text = RIS.format("Bells") + RIS.format("Horns")
    preview = manager.post(f"{LIST}import/", upload(text.encode("utf-16")))
    sent = {"text": preview.context["text"], "_save": "yes", "add": ["1", "2"]}
    response = manager.post(f"{LIST}import/", sent, follow=True)
    assert "2 references were imported" in words(response)
    assert set(Reference.objects.values_list("title", flat=True)) == {"Bells", "Horns"}


def test_the_preview_ticks_what_is_new_and_links_what_is_here(manager):
    here = factories.make_reference(title="Bells", year="2002")
    text = RIS.format("Bells") + RIS.format("Horns") + "stray"
    preview = manager.post(f"{LIST}import/", {"text": text})
    boxes = re.findall(r'name="(\w+)" value="(\d)"[^>]*?( checked)?>', preview.content.decode())
    assert boxes == [("although_alike", "1", ""), ("add", "2", " checked")]
    assert f'href="{change(here)}"' in preview.content.decode()
    assert "Line 11: stray" in words(preview)


def test_an_import_that_is_refused_shows_the_preview_again(manager):
    factories.make_reference(title="Bells", year="2002")
    sent = {"text": RIS.format("Bells") + RIS.format("Horns"), "_save": "yes", "add": ["1", "2"]}
    response = manager.post(f"{LIST}import/", sent)
    assert "Nothing was imported. Reference 1" in words(response)
    assert Reference.objects.count() == 1
    assert response.content.decode().count(" checked") == 2


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({}, "There is nothing in it"),
        ({"text": "Dear Ana"}, "neither RIS nor NBIB"),
        ({"text": RIS} | upload(b"TY  - JOUR"), "not both"),
        (upload(b""), "There is nothing in it"),
        (upload(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"), "This is no text"),
        (upload(b"x" * 1_000_001), "larger than 1 MB"),
        ({"text": "x" * 1_000_001}, "more than 1 MB"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_in_a_sentence(manager, sent, sentence):
    for value in sent.values():
        if hasattr(value, "seek"):
            value.seek(0)
    response = manager.post(f"{LIST}import/", sent)
    assert response.status_code == 200
    assert re.search(sentence, words(response))


def test_a_hostile_file_is_shown_as_the_text_that_it_is(manager):
    text = RIS.format('"><script>alert(1)</script>') + "</textarea><script>alert(2)</script>"
    shown = manager.post(f"{LIST}import/", {"text": text}).content.decode()
    assert "<script>alert" not in shown
    assert "&lt;script&gt;alert(1)" in shown


def test_a_guessed_encoding_is_told(manager):
    preview = manager.post(f"{LIST}import/", upload(RIS.format("Glöckchen").encode("latin-1")))
    assert "Glöckchen" in words(preview)
    assert "read as Windows-1252 (Latin-1)" in words(preview)


# Merging


def test_the_two_are_compared_before_one_is_chosen(manager):
    one, other = factories.make_reference(doi="10.5555/a"), factories.make_reference()
    factories.make_live(body=cite(one), title="Chains")
    text = words(manager.get(f"{LIST}{one.pk}/merge/", {"with": other.pk}))
    assert "DOI 10.5555/a – Differs" in text
    assert "Chains : edition 1 (live)" in text
    assert not Reference.objects.filter(merged_into__isnull=False).exists()


def test_merging_leads_to_the_one_that_stays(manager):
    one, other = factories.make_reference(), factories.make_reference()
    response = manager.post(f"{LIST}{one.pk}/merge/?with={other.pk}", {"kept": other.pk})
    assert response.headers["Location"] == change(other)
    assert Reference.objects.get(pk=one.pk).merged_into == other


@pytest.mark.parametrize("other", ["0", "x", "", "{pk}", "99999999999999999999"])
def test_a_reference_that_is_not_there_is_not_merged(manager, other):
    one = factories.make_reference()
    response = manager.get(f"{LIST}{one.pk}/merge/", {"with": other.format(pk=one.pk)})
    assert response.context["title"] == "Merge with another reference"


@pytest.mark.parametrize("address", ["x/change/", "9999999999999999999999/change/", "0/merge/"])
def test_an_address_of_nothing_is_no_error(manager, address):
    assert manager.get(LIST + address).status_code in (302, 404)
