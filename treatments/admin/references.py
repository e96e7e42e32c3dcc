"""References: the list, the form, importing, merging; the verbs are in `treatments.referencing`."""

from collections import Counter
from dataclasses import dataclass

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.widgets import AdminRadioSelect, AdminTextareaWidget, AutocompleteSelect
from django.core.exceptions import PermissionDenied
from django.db import models
from django.db.models import Exists, OuterRef
from django.db.models.functions import Coalesce
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.http import urlencode
from django.utils.text import Truncator
from django.utils.timezone import localtime

from treatments import reference_formats, referencing
from treatments.admin import writing
from treatments.admin.exporting import CompletedList, Exported
from treatments.models import Citation, Edition, Reference, audited
from treatments.publishing import NotAllowed, Refusal

SHORT = 120  # characters of a printed reference in the list
LONGEST_NUMBER = 18  # digits of a row's number in an address


def change_url(reference):
    return reverse("admin:treatments_reference_change", args=[reference.pk])


def told(refusal):
    """The sentence of a refusal, with links to the references that it speaks of."""
    others = getattr(refusal, "others", ())
    links = format_html_join(
        "; ", '<a href="{}">{}</a>', ((change_url(o), _short(o)) for o in others)
    )
    return format_html("{} {}", str(refusal), links) if links else str(refusal)


def _short(reference):
    return Truncator(reference.printed()).chars(SHORT)


def _named(person):
    return person.get_full_name() or person.username


# The list


class Verified(admin.SimpleListFilter):
    title = "whether verified"
    parameter_name = "verified"

    def lookups(self, request, model_admin):
        return [("yes", "verified"), ("no", "not verified")]

    def queryset(self, request, references):
        if self.value() in ("yes", "no"):
            return references.filter(verified_at__isnull=self.value() == "no")
        return references


class Retracted(admin.SimpleListFilter):
    title = "whether retracted"
    parameter_name = "retracted"

    def lookups(self, request, model_admin):
        return [("yes", "retracted"), ("no", "not retracted")]

    def queryset(self, request, references):
        if self.value() in ("yes", "no"):
            return references.filter(retracted=self.value() == "yes")
        return references


class Cited(admin.SimpleListFilter):
    title = "where cited"
    parameter_name = "cited"

    def lookups(self, request, model_admin):
        return [("live", "on a page that patients read"), ("never", "never cited")]

    def queryset(self, request, references):
        if self.value() == "live":
            return references.cited(Edition.objects.live())
        if self.value() == "never":
            return references.exclude(pk__in=Reference.objects.cited().values("pk"))
        return references


class ReferenceList(CompletedList):
    """Counts the live pages of the rows shown in one query, rather than of every reference."""

    def complete(self, references):
        live = Exists(Edition.objects.live().filter(pk=OuterRef("edition")))
        kept = Coalesce("reference__merged_into", "reference")
        cited = Citation.objects.of(references).filter(live).annotate(kept=kept)
        pages = Counter(kept for kept, _ in set(cited.values_list("kept", "edition__page")))
        for reference in references:
            reference.live_pages_found = pages[reference.pk]


# The form


class ReferenceForm(forms.ModelForm):
    """The fields of a reference; `seen` is the number of saves that the editor has seen of it."""

    refusal = None  # why the verb said no to what was typed here, see `changeform_view`
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)
    although_alike = forms.BooleanField(
        required=False,
        label="This is another source: save it all the same",
        help_text="Tick this when the two only share their title and year.",
    )

    class Meta:
        widgets = {
            "authors": AdminTextareaWidget(attrs={"rows": 2}),
            "title": AdminTextareaWidget(attrs={"rows": 2}),
            "source_text": AdminTextareaWidget(attrs={"rows": 3}),
            "note": AdminTextareaWidget(attrs={"rows": 3}),
            "retraction_note": AdminTextareaWidget(attrs={"rows": 3}),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["seen"].initial = self.instance.version
        if "key" in self.fields:
            self.fields["key"].required = False
            self.fields[
                "key"
            ].help_text += (
                " Leave it blank to have it made of the first author’s surname and the year."
            )
        if "source_text" in self.fields:
            self.fields[
                "source_text"
            ].help_text += " Leave it blank to have it made of the fields above."

    def clean(self):
        if self.refusal:
            raise forms.ValidationError(told(self.refusal))
        return super().clean()

    def validate_constraints(self):
        """The verbs look for doubles, since they can name the other reference."""


# Importing


class ImportForm(forms.Form):
    """References in RIS or NBIB, pasted or in a file; `reading` is what was found in them."""

    text = forms.CharField(
        required=False,
        strip=False,
        label="Paste references",
        widget=AdminTextareaWidget(attrs={"rows": 12, "spellcheck": "false"}),
        help_text="In RIS or in PubMed’s NBIB format, one reference or many.",
    )
    file = forms.FileField(
        required=False,
        allow_empty_file=True,
        label="Or choose a file",
        help_text="A file that ends in .ris, .nbib or .txt, with at most 500 references and of at "
        "most 1 MB. In PubMed: “Send to”, “Citation manager”. In Zotero or EndNote: export as RIS.",
    )

    def clean(self):
        text, file = self.cleaned_data.get("text", ""), self.cleaned_data.get("file")
        self.guessed = ""
        if text.strip() and file:
            raise forms.ValidationError("Paste references or choose a file, not both.")
        try:
            if file:
                text, self.guessed = _decoded(file)
            self.reading = reference_formats.read(text)
        except reference_formats.Unreadable as error:
            raise forms.ValidationError(str(error)) from error
        return {"text": text}


def _decoded(file):
    # One byte more than allowed is enough to see that there are too many.
    return reference_formats.decoded(file.read(reference_formats.LARGEST + 1))


@dataclass(frozen=True)
class Row:
    """A record in the preview: the name of its box, "" where it has none, and whether ticked."""

    candidate: referencing.Candidate
    box: str
    ticked: bool


def _rows(candidates, ticked):
    """The candidates with their boxes; `ticked` are the numbers ticked before, None at first."""
    for candidate in candidates:
        number = candidate.record.number
        box = "although_alike" if candidate.is_alike else "add"
        yield Row(
            candidate,
            box if candidate.can_be_added else "",
            candidate.is_new if ticked is None else number in ticked,
        )


def _numbers(request, name):
    return {
        int(n) for n in request.POST.getlist(name) if n.isascii() and n.isdigit() and len(n) < 5
    }


# Merging


class OtherForm(forms.Form):
    """Which other reference is the same source; shown only, `_numbered` reads the answer."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["with"] = forms.ModelChoiceField(
            Reference.objects.kept(),
            label="The other reference",
            widget=AutocompleteSelect(Reference._meta.get_field("merged_into"), admin.site),
            help_text="Type a part of an author, a title, a journal, a year, a DOI or a PMID. You "
            "can also tick two references in the list and choose “Merge two references”.",
        )


def _numbered(number, references=None):
    """The reference with this number in an address, of those that stay or of these; or None."""
    if not (number.isascii() and number.isdigit()) or len(number) > LONGEST_NUMBER:
        return None
    references = Reference.objects.kept() if references is None else references
    return references.filter(pk=number).first()


# Behind the script that makes the box.
NAMED = forms.Media(js=["admin/js/autocomplete.js", "admin-site/autocomplete.js"])


class KeptForm(forms.Form):
    """Which of the two stays."""

    def __init__(self, *args, references, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["kept"] = forms.ModelChoiceField(
            Reference.objects.filter(pk__in=[reference.pk for reference in references]),
            label="The reference that stays",
            widget=AdminRadioSelect(attrs={"class": "radiolist"}),
            empty_label=None,
            help_text="Texts that cite the other one show this one’s number. What approved texts "
            "printed does not change; drafts cite this one from their next save on.",
        )
        self.fields["kept"].label_from_instance = lambda r: f"{r.key}: {_short(r)}"


def _compared(references):
    """[(name of a field, its values in the references, whether they differ)]"""
    names = (*referencing.FIELDS, "verified_at", "retracted")
    fields = [Reference._meta.get_field(name) for name in names]
    rows = [
        (field.verbose_name, [field.value_from_object(r) for r in references]) for field in fields
    ]
    return [(name, values, len(set(values)) > 1) for name, values in rows]


@admin.register(Reference)
class ReferenceAdmin(Exported):
    form = ReferenceForm
    list_display = ["reference", "year", "verified", "is_retracted", "live_pages"]
    list_display_links = ["reference"]
    list_filter = [Verified, Retracted, Cited]
    list_select_related = ["verified_by"]
    list_per_page = 100
    show_full_result_count = False
    search_fields = [
        *("authors", "title", "journal", "year", "doi", "pmid", "key", "source_text"),
        "merged__key",
    ]
    search_help_text = "Search by author, title, journal, year, DOI, PubMed number or key."
    ordering = ["authors", "year", "pk"]
    actions = ["merge_chosen"]
    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}

    def get_queryset(self, request):
        return super().get_queryset(request).kept()

    def get_changelist(self, request, **kwargs):
        return ReferenceList

    def get_actions(self, request):
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)  # it passes the verb by
        return actions

    # The columns; `live_pages_found` comes from ReferenceList

    @admin.display(description="reference", ordering="authors")
    def reference(self, reference):
        return _short(reference)

    @admin.display(description="verified", ordering="verified_at")
    def verified(self, reference):
        if not reference.verified_at:
            return "Not verified"
        day = date_format(localtime(reference.verified_at), "j F Y")
        return f"{_named(reference.verified_by)}, {day}"

    @admin.display(description="retracted", ordering="retracted")
    def is_retracted(self, reference):
        return format_html("<strong>{}</strong>", "Retracted") if reference.retracted else "–"

    @admin.display(description="live pages that cite it")
    def live_pages(self, reference):
        return reference.live_pages_found

    # The form

    def get_fieldsets(self, request, obj=None):
        alike = isinstance(getattr(request, "refusal", None), referencing.Alike)
        asked = ["although_alike"] if alike or "although_alike" in request.POST else []
        fieldsets = [
            (None, {"fields": [*asked, *Reference.PARTS]}),
            ("Where it can be read", {"fields": ["doi", "pmid", "url"]}),
            ("As it was received", {"fields": ["source_text", "note"]}),
        ]
        if obj is None:
            return [*fieldsets, ("In texts", {"fields": ["key"]})]
        return [
            *fieldsets,
            ("Retraction", {"fields": ["retracted", "retraction_note"]}),
            ("What patients read", {"fields": ["printed", "verified", "used_in", "key"]}),
        ]

    def get_readonly_fields(self, request, obj=None):
        return ["printed", "verified", "used_in", "key"] if obj else []

    @admin.display(description="printed as")
    def printed(self, reference):
        return reference.printed()

    @admin.display(description="used in")
    def used_in(self, reference):
        return _used_in(referencing.uses(reference))

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change, **kwargs)
        form.refusal = getattr(request, "refusal", None)
        return form

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        """Where a verb refuses, nothing was saved: the form is shown again, as it was typed."""
        view = super().changeform_view
        try:
            return view(request, object_id, form_url, extra_context)
        except NotAllowed as refusal:
            raise PermissionDenied from refusal
        except Refusal as refusal:
            request.refusal = refusal
            if isinstance(refusal, referencing.Outdated):
                request.POST = request.POST.copy()
                request.POST["seen"] = refusal.reference.version
            return view(request, object_id, form_url, extra_context)

    def change_view(self, request, object_id, form_url="", extra_context=None):
        kept = self._merged_into(object_id)
        if kept and self.has_view_or_change_permission(request):
            self.message_user(request, "This reference was merged into the one that you see now.")
            return HttpResponseRedirect(change_url(kept))
        return super().change_view(request, object_id, form_url, extra_context)

    def _merged_into(self, object_id):
        merged = _numbered(object_id, Reference.objects.exclude(merged_into=None))
        return merged.merged_into if merged else None

    def save_model(self, request, obj, form, change):
        words = {name: form.cleaned_data[name] for name in referencing.FIELDS}
        alike = form.cleaned_data["although_alike"]
        if change:
            saved = self._changed(request, obj, form, fields=words, although_alike=alike)
        else:
            key = form.cleaned_data["key"]
            saved = referencing.add(by=request.user, fields=words, key=key, although_alike=alike)
        obj.pk = saved.pk
        obj.refresh_from_db()

    @audited()
    def _changed(self, request, obj, form, **given):
        seen = form.cleaned_data["seen"]
        was_verified = Reference.objects.filter(pk=obj.pk, verified_at__isnull=False).exists()
        # A form that does not say what it has seen has seen nothing.
        version = -1 if seen is None else seen
        saved = referencing.edit(reference=obj, by=request.user, version=version, **given)
        saved = referencing.mark_retracted(
            reference=saved,
            by=request.user,
            version=saved.version,
            retracted=form.cleaned_data["retracted"],
            note=form.cleaned_data["retraction_note"],
        )
        vouching = {"reference": saved, "by": request.user, "version": saved.version}
        if "_verify" in request.POST:
            return referencing.verify(**vouching)
        if "_unverify" in request.POST:  # the change may have taken the verification back already
            return referencing.unverify(**vouching) if saved.verified_at else saved
        if was_verified and not saved.verified_at:
            self.message_user(request, UNVERIFIED, messages.WARNING)
        return saved

    def response_change(self, request, obj):
        """After a button of ours, stay and see what it did."""
        if {"_verify", "_unverify"} & request.POST.keys():
            told = VERIFIED if obj.verified_at else UNVERIFIED
            self.message_user(request, told, messages.SUCCESS)
            return HttpResponseRedirect(request.path)
        return super().response_change(request, obj)

    # Deleting

    def delete_view(self, request, object_id, extra_context=None):
        reference = self.get_object(request, object_id)
        uses = referencing.uses(reference) if reference else []
        refusal = {}
        if uses:
            sentence = referencing.cited_by(reference, uses)
            refusal = {"refusal": sentence, "used_in": _used_in(uses)}
        try:
            return super().delete_view(request, object_id, (extra_context or {}) | refusal)
        except Refusal as refused:
            self.message_user(request, told(refused), messages.ERROR)
            return HttpResponseRedirect(change_url(reference))

    def delete_model(self, request, obj):
        referencing.delete(reference=obj, by=request.user)

    # Screens of our own

    def get_urls(self):
        return [
            path(
                "import/",
                self.admin_site.admin_view(self.import_view),
                name="treatments_reference_import",
            ),
            path(
                "<int:pk>/merge/",
                self.admin_site.admin_view(self.merge_view),
                name="treatments_reference_merge",
            ),
            *super().get_urls(),
        ]

    def changelist_view(self, request, extra_context=None):
        return super().changelist_view(
            request, {"may_import": self.has_add_permission(request), **(extra_context or {})}
        )

    def import_view(self, request):
        """Paste or upload, look at what was recognised, save: three steps at one address."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return self._screen(request, "import", title="Import references", form=ImportForm())
        form = ImportForm(request.POST, request.FILES)
        if not form.is_valid():
            return self._screen(request, "import", title="Import references", form=form)
        if "_save" not in request.POST:
            return self._preview(request, form)
        chosen, alike = _numbers(request, "add"), _numbers(request, "although_alike")
        try:
            added = referencing.import_records(
                by=request.user, records=form.reading.records, chosen=chosen, although_alike=alike
            )
        except Refusal as refusal:
            return self._preview(request, form, refusal, chosen | alike)
        count = f"{len(added)} references were" if len(added) > 1 else "One reference was"
        self.message_user(
            request,
            f"{count} imported. Hold each against its publication, and verify it.",
            messages.SUCCESS,
        )
        return HttpResponseRedirect(reverse("admin:treatments_reference_changelist"))

    def _preview(self, request, form, refusal=None, ticked=None):
        rows = list(_rows(referencing.candidates(form.reading.records), ticked))
        return self._screen(
            request,
            "preview",
            title="What was recognised",
            reading=form.reading,
            guessed=form.guessed,
            text=form.cleaned_data["text"],
            rows=rows,
            to_add=any(row.box for row in rows),
            refusal=told(refusal) if refusal else "",
        )

    def merge_view(self, request, pk):
        """Choose the other reference, compare the two, say which one stays."""
        if not self.has_delete_permission(request):
            raise PermissionDenied
        one = get_object_or_404(Reference.objects.kept(), pk=pk)
        other = _numbered(request.GET.get("with", ""))
        if other in (None, one):
            choice = OtherForm()
            return self._screen(
                request,
                "merge",
                title="Merge with another reference",
                media=self.media + choice.media + NAMED,
                choice=choice,
                original=one,
                refusal="Choose the other reference." if "with" in request.GET else "",
            )
        pair = [one, other]
        form = KeptForm(request.POST or None, references=pair)
        refusal = ""
        if form.is_valid():
            kept = form.cleaned_data["kept"]
            (gone,) = (reference for reference in pair if reference != kept)
            try:
                referencing.merge(gone=gone, kept=kept, by=request.user)
            except Refusal as refused:
                refusal = str(refused)
            else:
                self.message_user(
                    request, f"“{gone.key}” now stands for this reference.", messages.SUCCESS
                )
                return HttpResponseRedirect(change_url(kept))
        return self._screen(
            request,
            "merge",
            title="Merge two references",
            form=form,
            original=one,
            pair=[(reference, _used_in(referencing.uses(reference))) for reference in pair],
            compared=_compared(pair),
            refusal=refusal,
        )

    @admin.action(description="Merge two references", permissions=["delete"])
    def merge_chosen(self, request, references):
        chosen = list(references[:3])
        if len(chosen) != 2:
            self.message_user(request, "Tick two references to merge.", messages.ERROR)
            return None
        one, other = chosen
        merging = reverse("admin:treatments_reference_merge", args=[one.pk])
        return HttpResponseRedirect(f"{merging}?{urlencode({'with': other.pk})}")

    def _screen(self, request, name, **context):
        context = {**self.admin_site.each_context(request), "opts": self.opts, **context}
        return TemplateResponse(request, f"admin/treatments/reference/{name}.html", context)


VERIFIED = (
    "Verified. Drafts and the list of references print it in Vancouver style from now on; "
    "approved texts keep what they printed."
)
UNVERIFIED = (
    "This reference is not verified any more: patients read it as it was received, until somebody "
    "holds it against the publication and verifies it."
)


def _used_in(uses):
    """The editions that cite a reference, as a list with links, by page."""
    pages = {}
    for use in uses:
        url = writing.edition_url(use.edition.page, use.edition.number)
        pages.setdefault(use.edition.page, []).append((use, url))
    found = [(page, writing.text_url(page), cited) for page, cited in pages.items()]
    return render_to_string("admin/treatments/reference/_used_in.html", {"pages": found})
