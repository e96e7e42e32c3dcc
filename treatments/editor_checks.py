"""System check: the editor's own warning is silenced only while our checks of it run."""

from django.conf import settings
from django.core.checks import Error
from django.core.checks.registry import registry

# By name: that module needs the models, which are not there yet when this one is imported.
CHECK = "treatments.admin.checks.editor_is_safe"
IDS = {f"treatments.E{number:03}" for number in range(10, 15)}


def editor_is_watched(app_configs, **kwargs):
    """E015: whoever silences ckeditor.W001 keeps `treatments.admin.checks` in its place."""
    silenced = set(settings.SILENCED_SYSTEM_CHECKS)
    running = {f"{check.__module__}.{check.__name__}" for check in registry.registered_checks}
    if "ckeditor.W001" not in silenced or (CHECK in running and not silenced & IDS):
        return []
    return [
        Error(
            "The warning about the editor’s age is silenced, and so are our own checks of it.",
            hint=f"Take ckeditor.W001 out of SILENCED_SYSTEM_CHECKS, or let {CHECK} run whole.",
            id="treatments.E015",
        )
    ]
