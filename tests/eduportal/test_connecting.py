"""What stands around the addresses at which an EHR asks."""

import http.client
import io
import logging
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from urllib.parse import urlencode

import pytest
import time_machine
from django.test import Client

from eduportal import bodies, connecting
from eduportal.logs import WithoutQueries
from tests.eduportal.installation import settings_of
from tests.eduportal.test_serve import Start
from treatments.infobutton import matching

pytestmark = pytest.mark.django_db

FORM = "application/x-www-form-urlencoded"
NAMED = {"mainSearchCriteria.v.dn": "Brakes"}
SERVICE, APPLICATION = "/connect/service", "/connect/application"
BOTH = pytest.mark.parametrize("address", [SERVICE, APPLICATION])


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    """Counts of its own for each test."""
    settings.DATA_DIR = tmp_path
    yield tmp_path
    connecting._local.__dict__.clear()
    connecting._say_once.cache_clear()


def broken(*args):
    raise RuntimeError("never mind Mrs Smith")


# Headers


def every_kind_of_answer(client, address, monkeypatch):
    yield 200, client.get(address, NAMED)
    yield 200, client.post(address, urlencode(NAMED), content_type=FORM)
    yield 400, client.get(address)
    yield 405, client.put(address)
    yield 413, client.generic("POST", address, b"x", CONTENT_LENGTH="64001")
    yield 400, client.generic("POST", address, b"x", CONTENT_LENGTH="many")
    yield 400, client.get(address, NAMED, headers={"host": "elsewhere.example"})
    monkeypatch.setattr(matching, "match", broken)
    yield 500, client.get(address, NAMED)


@BOTH
def test_every_answer_is_kept_nowhere(address, monkeypatch):
    client = Client(raise_request_exception=False)
    for status, answer in every_kind_of_answer(client, address, monkeypatch):
        assert answer.status_code == status
        assert answer["Cache-Control"] == "no-cache, no-store"
        assert answer["Pragma"] == "no-cache"
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert "ETag" not in answer
        assert "Set-Cookie" not in answer
        assert not answer.cookies


def test_any_origin_may_read_the_service_and_no_other_page(monkeypatch):
    client = Client(raise_request_exception=False)
    for _, answer in every_kind_of_answer(client, SERVICE, monkeypatch):
        assert answer["Access-Control-Allow-Origin"] == "*"
        assert answer["Cross-Origin-Resource-Policy"] == "cross-origin"
        assert "Access-Control-Allow-Credentials" not in answer
    for address in (APPLICATION, "/search/", "/"):
        answer = client.get(address, NAMED)
        assert "Access-Control-Allow-Origin" not in answer
        assert answer["Cross-Origin-Resource-Policy"] == "same-origin"


def test_a_browser_may_ask_beforehand(client):
    answer = client.options(SERVICE, headers={"access-control-request-method": "POST"})
    assert answer.status_code == 204
    assert "POST" in answer["Access-Control-Allow-Methods"]
    assert "Content-Type" in answer["Access-Control-Allow-Headers"]


def test_the_page_is_framed_by_whom_the_setting_names(tmp_path):
    made = settings_of(
        tmp_path, SITE_URL="https://e.example.org", FRAME_ANCESTORS="https://ehr.example.org"
    )
    assert made["SECURE_CSP"]["frame-ancestors"] == ["https://ehr.example.org"]


@BOTH
def test_a_question_is_64_kilobytes_at_most(client, address):
    assert bodies.LARGEST_QUESTION == 64_000
    form = urlencode(NAMED) + "&x=" + "y" * 500
    assert client.post(address, form, content_type=FORM).status_code == 200
    long = client.generic("POST", address, b"x" * 64_001, content_type=FORM)
    assert long.status_code == 413


def test_no_other_public_address_takes_a_form(client):
    for address in ("/", "/search/", "/treatments/", "/connect/", "/connect/service/"):
        assert client.post(address, NAMED).status_code == 405


@BOTH
def test_without_encryption_nothing_is_said_again(client, settings, address):
    settings.SITE_URL, settings.SECURE_SSL_REDIRECT = "https://testserver", True
    for answer in (
        client.get(address, NAMED),
        client.post(address, urlencode(NAMED), content_type=FORM),
    ):
        assert answer.status_code == 403
        assert f"https://testserver{address}" in answer.content.decode()
        assert "Brakes" not in answer.content.decode()
        assert "Location" not in answer
        assert answer["Cache-Control"] == "no-cache, no-store"
    assert client.get(address, NAMED, secure=True).status_code == 200


# How often


def statuses(client, times, **asking):
    return [client.get(SERVICE, NAMED, **asking).status_code for _ in range(times)]


def test_without_the_setting_there_is_no_limit(client, folder):
    assert set(statuses(client, 20)) == {200}
    assert list(folder.iterdir()) == []


@time_machine.travel("2026-12-01T09:00:20Z", tick=False)
def test_who_asks_too_often_is_told_when_to_ask_again(client, settings):
    settings.CONNECT_RATE_LIMIT = 3
    assert statuses(client, 4) == [200, 200, 200, 429]
    answer = client.get(APPLICATION, NAMED)
    assert answer.status_code == 429
    assert answer["Retry-After"] == "40"
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert "40 seconds" in answer.content.decode()
    assert answer["Cache-Control"] == "no-cache, no-store"
    assert client.get(SERVICE, NAMED)["Access-Control-Allow-Origin"] == "*"
    assert client.get("/search/").status_code == 200


def test_the_next_minute_begins_anew(client, settings, folder):
    settings.CONNECT_RATE_LIMIT = 1
    with time_machine.travel("2026-12-01T09:00:20Z", tick=False) as moment:
        assert statuses(client, 2) == [200, 429]
        moment.move_to("2026-12-01T09:01:00Z")
        assert statuses(client, 2) == [200, 429]
    with closing(sqlite3.connect(folder / connecting.FILE)) as file:
        assert file.execute("SELECT times FROM asked").fetchall() == [(2,)]


@time_machine.travel("2026-12-01T09:00:20Z", tick=False)
def test_each_client_has_its_own_limit(client, settings):
    settings.CONNECT_RATE_LIMIT = 1
    assert statuses(client, 2, REMOTE_ADDR="192.0.2.1") == [200, 429]
    assert statuses(client, 2, REMOTE_ADDR="192.0.2.2") == [200, 429]
    # One household of IPv6 has many addresses.
    assert statuses(client, 1, REMOTE_ADDR="2001:db8::1") == [200]
    assert statuses(client, 1, REMOTE_ADDR="2001:db8::2") == [429]


@time_machine.travel("2026-12-01T09:00:20Z", tick=False)
def test_a_proxy_is_believed_only_where_it_is_trusted(client, settings):
    settings.CONNECT_RATE_LIMIT = 1
    one, other = (
        {"REMOTE_ADDR": "10.0.0.9", "headers": {"x-forwarded-for": address}}
        for address in ("192.0.2.1", "192.0.2.2")
    )
    settings.TRUSTED_PROXIES = []
    assert statuses(client, 1, **one) + statuses(client, 1, **other) == [200, 429]
    settings.TRUSTED_PROXIES = settings_of(settings.DATA_DIR, TRUSTED_PROXIES="10.0.0.9")[
        "TRUSTED_PROXIES"
    ]
    assert statuses(client, 1, **one) + statuses(client, 1, **other) == [200, 200]


def test_who_is_on_the_list_may_ask_always(client, settings, tmp_path):
    made = settings_of(tmp_path, CONNECT_RATE_LIMIT="1", CONNECT_UNLIMITED="192.0.2.0/24, ::1")
    settings.CONNECT_RATE_LIMIT = made["CONNECT_RATE_LIMIT"]
    settings.CONNECT_UNLIMITED = made["CONNECT_UNLIMITED"]
    assert set(statuses(client, 5, REMOTE_ADDR="192.0.2.77")) == {200}


@time_machine.travel("2026-12-01T09:00:20Z", tick=False)
def test_no_request_is_counted_twice_or_forgotten(settings, folder):
    settings.CONNECT_RATE_LIMIT = 50
    with ThreadPoolExecutor(8) as threads:
        counts = list(threads.map(lambda _: connecting._count("192.0.2.1", 7), range(200)))
    assert sorted(counts) == list(range(1, 201))


def test_no_address_is_kept(client, settings, folder):
    settings.CONNECT_RATE_LIMIT = 5
    statuses(client, 1, REMOTE_ADDR="192.0.2.77")
    kept = b"".join(path.read_bytes() for path in folder.iterdir())
    assert b"192.0.2.77" not in kept
    assert b"Brakes" not in kept


def test_what_cannot_be_counted_is_answered_and_told_once(client, settings, caplog):
    settings.CONNECT_RATE_LIMIT = 1
    settings.DATA_DIR = settings.DATA_DIR / "gone"
    assert statuses(client, 3) == [200, 200, 200]
    told = [record for record in caplog.records if "CONNECT_RATE_LIMIT" in record.message]
    assert len(told) == 1
    assert "Brakes" not in caplog.text


# What is told of a patient stays where it was asked

CANARY = "Quokka"
EVERYWHERE = {
    f"{stem}.{kind}.{field}"
    for stem in ("mainSearchCriteria", "subTopic", "taskContext", "age", "ageGroup", "encounter")
    for kind in ("v", "c")
    for field in ("c", "cs", "dn", "ot", "v", "u")
} | {
    *("informationRecipient", "performer", "knowledgeResponseType", "callback", CANARY),
    "informationRecipient.languageCode.c",
    "patientPerson.administrativeGenderCode.c",
    "representedOrganization.id.root",
}


@pytest.fixture
def log():
    """What the portal's own formatter writes."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(WithoutQueries())
    logging.getLogger().addHandler(handler)
    yield written
    logging.getLogger().removeHandler(handler)


@BOTH
@pytest.mark.parametrize("fails", [False, True])
def test_no_log_tells_what_was_asked(address, fails, monkeypatch, log):
    if fails:
        monkeypatch.setattr(
            matching, "match", lambda asked: broken() if not asked else int(str(asked))
        )
    client = Client(raise_request_exception=False)
    for name in sorted(EVERYWHERE):
        asked = {"mainSearchCriteria.v.ot": f"{CANARY} word"} | {name: f"{CANARY} {name}"}
        client.get(address, asked)
        client.post(address, urlencode(asked), content_type=FORM)
    client.get(address, headers={"referer": f"https://ehr.example/?p={CANARY}"})
    client.post(address, CANARY, content_type=f"text/{CANARY}")
    assert bool(log.getvalue())
    assert CANARY.lower() not in log.getvalue().lower()


def test_the_served_portal_writes_nothing_of_it(tmp_path):
    """With its real server, two workers, and the limit on."""
    start = Start(tmp_path / "data", CONNECT_RATE_LIMIT="30")
    try:
        form = urlencode({"mainSearchCriteria.v.ot": CANARY, "age.v.v": CANARY})
        found = []
        for number in range(40):
            visit = http.client.HTTPConnection("127.0.0.1", start.port, timeout=20)
            if number % 2:
                visit.request("GET", f"{SERVICE}?{form}&mainSearchCriteria.v.c={CANARY}")
            else:
                visit.request("POST", SERVICE, form, {"Content-Type": FORM, "Cookie": CANARY})
            answer = visit.getresponse()
            answer.read()
            found.append(answer.status)
            visit.close()
        # At the turn of a minute they begin anew.
        assert found.count(200) >= 30
        assert set(found) <= {200, 429}
    finally:
        start.stop()
    assert CANARY not in start.said
    for path in (tmp_path / "data").rglob("*"):
        if path.is_file():
            assert CANARY.encode() not in path.read_bytes(), path.name
