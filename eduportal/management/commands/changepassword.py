"""Django's command, with our advice before it asks; the audit trail is told of it."""

import getpass

from django.contrib.auth import get_user_model
from django.contrib.auth.management.commands import changepassword
from django.core.management.base import CommandError
from django.db import connection

from eduportal import passwords
from eduportal.health import NOT_STARTED, unapplied
from treatments import permitting

User = get_user_model()


class Command(changepassword.Command):
    requires_migrations_checks = False  # ours below says what to type

    def handle(self, *args, **options):
        if unapplied(connection):
            raise CommandError(NOT_STARTED)
        self.stdout.write(passwords.ADVICE)
        done = super().handle(*args, **options)  # no transaction: somebody is typing
        name = options["username"] or getpass.getuser()
        permitting.record_password(user=User.objects.get(username=name), by=None)
        return done
