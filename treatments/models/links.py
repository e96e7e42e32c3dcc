"""Where texts and references lead, and what was found there."""

import hashlib

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from treatments.models.editions import Edition
from treatments.models.references import Reference


def digest(address):
    return hashlib.sha256(address.encode()).hexdigest()


class LinkQuerySet(models.QuerySet):
    def broken(self):
        """Those that lead nowhere, where something still uses them."""
        return self.in_use().filter(state=Link.State.BROKEN)

    def in_use(self, at=None):
        """Those in a text that patients read, in a text being written, or of a reference."""
        return self.filter(Exists(LinkUse.objects.that_count(at).filter(link=OuterRef("pk"))))


class Link(models.Model):
    """An address that texts or references lead to, as `manage.py check_links` found it last."""

    class State(models.TextChoices):
        GOOD = "good", "good"
        WARNING = "warning", "warning"
        BROKEN = "broken", "broken"

    address = models.TextField()
    digest = models.CharField(max_length=64, unique=True)  # addresses can be too long to index
    state = models.CharField(max_length=10, choices=State, blank=True)  # blank: not asked yet
    said = models.TextField("what was found", blank=True)
    checked_at = models.DateTimeField("last checked", null=True, blank=True)
    # Times in a row that there was no answer, and since when: a bad night is no broken link.
    failures = models.PositiveIntegerField(default=0)
    failing_since = models.DateTimeField(null=True, blank=True)
    broken_since = models.DateTimeField(null=True, blank=True)

    objects = LinkQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="link_broken_since",
                condition=Q(state="broken", broken_since__isnull=False)
                | ~Q(state="broken") & Q(broken_since=None),
            )
        ]

    def __str__(self):
        return self.address


class LinkUseQuerySet(models.QuerySet):
    def that_count(self, at=None):
        """In live texts, in working ones, in references that were not merged."""
        live = Edition.objects.live(at or timezone.now()).filter(pk=OuterRef("edition"))
        return self.filter(
            Q(reference__isnull=False, reference__merged_into=None)
            | Q(edition__state__in=[Edition.State.DRAFT, Edition.State.IN_REVIEW])
            | Q(Exists(live), edition__state=Edition.State.APPROVED)
        )


class LinkUse(models.Model):
    """That an edition's text, or a reference, holds an address."""

    link = models.ForeignKey(Link, on_delete=models.CASCADE, related_name="uses")
    edition = models.ForeignKey(
        Edition, on_delete=models.CASCADE, null=True, blank=True, related_name="link_uses"
    )
    reference = models.ForeignKey(
        Reference, on_delete=models.CASCADE, null=True, blank=True, related_name="link_uses"
    )

    objects = LinkUseQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["link", "edition"], name="link_use_edition_once"),
            models.UniqueConstraint(fields=["link", "reference"], name="link_use_reference_once"),
            models.CheckConstraint(
                name="link_use_of_one",
                condition=Q(edition__isnull=False, reference=None)
                | Q(edition=None, reference__isnull=False),
            ),
        ]

    def __str__(self):
        return f"{self.link} in {self.edition or self.reference}"
