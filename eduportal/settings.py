"""Django's settings, from the environment; a fresh clone runs with none set.

The README's table says what each name means. Everything wrong is refused at once, by its name.
"""

import os
from pathlib import Path

from django.http.request import validate_host

from eduportal import environment, inlined, logo, secret_key, stylesheet
from eduportal.csp import CSP, build_policy
from eduportal.environment import LOOPBACK_NAMES, Environment

BASE_DIR = Path(__file__).resolve().parent.parent
env = Environment(os.environ)

# Where it runs

HOST = env.read("HOST", environment.address, "127.0.0.1")
PORT = env.read("PORT", environment.port, 8000)
# A server that listens at every address has no address of its own to show.
_OWN_HOST = "127.0.0.1" if HOST in environment.ANY_ADDRESS else HOST
SITE_URL = env.read("SITE_URL", environment.origin, environment.own_address(_OWN_HOST, PORT))
SITE_URL_GIVEN = bool(env.text("SITE_URL"))
_SITE_HOST = environment.host_of(SITE_URL)
HTTPS = SITE_URL.startswith("https://")

ALLOWED_HOSTS = env.read("ALLOWED_HOSTS", environment.hosts, [_SITE_HOST]) + LOOPBACK_NAMES
ALLOWED_HOSTS_GIVEN = bool(env.text("ALLOWED_HOSTS"))
if not validate_host(_SITE_HOST, ALLOWED_HOSTS):
    env.refuse("ALLOWED_HOSTS", f"lacks {_SITE_HOST}, the host of SITE_URL. Add it, or unset it.")

# Proxies on this machine are believed where there must be one, since https ends before granian.
TRUSTED_PROXIES = env.read(
    "TRUSTED_PROXIES",
    environment.networks,
    environment.networks("127.0.0.0/8, ::1") if HTTPS else [],
)

DEBUG = env.read("DEBUG", environment.flag, False)
if DEBUG and HTTPS:
    env.refuse("DEBUG", "is on while SITE_URL is https: it shows visitors the code. Unset it.")

# What it keeps

DATA_DIR = env.read(
    "DATA_DIR", lambda written: environment.folder(written, BASE_DIR), BASE_DIR / "data"
)
try:
    environment.writable_folder(DATA_DIR)
except environment.Wrong as wrong:
    env.refuse("DATA_DIR", str(wrong))

AUDIT_LOG = env.read("AUDIT_LOG", lambda written: environment.log_file(written, BASE_DIR))

DATABASE_GIVEN = bool(env.text("DATABASE_URL"))
DATABASES = {
    "default": env.read(
        "DATABASE_URL",
        environment.database,
        {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": DATA_DIR / "db.sqlite3",
            "CONN_MAX_AGE": None,
            "OPTIONS": {
                # A transaction that begins as a read and then writes would not wait its turn.
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                # FULL: a power cut loses nothing confirmed. The triggers must see REPLACE too.
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; "
                "PRAGMA recursive_triggers=ON;",
            },
            # In memory, all threads of a live server would share one connection.
            "TEST": {"NAME": DATA_DIR / "test.sqlite3"},
        },
    )
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

SECRET_KEY = env.read("SECRET_KEY", environment.secret, "")
if DATABASE_GIVEN and not env.text("SECRET_KEY"):
    env.refuse(
        "SECRET_KEY",
        "is unset, while DATABASE_URL is set: all nodes of one database share one key. "
        "Write what `openssl rand -base64 48` prints.",
    )

# Whose it is

HOSPITAL_NAME = env.read("HOSPITAL_NAME", environment.hospital_name, "This hospital")
HOSPITAL_NAME_GIVEN = bool(env.text("HOSPITAL_NAME"))
HOSPITAL_LOGO = env.read("HOSPITAL_LOGO", lambda written: logo.read(written, BASE_DIR))
_page_css = inlined.text("site/page.css")
_light = stylesheet.grounds(_page_css).light
BRAND_COLOUR = env.read("BRAND_COLOUR", lambda written: environment.colour(written, _light), "")
LINK_COLOUR = env.read("LINK_COLOUR", lambda written: environment.colour(written, _light), "")
STYLESHEET = stylesheet.coloured(_page_css, brand=BRAND_COLOUR, link=LINK_COLOUR)
PHONE_LINES = env.read("PHONE_LINES", environment.phone_lines, [])
FEEDBACK_ADDRESS = env.read("FEEDBACK_ADDRESS", environment.feedback_address, "")
SECURITY_CONTACT = env.read("SECURITY_CONTACT", environment.feedback_address, "")
LEAFLET_PAPER = env.read("LEAFLET_PAPER", environment.paper, "a4")
FRAME_ANCESTORS = env.read("FRAME_ANCESTORS", environment.frame_ancestors, [])
CONNECT_RATE_LIMIT = env.read("CONNECT_RATE_LIMIT", environment.count, 0)
CONNECT_UNLIMITED = env.read("CONNECT_UNLIMITED", environment.clients, [])
if CONNECT_UNLIMITED and not CONNECT_RATE_LIMIT:
    env.refuse(
        "CONNECT_RATE_LIMIT", "is unset, while CONNECT_UNLIMITED is set. Write both or none."
    )
LINK_CHECK_PORTS = env.read("LINK_CHECK_PORTS", environment.ports, [80, 443])

TIME_ZONE = env.read("TIME_ZONE", environment.timezone, "UTC")
USE_TZ = True
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English")]

# Mail to staff: to the console where no server is named

_mail = env.read("EMAIL_URL", environment.mail_server)
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if _mail else 'console'}.EmailBackend"
if _mail:
    EMAIL_HOST, EMAIL_PORT = _mail.HOST, _mail.PORT
    EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _mail.HOST_USER, _mail.HOST_PASSWORD
    EMAIL_USE_TLS, EMAIL_USE_SSL = _mail.USE_TLS, _mail.USE_SSL
EMAIL_TIMEOUT = 20  # seconds
DEFAULT_FROM_EMAIL = env.read("EMAIL_FROM", environment.email, "portal@localhost")
if _mail and not env.text("EMAIL_FROM"):
    env.refuse("EMAIL_FROM", "is unset, while EMAIL_URL is set. Write the sender of the mails.")

# The first administrator, for a start that nobody attends

DJANGO_SUPERUSER_USERNAME = env.text("DJANGO_SUPERUSER_USERNAME")
DJANGO_SUPERUSER_PASSWORD = env.text("DJANGO_SUPERUSER_PASSWORD")
DJANGO_SUPERUSER_EMAIL = env.read("DJANGO_SUPERUSER_EMAIL", environment.email, "")
if DJANGO_SUPERUSER_USERNAME and not DJANGO_SUPERUSER_PASSWORD:
    env.refuse("DJANGO_SUPERUSER_PASSWORD", "is unset. Write one, or unset the user name too.")
if DJANGO_SUPERUSER_EMAIL and not DJANGO_SUPERUSER_USERNAME:
    env.refuse("DJANGO_SUPERUSER_USERNAME", "is unset. Write one, or unset the e-mail too.")
elif DJANGO_SUPERUSER_PASSWORD and not DJANGO_SUPERUSER_USERNAME:
    env.refuse("DJANGO_SUPERUSER_USERNAME", "is unset. Write one, or unset the password too.")

env.stop_if_refused()

if not SECRET_KEY:
    try:
        SECRET_KEY = secret_key.kept_in(DATA_DIR / "secret_key")
    except environment.Wrong as wrong:
        env.refuse("SECRET_KEY", str(wrong))
    env.stop_if_refused()

# What it is made of

INSTALLED_APPS = [
    "eduportal",
    # Above treatments, which puts its own screen of tags in place of taggit's.
    "eduportal.admin_site.TagsConfig",
    "treatments",
    "eduportal.admin_site.PortalAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.sitemaps",
    "ckeditor",
]
TAGGIT_CASE_INSENSITIVE = True

MIDDLEWARE = [
    # Above all that answers, so that each answer is dressed.
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "eduportal.security.headers",
    "eduportal.security.trusted_proxies",
    "eduportal.connecting.guarded",
    "eduportal.auditing.whereabouts",
    "django.middleware.security.SecurityMiddleware",
    "eduportal.errors.method_not_allowed",
    # Above all that asks for the host's name: a probe may use any.
    "eduportal.health.probes",
    # Above all that reads what is sent, as sessions and the guard of forms do.
    "eduportal.bodies.bounded",
    "eduportal.security.public_pages_only_read",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.http.ConditionalGetMiddleware",
    "eduportal.compression.compressed",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "eduportal.sessions.activity",
    "eduportal.sessions.too_late",
]

ROOT_URLCONF = "eduportal.urls"
WSGI_APPLICATION = "eduportal.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            # The admin's own; public pages use none of them, and none of them asks the database.
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]
FIXTURE_DIRS = [BASE_DIR / "fixtures"]

# Static files

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [
    BASE_DIR / "static",
    ("manual", BASE_DIR / "docs" / "pictures" / "editors"),
]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "treatments.admin.editor_files.AppFiles",  # without what the editor never loads
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_ROOT = BASE_DIR / "static" / "root"  # what browsers look for at the top, by fixed names
WHITENOISE_ALLOW_ALL_ORIGINS = False

# Signing in

AUTH_USER_MODEL = "treatments.User"
LOGIN_URL = "admin:login"
# Twelve: above the eight that OWASP ASVS 5 requires (6.2.1); fifteen, which it recommends, is for
# passwords that stand alone.
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "eduportal.passwords.Advice"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
PASSWORD_RESET_TIMEOUT = 24 * 60 * 60  # seconds; an invitation's life too

SESSION_ENGINE = "eduportal.sessions"
SESSION_COOKIE_AGE = 30 * 60  # seconds without a request that somebody made
SESSION_LIFETIME = 8 * 60 * 60  # seconds since signing in, whatever happens
SESSION_EXPIRE_AT_BROWSER_CLOSE = True  # how long it lasts is kept here, not by the cookie
CSRF_FAILURE_VIEW = "eduportal.sign_in.out_of_date"

# A browser keeps a `__Host-` cookie only over https, for this host alone.
_COOKIE_PREFIX = "__Host-" if HTTPS else ""
SESSION_COOKIE_NAME = f"{_COOKIE_PREFIX}sessionid"
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_NAME = f"{_COOKIE_PREFIX}csrftoken"
CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = True
CSRF_TRUSTED_ORIGINS = [SITE_URL]  # behind a proxy that does not pass the host on
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# Security headers

SECURE_SSL_REDIRECT = HTTPS
SECURE_SSL_HOST = SITE_URL.split("//")[1]
SECURE_REDIRECT_EXEMPT = [r"^(livez|readyz)$"]  # probes come straight, without encryption
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if HTTPS else 0
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# Django 6 brings SECURE_CSP under this name; its middleware then takes the place of ours.
SECURE_CSP = {
    "default-src": [CSP.NONE],
    "style-src": [inlined.source_of(STYLESHEET)],
    "script-src": [inlined.source("site/page.js"), inlined.source("site/questions.js")],
    "img-src": [CSP.SELF, "data:"],  # the icon stands in the page
    # Checkers of pages, such as Lighthouse, read it from within a page; scripts reach nothing else.
    "connect-src": [f"{SITE_URL}/robots.txt"],
    "form-action": [CSP.SELF],
    "base-uri": [CSP.NONE],
    "frame-ancestors": FRAME_ANCESTORS or [CSP.NONE],
}
# The hashes are for error pages, which wear the public dress at staff addresses too.
SECURE_CSP_ADMIN = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF, inlined.source("site/page.js")],
    "style-src": [CSP.SELF, inlined.source_of(STYLESHEET)],
    "img-src": [CSP.SELF, "data:"],
    "connect-src": [CSP.SELF],
    "font-src": [CSP.SELF],
    "frame-src": [CSP.SELF],
    "form-action": [CSP.SELF],
    "base-uri": [CSP.NONE],
    "frame-ancestors": [CSP.NONE],
}
# For the forms that hold the editor, and for nothing else: it sets style="…" on its own controls.
SECURE_CSP_EDITOR = SECURE_CSP_ADMIN | {"style-src": [CSP.SELF, CSP.UNSAFE_INLINE]}
# For previews: a page in its public dress, framed by the admin alone.
SECURE_CSP_PREVIEW = SECURE_CSP | {"frame-ancestors": [CSP.SELF]}
# A text as one file holds all that it needs, and says so itself wherever somebody opens it.
SECURE_CSP_FILE = build_policy(
    {
        "default-src": [CSP.NONE],
        "style-src": SECURE_CSP["style-src"],
        "img-src": ["data:"],
        "base-uri": [CSP.NONE],
        "form-action": [CSP.NONE],
    }
)

SILENCED_SYSTEM_CHECKS = [
    # HSTS for subdomains, or for good in browsers' lists: at a hospital's own domain this would
    # take servers along that we know nothing of. Only its IT can decide that, at the proxy.
    "security.W005",
    "security.W021",
    # The editor is old, and known to be: docs/decisions/editor.md answers its advisories, and
    # treatments.admin.checks stops the start where an answer is no longer true.
    "ckeditor.W001",
]

# Logs: to standard error, where any process manager finds them, and without query strings

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "private": {"()": "eduportal.logs.WithoutQueries"},
        "line": {"format": "%(message)s"},
    },
    "filters": {"warning": {"()": "eduportal.logs.WarningInOneLine"}},
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": "private"},
        # One event a line, as JSON and nothing else. Watched: another program may rotate the file.
        "audit": {"formatter": "line", "class": "logging.StreamHandler"}
        if AUDIT_LOG is None
        else {
            "formatter": "line",
            "class": "logging.handlers.WatchedFileHandler",
            "filename": AUDIT_LOG,
            "encoding": "utf-8",
            "delay": True,
        },
    },
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        "audit": {"handlers": ["audit"], "level": "INFO", "propagate": False},
        # In place of Django's own handlers, which send mail and log requests as they came.
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        "django.server": {"handlers": [], "level": "INFO", "propagate": True},
        # Scanners ask for any host: that is no fault of ours.
        "django.security.DisallowedHost": {"filters": ["warning"]},
    },
}
