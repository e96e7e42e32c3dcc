"""What waits for whom: the words that the desk's numbers, the lists and the reminders share."""

from django.db.models import Exists, OuterRef, Q

from treatments.models import Citation, Contributor, Edition, Page
from treatments.models.remarks import sent_back, with_return
from treatments.publishing import APPROVE, MANAGE, WRITE

# A condition on editions: nobody sees to the page, or only somebody who has left.
NOBODYS = Q(page__owner=None) | Q(page__owner__is_active=False)


def waiting_for(person):
    """In review, and this person may approve it: they may approve, and wrote none of it."""
    if not person.has_perm(APPROVE):
        return Edition.objects.none()
    wrote = Contributor.objects.filter(edition=OuterRef("pk"), user=person)
    in_review = Edition.objects.working().filter(state=Edition.State.IN_REVIEW)
    return in_review.exclude(author=person).filter(~Exists(wrote))


def drafts_of(person):
    """Drafts that this person holds, those that were sent back among them."""
    drafts = Edition.objects.working().filter(state=Edition.State.DRAFT)
    return _written(person, with_return(drafts))


def sent_back_to(person):
    """Drafts that this person holds and that a reviewer has sent back."""
    return _written(person, sent_back(Edition.objects.working()))


def _written(person, drafts):
    return drafts.filter(held_by=person) if person.has_perm(WRITE) else drafts.none()


def answered_for_by(person):
    """A condition on editions: this person sees to the page, as its owner, or as a Manager."""
    own = Q(page__owner=person)
    return own | NOBODYS if person.has_perm(MANAGE) else own


def citing_retracted(at=None):
    """Live editions that cite a source which its journal has withdrawn."""
    uses = Citation.objects.filter(edition=OuterRef("pk"))
    retracted = Q(reference__retracted=True) | Q(reference__merged_into__retracted=True)
    return Edition.objects.live(at).filter(Exists(uses.filter(retracted)))


def needing(person, *, language="en"):
    """Pages that need this person today, whatever else they may need from others or later.

    A page needs somebody who works with texts where
    - an edition is in review which this person may approve (`waiting_for`), or
    - a draft that this person holds was sent back (`sent_back_to`), or
    - the text that patients read is past its review date, or cites a retracted source, and the page
      is this person's to see to (`answered_for_by`).

    A page counts once. What is due later, drafts that nobody has sent back, imported text, what is
    scheduled and what is withdrawn wait without harm, so they need nobody today.
    """
    theirs = answered_for_by(person)
    words = [
        waiting_for(person),
        sent_back_to(person),
        Edition.objects.live().overdue().filter(theirs),
        citing_retracted().filter(theirs),
    ]
    found = Q(pk__in=[])
    for word in words:  # as IN: worked out once each, since they are few beside the pages
        found |= Q(pk__in=word.filter(language=language).values("page"))
    return Page.objects.filter(found) if may_see(person) else Page.objects.none()


def may_see(person):
    """Whether somebody works with texts, and so sees what is due."""
    return any(person.has_perm(permission) for permission in (WRITE, APPROVE, MANAGE))
