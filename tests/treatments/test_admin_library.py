"""The report on the library, the hospital's hard words, and the command that measures."""

import csv
import html
import io
import json

import pytest
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import factories
from treatments import advice, checklists, publishing, remarks
from treatments.models import AuditEntry, Measurement, PlainWord

pytestmark = pytest.mark.django_db
EASY, HARD = "<p>Oil it. Wipe it.</p>", "<p>Derailleur manufacturers utilize aluminium.</p>"


@pytest.fixture
def staff(client):
    user = factories.make_user(may=[], is_staff=True)
    user.groups.add(Group.objects.get(name="Managers"))
    client.force_login(user)
    return client


@pytest.fixture
def easy():
    return factories.make_live(title="Chains", body=EASY)


@pytest.fixture
def hard():
    return factories.make_live(title="Gears", body=HARD)


def titles(response):
    assert response.status_code == 200
    return [text.title for text in response.context["cl"].result_list]


def said(response):
    return html.unescape(" ".join(response.content.decode().split()))


def report(*options):
    out, err = io.StringIO(), io.StringIO()
    call_command("readability_report", *options, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


# The list


def test_the_hardest_text_comes_first_and_what_is_not_measured_last(staff, easy, hard):
    factories.make_imported(title="Wheels")
    assert titles(staff.get("/admin/library/")) == ["Gears", "Chains", "Wheels"]


def test_only_what_patients_read_is_in_it(staff, hard):
    factories.make_draft(hard.page, title="Gears, again", body=EASY)
    factories.make_withdrawn()
    factories.make_scheduled()
    assert titles(staff.get("/admin/library/")) == ["Gears"]


def test_a_row_tells_the_figures_and_what_to_look_at(staff, hard):
    shown = said(staff.get("/admin/library/"))
    assert f'<a href="/admin/library/{hard.page_id}/">Gears</a>' in shown
    assert "hard words: 1" in shown
    assert f">{hard.measurement.grade:.1f}<" in shown


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?o=0", ["Chains", "Gears"]),
        ("?o=2", ["Chains", "Gears"]),
        ("?o=-3", ["Gears", "Chains"]),
        ("?o=-5.4", ["Gears", "Chains"]),
        ("?grade=6", ["Chains"]),
        ("?grade=13", ["Gears"]),
        ("?grade=none", []),
        ("?grade=nonsense", ["Gears", "Chains"]),
        ("?finding=word", ["Gears"]),
        ("?finding=table", []),
        ("?finding=nonsense", ["Gears", "Chains"]),
        ("?page__kind__exact=treatment", ["Gears", "Chains"]),
        ("?page__kind__exact=topic", []),
        ("?q=gear", ["Gears"]),
    ],
)
def test_it_is_filtered_sorted_and_searched(staff, easy, hard, query, expected):
    assert titles(staff.get(f"/admin/library/{query}")) == expected


def test_it_is_fetched_as_csv_and_that_is_audited(staff, easy, hard):
    text = staff.get("/admin/library/export/?q=gears").getvalue().decode("utf-8-sig")
    head, *rows = csv.reader(io.StringIO(text, newline=""))
    assert head[0] == "Title"
    assert [row[0] for row in rows] == ["Gears"]
    assert AuditEntry.objects.filter(
        action="export", subject="list of texts in the library"
    ).exists()


def test_the_list_costs_as_many_queries_for_many_texts_as_for_few(staff, easy):
    with CaptureQueriesContext(connection) as few:
        staff.get("/admin/library/")
    for _ in range(4):
        factories.make_live()
        factories.make_imported()
    with CaptureQueriesContext(connection) as many:
        staff.get("/admin/library/")
    assert len(many) == len(few)


def test_the_lists_of_pages_show_the_grade_and_sort_by_it(staff, easy, hard):
    address = "/admin/treatments/treatment/"
    assert f">{hard.measurement.grade:.1f}<" in said(staff.get(address))
    for order, first in (("-7", hard), ("7", easy)):
        assert staff.get(f"{address}?o={order}").context["cl"].result_list[0].pk == first.page_id


def test_lists_without_figures_open_all_the_same(staff, easy):
    Measurement.objects.all().delete()
    assert "Not measured yet" in said(staff.get("/admin/treatments/treatment/"))
    assert "Not measured yet" in said(staff.get("/admin/library/"))


# Measuring by a press of the button


def test_what_is_not_measured_is_measured_by_a_press_of_the_button(staff):
    imported = factories.make_imported(body=HARD)
    assert "1 text is not measured yet" in said(staff.get("/admin/library/"))
    answer = staff.post("/admin/library/measure/", follow=True)
    assert "Texts measured: 1." in said(answer)
    assert "not measured yet" not in said(answer)
    assert imported.measurement.findings == 1


def test_measuring_needs_the_token(client, staff):
    client.handler.enforce_csrf_checks = True
    assert client.post("/admin/library/measure/").status_code == 403


def test_staff_without_a_role_measure_nothing(client):
    factories.make_imported()
    client.force_login(factories.make_user(may=[], is_staff=True))
    assert client.post("/admin/library/measure/").status_code == 403
    assert not Measurement.objects.exists()


# The page of a text


def test_the_page_of_a_text_has_all_its_advice_and_leads_to_it(staff, hard):
    shown = said(staff.get(f"/admin/library/{hard.page_id}/"))
    assert "Instead of “utilize”, try: use." in shown
    assert f'href="/admin/treatments/treatment/{hard.page_id}/text/?write#passage-0"' in shown


def test_the_page_of_a_text_has_its_ratings_by_checklist(staff, hard):
    address = f"/admin/library/{hard.page_id}/"
    assert "Nobody has rated this edition yet." in staff.get(address).text
    answers = dict.fromkeys(checklists.PEMAT_P.items, checklists.YES)
    remarks.rate(
        edition=hard,
        by=factories.make_user(),
        checklist=checklists.PEMAT_P,
        answers=answers,
        version=hard.version,
    )
    assert "Understandability 100" in staff.get(address).text


def test_who_may_not_write_is_led_to_the_text_without_the_editor(client, hard):
    client.force_login(factories.make_user(may=["approve_edition"], is_staff=True))
    assert b"?write" not in client.get(f"/admin/library/{hard.page_id}/").content


def test_a_page_that_patients_do_not_read_is_not_in_the_library(staff):
    draft, withdrawn = factories.make_draft(), factories.make_withdrawn()
    for pk in (draft.page_id, withdrawn.page_id, 10**9):
        assert staff.get(f"/admin/library/{pk}/").status_code == 404


def test_the_advice_is_that_on_what_patients_read(staff, hard):
    factories.make_draft(hard.page, title="Gears", body=EASY)
    assert "Instead of “utilize”" in said(staff.get(f"/admin/library/{hard.page_id}/"))


# The command


def test_the_command_measures_and_lists_the_hardest_first(easy, hard):
    factories.make_imported(title="Wheels", body=EASY)
    out, err = report()
    assert [line.split()[-1] for line in out.splitlines()[1:]][0] == "Gears"
    assert "Wheels" in out
    assert err == "Measured 1 of 1 texts.\n"


def test_the_command_measures_nothing_twice_unless_told(hard):
    assert report()[1] == ""
    assert report("--anew")[1] == "Measured 1 of 1 texts.\n"


def test_its_json_can_be_read_by_machines(easy, hard):
    first, second = json.loads(report("--json")[0])
    assert (first["title"], first["word"], first["findings"]) == ("Gears", 1, 1)
    assert second["grade"] < first["grade"]
    assert set(advice.KINDS) <= set(first)


def test_its_csv_has_a_column_for_each_kind_of_finding(hard):
    rows = list(csv.reader(io.StringIO(report("--csv")[0].lstrip("\ufeff"), newline="")))
    assert rows[0][:2] == ["title", "kind"]
    assert rows[0][-len(advice.KINDS) :] == list(advice.KINDS)
    assert len(rows) == 2


def test_it_lists_the_first_few_where_that_is_asked_for(easy, hard):
    assert [row["title"] for row in json.loads(report("--json", "--most", "1")[0])] == ["Gears"]


def test_it_can_measure_and_say_nothing():
    factories.make_imported()
    assert report("--quiet", "-v0") == ("", "")
    assert Measurement.objects.count() == 1


def test_an_empty_library_is_reported_too():
    assert json.loads(report("--json")[0]) == []


# Hard words in the admin


def test_a_manager_adds_changes_and_deletes_a_hard_word(staff):
    staff.post("/admin/treatments/plainword/add/", {"word": "Velocipede", "instead": "bike"})
    listed = PlainWord.objects.get()
    change = f"/admin/treatments/plainword/{listed.pk}/change/"
    staff.post(change, {"word": "velocipede", "instead": "bicycle"})
    staff.post(change.replace("change", "delete"), {"post": "yes"})
    assert list(AuditEntry.objects.values_list("action", flat=True)) == [
        "sign in",
        "add hard word",
        "change hard word",
        "delete hard word",
    ]


def test_a_word_twice_is_refused_in_the_form(staff):
    PlainWord.objects.create(word="velocipede")
    answer = staff.post("/admin/treatments/plainword/add/", {"word": "VELOCIPEDE", "instead": "x"})
    assert "“velocipede” is in the list already." in said(answer)


def test_authors_see_the_list_and_change_nothing(client):
    author = factories.make_user(may=["write_edition"], is_staff=True)
    client.force_login(author)
    listed = PlainWord.objects.create(word="velocipede")
    assert client.get("/admin/treatments/plainword/").status_code == 200
    change = f"/admin/treatments/plainword/{listed.pk}/change/"
    assert client.post(change, {"word": "x", "instead": "y"}).status_code == 403
    assert client.post("/admin/treatments/plainword/add/", {"word": "x"}).status_code == 403


def test_a_hard_word_of_the_hospital_is_advised_on_at_once(staff, easy):
    staff.post("/admin/treatments/plainword/add/", {"word": "oil", "instead": "grease"})
    assert "Instead of “Oil”, try: grease." in said(staff.get(f"/admin/library/{easy.page_id}/"))


def test_withdrawn_texts_leave_the_report_at_once(staff, hard):
    publishing.withdraw(edition=hard, by=factories.make_user(), reason="x")
    assert titles(staff.get("/admin/library/")) == []
