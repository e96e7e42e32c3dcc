"""The screen that tells what differs between two editions of a page."""

import itertools
from dataclasses import dataclass

from django.contrib import admin
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from treatments import comparison, publishing
from treatments.admin import periods, writing
from treatments.models import Citation, Edition

# What editions hold beside their text, in the order in which it is read.
FIELDS = ("overline", "title", "summary", "provenance")
UNSEEN = ("note",)  # by patients


class Unknown(publishing.Refusal):
    """There is no such edition."""


@dataclass(frozen=True)
class Field:
    label: str
    fate: str
    pieces: list


@dataclass(frozen=True)
class Stretch:
    """Blocks that are untouched, to be folded, or one that is not; `under` is its heading."""

    untouched: list
    change: object = None
    under: str = ""


@dataclass(frozen=True)
class Difference:
    fields: list[Field]
    stretches: list[Stretch]
    sources: list
    unseen: list[Field]
    summary: str


def compare_url(page, old=None, new=None):
    """The screen; without editions it compares what is under way with what patients read."""
    address = reverse(f"admin:treatments_{page.kind}_compare", args=[page.pk])
    return f"{address}?from={old}&to={new}" if old and new else address


@require_safe
def compare(request, pk, model):
    """What differs between two editions: `?from=2&to=3`, else what changes for patients."""
    page = get_object_or_404(model, pk=pk)
    writing.require_staff_of_texts(request.user)
    editions = page.editions.filter(language=writing.LANGUAGE).with_replacement()
    editions = {edition.number: edition for edition in editions.order_by("-number")}
    for edition in editions.values():
        edition.page, edition.when_read = page, periods.when_read(edition)
    usual = _usual(page, editions)
    context, status = {"old": None, "new": None}, 200
    try:
        old, new = chosen(request.GET, editions, usual)
    except publishing.Refusal as refused:
        context["sentence"], status = str(refused), 404 if isinstance(refused, Unknown) else 400
    else:
        context |= {"old": old, "new": new, "compared": [old, new]}
        context |= {"difference": difference(old, new)} if old and new else {}
        context["for_patients"] = bool(old and new) and (old.number, new.number) == usual[:2]
    context |= {
        "title": _named(editions, page),
        "opts": page._meta,
        "page": page,
        "editions": editions.values(),
        "nothing": usual[2],
        "given": request.GET,
    }
    context = admin.site.each_context(request) | context
    return TemplateResponse(request, "admin/compare.html", context, status=status)


def _named(editions, page):
    return next(iter(editions.values())).title if editions else page.slug


def _usual(page, editions):
    """(number, number, why there is nothing to compare): what patients read, what is under way."""
    own = page.editions.filter(language=writing.LANGUAGE)
    live, working = own.live().first(), own.working().first()
    coming = working or own.next_scheduled().first()
    read = live or own.current().first()
    if coming and read:
        return read.number, coming.number, ""
    if coming and len(editions) == 1:
        number = coming.number
        return None, number, f"Patients read nothing yet: all of edition {number} is new to them."
    if len(editions) < 2:
        return None, None, "A comparison needs two editions, and this page does not have them yet."
    newest, before, *_ = editions
    return before, newest, ""


def chosen(given, editions, usual):
    """The two editions that an address asks for, by their numbers; Refusal where it makes no sense.

    What it does not name is what is under way, and what patients read.
    """
    numbers = [_number(given.get(name, "")) for name in ("from", "to")]
    if numbers == [None, None]:
        return [editions.get(number) for number in usual[:2]]
    if None in numbers:
        raise publishing.Refusal("Choose two editions.")
    for number in numbers:
        if number not in editions:
            raise Unknown(f"This page has no edition {number}.")
    if numbers[0] == numbers[1]:
        raise publishing.Refusal("This is twice the same edition. Choose two different ones.")
    return [editions[number] for number in numbers]


def _number(written):
    if not written:
        return None
    if not (written.isascii() and written.isdigit() and len(written) < 10):
        raise publishing.Refusal("Editions are known by their numbers: 1, 2, 3 …")
    return int(written)


def difference(old, new):
    """All that differs between two editions; the summary counts what patients read of it."""
    fields, unseen = (_differing(names, old, new) for names in (FIELDS, UNSEEN))
    changes = comparison.texts(old.body, new.body)
    sources = [item for item in _sources(old, new) if item.fate != "same"]
    fates = [(field.label, field.fate) for field in fields]
    fates += [(change.kind, " and ".join(change.fates)) for change in changes]
    fates += [("source", item.fate) for item in sources]
    counts = comparison.count(fate for fate in fates if fate[1] != "same")
    told = comparison.summary(counts)
    if unseen and not counts:
        told = "Nothing differs for patients. The note of change does."
    return Difference(fields, stretches(changes), sources, unseen, told)


def _differing(names, old, new):
    return [field for name in names if (field := _field(name, old, new)).fate != "same"]


def _field(name, old, new):
    before, after = getattr(old, name), getattr(new, name)
    pieces = comparison.words(before, after)
    fate = "changed" if any(piece.fate != "same" for piece in pieces) else "same"
    if fate == "changed" and not (before and after):
        fate = "added" if after else "removed"
    return Field(str(Edition._meta.get_field(name).verbose_name), fate, pieces)


def stretches(changes):
    """Changes, each with the heading that it stands under; what is untouched is folded."""
    found, heading = [], ""
    for untouched, group in itertools.groupby(changes, lambda change: change.is_untouched):
        group = list(group)
        if untouched:
            found.append(Stretch(group))
        for change in group:
            if not untouched:
                found.append(Stretch([], change, heading))
            if change.kind == "heading" and change.new:
                heading = change.new[0].text
    return found


def _sources(old, new):
    printed = {old.pk: {}, new.pk: {}}
    cited = Citation.objects.filter(edition__in=[old, new]).select_related("reference__merged_into")
    for citation in cited.order_by("position"):
        printed[citation.edition_id].setdefault(citation.reference.kept().key, citation.printed)
    return comparison.listed(list(printed[old.pk].items()), list(printed[new.pk].items()))
