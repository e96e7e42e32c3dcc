"""The verb by which a leaflet that the hospital has becomes a draft, with its references.

The file was read by `intake`; nothing was stored of it. As in `publishing`, it is one transaction,
refuses in a sentence, and is audited. Its text is written by who brings it in: a second person
approves it like any other.
"""

from dataclasses import dataclass

from treatments import (
    arranging,
    citations,
    publishing,
    reference_formats,
    referencing,
    source_text,
)
from treatments.intake.document import KEY, Document, Source
from treatments.models import AuditEntry, Edition, Page, Reference, audited
from treatments.publishing import Refusal

LANGUAGE = "en"
LONG_TITLE = 20  # letters from which a title that stands in a source's words is telling


class UnderWay(Refusal):
    """The page has a working edition already, which stays as it is."""


@dataclass(frozen=True)
class Proposal:
    """A source of the file: as it would be added, and what is here of it already.

    `same` are here by an identifier or word for word, `alike` by title and year. `earlier` is
    the number of a source of the same file that is the same.
    """

    number: int
    source: Source
    reference: Reference
    same: list[Reference]
    alike: list[Reference]
    cited: bool
    earlier: int | None = None

    @property
    def here(self):
        return [*self.same, *self.alike]


@dataclass(frozen=True)
class NewPage:
    """A page that is to be opened: its proxy model; for a treatment, topic and kind."""

    model: type
    topic: object = None
    treatment_kind: str = ""


def proposals(document: Document) -> list[Proposal]:
    """What becomes of each source of the document; costs two queries."""
    references = [_reference(source) for source in document.references]
    cited, earlier, found = set(document.cited()), {}, []
    known = zip(references, referencing.doubles(references), _by_words(references), strict=True)
    for number, (reference, doubles, by_words) in enumerate(known, 1):
        same = {other.pk: other for other in [*doubles.same, *by_words.same]}
        alike = {other.pk: other for other in [*doubles.alike, *by_words.alike]}
        source = document.references[number - 1]
        marks = _marks(source)
        found.append(
            Proposal(
                number=number,
                source=source,
                reference=reference,
                same=list(same.values()),
                alike=[other for pk, other in alike.items() if pk not in same],
                cited=number in cited,
                earlier=next((earlier[mark] for mark in marks if mark in earlier), None),
            )
        )
        for mark in marks:
            earlier.setdefault(mark, number)
    return found


def _reference(source):
    parts = source_text.reference_parts(source.text)
    named = {"doi": source.doi, "pmid": source.pmid, "url": source.url}
    return Reference(source_text=source.text, **parts, **named)


def _marks(source):
    marks = (
        ("doi", source.doi),
        ("pmid", source.pmid),
        ("words", reference_formats.comparable(source.text)),
    )
    return [mark for mark in marks if mark[1]]


def _by_words(references):
    """For each reference, those that are here word for word, or whose title stands in its words."""
    years = {year for reference in references for year in _years(reference.source_text)}
    texts = {reference.source_text for reference in references}
    kept = Reference.objects.kept()
    known = list((kept.filter(year__in=years) | kept.filter(source_text__in=texts)).order_by("pk"))
    words = {other.pk: _comparable_words(other) for other in known}
    return [_doubles_by_words(reference, known, words) for reference in references]


def _years(text):
    return source_text.YEAR.findall(text)


def _comparable_words(reference):
    comparable = reference_formats.comparable
    texts = {comparable(reference.source_text), comparable(reference.vancouver())}
    return texts - {""}, comparable(reference.title)


def _doubles_by_words(reference, known, words):
    said, years = reference_formats.comparable(reference.source_text), _years(reference.source_text)
    same = [other for other in known if said in words[other.pk][0]]
    alike = [
        other
        for other in known
        if other.year in years
        and len(words[other.pk][1]) >= LONG_TITLE
        and words[other.pk][1] in said
    ]
    return referencing.Doubles(same, alike)


def with_all_cited(document: Document) -> str:
    """The document's body, with what it cites nowhere cited behind its last words."""
    cited = set(document.cited())
    places = range(1, len(document.references) + 1)
    rest = [place for place in places if place not in cited]
    markers = "".join(citations.marker(KEY.format(place), str(place)) for place in rest)
    if not markers:
        return document.body
    words, end, after = document.body.rpartition("</p>")
    if not end or after.strip():
        return f"{document.body}\n<p>{markers}</p>"
    return f"{words}{markers}{end}"


@audited()
def save_draft(*, by, document, title, where, chosen, cite_all):
    """Open a draft with a document's text. Returns the Edition.

    `where` is a Page, or a NewPage. `chosen` are {number of a source: key of the row of a reference
    that is here}; the other sources are added, unverified. `cite_all` cites those behind the last
    words that the text cites nowhere.
    """
    page = where
    version = None
    if isinstance(where, NewPage):
        page = arranging.open_page(
            model=where.model,
            title=title,
            by=by,
            topic=where.topic,
            treatment_kind=where.treatment_kind,
        )
        version = page.editions.working().get(language=LANGUAGE).version
    else:
        refuse_under_way(page)
    found, added = _references(by, document, chosen)
    body = with_all_cited(document) if cite_all else document.body
    markers = {
        KEY.format(number): citations.marker(reference.key, reference.label())
        for number, reference in found.items()
    }
    try:
        edition = publishing.save_words(
            page=page,
            by=by,
            title=title,
            body=citations.rekeyed(body, markers),
            note=f"Brought in from the file “{document.name}”.",
            language=LANGUAGE,
            version=version,
        )
    except publishing.Outdated as outdated:
        raise UnderWay(str(outdated)) from outdated
    AuditEntry.objects.record(
        by=by,
        action="bring in",
        subject=edition,
        after={
            "file": document.name,
            "kind of file": document.form,
            "references added": added,
            "references": [reference.key for reference in found.values()],
        },
    )
    return edition


def refuse_under_way(page: Page) -> None:
    """Raise UnderWay where the page has a draft or a text in review."""
    working = page.editions.working().filter(language=LANGUAGE).select_related("held_by").first()
    if working is None:
        return
    state = "a draft" if working.state == Edition.State.DRAFT else "a text in review"
    raise UnderWay(
        f"This page has {state} already: edition {working.number}, held by "
        f"{working.held_by.signature()}. Finish or discard it first, or bring the leaflet in as a "
        "new page."
    )


def _references(by, document, chosen):
    """{number of a source: its Reference}, and the keys of those that were added."""
    found, added = {}, []
    here = Reference.objects.kept().in_bulk([pk for pk in chosen.values() if pk])
    for proposal in proposals(document):
        pk = chosen.get(proposal.number)
        if pk and pk not in here:
            raise Refusal(
                f"The reference that was chosen for source {proposal.number} is not here any "
                "more. Choose again."
            )
        if pk:
            found[proposal.number] = here[pk]
        elif proposal.earlier:
            found[proposal.number] = found[proposal.earlier]
        else:
            reference = _added(by, proposal)
            found[proposal.number] = reference
            added.append(reference.key)
    return found, added


def _added(by, proposal):
    source = proposal.source
    fields = {"source_text": source.text, "doi": source.doi, "pmid": source.pmid, "url": source.url}
    try:
        return referencing.add(by=by, fields=fields, although_alike=True)
    except referencing.Known as known:
        raise referencing.Known(f"Source {proposal.number}: {known}", known.others) from known
    except publishing.NotAllowed:
        raise
    except Refusal as refusal:
        raise Refusal(f"Source {proposal.number}: {refusal}") from refusal
