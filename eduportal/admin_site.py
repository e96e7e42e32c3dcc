"""Which admin site Django's admin is."""

from django.contrib.admin.apps import AdminConfig
from taggit.apps import TaggitAppConfig


class PortalAdminConfig(AdminConfig):
    default_site = "treatments.admin_site.PortalAdmin"


class TagsConfig(TaggitAppConfig):
    """Tags under the name that the menu has, which is the one that staff know."""

    verbose_name = "Texts and people"
