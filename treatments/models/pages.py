"""Everything that has an address: topics, treatments and glossary terms."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from taggit.managers import TaggableManager
from taggit.models import ItemBase, Tag

from treatments import glossary


class PageManager(models.Manager):
    def get_by_natural_key(self, kind, slug):
        return self.get(kind=kind, slug=slug)


class Page(models.Model):
    """One table for every kind of page; what patients read stands in its editions."""

    class Kind(models.TextChoices):
        TOPIC = "topic", "topic"
        TREATMENT = "treatment", "treatment"
        TERM = "term", "term"

    class TreatmentKind(models.TextChoices):
        NON_DRUG = "non-drug", "Non-drug treatments"
        MEDICATIONS = "medications", "Medications"
        DRUG_DELIVERY = "drug-delivery", "Drug delivery"
        NERVE_PROCEDURES = "nerve-procedures", "Nerve procedures"

    kind = models.CharField(
        max_length=20,
        choices=Kind,
        editable=False,
        help_text="What the page is. It never changes.",
    )
    slug = models.SlugField(
        max_length=80,
        help_text="The last part of the page’s address. Patients and other sites keep addresses, "
        "so an old one leads to the new one for good.",
    )
    topic = models.ForeignKey(
        "Topic",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="pages",
        help_text="The subject under which patients find this treatment.",
    )
    position = models.PositiveIntegerField(
        default=0,
        help_text="Patients see treatments in this order, the smallest number first.",
    )
    treatment_kind = models.CharField(
        "kind of treatment",
        max_length=20,
        choices=TreatmentKind,
        blank=True,
        help_text="The heading under which the list of all treatments shows it.",
    )
    other_spellings = models.TextField(
        blank=True,
        help_text="Other spellings and forms of a glossary term, one on each line. "
        "Patients do not read them; the term is recognised by them.",
    )
    tags = TaggableManager(
        through="PageTag",
        blank=True,
        help_text="Words under which patients find related pages, with commas between them.",
    )

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="Who sees to it that the page is reviewed in time, and is reminded of it. "
        "Patients do not see this name. Without an owner, Managers are reminded.",
    )

    objects = PageManager()

    # The title by which people know the page, where a query has asked for it: see
    # `titles_of_pages` beside Edition.
    known_as = None

    class Meta:
        permissions = [("manage_page", "Can change addresses, order, codes and tags")]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "slug"],
                name="page_address_once",
                violation_error_message="Another page has this address. Choose another one.",
            ),
            models.CheckConstraint(
                name="page_shape_of_kind",
                condition=Q(kind="topic", topic=None, treatment_kind="")
                | Q(
                    kind="treatment",
                    topic__isnull=False,
                    treatment_kind__in=[
                        "non-drug",
                        "medications",
                        "drug-delivery",
                        "nerve-procedures",
                    ],
                )
                | Q(kind="term", topic=None, treatment_kind=""),
                violation_error_message="A treatment needs a topic and a kind of treatment; "
                "topics and terms have neither.",
            ),
            models.CheckConstraint(
                name="page_slug_not_empty",
                condition=~Q(slug=""),
                violation_error_message="A page needs an address.",
            ),
        ]
        indexes = [models.Index(fields=["topic", "position", "id"], name="page_in_order")]

    def __str__(self):
        return self.known_as or f"{self.kind} “{self.slug}”"

    def get_absolute_url(self):
        """Its address; of a term, its place on the page that all terms share."""
        if self.kind == self.Kind.TERM:
            return f"{reverse('glossary')}#{glossary.anchor(self.slug)}"
        return reverse(self.kind, args=[self.slug])

    def natural_key(self):
        return (self.kind, self.slug)


class KindManager(PageManager):
    def get_queryset(self):
        return super().get_queryset().filter(kind=self.model.KIND)


class OfKind:
    """What the proxies of Page share: they see, and make, pages of their own kind only."""

    KIND: str

    def __init__(self, *args, **kwargs):
        if not args:  # rows from the database come as positional values, their kind among them
            kwargs.setdefault("kind", self.KIND)
        super().__init__(*args, **kwargs)


class Topic(OfKind, Page):
    """A subject, such as chronic pain due to cancer; its text introduces its treatments."""

    KIND = Page.Kind.TOPIC
    objects = KindManager()

    class Meta:
        proxy = True


class Treatment(OfKind, Page):
    """One treatment of a topic, in the order of the source document."""

    KIND = Page.Kind.TREATMENT
    objects = KindManager()

    class Meta:
        proxy = True


class Term(OfKind, Page):
    """A glossary word: its edition's title is the word, the summary its plain meaning."""

    KIND = Page.Kind.TERM
    objects = KindManager()

    class Meta:
        proxy = True


class PageTagManager(models.Manager):
    def get_by_natural_key(self, kind, slug, tag):
        return self.get(content_object__kind=kind, content_object__slug=slug, tag__name=tag)


class PageTag(ItemBase):
    """A page's tag. Taggit's own table points to pages by number, which fixtures cannot hold."""

    content_object = models.ForeignKey(Page, on_delete=models.CASCADE, related_name="page_tags")
    tag = models.ForeignKey(Tag, on_delete=models.CASCADE, related_name="page_tags")

    objects = PageTagManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["content_object", "tag"], name="page_tag_once")
        ]

    def __str__(self):
        return f"{self.content_object}: {self.tag}"

    def natural_key(self):
        return (*self.content_object.natural_key(), self.tag.name)


class CodeManager(models.Manager):
    def get_by_natural_key(self, kind, slug, system, code):
        return self.get(page__kind=kind, page__slug=slug, system=system, code=code)


class Code(models.Model):
    """A code by which the EHR finds the page."""

    class System(models.TextChoices):
        ICD_10_CM = "ICD-10-CM", "ICD-10-CM"
        ICD_9_CM = "ICD-9-CM", "ICD-9-CM"
        SNOMED_CT = "SNOMED CT", "SNOMED CT"
        RXNORM = "RxNorm", "RxNorm"
        LOINC = "LOINC", "LOINC"
        MESH = "MeSH", "MeSH"

    page = models.ForeignKey(Page, on_delete=models.CASCADE, related_name="codes")
    system = models.CharField(
        max_length=20,
        choices=System,
        help_text="The code system that the EHR names. Patients do not see codes.",
    )
    code = models.CharField(
        max_length=40,
        help_text="The code as its system writes it, for example G89.3. Patients do not see it.",
    )

    objects = CodeManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["page", "system", "code"], name="page_code_once")
        ]
        indexes = [models.Index(fields=["system", "code"], name="code_to_page")]

    def __str__(self):
        return f"{self.system} {self.code}"

    def natural_key(self):
        return (*self.page.natural_key(), self.system, self.code)


class OldSlugManager(models.Manager):
    def get_by_natural_key(self, kind, slug):
        return self.get(kind=kind, slug=slug)


class OldSlug(models.Model):
    """An address that a page once had: it leads to the page for good."""

    kind = models.CharField(max_length=20, choices=Page.Kind)
    slug = models.SlugField(max_length=80)
    page = models.ForeignKey(Page, on_delete=models.PROTECT, related_name="old_slugs")

    objects = OldSlugManager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "slug"], name="old_slug_once")]

    def __str__(self):
        return f"{self.kind} “{self.slug}”"

    def natural_key(self):
        return (self.kind, self.slug)
