"""Measure what is not measured yet, and report on the library."""

import json

from django.core.management.base import BaseCommand
from django.db.models import F

from treatments import advice, measuring, spreadsheet
from treatments.models import LiveText

LANGUAGE = measuring.LANGUAGE
COLUMNS = ["title", "kind", "slug", "grade", "smog", "grade_without", "smog_without", "words"]


class Command(BaseCommand):
    help = (
        "Measures every text that patients read or somebody works on, where that is still to be "
        "done, and lists those that patients read, the hardest first. Safe to run at any time."
    )

    def add_arguments(self, parser):
        form = parser.add_mutually_exclusive_group()
        form.add_argument("--csv", action="store_true", help="as CSV, for a spreadsheet")
        form.add_argument("--json", action="store_true", help="as JSON, a list of objects")
        form.add_argument("--quiet", action="store_true", help="measure, and list nothing")
        parser.add_argument("--anew", action="store_true", help="measure what is measured, too")
        parser.add_argument("--most", type=int, metavar="N", help="list the first N only")

    def handle(self, *, verbosity, anew, most, **options):
        by = measuring.rules()
        for done, of in measuring.measure(measuring.unmeasured(by, anew=anew), by):
            if verbosity:
                self.stderr.write(f"Measured {done} of {of} texts.")
        if options["quiet"]:
            return
        texts = listed()[: max(most, 0)] if most is not None else listed()
        write = self._csv if options["csv"] else self._json if options["json"] else self._table
        write([row(text) for text in texts])

    def _csv(self, rows):
        heads = [*COLUMNS, "findings", *advice.KINDS]
        table = [[each[head] for head in heads] for each in rows]
        for line in spreadsheet.lines([heads, *table]):
            self.stdout.write(line, ending="")

    def _json(self, rows):
        self.stdout.write(json.dumps(rows, ensure_ascii=False, indent=2))

    def _table(self, rows):
        self.stdout.write(f"{'grade':>5} {'SMOG':>5} {'words':>6} {'to see':>6}  title")
        for each in rows:
            figures = [each["grade"], each["smog"], each["words"], each["findings"]]
            told = ["–" if figure is None else figure for figure in figures]
            self.stdout.write(
                f"{told[0]:>5} {told[1]:>5} {told[2]:>6} {told[3]:>6}  {each['title']}"
            )


def listed():
    """The texts that patients read, with their page and figures, the hardest first."""
    texts = LiveText.objects.live().filter(language=LANGUAGE)
    texts = texts.select_related("page", "measurement").only(
        "title", "page__kind", "page__slug", "measurement"
    )
    return texts.order_by(F("measurement__grade").desc(nulls_last=True), "pk")


def row(text):
    """A text as the report tells it: {column: value}, figures with one place."""
    measured = text.measurement
    figures = {name: getattr(measured, name) for name in COLUMNS[3:]}
    return {
        "title": text.title,
        "kind": text.page.kind,
        "slug": text.page.slug,
        **{name: value and round(value, 1) for name, value in figures.items()},
        "findings": measured.findings,
        **{kind: measured.by_kind.get(kind, 0) for kind in advice.KINDS},
    }
