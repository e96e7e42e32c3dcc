"""Synonyms: other words under which patients find what the texts name."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError

from treatments import arranging, reading, search
from treatments.admin.managed import ForManagers
from treatments.models import Synonym


class SynonymForm(forms.ModelForm):
    class Meta:
        model = Synonym
        fields = ["words", "meaning"]

    def clean_words(self):
        words = " ".join(self.cleaned_data["words"].split())
        if not search.keys(words):
            raise ValidationError("Nobody looks for these words alone. Give words that say more.")
        same = Synonym.objects.filter(words__iexact=words).exclude(pk=self.instance.pk)
        if same.exists():
            raise ValidationError(f"There is a synonym “{words}” already. Change that one.")
        return words

    def clean_meaning(self):
        meaning = " ".join(self.cleaned_data["meaning"].split())
        if not search.keys(meaning):
            raise ValidationError("No text is found by these words. Give words that say more.")
        return meaning

    def clean(self):
        words, meaning = map(self.cleaned_data.get, ("words", "meaning"))
        if words and meaning and search.keys(words) == search.keys(meaning):
            raise ValidationError("The search takes these words for the same without a synonym.")
        return self.cleaned_data


@admin.register(Synonym)
class SynonymAdmin(ForManagers, admin.ModelAdmin):
    form = SynonymForm
    list_display = ["words", "meaning"]
    search_fields = ["words", "meaning"]
    ordering = ["words"]

    def save_model(self, request, obj, form, change):
        arranging.save_synonym(synonym=obj, by=request.user)
        if not search.find(obj.meaning, language=reading.LANGUAGE):
            self.message_user(
                request,
                f"No text that patients read now has the words “{obj.meaning}”, so this synonym "
                "leads nowhere yet.",
                messages.WARNING,
            )

    def delete_model(self, request, obj):
        arranging.delete_synonym(synonym=obj, by=request.user)

    def delete_queryset(self, request, queryset):
        for synonym in queryset:
            arranging.delete_synonym(synonym=synonym, by=request.user)
