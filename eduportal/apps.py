"""What happens when the app is loaded."""

from django.apps import AppConfig
from django.core.checks import Tags, register

from eduportal import checks


class EduportalConfig(AppConfig):
    name = "eduportal"

    def ready(self):
        for check in (
            checks.code_is_not_shown,
            checks.site_is_encrypted,
            checks.address_is_known,
            checks.proxy_is_believed,
        ):
            register(check, Tags.security)
        register(checks.patients_can_ring, Tags.security, deploy=True)
