"""Settings that contradict each other, or that a hospital should not be without."""

from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import Error, Warning

from eduportal.environment import ANY_ADDRESS, host_of, is_loopback


def reached_from_elsewhere():
    """Whether the site's address, or the address it listens at, is beyond this machine."""
    return not (is_loopback(host_of(settings.SITE_URL)) and is_loopback(settings.HOST))


def code_is_not_shown(app_configs, **kwargs):
    if not (settings.DEBUG and reached_from_elsewhere()):
        return []
    return [
        Error(
            "DEBUG shows code and settings to everyone who reaches this address.",
            hint="Unset DEBUG, or unset HOST and SITE_URL.",
            id="eduportal.E001",
        )
    ]


def site_is_encrypted(app_configs, **kwargs):
    if settings.HTTPS or is_loopback(host_of(settings.SITE_URL)):
        return []
    return [
        Warning(
            f"SITE_URL is {settings.SITE_URL}: PAGES AND STAFF PASSWORDS TRAVEL UNENCRYPTED.",
            hint="Put a proxy with a certificate before it and write SITE_URL with https://",
            id="eduportal.W001",
        )
    ]


def address_is_known(app_configs, **kwargs):
    if settings.SITE_URL_GIVEN or settings.HOST not in ANY_ADDRESS:
        return []
    return [
        Warning(
            f"HOST is {settings.HOST} WITHOUT SITE_URL: {_consequence()}, "
            f"since the portal knows itself only as {settings.SITE_URL}.",
            hint="Write SITE_URL with the address that visitors type.",
            id="eduportal.W002",
        )
    ]


def _consequence():
    if settings.ALLOWED_HOSTS_GIVEN:
        return "INVITATIONS AND OTHER FULL LINKS WORK ON THIS MACHINE ALONE"
    return "VISITORS FROM OTHER MACHINES ARE REFUSED"


def proxy_is_believed(app_configs, **kwargs):
    local = all(network.is_loopback for network in settings.TRUSTED_PROXIES)
    if not settings.HTTPS or is_loopback(settings.HOST) or not local:
        return []
    return [
        Warning(
            f"HOST is {settings.HOST}, but only a proxy on this machine is believed: requests "
            "through another one are sent to https again and again.",
            hint="Write the proxy's address in TRUSTED_PROXIES, or unset HOST.",
            id="eduportal.W003",
        )
    ]


def port_is_the_one_announced(app_configs, **kwargs):
    parts = urlsplit(settings.SITE_URL)
    if not is_loopback(parts.hostname) or (parts.port or 80) == settings.PORT or settings.HTTPS:
        return []
    return [
        Warning(
            f"SITE_URL is {settings.SITE_URL}, but PORT is {settings.PORT}.",
            hint="Give both the same port, unless a proxy on this machine stands between.",
            id="eduportal.W006",
        )
    ]


def hospital_is_named(app_configs, **kwargs):
    if settings.HOSPITAL_NAME_GIVEN:
        return []
    return [
        Warning(
            "HOSPITAL_NAME is unset: every page is headed “This hospital”.",
            hint="Write the name that patients know.",
            id="eduportal.W005",
        )
    ]


def patients_can_ring(app_configs, **kwargs):
    if settings.PHONE_LINES:
        return []
    return [
        Warning(
            "PHONE_LINES is unset: pages name no line that patients can ring.",
            hint="Write for example PHONE_LINES='Pain clinic=555 0100; Night nurse=555 0199'",
            id="eduportal.W004",
        )
    ]
