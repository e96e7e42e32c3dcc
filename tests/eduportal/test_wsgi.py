"""A site that fails its checks starts under no server."""

import pytest
from django.core.checks import Error, Warning
from django.core.exceptions import ImproperlyConfigured

from eduportal import wsgi


def test_a_failing_check_stops_the_start(monkeypatch):
    monkeypatch.setattr(wsgi, "run_checks", lambda: [Error("The disclaimer is gone.", id="x.E001")])
    with pytest.raises(ImproperlyConfigured, match="The disclaimer is gone"):
        wsgi.checked_application()


def test_a_warning_does_not(monkeypatch):
    monkeypatch.setattr(wsgi, "run_checks", lambda: [Warning("Plain http.", id="x.W001")])
    assert callable(wsgi.checked_application())
