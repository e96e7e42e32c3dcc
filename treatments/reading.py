"""What a patient's page is made of: texts with numbered citations, references, standing."""

import datetime
from dataclasses import dataclass

from django.urls import reverse
from django.utils import formats, timezone
from django.utils.safestring import SafeString, mark_safe

from treatments import aligning, citations, earlier, glossary, pictures, richtext, wording
from treatments.models import Citation, Edition, ImageFile, Page, Placement

LANGUAGE = "en"
NOT_YET_REVIEWED, OVERDUE = "not yet reviewed", "overdue"  # states of review, beside "reviewed"
WITH_PAGE = (Page.Kind.TOPIC, Page.Kind.TREATMENT)  # terms share one page, the glossary


@dataclass(frozen=True)
class Text:
    """An edition's text as a page prints it; `body` is clean HTML."""

    edition: object
    body: SafeString
    standing: list[str]

    @property
    def lead(self) -> str:
        return in_a_sentence(self.edition)


@dataclass(frozen=True)
class PrintedReference:
    """A line of a page's reference list; `anchors` are the places that cite it."""

    number: int
    printed: str
    url: str
    retraction: str
    anchors: list[str]


@dataclass(frozen=True)
class Listed:
    """A page as lists show it: title, address, one sentence, standing."""

    title: str
    url: str
    slug: str
    lead: str
    standing: list[str]
    treatment_kind: str


def live(*kinds, at=None):
    """The editions that patients may read now, of these kinds of page or of all.

    They come with their page and their last review; every public surface begins here. With `at`,
    an aware datetime, they are those of that moment.
    """
    editions = Edition.objects.live(at).filter(
        language=LANGUAGE, page__kind__in=kinds or Page.Kind.values
    )
    return editions.with_review(at).select_related("page")


def public_files(key, sizes):
    """A picture's files as pages of the site name them: [(address, width, height)]."""
    return [(reverse("image", args=[key, width]), width, height) for width, height in sizes]


class Carried:
    """The pictures of what leaves the site as a file: of each the widest, by a name of its own.

    `contents` is {name: WebP}; `most` are the bytes of all of them. What would be more is not
    carried, and its alternative text stands in its place.
    """

    def __init__(self, most):
        self.contents, self.left = {}, most

    def __call__(self, key, sizes):
        (width, height), name = sizes[-1], f"picture:{key}"
        if name not in self.contents:
            content = bytes(ImageFile.objects.of(key, width).get().content)
            if len(content) > self.left:
                return []
            self.contents[name] = content
            self.left -= len(content)
        return [(name, width, height)]


def read(lead=None, below=(), terms=None, files=public_files, at=None):
    """The texts of one page with their citations numbered together, and its references.

    `lead` is the edition whose title is the page's heading, `below` are those that stand under
    headings of their own. Both come from `live`. The first use of each of the glossary's `terms`
    is a link: None stands for those that are live, an empty list for no link at all. `files`
    says where the files of a picture are, see `public_files`. With `at`, all is as it was at that
    moment. Returns (Text of the lead or None, list of Texts below, list of PrintedReferences);
    costs one query, one more for the live terms, and two where a text shows a picture.
    """
    editions = [lead, *below] if lead else list(below)
    cited = _citations(editions)
    if at:
        _turn_back(cited, at)
    cleaned = [richtext.clean(edition.body) for edition in editions]
    placed = [
        richtext.dressed(
            richtext.anchored(body) if edition is lead else richtext.demoted(body), wording.LABELS
        )
        for edition, body in zip(editions, cleaned, strict=True)
    ]
    placed = _with_pictures(editions, placed, files)
    merged = {key: citation.reference.kept().key for key, citation in cited.items()}
    bodies, numbers = citations.numbered(placed, cited, merged)
    bodies = glossary.linked(bodies, live_terms() if terms is None else terms, reverse("glossary"))
    texts = [
        Text(edition, _safe(body), standing(edition, at))
        for edition, body in zip(editions, bodies, strict=True)
    ]
    references = [_printed(entry, cited[entry.key]) for entry in numbers]
    return (texts[0], texts[1:], references) if lead else (None, texts, references)


def foreseen(edition, references):
    """An edition that is not saved, as patients would read it, and its list of references.

    `references` are {key in its markers: Reference}, saved or not.
    """
    body = richtext.dressed(richtext.clean(edition.body), wording.LABELS)
    (body,), numbers = citations.numbered([body], references)
    printed = [
        PrintedReference(
            number=entry.number,
            printed=references[entry.key].printed(),
            url=references[entry.key].link(),
            retraction=retraction(references[entry.key]),
            anchors=entry.anchors,
        )
        for entry in numbers
    ]
    return Text(edition, _safe(body), []), printed


def beside(texts):
    """Texts, from `read`, side by side: [(Text, its parts)], the parts of all standing level.

    See `aligning.columns`; a part is "" where a text has nothing to stand there.
    """
    columns = aligning.columns([aligning.parts(text.body) for text in texts])
    return [
        (text, [_safe(part) for part in column])
        for text, column in zip(texts, columns, strict=True)
    ]


def _safe(body):
    """The one place where stored text is declared safe.

    It was cleaned in `read`, and what was done to it since puts in headings, labels, links and
    pictures of our own only, or cuts it between whole elements.
    """
    return mark_safe(body)  # noqa: S308


def listed(editions):
    """The editions, from `live`, as a list shows them."""
    return [
        Listed(
            title=edition.title,
            url=edition.page.get_absolute_url(),
            slug=edition.page.slug,
            lead=in_a_sentence(edition),
            standing=standing(edition),
            treatment_kind=edition.page.get_treatment_kind_display(),
        )
        for edition in editions
    ]


def in_a_sentence(edition) -> str:
    """What lists say of an edition; of a term it is the meaning."""
    return edition.summary or richtext.first_sentence(edition.body)


def live_terms(at=None):
    """The glossary's words as texts link to them."""
    return [as_term(edition, at) for edition in live(Page.Kind.TERM, at=at).order_by("page_id")]


def as_term(edition, at=None):
    return glossary.Term(
        slug=edition.page.slug,
        word=edition.title,
        meaning=in_a_sentence(edition),
        spellings=tuple(filter(None, map(str.strip, edition.page.other_spellings.splitlines()))),
        standing=tuple(standing(edition, at)),
    )


def review_state(edition, at=None) -> str:
    """How an edition stands, in a word: "not yet reviewed", "reviewed" or "overdue"."""
    if edition.due_by is None:
        return NOT_YET_REVIEWED
    return OVERDUE if edition.due_by < timezone.localdate(at) else "reviewed"


def standing(edition, at=None) -> list[str]:
    """What patients are told of an edition's review, nothing where all is well."""
    state = review_state(edition, at)
    if state == NOT_YET_REVIEWED:
        return [wording.NOT_REVIEWED]
    if state == OVERDUE:
        return [wording.OVERDUE.format(due_by=formats.date_format(edition.due_by, "j F Y"))]
    return []


def changed_at(edition, at=None):
    """When the edition went live, or its standing last changed; None where neither has a date.

    A review falls overdue as the day after begins that it was due by.
    """
    moments = [edition.reviewed_at, None if edition.is_imported() else edition.publish_at]
    if review_state(edition, at) == OVERDUE:
        day = edition.due_by + datetime.timedelta(days=1)
        moments.append(timezone.make_aware(datetime.datetime.combine(day, datetime.time.min)))
    return max(filter(None, moments), default=None)


def retraction(reference) -> str:
    """What patients are told of a retracted source, nothing of any other."""
    return wording.RETRACTED if reference.retracted else ""


def retracted(editions):
    """{number of an edition: [what it printed of each retracted source]}; costs one query."""
    found = Citation.objects.filter(edition__in=[edition.pk for edition in editions])
    told = {}
    for citation in found.select_related("reference__merged_into").order_by("position"):
        if citation.reference.kept().retracted:
            told.setdefault(citation.edition_id, []).append(citation.printed)
    return told


def _citations(editions):
    """{key: Citation}, of the first edition that cites it."""
    found = Citation.objects.filter(edition__in=[edition.pk for edition in editions])
    found = found.select_related("reference__merged_into")
    place = {edition.pk: number for number, edition in enumerate(editions)}
    ordered = sorted(found, key=lambda citation: place[citation.edition_id])
    return {citation.reference.key: citation for citation in reversed(ordered)}


def _turn_back(cited, at):
    """Have the citations, by their keys, cite the references as they stood at that moment."""
    stood = earlier.references([citation.reference for citation in cited.values()], at)
    for key, citation in cited.items():
        citation.reference = stood[key]


def _with_pictures(editions, bodies, files):
    """The texts with their pictures, each as its own edition shows it."""
    if not any(map(pictures.keys, bodies)):
        return bodies
    placements = Placement.objects.filter(edition__in=[edition.pk for edition in editions])
    placements = list(placements.select_related("image"))
    sizes = ImageFile.objects.sizes({placement.image_id for placement in placements})
    shown = {edition.pk: {} for edition in editions}
    for placement in placements:
        image = placement.image
        shown[placement.edition_id][image.key] = pictures.Shown(
            files=files(image.key, sizes[image.pk]) if image.pk in sizes else [],
            alternative=image.alternative,
            credit=placement.credit,
        )
    return [
        pictures.shown(body, shown[edition.pk])
        for edition, body in zip(editions, bodies, strict=True)
    ]


def _printed(entry, citation):
    """What was printed at approval stays; what is known of the source since then shows at once."""
    source = citation.reference.kept()
    return PrintedReference(
        number=entry.number,
        printed=citation.printed,
        url=source.link(),
        retraction=retraction(source),
        anchors=entry.anchors,
    )
