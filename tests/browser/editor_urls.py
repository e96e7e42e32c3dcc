"""The portal's addresses, and a page of the admin that holds nothing but the editor."""

from django import forms
from django.contrib import admin
from django.http import HttpResponse
from django.template import engines
from django.urls import include, path

from treatments.admin.editor import RichTextWidget, edits_rich_text, references_for_editor
from treatments.models import Edition

# What the next form holds, and what the last one sent: the live server runs in this process.
held = {"body": ""}
sent = []

PAGE = """{% extends "admin/base_site.html" %}{% load static %}
{% block extrastyle %}{{ block.super }}
  <link rel="stylesheet" href="{% static "admin/css/forms.css" %}">{% endblock %}
{% block extrahead %}{{ block.super }}{{ form.media }}{{ references|json_script:"references" }}
{% endblock %}
{% block content %}<form method="post" class="module aligned">{% csrf_token %}
  <div class="form-row">{{ form.body.errors }}<div class="flex-container">
    {{ form.body.label_tag }}{{ form.body }}</div>
    <div class="help" id="id_body_helptext">{{ form.body.help_text }}</div></div>
  <div class="submit-row"><input type="submit" value="Save" class="default"></div>
</form>{% endblock %}"""


class TextForm(forms.ModelForm):
    class Meta:
        model = Edition
        fields = ["body"]
        widgets = {"body": RichTextWidget}

    def validate_constraints(self):
        """The page stores nothing."""


@edits_rich_text
def writing(request):
    form = TextForm(request.POST or None, initial=held)
    if request.method == "POST":
        assert form.is_valid(), form.errors
        sent.append({"raw": request.POST["body"], "clean": form.cleaned_data["body"]})
    context = admin.site.each_context(request) | {
        "form": form,
        "title": "Writing",
        "references": references_for_editor(),
    }
    return HttpResponse(engines["django"].from_string(PAGE).render(context, request))


urlpatterns = [
    path("admin/writing/", writing),
    path("", include("eduportal.urls")),
]
