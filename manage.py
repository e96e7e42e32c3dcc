#!/usr/bin/env python
"""Django's command line."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line

from treatments import places


def main():
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "eduportal.settings")
    try:
        with places.acting_from(places.command_line(sys.argv)):
            execute_from_command_line(sys.argv)
    except ImproperlyConfigured as refusal:
        sys.exit(str(refusal))


if __name__ == "__main__":
    main()
