"""Tags: taggit's own screens merge and list tags of its own table, which this portal has not."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import Count
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from taggit.models import Tag

from treatments import arranging
from treatments.admin.exporting import Exported
from treatments.admin.managed import ForManagers
from treatments.models import Page, titles_of_pages
from treatments.publishing import Refusal

admin.site.unregister(Tag)


class TagForm(forms.ModelForm):
    class Meta:
        model = Tag
        fields = ["name"]
        help_texts = {"name": "Patients read this word at the end of each page that has the tag."}

    def clean_name(self):
        name = " ".join(self.cleaned_data["name"].split())
        if Tag.objects.filter(name__iexact=name).exclude(pk=self.instance.pk).exists():
            raise ValidationError(f"There is a tag “{name}” already. Merge the two instead.")
        return name


class MergeForm(forms.Form):
    into = forms.ModelChoiceField(
        Tag.objects.none(),
        label="The tag that stays",
        widget=forms.RadioSelect,
        empty_label=None,
        help_text="Patients will find all the pages under this word.",
    )


@admin.register(Tag)
class TagAdmin(ForManagers, Exported):
    form = TagForm
    list_display = ["name", "pages"]
    search_fields = ["name"]
    ordering = ["name"]
    actions = ["merge"]

    def get_queryset(self, request):
        return super().get_queryset(request).annotate(found=Count("page_tags"))

    @admin.display(description="pages", ordering="found")
    def pages(self, tag):
        return tag.found

    def save_model(self, request, obj, form, change):
        if change:
            arranging.rename_tag(tag=Tag.objects.get(pk=obj.pk), by=request.user, name=obj.name)
        else:
            obj.pk = arranging.add_tag(name=obj.name, by=request.user).pk

    def delete_model(self, request, obj):
        arranging.delete_tag(tag=obj, by=request.user)

    def delete_queryset(self, request, queryset):
        for tag in queryset:
            self.delete_model(request, tag)

    @admin.action(description="Merge the chosen tags", permissions=["change"])
    def merge(self, request, tags):
        form = MergeForm(request.POST if "into" in request.POST else None)
        form.fields["into"].queryset = tags
        if form.is_valid():
            try:
                into = form.cleaned_data["into"]
                arranging.merge_tags(tags=list(tags), into=into, by=request.user)
                self.message_user(request, f"The pages stand under “{into}” now.")
            except Refusal as refusal:
                self.message_user(request, str(refusal), messages.ERROR)
            return redirect(request.get_full_path())
        context = self.admin_site.each_context(request) | {
            "title": "Merge tags",
            "form": form,
            "tags": tags,
            "opts": self.opts,
        }
        return TemplateResponse(request, "admin/merge_tags.html", context)

    def get_deleted_objects(self, tags, request):
        """The tags with the pages that lose them, by the titles that people know."""
        _, counts, forbidden, protected = super().get_deleted_objects(tags, request)
        told = []
        for tag in tags:
            pages = Page.objects.filter(page_tags__tag=tag).annotate(known_as=titles_of_pages())
            told += [f"Tag: {tag}", [f"Page: {page}" for page in pages.order_by("known_as")]]
        return told, counts, forbidden, protected
