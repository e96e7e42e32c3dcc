"""The public pages. Each fetches through `live()`, so that no draft can be served by mistake."""

import functools
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Case, Exists, OuterRef, Q, Value, When, Window
from django.db.models.functions import RowNumber
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_safe
from taggit.models import Tag

from treatments import linked_data, questions, reading, richtext, search, word_list, wording
from treatments.models import Citation, Code, Edition, OldSlug, Page, Reference
from treatments.reading import live

LONGEST_LIST = 100  # entries on one screen; beyond it, lists go on behind a link
HITS = 10  # of a search, on one screen
MOST_COLUMNS = 3  # texts side by side
MISSING = "A treatment that you asked for is not here. Choose from this list."


def of_page(kind):
    """Give the view the live edition at an address; answer for it where there is none."""

    def decorate(view):
        @require_safe
        @functools.wraps(view)
        def answer(request, slug):
            edition = live(kind).filter(page__slug=slug).first()
            return view(request, edition) if edition else _not_here(request, kind, slug)

        return answer

    return decorate


def _not_here(request, kind, slug):
    withdrawn = Edition.objects.withdrawn().filter(language=reading.LANGUAGE)
    if withdrawn.filter(page__kind=kind, page__slug=slug).exists():
        return render(request, "410.html", {"advice": wording.WITHDRAWN}, status=410)
    # An old address leads on only where there was something to read: a draft's address is secret.
    known = Exists(Edition.objects.published().filter(page=OuterRef("page")))
    moved = OldSlug.objects.filter(known, kind=kind, slug=slug).select_related("page").first()
    if moved:
        return redirect(_moved(request, moved.page), permanent=True)
    raise Http404


def _moved(request, page):
    """The same address under the page's new slug, with the words that choose a leaflet."""
    address = reverse(request.resolver_match.view_name, args=[page.slug])
    kept = {name: request.GET[name] for name in ("size", "paper") if name in request.GET}
    return f"{address}?{urlencode(kept)}" if kept else address


def _in_order(editions):
    return editions.order_by("page__position", "page_id")


@dataclass
class Screen:
    """One screen of a long list. Nobody counts the list: that would cost more than showing it."""

    items: list
    number: int
    has_next: bool


def _screen(request, found, longest=LONGEST_LIST):
    """The screen that `?page=` asks for; a number that makes no sense shows the first one."""
    asked = request.GET.get("page", "")
    number = max(1, int(asked)) if asked.isascii() and asked.isdigit() and len(asked) < 7 else 1
    items = list(found[(number - 1) * longest : number * longest + 1])
    if not items and number > 1:
        number, items = 1, list(found[: longest + 1])
    return Screen(items[:longest], number, has_next=len(items) > longest)


def _canonical(address, screen=None):
    """A page's one address for search engines: without what was ticked, asked or chosen on it.

    The further screens of a list have one each, since they show what the first does not.
    """
    further = f"?page={screen.number}" if screen and screen.number > 1 else ""
    return f"{settings.SITE_URL}{address}{further}"


def _crumbs(topic=None):
    """[(name, address)] of the pages above one, home first; `topic` is the live edition or None."""
    above = [(topic.title, topic.page.get_absolute_url())] if topic else []
    return [("Home", reverse("home")), *above]


def _described(canonical, editions, crumbs, pages):
    """What a page that shows these editions' texts, its own first, says to machines.

    It was reviewed if all of them were, on the day of the oldest review. `pages` have its codes.
    """
    lead, *_ = editions
    dated = [edition.publish_at for edition in editions if not edition.is_imported()]
    reviews = [(edition.reviewed_at, edition.reviewed_by) for edition in editions]
    if not all(when for when, _ in reviews):
        reviews = []
    codes = Code.objects.filter(page__in=pages).order_by("pk").values_list("system", "code")
    written = linked_data.of_text(
        address=canonical,
        title=lead.title,
        language=lead.language,
        version=lead.number,
        publisher=settings.HOSPITAL_NAME,
        above=[(name, settings.SITE_URL + address) for name, address in crumbs],
        codes=list(dict.fromkeys(codes)),
        modified=max(dated, default=None),
        reviewed=timezone.localdate(min(reviews)[0]) if reviews else None,
        reviewers=list(dict.fromkeys(name for _, name in reviews)),
    )
    return mark_safe(written)  # noqa: S308 – JSON, and no sign in it that markup is made of


def _site_described():
    written = linked_data.of_site(
        address=_canonical(reverse("home")),
        name=f"{settings.HOSPITAL_NAME}: patient information",
        language=reading.LANGUAGE,
        publisher=settings.HOSPITAL_NAME,
    )
    return mark_safe(written)  # noqa: S308 – as above


@require_safe
def home(request):
    topics = _screen(request, _in_order(live(Page.Kind.TOPIC)))
    described = {"described": _site_described()}
    if len(topics.items) != 1 or topics.number > 1:
        context = {"screen": topics, "entries": reading.listed(topics.items)}
        context["canonical"] = _canonical(reverse("home"), topics)
        return render(request, "topics.html", context | described)
    (topic,) = topics.items
    text, _, references = reading.read(topic)
    treatments = _screen(request, treatments_of(topic))
    context = {
        "text": text,
        "references": references,
        "screen": treatments,
        "entries": reading.listed(treatments.items),
        "canonical": _canonical(reverse("home"), treatments),
    }
    return render(request, "home.html", context | described)


def treatments_of(topic):
    return _in_order(live(Page.Kind.TREATMENT).filter(page__topic=topic.page_id))


@of_page(Page.Kind.TOPIC)
def topic(request, edition):
    treatments = _screen(request, treatments_of(edition))
    text, texts, references = reading.read(edition, below=treatments.items)
    canonical = _canonical(edition.page.get_absolute_url(), treatments)
    editions = [edition, *treatments.items]
    context = {
        "text": text,
        "texts": texts,
        "references": references,
        "screen": treatments,
        "canonical": canonical,
        "described": _described(canonical, editions, _crumbs(), [edition.page_id]),
    }
    return render(request, "topic.html", context)


@of_page(Page.Kind.TREATMENT)
def treatment(request, edition):
    text, _, references = reading.read(edition)
    before, after = _neighbours(edition.page)
    topic = live(Page.Kind.TOPIC).filter(page=edition.page.topic_id).first()
    crumbs, canonical = _crumbs(topic), _canonical(edition.page.get_absolute_url())
    pages = [edition.page_id, *([topic.page_id] if topic else [])]
    context = {
        "text": text,
        "references": references,
        "crumbs": crumbs,
        "canonical": canonical,
        "described": _described(canonical, [edition], crumbs, pages),
        "tags": Tag.objects.filter(page_tags__content_object=edition.page).order_by("name"),
        "before": before,
        "after": after,
    }
    return render(request, "treatment.html", context)


def _neighbours(page):
    """The live treatments before and after a page in its topic's order, or None."""
    others = live(Page.Kind.TREATMENT).filter(page__topic=page.topic_id)
    earlier = Q(page__position=page.position, page_id__lt=page.pk)
    later = Q(page__position=page.position, page_id__gt=page.pk)
    # The bound stands apart from the choice, where the database can enter its index by it.
    before = others.filter(
        Q(page__position__lt=page.position) | earlier, page__position__lte=page.position
    )
    after = others.filter(
        Q(page__position__gt=page.position) | later, page__position__gte=page.position
    )
    return before.order_by("-page__position", "-page_id").first(), _in_order(after).first()


@require_safe
def treatments(request):
    """All treatments; `?t=<slug>&t=<slug>` puts two or three side by side, `?tick=` ticks them."""
    side_by_side = "t" in request.GET
    chosen, missing = _chosen(request.GET.getlist("t" if side_by_side else "tick"))
    sentence = MISSING if missing else ""
    if side_by_side:
        sentence = _wrong_number(len(chosen) + missing) or sentence
    if sentence or not side_by_side:
        return _all_treatments(request, chosen, sentence)
    _, texts, references = reading.read(below=chosen)
    context = {
        "columns": reading.beside(texts),
        "references": references,
        "ticks": _ticks(chosen),
        "canonical": _canonical(reverse("treatments")),
    }
    return render(request, "side_by_side.html", context)


def _chosen(slugs):
    """The live treatments at these addresses, in this order, and how many are not here."""
    slugs = list(dict.fromkeys(slug for slug in slugs if slug))
    # No address holds a NUL, and PostgreSQL would not even compare one.
    askable = [slug for slug in slugs if "\0" not in slug]
    found = live(Page.Kind.TREATMENT).filter(page__slug__in=askable)
    editions = {edition.page.slug: edition for edition in found}
    chosen = [editions[slug] for slug in slugs if slug in editions]
    return chosen, len(slugs) - len(chosen)


def _wrong_number(number):
    """What is wrong with this number of texts side by side, nothing where they fit."""
    if number == 0:
        return "No treatment is ticked. Tick two or three to see them side by side."
    if number == 1:
        return "Only one treatment is ticked. Tick one or two more to see them side by side."
    if number > MOST_COLUMNS:
        return "More than three treatments are ticked. Keep two or three of them."
    return ""


def _ticks(chosen):
    return urlencode([("tick", edition.page.slug) for edition in chosen])


def _all_treatments(request, chosen, sentence):
    kinds = Page.TreatmentKind.values
    by_kind = Case(
        *(When(page__treatment_kind=kind, then=Value(place)) for place, kind in enumerate(kinds)),
        default=Value(len(kinds)),
    )
    found = live(Page.Kind.TREATMENT).order_by(
        by_kind, "page__topic__position", "page__topic", "page__position", "page_id"
    )
    screen = _screen(request, found)
    here = {edition.pk for edition in screen.items}
    context = {
        "screen": screen,
        "entries": reading.listed(screen.items),
        "sentence": sentence,
        "ticked": [edition.page.slug for edition in chosen],
        # Ticked on another screen of the list: else the form would lose them.
        "elsewhere": reading.listed(edition for edition in chosen if edition.pk not in here),
        "ticks": _ticks(chosen),
        "canonical": "" if sentence else _canonical(reverse("treatments"), screen),
    }
    return render(request, "treatments.html", context, status=400 if sentence else 200)


@require_safe
def references(request):
    found = Reference.objects.kept().cited(live())
    screen = _screen(request, found.order_by("authors", "year", "source_text", "pk"))
    # As EXISTS, since both databases would work out an IN of everything live first.
    uses = Citation.objects.of(screen.items).filter(Exists(live().filter(pk=OuterRef("edition"))))
    uses = uses.select_related("edition__page", "reference__merged_into")
    in_order = Window(RowNumber(), "reference", ["edition__page__position", "pk"])
    citing = {}
    for use in uses.annotate(place=in_order).filter(place__lte=LONGEST_LIST).order_by("place"):
        # Keyed by edition: one text may cite both of two references that were merged.
        citing.setdefault(use.reference.kept().pk, {})[use.edition_id] = use.edition
    entries = [
        (reference, reading.retraction(reference), citing.get(reference.pk, {}).values())
        for reference in screen.items
    ]
    context = {"screen": screen, "entries": entries}
    context["canonical"] = _canonical(reverse("references"), screen)
    return render(request, "references.html", context)


@require_safe
def glossary(request):
    """All words on one screen: links from the texts lead to places on it."""
    editions = list(live(Page.Kind.TERM))
    letters, references = word_list.printed(editions, using=word_list.pages_using(editions))
    said = {edition.provenance for edition in editions}
    context = {
        "letters": letters,
        "references": references,
        # Where all come from the same place, it is said once.
        "said": said.pop() if len(said) == 1 else "",
        "canonical": _canonical(reverse("glossary")),
    }
    return render(request, "glossary.html", context)


@require_safe
def tag(request, slug):
    tagged = live().filter(page__page_tags__tag__slug=slug)
    screen = _screen(request, _in_order(tagged))
    if not screen.items:
        raise Http404
    found = Tag.objects.get(slug=slug)
    context = {"tag": found, "screen": screen, "entries": reading.listed(screen.items)}
    context["canonical"] = _canonical(reverse("tag", args=[found.slug]), screen)
    return render(request, "tag.html", context)


@require_safe
def results(request):
    """What answers the words of `?q=`. They are shown again, and neither logged nor kept."""
    typed = " ".join(richtext.typed(request.GET.get("q", "")[: search.LONGEST]).split())
    answer = search.answer(typed, language=reading.LANGUAGE)
    screen = _screen(request, answer.hits, HITS)
    context = {
        "typed": typed,
        "answer": answer,
        "screen": screen,
        "entries": [(hit, reading.standing(hit.edition)) for hit in screen.items],
        "meanings": [reading.as_term(edition) for edition in answer.terms],
        "ticks": urlencode({"q": typed}),
        "canonical": "" if typed else _canonical(reverse("search")),
    }
    response = render(request, "search.html", context)
    if typed:
        response["Cache-Control"] = "no-store"  # what somebody looked for stays in no cache
    return response


@require_safe
def prepare(request):
    """Questions for a visit: `?q=<id>` ticks one, `?about=<slug>` says for which treatment."""
    ids = {id for id in request.GET.getlist("q") if id}
    asked = [question for question in questions.ALL if question.id in ids]
    about, missing = _chosen(request.GET.getlist("about")[-1:])
    sentences = []
    if missing:
        sentences.append("The treatment that you asked about is not here.")
    if len(asked) < len(ids):
        sentences.append("A question that you asked for is not in this list.")
    if sentences:
        sentences.append("You can go on with the questions below.")
    context = {
        "introduction": questions.INTRODUCTION,
        "groups": questions.GROUPS,
        "asked": asked,
        "about": about[0] if about else None,
        "sentence": " ".join(sentences),
        "canonical": "" if sentences else _canonical(reverse("questions")),
    }
    return render(request, "questions.html", context, status=400 if sentences else 200)


@require_safe
def about(request):
    return _fixed(request, "about")


@require_safe
def privacy(request):
    return _fixed(request, "privacy")


@require_safe
def accessibility(request):
    return _fixed(request, "accessibility")


def _fixed(request, name):
    return render(request, f"{name}.html", {"canonical": _canonical(reverse(name))})


@require_safe
def robots(request):
    answer = render(request, "robots.txt")
    return HttpResponse(answer.content, content_type="text/plain; charset=utf-8")
