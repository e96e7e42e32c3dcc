"""Make the index of the search anew."""

from django.core.management.base import BaseCommand
from django.db import DEFAULT_DB_ALIAS, connections

from treatments import search


class Command(BaseCommand):
    help = (
        "Makes the index of the search anew from the texts. The portal may go on serving: "
        "patients go on finding what is indexed already."
    )

    def add_arguments(self, parser):
        parser.add_argument("--database", default=DEFAULT_DB_ALIAS, help="default: default")

    def handle(self, *, database, verbosity, **options):
        def tell(done, of):
            if verbosity:
                self.stdout.write(f"{done} of {of} editions")

        count = search.rebuild(connections[database], tell)
        if verbosity:
            self.stdout.write(f"The search knows {count} editions.")
