"""Reminders by mail: each owner of pages gets one summary of what is due, once a day."""

from collections import defaultdict
from dataclasses import dataclass

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import Truncator

from treatments import arranging, desk
from treatments.models import Edition, Page, ReviewReminder, User
from treatments.models.remarks import sent_back
from treatments.publishing import MANAGE

OF_A_MACHINE = {"Auto-Submitted": "auto-generated"}  # RFC 3834: no note of absence answers it
MOST = 20  # pages that a mail names under one heading
SHORT = 300  # characters of the reason why a text was sent back
LANGUAGE = "en"
# What a mail tells, in this order; {word: (its heading, the filter of the list that shows all)}
WORDS = {
    "sent back": ("Sent back to you", "under_way=sent+back"),
    "overdue": ("Overdue for review", "review=late"),
    "retracted": ("Cites a retracted source", "needs=me"),
    "due soon": ("Due for review in 60 days", "review=soon"),
    "never reviewed": ("Imported and never reviewed", "review=never"),
}
CAN_WAIT = {"due soon", "never reviewed"}  # what needs nobody today, as on the desk


@dataclass(frozen=True)
class Reminder:
    """What one person is told: {word: editions}, of pages of their own and of nobody's."""

    person: User
    own: dict[str, list[Edition]]
    nobodys: dict[str, list[Edition]]

    def subject(self):
        """How many pages need the person and how many can wait, each page once."""
        found = [told for part in (self.own, self.nobodys) for told in part.items()]
        today = {e.page_id for word, editions in found if word not in CAN_WAIT for e in editions}
        later = {e.page_id for word, editions in found if word in CAN_WAIT for e in editions}
        told = [_pages_that(len(today), "needs", "need") + " you"] if today else []
        if later - today:
            told += [_pages_that(len(later - today), "can wait", "can wait")]
        return f"Patient information: {', '.join(told)}"

    def text(self):
        """The mail, in plain text."""
        lines = [f"{self.person.name()},", "", *_told(self.own)]
        if self.nobodys:
            lines += ["These pages have no owner whom mail reaches. You get them as a Manager,"]
            lines += [
                "and can give them to somebody: tick them in a list, and choose “Give to…”.",
                "",
            ]
            lines += _told(self.nobodys)
        lines += [f"Your desk: {_address('admin:index')}"]
        return "\n".join(lines) + "\n"


def due(at=None):
    """The Reminders of a moment (now if None), for everybody who is to be told something.

    Owners are told of their own pages, and writers of what was sent back to them. Pages without an
    owner whom mail reaches go to Managers. Nobody without an address, and nobody who has left or
    works with texts no more, is told anything.
    """
    people = {p.pk: p for p in arranging.possible_owners().exclude(email="")}
    managers = arranging.people_who_may(MANAGE).filter(is_staff=True).exclude(email="")
    people |= {manager.pk: manager for manager in managers}
    own, nobodys = defaultdict(lambda: defaultdict(list)), defaultdict(list)
    for word, edition, number in _found(at):
        if number in people:
            own[number][word].append(edition)
        elif word != "sent back":
            nobodys[word].append(edition)
    for_all = {manager.pk for manager in managers} if nobodys else set()
    return [
        Reminder(person, own[pk], nobodys if pk in for_all else {})
        for pk, person in people.items()
        if pk in own or pk in for_all
    ]


def _found(at):
    """(word, edition, the number of the person whom it concerns, or None)"""
    editions = Edition.objects.filter(language=LANGUAGE).select_related("page").defer("body")
    for draft in sent_back(editions).order_by("sent_back_at"):
        yield "sent back", draft, draft.held_by_id
    live = editions.live(at)
    for word, found in {
        "overdue": live.overdue(at).order_by("due_by", "pk"),
        "retracted": desk.citing_retracted(at).filter(language=LANGUAGE).select_related("page"),
        "due soon": live.due_soon(at).order_by("due_by", "pk"),
        "never reviewed": live.never_reviewed(at).order_by("title", "pk"),
    }.items():
        for edition in found:
            yield word, edition, edition.page.owner_id


def send(at=None):
    """Mail what is due to whoever was not mailed today. Yields (Reminder, error or None) of each.

    Who is to be mailed is written down before the mail goes, so that whatever happens nobody gets
    it twice; where the mail server refuses it, that is taken back, to be tried again.
    """
    for reminder in due(at):
        if (told := _written_down(reminder.person, timezone.localdate(at))) is None:
            continue
        mail = EmailMessage(
            reminder.subject(), reminder.text(), to=[reminder.person.email], headers=OF_A_MACHINE
        )
        try:
            mail.send()
        except (OSError, ValueError) as error:  # of the network, the server, or the address
            told.delete()
            yield reminder, error
        else:
            ReviewReminder.objects.filter(pk=told.pk).update(sent_at=timezone.now())
            yield reminder, None


def _written_down(person, day):
    """The new row that says that somebody is mailed on a day; None where there is one already."""
    try:
        with transaction.atomic():
            return ReviewReminder.objects.create(person=person, day=day)
    except IntegrityError:
        return None


def _pages_that(number, does, do):
    return f"{number} page {does}" if number == 1 else f"{number} pages {do}"


def _told(part):
    for word, (heading, query) in WORDS.items():
        editions = part.get(word)
        if not editions:
            continue
        yield f"{heading} ({len(editions)})"
        yield ""
        for edition in editions[:MOST]:
            kind = " (glossary)" if edition.page.kind == Page.Kind.TERM else ""
            yield f"- {edition.title}{kind}{_about(word, edition)}"
            yield f"  {_address(f'admin:treatments_{edition.page.kind}_text', edition.page_id)}"
        if len(editions) > MOST:
            rest = f"{_address('admin:treatments_page_changelist')}?{query}"
            yield f"- and {len(editions) - MOST} more: {rest}"
        yield ""


def _about(word, edition):
    if word == "sent back":
        reason = Truncator(" ".join(edition.sent_back_reason.split())).chars(SHORT)
        return f": “{reason}” ({edition.sent_back_by})"
    if word in ("retracted", "never reviewed"):
        return ""
    day = date_format(edition.due_by, "j F Y")
    return f": since {day}" if word == "overdue" else f": by {day}"


def _address(name, *args):
    return settings.SITE_URL + reverse(name, args=args)
