"""How hard the portal's texts read: measured when they are saved, kept beside them, made anew."""

import hashlib
import html
import logging
from dataclasses import dataclass

from django.db import transaction
from django.db.models import F, Q

from treatments import advice, glossary, passages, readability
from treatments.models import Edition, Measurement, Page, PlainWord

LANGUAGE = "en"
LONGEST = 200_000  # letters of a text with its markup that a save measures, and the panel
AT_ONCE = 100  # texts that are fetched, measured and kept together
SUMMARY = -1  # the place of a term's meaning, which stands in a field of its own

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Rules:
    """By what texts are measured: the hard words with plain ones, and the glossary's names."""

    plain: dict[str, str]
    terms: glossary.Names

    @property
    def name(self) -> str:
        """Another one whenever a text could be measured otherwise."""
        told = repr((sorted(self.plain.items()), sorted(self.terms)))
        digest = hashlib.sha256(told.encode()).hexdigest()[:20]
        return f"{readability.RULES}.{advice.RULES}.{digest}"


@dataclass(frozen=True)
class Report:
    """What there is to say of a text; `without` are its figures without the glossary's words."""

    figures: readability.Figures
    without: readability.Figures
    findings: list[advice.Finding]


def rules() -> Rules:
    """Those of this moment; costs two queries."""
    plain = dict(advice.shipped())
    for word, instead in PlainWord.objects.values_list("word", "instead"):
        plain[word.casefold()] = instead
    plain = {word: instead for word, instead in plain.items() if instead}
    terms = Edition.objects.live().filter(language=LANGUAGE, page__kind=Page.Kind.TERM)
    found = terms.values_list("page__slug", "title", "page__other_spellings").order_by("page_id")
    names = tuple((slug, (title, *_lines(spellings))) for slug, title, spellings in found)
    return Rules(plain, names)


def _lines(text):
    return filter(None, map(str.strip, text.splitlines()))


def report(kind: str, summary: str, body: str, by: Rules) -> Report:
    """The report on a cleaned text of a kind of page; a term's summary is its first paragraph."""
    own = f"<p>{html.escape(summary)}</p>" if kind == Page.Kind.TERM and summary else ""
    text = own + body
    known = [word for _, words in by.terms for word in words]
    found = advice.findings(text, by.plain, known)
    return Report(
        figures=readability.figures(text),
        without=readability.figures(glossary.without(text, by.terms, readability.LEFT_OUT)),
        findings=_placed_in_fields(found, own),
    )


def _placed_in_fields(found, own):
    """The findings with their places in the body; before it, that of the summary."""
    before = len(passages.read(own).passages)
    return [
        advice.Finding(each.kind, each.todo, each.words, each.place - before, each.count)
        for each in found
    ]


def of_edition(edition, by=None) -> Report:
    """The report on an edition as it stands; its page is at hand."""
    return report(edition.page.kind, edition.summary, edition.body, by or rules())


# Kept beside the texts


def keep(edition):
    """Measure an edition that was saved a moment ago, in the transaction that saved it.

    Whatever goes wrong with it, the save stands: what is not measured now is measured later. So
    is a text that is longer than any page: saving it would hold others up.
    """
    if len(edition.body) > LONGEST:
        Measurement.objects.filter(edition=edition).delete()
        return
    try:
        with transaction.atomic():
            _store([edition], rules())
    except Exception as error:  # the words are worth more than their figures
        # Its own words may repeat the text.
        log.warning("Edition %s was not measured: %s", edition.pk, type(error).__name__)


def unmeasured(by: Rules, *, anew=False):
    """The texts that patients read, or that somebody works on, without figures by these rules."""
    shown = Edition.objects.filter(language=LANGUAGE).filter(
        Q(pk__in=Edition.objects.live().values("pk"))
        | Q(pk__in=Edition.objects.working().values("pk"))
    )
    return shown if anew else shown.exclude(fresh(by))


def fresh(by: Rules) -> Q:
    """Of editions: that their figures are of the present text, by these rules."""
    return Q(measurement__rules=by.name, measurement__version=F("version"))


def measure(editions, by: Rules):
    """Measure editions, a queryset, and keep it; yields how many are done, now and then."""
    numbers = list(editions.order_by("pk").values_list("pk", flat=True))
    for begin in range(0, len(numbers), AT_ONCE):
        some = numbers[begin : begin + AT_ONCE]
        with transaction.atomic():
            _store(Edition.objects.filter(pk__in=some).select_related("page"), by)
        yield min(begin + AT_ONCE, len(numbers)), len(numbers)


def _store(editions, by):
    Measurement.objects.bulk_create(
        [_measurement(edition, by) for edition in editions],
        update_conflicts=True,
        unique_fields=["edition"],
        update_fields=[field.name for field in Measurement._meta.fields if not field.primary_key],
    )


def _measurement(edition, by):
    found = of_edition(edition, by)
    return Measurement(
        edition=edition,
        version=edition.version,
        rules=by.name,
        words=found.figures.words,
        sentences=found.figures.sentences,
        grade=found.figures.grade,
        smog=found.figures.smog,
        grade_without=found.without.grade,
        smog_without=found.without.smog,
        findings=len(found.findings),
        by_kind=advice.counts(found.findings),
    )
