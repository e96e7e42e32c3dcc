"""Every field that somebody fills in says, in whole sentences, where it is read."""

import pytest
from django import forms
from django.contrib import admin
from django.contrib.auth.models import Group

from tests import factories
from treatments.admin import commenting, writing
from treatments.models import (
    Code,
    Edition,
    Image,
    LiveText,
    Page,
    PlainWord,
    Reference,
    Review,
    User,
)

FORMS = [
    writing.WordsForm,
    writing.ApproveForm,
    writing.CheckedForm,
    writing.ReasonForm,
    writing.WithdrawForm,
    commenting.CommentForm,
]


def silent(fields):
    """Names of the fields that say nothing, or no sentence."""
    return [
        name
        for name, field in fields.items()
        if not isinstance(field.widget, forms.HiddenInput)
        and not str(field.help_text).strip().endswith((".", "</ul>", "</a>.", "!"))
    ]


@pytest.mark.parametrize("form", FORMS)
def test_every_field_of_our_forms_says_where_it_is_read(form):
    assert silent(form().fields) == []


@pytest.mark.parametrize("model", [Image, Page, Reference, Code, PlainWord])
def test_every_column_that_editors_fill_in_has_its_help_text(model):
    filled = [field for field in model._meta.fields if field.editable and not field.primary_key]
    left = {"page", "version"}  # an inline form stands in the page; nobody types a version
    assert [f.name for f in filled if not f.help_text and f.name not in left] == []


@pytest.mark.django_db
@pytest.mark.parametrize("change", [False, True])
def test_every_field_of_the_admin_says_where_it_is_read(rf, change):
    request = rf.get("/admin/")
    request.user = factories.make_user(is_staff=True, is_superuser=True)
    found = {}
    for model, model_admin in admin.site._registry.items():
        if model in (User, Group, LiveText):
            continue  # Django's own screens, in Django's own words; and one that only lists
        obj = _some(model) if change else None
        form = model_admin.get_form(request, obj, change=change)
        found[model.__name__] = silent(form.base_fields)
    assert {name: fields for name, fields in found.items() if fields} == {}


def _some(model):
    return {
        "Page": factories.make_topic,
        "Topic": factories.make_topic,
        "Treatment": factories.make_treatment,
        "Term": factories.make_term,
        "Reference": factories.make_reference,
        "Link": factories.make_link,
        "PlainWord": lambda: PlainWord(word="x"),
        "Image": factories.make_image,
        "Synonym": factories.make_synonym,
        "DistinctiveWord": factories.make_distinctive_word,
        "UnansweredCode": factories.make_unanswered_code,
    }.get(model.__name__, lambda: model(name="x"))()


def test_what_the_verbs_ask_for_is_explained_in_the_models_too():
    columns = {Edition: ["title", "summary", "body", "note"], Review: ["due_by", "note"]}
    for model, names in columns.items():
        for name in names:
            assert model._meta.get_field(name).help_text.endswith(".")
