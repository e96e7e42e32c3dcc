"""The verbs of pictures: how one is added, described anew, and let go.

As in `publishing`, each verb is one transaction, asks for its permission, refuses in a sentence
(`Refusal`), and writes its line into the audit trail.
"""

import base64
import contextlib
import json
import logging
import subprocess
import threading
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils import timezone

from treatments import confinement, pixels, richtext
from treatments.models import AuditEntry, Edition, Image, ImageFile, audited
from treatments.publishing import MANAGE, WRITE, NotAllowed, Refusal

logger = logging.getLogger(__name__)

FIELDS = ("title", "alternative", "decorative", "credit")
CLOCK = 45  # seconds after which a picture is given up
PATIENCE = 20  # seconds that one waits while another's is made
SOME = 5  # as many texts as a sentence names
LOST = (
    "This picture could not be made ready: it is damaged, or takes too much work. Open it in a "
    "program for pictures, and save a smaller copy of it as JPEG or PNG."
)
BUSY = "Another picture is being made ready at this moment. Try again in a minute."
_turn = threading.Lock()


class Unusable(Refusal):
    """The file is no picture that pages could show."""


class Known(Refusal):
    """The picture is here already; `image` is the one that is."""

    def __init__(self, image):
        super().__init__("This picture is here already.")
        self.image = image


def remade(content: bytes) -> pixels.Remade:
    """What `pixels.remade` makes of a file, in a process of its own. Raises Unusable.

    One at a time in each worker, so that pages find a thread and memory. The process has neither
    a secret nor the database: what unpacks pictures is where files have broken in before.
    """
    if len(content) > pixels.LARGEST_FILE:  # it need not even be handed on
        return _directly(content)
    with _in_turn():
        try:
            done = confinement.run("treatments.pixels", content, clock=CLOCK)
        except subprocess.TimeoutExpired:
            logger.warning("No picture within %s seconds.", CLOCK)
            raise Unusable(LOST) from None
    if done.returncode:
        logger.warning("No picture (%s): %s", done.returncode, confinement.last_words(done))
        raise Unusable(LOST)
    told = json.loads(done.stdout)
    if "refused" in told:
        raise Unusable(told["refused"])
    files = [pixels.File(w, h, base64.b64decode(content)) for w, h, content in told["files"]]
    return pixels.Remade(told["key"], files, told["remarks"])


def _directly(content):
    try:
        return pixels.remade(content)
    except pixels.Unusable as unusable:
        raise Unusable(str(unusable)) from None


@contextlib.contextmanager
def _in_turn():
    if not _turn.acquire(timeout=PATIENCE):
        raise Unusable(BUSY)
    try:
        yield
    finally:
        _turn.release()


def add(*, by, picture: pixels.Remade, title, alternative="", decorative=False, credit=""):
    """Keep a picture from `remade`. Returns the Image; raises Known where it is here already."""
    require(by, WRITE)
    said = _said(title, alternative, decorative, credit)
    if here := Image.objects.filter(key=picture.key).first():
        raise Known(here)
    try:
        with transaction.atomic():
            now = timezone.now().replace(microsecond=0)
            image = Image.objects.create(key=picture.key, added_by=by, added_at=now, **said)
            ImageFile.objects.bulk_create(
                ImageFile(image=image, width=width, height=height, content=content)
                for width, height, content in picture.files
            )
            _audit(by, "add picture", image, after=said)
    except IntegrityError:  # somebody else added it in the same moment
        here = Image.objects.filter(key=picture.key).first()
        if here is None:
            raise
        raise Known(here) from None
    return image


@audited()
def describe(*, image, by, title, alternative="", decorative=False, credit=""):
    """Change what is said about a picture from now on; texts keep what they say of it.

    A draft says anew where the picture comes from at its next save, and when it is approved.
    """
    require(by, WRITE)
    image = _locked(image)
    said = _said(title, alternative, decorative, credit)
    before = {name: getattr(image, name) for name in FIELDS}
    changed = [name for name in FIELDS if said[name] != before[name]]
    if changed:
        for name in changed:
            setattr(image, name, said[name])
        image.save(update_fields=changed)
        told = ({name: words[name] for name in changed} for words in (before, said))
        _audit(by, "describe picture", image, **dict(zip(("before", "after"), told, strict=True)))
    return image


@audited()
def delete(*, image, by):
    """Delete a picture that no edition shows."""
    require(by, MANAGE)
    image = _locked(image)
    if found := uses(image):
        raise Refusal(shown_by(image, found))
    _audit(by, "delete picture", image, before={name: getattr(image, name) for name in FIELDS})
    image.delete()


# Where a picture is used


@dataclass(frozen=True)
class Use:
    """An edition that shows a picture, and what it is at this moment: "live", "draft" …"""

    edition: Edition
    state: str


def uses(image) -> list[Use]:
    """Every edition that shows the picture, the newest of each page first."""
    showing = Edition.objects.filter(placements__image=image)
    states = showing.states()
    found = showing.select_related("page").defer("body")
    return [
        Use(edition, states[edition.pk])
        for edition in found.order_by("page__kind", "page__position", "page_id", "-number")
    ]


def shown_by(image, found):
    """Why a picture cannot be deleted: the sentence that names the texts that show it."""
    names = [f"“{use.edition.title}” (edition {use.edition.number}, {use.state})" for use in found]
    more = f" and {len(names) - SOME} more" if len(names) > SOME else ""
    return (
        f"“{image.title}” cannot be deleted, because it is shown by {', '.join(names[:SOME])}"
        f"{more}. Approved editions keep their pictures for good; take it out of a draft."
    )


# What the verbs share


def require(by, permission):
    """Raise NotAllowed for anybody who lacks the permission."""
    if not by.has_perm(permission):
        raise NotAllowed("You do not have the permission for this. Ask a Manager.")


def _said(title, alternative, decorative, credit):
    title, alternative, credit = map(richtext.typed, (title, alternative, credit))
    if not title:
        raise Refusal("Say what the picture shows.")
    if decorative == bool(alternative):
        raise Refusal(
            "Write an alternative text, or tick that the picture is only decorative: one of the "
            "two."
        )
    alternative = " ".join(alternative.split())
    return dict(zip(FIELDS, (title, alternative, decorative, credit), strict=True))


def _locked(image):
    found = Image.objects.select_for_update().filter(pk=image.pk).first()
    if found is None:
        raise Refusal("This picture has been deleted.")
    return found


def _audit(by, action, image, *, before=None, after=None):
    subject = f"picture “{image.title}” ({image.key})"
    AuditEntry.objects.record(by=by, action=action, subject=subject, before=before, after=after)
