"""What happens when the app is loaded."""

from importlib import import_module

from django.apps import AppConfig
from django.core import checks as system_checks
from django.db import connections
from django.db.models.signals import post_migrate, pre_migrate

from treatments import checks, editor_checks, guards, roles


def lift_guards(using, **kwargs):
    guards.remove(connections[using])


def install_guards(using, **kwargs):
    guards.install(connections[using])


def make_groups(using, **kwargs):
    if "auth_group" in connections[using].introspection.table_names():
        roles.make_groups(using)


class TreatmentsConfig(AppConfig):
    name = "treatments"
    verbose_name = "Texts and people"  # breadcrumbs: “Treatments › Treatments” says nothing

    def ready(self):
        pre_migrate.connect(lift_guards, sender=self)
        post_migrate.connect(install_guards, sender=self)
        post_migrate.connect(make_groups, sender=self)
        system_checks.register(checks.disclaimer_on_every_page, system_checks.Tags.templates)
        system_checks.register(checks.guards_installed, system_checks.Tags.database)
        system_checks.register(editor_checks.editor_is_watched, system_checks.Tags.security)
        import_module("treatments.search.following").follow(self)  # it needs the models
