"""What the portal remembers of sign-ins, so that guessing is slow and the audit trail short."""

from django.db import models


class SignInRecord(models.Model):
    """The sign-ins to one account from one address since the last that succeeded.

    Both are kept as keyed digests: people type passwords where a user name belongs.
    """

    account = models.CharField(max_length=64)
    address = models.CharField(max_length=64)
    failures = models.PositiveIntegerField(default=0)
    failed_at = models.DateTimeField(null=True)
    succeeded_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "address"], name="sign_in_record_once"),
        ]
        indexes = [
            models.Index(fields=["address", "failed_at"], name="sign_in_record_address"),
            models.Index(fields=["failed_at"], name="sign_in_record_age"),
        ]

    def __str__(self):
        return f"{self.failures} failures"


class UntoldSignIn(models.Model):
    """Sign-ins that failed and were only counted since the audit trail's last entry on them."""

    action = models.CharField(max_length=40)
    subject = models.CharField(max_length=250)
    tries = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["action", "subject"], name="untold_sign_in_once"),
        ]

    def __str__(self):
        return f"{self.tries} of {self.action}: {self.subject}"
