"""The people who write, review and manage."""

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.db import models


class User(AbstractUser):
    credentials = models.CharField(
        max_length=120,
        blank=True,
        help_text="Patients read this behind your name on the pages that you write or approve, "
        "for example “RN, pain clinic”.",
    )

    class Meta(AbstractUser.Meta):
        verbose_name = "person"
        verbose_name_plural = "people"

    def signature(self):
        """The name as patients read it: "Ana Díaz, RN, pain clinic"."""
        return f"{self.name()}, {self.credentials}" if self.credentials else self.name()

    def name(self):
        """The name by which colleagues know somebody: "Ana Díaz"."""
        return self.get_full_name() or self.username


class ReviewReminder(models.Model):
    """That somebody is mailed on a day what is due, so that nobody is twice.

    The row is there before the mail goes; `sent_at` says that it went.
    """

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    day = models.DateField()
    sent_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "day"], name="review_reminder_once_a_day")
        ]

    def __str__(self):
        return f"{self.person}, reminded on {self.day}"
