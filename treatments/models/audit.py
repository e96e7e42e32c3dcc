"""The audit trail: what was done, by whom and when, for good."""

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils import timezone


class AuditEntryManager(models.Manager):
    def record(self, *, by, action, subject, before=None, after=None, reason=""):
        """Write one line: `by` is a User, `subject` an object, before and after are dicts."""
        return self.create(
            actor=by.get_username(),
            action=action,
            subject=str(subject),
            before=before or {},
            after=after or {},
            reason=reason,
        )

    def about(self, page):
        """The deeds upon a page and its editions, under each address that it has had."""
        names = [f"{page.kind} “{page.slug}”", *map(str, page.old_slugs.all())]
        found = models.Q(subject__in=names)
        for name in names:
            found |= models.Q(subject__startswith=f"{name}, edition ")
        return self.filter(found)


class AuditEntry(models.Model):
    """One deed. Rows are only ever added, and point to nothing that could be deleted."""

    at = models.DateTimeField(default=timezone.now, db_index=True)
    actor = models.CharField(max_length=150)
    action = models.CharField(max_length=40)
    subject = models.CharField(max_length=250, db_index=True)
    before = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    after = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    reason = models.TextField(blank=True)

    objects = AuditEntryManager()

    class Meta:
        verbose_name_plural = "audit entries"
        ordering = ["id"]

    def __str__(self):
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.actor}: {self.action} {self.subject}"
