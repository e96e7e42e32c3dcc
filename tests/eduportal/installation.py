"""An installation of its own for a test: the settings as its environment makes them."""

import os
import runpy
from unittest import mock

from django.conf import settings


def settings_of(data_dir, **written):
    """{name: value} that eduportal/settings.py makes of an environment with these settings alone.

    Raises ImproperlyConfigured as a start would.
    """
    environment = {"DATA_DIR": str(data_dir), **written}
    with mock.patch.dict(os.environ, environment, clear=True):
        return runpy.run_path(str(settings.BASE_DIR / "eduportal" / "settings.py"))
