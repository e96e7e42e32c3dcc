"""Settings that contradict each other, or that a hospital should not be without."""

import ipaddress

import pytest
from django.core.checks import run_checks
from django.test import override_settings

from eduportal import checks

ELSEWHERE = [ipaddress.ip_network("10.0.0.0/24")]
HERE = [ipaddress.ip_network("127.0.0.0/8")]
WEB = "https://education.example.org"


def found(*, deploy=False, **settings):
    """The ids of our own checks that fail with these settings."""
    with override_settings(**settings):
        messages = run_checks(tags=["security"], include_deployment_checks=deploy)
    return [message.id for message in messages if message.id.startswith("eduportal.")]


def test_a_fresh_clone_has_nothing_to_say():
    assert found() == []


@pytest.mark.parametrize(
    "settings",
    [
        {"DEBUG": True, "HOST": "0.0.0.0"},
        {"DEBUG": True, "SITE_URL": "http://portal.example.org"},
    ],
)
def test_debug_beyond_this_machine_stops_the_start(settings):
    assert "eduportal.E001" in found(**settings)


def test_debug_on_this_machine_is_the_developers_own():
    assert found(DEBUG=True) == []


def test_http_beyond_this_machine_is_warned_of_loudly():
    assert found(SITE_URL="http://portal.example.org") == ["eduportal.W001"]


def test_listening_everywhere_without_an_address_is_warned_of():
    assert found(HOST="0.0.0.0") == ["eduportal.W002"]
    assert found(HOST="0.0.0.0", SITE_URL_GIVEN=True) == []


@pytest.mark.parametrize(("given", "words"), [(False, "ARE REFUSED"), (True, "FULL LINKS WORK")])
def test_the_warning_says_who_suffers(given, words):
    with override_settings(HOST="0.0.0.0", ALLOWED_HOSTS_GIVEN=given):
        assert words in checks.address_is_known(None)[0].msg


def test_https_behind_a_proxy_that_nobody_named_is_warned_of():
    secure = {"SITE_URL": WEB, "SITE_URL_GIVEN": True, "HTTPS": True, "HOST": "0.0.0.0"}
    assert found(**secure, TRUSTED_PROXIES=HERE) == ["eduportal.W003"]
    assert found(**secure, TRUSTED_PROXIES=ELSEWHERE) == []


def test_a_deployment_without_a_phone_line_is_warned_of():
    named = {"HOSPITAL_NAME_GIVEN": True}
    assert found(deploy=True, **named) == ["eduportal.W004"]
    assert found(deploy=True, **named, PHONE_LINES=[("Pain clinic", "555 0100")]) == []


def test_a_deployment_without_the_hospitals_name_is_warned_of():
    lines = {"PHONE_LINES": [("Pain clinic", "555 0100")]}
    assert found(deploy=True, **lines) == ["eduportal.W005"]


def test_an_announced_port_at_which_nothing_listens_is_warned_of():
    assert found(SITE_URL="http://localhost:9000", PORT=8000) == ["eduportal.W006"]
    assert found(SITE_URL="http://localhost:9000", PORT=9000) == []
