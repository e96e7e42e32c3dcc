"""What happens when the app is loaded."""

from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.core.checks import Tags, register

from eduportal import checks


class EduportalConfig(AppConfig):
    name = "eduportal"

    def ready(self):
        from eduportal import auditing, sessions  # noqa: PLC0415 – they know the models

        for check in (
            checks.code_is_not_shown,
            checks.site_is_encrypted,
            checks.address_is_known,
            checks.proxy_is_believed,
            checks.port_is_the_one_announced,
        ):
            register(check, Tags.security)
        for check in (checks.patients_can_ring, checks.hospital_is_named):
            register(check, Tags.security, deploy=True)
        user_logged_in.connect(sessions.begin)
        user_logged_in.connect(auditing.signed_in)
        user_logged_out.connect(auditing.signed_out)
