"""Answers to the probes of a process manager or load balancer, whatever host they name."""

import logging

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpResponse, HttpResponseNotAllowed

from treatments import guards, search

logger = logging.getLogger(__name__)

READING = ("GET", "HEAD")
NOT_STARTED = "The database is not ready. Start the portal first: make serve"


def probes(get_response):
    """Answer /livez and /readyz; pass all else on."""
    answers = {"/livez": livez, "/readyz": readyz}

    def middleware(request):
        answer = answers.get(request.path_info)
        if answer is None:
            return get_response(request)
        return answer() if request.method in READING else HttpResponseNotAllowed(READING)

    return middleware


def livez():
    """This process answers."""
    return _said("ok")


def readyz():
    """Whether pages can be served: 200, or 503 with what is missing."""
    try:
        missing = not_ready(connection)
    except DatabaseError as error:
        logger.error("The database does not answer: %s", error)
        missing = "The database does not answer."
    return _said(missing or "ok", 503 if missing else 200)


def not_ready(database):
    """What a database lacks, as a sentence; empty where nothing is missing."""
    if unapplied(database):
        return "Migrations are not applied: run manage.py migrate."
    if guards.missing(database):
        return "The database lost rules that guard its texts: run manage.py migrate."
    if search.lacking(database) is None:
        return "The search has no index: run manage.py rebuild_search."
    return ""


def unapplied(database):
    """The migrations that the database still needs."""
    executor = MigrationExecutor(database)
    return executor.migration_plan(executor.loader.graph.leaf_nodes())


def _said(sentence, status=200):
    response = HttpResponse(f"{sentence}\n", status=status, content_type="text/plain")
    response["Cache-Control"] = "no-store"
    return response
