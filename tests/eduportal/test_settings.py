"""What an installation writes, and what the portal makes of it."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from tests.eduportal.installation import settings_of

KEY = "k9" + "abcdefghijklmnopqrstuvwxyz" * 2
WEB = "https://education.example.org"
POSTGRES = "postgresql://portal:pass@db.example.org/portal"

REFUSED = [
    ({"SITE_URL": "education.example.org"}, "SITE_URL is"),
    ({"SITE_URL": "ftp://example.org"}, "SITE_URL is"),
    ({"SITE_URL": "https://"}, "SITE_URL is"),
    ({"SITE_URL": "https://exa mple.org"}, "SITE_URL is"),
    ({"SITE_URL": "https://example.org:99999"}, "SITE_URL is"),
    ({"SITE_URL": "https://example.org/pain"}, "SITE_URL is"),
    ({"SITE_URL": "https://example.org/?a=1"}, "SITE_URL is"),
    ({"SITE_URL": "https://me:word@example.org"}, "SITE_URL is"),
    ({"SITE_URL": "https://*.example.org"}, "SITE_URL is"),
    ({"SITE_URL": "http://0.0.0.0:8000"}, "SITE_URL is"),
    ({"SITE_URL": f"https://{'a' * 64}.example.org"}, "SITE_URL is"),
    ({"DATA_DIR": "~nobody-of-this-name/data"}, "DATA_DIR is"),
    ({"AUDIT_LOG": "/no-such-folder/audit.log"}, "AUDIT_LOG is /no-such"),
    ({"AUDIT_LOG": "/"}, "AUDIT_LOG is /, which is a folder"),
    ({"ALLOWED_HOSTS": "*"}, "ALLOWED_HOSTS has a *"),
    ({"ALLOWED_HOSTS": "https://example.org"}, "ALLOWED_HOSTS has"),
    ({"ALLOWED_HOSTS": "10.0.0.5:8000"}, "ALLOWED_HOSTS has"),
    ({"SITE_URL": WEB, "ALLOWED_HOSTS": "example.com"}, "ALLOWED_HOSTS lacks"),
    ({"HOST": "everywhere"}, "HOST is"),
    ({"HOST": "127.0.0.1:8000"}, "HOST is"),
    ({"HOST": "224.0.0.1"}, "HOST is"),
    ({"HOST": "ff02::1"}, "HOST is"),
    ({"HOST": "255.255.255.255"}, "HOST is"),
    ({"PORT": "http"}, "PORT is"),
    ({"PORT": "0"}, "PORT is"),
    ({"PORT": "65536"}, "PORT is"),
    ({"PORT": "-1"}, "PORT is"),
    ({"LINK_CHECK_PORTS": "80,https"}, "LINK_CHECK_PORTS is"),
    ({"LINK_CHECK_PORTS": "80,"}, "LINK_CHECK_PORTS is"),
    ({"DEBUG": "perhaps"}, "DEBUG is"),
    ({"DEBUG": "yes", "SITE_URL": WEB}, "DEBUG is on while SITE_URL is https"),
    ({"DATABASE_URL": "mysql://db/portal", "SECRET_KEY": KEY}, "DATABASE_URL does not begin"),
    ({"DATABASE_URL": "sqlite:////tmp/x", "SECRET_KEY": KEY}, "DATABASE_URL does not begin"),
    ({"DATABASE_URL": "postgresql://db.example.org", "SECRET_KEY": KEY}, "DATABASE_URL names no"),
    ({"DATABASE_URL": "postgresql://a:b#c@db/x", "SECRET_KEY": KEY}, "DATABASE_URL cannot be read"),
    ({"DATABASE_URL": "postgresql://db:port/x", "SECRET_KEY": KEY}, "DATABASE_URL cannot be read"),
    ({"DATABASE_URL": POSTGRES}, "SECRET_KEY is unset"),
    ({"SECRET_KEY": "secret"}, "SECRET_KEY is too weak"),
    ({"SECRET_KEY": "a" * 60}, "SECRET_KEY is too weak"),
    ({"SECRET_KEY": f"django-insecure-{KEY}"}, "SECRET_KEY is too weak"),
    ({"EMAIL_URL": "mail.example.org", "EMAIL_FROM": "a@b.org"}, "EMAIL_URL begins with"),
    ({"EMAIL_URL": "https://mail.example.org", "EMAIL_FROM": "a@b.org"}, "EMAIL_URL begins with"),
    ({"EMAIL_URL": "smtps://", "EMAIL_FROM": "a@b.org"}, "EMAIL_URL names no mail server"),
    ({"EMAIL_URL": "smtps://a:b#c@mail.org", "EMAIL_FROM": "a@b.org"}, "EMAIL_URL"),
    ({"EMAIL_URL": "smtps://mail.org:port", "EMAIL_FROM": "a@b.org"}, "EMAIL_URL cannot be read"),
    ({"EMAIL_URL": "smtp://a:b@mail.org", "EMAIL_FROM": "a@b.org"}, "EMAIL_URL would send"),
    ({"EMAIL_URL": "smtps://mail.example.org"}, "EMAIL_FROM is unset"),
    ({"EMAIL_FROM": "nobody"}, "EMAIL_FROM is"),
    ({"TIME_ZONE": "Mars/Base"}, "TIME_ZONE is"),
    ({"LEAFLET_PAPER": "a3"}, "LEAFLET_PAPER is"),
    ({"TIME_ZONE": "../UTC"}, "TIME_ZONE is"),
    ({"TIME_ZONE": "Europe"}, "TIME_ZONE is"),
    ({"TRUSTED_PROXIES": "proxy.example.org"}, "TRUSTED_PROXIES has"),
    ({"TRUSTED_PROXIES": "10.0.0.5/8"}, "TRUSTED_PROXIES has"),
    ({"TRUSTED_PROXIES": "0.0.0.0/0"}, "TRUSTED_PROXIES has"),
    ({"TRUSTED_PROXIES": "0.0.0.0/1, 128.0.0.0/1"}, "TRUSTED_PROXIES has"),
    ({"TRUSTED_PROXIES": "2000::/15"}, "TRUSTED_PROXIES has"),
    ({"CONNECT_RATE_LIMIT": "many"}, "CONNECT_RATE_LIMIT is 'many'"),
    ({"CONNECT_RATE_LIMIT": "0"}, "CONNECT_RATE_LIMIT is '0'"),
    ({"CONNECT_RATE_LIMIT": "1", "CONNECT_UNLIMITED": "ehr"}, "CONNECT_UNLIMITED has 'ehr'"),
    ({"CONNECT_UNLIMITED": "10.0.0.5"}, "CONNECT_RATE_LIMIT is unset"),
    ({"TRUSTED_PROXIES": ",", "SITE_URL": WEB}, "TRUSTED_PROXIES names no address"),
    ({"FRAME_ANCESTORS": "http://ehr.example.org"}, "FRAME_ANCESTORS has"),
    ({"FRAME_ANCESTORS": "*"}, "FRAME_ANCESTORS is"),
    ({"FRAME_ANCESTORS": "https://a.example.org; script-src *"}, "FRAME_ANCESTORS is"),
    ({"HOSPITAL_NAME": "H" * 61}, "HOSPITAL_NAME has 61 characters"),
    ({"HOSPITAL_NAME": "\u3164\u200f\u00ad"}, "HOSPITAL_NAME has nothing that can be read"),
    ({"HOSPITAL_NAME": "Two\nlines"}, "HOSPITAL_NAME holds U+000A"),
    ({"HOSPITAL_NAME": "Two\u2028lines"}, "HOSPITAL_NAME holds U+2028"),
    ({"HOSPITAL_NAME": "\u202ederit"}, "HOSPITAL_NAME holds U+202E"),
    ({"HOSPITAL_NAME": "Is\u2067olated"}, "HOSPITAL_NAME holds U+2067"),
    ({"HOSPITAL_NAME": "Tall" + "\u0301" * 4}, "HOSPITAL_NAME holds 4 marks"),
    ({"HOSPITAL_LOGO": "gone.png"}, "HOSPITAL_LOGO is 'gone.png'"),
    ({"BRAND_COLOUR": "teal"}, "BRAND_COLOUR is 'teal'"),
    ({"BRAND_COLOUR": "#0c4"}, "BRAND_COLOUR is '#0c4'"),
    ({"BRAND_COLOUR": "#0c4650; color: red"}, "BRAND_COLOUR is"),
    ({"BRAND_COLOUR": "#ff8800"}, "BRAND_COLOUR is '#ff8800', which is too pale"),
    ({"LINK_COLOUR": "#ffffff"}, "LINK_COLOUR is '#ffffff', which is too pale"),
    ({"PHONE_LINES": "A=555 0100;" * 7}, "PHONE_LINES has 7 lines"),
    ({"PHONE_LINES": f"{'A' * 61}=555 0100"}, "PHONE_LINES has"),
    ({"PHONE_LINES": f"A={'5' * 41}"}, "PHONE_LINES has"),
    ({"PHONE_LINES": "\u202eA=555 0100"}, "PHONE_LINES holds U+202E"),
    ({"PHONE_LINES": "555 0100"}, "PHONE_LINES has"),
    ({"PHONE_LINES": "Pain clinic=soon"}, "PHONE_LINES has"),
    ({"PHONE_LINES": "Pain clinic=555 0100, Night nurse=555 0199"}, "PHONE_LINES has"),
    ({"FEEDBACK_ADDRESS": "the nurse"}, "FEEDBACK_ADDRESS is"),
    ({"FEEDBACK_ADDRESS": "http://example.org/feedback"}, "FEEDBACK_ADDRESS is"),
    ({"FEEDBACK_ADDRESS": "javascript:alert(1)"}, "FEEDBACK_ADDRESS is"),
    ({"FEEDBACK_ADDRESS": "https://example.org/our page"}, "FEEDBACK_ADDRESS is"),
    ({"FEEDBACK_ADDRESS": 'https://example.org/"onclick'}, "FEEDBACK_ADDRESS is"),
    ({"FEEDBACK_ADDRESS": '"the nurse"@example.org'}, "FEEDBACK_ADDRESS is"),
    ({"FEEDBACK_ADDRESS": "https://example.org/<b>"}, "FEEDBACK_ADDRESS is"),
    ({"SECURITY_CONTACT": "tel:555 0100"}, "SECURITY_CONTACT is"),
    ({"DJANGO_SUPERUSER_USERNAME": "ana"}, "DJANGO_SUPERUSER_PASSWORD is unset"),
    ({"DJANGO_SUPERUSER_PASSWORD": "a b c"}, "DJANGO_SUPERUSER_USERNAME is unset"),
    ({"DJANGO_SUPERUSER_EMAIL": "ana"}, "DJANGO_SUPERUSER_EMAIL is"),
]


@pytest.mark.parametrize(("written", "beginning"), REFUSED)
def test_a_wrong_setting_is_refused_by_its_name(written, beginning, tmp_path):
    with pytest.raises(ImproperlyConfigured) as refused:
        settings_of(tmp_path, **written)
    assert [line[: len(beginning)] for line in str(refused.value).splitlines()] == [beginning]


@pytest.mark.parametrize(
    ("written", "advice"),
    [
        (
            {"SITE_URL": "https://Schmerz-für.example.org:8443"},
            "https://xn--schmerz-fr-ieb.example.org:8443",
        ),
        ({"FRAME_ANCESTORS": "ehr"}, "https://ehr.example.org"),
        ({"BRAND_COLOUR": "#ff8800"}, "contrast with the page is 2.1 to 1, and text needs 7"),
        ({"BRAND_COLOUR": "#ff8800"}, "Write a darker colour, such as #7b4100"),
        ({"LINK_COLOUR": "blue"}, "such as #0c4650"),
        ({"DATA_DIR": "~nobody-of-this-name/data"}, "/var/lib/eduportal"),
    ],
)
def test_a_refusal_says_what_to_write(written, advice, tmp_path):
    with pytest.raises(ImproperlyConfigured) as refused:
        settings_of(tmp_path, **written)
    assert advice in str(refused.value)


@pytest.mark.parametrize("wide", ["10.0.0.0/8", "2001:db8::/32", "fd00::/16"])
def test_a_network_of_a_hospitals_own_may_be_believed(wide, tmp_path):
    assert str(settings_of(tmp_path, TRUSTED_PROXIES=wide)["TRUSTED_PROXIES"][0]) == wide


def test_a_folder_may_be_written_from_the_users_own(tmp_path):
    made = settings_of(tmp_path, DATA_DIR="~/portal", HOME=str(tmp_path))
    assert made["DATA_DIR"] == tmp_path / "portal"


def test_all_wrong_settings_are_refused_at_once(tmp_path):
    with pytest.raises(ImproperlyConfigured) as refused:
        settings_of(tmp_path, PORT="http", TIME_ZONE="Mars/Base", DEBUG="perhaps")
    names = {line.split()[0] for line in str(refused.value).splitlines()}
    assert names == {"PORT", "TIME_ZONE", "DEBUG"}


@pytest.mark.parametrize(
    "written",
    [
        {"DATABASE_URL": "mysql://portal:hunter22@db/portal"},
        {"DATABASE_URL": "postgresql://portal:hunter22#@db/portal"},
        {"EMAIL_URL": "smtp://portal:hunter22@mail.example.org"},
        {"EMAIL_URL": "smtps://portal:hunter22#@mail.example.org"},
        {"SECRET_KEY": "hunter22"},
        {"SITE_URL": "https://portal:hunter22@example.org"},
        {"DJANGO_SUPERUSER_PASSWORD": "hunter22"},
    ],
)
def test_a_refusal_repeats_no_password(written, tmp_path):
    with pytest.raises(ImproperlyConfigured) as refused:
        settings_of(tmp_path, **written)
    assert "hunter22" not in str(refused.value)


def test_a_folder_that_cannot_be_made_is_refused(tmp_path):
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(ImproperlyConfigured, match=r"^DATA_DIR is .*taken"):
        settings_of(tmp_path / "taken" / "data")


def test_a_fresh_clone_needs_no_settings(tmp_path):
    made = settings_of(tmp_path)
    assert made["SITE_URL"] == "http://127.0.0.1:8000"
    assert made["DATABASES"]["default"]["NAME"] == tmp_path / "db.sqlite3"
    assert not made["DEBUG"]


def test_an_empty_setting_counts_as_unset(tmp_path):
    assert settings_of(tmp_path, PORT="", SITE_URL=" ")["SITE_URL"] == "http://127.0.0.1:8000"


def test_without_site_url_the_portal_is_known_by_where_it_listens(tmp_path):
    made = settings_of(tmp_path, HOST="192.0.2.7", PORT="8080")
    assert made["SITE_URL"] == "http://192.0.2.7:8080"
    assert "192.0.2.7" in made["ALLOWED_HOSTS"]


def test_a_server_at_every_address_shows_the_one_of_this_machine(tmp_path):
    assert settings_of(tmp_path, HOST="0.0.0.0")["SITE_URL"] == "http://127.0.0.1:8000"
    assert settings_of(tmp_path, HOST="::", PORT="80")["SITE_URL"] == "http://127.0.0.1"


@pytest.mark.parametrize(
    "written",
    [
        "https://education.example.org/",
        "HTTPS://Education.Example.org",
        "https://education.example.org:443",
    ],
)
def test_one_address_has_one_spelling(written, tmp_path):
    assert settings_of(tmp_path, SITE_URL=written)["SITE_URL"] == WEB


def test_https_turns_on_what_only_https_allows(tmp_path):
    made = settings_of(tmp_path, SITE_URL=f"{WEB}:8443")
    assert made["SESSION_COOKIE_NAME"] == "__Host-sessionid"
    assert made["CSRF_COOKIE_NAME"] == "__Host-csrftoken"
    assert made["SESSION_COOKIE_SECURE"]
    assert made["CSRF_COOKIE_SECURE"]
    assert made["SECURE_HSTS_SECONDS"] == 31_536_000
    assert made["SECURE_SSL_HOST"] == "education.example.org:8443"


def test_http_keeps_cookies_that_a_browser_accepts(tmp_path):
    made = settings_of(tmp_path)
    assert made["SESSION_COOKIE_NAME"] == "sessionid"
    assert made["SECURE_HSTS_SECONDS"] == 0
    assert not made["SECURE_SSL_REDIRECT"]


def test_this_machine_is_always_an_allowed_host(tmp_path):
    made = settings_of(tmp_path, SITE_URL=WEB, ALLOWED_HOSTS=".example.org, example.net")
    assert made["ALLOWED_HOSTS"] == [
        ".example.org",
        "example.net",
        "localhost",
        "127.0.0.1",
        "[::1]",
    ]


def test_only_https_believes_a_proxy_on_this_machine_unasked(tmp_path):
    assert settings_of(tmp_path)["TRUSTED_PROXIES"] == []
    trusted = settings_of(tmp_path, SITE_URL=WEB)["TRUSTED_PROXIES"]
    assert [str(network) for network in trusted] == ["127.0.0.0/8", "::1/128"]


def test_postgresql_keeps_its_connections_and_checks_them(tmp_path):
    made = settings_of(tmp_path, DATABASE_URL=POSTGRES, SECRET_KEY=KEY)["DATABASES"]["default"]
    assert made["ENGINE"] == "django.db.backends.postgresql"
    assert (made["USER"], made["HOST"], made["NAME"]) == ("portal", "db.example.org", "portal")
    assert made["CONN_MAX_AGE"] is None
    assert made["CONN_HEALTH_CHECKS"]


def test_sqlite_loses_nothing_that_was_confirmed(tmp_path):
    options = settings_of(tmp_path)["DATABASES"]["default"]["OPTIONS"]
    assert options["transaction_mode"] == "IMMEDIATE"
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "recursive_triggers=ON"):
        assert f"PRAGMA {pragma};" in options["init_command"]


def test_phone_lines_keep_their_order_and_can_be_dialled(tmp_path):
    lines = settings_of(
        tmp_path, PHONE_LINES="Pain clinic=+1 (555) 010-0199 ext. 7; Emergency = 911;"
    )["PHONE_LINES"]
    assert [(line.label, line.link) for line in lines] == [
        ("Pain clinic", "tel:+15550100199;ext=7"),
        ("Emergency", "tel:911"),
    ]


def test_frames_are_allowed_where_they_are_named(tmp_path):
    made = settings_of(tmp_path, FRAME_ANCESTORS="https://ehr.example.org, http://localhost:3000")
    wanted = ["https://ehr.example.org", "http://localhost:3000"]
    assert made["SECURE_CSP"]["frame-ancestors"] == wanted
    assert made["SECURE_CSP_ADMIN"]["frame-ancestors"] == ["'none'"]


@pytest.mark.parametrize(
    "name",
    ["St. Example’s <b>Hospital</b>", "H" * 60, "مستشفى المثال", "病院" * 30, "Bệnh viện Thí Dụ"],
)
def test_a_name_may_be_of_any_script_and_hold_any_printed_character(name, tmp_path):
    assert settings_of(tmp_path, HOSPITAL_NAME=name)["HOSPITAL_NAME"] == name


def test_a_folder_is_the_owners_alone(tmp_path):
    settings_of(tmp_path / "data")
    assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize(
    ("written", "port", "tls", "ssl"),
    [
        ("smtp+tls://portal:a%2Fb@mail.example.org", 587, True, False),
        ("smtps://portal:a%2Fb@mail.example.org:2465", 2465, False, True),
        ("smtp://portal:a%2Fb@127.0.0.1", 25, False, False),
    ],
)
def test_mail_goes_to_the_server_that_is_named(written, port, tls, ssl, tmp_path):
    made = settings_of(tmp_path, EMAIL_URL=written, EMAIL_FROM="portal@example.org")
    assert made["EMAIL_BACKEND"] == "django.core.mail.backends.smtp.EmailBackend"
    assert (made["EMAIL_HOST_USER"], made["EMAIL_HOST_PASSWORD"]) == ("portal", "a/b")
    found = (made["EMAIL_PORT"], made["EMAIL_USE_TLS"], made["EMAIL_USE_SSL"])
    assert found == (port, tls, ssl)
    assert made["DEFAULT_FROM_EMAIL"] == "portal@example.org"


def test_mail_is_printed_where_no_server_is_named(tmp_path):
    assert settings_of(tmp_path)["EMAIL_BACKEND"].endswith("console.EmailBackend")


def test_the_audit_goes_to_standard_error_or_to_a_file_that_may_be_rotated(tmp_path):
    handlers = settings_of(tmp_path)["LOGGING"]["handlers"]
    assert handlers["audit"]["class"] == "logging.StreamHandler"
    path = tmp_path / "audit.log"
    told = settings_of(tmp_path, AUDIT_LOG=str(path))["LOGGING"]["handlers"]["audit"]
    assert (told["class"], told["filename"]) == ("logging.handlers.WatchedFileHandler", path)
    assert not path.exists()
