"""How the EHR finds a page: codes, distinctive words, what was asked in vain, and a trial."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.http import urlencode

from treatments import arranging, code_systems, reading, search
from treatments.admin.exporting import CompletedList, Exported
from treatments.admin.managed import ForManagers
from treatments.infobutton import matching, naming, replying, request
from treatments.models import Code, DistinctiveWord, UnansweredCode
from treatments.publishing import MANAGE

CRITERION = "mainSearchCriteria.v"
SUB_TOPICS = [
    ("", "Anything"),
    ("Q000009", "Adverse effects"),
    ("Q000008", "Administration and dosage"),
    ("Q000744", "Contraindications"),
    ("Q000628", "Therapy"),
]


class CodeForm(forms.ModelForm):
    def clean(self):
        """The code as its system writes it, or what is wrong with it."""
        found = super().clean()
        system, code = found.get("system"), found.get("code")
        if system and code:
            try:
                found["code"] = code_systems.canonical(system, code)
            except code_systems.Misshapen as misshapen:
                self.add_error("code", misshapen.sentence)
        return found


class CodeInline(admin.TabularInline):
    model = Code
    form = CodeForm
    extra = 0

    def has_view_permission(self, request, obj=None):
        return True

    def has_add_permission(self, request, obj=None):
        return request.user.has_perm(MANAGE)

    has_change_permission = has_delete_permission = has_view_or_change_permission = (
        lambda self, request, obj=None: request.user.has_perm(MANAGE)
    )


class DistinctiveWordForm(forms.ModelForm):
    class Meta:
        model = DistinctiveWord
        fields = ["words"]

    def clean_words(self):
        words = " ".join(self.cleaned_data["words"].split())
        keys = naming.spelled(words)
        if naming.is_general(keys):
            raise ValidationError(
                "These words are meant of many illnesses, so texts about this one would answer "
                "questions about others. Give words that belong to this subject alone."
            )
        for other in DistinctiveWord.objects.exclude(pk=self.instance.pk):
            if naming.spelled(other.words) == keys:
                raise ValidationError(f"“{other.words}” says the same already.")
        return words


@admin.register(DistinctiveWord)
class DistinctiveWordAdmin(ForManagers, admin.ModelAdmin):
    form = DistinctiveWordForm
    list_display = ["words"]
    search_fields = ["words"]
    ordering = ["words"]
    change_list_template = "admin/ehr_list.html"

    def save_model(self, http, obj, form, change):
        arranging.save_distinctive_word(word=obj, by=http.user)
        phrase = naming.phrase(obj.words)
        if not search.find(phrase, language=reading.LANGUAGE, guessing=False):
            self.message_user(
                http,
                f"No text that patients read now has the words “{obj.words}”, so they lead an EHR "
                "nowhere yet.",
                messages.WARNING,
            )

    def delete_model(self, http, obj):
        arranging.delete_distinctive_word(word=obj, by=http.user)

    def delete_queryset(self, http, queryset):
        for word in queryset:
            arranging.delete_distinctive_word(word=word, by=http.user)

    def get_site_urls(self):
        return [path("ehr/", self.admin_site.admin_view(self.trial), name="ehr_trial")]

    def trial(self, http):
        """What an EHR would be told that asks for a code or words, and why. Nothing is counted."""
        if not self.has_view_permission(http):
            raise PermissionDenied
        form = TrialForm(http.GET or None)
        context = self.admin_site.each_context(http) | {
            "title": "Try it as the EHR would",
            "form": form,
            "opts": self.opts,
        }
        if form.is_bound and form.is_valid():
            context |= _tried(form.pairs())
        return TemplateResponse(http, "admin/ehr_trial.html", context)


class TrialForm(forms.Form):
    system = forms.ChoiceField(
        choices=[("", "No code"), *Code.System.choices], required=False, label="Code system"
    )
    code = forms.CharField(
        max_length=40, required=False, help_text="As the EHR has it, for example G89.3 or g893."
    )
    words = forms.CharField(
        max_length=200,
        required=False,
        help_text="The name that the EHR gives the code, or what somebody typed there.",
    )
    sub_topic = forms.ChoiceField(choices=SUB_TOPICS, required=False, label="About")

    def clean(self):
        found = super().clean()
        if found.get("code") and not found.get("system"):
            self.add_error("system", "Say of which system the code is.")
        if not (found.get("code") or found.get("words")) and not self.errors:
            raise ValidationError("Give a code, or words, or both.")
        return found

    def pairs(self):
        """What was filled in as an EHR sends it."""
        given = self.cleaned_data
        asked = [
            (f"{CRITERION}.cs", given["system"] and code_systems.SYSTEMS[given["system"]].oid),
            (f"{CRITERION}.c", given["code"]),
            (f"{CRITERION}.dn", given["words"]),
            ("subTopic.v.c", given["sub_topic"]),
        ]
        return [(name, value) for name, value in asked if value]


def _tried(pairs):
    """What the trial shows of an answer."""
    asked = request.read(pairs)
    matches = matching.match(asked)
    entries = [
        {
            "title": replying.title(match),
            "place": replying.place(match, asked.sub_topics),
            "why": match.why,
            "listed": listed,
        }
        for match, listed in zip(
            matches, reading.listed([match.edition for match in matches]), strict=True
        )
    ]
    query = urlencode(pairs)
    return {
        "tried": True,
        "entries": entries,
        "certain": matching.is_certain(matches),
        "service": f"{reverse('connect_service')}?{query}",
    }


class UnansweredList(CompletedList):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.title = "Codes asked for in vain"


@admin.register(UnansweredCode)
class UnansweredCodeAdmin(Exported):
    """To read alone. Nothing tells who asked, or for whom."""

    list_display = ["in_month", "system", "code", "times"]
    list_display_links = None
    list_filter = [("month", admin.AllValuesFieldListFilter), "system"]
    search_fields = ["code"]
    search_help_text = "Search by a part of the code."
    list_per_page = 100
    actions = None
    change_list_template = "admin/ehr_list.html"

    def get_changelist(self, http, **kwargs):
        return UnansweredList

    def changelist_view(self, http, extra_context=None):
        told = "Where a page of ours is an answer, add the code on its second screen."
        return super().changelist_view(http, {"subtitle": told} | (extra_context or {}))

    @admin.display(description="month", ordering="month")
    def in_month(self, asked):
        return f"{asked.month:%B %Y}"

    def has_view_permission(self, http, obj=None):
        return DistinctiveWordAdmin.has_view_permission(self, http)

    def get_model_perms(self, http):
        return {"view": self.has_view_permission(http), "add": False, "change": False}

    def has_module_permission(self, http):
        return self.has_view_permission(http)

    def has_add_permission(self, http):
        return False

    def has_change_permission(self, http, obj=None):
        return False

    def has_delete_permission(self, http, obj=None):
        return False
