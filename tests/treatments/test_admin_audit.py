"""The audit trail in the admin: what the list finds, what an entry shows, what the files hold."""

import csv
import datetime
import io
import json
import re

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import factories
from treatments import audit_chain, places
from treatments.admin import audit as audit_admin
from treatments.models import AuditEntry

pytestmark = pytest.mark.django_db
TRAIL = "/admin/treatments/auditentry/"
MORNING = datetime.datetime(2026, 5, 1, 8, 0, tzinfo=datetime.UTC)
HOSTILE = "<script>alert(1)</script>“&\u2028=1+1"


@pytest.fixture
def manager(client):
    user = factories.make_user("mara", may=[], is_staff=True)
    user.groups.set(Group.objects.filter(name="Managers"))
    client.force_login(user)
    return user


def record(day=0, **fields):
    fields = {"by": None, "action": "oil", "subject": "tag “chains”"} | fields
    with time_machine.travel(MORNING + datetime.timedelta(days=day), tick=False):
        return AuditEntry.objects.record(**fields)


def listed(client, query=""):
    """The numbers of the entries on the screen."""
    text = client.get(TRAIL + query).content.decode()
    return [int(number) for number in re.findall(r'auditentry/(\d+)/"', text)]


def linked(client, query, words):
    """The address behind a link of the list, None where there is none."""
    found = re.search(rf'href="([^"]*)">{words}<', client.get(TRAIL + query).content.decode())
    return found and found[1].replace("&amp;", "&")


# The list


def test_a_row_says_who_did_what_when_and_from_where(client, manager):
    ana = factories.make_user("ana", first_name="Ana", last_name="Lee")
    with places.acting_from("192.0.2.1"):
        entry = record(by=ana, reason="Squeaks.")
    page = client.get(TRAIL).content.decode()
    assert listed(client, "?action=oil") == [entry.pk]
    for words in ("Ana Lee", "(ana)", "Oil", "tag “chains”", "192.0.2.1", "Squeaks."):
        assert words in page
    assert "2026-05-01 08:00:00" in page


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?actor=ana", [1]),
        ("?actor=nobody+signed+in", [0, 2]),
        ("?action=grease", [2]),
        ("?kind=person", [2]),
        ("?subject=CHAI", [0, 1]),
        ("?begin=2026-05-02&end=2026-05-02", [1]),
        ("?begin=2026-05-02&action=oil", [1]),
        ("?end=2026-04-30", []),
        ("?begin=0001-01-01&end=9999-12-31&action=grease", [2]),
    ],
)
def test_the_list_is_filtered(query, expected, client, manager):
    entries = [
        record(0),
        record(1, by=factories.make_user("ana")),
        record(2, action="grease", subject="person “bo”"),
    ]
    found = set(listed(client, query))
    assert [number for number, entry in enumerate(entries) if entry.pk in found] == expected


def test_a_day_is_one_of_utc(client, manager, settings):
    settings.TIME_ZONE = "America/Chicago"
    with time_machine.travel(MORNING.replace(hour=0, minute=1), tick=False):
        entry = AuditEntry.objects.record(by=None, action="oil", subject="x")
    assert listed(client, "?begin=2026-05-01&end=2026-05-01") == [entry.pk]


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("?actor=nobody-of-this-name", "Select a valid choice"),
        ("?begin=yesterday", "Enter a valid date"),
        ("?begin=2026-05-02&end=2026-05-01", "This day is before the first one."),
        ("?subject=%00", "Null characters are not allowed"),
    ],
)
@pytest.mark.parametrize("address", ["", "export/"])
def test_nonsense_is_answered_with_a_sentence(address, query, sentence, client, manager):
    before = AuditEntry.objects.count()
    answer = client.get(TRAIL + address + query)
    assert answer.status_code == 400
    assert sentence in answer.content.decode()
    assert AuditEntry.objects.count() == before


def test_what_finds_nothing_says_so(client, manager):
    assert "Nothing was found." in client.get(f"{TRAIL}?subject=unheard").content.decode()


def test_the_list_goes_on_both_ways_without_gap_or_double(client, manager, monkeypatch):
    monkeypatch.setattr(audit_admin, "AT_ONCE", 3)
    # Three at one moment: the number decides.
    made = [record(day) for day in (0, 1, 1, 1, 2, 3, 4)]
    wanted, query, found = [entry.pk for entry in reversed(made)], "?action=oil", []
    screens = []
    while query:
        screens.append(query)
        found += listed(client, query)
        query = linked(client, query, "Older entries")
    assert found == wanted
    back, query = [], linked(client, screens[-1], "Newer entries")
    while query:
        back = listed(client, query) + back
        query = linked(client, query, "Newer entries")
    assert back == wanted[: len(back)]
    assert len(back) == 6


@pytest.mark.parametrize("place", ["x", "99999999999", "-1", "9" * 30])
def test_a_place_in_the_list_that_there_is_not_shows_its_beginning(place, client, manager):
    entry = record()
    assert entry.pk in listed(client, f"?before={place}")
    assert entry.pk in listed(client, f"?after={place}")


def test_the_list_asks_as_much_of_many_entries_as_of_few(client, manager):
    def asked():
        with CaptureQueriesContext(
            connection,
        ) as queries:
            client.get(f"{TRAIL}?action=oil")
        return [query["sql"] for query in queries]

    record()
    client.get(TRAIL)
    few = asked()
    for number in range(150):
        record(by=factories.make_user(), subject=f"tag “{number}”")
    many = asked()
    assert len(many) == len(few)
    assert not any("COUNT(" in statement for statement in many)


# One entry


def shown(client, entry):
    return client.get(f"{TRAIL}{entry.pk}/").content.decode()


def test_an_entry_shows_word_by_word_what_changed(client, manager):
    entry = record(
        before={"body": "<p>Squeeze the lever.</p>", "tags": ["oil"], "active": False},
        after={"body": "<p>Squeeze the lever twice.</p>", "tags": ["oil", "pads"], "active": True},
    )
    text = shown(client, entry)
    assert '<ins><span class="visually-hidden">added: </span>twice<' in text
    assert '<ins><span class="visually-hidden">added: </span>yes<' in text
    assert "&lt;p&gt;Squeeze the lever twice.&lt;/p&gt;" in text


def test_where_only_the_markup_changed_it_is_shown(client, manager):
    entry = record(before={"body": "<p>Oil it.</p>"}, after={"body": "<p><b>Oil</b> it.</p>"})
    assert "removed: </span>&lt;p&gt;Oil<" in shown(client, entry)


def test_what_was_new_is_shown_without_marks(client, manager):
    text = shown(client, record(before={"title": ""}, after={"title": "Squeeze"}))
    assert "<ins>" not in text
    assert '<p class="words">Squeeze</p>' in text


def test_what_is_hostile_is_shown_and_does_nothing(client, manager):
    ana = factories.make_user("ana", first_name="<b>Ana")
    hostile = {"name": HOSTILE, HOSTILE: [HOSTILE, {HOSTILE: HOSTILE}]}
    entry = record(by=ana, subject=HOSTILE, reason=HOSTILE, before=hostile, after=hostile)
    for text in (shown(client, entry), client.get(TRAIL).content.decode()):
        assert "<script>alert" not in text
        assert "<b>Ana" not in text
        assert "&lt;script&gt;alert(1)" in text


def test_a_text_too_long_to_compare_is_shown_whole(client, manager, monkeypatch):
    monkeypatch.setattr(audit_admin, "MOST_COMPARED", 10)
    text = shown(client, record(before={"body": "Squeeze"}, after={"body": "Squeeze it"}))
    assert "<del>" not in text
    assert "<details open>" in " ".join(text.split())


def test_an_entry_that_there_is_not_is_not_found(client, manager):
    assert client.get(f"{TRAIL}999999/").status_code == 404


@pytest.mark.parametrize("address", ["", "1/", "add/", "1/change/", "1/delete/", "1/history/"])
def test_nothing_is_changed_by_way_of_the_admin(address, client, manager):
    record()
    before = list(AuditEntry.objects.values())
    answer = client.post(TRAIL + address, {"action": "delete_selected", "post": "yes"})
    assert answer.status_code in (200, 404)
    assert list(AuditEntry.objects.values()) == before


def test_the_menu_shows_it_to_those_who_may_read_it(client, manager):
    link = f'href="{TRAIL}"'
    assert link in client.get("/admin/").content.decode()
    author = factories.make_user(may=[], is_staff=True)
    author.groups.set(Group.objects.filter(name="Reviewers"))
    client.force_login(author)
    assert link not in client.get("/admin/").content.decode()


# As files


def fetched(client, query):
    answer = client.get(f"{TRAIL}export/{query}")
    assert answer.status_code == 200
    return answer, b"".join(answer.streaming_content).decode("utf-8")


def test_the_json_recomputes_the_chain(client, manager):
    record(after={"body": "x" * 5000, "name": HOSTILE})
    _, text = fetched(client, "?format=json")
    previous = audit_chain.FIRST
    entries = [json.loads(line) for line in text.splitlines()]
    for entry in entries:
        digest = entry.pop("digest")
        assert entry["previous"] == previous
        assert audit_chain.digest(entry) == digest
        previous = digest
    assert len(entries) == AuditEntry.objects.count() - 1  # all but that of this export


def test_the_csv_holds_each_entry_and_no_formula(client, manager, monkeypatch):
    monkeypatch.setattr(audit_admin, "AT_ONCE", 2)
    for number in range(5):
        record(number, subject="=HYPERLINK(1)", after={"name": number})
    answer, text = fetched(client, "?format=csv&action=oil")
    head, *rows = csv.reader(io.StringIO(text.removeprefix("\ufeff")))
    assert [row[head.index("Of")] for row in rows] == ["'=HYPERLINK(1)"] * 5
    assert [row[head.index("After")] for row in rows] == [f'{{"name":{n}}}' for n in range(5)]
    assert rows[0][head.index("When (UTC)")] == "2026-05-01T08:00:00.000000Z"
    assert re.search(r'attachment; filename="audit-trail-\d{4}-\d\d-\d\d.csv"', str(answer.headers))


def test_an_export_is_told_with_its_filters_before_anything_is_given(client, manager):
    newest = record()
    client.get(f"{TRAIL}export/?format=json&action=oil&begin=2026-05-01")
    entry = AuditEntry.objects.last()
    assert (entry.action, entry.actor, entry.subject) == ("export", "mara", "audit trail")
    assert entry.after == {
        "as": "JSON",
        "up to": newest.pk,
        "filters": {"action": "oil", "begin": "2026-05-01"},
    }
