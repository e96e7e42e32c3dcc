"""System checks: what the editor's known holes need to be open must not be there.

docs/decisions/editor.md answers each advisory; only while these checks stand may the package's own
warning, ckeditor.W001, be silenced (treatments.E015 sees to that).
"""

import hashlib
import re
from pathlib import Path

from ckeditor.fields import RichTextField as UncleanedField
from ckeditor.widgets import CKEditorWidget
from django import forms
from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.contrib.staticfiles import finders
from django.core.checks import Error, Tags, register

from treatments.admin.editor import RichTextWidget
from treatments.models.fields import RichTextField

# The file that static/editor/policy.js was written for and tested with.
CODE = "ckeditor/ckeditor/ckeditor.js"
DIGEST = "e40bf1a98c2fee0906bc2416a1b82c32b80fa2bb45f480d2e34293a08cecfb71"

# Script and style elements are what the editor's own reading of CDATA gets wrong.
RAW = re.compile(r"(?:^|[\s;])(?:script|style)(?=[\s\[({;]|$)", re.IGNORECASE)


@register(Tags.security)
def editor_is_safe(app_configs, **kwargs):
    """E010–E014: the editor's configuration, its upload app, its fields and its code."""
    return [
        *_configurations(),
        *_uploads(),
        *_uncleaned_model_fields(),
        *_uncleaned_form_fields(forms_in_use()),
        *_code(),
    ]


def _configurations():
    for name, config in {
        "treatments.admin.editor": RichTextWidget().config,
        **(getattr(settings, "CKEDITOR_CONFIGS", None) or {}),
    }.items():
        if config.get("fullPage") or _lets_scripts_in(config):
            yield Error(
                f"The editor’s configuration “{name}” takes in whole pages, scripts or styles.",
                hint="Set fullPage to False, and let allowedContent list the tags that "
                "treatments.richtext allows.",
                id="treatments.E010",
            )
        if config.get("versionCheck"):
            yield Error(
                f"The editor’s configuration “{name}” asks its maker for news of versions.",
                hint="Set versionCheck to False: nothing is fetched from outside.",
                id="treatments.E011",
            )


def _lets_scripts_in(config):
    allowed = config.get("allowedContent")
    more = config.get("extraAllowedContent", "")
    return not isinstance(allowed, str) or not allowed or RAW.search(f"{allowed};{more}")


def _uploads():
    if apps.is_installed("ckeditor_uploader"):
        yield Error(
            "ckeditor_uploader is installed: staff could upload HTML dressed as a picture.",
            hint="Take it out of INSTALLED_APPS.",
            id="treatments.E012",
        )


def _uncleaned_model_fields():
    for model in apps.get_models():
        for field in model._meta.get_fields():
            if isinstance(field, UncleanedField):
                yield _uncleaned(str(field))


def _uncleaned_form_fields(places):
    """For {where: (its widget, its model's field or None)}; without a model nothing is stored."""
    for where, (widget, field) in places.items():
        stored = field is None or isinstance(field, RichTextField)
        if not (stored and _is(RichTextWidget, widget)):
            yield _uncleaned(where)


def _uncleaned(where):
    return Error(
        f"{where} is written in the editor, but what is stored there is not cleaned.",
        hint="Use treatments.models.fields.RichTextField, and RichTextWidget in the form.",
        id="treatments.E013",
    )


def forms_in_use():
    """Where a field opens in the editor, in the forms and admins of the installed apps."""
    return {
        f"{owner.__module__}.{owner.__qualname__}, {name}": (widget, field)
        for owner, name, widget, field in (*_of_forms(), *_of_admins())
        if _is(CKEditorWidget, widget)
    }


def _of_forms():
    for form in _below(forms.BaseForm):
        if apps.get_containing_app_config(form.__module__):
            model = getattr(getattr(form, "_meta", None), "model", None)
            stored = {field.name: field for field in model._meta.get_fields()} if model else {}
            for name, field in getattr(form, "base_fields", {}).items():
                yield form, name, field.widget, stored.get(name)


def _of_admins():
    for own in admin.site._registry.values():
        for of in (own, *(inline(own.model, admin.site) for inline in own.inlines)):
            for field in of.model._meta.get_fields():
                for kind, options in of.formfield_overrides.items():
                    if isinstance(field, kind):
                        yield type(of), field.name, options.get("widget"), field


def _below(kind):
    for found in kind.__subclasses__():
        yield found
        yield from _below(found)


def _is(kind, widget):
    return isinstance(widget, kind) or (isinstance(widget, type) and issubclass(widget, kind))


def _code():
    found = finders.find(CODE)
    if not found or hashlib.sha256(Path(found).read_bytes()).hexdigest() != DIGEST:
        yield Error(
            f"{CODE} is not the file that static/editor/policy.js was written for.",
            hint="Install the pinned django-ckeditor. For another one, walk through "
            "docs/decisions/editor.md, run tests/browser/test_editor.py, then write its digest.",
            id="treatments.E014",
        )
