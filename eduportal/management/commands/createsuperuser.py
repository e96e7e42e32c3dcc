"""Django's command, which the audit trail is told of."""

from django.contrib.auth import get_user_model
from django.contrib.auth.management.commands import createsuperuser

from treatments import permitting

User = get_user_model()


class Command(createsuperuser.Command):
    def handle(self, *args, **options):
        there = set(User.objects.values_list("pk", flat=True))
        super().handle(*args, **options)  # no transaction: somebody is typing
        for user in User.objects.exclude(pk__in=there):
            permitting.record_person(user=user, by=None)
