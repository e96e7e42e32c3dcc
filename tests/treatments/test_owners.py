"""Who owns a page: whoever opens it, or to whom a Manager gives it."""

import re

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.db.models.deletion import ProtectedError
from django.test.utils import CaptureQueriesContext

from tests import factories
from treatments import arranging
from treatments.admin import pages
from treatments.models import AuditEntry, Edition, Page, Term, User

pytestmark = pytest.mark.django_db
LIST = "/admin/treatments/page/"


def person(role="Managers", **fields):
    user = factories.make_user(may=[], is_staff=True, **fields)
    user.groups.set(Group.objects.filter(name=role))
    return user


@pytest.fixture
def mia(client):
    """A Manager who has signed in."""
    manager = person(first_name="Mia", last_name="Roe")
    client.force_login(manager)
    return manager


def owners():
    return set(Page.objects.values_list("owner", flat=True))


def give(client, pages, owner, **more):
    data = {"action": "give", "owner": owner.pk, "_selected_action": [page.pk for page in pages]}
    return client.post(LIST, data | more, follow=True)


def said(answer):
    return [str(message) for message in answer.context["messages"]]


# The verb


def test_whoever_opens_a_page_owns_it():
    author = person("Authors")
    page = arranging.open_page(model=Term, title="Rim", by=author)
    assert page.owner == author


def test_imported_text_is_nobodys():
    assert factories.make_imported().page.owner is None


def test_giving_pages_is_audited_for_each_that_changes_hands():
    bo, mine = person(username="bo"), factories.make_treatment(slug="mine")
    Page.objects.filter(pk=mine.pk).update(owner=bo)
    factories.make_term(slug="rim", owner=person(username="ana"))
    factories.make_term(slug="hub")
    given = arranging.give(pages=Page.objects.exclude(kind="topic"), owner=bo, by=person())
    assert given == 2
    told = AuditEntry.objects.filter(action="give").values_list("subject", "before", "after")
    assert list(told) == [
        ("term “rim”", {"owner": "ana"}, {"owner": "bo"}),
        ("term “hub”", {"owner": ""}, {"owner": "bo"}),
    ]


@pytest.mark.parametrize("role", ["Authors", "Reviewers"])
def test_only_managers_give_pages(role):
    factories.make_term()
    with pytest.raises(arranging.NotAllowed):
        arranging.give(pages=Page.objects.all(), owner=person(), by=person(role))
    assert owners() == {None}


@pytest.mark.parametrize(
    "fields", [{"is_active": False}, {"is_staff": False}, {"role": "No such role"}]
)
def test_pages_are_given_to_those_who_can_work_on_them(fields):
    owner = person(fields.pop("role", "Authors"))
    User.objects.filter(pk=owner.pk).update(**fields or {"email": ""})
    factories.make_term()
    with pytest.raises(arranging.Refusal, match="does not work with texts"):
        arranging.give(pages=Page.objects.all(), owner=owner, by=person())


def test_pages_are_locked_in_the_order_of_their_numbers(monkeypatch):
    monkeypatch.setattr(arranging, "AT_ONCE", 2)
    pages = [factories.make_term(slug=slug) for slug in ("c", "b", "a")]
    with CaptureQueriesContext(connection) as asked:
        arranging.give(pages=Page.objects.order_by("slug"), owner=person(), by=person())
    locking = [q["sql"] for q in asked if "ORDER BY" in q["sql"] and " IN (" in q["sql"]]
    found = [re.search(r'"id" IN \(([\d, ]+)\)', sql) for sql in locking]
    numbers = [int(n) for match in found if match for n in match[1].split(", ")]
    assert numbers == [page.pk for page in pages]
    if connection.vendor == "postgresql":
        assert sum("FOR UPDATE" in sql for sql in locking) == 2


def test_somebody_who_owns_a_page_is_not_deleted():
    owner = person()
    factories.make_term(owner=owner)
    with pytest.raises(ProtectedError):
        owner.delete()


# The lists


def test_managers_give_the_pages_that_they_ticked(client, mia):
    bo = person("Authors", first_name="Bo", last_name="Lee")
    one, other = factories.make_term(), factories.make_term()
    answer = give(client, [one], bo)
    assert said(answer) == ["Bo Lee owns 1 page more."]
    assert [Page.objects.get(pk=page.pk).owner for page in (one, other)] == [bo, None]
    assert said(give(client, [one], bo)) == ["Bo Lee owns these pages already."]


def test_all_that_a_filter_finds_is_given_at_once(client, mia):
    for _ in range(3):
        factories.make_imported()
    chosen = [Page.objects.filter(kind="treatment").first()]
    asked = client.post(
        f"{LIST}?review=never",
        {"action": "give", "select_across": "1", "_selected_action": [chosen[0].pk]},
    )
    assert "You chose 3 pages:" in asked.content.decode()
    assert 'name="select_across" value="1"' in asked.content.decode()
    data = {"action": "give", "select_across": "1", "owner": mia.pk}
    data["_selected_action"] = [chosen[0].pk]
    client.post(f"{LIST}?review=never", data)
    assert Page.objects.filter(owner=mia).count() == 3


def test_who_gives_pages_reads_which(client, mia, monkeypatch):
    monkeypatch.setattr(pages, "MOST_NAMED", 1)
    found = [factories.make_imported(title="Chains").page, factories.make_imported().page]
    ticked = {"action": "give", "_selected_action": [page.pk for page in found]}
    answer = client.post(LIST, ticked).content.decode()
    assert "<li>Chains</li>" in answer
    assert "<li>and 1 more</li>" in answer


def test_nothing_is_given_before_somebody_is_chosen(client, mia):
    page = factories.make_term()
    for data in ({}, {"owner": ""}, {"owner": "x"}, {"owner": "999999"}):
        ticked = {"action": "give", "_selected_action": [page.pk]}
        answer = client.post(LIST, ticked | data)
        assert answer.status_code == 200
        assert 'name="owner"' in answer.content.decode()
    assert owners() == {None}


@pytest.mark.parametrize("role", ["Authors", "Reviewers"])
def test_others_are_not_offered_to_give_and_cannot(client, role):
    client.force_login(person(role))
    page = factories.make_term()
    assert "_selected_action" not in client.get(LIST).content.decode()
    give(client, [page], person())
    assert owners() == {None}


@pytest.mark.parametrize("kind", ["page", "topic", "treatment", "term"])
def test_each_list_offers_giving_and_never_deleting(client, mia, kind):
    factories.make_treatment()
    factories.make_term()
    text = client.get(f"/admin/treatments/{kind}/").content.decode()
    assert '<option value="give">Give to…</option>' in text
    assert "delete_selected" not in text


def test_lists_say_who_owns_a_page(client, mia):
    factories.make_term(slug="a", owner=mia)
    factories.make_term(slug="b", owner=person(first_name="Bo", last_name="Lee", is_active=False))
    factories.make_term(slug="c")
    found = client.get(f"{LIST}?o=1").context["cl"]
    told = [found.model_admin.owned_by(page) for page in found.result_list]
    assert told == ["Mia Roe", "Bo Lee (no account any more)", "–"]


@pytest.mark.parametrize(
    ("owner", "expected"),
    [
        ("me", {"mine"}),
        ("nobody", {"nobodys"}),
        ("left", {"theirs"}),
        ("{left}", {"theirs"}),
        ("nonsense", {"mine", "theirs", "nobodys"}),
        ("999999", {"mine", "theirs", "nobodys"}),
    ],
)
def test_lists_are_filtered_by_owner(client, mia, owner, expected):
    left = person(is_active=False)
    factories.make_term(slug="mine", owner=mia)
    factories.make_term(slug="theirs", owner=left)
    factories.make_term(slug="nobodys")
    found = client.get(f"{LIST}?owner={owner.format(left=left.pk)}").context["cl"]
    assert {page.slug for page in found.result_list} == expected


@pytest.mark.parametrize("order", ["", "-"])
def test_lists_are_sorted_by_owner(client, mia, order):
    factories.make_term(slug="c")
    factories.make_term(slug="b", owner=person(last_name="lee"))
    factories.make_term(slug="a", owner=mia)
    admin = client.get(LIST).context["cl"].model_admin
    column = admin.list_display.index("owned_by") + 1
    found = client.get(f"{LIST}?o={order}{column}").context["cl"]
    assert [page.slug for page in found.result_list][-1] == ("b" if order else "c")


# The second screen of a page


def arrange(client, page, **data):
    rows = "codes-TOTAL_FORMS", "codes-INITIAL_FORMS"
    sent = {"slug": page.slug, "position": 0} | dict.fromkeys(rows, 0) | data
    return client.post(f"/admin/treatments/topic/{page.pk}/change/", sent)


def test_managers_change_the_owner_of_a_page_and_the_trail_says_so(client, mia):
    page = factories.make_topic(slug="wheels")
    assert arrange(client, page, owner=mia.pk).status_code == 302
    assert Page.objects.get(pk=page.pk).owner == mia
    entry = AuditEntry.objects.get(action="arrange")
    assert (entry.before, entry.after) == ({"owner": ""}, {"owner": mia.username})


def test_an_owner_who_has_left_hinders_no_other_change(client, mia):
    left = person(is_active=False)
    page = factories.make_topic(slug="wheels", owner=left)
    assert arrange(client, page, owner=left.pk, position=3).status_code == 302
    assert Page.objects.get(pk=page.pk).position == 3


# The list of all pages


def test_all_pages_are_in_one_list_and_lead_to_their_own_texts(client, mia):
    pages = [factories.make_treatment(), factories.make_term()]
    text = client.get(LIST).content.decode()
    assert "<h1>All pages</h1>" in text
    for page in [*pages, pages[0].topic]:
        kind = Page.objects.get(pk=page.pk).kind
        assert f'href="/admin/treatments/{kind}/{page.pk}/text/' in text
        answer = client.get(f"{LIST}{page.pk}/change/")
        assert answer["Location"] == f"/admin/treatments/{kind}/{page.pk}/text/"


@pytest.mark.parametrize("rest", ["add/", "1/delete/", "1/history/", "999999/change/", "x/change/"])
def test_nothing_else_is_done_in_the_list_of_all_pages(client, mia, rest):
    assert client.get(LIST + rest).status_code == 404


def test_the_list_of_all_pages_costs_the_same_with_more_rows(client, mia):
    def asked():
        with CaptureQueriesContext(connection) as found:
            client.get(f"{LIST}?needs=me")
        return len(found)

    factories.make_submitted()
    asked()
    few = asked()
    for _ in range(5):
        factories.make_submitted(factories.make_treatment(owner=person()))
    assert Edition.objects.working().count() == 6
    assert asked() == few
