"""The people who write, review and manage."""

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
        name = self.get_full_name() or self.username
        return f"{name}, {self.credentials}" if self.credentials else name
