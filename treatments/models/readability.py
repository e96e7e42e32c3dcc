"""How hard texts read, as it was measured; and the hospital's own hard words."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from treatments.models.editions import Edition, EditionManager


class Measurement(models.Model):
    """What was counted in an edition: derived, so it may be missing, late, or made anew.

    `version` is the edition's that was counted, `rules` names what was counted by: where either
    is another one now, the row is out of date.
    """

    edition = models.OneToOneField(
        Edition, on_delete=models.CASCADE, primary_key=True, related_name="measurement"
    )
    version = models.PositiveIntegerField()
    rules = models.CharField(max_length=40)
    words = models.PositiveIntegerField()
    sentences = models.PositiveIntegerField()
    grade = models.FloatField("Flesch–Kincaid grade", null=True)
    smog = models.FloatField("SMOG", null=True)
    # The same without the words that the glossary explains.
    grade_without = models.FloatField(null=True)
    smog_without = models.FloatField(null=True)
    findings = models.PositiveIntegerField()
    by_kind = models.JSONField(default=dict)  # {kind of finding: how many}

    class Meta:
        default_permissions = ()
        indexes = [models.Index(fields=["-grade"], name="measurement_worst_first")]

    def __str__(self):
        return f"{self.edition_id}: {self.words} words"


class LiveText(Edition):
    """A text that patients read, as the report on the library lists it."""

    objects = EditionManager()

    class Meta:
        proxy = True
        default_permissions = ()
        verbose_name = "text in the library"
        verbose_name_plural = "texts in the library"


class PlainWordManager(models.Manager):
    def get_by_natural_key(self, word):
        return self.get(word=word)


class PlainWord(models.Model):
    """A hard word of the hospital's own, beside those that are shipped."""

    word = models.CharField(
        "hard word",
        max_length=80,
        help_text="A word, or a few. Regular forms are found too: “utilize” stands for “utilized”.",
    )
    instead = models.CharField(
        "plain words",
        max_length=200,
        blank=True,
        help_text="What writers can say instead, with commas between them. Empty: writers are no "
        "longer advised on this word.",
    )

    objects = PlainWordManager()

    class Meta:
        verbose_name = "hard word"
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                Lower("word"),
                name="plain_word_once",
                violation_error_message="This word is in the list already.",
            ),
            models.CheckConstraint(
                name="plain_word_not_empty",
                condition=~Q(word=""),
                violation_error_message="Give the hard word.",
            ),
        ]
        ordering = ["word"]

    def __str__(self):
        return self.word

    def natural_key(self):
        return (self.word,)
