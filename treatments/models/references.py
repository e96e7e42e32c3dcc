"""Published sources, and which edition cites which."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from treatments import citations
from treatments.models.editions import Edition


class ReferenceManager(models.Manager):
    def get_by_natural_key(self, key):
        return self.get(key=key)


class Reference(models.Model):
    """A published source. Patients read `source_text` until somebody has verified the fields."""

    key = models.SlugField(
        max_length=80,
        unique=True,
        help_text="The name by which texts cite this source, for example onofrio-1990. "
        "It never changes; patients do not see it.",
    )
    source_text = models.TextField(
        blank=True,
        help_text="The reference word for word as it was received. Patients read this "
        "until the reference is verified.",
    )
    authors = models.CharField(
        max_length=1000,
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
        help_text="The digital object identifier, without https://doi.org/. "
        "Leave it blank where it is not known.",
    )
    pmid = models.CharField(
        "PubMed number",
        max_length=20,
        blank=True,
        help_text="The PMID, digits only. Leave it blank where it is not known.",
    )
    url = models.URLField(
        "address",
        max_length=500,
        blank=True,
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

    objects = ReferenceManager()

    class Meta:
        constraints = [
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
        return self.label()

    def natural_key(self):
        return (self.key,)

    def label(self):
        """How an editor recognises it in a text: "Onofrio BM, Yaksh TL 1990"."""
        return f"{self.authors} {self.year}".strip() or self.key

    def printed(self):
        """The reference as patients read it: as received, or in Vancouver style once verified."""
        if not self.verified_at:
            return self.source_text
        return citations.vancouver(
            authors=self.authors,
            title=self.title,
            journal=self.journal,
            year=self.year,
            volume=self.volume,
            issue=self.issue,
            pages=self.pages,
        )


class CitationManager(models.Manager):
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
