"""Pictures, and which edition shows which."""

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from treatments import pictures
from treatments.models.editions import Edition


class ImageQuerySet(models.QuerySet):
    def placed(self, editions=None):
        """Those that one of the editions shows; or any edition."""
        uses = Placement.objects.filter(image=OuterRef("pk"))
        if editions is not None:
            uses = uses.filter(Exists(editions.filter(pk=OuterRef("edition"))))
        return self.filter(Exists(uses))


class ImageManager(models.Manager.from_queryset(ImageQuerySet)):
    def get_by_natural_key(self, key):
        return self.get(key=key)


class Image(models.Model):
    """A picture that texts can show. Its pixels never change; they stand in its ImageFiles.

    What is said about it here is proposed where it is placed: what a text says of it stands in
    the text, and is approved with it.
    """

    # Of its pixels, and for good: texts show it by this name.
    key = models.CharField(
        max_length=16,
        unique=True,
        editable=False,
        validators=[RegexValidator(rf"^{pictures.KEY}\Z")],
    )
    title = models.CharField(
        max_length=200,
        help_text="What it shows, in a few words, so that colleagues find it. "
        "Patients do not read this.",
    )
    alternative = models.TextField(
        "alternative text",
        max_length=pictures.LONGEST_ALTERNATIVE,
        blank=True,
        help_text="What the picture tells, in a sentence or two, for people who do not see it. "
        "It is read out in place of the picture, and can be changed for each place.",
    )
    decorative = models.BooleanField(
        "only decorative",
        default=False,
        help_text="Tick this where the picture tells nothing that the words beside it do not "
        "tell. It is then passed over when a page is read out.",
    )
    credit = models.CharField(
        "where it comes from",
        max_length=300,
        blank=True,
        help_text="Who made it, and by which right you show it: “Photo: A. Wheeler, CC BY 4.0”. "
        "Patients read this below the picture.",
    )
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
    )
    added_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = ImageManager()

    class Meta:
        verbose_name = "picture"
        ordering = ["-added_at", "-pk"]
        default_permissions = ()  # who writes texts adds pictures
        constraints = [
            models.CheckConstraint(
                name="image_described_or_decorative",
                condition=Q(decorative=True, alternative="")
                | Q(decorative=False) & ~Q(alternative=""),
                violation_error_message="Write an alternative text, or tick that the picture is "
                "only decorative: one of the two.",
            ),
            models.CheckConstraint(
                name="image_has_title",
                condition=~Q(title=""),
                violation_error_message="Say what the picture shows.",
            ),
        ]

    def __str__(self):
        return f"{self.title} ({self.key})"

    def natural_key(self):
        return (self.key,)


class ImageFileQuerySet(models.QuerySet):
    def sizes(self, images):
        """{primary key of an image: [(width, height)] of its files, the narrowest first}."""
        found = {}
        for image, *size in self.filter(image__in=images).values_list("image", "width", "height"):
            found.setdefault(image, []).append(tuple(size))
        return found

    def of(self, key, width):
        """The one file of this picture and width, or none."""
        return self.filter(image__key=key, width=width)


class ImageFileManager(models.Manager.from_queryset(ImageFileQuerySet)):
    def get_by_natural_key(self, key, width):
        return self.get(image__key=key, width=width)


class ImageFile(models.Model):
    """One width of a picture, as WebP, in the database: so a backup holds it, and a guard."""

    image = models.ForeignKey(Image, on_delete=models.CASCADE, related_name="files")
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    content = models.BinaryField()

    objects = ImageFileManager()

    class Meta:
        ordering = ["width"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["image", "width"], name="image_file_once"),
            models.CheckConstraint(
                name="image_file_has_size", condition=Q(width__gte=1, height__gte=1)
            ),
        ]

    def __str__(self):
        return f"{self.image}, {self.width} × {self.height}"

    def natural_key(self):
        return (*self.image.natural_key(), self.width)


class PlacementManager(models.Manager):
    def get_by_natural_key(self, kind, slug, language, number, key):
        edition = Edition.objects.get_by_natural_key(kind, slug, language, number)
        return self.get(edition=edition, image__key=key)


class Placement(models.Model):
    """That an edition shows a picture; derived from its body.

    `credit` is what patients read below the picture under this edition. It is filled anew at every
    save and kept from the approval on, whatever becomes of the picture's own.
    """

    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="placements")
    image = models.ForeignKey(Image, on_delete=models.PROTECT, related_name="placements")
    position = models.PositiveIntegerField()
    credit = models.CharField(max_length=300, blank=True)

    objects = PlacementManager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["edition", "image"], name="placement_once"),
            models.UniqueConstraint(fields=["edition", "position"], name="placement_in_order"),
        ]

    def __str__(self):
        return f"{self.edition} shows {self.image_id}"

    def natural_key(self):
        return (*self.edition.natural_key(), *self.image.natural_key())
