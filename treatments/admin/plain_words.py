"""The hospital's own hard words, which writers are advised on beside those that are shipped."""

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError

from treatments import advice, plain_words
from treatments.admin.exporting import Exported
from treatments.admin.managed import ForManagers
from treatments.models import PlainWord


class PlainWordForm(forms.ModelForm):
    class Meta:
        model = PlainWord
        fields = ["word", "instead"]

    def clean_word(self):
        word = " ".join(self.cleaned_data["word"].split()).casefold()
        if PlainWord.objects.filter(word=word).exclude(pk=self.instance.pk).exists():
            raise ValidationError(f"“{word}” is in the list already.")
        return word


@admin.register(PlainWord)
class PlainWordAdmin(ForManagers, Exported):
    form = PlainWordForm
    list_display = ["word", "plain", "shipped"]
    search_fields = ["word", "instead"]
    actions = None

    @admin.display(description="plain words", ordering="instead")
    def plain(self, listed):
        return listed.instead or "Switched off"

    @admin.display(description="in the list that is shipped")
    def shipped(self, listed):
        return advice.shipped().get(listed.word, "–")

    def changelist_view(self, request, extra_context=None):
        context = {"subtitle": f"{len(advice.shipped())} more are shipped"}
        return super().changelist_view(request, context | (extra_context or {}))

    def save_model(self, request, obj, form, change):
        listed = PlainWord.objects.get(pk=obj.pk) if change else None
        words = form.cleaned_data
        kept = plain_words.save(
            by=request.user, word=words["word"], instead=words["instead"], listed=listed
        )
        obj.pk, obj._state.adding = kept.pk, False

    def delete_model(self, request, obj):
        plain_words.delete(by=request.user, listed=obj)
