"""The verbs of references: how a source is added, checked, joined with its double, and let go.

As in `publishing`, each verb is one transaction, asks for its permission, refuses in a sentence
(`Refusal`), and writes its line into the audit trail. One person is enough for all of them.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone

from treatments import reference_formats, source_text
from treatments.models import AuditEntry, Citation, Edition, Reference, audited
from treatments.publishing import NotAllowed, Refusal

ADD = "treatments.add_reference"
CHANGE = "treatments.change_reference"
DELETE = "treatments.delete_reference"  # to merge, too

FIELDS = (*Reference.PARTS, "doi", "pmid", "url", "source_text", "note")
IDENTITY = ("title", "year", "doi", "pmid")  # what two references are recognised by
SOME = 5  # as many pages as a sentence names


class Outdated(Refusal):
    """The reference was changed since it was opened; `reference` is what stands there now."""

    def __init__(self, sentence, reference):
        super().__init__(sentence)
        self.reference = reference


class Known(Refusal):
    """The source is here already, by its DOI or its PubMed number; `others` are what is here."""

    def __init__(self, sentence, others):
        super().__init__(sentence)
        self.others = others


class Alike(Known):
    """Another one has the same title and year; it may be another source all the same."""


# Recognising the same source


@dataclass(frozen=True)
class Doubles:
    """What is here of a source: the same by an identifier, or alike by title and year."""

    same: list[Reference]
    alike: list[Reference]


def doubles(references: Iterable[Reference]) -> list[Doubles]:
    """For each reference, saved or not, the others that look like it; costs one query."""
    references = list(references)
    known = Reference.objects.kept().annotate(small_doi=Lower("doi"))
    known = known.filter(
        Q(small_doi__in={r.doi.lower() for r in references if r.doi})
        | Q(pmid__in={r.pmid for r in references if r.pmid})
        | Q(year__in={r.year for r in references if r.title})
    ).order_by("pk")
    found: dict[tuple[str, str], list[Reference]] = {}
    for other in known:
        for mark in (*_identifiers(other), *_likeness(other)):
            found.setdefault(mark, []).append(other)
    return [_doubles_of(reference, found) for reference in references]


def _doubles_of(reference, found):
    same, alike = (
        {
            other.pk: other
            for mark in marks(reference)
            for other in found.get(mark, ())
            if other.pk != reference.pk
        }
        for marks in (_identifiers, _likeness)
    )
    return Doubles(list(same.values()), [other for pk, other in alike.items() if pk not in same])


def _identifiers(reference):
    marks = (("doi", reference.doi.lower()), ("pmid", reference.pmid))
    return [mark for mark in marks if mark[1]]


def _likeness(reference):
    title = reference_formats.comparable(reference.title)
    return [("title", f"{title} {reference.year}")] if title else []


# Adding and changing


@audited()
def add(*, by, fields, key="", although_alike=False):
    """Add a reference of these FIELDS. Returns the Reference.

    Without a key it gets one of its first author and year. Raises Known, or Alike unless
    `although_alike`, where the source is here already.
    """
    _require(by, ADD)
    reference = Reference(**_tidied(fields))
    if not any(getattr(reference, name) for name in Reference.PARTS):
        for name, value in source_text.reference_parts(reference.source_text).items():
            setattr(reference, name, value)
    _compose(reference)
    reference.key = key.strip() or _proposed_keys([reference])[0]
    _check(reference)
    _refuse_doubles(reference, although_alike)
    _store(reference)
    _audit(by, "add reference", reference, after=_told(reference))
    return reference


@audited()
def edit(*, reference, by, version, fields, although_alike=False):
    """Change FIELDS of a reference; `version` is the number of saves that the editor has seen.

    A change of what is printed takes the verification back: nobody has held the new words against
    the publication. Returns the Reference; raises Outdated, Known and Alike.
    """
    _require(by, CHANGE)
    found = _locked(reference, version)
    before, was_composed = _told(found), found.source_text == found.vancouver()
    for name, value in _tidied(fields).items():
        setattr(found, name, value)
    if was_composed and found.source_text == before["source_text"]:
        found.source_text = ""
    _compose(found)
    _check(found)
    changed = [name for name in FIELDS if getattr(found, name) != before[name]]
    if not changed:
        return found
    if set(changed) & set(IDENTITY):
        _refuse_doubles(found, although_alike)
    if set(changed) & set(Reference.PARTS):
        found.verified_at = found.verified_by = None
    _save(found, by, "edit reference", before)
    return found


def _compose(reference):
    """A source that nobody wrote down word for word is printed from its fields, until verified."""
    if not reference.source_text:
        reference.source_text = reference.vancouver()
    if not reference.source_text:
        raise Refusal("Write the title of the source, or its text as you received it.")


def _refuse_doubles(reference, although_alike):
    (found,) = doubles([reference])
    if found.same:
        raise Known(
            "This source is here already: it has the same DOI or PubMed number.", found.same
        )
    if found.alike and not although_alike:
        raise Alike("There is a source with this title and year already.", found.alike)


def _proposed_keys(references):
    sources = [
        source_text.Source(
            0, number, reference.source_text, authors=reference.authors, year=reference.year
        )
        for number, reference in enumerate(references, 1)
    ]
    return source_text.reference_keys(sources, Reference.objects.values_list("key", flat=True))


# Importing


@dataclass(frozen=True)
class Candidate:
    """A record of a file as it would be added, what is here of it, and why it cannot be added."""

    record: reference_formats.Record
    reference: Reference
    same: list[Reference]
    alike: list[Reference]
    same_in_file: int | None = None  # the number of an earlier record that is the same
    alike_in_file: int | None = None
    obstacle: str = ""

    @property
    def is_new(self):
        return self.can_be_added and not self.is_alike

    @property
    def is_alike(self):
        return bool(self.alike or self.alike_in_file)

    @property
    def can_be_added(self):
        return not (self.same or self.same_in_file or self.obstacle)


def candidates(records):
    """What adding these records of `reference_formats` would come to, before anything is saved."""
    references = [_of_record(record) for record in records]
    earlier, found = {}, []
    for record, reference, known in zip(records, references, doubles(references), strict=True):
        same, alike = (
            next((earlier[mark] for mark in marks(reference) if mark in earlier), None)
            for marks in (_identifiers, _likeness)
        )
        obstacle = _obstacle(reference)
        found.append(Candidate(record, reference, known.same, known.alike, same, alike, obstacle))
        for mark in (*_identifiers(reference), *_likeness(reference)):
            earlier.setdefault(mark, record.number)
    return found


def _of_record(record):
    reference = Reference(**record.fields)
    reference.retracted, reference.retraction_note = bool(record.retraction), record.retraction
    reference.source_text = reference.vancouver()
    return reference


def _obstacle(reference):
    if not reference.title:
        return "It has no title."
    try:
        reference.clean_fields(exclude=["key"])
    except ValidationError as error:
        return " ".join(
            f"{Reference._meta.get_field(name).verbose_name.capitalize()}: {sentences[0]}"
            for name, sentences in error.message_dict.items()
        )
    return ""


@audited()
def import_records(*, by, records, chosen, although_alike=()):
    """Add the records with the numbers `chosen`, all or none. Returns the new References.

    Numbers in `although_alike` are added too, although another source has their title and year.
    """
    _require(by, ADD)
    wanted = {*chosen, *although_alike}
    found = [candidate for candidate in candidates(records) if candidate.record.number in wanted]
    if not found:
        raise Refusal("Tick at least one reference to import.")
    for candidate in found:
        _refuse_candidate(candidate, although_alike)
    references = [candidate.reference for candidate in found]
    for reference, key in zip(references, _proposed_keys(references), strict=True):
        reference.key = key
        _check(reference)
        _store(reference)
        _audit(by, "import reference", reference, after=_told(reference))
    return references


def _refuse_candidate(candidate, although_alike):
    number, label = candidate.record.number, candidate.reference.label()
    begin = f"Nothing was imported. Reference {number} ({label})"
    if candidate.obstacle:
        raise Refusal(f"{begin} cannot be added: {candidate.obstacle}")
    if not candidate.can_be_added:
        raise Known(f"{begin} is here already.", candidate.same)
    if candidate.is_alike and number not in although_alike:
        raise Alike(f"{begin} has the title and year of another one.", candidate.alike)


# Vouching for it


@audited()
def verify(*, reference, by, version):
    """Record that somebody held the fields against the publication: from now on they are printed.

    Approved texts keep what they printed; drafts and the list of references change.
    """
    _require(by, CHANGE)
    found = _locked(reference, version)
    if not found.title or not found.year:
        raise Refusal("Fill in at least the title and the year before you verify the reference.")
    if found.verified_at:
        raise Refusal("This reference is verified already.")
    before = _told(found)
    found.verified_by, found.verified_at = by, _now()
    _save(found, by, "verify reference", before)
    return found


@audited()
def unverify(*, reference, by, version):
    """Take the verification back: the reference is printed as received again."""
    _require(by, CHANGE)
    found = _locked(reference, version)
    if not found.verified_at:
        raise Refusal("This reference is not verified.")
    before = _told(found)
    found.verified_by = found.verified_at = None
    _compose(found)
    _save(found, by, "unverify reference", before)
    return found


@audited()
def mark_retracted(*, reference, by, version, retracted=True, note=""):
    """Say that the journal withdrew the article, or that this was a mistake; the note says more.

    Patients see it at once wherever the reference is cited, in approved texts too.
    """
    _require(by, CHANGE)
    found = _locked(reference, version)
    before = _told(found)
    found.retracted, found.retraction_note = retracted, note.strip()
    if _told(found) == before:
        return found
    action = "retraction noted"
    if retracted != before["retracted"]:
        action = "mark retracted" if retracted else "unmark retracted"
    _save(found, by, action, before)
    return found


# Joining and letting go


@audited()
def merge(*, gone, kept, by):
    """Let `kept` stand for `gone` in every text that cites it, and in texts to come.

    Approved texts keep the words they printed. Identifiers and a retraction that only `gone` has
    go over to `kept`. Returns `kept`.
    """
    _require(by, DELETE)
    pks = {gone.pk, kept.pk}
    rows = Reference.objects.select_for_update().order_by("pk").filter(pk__in=pks).in_bulk()
    if len(pks) < 2:
        raise Refusal("Choose two different references to merge.")
    if pks - rows.keys():
        raise Refusal("One of the two has been deleted since you opened it.")
    gone, kept = rows[gone.pk], rows[kept.pk]
    if gone.merged_into_id or kept.merged_into_id:
        raise Refusal("One of the two has been merged into another reference already.")
    before = _told(kept)
    Reference.objects.filter(Q(pk=gone.pk) | Q(merged_into=gone)).update(merged_into=kept)
    for name in ("doi", "pmid", "url"):
        setattr(kept, name, getattr(kept, name) or getattr(gone, name))
    if gone.retracted and not kept.retracted:
        kept.retracted, kept.retraction_note = True, gone.retraction_note
    _save(kept, by, "merge references", before, gone=_told(gone))
    return kept


@audited()
def delete(*, reference, by):
    """Delete a reference that no edition cites, together with those merged into it."""
    _require(by, DELETE)
    found = _locked(reference)
    if cited := uses(found):
        raise Refusal(cited_by(found, cited))
    for merged in found.merged.all():
        _audit(by, "delete reference", merged, before=_told(merged))
    _audit(by, "delete reference", found, before=_told(found))
    found.delete()


# Where a reference is used


@dataclass(frozen=True)
class Use:
    """An edition that cites a reference, and what it is at this moment: "live", "draft" …"""

    edition: Edition
    state: str


def uses(reference) -> list[Use]:
    """Every edition that cites the reference or one merged into it, newest of each page first."""
    cited = Edition.objects.filter(pk__in=Citation.objects.of([reference]).values("edition"))
    states = cited.states()
    found = cited.select_related("page").defer("body")
    return [
        Use(edition, states[edition.pk])
        for edition in found.order_by("page__kind", "page__position", "page_id", "-number")
    ]


def cited_by(reference, cited):
    """Why a reference cannot be deleted: the sentence that names the texts that cite it."""
    names = [f"“{use.edition.title}” (edition {use.edition.number}, {use.state})" for use in cited]
    more = f" and {len(names) - SOME} more" if len(names) > SOME else ""
    return (
        f"“{reference.label()}” cannot be deleted, because it is cited by "
        f"{', '.join(names[:SOME])}{more}. Approved editions keep their sources for good; take "
        "the citation out of a draft, or merge this reference into another one."
    )


# What the verbs share


def _require(by, permission):
    if not by.has_perm(permission):
        raise NotAllowed("You do not have the permission for this. Ask a Manager.")


def _now():
    return timezone.now().replace(microsecond=0)  # whole seconds, as in all that is dumped


def _tidied(fields):
    unknown = fields.keys() - set(FIELDS)
    if unknown:
        raise ValueError(f"No fields to write in: {', '.join(sorted(unknown))}")
    return {name: value.replace("\r\n", "\n").strip() for name, value in fields.items()}


def _locked(reference, version=None):
    """The reference as it is now; `version`, if given, is what the editor has seen."""
    rows = Reference.objects.select_for_update(of=("self",)).select_related("verified_by")
    found = rows.filter(pk=reference.pk).first()
    if found is None:
        raise Refusal("This reference has been deleted since you opened it.")
    if found.merged_into_id:
        raise Refusal("This reference has been merged into another one since you opened it.")
    if version is not None and found.version != version:
        raise Outdated(
            "Somebody changed this reference since you opened it, and nothing was overwritten. "
            f"It reads now: “{found.vancouver() or found.source_text}” What you typed stands "
            "below. Save again to keep yours.",
            found,
        )
    return found


def _check(reference):
    """Refuse in the words of the model's own rules; forms have said so beside each field.

    Its constraints are left to the verbs, which can name the other reference.
    """
    try:
        reference.full_clean(validate_constraints=False)
    except ValidationError as error:
        raise Refusal(" ".join(error.messages)) from error


def _store(reference):
    try:
        with transaction.atomic():
            reference.save()
    except IntegrityError as error:  # since we looked, somebody was faster
        raise Refusal("Somebody saved the same source at this moment. Try again.") from error


def _save(reference, by, action, before, **more):
    """Save and audit; what drafts print follows at once."""
    reference.version += 1
    _store(reference)
    working = Citation.objects.of([reference]).filter(edition__in=Edition.objects.working())
    working.update(printed=reference.printed())
    after = _told(reference)
    changed = [name for name in after if after[name] != before[name]]
    _audit(
        by,
        action,
        reference,
        before={name: before[name] for name in changed} | more,
        after={name: after[name] for name in changed},
    )


def _told(reference):
    """What the audit trail and comparisons need of a reference."""
    told = {name: getattr(reference, name) for name in (*FIELDS, "retracted", "retraction_note")}
    verified_by = reference.verified_by
    return {
        "key": reference.key,
        **told,
        "verified_by": str(verified_by) if verified_by else "",
    } | {"verified_at": reference.verified_at}


def _audit(by, action, reference, *, before=None, after=None):
    AuditEntry.objects.record(
        by=by, action=action, subject=f"reference “{reference.key}”", before=before, after=after
    )
