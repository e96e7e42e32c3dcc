"""What an EHR is told of the texts that answer: Matches in, an `answer.Feed` out."""

import re
import uuid
from dataclasses import dataclass

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from treatments import disclaimer, reading, richtext, wording
from treatments.infobutton import naming
from treatments.infobutton.answer import Entry, Feed, Link
from treatments.search import is_english

# MeSH qualifiers, and what the heading of a section about each says.
SECTIONS = {
    "Q000009": ("side effect", "adverse effect", "adverse reaction"),
    "Q000008": ("dose", "dosage", "how to take", "how to use", "administration"),
    "Q000744": ("contraindication", "who should not", "do not take", "do not use"),
    "Q000628": ("treatment", "therapy"),
}
_ABOUT = re.compile(r"\bfor\b.+", re.DOTALL)


def title(match) -> str:
    """The title with what the text is about: "Opioids – for chronic pain due to cancer"."""
    if match.topic is None:
        return match.edition.title
    about = _ABOUT.search(match.topic.title)
    told = " ".join(map(_in_a_sentence, about[0].split())) if about else match.topic.title
    return f"{match.edition.title} – {told}"


def _in_a_sentence(word):
    """A word of a title as a sentence writes it; names keep their capitals."""
    small = word.lower()
    return small if word.istitle() and (len(word) < 4 or is_english(small)) else word


@dataclass(frozen=True)
class Place:
    """Where a text answers: its address, or that of the section about the sub-topic `answered`.

    The heading and the sub-topic are "" where no section is about any that was asked.
    """

    address: str
    heading: str = ""
    answered: str = ""


def place(match, sub_topics) -> Place:
    """Where the text answers the first of these sub-topics that a section of it is about."""
    address = match.edition.page.get_absolute_url()
    sections = richtext.sections(richtext.clean(match.edition.body))
    for asked in sub_topics:
        for anchor, heading in sections:
            words = naming.spelled(heading)
            if any(naming.says(words, naming.spelled(said)) for said in SECTIONS.get(asked, ())):
                return Place(f"{address}#{anchor}", heading, asked)
    return Place(address)


def feed(asked, matches) -> Feed:
    """The Feed that answers a `request.Asked` with these Matches, in their order."""
    retracted = reading.retracted([match.edition for match in matches])
    address = settings.SITE_URL + reverse("connect_service")
    return Feed(
        title=f"{settings.HOSPITAL_NAME}: patient information",
        subtitle=disclaimer.words(),
        author=settings.HOSPITAL_NAME,
        author_uri=settings.SITE_URL + "/",
        updated=timezone.now(),
        categories=asked.mirrored,
        id=address,
        link=address,
        entries=tuple(
            _entry(match, asked.sub_topics, retracted.get(match.edition.pk, ()))
            for match in matches
        ),
        language=reading.LANGUAGE,
        base=settings.SITE_URL + "/",
    )


def _entry(match, sub_topics, retracted):
    edition = match.edition
    where = place(match, sub_topics)
    named = title(match)
    return Entry(
        title=named,
        links=(
            Link(
                href=settings.SITE_URL + where.address,
                rel="alternate",
                type="text/html",
                hreflang=edition.language,
                title=f"{named}: {where.heading}" if where.heading else named,
            ),
        ),
        id=identifier(edition.page),
        updated=reading.changed_at(edition) or edition.ALWAYS,
        author=settings.HOSPITAL_NAME,
        summary=summary(edition, retracted),
        categories=(("subTopic.v.c", where.answered),) if where.answered else (),
        language=edition.language,
    )


def identifier(page) -> str:
    """A URI of the page that stays when its address or its text changes (RFC 4122, version 5)."""
    return uuid.uuid5(uuid.NAMESPACE_URL, f"{settings.SITE_URL}/#page-{page.pk}").urn


def summary(edition, retracted=()) -> str:
    """HTML: the opening of the text, what is to be known of it, and the disclaimer at the end."""
    context = {
        "lead": reading.in_a_sentence(edition),
        "standing": reading.standing(edition),
        "retracted": retracted,
        "retraction": wording.RETRACTED,
    }
    return render_to_string("connect/_summary.html", context).strip()
