"""The lists of pages: what an editor reads in them, finds in them, and what they cost."""

import datetime

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import factories
from treatments import publishing
from treatments.models import Edition

pytestmark = pytest.mark.django_db
LIST = "/admin/treatments/treatment/"
MAY = datetime.datetime(2026, 5, 1, 12, tzinfo=datetime.UTC)


@pytest.fixture
def staff(admin_client):
    return admin_client


def row(client, query=""):
    """The columns of the only row that the list shows."""
    (page,) = client.get(LIST + query).context["cl"].result_list
    admin = client.get(LIST).context["cl"].model_admin
    return [str(getattr(admin, name)(page)) for name in admin.list_display]


def titles(client, query):
    found = client.get(LIST + query).context["cl"]
    return sorted(found.model_admin.name(page) for page in found.result_list)


def test_a_live_text_is_shown_with_its_number_and_dates(staff):
    with time_machine.travel(MAY):
        edition = factories.make_submitted(title="Brakes")
        due = datetime.date(2028, 5, 1)
        publishing.approve(**factories.approval(edition, due_by=due))
        assert row(staff) == ["Brakes", "Edition 1 since 1 May 2026", "–", "1 May 2028"]


def test_imported_text_is_shown_as_such(staff):
    factories.make_imported(title="Chains")
    assert row(staff) == ["Chains", "Edition 1, imported", "–", "Never reviewed"]


def test_a_draft_is_shown_under_way(staff):
    factories.make_draft(by=factories.make_user(first_name="Ana", last_name="Roe"), title="New")
    assert row(staff) == ["New", "Nothing yet", "Edition 1, draft, Ana Roe", "–"]


def test_a_scheduled_edition_is_shown_with_its_day(staff):
    with time_machine.travel(MAY):
        factories.make_scheduled(title="Soon")
        assert row(staff)[1:3] == ["Nothing yet", "Edition 1 from 8 May 2026"]


def test_a_withdrawn_text_is_shown_as_gone(staff):
    with time_machine.travel(MAY):
        factories.make_withdrawn()
        assert row(staff)[1:] == ["Nothing: withdrawn on 1 May 2026", "–", "–"]


def test_a_late_review_is_told_in_words(staff):
    factories.make_live()
    with time_machine.travel(datetime.datetime(2101, 1, 1, tzinfo=datetime.UTC)):
        staff.force_login(factories.make_user(is_staff=True, is_superuser=True))
        assert row(staff)[3] == "<strong>Late: 1 January 2100</strong>"


def test_a_page_without_any_text_is_shown_by_its_address(staff):
    factories.make_treatment(slug="brakes")
    assert row(staff)[0] == "brakes"


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?shown=text", ["Imported", "Live", "Reviewed"]),
        ("?shown=nothing", ["Draft", "Review", "Scheduled", "Withdrawn"]),
        ("?shown=withdrawn", ["Withdrawn"]),
        ("?under_way=draft", ["Draft"]),
        ("?under_way=in+review", ["Review"]),
        ("?under_way=scheduled", ["Scheduled"]),
        ("?under_way=mine", []),
        ("?review=never", ["Imported"]),
        ("?review=late", []),
        ("?review=soon", ["Reviewed"]),
        ("?q=live", ["Live"]),
        ("?q=LIVE+nothing", []),
        ("?shown=nonsense", ["Draft", "Imported", "Live", "Review", "Reviewed", "Scheduled"]),
    ],
)
def test_the_list_is_filtered_and_searched(staff, query, expected):
    factories.make_live(title="Live")
    factories.make_imported(title="Imported")
    factories.make_draft(title="Draft")
    factories.make_submitted(title="Review")
    factories.make_scheduled(title="Scheduled")
    factories.make_withdrawn(title="Withdrawn")
    soon = factories.make_submitted(title="Reviewed")
    due = datetime.date.today() + datetime.timedelta(days=20)  # noqa: DTZ011
    publishing.approve(**factories.approval(soon, due_by=due))
    found = titles(staff, query)
    assert found == expected if "nonsense" not in query else set(expected) <= set(found)


def test_my_own_texts_are_found(client):
    me = factories.make_user(is_staff=True)
    factories.make_draft(by=me, title="Mine")
    factories.make_draft(title="Theirs")
    client.force_login(me)
    assert titles(client, "?under_way=mine") == ["Mine"]


def test_a_row_leads_to_the_text(staff):
    page = factories.make_live().page
    assert f'href="/admin/treatments/treatment/{page.pk}/text/"' in (
        staff.get(LIST).content.decode()
    )


def test_the_list_costs_the_same_with_more_rows(staff):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            staff.get(LIST)
        return len(captured)

    factories.make_live()
    few = queries()
    for make in (factories.make_live, factories.make_draft, factories.make_imported) * 3:
        make()
    assert queries() == few <= 16


def test_the_menu_stands_in_the_editors_order(staff):
    (texts,) = staff.get("/admin/").context["app_list"]
    names = [model["name"] for model in texts["models"]]
    assert names == ["Treatments", "Topics", "Terms", "References", "Tags", "People", "Groups"]


def test_the_list_shows_no_editions_of_other_languages(staff):
    page = factories.make_live(title="English").page
    factories.make_draft(page, language="es", title="Español")
    assert Edition.objects.count() == 2
    assert row(staff)[0] == "English"
    assert row(staff)[2] == "–"
