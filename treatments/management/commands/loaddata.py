"""Django's command, which the audit trail is told of."""

from django.core.management.commands import loaddata
from django.db import DEFAULT_DB_ALIAS

from treatments.models import AuditEntry


class Command(loaddata.Command):
    def loaddata(self, fixture_labels):
        """Load the fixtures; Django calls this inside the transaction of the whole command."""
        super().loaddata(fixture_labels)
        if self.using == DEFAULT_DB_ALIAS and self.loaded_object_count:
            kinds = sorted(model._meta.label_lower for model in self.models)
            AuditEntry.objects.record(
                by=None,
                action="load fixture",
                subject=f"fixture “{', '.join(map(str, fixture_labels))}”",
                after={"rows": self.loaded_object_count, "kinds": kinds},
            )
