"""Django's command, with our advice before it asks."""

from django.contrib.auth.management.commands import changepassword
from django.core.management.base import CommandError
from django.db import connection

from eduportal import passwords
from eduportal.health import NOT_STARTED, unapplied


class Command(changepassword.Command):
    requires_migrations_checks = False  # ours below says what to type

    def handle(self, *args, **options):
        if unapplied(connection):
            raise CommandError(NOT_STARTED)
        self.stdout.write(passwords.ADVICE)
        return super().handle(*args, **options)
