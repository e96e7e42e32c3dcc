"""The screen on which somebody rates an edition by a checklist, with the text beside it."""

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from treatments import checklists, remarks
from treatments.admin import writing
from treatments.publishing import NotAllowed, Outdated, Refusal


def rate_url(page, number, checklist):
    name = f"admin:treatments_{page.kind}_rate"
    return reverse(name, args=[page.pk, number, checklist.slug])


class RatingForm(forms.Form):
    """A field of answers for each item; `version` is what the rater has read of the text.

    Answers that follow from others may be left open, so no field asks for itself.
    """

    use_required_attribute = False
    version = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=2**31 - 1)

    def __init__(self, *args, checklist, **kwargs):
        super().__init__(*args, **kwargs)
        self.checklist = checklist
        for number, item in checklist.items.items():
            self.fields[_name(number)] = forms.ChoiceField(
                choices=[(answer, checklist.words[answer]) for answer in item.choices],
                label=f"{number}. {item.text}",
                help_text=_help(item, checklist),
                required=False,
                widget=forms.RadioSelect,
            )

    def clean(self):
        found = super().clean()
        answers = {number: found.get(_name(number), "") for number in self.checklist.items}
        self.answers = checklists.completed(self.checklist, answers)
        for number, sentence in checklists.problems(self.checklist, self.answers).items():
            if _name(number) not in self.errors:  # an answer that is none has its own sentence
                self.add_error(_name(number), sentence)
        return found

    def parts(self):
        """[(Part, its fields)]"""
        return [
            (part, [self[_name(item.number)] for item in part.items])
            for part in self.checklist.parts
        ]

    def faults(self):
        """The fields to mend, in order."""
        return [field for field in self.visible_fields() if field.errors]


def _name(number):
    return f"item_{number}"


def _help(item, checklist):
    not_applicable = f"“{checklist.words[checklists.NA]}” if {item.na}." if item.na else ""
    return " ".join(filter(None, (item.hint, not_applicable)))


@require_http_methods(["GET", "HEAD", "POST"])
def rate(request, pk, number, checklist, model):
    """Answer the items of a checklist on one edition; complete answers are kept for good."""
    page = get_object_or_404(model, pk=pk)
    if not remarks.may_remark(request.user):
        raise PermissionDenied
    found = page.editions.filter(language=writing.LANGUAGE, number=number)
    edition = get_object_or_404(found.select_related("page"))
    checklist = checklists.ALL.get(checklist)
    if checklist is None:
        raise Http404
    screen = _Screen(request, page, edition, checklist)
    return screen.keep() if request.method == "POST" else screen.show()


class _Screen:
    """One request to rate an edition."""

    def __init__(self, request, page, edition, checklist):
        self.request, self.page = request, page
        self.edition, self.checklist = edition, checklist
        self.form = RatingForm(initial={"version": edition.version}, checklist=checklist)
        self.status = 200

    def keep(self):
        """Keep the answers and go to the edition, or come back with a sentence and the answers."""
        self.form = RatingForm(self.request.POST, checklist=self.checklist)
        if not self.form.is_valid():
            return self.refused("The rating is not kept yet. See what is to be mended below.", 400)
        try:
            remarks.rate(
                edition=self.edition,
                by=self.request.user,
                checklist=self.checklist,
                answers=self.form.answers,
                version=self.form.cleaned_data["version"],
            )
        except NotAllowed as refusal:
            raise PermissionDenied(str(refusal)) from refusal
        except Outdated as outdated:
            return self.outdated(outdated)
        except Refusal as refusal:
            return self.refused(str(refusal), 400)
        messages.success(self.request, f"Your rating by {self.checklist.name} is kept.")
        return HttpResponseRedirect(writing.edition_url(self.page, self.edition.number))

    def outdated(self, outdated):
        """The answers come back beside the text as it stands now, and follow it."""
        if outdated.edition is None:
            raise Http404
        self.edition = outdated.edition
        self.form.data = self.form.data.copy()
        self.form.data["version"] = outdated.edition.version
        return self.refused(str(outdated), 409)

    def refused(self, sentence, status):
        messages.error(self.request, sentence)
        self.status = status
        return self.show()

    def show(self):
        context = admin.site.each_context(self.request) | {
            "title": self.edition.title,
            "opts": self.page._meta,
            "page": self.page,
            "shown": self.edition,
            "printed": writing.printed(self.edition),
            "checklist": self.checklist,
            "form": self.form,
        }
        return TemplateResponse(self.request, "admin/rate.html", context, status=self.status)
