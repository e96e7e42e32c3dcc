"""Which addresses texts and references lead to, and whether something is there.

The portal's own addresses are held against the database, others are visited. None of it runs while
a page is served: `manage.py check_links` does it, and what it finds is kept in rows.
"""

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import unquote, urlsplit

from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.exceptions import SuspiciousFileOperation
from django.db import transaction
from django.db.models import Q
from django.urls import Resolver404, resolve
from django.utils import timezone

from treatments import addresses, reading
from treatments.models import Edition, Link, LinkUse, OldSlug, Page, PageTag, Reference
from treatments.models.links import digest
from treatments.visiting import BROKEN, GOOD, WARNING, Finding, Visitor

# A link without an answer is broken from the third check in a row that finds none, where the
# first of them is two days old: three runs on one bad afternoon are one bad afternoon.
MOST_FAILURES = 3
LONGEST_FAILURE = timedelta(days=2)
# From so many hosts on, none of which answers, it is this machine that has no way out.
MANY_HOSTS = 3

KEPT = ("state", "said", "checked_at", "failures", "failing_since", "broken_since")
TERM_ANCHOR, TREATMENT_ANCHOR = "term-", "treatment-"


@dataclass
class Summary:
    """What a run did: links by what was found, those left for another run, the broken ones."""

    found: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    left: int = 0
    broken: list[Link] = field(default_factory=list)
    warned: list[Link] = field(default_factory=list)
    no_way_out: bool = False


def check(
    *,
    visitor: Visitor | None = None,
    pages: Iterable[Page] | None = None,
    progress: Callable[[int, int], None] = lambda done, count: None,
) -> Summary:
    """Look at every link of live and working texts and of references, or of some pages.

    Without a `visitor` only the portal's own addresses are looked at. `progress` hears how many
    are done, and of how many.
    """
    links = _noted(pages)
    own = {link: addresses.inside(link.address, settings.SITE_URL) for link in links}
    inside = [link for link in links if own[link] is not None]
    outside = [link for link in links if own[link] is None] if visitor else []
    summary, count, site = Summary(), len(inside) + len(outside), _Site()
    for done, link in enumerate(inside, 1):
        _keep(link, site.look(own[link]), summary)
        progress(done, count)
    _visit(outside, visitor, summary, lambda done: progress(len(inside) + done, count))
    return summary


# Which links there are


def _noted(pages):
    """The Links of today's texts and references, with what uses them written down."""
    live = Q(pk__in=Edition.objects.live().values("pk"))
    editions = Edition.objects.filter(live | Q(pk__in=Edition.objects.working().values("pk")))
    references = Reference.objects.kept()
    if pages is not None:
        editions = editions.filter(page__in=pages)
        references = references.cited(editions)
    uses = defaultdict(list)  # {address: [a LinkUse without its link]}
    for pk, body in editions.values_list("pk", "body").iterator():
        for address in addresses.found_in(body):
            if addresses.can_be_asked(address):
                uses[address].append({"edition_id": pk})
    for reference in references:
        for address in dict.fromkeys((reference.url, reference.doi_link(), reference.link())):
            if addresses.can_be_asked(address):
                uses[address].append({"reference_id": reference.pk})
    return _written_down(uses, editions, references, everything=pages is None)


@transaction.atomic
def _written_down(uses, editions, references, *, everything):
    gone = LinkUse.objects.all()
    if not everything:
        of_these = LinkUse.objects.filter(edition__in=editions.values("pk"))
        gone = of_these | LinkUse.objects.filter(reference__in=references.values("pk"))
    gone.delete()
    by_digest = {digest(address): address for address in uses}
    Link.objects.bulk_create(
        (Link(digest=key, address=address) for key, address in by_digest.items()),
        ignore_conflicts=True,
        batch_size=500,
    )
    links = [link for link in Link.objects.order_by("pk") if link.digest in by_digest]
    LinkUse.objects.bulk_create(
        (LinkUse(link=link, **use) for link in links for use in uses[link.address]),
        batch_size=500,
    )
    if everything:
        Link.objects.filter(uses=None).delete()
    return links


# Inside


class _Site:
    """The portal's own addresses, as patients find them at this moment."""

    def __init__(self):
        live = reading.live()
        self.live = set(live.values_list("page__kind", "page__slug"))
        withdrawn = Edition.objects.withdrawn().filter(language=reading.LANGUAGE)
        self.withdrawn = set(withdrawn.values_list("page__kind", "page__slug"))
        self.pages = set(Page.objects.values_list("kind", "slug"))
        old = OldSlug.objects.values_list("kind", "slug", "page__slug")
        self.old = {(kind, slug): (kind, now) for kind, slug, now in old}
        tagged = PageTag.objects.filter(content_object__in=live.values("page"))
        self.tags = set(tagged.values_list("tag__slug", flat=True))

    def look(self, address: str) -> Finding:
        """What a patient finds at a path of the portal, with its query and fragment."""
        parts = urlsplit(address)
        path = unquote(parts.path)
        try:
            return self._at(resolve(path), parts.fragment)
        except Resolver404:
            pass
        if _is_static(path):
            return Finding(GOOD)
        try:
            found = self._at(resolve(f"{path}/"), parts.fragment)
        except Resolver404:
            return Finding(BROKEN, "There is no such address on this site.")
        if found.state != GOOD:
            return found
        return Finding(WARNING, "The address lacks the slash at its end.")

    def _at(self, match, fragment):
        if "admin" in match.namespaces or match.route.startswith("admin/"):
            return Finding(BROKEN, "It leads to the staff’s pages, which no patient can open.")
        kind = (match.url_name or "").partition("_")[0]
        if kind in reading.WITH_PAGE and "slug" in match.kwargs:
            found = self._page(kind, match.kwargs["slug"])
            if found.state != BROKEN and fragment.startswith(TREATMENT_ANCHOR):
                return self._page("treatment", fragment.removeprefix(TREATMENT_ANCHOR))
            return found
        if match.url_name == "tag" and match.kwargs["slug"] not in self.tags:
            return Finding(BROKEN, "No page that patients read has this tag.")
        if match.url_name == "glossary" and fragment.startswith(TERM_ANCHOR):
            return self._page("term", fragment.removeprefix(TERM_ANCHOR))
        return Finding(GOOD)

    def _page(self, kind, slug):
        known = (kind, slug)
        if known in self.live:
            return Finding(GOOD)
        if known in self.withdrawn:
            return Finding(BROKEN, "It leads to a page that was withdrawn.")
        if known in self.old:
            found = self._page(*self.old[known])
            if found.state == GOOD:
                _, now = self.old[known]
                return Finding(WARNING, f"The page has another address now: “{now}”.")
            return found
        if known in self.pages:
            return Finding(BROKEN, "It leads to a page that patients cannot read yet.")
        return Finding(BROKEN, f"There is no such {kind}.")


def _is_static(path):
    file = path.removeprefix(settings.STATIC_URL)
    try:
        return file != path and bool(finders.find(file))
    except (SuspiciousFileOperation, ValueError):  # it leads out of the folder
        return False


# Outside


def _visit(links, visitor, summary, progress):
    """Visit the links. What tells of no answer waits for the first that does answer.

    What was refused without asking anybody tells nothing of the network, and is kept at once.
    """
    waiting, any_answer = [], False
    for done, link in enumerate(_by_turns(links), 1):
        finding = visitor.visit(link.address)
        if finding is None:
            summary.left += 1
        elif finding.unasked:
            _keep(link, finding, summary)
        else:
            waiting.append((link, finding))
            any_answer = any_answer or finding.answered
        if any_answer:
            _keep_all(waiting, summary)
        progress(done)
    hosts = {addresses.host(link.address) for link, _ in waiting}
    if len(hosts) >= MANY_HOSTS:
        summary.no_way_out = True
        return
    _keep_all(waiting, summary)


def _keep_all(waiting, summary):
    for link, finding in waiting:
        _keep(link, finding, summary)
    waiting.clear()


def _by_turns(links: list[Link]) -> Iterator[Link]:
    """The links, one host after the other, so that the pauses of one are used for others."""
    queues = defaultdict(deque)
    for link in links:
        queues[addresses.host(link.address)].append(link)
    turns = deque(queues.values())
    while turns:
        queue = turns.popleft()
        yield queue.popleft()
        if queue:
            turns.append(queue)


def _keep(link, finding, summary):
    """Write a finding into the link's row, if it is still there."""
    now = timezone.now()
    link.state, link.said, link.checked_at = finding.state, finding.said, now
    if finding.failed:
        link.failures += 1
        link.failing_since = link.failing_since or now
        if link.failures >= MOST_FAILURES and now - link.failing_since >= LONGEST_FAILURE:
            link.state = BROKEN
    else:
        link.failures, link.failing_since = 0, None
    link.broken_since = (
        link.broken_since or link.failing_since or now if link.state == BROKEN else None
    )
    kept = {name: getattr(link, name) for name in KEPT}
    Link.objects.filter(pk=link.pk).update(**kept)
    summary.found[link.state] += 1
    if link.state == BROKEN:
        summary.broken.append(link)
    elif link.state == WARNING:
        summary.warned.append(link)
