"""Make a fixture of a source document and the notes beside it."""

import difflib
import os
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from treatments import importing

SEED = Path("fixtures/source/cancer-pain-treatment-options.txt")


class Command(BaseCommand):
    help = (
        "Writes the fixture of a source document: SOURCE.txt, with SOURCE.toml beside it for what "
        "the text does not hold. See docs/importing.md. Needs no database."
    )
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument(
            "source", nargs="?", type=Path, help=f"the text; {SEED} if it is left out"
        )
        parser.add_argument(
            "--output", type=Path, help="where to write; fixtures/<topic>.json if it is left out"
        )
        parser.add_argument(
            "--check", action="store_true", help="write nothing; fail if the fixture differs"
        )

    def handle(self, *, source, output, check, verbosity, **options):
        source = source or Path(settings.BASE_DIR) / SEED
        try:
            fixture = importing.Fixture(source)
        except importing.Refused as refused:
            raise CommandError(f"{refused}\nNothing was written.") from None
        if not fixture.problems:
            output = output or Path(settings.BASE_DIR) / "fixtures" / fixture.file_name()
            fixture.check_neighbours(output)
        self._report(fixture, verbosity)
        text = fixture.text()
        if check:
            _compare(output, text, source)
        else:
            _write(output, text)
        if verbosity:
            done = "is up to date" if check else "written"
            self.stdout.write(f"{output} {done}: {fixture.summary()}.")

    def _report(self, fixture, verbosity):
        if verbosity:
            for sentence in fixture.notices:
                self.stdout.write(f"note: {sentence}")
        if fixture.problems:
            for sentence in fixture.problems:
                self.stderr.write(sentence)
            count = len(fixture.problems)
            raise CommandError(
                f"Nothing was written: mend {count} problem{'s' if count > 1 else ''}."
            )


def _compare(output, text, source):
    try:
        found = output.read_text(encoding="utf-8")
    except OSError as error:
        raise CommandError(f"{output} cannot be read: {error.strerror}.") from None
    if found != text:
        difference = difflib.unified_diff(
            found.splitlines(),
            text.splitlines(),
            str(output),
            f"made of {source}",
            lineterm="",
            n=1,
        )
        shown = "\n".join(list(difference)[:40])
        raise CommandError(
            f"{shown}\n{output} is not what {source} gives. Run manage.py build_fixture again."
        )


def _write(output, text):
    """Replace the file as a whole, so that nobody ever reads half of it."""
    new = output.with_name(f".{output.name}.new")
    try:
        new.write_text(text, encoding="utf-8", newline="\n")
        os.replace(new, output)
    except OSError as error:
        raise CommandError(f"{output} cannot be written: {error.strerror}.") from None
