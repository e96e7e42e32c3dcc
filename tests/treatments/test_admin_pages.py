"""The lists of pages: what an editor reads in them, finds in them, and what they cost."""

import datetime
import re

import pytest
import time_machine
from django.contrib import admin
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import factories
from treatments import arranging, publishing
from treatments.models import AuditEntry, Edition, Page, Treatment, titles_of_pages

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
    columns = [name for name in admin.list_display if name not in ("of_topic", "owned_by")]
    return [str(getattr(admin, name)(page)) for name in columns]


def titles(client, query):
    found = client.get(LIST + query).context["cl"]
    return sorted(found.model_admin.name(page) for page in found.result_list)


def test_a_live_text_is_shown_with_its_number_and_dates(staff):
    with time_machine.travel(MAY):
        edition = factories.make_submitted(title="Brakes")
        due = datetime.date(2028, 5, 1)
        publishing.approve(**factories.approval(edition, due_by=due))
        found = ["Brakes", "Edition 1 since 1 May 2026", "–", "1 May 2028", "1.3"]
        assert row(staff) == found


def test_imported_text_is_shown_as_such(staff):
    factories.make_imported(title="Chains")
    found = ["Chains", "Edition 1, imported", "–", "Never reviewed", "Not measured yet"]
    assert row(staff) == found


def test_a_draft_is_shown_under_way(staff):
    factories.make_draft(by=factories.make_user(first_name="Ana", last_name="Roe"), title="New")
    assert row(staff) == ["New", "Nothing yet", "Edition 1, draft, Ana Roe", "–", "–"]


def test_a_scheduled_edition_is_shown_with_its_day(staff):
    with time_machine.travel(MAY):
        factories.make_scheduled(title="Soon")
        assert row(staff)[1:3] == ["Nothing yet", "Edition 1 from 8 May 2026"]


def test_a_withdrawn_text_is_shown_as_gone(staff):
    with time_machine.travel(MAY):
        factories.make_withdrawn()
        assert row(staff)[1:] == ["Nothing: withdrawn on 1 May 2026", "–", "–", "–"]


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


# Titles, where a list or a sentence names a page


def test_the_list_and_its_filter_name_topics_by_their_titles(staff):
    topic = factories.make_topic(slug="bicycles")
    factories.make_live(topic, title="Mending bicycles")
    factories.make_live(factories.make_treatment(topic=topic))
    text = staff.get(LIST).content.decode()
    assert '<td class="field-of_topic">Mending bicycles</td>' in text
    assert f'<a href="?topic__id__exact={topic.pk}">Mending bicycles</a>' in text
    assert "“bicycles”" not in text


def test_the_form_that_adds_a_treatment_names_topics_by_their_titles(staff):
    topic = factories.make_live(factories.make_topic(), title="Mending bicycles").page
    text = staff.get("/admin/treatments/treatment/add/").content.decode()
    assert f'<option value="{topic.pk}">Mending bicycles</option>' in text


@pytest.mark.parametrize("screen", ["change", "history"])
def test_headings_name_a_page_by_its_title(staff, screen):
    page = factories.make_live(factories.make_treatment(slug="pads"), title="Brake pads").page
    text = staff.get(f"/admin/treatments/treatment/{page.pk}/{screen}/").content.decode()
    assert "Brake pads" in text
    assert "“pads”" not in text


def test_deleting_a_tag_names_the_pages_that_lose_it(staff):
    page = factories.make_treatment(slug="pads", tags=["brakes"])
    factories.make_live(page, title="Brake pads")
    tag = page.tags.get()
    text = staff.get(f"/admin/taggit/tag/{tag.pk}/delete/").content.decode()
    assert "Page: Brake pads" in text
    assert "“pads”" not in text


@pytest.mark.parametrize(
    ("make", "title"),
    [
        (lambda page: factories.make_draft(page, title="Draft"), "Draft"),
        (lambda page: factories.make_scheduled(page, title="To come"), "To come"),
        (lambda page: factories.make_withdrawn(page, title="Withdrawn"), "Withdrawn"),
        (lambda page: None, None),
    ],
)
def test_a_page_is_known_by_what_it_has(make, title):
    make(page := factories.make_treatment())
    assert Page.objects.annotate(known_as=titles_of_pages()).get(pk=page.pk).known_as == title


def test_what_patients_read_names_a_page_before_any_draft():
    page = factories.make_live(title="Live").page
    factories.make_draft(page, title="Draft")
    assert Page.objects.annotate(known_as=titles_of_pages()).get(pk=page.pk).known_as == "Live"


def test_the_audit_trail_names_a_page_by_its_address(staff):
    page = factories.make_live(factories.make_treatment(slug="pads"), title="Brake pads").page
    data = {"slug": "pads", "topic": page.topic_id, "position": 9, "treatment_kind": "non-drug"}
    inline = {"codes-TOTAL_FORMS": 0, "codes-INITIAL_FORMS": 0, "tags": ""}
    answer = staff.post(f"/admin/treatments/treatment/{page.pk}/change/", data | inline)
    assert answer.status_code == 302
    assert AuditEntry.objects.get(action="arrange").subject == "treatment “pads”"


# Sorting


@pytest.mark.parametrize(
    ("column", "expected"),
    [("0", ["axles", "Brakes", "Chains"]), ("-0", ["Chains", "Brakes", "axles"])],
)
def test_the_list_is_sorted_by_title(staff, column, expected):
    for title in ("Chains", "axles", "Brakes"):
        factories.make_live(title=title)
    number = sorted_by("name")
    query = f"?o={column.replace('0', number)}"
    found = staff.get(LIST + query).context["cl"]
    assert [found.model_admin.name(page) for page in found.result_list] == expected


def test_the_list_is_sorted_by_the_next_review_and_what_has_none_comes_last(staff):
    factories.make_draft(title="Draft")
    for year in (2102, 2101):
        due = datetime.date(year, 1, 1)
        edition = factories.make_submitted(title=str(year))
        publishing.approve(**factories.approval(edition, due_by=due))
    found = staff.get(f"{LIST}?o={sorted_by('next_review')}").context["cl"]
    titles = [found.model_admin.name(page) for page in found.result_list]
    assert titles == ["2101", "2102", "Draft"]


def sorted_by(column):
    """The number by which the list's address names a column, behind the one of boxes to tick."""
    return str(admin.site._registry[Treatment].list_display.index(column) + 1)


def test_the_menu_stands_in_the_editors_order(staff):
    (texts,) = staff.get("/admin/").context["app_list"]
    names = [model["name"] for model in texts["models"]]
    texts = ["All pages", "Treatments", "Topics", "Terms", "Pictures", "References", "Links"]
    advice = ["Texts in the library", "Hard words"]
    people = ["People", "Groups", "Audit trail"]
    ehr = ["Distinctive words", "Codes asked for in vain"]
    assert names == [*texts, *advice, "Tags", "Synonyms", *ehr, *people]


def test_the_list_shows_no_editions_of_other_languages(staff):
    page = factories.make_live(title="English").page
    factories.make_draft(page, language="es", title="Español")
    assert Edition.objects.count() == 2
    assert row(staff)[0] == "English"
    assert row(staff)[2] == "–"


def test_the_history_of_a_page_tells_what_the_audit_trail_knows(staff):
    page = factories.make_treatment(slug="pads")
    factories.make_live(factories.make_treatment(slug="pads-two"))
    edition = factories.make_submitted(page)
    publishing.send_back(edition=edition, by=factories.make_user("bo"), reason="Too long.")
    arranging.change_slug(page=page, by=factories.make_user("mia"), slug="brake-pads")
    deeds = staff.get(f"{LIST}{page.pk}/history/").context["deeds"]
    assert [(about, changes, deed.action, deed.reason) for about, changes, deed in deeds] == [
        ("Page", "slug: pads → brake-pads", "change address", ""),
        ("Edition 1", "", "send back", "Too long."),
        ("Edition 1", "", "submit", ""),
        ("Edition 1", "", "save", ""),
    ]


@pytest.mark.parametrize(
    ("screen", "names_of"),
    [
        (LIST, "Treatments"),
        (f"{LIST}{{pk}}/change/", "Treatments"),
        (f"{LIST}add/", "Treatments"),
        ("/admin/taggit/tag/", "Tags"),
    ],
)
def test_no_breadcrumb_says_the_same_twice(staff, screen, names_of):
    page = factories.make_live().page
    text = staff.get(screen.format(pk=page.pk)).content.decode()
    crumbs = re.search(r'class="breadcrumbs">(.*?)</div>', text, re.DOTALL)[1]
    names = [name.strip() for name in re.sub(r"<[^>]+>", "", crumbs).split("&rsaquo;")]
    assert names[:3] == ["Home", "Texts and people", names_of]
    assert len(set(names)) == len(names)


def test_the_heading_of_the_menu_leads_to_the_whole_menu(staff):
    (texts,) = staff.get("/admin/").context["app_list"]
    assert texts["app_url"] == "/admin/"


def test_the_topic_is_chosen_where_it_is_asked_for_and_nothing_else(staff):
    page = factories.make_live().page
    form = staff.get(f"/admin/treatments/treatment/{page.pk}/change/").content.decode()
    assert '<select name="topic"' in form
    assert "related-widget-wrapper-link" not in form
