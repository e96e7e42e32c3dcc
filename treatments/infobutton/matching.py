"""Which texts answer what an EHR asks. A code is taken at its word, and words are never guessed.

A clinician's system asks about any illness at all, and a page about cancer pain that answers a
question about an ankle does harm: where it is not certain that a text is meant, nothing answers.
"""

from dataclasses import dataclass

from treatments import code_systems, reading, search
from treatments.infobutton import naming
from treatments.models import Code, DistinctiveWord, Edition, Page, Synonym

MOST = 20  # texts in one answer
MOST_OF_WORDS = 10  # texts that one distinctive word brings


@dataclass(frozen=True)
class Match:
    """A live edition that answers, and that of its topic or None; `why` is a sentence for staff.

    `by` is "code" or "words"; `of_diagnosis` says that it was a code of a diagnosis.
    """

    edition: Edition
    topic: Edition | None
    why: str
    by: str
    of_diagnosis: bool = False


def match(asked, at=None) -> list[Match]:
    """The Matches of a `request.Asked`, the best first, of each text one.

    A criterion's code answers exactly. Where no page has it, its words answer: those of the first
    of its texts that name something. `at` is an aware datetime, or now.
    """
    found: dict[int, tuple] = {}
    for criterion in asked.criteria:
        for number, *how in _of_code(criterion, at) or _of_words(criterion, at):
            found.setdefault(number, how)
    chosen = list(found)[:MOST]
    live = reading.live(*reading.WITH_PAGE, at=at).in_bulk(chosen)
    editions = [live[number] for number in chosen if number in live]
    topics = _topics(editions, at)
    return [
        Match(edition, topics.get(edition.page.topic_id), *found[edition.pk])
        for edition in editions
    ]


def is_certain(matches) -> bool:
    """Whether one text alone answers, named by a diagnosis's code: one may go straight there."""
    return len(matches) == 1 and matches[0].of_diagnosis


def of_code(criterion):
    """The code of a criterion as pages have it: (system, code), None where it has no such shape."""
    if criterion.system not in Code.System.values or not criterion.code:
        return None
    try:
        return criterion.system, code_systems.canonical(criterion.system, criterion.code)
    except code_systems.Misshapen:
        return None


def _topics(editions, at):
    """{number of a page: its live edition} of the topics of these editions."""
    wanted = {edition.page.topic_id for edition in editions} - {None}
    if not wanted:
        return {}
    return {
        one.page_id: one for one in reading.live(Page.Kind.TOPIC, at=at).filter(page__in=wanted)
    }


def _of_code(criterion, at):
    code = of_code(criterion)
    if code is None:
        return []
    system, written = code
    pages = Code.objects.filter(system=system, code=written).values("page")
    editions = reading.live(*reading.WITH_PAGE, at=at).filter(page__in=pages)
    editions = editions.order_by("page__kind", "page__position", "page_id")
    why = f"Its page has the code {written} of {system}."
    numbers = editions.values_list("pk", flat=True)[:MOST]
    return [(number, why, "code", system in code_systems.DIAGNOSES) for number in numbers]


def _of_words(criterion, at):
    for text in criterion.words:
        found = _titled(text, at) or _synonymous(text, at)
        found = found or _distinctive(naming.spelled(text), at)
        if found:
            return [(number, why, "words") for number, why in found]
    return []


def _titled(text, at):
    """The texts whose title is this, with what stands in brackets or without."""
    wanted = naming.names(text)
    if not wanted:
        return []
    # The search has whoever's title has all words among the first; it looks at no other texts.
    hits = _search(text, at)
    return [
        (hit.edition.pk, f"“{hit.edition.title}” is the title.")
        for hit in hits
        if wanted & naming.names(hit.edition.title)
    ]


def _synonymous(text, at):
    """The texts that a synonym of these words means, by their title or by a distinctive word."""
    wanted = naming.spelled(text)
    if naming.is_generic(wanted):
        return []
    for synonym in Synonym.objects.all():
        if naming.spelled(synonym.words) == wanted:
            meant = _titled(synonym.meaning, at)
            meant = meant or _distinctive(naming.spelled(synonym.meaning), at)
            why = f"“{synonym.words}” is a synonym of “{synonym.meaning}”."
            if meant:
                return [(number, f"{why} {because}") for number, because in meant]
    return []


def _distinctive(wanted, at):
    """The texts that have a distinctive word which these keys hold."""
    found: dict[int, str] = {}
    for word in DistinctiveWord.objects.all():
        if naming.says(wanted, naming.spelled(word.words)):
            hits = _search(naming.phrase(word.words), at)
            # A text that has the word in its title is about it; others may only name it.
            hits = [hit for hit in hits if "title" in hit.why] or hits
            for hit in hits[:MOST_OF_WORDS]:
                why = f"The text has the distinctive word “{word.words}”."
                found.setdefault(hit.edition.pk, why)
    return list(found.items())


def _search(text, at):
    return search.find(text, language=reading.LANGUAGE, at=at, guessing=False)
