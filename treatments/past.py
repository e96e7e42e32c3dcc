"""What patients read on a page at a moment of the past, or will read by what is scheduled."""

import datetime
from dataclasses import dataclass, field

from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Min
from django.utils import timezone

from treatments import earlier, glossary, reading
from treatments.models import Edition, Page

LONGEST_TOPIC = 100  # treatments below a topic, as on one screen of its page


@dataclass(frozen=True)
class Read:
    """What a page said at a moment: `text` is None where it said nothing.

    `page` is as it was then; `edition` is the current one then, withdrawn or not, or None.
    `terms` are the words of the glossary that were explained on the page.
    """

    at: datetime.datetime
    page: Page
    edition: Edition | None
    text: reading.Text | None = None
    texts: list[reading.Text] = field(default_factory=list)
    references: list[reading.PrintedReference] = field(default_factory=list)
    terms: list[glossary.Term] = field(default_factory=list)
    topic: str = ""  # the title under which a treatment stood
    first: datetime.datetime | None = None  # when the page was first published

    @property
    def is_withdrawn(self):
        return self.text is None and self.edition is not None


def read(page: Page, at: datetime.datetime, files=reading.public_files) -> Read:
    """What the page said at the moment `at`, an aware datetime, which may be still to come.

    `files` says where the files of its pictures are, as for `reading.read`.
    """
    own = Edition.objects.filter(page=page, language=reading.LANGUAGE)
    edition = own.current(at).with_review(at).first()
    stood = earlier.pages([page], at)[page.pk]
    lead = reading.live(at=at).filter(page=page).first()
    if lead is None:
        first = own.published().order_by("publish_at").values_list("publish_at", flat=True).first()
        return Read(at, stood, edition, first=first)
    lead.page = stood
    below = _below(stood, at)
    text, texts, references = reading.read(lead, below, terms=[], files=files, at=at)
    topic = reading.live(Page.Kind.TOPIC, at=at).filter(page=stood.topic_id).first()
    return Read(
        at,
        stood,
        lead,
        text,
        texts,
        references,
        _terms([lead, *below], at),
        topic.title if topic else "",
    )


def _below(page, at):
    """The live treatments that stood on a topic's page then, in their order then."""
    if page.kind != Page.Kind.TOPIC:
        return []
    pages = earlier.pages(Page.objects.filter(kind=Page.Kind.TREATMENT), at)
    below = [other for other in pages.values() if other.topic_id == page.pk]
    below.sort(key=lambda other: (other.position, other.pk))
    live = reading.live(Page.Kind.TREATMENT, at=at).filter(page__in=[one.pk for one in below])
    editions = {edition.page_id: edition for edition in live}
    found = []
    for other in below:
        if other.pk in editions:
            editions[other.pk].page = other
            found.append(editions[other.pk])
    return found[:LONGEST_TOPIC]


def _terms(editions, at):
    """The terms that the texts used, with their meanings then."""
    live = list(reading.live(Page.Kind.TERM, at=at).order_by("page_id"))
    pages = earlier.pages([edition.page for edition in live], at)
    for edition in live:
        edition.page = pages[edition.page_id]
    terms = [reading.as_term(edition, at) for edition in live]
    names = glossary.names(terms)
    used = frozenset().union(*(glossary.used(edition.body, names) for edition in editions))
    return [term for term in terms if term.slug in used]


def made_at() -> datetime.datetime | None:
    """When the portal's database was made: before that, nobody read anything here."""
    found = MigrationRecorder.Migration.objects.filter(app="treatments")
    return found.aggregate(made=Min("applied"))["made"]


def is_before(found: Read) -> bool:
    """Whether imported text, which has no date, would be shown of a time before the database."""
    imported = found.edition.is_imported() if found.edition else found.first == Edition.ALWAYS
    made = made_at()
    return imported and made is not None and found.at < made


def is_to_come(at: datetime.datetime) -> bool:
    return at > timezone.now()
