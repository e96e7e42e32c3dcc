"""Bringing in a leaflet: choose a file, look at what was recognised, save it as a draft.

Three steps at one address. Nothing is stored on the way: what was recognised travels in the form.
"""

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.widgets import AdminRadioSelect
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.text import Truncator

from treatments import bringing_in, publishing, reading
from treatments.admin import references, writing
from treatments.bringing_in import NewPage
from treatments.intake import converting, limits
from treatments.intake.document import KEY, Refused, loads
from treatments.intake.findings import CHANGED, LEFT_OUT, LOOK
from treatments.models import Edition, Page, Topic, Treatment, titles_of_pages
from treatments.publishing import WRITE

MOST_OFFERED = 300  # pages in the list that the browser offers
SHORT = 90  # characters of a reference in a choice

TREATMENT, TOPIC, EXISTING = "treatment", "topic", "existing"


def named_pages():
    """Pages that a leaflet can be the text of, by the titles that people know."""
    return Page.objects.exclude(kind=Page.Kind.TERM).annotate(known_as=titles_of_pages())


def page_of(given):
    """The page of this address or title. Raises ValidationError, which says what to write."""
    words = given.strip().rstrip("/").rpartition("/")
    pages = named_pages()
    if words[1]:
        kind = "topic" if "topics" in words[0] else "treatment"
        found = list(pages.filter(slug=words[2], kind=kind))
    else:
        found = list(pages.filter(Q(known_as__iexact=words[2]) | Q(slug=words[2]))[:5])
    if len(found) == 1:
        return found[0]
    if not found:
        raise forms.ValidationError("No page has this title or address. Choose one of the list.")
    addresses = ", ".join(page.get_absolute_url() for page in found)
    raise forms.ValidationError(f"Several pages fit. Write the address of one: {addresses}")


class UploadForm(forms.Form):
    file = forms.FileField(
        allow_empty_file=True,
        label="The file",
        help_text="A Word document (.docx) of at most "
        f"{limits.LARGEST_FILE // limits.MB} MB, a web page (.html), or a plain text (.txt).",
    )
    page = forms.CharField(required=False, max_length=200, widget=forms.HiddenInput)


class DraftForm(forms.Form):
    """Where a leaflet goes, and under which title; `carried` is what was recognised in its file."""

    carried = forms.CharField(strip=False, widget=forms.HiddenInput)
    title = forms.CharField(
        required=False,
        widget=forms.TextInput(attrs={"class": "vTextField"}),
        help_text="The page’s heading, and its name in every list that patients see.",
    )
    where = forms.ChoiceField(
        label="What it becomes",
        choices=[
            (TREATMENT, "A new treatment"),
            (TOPIC, "A new topic"),
            (EXISTING, "The next edition of a page that exists"),
        ],
        widget=AdminRadioSelect(attrs={"class": "radiolist"}),
        help_text="A treatment needs a topic and a kind, below. Of a page that exists, patients go "
        "on reading the present text until a colleague has approved this one.",
    )
    topic = forms.ModelChoiceField(
        Topic.objects.none(),
        required=False,
        help_text="For a new treatment: the subject under which patients find it.",
    )
    treatment_kind = forms.ChoiceField(
        required=False,
        label="Kind of treatment",
        choices=[("", "---------"), *Page.TreatmentKind.choices],
        help_text="For a new treatment: the heading under which the list of all treatments shows "
        "it.",
    )
    existing = forms.CharField(
        required=False,
        label="The page that exists",
        widget=forms.TextInput(attrs={"class": "vTextField", "list": "pages"}),
        help_text="For the next edition of a page: its title, or its address, such as "
        "/treatments/drug-pump/.",
    )
    cite_all = forms.BooleanField(
        required=False,
        label="Cite them behind the last words of the text",
        help_text="Patients see the sources that a text cites. Move the citations to where they "
        "belong when you edit the draft.",
    )

    def __init__(self, *args, document, proposals, topics, **kwargs):
        super().__init__(*args, **kwargs)
        self.document, self.proposals = document, proposals
        self.fields["topic"].queryset = topics
        self.uncited = [proposal for proposal in proposals if not proposal.cited]
        if not self.uncited:
            del self.fields["cite_all"]
        for proposal in proposals:
            if proposal.here and not proposal.earlier:
                self.fields[_choice(proposal)] = _choice_field(proposal)

    def choices(self):
        """[(Proposal, its bound field, or None where there is nothing to choose)]"""
        return [
            (proposal, self[_choice(proposal)] if _choice(proposal) in self.fields else None)
            for proposal in self.proposals
        ]

    def clean(self):
        found = super().clean()
        where = found.get("where")
        if where == TREATMENT:
            for name in ("topic", "treatment_kind"):
                if not found.get(name) and name not in self.errors:
                    self.add_error(name, "A new treatment needs this.")
            found["place"] = NewPage(
                Treatment, found.get("topic"), found.get("treatment_kind") or ""
            )
        elif where == TOPIC:
            found["place"] = NewPage(Topic)
        elif where == EXISTING:
            try:
                found["place"] = page_of(found.get("existing") or "")
            except forms.ValidationError as error:
                self.add_error("existing", error)
        return found

    def chosen(self):
        """{number of a source: row of the reference that is here}"""
        named = {proposal.number: _choice(proposal) for proposal in self.proposals}
        given = {number: self.cleaned_data.get(name) for number, name in named.items()}
        return {number: int(pk) for number, pk in given.items() if pk}


def _choice(proposal):
    return f"reference-{proposal.number}"


def _choice_field(proposal):
    here = [
        (str(other.pk), f"The same as {other.key}: {Truncator(other.printed()).chars(SHORT)}")
        for other in proposal.here
    ]
    return forms.ChoiceField(
        required=False,
        label=f"Source {proposal.number}",
        choices=[*here, ("", "Another one: add it, unverified")],
        initial=here[0][0],
        widget=AdminRadioSelect(attrs={"class": "radiolist"}),
    )


def bring_in(request):
    """The three steps: the file, what was recognised in it, the draft."""
    if not request.user.has_perm(WRITE):
        raise PermissionDenied
    if request.method != "POST":
        return _upload(request, UploadForm(initial={"page": _asked_page(request)}))
    if "carried" in request.POST:
        return _save(request)
    form = UploadForm(request.POST, request.FILES)
    if not form.is_valid():
        return _upload(request, form, status=400)
    file = form.cleaned_data["file"]
    try:
        # One byte more than allowed is enough to see that there are too many.
        document = converting.read(file.read(limits.LARGEST_FILE + 1), file.name)
        carried = document.dumps()
    except Refused as refused:
        form.add_error("file", str(refused))
        return _upload(request, form, status=400)
    except converting.Busy as busy:
        form.add_error("file", str(busy))
        response = _upload(request, form, status=503)
        response["Retry-After"] = str(converting.RETRY_AFTER)
        return response
    begin = {
        "carried": carried,
        "title": document.title,
        "existing": form.cleaned_data["page"],
        "where": EXISTING if form.cleaned_data["page"] else TREATMENT,
        "cite_all": True,
    }
    return _preview(request, _draft_form(document, initial=begin))


def _asked_page(request):
    """The address of the page from whose text somebody comes, "" where there is none."""
    pk = request.GET.get("page", "")
    fits = pk.isascii() and pk.isdigit() and len(pk) < 19
    page = Page.objects.filter(pk=pk).first() if fits else None
    return page.get_absolute_url() if page and page.kind != Page.Kind.TERM else ""


def _draft_form(document, *args, **kwargs):
    return DraftForm(
        *args,
        document=document,
        proposals=bringing_in.proposals(document),
        topics=Topic.objects.annotate(known_as=titles_of_pages()).order_by("known_as", "slug"),
        **kwargs,
    )


def _save(request):
    try:
        document = loads(request.POST["carried"])
    except Refused as refused:
        form = UploadForm()
        messages.error(request, str(refused))
        return _upload(request, form, status=400)
    form = _draft_form(document, request.POST)
    if not form.is_valid():
        return _preview(request, form, "Nothing is saved yet. See what is to be mended below.")
    try:
        edition = bringing_in.save_draft(
            by=request.user,
            document=document,
            title=form.cleaned_data["title"],
            where=form.cleaned_data["place"],
            chosen=form.chosen(),
            cite_all=form.cleaned_data.get("cite_all", False),
        )
    except publishing.NotAllowed as refusal:
        raise PermissionDenied(str(refusal)) from refusal
    except bringing_in.UnderWay as refusal:
        return _preview(request, form, references.told(refusal), status=409)
    except publishing.Refusal as refusal:
        return _preview(request, form, references.told(refusal))
    messages.success(
        request,
        f"The leaflet is a draft, edition {edition.number}. Patients do not see it yet: read it "
        "through, mend it, and send it to review.",
    )
    return HttpResponseRedirect(writing.text_url(edition.page))


def _upload(request, form, status=200):
    return _screen(request, "upload", status, form=form, title="Bring in a leaflet")


def _preview(request, form, refusal="", status=None):
    document = form.document
    # Anything but the first look at a file is an answer to what somebody sent.
    status = status or (400 if refusal else 200)
    cite_all = form["cite_all"].value() if "cite_all" in form.fields else False
    body = bringing_in.with_all_cited(document) if cite_all else document.body
    edition = Edition(title=form["title"].value() or "", body=body)
    sources = {KEY.format(proposal.number): proposal.reference for proposal in form.proposals}
    text, printed = reading.foreseen(edition, sources)
    pages = named_pages().order_by("known_as")[: MOST_OFFERED + 1]
    return _screen(
        request,
        "preview",
        status,
        title="What was recognised",
        form=form,
        document=document,
        counts=_told(document),
        look=document.of_group(LOOK),
        changed=document.of_group(CHANGED),
        left_out=document.of_group(LEFT_OUT),
        printed={"text": text, "references": printed},
        refusal=refusal,
        pages=pages if len(pages) <= MOST_OFFERED else [],
    )


def _told(document):
    """What was recognised, in words: ["2 headings", "1 list", …]."""
    counts = document.counts()
    named = [
        (counts["h2"], "heading", "headings"),
        (counts["h3"], "heading of the second level", "headings of the second level"),
        (counts["p"], "paragraph", "paragraphs"),
        (counts["list"], "list", "lists"),
        (counts["table"], "table", "tables"),
        (counts["a"], "link", "links"),
        (len(document.references), "reference", "references"),
        (counts["cite"], "citation", "citations"),
    ]
    return [f"{count} {one if count == 1 else many}" for count, one, many in named if count]


def _screen(request, name, status, **context):
    context = {
        **admin.site.each_context(request),
        "opts": Treatment._meta,
        "lists": reverse("admin:treatments_treatment_changelist"),
        **context,
    }
    return TemplateResponse(request, f"admin/bring_in/{name}.html", context, status=status)
