"""The admin's first page: what needs somebody, each number with its list behind it."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.contrib import admin
from django.db.models import (
    BooleanField,
    Count,
    Exists,
    ExpressionWrapper,
    OuterRef,
    QuerySet,
    Window,
)
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.http import urlencode
from django.utils.text import Truncator

from treatments import desk
from treatments.admin import writing
from treatments.models import Citation, Edition, Link, Reference, User, cited_in, texts_to_answer
from treatments.models.remarks import with_return
from treatments.publishing import APPROVE, WRITE

FEW = 5  # rows of a section that stand on the desk itself
# Columns that the desk does not tell, and that would be carried along while rows are counted.
TEXTS = ("overline", "summary", "body", "note", "provenance", "written_by", "approved_by")
SHORT = 160  # characters of a reason or a reference
PAGES, REFERENCES = "treatments_page_changelist", "treatments_reference_changelist"
LINKS = "treatments_link_changelist"


@dataclass(frozen=True)
class Row:
    """A link to the screen where one acts, and what to know before; `links` are (title, url)."""

    title: str
    url: str
    told: str = ""
    links: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Section:
    """A number, its first few rows, and the list that shows all of them.

    `found` gives the rows that concern a person, the most urgent first; `rows` makes a `Row` of
    each of a few. The list of the admin with the name `where`, asked for `query`, shows the same.
    """

    one: str
    many: str
    none: str
    found: Callable[[User], QuerySet]
    rows: Callable[[list[Any]], list[Row]]
    where: str
    query: str
    may: Callable[[User], bool] = desk.may_see


@dataclass(frozen=True)
class Shown:
    """A section as one person sees it."""

    section: Section
    number: int
    rows: list[Row]

    @property
    def heading(self):
        return f"{self.number} {self.section.one if self.number == 1 else self.section.many}"

    @property
    def url(self):
        return f"{reverse(f'admin:{self.section.where}')}?{self.section.query}"

    @property
    def left(self):
        return self.number - len(self.rows)


def of(person):
    """The desk of somebody, as the template shows it; {} for whoever sees no part of it.

    {"headline", "number", "url", "sections": [Shown], "empty": [words]}
    """
    shown = [_shown(section, person) for section in SECTIONS if section.may(person)]
    if not shown:
        return {}
    number = desk.needing(person, language=writing.LANGUAGE).count()
    return {
        "headline": headline(number) if desk.may_see(person) else "",
        "number": number,
        "url": reverse(f"admin:{PAGES}") + "?needs=me",
        "sections": [section for section in shown if section.number],
        "empty": [section.section.none for section in shown if not section.number],
    }


def headline(number):
    """ "2 pages need you today"."""
    if number == 0:
        return "Nothing needs you today."
    return "1 page needs you today" if number == 1 else f"{number} pages need you today"


def _shown(section, person):
    # How many there are comes along with the first few, in one query.
    few = list(section.found(person).annotate(found=Window(Count("pk")))[:FEW])
    return Shown(section, few[0].found if few else 0, section.rows(few))


# Editions


def _editions(word, *order, tell):
    """What gives the editions of a word to a person, in an order, each with the people to tell."""

    def found(person):
        editions = word(person).filter(language=writing.LANGUAGE).defer(*TEXTS)
        return editions.select_related("page", *tell).order_by(*order, "pk")

    return found


def _live(word):
    return lambda person: getattr(Edition.objects.live(), word)()


def _each(told):
    """What makes rows of editions, each with what `told` says of it."""

    def rows(editions):
        return [Row(e.title, writing.text_url(e.page), told(e)) for e in editions]

    return rows


def _in_review(edition):
    return f"Edition {edition.number}, from {edition.held_by.name()}, {_day(edition.submitted_at)}"


def _sent_back(edition):
    reason = Truncator(edition.sent_back_reason).chars(SHORT)
    return f"“{reason}” {edition.sent_back_by}, {_day(edition.sent_back_at)}"


def _draft(edition):
    sent_back = ", sent back" if edition.sent_back_at else ""
    return f"Edition {edition.number}{sent_back}, saved {_day(edition.saved_at)}"


def _overdue(edition):
    days = (timezone.localdate() - edition.due_by).days
    late = "1 day" if days == 1 else f"{days} days"
    return f"{late} late, since {_date(edition.due_by)}. {owner(edition.page)}"


def _due_soon(edition):
    return f"By {_date(edition.due_by)}. {owner(edition.page)}"


def _never_reviewed(edition):
    kind = edition.page.get_kind_display().capitalize()
    return f"{kind}, edition {edition.number}. {owner(edition.page)}"


def _scheduled(edition):
    moment = date_format(timezone.localtime(edition.publish_at), "j F Y, H:i")
    return f"Edition {edition.number}, from {moment}"


def _withdrawn(edition):
    reason = Truncator(edition.withdrawn_reason).chars(SHORT)
    return f"“{reason}” {edition.withdrawn_by.name()}, {_day(edition.withdrawn_at)}"


def owner(page):
    """Who sees to a page, in a sentence."""
    if page.owner is None:
        return "Nobody owns it."
    left = "" if page.owner.is_active else ", who has no account any more"
    return f"Owner: {page.owner.name()}{left}."


# References


def _references(**condition):
    """What gives the references of a condition, those that a live page cites first."""
    live = ExpressionWrapper(cited_in(Edition.objects.live()), BooleanField())

    def found(person):
        references = Reference.objects.kept().filter(**condition)
        return references.order_by(live.desc(), "authors", "year", "pk")

    return found


def _cited_sources(references):
    pages = _live_pages(references)
    return [
        Row(
            Truncator(reference.printed()).chars(SHORT),
            reverse("admin:treatments_reference_change", args=[reference.pk]),
            _touching(len(pages[reference.pk])),
            [(title, writing.text_url(page)) for title, page in pages[reference.pk][:FEW]],
        )
        for reference in references
    ]


def _live_pages(references):
    """{number of a reference: [(title, Page)]}, the pages that patients read and that cite it."""
    live = Exists(Edition.objects.live().filter(pk=OuterRef("edition")))
    uses = Citation.objects.of(references).filter(live, edition__language=writing.LANGUAGE)
    kept = Coalesce("reference__merged_into", "reference")
    uses = uses.annotate(kept=kept).select_related("edition__page").order_by("edition__title", "pk")
    pages = defaultdict(dict)
    for use in uses.defer("edition__body"):
        pages[use.kept][use.edition.page] = use.edition.title
    return defaultdict(
        list,
        {kept: [(title, page) for page, title in titles.items()] for kept, titles in pages.items()},
    )


def _touching(pages):
    if pages == 0:
        return "On no page that patients read."
    return (
        "On a page that patients read:" if pages == 1 else f"On {pages} pages that patients read:"
    )


def _broken_links(links):
    listed = reverse(f"admin:{LINKS}")
    return [
        Row(link.address, f"{listed}?{urlencode({'q': link.address})}", link.said) for link in links
    ]


def _may_see_references(person):
    return any(person.has_perm(f"treatments.{may}_reference") for may in ("view", "change"))


def _day(moment):
    return _date(timezone.localtime(moment))


def _date(day):
    return date_format(day, "j F Y")


# Another section is one more line here, and its filter in the list that it leads to.
SECTIONS = [
    Section(
        "page waits for your review",
        "pages wait for your review",
        "waiting for your review",
        _editions(desk.waiting_for, "submitted_at", tell=["held_by"]),
        _each(_in_review),
        PAGES,
        "under_way=for+me",
        lambda person: person.has_perm(APPROVE),
    ),
    Section(
        "page was sent back to you",
        "pages were sent back to you",
        "sent back to you",
        _editions(desk.sent_back_to, "sent_back_at", tell=[]),
        _each(_sent_back),
        PAGES,
        "under_way=sent+back",
        lambda person: person.has_perm(WRITE),
    ),
    Section(
        "draft is yours",
        "drafts are yours",
        "your drafts",
        _editions(desk.drafts_of, "-saved_at", tell=[]),
        _each(_draft),
        PAGES,
        "under_way=my+drafts",
        lambda person: person.has_perm(WRITE),
    ),
    Section(
        "text has comments for you",
        "texts have comments for you",
        "comments to answer",
        _editions(lambda person: with_return(texts_to_answer(person)), "-saved_at", tell=[]),
        _each(_draft),
        PAGES,
        "under_way=answer",
        lambda person: person.has_perm(WRITE),
    ),
    Section(
        "page is overdue for review",
        "pages are overdue for review",
        "overdue for review",
        _editions(_live("overdue"), "due_by", tell=["page__owner"]),
        _each(_overdue),
        PAGES,
        "review=late",
    ),
    Section(
        "page is due for review in 60 days",
        "pages are due for review in 60 days",
        "due for review in 60 days",
        _editions(_live("due_soon"), "due_by", tell=["page__owner"]),
        _each(_due_soon),
        PAGES,
        "review=soon",
    ),
    Section(
        "imported page was never reviewed",
        "imported pages were never reviewed",
        "imported and never reviewed",
        _editions(_live("never_reviewed"), "title", tell=["page__owner"]),
        _each(_never_reviewed),
        PAGES,
        "review=never",
    ),
    Section(
        "page is scheduled",
        "pages are scheduled",
        "scheduled",
        _editions(lambda person: Edition.objects.next_scheduled(), "publish_at", tell=[]),
        _each(_scheduled),
        PAGES,
        "under_way=scheduled",
    ),
    Section(
        "page is withdrawn",
        "pages are withdrawn",
        "withdrawn",
        _editions(
            lambda person: Edition.objects.withdrawn(), "-withdrawn_at", tell=["withdrawn_by"]
        ),
        _each(_withdrawn),
        PAGES,
        "shown=withdrawn",
    ),
    Section(
        "reference is retracted",
        "references are retracted",
        "retracted references",
        _references(retracted=True),
        _cited_sources,
        REFERENCES,
        "retracted=yes",
        _may_see_references,
    ),
    Section(
        "reference is not verified",
        "references are not verified",
        "references to verify",
        _references(verified_at=None),
        _cited_sources,
        REFERENCES,
        "verified=no",
        _may_see_references,
    ),
    Section(
        "link is broken",
        "links are broken",
        "broken links",
        lambda person: Link.objects.broken().order_by("-broken_since", "pk"),
        _broken_links,
        LINKS,
        "state=broken",
    ),
]

admin.site.desk = of
