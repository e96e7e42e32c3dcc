"""What the EHR asks for: the words that answer it, and the codes that nothing answered."""

from django.db import models
from django.db.models import Q

from treatments.models.pages import Code


class DistinctiveWordManager(models.Manager):
    def get_by_natural_key(self, words):
        return self.get(words=words)


class DistinctiveWord(models.Model):
    """Words that say enough on their own for a text to answer an EHR that names no known code.

    Most words do not: a pump may give insulin, and a block may be one of the heart.
    """

    words = models.CharField(
        max_length=100,
        unique=True,
        help_text="A word or a few that belong to this subject alone, for example “intrathecal”. "
        "An EHR that names them, and no code of ours, is shown the texts that have them.",
    )

    objects = DistinctiveWordManager()

    class Meta:
        ordering = ["words"]
        default_permissions = ()
        constraints = [
            models.CheckConstraint(name="distinctive_word_has_words", condition=~Q(words=""))
        ]

    def __str__(self):
        return f"distinctive word “{self.words}”"

    def natural_key(self):
        return (self.words,)


class UnansweredCode(models.Model):
    """How many times in a month an EHR asked for a code that no page has.

    Nothing else of the request is kept: neither who asked, nor for whom, nor on which day.
    """

    month = models.DateField(help_text="The first day of the month.")
    system = models.CharField(
        max_length=20, choices=Code.System, help_text="The code system that the EHR named."
    )
    code = models.CharField(max_length=40, help_text="The code that no page had.")
    times = models.PositiveIntegerField(
        "times asked for", default=1, help_text="How many requests of the month named it."
    )

    class Meta:
        ordering = ["-month", "-times", "system", "code"]
        default_permissions = ()
        verbose_name = "code asked for in vain"
        verbose_name_plural = "codes asked for in vain"
        constraints = [
            models.UniqueConstraint(
                fields=["month", "system", "code"], name="unanswered_code_once_a_month"
            ),
            models.CheckConstraint(
                name="unanswered_code_counted",
                condition=Q(month__day=1, system__in=Code.System.values, times__gte=1)
                & ~Q(code=""),
            ),
        ]

    def __str__(self):
        return f"{self.system} {self.code}, {self.month:%B %Y}"
