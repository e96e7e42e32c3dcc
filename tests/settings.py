"""The portal's settings as tests use them."""

import atexit
import os
import shutil
import tempfile

# Whatever the shell has set for an installation, tests know DATABASE_URL alone.
INSTALLATION = [
    "ALLOWED_HOSTS",
    "AUDIT_LOG",
    "BRAND_COLOUR",
    "CONNECT_RATE_LIMIT",
    "CONNECT_UNLIMITED",
    "DEBUG",
    "DJANGO_SUPERUSER_EMAIL",
    "DJANGO_SUPERUSER_PASSWORD",
    "DJANGO_SUPERUSER_USERNAME",
    "EMAIL_FROM",
    "EMAIL_URL",
    "FEEDBACK_ADDRESS",
    "FRAME_ANCESTORS",
    "HOSPITAL_LOGO",
    "HOSPITAL_NAME",
    "HOST",
    "LEAFLET_PAPER",
    "LINK_CHECK_PORTS",
    "LINK_COLOUR",
    "PHONE_LINES",
    "PORT",
    "SECURITY_CONTACT",
    "SITE_URL",
    "TIME_ZONE",
    "TRUSTED_PROXIES",
]
for _name in INSTALLATION:
    os.environ.pop(_name, None)

# What they write goes with them.
_folder = tempfile.mkdtemp(prefix="eduportal-tests-")
atexit.register(shutil.rmtree, _folder, ignore_errors=True)
os.environ["DATA_DIR"] = _folder
os.environ["SECRET_KEY"] = "only for tests: " + "0123456789" * 5

from eduportal.settings import *  # noqa: E402, F403
from eduportal.settings import DATABASES, STATIC_ROOT, STORAGES  # noqa: E402

STATIC_ROOT.mkdir()  # whitenoise warns where it is missing
STORAGES = {
    **STORAGES,
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
# A slow hash is for real passwords.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A test database need not outlive a power cut.
    DATABASES["default"]["OPTIONS"]["init_command"] += " PRAGMA synchronous=OFF;"
