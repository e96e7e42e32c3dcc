"""See whether the links of texts and references lead somewhere."""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from treatments import link_checking
from treatments.models import Page
from treatments.visiting import Visitor

STEP = 25  # links from one line of progress to the next
BROKEN_LINKS, NO_WAY_OUT, WRONG_WORDS = 1, 2, 2


class Command(BaseCommand):
    help = (
        "Looks at every link of the texts that patients read, of those being written, and of the "
        "references, and keeps what it finds for the list “Links” of the admin. Exits with 1 "
        "where a link is broken, with 2 where no site could be reached at all."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--internal", action="store_true", help="only the portal's own addresses; no network"
        )
        parser.add_argument(
            "--page",
            action="append",
            metavar="SLUG",
            help="only the texts at this address, and what they cite; may be given again",
        )

    def handle(self, *, internal, page, verbosity, **options):
        visitor = None if internal else self.visitor()
        progress = self._progress if verbosity else lambda done, count: None
        summary = link_checking.check(visitor=visitor, pages=_named(page), progress=progress)
        for link in summary.broken:
            self._tell("broken", link)
        if verbosity > 1:
            for link in summary.warned:
                self._tell("warning", link)
        if verbosity:
            counts = (f"{summary.found[state]} {state}" for state in ("good", "warning", "broken"))
            left = f"; {summary.left} left for another time" if summary.left else ""
            self.stdout.write(f"Links: {', '.join(counts)}{left}.")
        if summary.no_way_out:
            raise CommandError(
                "No site could be reached, so nothing was kept of theirs. See whether this machine "
                "may reach the internet, and has the certificates of public authorities.",
                returncode=NO_WAY_OUT,
            )
        if summary.broken:
            raise CommandError("There are broken links.", returncode=BROKEN_LINKS)

    def visitor(self):
        """Who visits other sites, and how; tests put another way out in its place."""
        name = f"patient-education-portal link check (+{settings.SITE_URL})"
        return Visitor(name=name, ports=settings.LINK_CHECK_PORTS)

    def _progress(self, done, count):
        if done % STEP == 0 or done == count:
            self.stderr.write(f"{done} of {count}")
            self.stderr.flush()

    def _tell(self, state, link):
        uses = link.uses.select_related("edition__page", "reference")
        places = "; ".join(str(use.edition or use.reference) for use in uses[:5])
        address = "".join(letter for letter in link.address if letter.isprintable())
        self.stdout.write(f"{state}: {address} – {link.said} In: {places}")


def _named(slugs):
    """The pages at the given addresses, None where none is given."""
    if not slugs:
        return None
    pages = list(Page.objects.filter(slug__in=slugs))
    missing = sorted(set(slugs) - {page.slug for page in pages})
    if missing:
        raise CommandError(f"There is no page “{missing[0]}”.", returncode=WRONG_WORDS)
    return pages
