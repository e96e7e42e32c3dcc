"""Print a link at which one more administrator sets name and password."""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from eduportal import invitation
from eduportal.health import NOT_STARTED, unapplied


class Command(BaseCommand):
    help = __doc__

    def handle(self, *args, **options):
        if unapplied(connection):
            raise CommandError(NOT_STARTED)
        hours = settings.PASSWORD_RESET_TIMEOUT // 3600
        self.stdout.write(
            f"An administrator sets name and password here, once, within {hours} hours:"
        )
        self.stdout.write(invitation.link())
