"""The answers to probes."""

import pytest
from django.db import OperationalError, connection

from eduportal import health
from treatments import guards

FOREIGN = {"host": "10.1.2.3:8000"}


def test_a_process_that_answers_says_so_without_the_database(client):
    response = client.get("/livez", headers=FOREIGN)
    assert (response.status_code, response.content) == (200, b"ok\n")
    assert response["Cache-Control"] == "no-store"
    assert not response.cookies


@pytest.mark.django_db
def test_a_whole_database_is_ready(client):
    response = client.get("/readyz", headers=FOREIGN)
    assert (response.status_code, response.content) == (200, b"ok\n")
    assert response["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("address", ["/livez", "/readyz"])
def test_a_probe_only_reads(address, client):
    refused = client.post(address)
    assert (refused.status_code, refused["Allow"]) == (405, "GET, HEAD")
    assert client.options(address).status_code == 405
    assert client.head("/livez", headers=FOREIGN).status_code == 200


@pytest.mark.django_db
def test_a_missing_guard_is_not_ready(client):
    guards.remove(connection)
    response = client.get("/readyz")
    guards.install(connection)
    assert response.status_code == 503
    assert b"lost rules" in response.content


@pytest.mark.django_db
def test_an_unapplied_migration_is_not_ready(client, monkeypatch):
    monkeypatch.setattr(health, "unapplied", lambda database: ["one"])
    response = client.get("/readyz")
    assert response.status_code == 503
    assert b"Migrations are not applied" in response.content


def test_a_database_that_does_not_answer_is_not_ready(client, monkeypatch):
    def broken(database):
        raise OperationalError("connection refused")

    monkeypatch.setattr(health, "unapplied", broken)
    response = client.get("/readyz")
    assert (response.status_code, response.content) == (503, b"The database does not answer.\n")
