"""The screens on which a page's text is read, written, reviewed and taken down."""

from dataclasses import replace

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.views.decorators.http import require_safe

from treatments import (
    checklists,
    comparison,
    pictures,
    publishing,
    reading,
    remarks,
    richtext,
    sharing,
    word_list,
)
from treatments.admin import advising, commenting, periods
from treatments.admin.editor import RichTextWidget, references_for_editor
from treatments.admin.picture_files import shared_files, staff_files
from treatments.models import Comment, Edition, Page, SharedPreview
from treatments.publishing import APPROVE, MANAGE, WRITE

LANGUAGE = "en"


def text_url(page):
    return reverse(f"admin:treatments_{page.kind}_text", args=[page.pk])


def edition_url(page, number):
    return reverse(f"admin:treatments_{page.kind}_edition", args=[page.pk, number])


def shared_url(link):
    return reverse("admin:shared", args=[sharing.token(link)])


class WordsForm(forms.ModelForm):
    """The words of a working edition; `version` is what the writer has seen of it."""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = Edition
        fields = ["title", "summary", "body", "note"]
        widgets = {
            "title": forms.TextInput(attrs={"class": "vTextField"}),
            "summary": forms.Textarea(attrs={"rows": 2, "class": "vLargeTextField"}),
            "body": RichTextWidget(),
            "note": forms.Textarea(attrs={"rows": 2, "class": "vLargeTextField"}),
        }

    def validate_constraints(self):
        """Which edition the words become, the verbs decide and check."""


class TermWordsForm(WordsForm):
    """The words of a glossary term: title and summary are the word and its meaning."""

    class Meta(WordsForm.Meta):
        labels = {"title": "The word", "summary": "Its plain meaning", "body": "More (optional)"}
        help_texts = {
            "title": "As texts write it. Patients find it in the glossary, and as a link where a "
            "page uses it first, in plural and genitive too.",
            "summary": "In 25 words or fewer. Patients read it under the word, and where it opens "
            "after a paragraph. Where it is blank they read the first sentence of the text.",
            "body": "Patients read it in the glossary, under the meaning. It can stay empty.",
        }


class ReasonForm(forms.Form):
    reason = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 2, "class": "vLargeTextField"}),
        help_text="Your colleagues read this; patients do not. It is kept.",
    )


class WithdrawForm(ReasonForm):
    keep_scheduled = forms.BooleanField(
        required=False,
        label="Let what is scheduled appear all the same",
        help_text="If you leave this unticked, scheduled editions of this page are called off.",
    )


class CheckedForm(forms.Form):
    """That somebody has checked the evidence, and by when to look again."""

    evidence_checked = forms.BooleanField(
        label="I have checked the evidence",
        help_text="You held the text against its sources and against what is known today. "
        "Your name and this date are shown to patients.",
    )
    due_by = forms.DateField(
        label="Next review due by",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="Patients read this day at the end of the page, and a warning from the day "
        "after.",
    )

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("initial", {"due_by": in_two_years()})
        super().__init__(*args, **kwargs)


class ApproveForm(CheckedForm):
    publish_at = forms.DateTimeField(
        required=False,
        label="Publish later (optional)",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["publish_at"].help_text = (
            "Leave this empty to publish now. Times are in the portal’s time zone, "
            f"{timezone.get_current_timezone_name()}."
        )


def in_two_years():
    """The same day two years from now; a leap day becomes 28 February."""
    today = timezone.localdate()
    try:
        return today.replace(year=today.year + 2)
    except ValueError:
        return today.replace(year=today.year + 2, day=28)


def text(request, pk, model):
    """A page's text: what is under way, else what patients read, and what can be done with it."""
    page = get_object_or_404(model, pk=pk)
    require_staff_of_texts(request.user)
    screen = TextScreen(request, page)
    return screen.act() if request.method == "POST" else screen.show()


@require_safe
def edition(request, pk, number, model):
    """One edition of a page as it stands, to be read, and restored."""
    page = get_object_or_404(model, pk=pk)
    require_staff_of_texts(request.user)
    found = page.editions.filter(language=LANGUAGE, number=number).with_review()
    shown = get_object_or_404(found.with_replacement().select_related("page"))
    context = {"shown": shown, "when_read": periods.when_read(shown)}
    screen = TextScreen(request, page)
    screen.writing = False  # its own draft is read here; the editor and its policy stay away
    return screen.show(template="admin/edition.html", **context)


@require_safe
def preview(request, pk, number, model):
    """One edition in the dress in which patients will read it, marked as what it is."""
    page = get_object_or_404(model, pk=pk)
    require_staff_of_texts(request.user)
    found = page.editions.filter(language=LANGUAGE, number=number).with_review()
    return in_public_dress(request, get_object_or_404(found.select_related("page")))


@require_safe
def shared(request, token):
    """A preview for somebody without an account, while its link works."""
    found = sharing.edition_of(token)
    if found is None:
        raise Http404
    return in_public_dress(request, found, shared_files(token))


def in_public_dress(request, edition, files=staff_files):
    """The edition on its page's own template; the response says that it shows a public page.

    `files` says where its pictures are, see `reading.read`.
    """
    live = Edition.objects.live().filter(pk=edition.pk).exists()
    unseen = [] if live else [f"Preview of edition {edition.number}: no patient sees it."]
    if edition.page.kind == Page.Kind.TERM:
        template, context = _word_alone(edition, unseen, files)
    else:
        template, context = _page_of_its_own(edition, unseen, files)
    response = TemplateResponse(request, template, context)
    response.shows_public_page = True
    response["X-Robots-Tag"] = "noindex"
    return response


def _word_alone(edition, unseen, files):
    """A term as the glossary shows it, with no other word beside it."""
    ((letter, (word,)),), references = word_list.printed([edition], files=files)
    word = replace(word, text=replace(word.text, standing=unseen or word.text.standing))
    return "glossary.html", {"letters": [(letter, [word])], "references": references}


def _page_of_its_own(edition, unseen, files):
    text, _, references = reading.read(edition, files=files)
    text = replace(text, standing=unseen or text.standing)
    template = "topic.html" if edition.page.kind == Page.Kind.TOPIC else "treatment.html"
    # Leaflets are of what patients read, so a preview of other words offers none.
    return template, {"text": text, "references": references, "unseen": unseen}


def require_staff_of_texts(user):
    """Raise PermissionDenied for anybody who neither writes, nor reviews, nor manages."""
    if not (user.has_perm(WRITE) or user.has_perm(APPROVE) or user.has_perm(MANAGE)):
        raise PermissionDenied


SENT = "Sent to review. A colleague who wrote none of it can approve it now."


def _number(written):
    """The number of a row or a version that a button came with; None for anything else."""
    fits = written and written.isascii() and written.isdigit() and len(written) < 19
    return int(written) if fits else None


def _holds(edition, words):
    """Whether an edition, or None, has these words already."""
    return edition is not None and all(
        getattr(edition, name) == (richtext.clean(text) if name == "body" else richtext.typed(text))
        for name, text in words.items()
    )


class TextScreen:
    """One request to a page's text: which editions there are, and what was pressed.

    A verb's form is in `forms` under the verb's name; where a verb refuses, the screen comes back
    with the form as it was filled in.
    """

    def __init__(self, request, page):
        self.request, self.page, self.user = request, page, request.user
        editions = page.editions.filter(language=LANGUAGE)
        self.editions = editions.select_related("author", "approver", "held_by")
        self.working = self.editions.working().select_related("page").first()
        self.current = editions.current().with_review().select_related("page").first()
        self.live = editions.live().filter(pk=self.current.pk).exists() if self.current else False
        self.scheduled = editions.scheduled().order_by("number")
        self.forms = {}
        self.writing = self._writes_on()
        self.theirs = None
        self.keeps_typed = False
        self.status = 200

    def _writes_on(self):
        """Whether the editor is open: on a draft for who holds it, on other texts where asked."""
        if not self.may(WRITE):
            return False
        if self.working and self.working.state == Edition.State.DRAFT:
            return self.working.held_by == self.user
        return "write" in self.request.GET

    def may(self, permission):
        return self.user.has_perm(permission)

    # Doing

    def act(self):
        """Do what was pressed; back to the screen, with a sentence on what happened."""
        verb = VERBS.get(self.request.POST.get("verb"))
        if verb is None:
            return self.refused("This button is not known. Nothing was changed.", 400)
        try:
            done = verb(self)
        except publishing.NotAllowed as refusal:
            raise PermissionDenied(str(refusal)) from refusal
        except publishing.Outdated as outdated:
            return self.outdated(outdated)
        except publishing.Refusal as refusal:
            return self.refused(str(refusal), 400)
        except IntegrityError as refusal:  # two people in the same moment; the database decided
            return self.refused(str(refusal).splitlines()[0], 409)
        if done is None:  # to an address of its own, so that Back and Reload lead there again
            return HttpResponseRedirect(f"{text_url(self.page)}?write")
        messages.success(self.request, done)
        if self.keeps_typed:
            return self.show()
        return HttpResponseRedirect(text_url(self.page))

    def refused(self, sentence, status):
        messages.error(self.request, sentence)
        self.status = status
        self._lead_to_the_fault()
        return self.show()

    def _lead_to_the_fault(self):
        """The keyboard goes to the first field to mend, which may stand far below the sentence."""
        faults = [field for form in self.forms.values() for field in form if field.errors]
        for field in faults[:1]:
            field.field.widget.attrs["autofocus"] = True

    def outdated(self, outdated):
        """Show both texts. What was typed stays in the form, which now follows the newer one."""
        self.theirs = outdated.edition
        if (form := self.forms.get("save")) is not None:
            newer = outdated.edition.version if outdated.edition else ""
            form.data = form.data.copy()
            form.data["version"] = newer
        return self.refused(str(outdated), 409)

    def filled_in(self, verb, form_class):
        """The verb's form as it was sent, or a Refusal that its errors explain."""
        form = self.forms[verb] = form_class(self.request.POST)
        if not form.is_valid():
            raise publishing.Refusal("Nothing was done yet. See what is to be mended below.")
        return form.cleaned_data

    def target(self):
        """The edition that the pressed button stood beside."""
        found = self.editions.filter(pk=_number(self.request.POST.get("edition"))).first()
        if found is None:
            raise publishing.Outdated("This edition has been discarded.", None)
        return found

    def seen(self):
        """The version of the text that the button stood under."""
        return _number(self.request.POST.get("version"))

    def write(self):
        if not self.may(WRITE):
            raise publishing.NotAllowed("You do not have the permission for this. Ask a Manager.")

    def save(self):
        self.writing = True
        form = self.forms["save"] = self.form_class()(self.request.POST, instance=Edition())
        if not form.is_valid():
            raise publishing.Refusal("The text is not saved yet. See what is to be mended below.")
        words = {name: form.cleaned_data[name] for name in WordsForm.Meta.fields}
        try:
            self.working = publishing.save_words(
                page=self.page, by=self.user, version=form.cleaned_data["version"], **words
            )
        except publishing.Outdated as outdated:
            if not _holds(outdated.edition, words):
                raise
            self.working = outdated.edition  # pressed twice: the first time has saved it
        return f"Saved as edition {self.working.number}. Patients do not see it yet."

    def submit(self):
        saved = self.save()
        edition = self.working
        if edition.state == Edition.State.IN_REVIEW and edition.held_by == self.user:
            return SENT  # pressed twice, or sent already
        try:
            publishing.submit(edition=edition, by=self.user, version=edition.version)
        except publishing.Refusal as refusal:  # the words are safe; they only go no further
            messages.error(self.request, str(refusal))
            return saved
        return SENT

    def send_back(self):
        reason = self.filled_in("send_back", ReasonForm)["reason"]
        publishing.send_back(edition=self.target(), by=self.user, reason=reason)
        return "Sent back to its writer, with your reason as a comment."

    def approve(self):
        filled_in = self.filled_in("approve", ApproveForm)
        publish_at = filled_in.pop("publish_at")
        approval = filled_in | {"edition": self.target(), "by": self.user, "version": self.seen()}
        if publish_at is None:
            publishing.approve(**approval)
            return "Approved. Patients read it from now on."
        publishing.schedule(**approval, publish_at=publish_at)
        when = date_format(timezone.localtime(publish_at), "j F Y, H:i")
        return f"Approved. Patients read it from {when} ({timezone.get_current_timezone_name()})."

    def review_unchanged(self):
        filled_in = self.filled_in("review_unchanged", CheckedForm)
        publishing.review_unchanged(edition=self.target(), by=self.user, **filled_in)
        return "Reviewed. Patients see your name and today’s date."

    def withdraw(self):
        filled_in = self.filled_in("withdraw", WithdrawForm)
        publishing.withdraw(edition=self.target(), by=self.user, **filled_in)
        return "Withdrawn. Patients do not see it any more, and no older text in its place."

    def cancel_schedule(self):
        reason = self.filled_in("cancel_schedule", ReasonForm)["reason"]
        publishing.cancel_schedule(edition=self.target(), by=self.user, reason=reason)
        return "The publication is called off. What patients read now stays."

    def discard(self):
        publishing.discard(edition=self.target(), by=self.user)
        return "Discarded. What patients read has not changed."

    def take_over(self):
        publishing.take_over(edition=self.target(), by=self.user)
        return "You are writing this text now."

    def share(self):
        sharing.share(edition=self.target(), by=self.user)
        return f"The link is made. It works for {sharing.DAYS} days, for whoever has it."

    def revoke(self):
        links = SharedPreview.objects.filter(edition__page=self.page)
        found = links.filter(pk=_number(self.request.POST.get("link"))).first()
        if found is None:
            raise publishing.Refusal("There is no such link any more.")
        sharing.revoke(shared=found, by=self.user)
        return "The link does not work any more."

    def comment(self):
        self._keep_typed()
        said = self.filled_in("comment", commenting.CommentForm)["text"]
        remarks.comment(edition=self.target(), by=self.user, text=said)
        del self.forms["comment"]
        return "Your comment is kept. Colleagues read it beside the text."

    def resolve(self):
        self._keep_typed()
        remarks.resolve(comment=self.meant_comment(), by=self.user)
        return "Resolved. The comment stands under “Resolved” from now on."

    def reopen(self):
        self._keep_typed()
        remarks.reopen(comment=self.meant_comment(), by=self.user)
        return "The comment is open again."

    def meant_comment(self):
        found = Comment.objects.about(self.page, LANGUAGE)
        found = found.filter(pk=_number(self.request.GET.get("comment"))).first()
        if found is None:
            raise publishing.Refusal("This comment is not here any more.")
        return found

    def _keep_typed(self):
        """Leave the words that somebody is writing in their form, unsaved."""
        if "body" in self.request.POST and self.may(WRITE):
            self.forms["save"] = self.form_class()(self.request.POST, instance=Edition())
            self.writing = self.keeps_typed = True

    def restore(self):
        old = self.target()
        publishing.restore(edition=old, by=self.user)
        return f"A new draft with the words of edition {old.number} is open."

    # Showing

    def show(self, template="admin/text.html", **more):
        context = admin.site.each_context(self.request) | {
            "title": self.heading(),
            "opts": self.page._meta,
            "page": self.page,
            "media": self.words_form().media if self.writing else "",
            "working": self.working,
            "current": self.current,
            "live": self.live,
            "scheduled": self.scheduled,
            "links": self.links(),
            "history": self.editions.order_by("-number").defer("body"),
            "writing": self.writing,
            "words": self.words_form(),
            "forms": {**self.empty_forms(), **self.forms},
            "theirs": self.theirs,
            "difference": self.difference(),
            "can": self.can(),
            "advice": self.advice(),
            **more,
        }
        shown = more.get("shown") or self.working or self.current
        context["shown"] = shown
        context["printed"] = printed(shown)
        context["comments"] = commenting.shown(
            page=self.page, edition=shown, user=self.user, everywhere="shown" not in more
        )
        context["results"] = remarks.results(shown) if shown else []
        context["checklists"] = checklists.ALL.values()
        if self.writing:
            context["references"] = references_for_editor()
        response = TemplateResponse(self.request, template, context, status=self.status)
        response.edits_rich_text = self.writing
        return response

    def advice(self):
        """What the panel says of the words in the form; None where nobody writes, or too long."""
        form = self.words_form()
        summary, body = (form[name].value() or "" for name in ("summary", "body"))
        if not self.writing or advising.too_long(summary, body):
            return None
        return advising.in_words(self.page.kind, summary, body)

    def difference(self):
        """[(label of a field, the pieces of its words or its blocks)] where the form differs from
        what somebody else saved.
        """
        if self.theirs is None or "save" not in self.forms:
            return []
        form, theirs = self.forms["save"], self.theirs
        yours = {name: form[name].value() or "" for name in WordsForm.Meta.fields}
        found = []
        for name, mine in yours.items():
            if name == "body":
                changes = comparison.texts(richtext.clean(mine), theirs.body)
                blocks = [change for change in changes if not change.is_untouched]
                found += [(form[name].label, {"blocks": blocks})] if blocks else []
            elif richtext.typed(mine) != getattr(theirs, name):
                pieces = comparison.words(richtext.typed(mine), getattr(theirs, name))
                found.append((form[name].label, {"pieces": pieces}))
        return found

    def links(self):
        """[(SharedPreview, its full address)] of the working edition."""
        if self.working is None:
            return []
        found = self.working.shared_previews.open().select_related("made_by")
        return [(link, settings.SITE_URL + shared_url(link)) for link in found]

    def heading(self):
        named = self.working or self.current
        return named.title if named else self.page.slug

    def form_class(self):
        return TermWordsForm if self.page.kind == Page.Kind.TERM else WordsForm

    def words_form(self):
        """What the editor holds: what was typed, else the draft, else the words patients read."""
        if "save" in self.forms:
            return self.forms["save"]
        begin = self.working or self.current or Edition()
        words = {name: getattr(begin, name) for name in WordsForm.Meta.fields}
        if not self.working:
            words["note"] = ""
        version = self.working.version if self.working else None
        form = self.form_class()(initial=words | {"version": version})
        self.forms["save"] = form
        return form

    def empty_forms(self):
        return {
            "approve": ApproveForm(auto_id="approve_%s"),
            "send_back": ReasonForm(auto_id="send_back_%s"),
            "review_unchanged": CheckedForm(auto_id="review_%s"),
            "withdraw": WithdrawForm(auto_id="withdraw_%s"),
            "cancel_schedule": ReasonForm(auto_id="cancel_%s"),
            "comment": commenting.CommentForm(auto_id="comment_%s"),
        }

    def can(self):
        """Which verbs apply now, to this person; the verbs themselves decide again."""
        working, draft = self.working, Edition.State.DRAFT
        mine = bool(working and working.held_by == self.user)
        in_review = bool(working and working.state == Edition.State.IN_REVIEW)
        wrote = {c.user_id for c in working.contributors.all()} if working else set()
        own = self.user.pk in wrote or bool(working and working.author == self.user)
        write, approve = self.may(WRITE), self.may(APPROVE)
        return {
            "write": write and not self.writing and (working is None or in_review),
            "submit": mine and working.state == draft,
            "take_over": write and working and not mine,
            "discard": write and mine,
            "send_back": approve and in_review,
            "approve": approve and in_review and not own,
            "own": approve and in_review and own,
            "review_unchanged": approve and self.live,
            "withdraw": approve and self.live,
            "cancel_schedule": approve,
            "restore": write and working is None,
            "bring_in": write and working is None and self.page.kind != Page.Kind.TERM,
            "share": (write or approve) and working,
        }


def printed(edition):
    """The edition's text as patients read it, for the screen; None where there is none."""
    if edition is None:
        return None
    shown = Edition.objects.with_review().select_related("page").get(pk=edition.pk)
    # The words alone; previews show links.
    text, _, references = reading.read(shown, terms=[], files=staff_files)
    # Nobody sees these on a page, and they are approved with it.
    alternatives = pictures.alternatives(shown.body)
    return {"text": text, "references": references, "alternatives": alternatives}


VERBS = {
    "write": TextScreen.write,
    "save": TextScreen.save,
    "submit": TextScreen.submit,
    "send_back": TextScreen.send_back,
    "approve": TextScreen.approve,
    "review_unchanged": TextScreen.review_unchanged,
    "withdraw": TextScreen.withdraw,
    "cancel_schedule": TextScreen.cancel_schedule,
    "discard": TextScreen.discard,
    "take_over": TextScreen.take_over,
    "restore": TextScreen.restore,
    "comment": TextScreen.comment,
    "resolve": TextScreen.resolve,
    "reopen": TextScreen.reopen,
    "share": TextScreen.share,
    "revoke": TextScreen.revoke,
}
