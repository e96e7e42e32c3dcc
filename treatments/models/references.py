"""Published sources, and which edition cites which."""

from urllib.parse import quote

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Lower

from treatments import citations, reference_formats
from treatments.models.editions import Edition

LONGEST_LABEL = 100  # characters; a society's name can be long


class ReferenceQuerySet(models.QuerySet):
    def kept(self):
        """Those that editors work with: none that was merged into another one."""
        return self.filter(merged_into=None)

    def cited(self, editions=None):
        """Those that one of the editions cites; or any edition."""
        return self.filter(cited_in(editions))


def cited_in(editions=None):
    """A condition on references: an edition cites it, by its own key or a merged one's.

    As EXISTS, since both databases would work out an IN of everything live first; of what was
    merged there is little.
    """
    uses = Citation.objects.filter(reference=OuterRef("pk"))
    if editions is not None:
        uses = uses.filter(Exists(editions.filter(pk=OuterRef("edition"))))
    merged = Reference.objects.exclude(merged_into=None).filter(Exists(uses))
    return Exists(uses) | Q(pk__in=merged.values("merged_into"))


class ReferenceManager(models.Manager.from_queryset(ReferenceQuerySet)):
    def get_by_natural_key(self, key):
        return self.get(key=key)


class Reference(models.Model):
    """A published source. Patients read `source_text` until somebody has verified the fields."""

    # What a reference in Vancouver style is made of.
    PARTS = ("authors", "title", "journal", "publisher", "year", "volume", "issue", "pages")

    key = models.SlugField(
        max_length=80,
        unique=True,
        validators=[
            RegexValidator(
                citations.KEY,
                "Write small letters, digits and single hyphens between them: wheeler-2001.",
            )
        ],
        error_messages={"unique": "Another reference has this key. Choose another one."},
        help_text="The name by which texts cite this source, for example onofrio-1990. "
        "It never changes; patients do not see it.",
    )
    source_text = models.TextField(
        blank=True,
        help_text="The reference word for word as it was received. Patients read this "
        "until the reference is verified.",
    )
    authors = models.CharField(
        max_length=10_000,
        blank=True,
        help_text="Surname and initials, with commas between the authors: “Onofrio BM, Yaksh TL”. "
        "Patients read them once the reference is verified.",
    )
    title = models.CharField(
        max_length=1000,
        blank=True,
        help_text="The title of the article or book, as patients read it once it is verified.",
    )
    journal = models.CharField(
        max_length=300,
        blank=True,
        help_text="The journal’s abbreviated name, as patients read it once it is verified.",
    )
    publisher = models.CharField(
        "place and publisher",
        max_length=300,
        blank=True,
        help_text="Of a book, a report or a web page: “Utrecht: Wheel Press”. Patients read it "
        "once the reference is verified. Leave it blank for an article in a journal.",
    )
    year = models.CharField(
        max_length=10,
        blank=True,
        help_text="The year of publication, as patients read it once it is verified.",
    )
    volume = models.CharField(
        max_length=40,
        blank=True,
        help_text="The volume, as patients read it once the reference is verified.",
    )
    issue = models.CharField(
        max_length=40,
        blank=True,
        help_text="The issue, as patients read it once the reference is verified.",
    )
    pages = models.CharField(
        max_length=60,
        blank=True,
        help_text="The pages, first and last: “200-209”. Patients read them shortened, “200-9”.",
    )
    doi = models.CharField(
        "DOI",
        max_length=200,
        blank=True,
        validators=[
            RegexValidator(
                reference_formats.DOI,
                "A DOI begins with 10 and has a slash in it: 10.5555/example.",
            )
        ],
        help_text="The digital object identifier, with or without https://doi.org/. "
        "Patients can follow it where no address is given. Leave it blank where it is not known.",
    )
    pmid = models.CharField(
        "PubMed number",
        max_length=20,
        blank=True,
        validators=[
            RegexValidator(reference_formats.PMID, "A PubMed number has one to eight digits.")
        ],
        help_text="The PMID. Patients can follow it where neither an address nor a DOI is given. "
        "Leave it blank where it is not known.",
    )
    url = models.URLField(
        "address",
        max_length=500,
        blank=True,
        validators=[
            RegexValidator(
                r"(?i)^https?://", "Write an address that begins with http:// or https://."
            )
        ],
        help_text="Where the source can be read. Patients can follow it from the reference.",
    )
    note = models.TextField(
        blank=True,
        help_text="A note for editors, for example what is doubtful. Patients do not see it.",
    )
    verified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="Who held the fields against the publication itself.",
    )
    verified_at = models.DateTimeField(
        null=True, blank=True, help_text="When that was. Verified references are printed anew."
    )
    retracted = models.BooleanField(
        default=False,
        help_text="Tick this when the journal has withdrawn the article. "
        "Patients see “Retracted” at once wherever it is cited.",
    )
    retraction_note = models.TextField(
        "about the retraction",
        blank=True,
        help_text="When and why the journal withdrew the article, and where it says so. "
        "Patients do not see this note.",
    )
    # CASCADE: what was merged goes with what it was merged into, unless a text cites it.
    merged_into = models.ForeignKey(
        "self",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="merged",
        help_text="The reference that stays in place of this one. Texts that cite this one’s key "
        "show that one’s number.",
    )
    version = models.PositiveIntegerField(default=0)  # counts the saves, to notice two windows

    objects = ReferenceManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                Lower("doi"),
                condition=~Q(doi="") & Q(merged_into=None),
                name="reference_doi_once",
                violation_error_message="Another reference has this DOI.",
            ),
            models.UniqueConstraint(
                fields=["pmid"],
                condition=~Q(pmid="") & Q(merged_into=None),
                name="reference_pmid_once",
                violation_error_message="Another reference has this PubMed number.",
            ),
            models.CheckConstraint(
                name="reference_not_merged_into_itself",
                condition=Q(merged_into=None) | ~Q(merged_into=F("pk")),
                violation_error_message="A reference cannot be merged into itself.",
            ),
            models.CheckConstraint(
                name="reference_can_be_printed",
                condition=Q(verified_at=None) & ~Q(source_text="")
                | Q(verified_at__isnull=False) & ~Q(title=""),
                violation_error_message="A reference needs its text as received, "
                "or, once verified, at least a title.",
            ),
            models.CheckConstraint(
                name="reference_verified_by_somebody",
                condition=Q(verified_at=None, verified_by=None)
                | Q(verified_at__isnull=False, verified_by__isnull=False),
                violation_error_message="Verifying a reference needs a person and a time.",
            ),
        ]

    def __str__(self):
        return f"{self.label()} ({self.key})"  # two of one year look alike without it

    def natural_key(self):
        return (self.key,)

    def clean_fields(self, exclude=None):
        """Identifiers are kept, and compared, in one form each."""
        self.doi = reference_formats.doi(self.doi)
        self.pmid = reference_formats.pmid(self.pmid)
        super().clean_fields(exclude)

    def label(self):
        """How an editor recognises it in a text: "Onofrio BM, Yaksh TL 1990"."""
        names = self.authors.split(", ")
        who = self.authors if len(names) < 3 else f"{names[0]} et al"
        return f"{who[:LONGEST_LABEL]} {self.year}".strip() or self.key

    def kept(self):
        """The reference that stands for this one: itself, or what it was merged into."""
        return self.merged_into or self

    def link(self):
        """Where patients can read the source: its address, else what its DOI or PMID leads to."""
        if self.url:
            return self.url
        if self.doi:
            return self.doi_link()
        return f"https://pubmed.ncbi.nlm.nih.gov/{self.pmid}/" if self.pmid else ""

    def doi_link(self):
        """The address that its DOI leads to; "" where it has none."""
        return f"https://doi.org/{quote(self.doi)}" if self.doi else ""

    def printed(self):
        """The reference as patients read it: as received, or in Vancouver style once verified."""
        return self.vancouver() if self.verified_at else self.source_text

    def vancouver(self):
        """The structured fields in Vancouver style, whether verified or not."""
        return citations.vancouver(**{name: getattr(self, name) for name in self.PARTS})


class CitationQuerySet(models.QuerySet):
    def of(self, references):
        """Citations of the references by their own keys, and by those merged into them."""
        kept = [reference.pk for reference in references]
        known = Reference.objects.filter(Q(pk__in=kept) | Q(merged_into__in=kept))
        return self.filter(reference__in=known)


class CitationManager(models.Manager.from_queryset(CitationQuerySet)):
    def get_by_natural_key(self, kind, slug, language, number, reference):
        return self.get(
            edition__page__kind=kind,
            edition__page__slug=slug,
            edition__language=language,
            edition__number=number,
            reference__key=reference,
        )


class Citation(models.Model):
    """That an edition cites a reference; derived from the markers in its body.

    `printed` is the reference as patients read it under this edition. It is filled anew at every
    save and kept from the approval on, whatever becomes of the reference.
    """

    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="citations")
    reference = models.ForeignKey(Reference, on_delete=models.PROTECT, related_name="citations")
    position = models.PositiveIntegerField()
    printed = models.TextField()

    objects = CitationManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["edition", "reference"], name="citation_once"),
            models.UniqueConstraint(fields=["edition", "position"], name="citation_in_order"),
        ]

    def __str__(self):
        return f"{self.edition} cites {self.reference_id}"

    def natural_key(self):
        return (*self.edition.natural_key(), *self.reference.natural_key())
