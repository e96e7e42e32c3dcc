"""Django's migrate, which also makes the guards anew that the checks of the database ask for."""

from django.core.management.commands import migrate


class Command(migrate.Command):
    def check(self, *args, databases=None, **kwargs):
        """Every check but those of a database, whose complaints this command is the cure of."""
        super().check(*args, **kwargs)
