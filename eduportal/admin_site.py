"""Which admin site Django's admin is."""

from django.contrib.admin.apps import AdminConfig


class PortalAdminConfig(AdminConfig):
    default_site = "treatments.admin_site.PortalAdmin"
