"""The application for a WSGI server; it starts only where every system check passes."""

import os

from django.core.checks import ERROR, run_checks
from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application


def checked_application():
    """Django's WSGI application; raises ImproperlyConfigured with what a check found wrong."""
    application = get_wsgi_application()
    wrong = [str(found) for found in run_checks() if found.is_serious(ERROR)]
    if wrong:
        raise ImproperlyConfigured("\n".join(wrong))
    return application


os.environ.setdefault("DJANGO_SETTINGS_MODULE", "eduportal.settings")
application = checked_application()
