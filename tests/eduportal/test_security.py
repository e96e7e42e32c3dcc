"""Who asks, and the headers of every answer."""

import ipaddress
import re
import urllib.parse

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import RequestFactory, override_settings

from eduportal import inlined, security

# One of each kind of answer: page, error, static file, file at the top, probe, list for machines.
PUBLIC = [
    "/about/",
    "/nothing-here/",
    "/static/admin/css/base.css",
    "/favicon.svg",
    "/livez",
    "/robots.txt",
]
POLICY = (
    f"default-src 'none'; style-src {inlined.source_of(settings.STYLESHEET)}; "
    f"script-src {inlined.source('site/page.js')} {inlined.source('site/questions.js')}; "
    f"img-src 'self' data:; connect-src {settings.SITE_URL}/robots.txt; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
ADMIN_POLICY = (
    f"default-src 'none'; script-src 'self' {inlined.source('site/page.js')}; "
    f"style-src 'self' {inlined.source_of(settings.STYLESHEET)}; img-src 'self' data:; "
    "connect-src 'self'; font-src 'self'; frame-src 'self'; form-action 'self'; "
    "base-uri 'none'; "
    "frame-ancestors 'none'"
)


def asked(client, address, **options):
    """The answer and its body, read to the end."""
    response = client.get(address, **options)
    body = b"".join(response)
    response.close()
    return response, body


@pytest.mark.django_db
@pytest.mark.parametrize("address", PUBLIC)
def test_every_public_answer_has_the_security_headers(address, client):
    found = asked(client, address)[0].headers
    assert found["Content-Security-Policy"] == POLICY
    assert found["X-Frame-Options"] == "DENY"
    assert found["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "camera=()" in found["Permissions-Policy"]


@pytest.mark.django_db
@pytest.mark.parametrize("address", PUBLIC)
def test_every_public_answer_has_djangos_headers_too(address, client):
    found = asked(client, address)[0].headers
    assert found["X-Content-Type-Options"] == "nosniff"
    assert found["Referrer-Policy"] == "same-origin"
    assert found["Cross-Origin-Opener-Policy"] == "same-origin"


@pytest.mark.django_db
@pytest.mark.parametrize("address", PUBLIC)
def test_public_answers_are_the_same_for_everyone(address, client):
    stranger, words = asked(client, address)
    client.cookies["sessionid"] = "of-somebody"
    client.cookies["csrftoken"] = "not a token"
    staff, same_words = asked(client, address)
    assert same_words == words
    for response in (stranger, staff):
        assert not response.cookies
        assert "cookie" not in response.get("Vary", "").lower()


@pytest.mark.django_db
def test_the_admin_has_a_policy_of_its_own_and_is_never_kept(client):
    for address in ("/admin/login/", "/admin/", "/admin/nothing-here/"):
        found = client.get(address).headers
        assert found["Content-Security-Policy"] == ADMIN_POLICY
        assert "no-store" in found["Cache-Control"]
        assert found["X-Frame-Options"] == "DENY"


@pytest.mark.django_db
def test_a_kept_copy_is_asked_for_before_it_is_shown(client):
    first = client.get("/about/")
    assert first["Cache-Control"] == "no-cache"
    again = client.get("/about/", headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 304
    assert again["Cache-Control"] == "no-cache"
    assert again["Content-Security-Policy"] == POLICY


@pytest.mark.django_db
def test_where_frames_are_allowed_the_policy_alone_says_so(client):
    policy = {**settings.SECURE_CSP, "frame-ancestors": ["https://ehr.example.org"]}
    with override_settings(FRAME_ANCESTORS=["https://ehr.example.org"], SECURE_CSP=policy):
        public, staff = client.get("/about/"), client.get("/admin/login/")
    assert "frame-ancestors https://ehr.example.org" in public["Content-Security-Policy"]
    assert "X-Frame-Options" not in public
    assert staff["X-Frame-Options"] == "DENY"


@pytest.mark.django_db
@override_settings(
    SECURE_SSL_REDIRECT=True, SECURE_SSL_HOST="education.example.org", SECURE_HSTS_SECONDS=60
)
def test_with_https_an_unencrypted_visit_is_sent_to_the_sites_own_host(client):
    sent = client.get("/about/")
    assert (sent.status_code, sent["Location"]) == (301, "https://education.example.org/about/")
    assert client.get("/about/", secure=True)["Strict-Transport-Security"] == "max-age=60"
    for probe in ("/livez", "/readyz"):
        assert client.get(probe, headers={"host": "10.1.2.3:8000"}).status_code == 200
    assert client.get("/livez", secure=True)["Strict-Transport-Security"] == "max-age=60"
    assert client.get("/livez/x").status_code == 301


def test_nothing_is_posted_to_a_public_page(client):
    refused = client.post("/about/", {"words": "mine"})
    assert refused.status_code == 405
    assert refused["Allow"] == "GET, HEAD"
    assert b"<h1>" in refused.content


def seen(meta, *, trusted=("10.0.0.0/24",)):
    """(address, scheme, host) that a view sees of a request with these headers."""
    networks = [ipaddress.ip_network(network) for network in trusted]
    request = RequestFactory().get("/", **{"HTTP_HOST": "testserver", **meta})
    with override_settings(TRUSTED_PROXIES=networks, ALLOWED_HOSTS=["*"]):
        security.trusted_proxies(lambda request: HttpResponse())(request)
        assert not any(name in request.META for name in security.FORWARDED)
        return request.META["REMOTE_ADDR"], request.scheme, request.get_host()


PROXIED = [
    # the proxy says, the view sees
    ({}, ("10.0.0.1", "http", "testserver")),
    ({"HTTP_X_FORWARDED_FOR": "192.0.2.9"}, ("192.0.2.9", "http", "testserver")),
    ({"HTTP_X_FORWARDED_FOR": "6.6.6.6, 192.0.2.9"}, ("192.0.2.9", "http", "testserver")),
    ({"HTTP_X_FORWARDED_FOR": "192.0.2.9, 10.0.0.2"}, ("192.0.2.9", "http", "testserver")),
    ({"HTTP_X_FORWARDED_FOR": "192.0.2.9:4711"}, ("192.0.2.9", "http", "testserver")),
    ({"HTTP_X_FORWARDED_FOR": "[2001:db8::9]:4711"}, ("2001:db8::9", "http", "testserver")),
    ({"HTTP_X_FORWARDED_FOR": "192.0.2.9, unknown"}, ("10.0.0.1", "http", "testserver")),
    ({"HTTP_X_FORWARDED_PROTO": "https"}, ("10.0.0.1", "https", "testserver")),
    ({"HTTP_X_FORWARDED_PROTO": "javascript"}, ("10.0.0.1", "http", "testserver")),
    ({"HTTP_X_FORWARDED_PROTO": "https, http"}, ("10.0.0.1", "http", "testserver")),
    ({"HTTP_X_FORWARDED_PROTO": "http, https"}, ("10.0.0.1", "https", "testserver")),
    ({"HTTP_X_FORWARDED_HOST": "e.example.org"}, ("10.0.0.1", "http", "testserver")),
]


@pytest.mark.parametrize(("told", "expected"), PROXIED)
def test_a_trusted_proxy_is_believed(told, expected):
    assert seen({"REMOTE_ADDR": "10.0.0.1", **told}) == expected


@pytest.mark.parametrize("address", ["192.0.2.66", "", "10.0.1.1", "unknown"])
def test_nobody_else_is_believed(address):
    told = {
        "REMOTE_ADDR": address,
        "HTTP_X_FORWARDED_FOR": "10.0.0.9",
        "HTTP_X_FORWARDED_PROTO": "https",
        "HTTP_X_FORWARDED_HOST": "e.example.org",
    }
    assert seen(told) == (address, "http", "testserver")


def test_a_trusted_proxy_is_known_at_a_socket_of_both_protocols():
    told = {"REMOTE_ADDR": "::ffff:10.0.0.1", "HTTP_X_FORWARDED_FOR": "192.0.2.9"}
    assert seen(told)[0] == "192.0.2.9"


def test_a_proxy_that_is_not_trusted_is_named_in_the_log(caplog):
    security._say_once.cache_clear()
    for _ in range(2):
        seen({"REMOTE_ADDR": "192.0.2.66", "HTTP_X_FORWARDED_PROTO": "https"})
    assert [record.getMessage() for record in caplog.records] == [
        "X-Forwarded-Proto of 192.0.2.66 was ignored. "
        "If that is your proxy, add it to TRUSTED_PROXIES."
    ]


@pytest.mark.django_db
def test_public_pages_carry_their_icon(client):
    found = re.search(
        r'<link rel="icon" href="data:image/svg\+xml,([^"]*)">', client.get("/about/").text
    )
    drawn = urllib.parse.unquote(found[1]).replace("'", '"')
    assert drawn == (settings.BASE_DIR / "static/root/favicon.svg").read_text().strip()


@pytest.mark.django_db
def test_the_admin_names_its_icon(client):
    icon = '<link rel="icon" href="/favicon.svg" type="image/svg+xml">'
    assert icon in client.get("/admin/login/").text
    assert asked(client, "/favicon.svg")[0]["Content-Type"] == "image/svg+xml"
