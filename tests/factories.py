"""Plain functions that make a valid, live thing unless told otherwise.

Nothing here is clinical: the texts are about mending bicycles.
"""

import datetime
import io
import itertools

from django.contrib.auth.models import Permission
from django.utils import timezone
from PIL import Image as Canvas
from PIL import ImageDraw

from treatments import picturing, pixels, publishing
from treatments.models import (
    DistinctiveWord,
    Edition,
    Link,
    LinkUse,
    Reference,
    Synonym,
    Term,
    Topic,
    Treatment,
    UnansweredCode,
    User,
)
from treatments.models.links import digest

_count = itertools.count(1)
ALL = ["write_edition", "approve_edition", "manage_page"]
LATER = datetime.date(2100, 1, 1)


def make_user(username=None, *, may=ALL, **fields):
    number = next(_count)
    fields = {"first_name": "Ana", "last_name": f"Díaz {number}", "credentials": "RN"} | fields
    user = User.objects.create_user(username or f"user-{number}", **fields)
    user.user_permissions.set(Permission.objects.filter(codename__in=may))
    return user


def make_topic(**fields):
    fields = {"slug": f"bicycles-{next(_count)}"} | fields
    return Topic.objects.create(**fields)


def make_treatment(*, tags=(), **fields):
    """A treatment page without any edition."""
    number = next(_count)
    fields = {"slug": f"brake-{number}", "treatment_kind": "non-drug", "position": number} | fields
    page = Treatment.objects.create(topic=fields.pop("topic", None) or make_topic(), **fields)
    page.tags.add(*tags)
    return page


def make_term(**fields):
    return Term.objects.create(**({"slug": f"word-{next(_count)}"} | fields))


def make_reference(key=None, **fields):
    number = next(_count)
    fields = {
        "source_text": f"Wheeler A, Spoke B. Brakes {number}. J Cycl 2001; 7: 20-29.",
        "authors": "Wheeler A, Spoke B",
        "title": f"Brakes {number}",
        "journal": "J Cycl",
        "year": "2001",
        "volume": "7",
        "pages": "20-29",
    } | fields
    return Reference.objects.create(key=key or f"wheeler-{number}", **fields)


def make_link(address=None, *, edition=None, reference=None, **fields):
    """A link of a live text, unless told otherwise, which leads somewhere."""
    address = address or f"https://bicycle.example/{next(_count)}/"
    fields = {"state": "good", "checked_at": timezone.now()} | fields
    if fields["state"] == "broken":
        fields = {"broken_since": timezone.now()} | fields
    found = Link.objects.create(address=address, digest=digest(address), **fields)
    if not (edition or reference):
        edition = make_live()
    LinkUse.objects.create(link=found, edition=edition, reference=reference)
    return found


def drawn(width=640, height=480, mode="RGB", *, number=None):
    """A drawing of a wheel, as Pillow holds it; another number is another drawing."""
    canvas = Canvas.new("RGB", (width, height), "white")
    draw = ImageDraw.Draw(canvas)
    side = min(width, height)
    draw.ellipse((4, 4, side - 5, side - 5), outline="navy", width=6)
    draw.line((0, 0, width, (number or next(_count)) % height), fill="darkred", width=3)
    return canvas.convert(mode)


def packed(canvas, kind="PNG", **how):
    file = io.BytesIO()
    canvas.save(file, kind, **how)
    return file.getvalue()


def make_image(canvas=None, **said):
    """A picture of a wheel, as somebody added it."""
    number = next(_count)
    said = {"title": f"Wheel {number}", "alternative": f"A wheel with {number} spokes."} | said
    made = pixels.remade(packed(canvas or drawn(number=number)))
    return picturing.add(by=make_user(), picture=made, **said)


def showing(image, alternative=None, caption=""):
    """A figure that shows the picture, as the cleaner writes it."""
    said = "" if alternative is None else f' alt="{alternative}"'
    below = f"<figcaption>{caption}</figcaption>" if caption else ""
    return f'<figure><img data-image="{image.key}"{said}>{below}</figure>'


def make_synonym(words="stopper", meaning="brake"):
    return Synonym.objects.create(words=words, meaning=meaning)


def make_distinctive_word(words="derailleur"):
    return DistinctiveWord.objects.create(words=words)


def make_unanswered_code(code=None, **fields):
    fields = {"system": "ICD-10-CM", "month": datetime.date(2026, 1, 1)} | fields
    return UnansweredCode.objects.create(code=code or f"V1{next(_count)}", **fields)


def make_draft(page=None, *, by=None, **words):
    page = page or make_treatment()
    words = {"title": f"Brakes {next(_count)}", "body": "<p>Squeeze the lever.</p>"} | words
    working = page.editions.working().first()
    version = working.version if working else None
    return publishing.save_words(page=page, by=by or make_user(), version=version, **words)


def make_submitted(page=None, *, by=None, **words):
    by = by or make_user()
    draft = make_draft(page, by=by, **words)
    return publishing.submit(edition=draft, by=by, version=draft.version)


def approval(edition, *, by=None, **fields):
    """Keyword arguments of `publishing.approve` that it accepts."""
    fields = {"version": edition.version, "evidence_checked": True, "due_by": LATER} | fields
    return {"edition": edition, "by": by or make_user()} | fields


def make_live(page=None, *, by=None, **words):
    """An edition that patients read now: written by one, approved by another."""
    return publishing.approve(**approval(make_submitted(page, by=by, **words)))


def make_scheduled(page=None, *, publish_at=None, **words):
    publish_at = publish_at or timezone.now() + datetime.timedelta(days=7)
    return publishing.schedule(**approval(make_submitted(page, **words)), publish_at=publish_at)


def make_withdrawn(page=None, **words):
    live = make_live(page, **words)
    return publishing.withdraw(edition=live, by=make_user(), reason="Out of date.")


def make_imported(page=None, **fields):
    """A text taken over from elsewhere, as a fixture holds it."""
    page = page or make_treatment()
    fields = {
        "number": page.editions.count() + 1,
        "state": Edition.State.APPROVED,
        "origin": Edition.Origin.IMPORTED,
        "publish_at": Edition.ALWAYS,
        "title": f"Chains {next(_count)}",
        "body": "<p>Oil the chain. Wipe it.</p>",
    } | fields
    return Edition.objects.create(page=page, **fields)
