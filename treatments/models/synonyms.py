"""Other words for what the texts name: what is typed into the search, and what the texts have."""

from django.db import models


class SynonymManager(models.Manager):
    def get_by_natural_key(self, words):
        return self.get(words=words)


class Synonym(models.Model):
    """Whoever looks for `words` finds the texts with `meaning` too."""

    words = models.CharField(
        max_length=100,
        unique=True,
        help_text="What patients type, for example “pain pump”. Small letters, plurals and slips "
        "of the keyboard need no line of their own.",
    )
    meaning = models.CharField(
        "the words of the texts",
        max_length=100,
        help_text="What our texts call it, for example “drug pump”. Use words that stand in a "
        "text: patients are led to the texts that have them all.",
    )

    objects = SynonymManager()

    class Meta:
        ordering = ["words"]

    def __str__(self):
        return f"synonym “{self.words}”"

    def natural_key(self):
        return (self.words,)
