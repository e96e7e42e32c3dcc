"""Lists as files: the rows and columns of the list, for those who may see it, and kept in mind."""

import csv
import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from taggit.models import Tag

from tests import factories
from treatments.models import AuditEntry

pytestmark = pytest.mark.django_db
PAGES, REFERENCES = "/admin/treatments/treatment/", "/admin/treatments/reference/"


@pytest.fixture
def staff(admin_client):
    return admin_client


def rows(response):
    assert response.status_code == 200
    text = response.getvalue().decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline="")))


def export(client, address, query=""):
    return rows(client.get(f"{address}export/{query}"))


def test_the_file_has_the_columns_of_the_list(staff):
    topic = factories.make_topic()
    factories.make_live(topic, title="Bicycles")
    factories.make_imported(factories.make_treatment(topic=topic), title="Chains")
    assert export(staff, PAGES) == [
        ["Title", "Topic", "What patients see now", "What is under way", "Next review"],
        ["Chains", "Bicycles", "Edition 1, imported", "–", "Never reviewed"],
    ]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["Wheels", "Brakes", "Chains"]),
        ("?shown=nothing", ["Chains"]),
        ("?q=brakes", ["Brakes"]),
        ("?o=0", ["Brakes", "Chains", "Wheels"]),
        ("?o=-0&under_way=draft", ["Chains"]),
        ("?p=7", ["Wheels", "Brakes", "Chains"]),
        ("?shown=text&all=&o=0", ["Brakes", "Wheels"]),
    ],
)
def test_it_has_the_rows_of_the_list_in_the_same_order(staff, query, expected):
    topic = factories.make_topic()
    for make, title in [
        (factories.make_live, "Wheels"),
        (factories.make_live, "Brakes"),
        (factories.make_draft, "Chains"),
    ]:
        make(factories.make_treatment(topic=topic), title=title)
    assert [row[0] for row in export(staff, PAGES, query)[1:]] == expected


def test_more_rows_than_a_screen_holds_are_all_there_in_a_few_queries_each(staff, monkeypatch):
    monkeypatch.setattr("treatments.admin.exporting.AT_ONCE", 2)
    monkeypatch.setattr("treatments.admin.references.ReferenceAdmin.list_per_page", 3)
    for number in range(5):
        factories.make_reference(authors=f"Wheeler {number}")
    with CaptureQueriesContext(
        connection,
    ) as asked:
        found = export(staff, REFERENCES, "?o=1")
    assert [row[0][:9] for row in found[1:]] == ["Wheeler A"] * 5
    assert len({row[0] for row in found[1:]}) == 5
    for number in range(2):
        factories.make_reference(authors=f"Wheeler {number}")
    with CaptureQueriesContext(connection) as more:
        export(staff, REFERENCES, "?o=1")
    assert len(more) - len(asked) == 2  # the references of another batch, and where these stand


def test_a_title_that_a_spreadsheet_would_calculate_is_text(staff):
    factories.make_live(title='=HYPERLINK("http://example.org")')
    assert export(staff, PAGES)[1][0] == '\'=HYPERLINK("http://example.org")'


def test_what_the_screen_makes_bold_is_words_in_the_file(staff):
    factories.make_reference(authors="Wheeler A & B", title="", retracted=True)
    ((_, _, _, retracted, _),) = export(staff, REFERENCES)[1:]
    assert retracted == "Retracted"


def test_each_list_has_a_file(staff):
    Tag.objects.create(name="brakes", slug="brakes")
    person = factories.make_user("ana", first_name="Ana", last_name="Roe", credentials="RN")
    assert ["brakes", "0"] in export(staff, "/admin/taggit/tag/")
    people = export(staff, "/admin/treatments/user/")
    assert people[0] == ["Username", "First name", "Last name", "Credentials", "Roles", "Active"]
    assert [person.username, "Ana", "Roe", "RN", "", "yes"] in people
    assert ["Authors"] in export(staff, "/admin/auth/group/")


def test_the_list_links_to_its_file_with_what_was_asked_of_it(staff):
    text = staff.get(f"{PAGES}?q=brakes&o=-1&p=0&shown=text").content.decode()
    assert f'href="{PAGES}export/?q=brakes&amp;o=-1&amp;shown=text">Export as CSV</a>' in text


def test_the_file_comes_under_a_name_with_the_day_and_is_never_shown(staff):
    answer = staff.get(f"{PAGES}export/")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"].startswith('attachment; filename="treatments-2')
    assert "no-store" in answer["Cache-Control"]


def test_the_audit_trail_says_who_fetched_how_much_of_what(staff):
    factories.make_live(title="Brakes")
    factories.make_draft(title="Chains")
    staff.get(f"{PAGES}export/?shown=text&q=brakes&p=0")
    (entry,) = AuditEntry.objects.filter(action="export")
    assert (entry.actor, entry.subject) == ("admin", "list of treatments")
    assert entry.after == {"rows": 1, "filters": {"shown": "text", "q": "brakes"}}


def test_whoever_may_not_see_the_list_fetches_nothing(client):
    client.force_login(factories.make_user(may=["write_edition"], is_staff=True))
    assert client.get("/admin/treatments/user/export/").status_code == 403
    assert not AuditEntry.objects.filter(action="export").exists()


@pytest.mark.parametrize("method", ["head", "post"])
def test_only_fetching_the_file_counts_as_fetching_it(staff, method):
    assert getattr(staff, method)(f"{PAGES}export/").status_code == 405
    assert not AuditEntry.objects.filter(action="export").exists()


@pytest.mark.parametrize("query", ["?position=x", "?o=x", "?q=%00", "?shown=%00&shown=x"])
def test_nonsense_in_the_address_is_no_error(staff, query):
    factories.make_live()
    assert staff.get(f"{PAGES}export/{query}", follow=True).status_code == 200


def test_a_filter_that_there_is_not_leads_to_the_list_which_says_so(staff):
    answer = staff.get(f"{PAGES}export/?position=x")
    assert answer["Location"] == f"{PAGES}?position=x"
