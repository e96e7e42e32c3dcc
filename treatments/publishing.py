"""The verbs: how a text becomes what patients read, and how it stops.

Each verb is one transaction, asks for its permission, refuses in a sentence (`Refusal`), and
writes one line into the audit trail, last of all. All of them lock the page's row first, so that
two people act one after the other.
"""

import datetime

from django.utils import timezone

from treatments import citations, measuring, pictures, richtext
from treatments.models import (
    AuditEntry,
    Citation,
    Comment,
    Contributor,
    Edition,
    Image,
    Page,
    Placement,
    Rating,
    Reference,
    Review,
    audited,
)
from treatments.models.editions import SHIPPED_LANGUAGES
from treatments.models.remarks import LONGEST_COMMENT

WRITE = "treatments.write_edition"
APPROVE = "treatments.approve_edition"
MANAGE = "treatments.manage_page"

WORDS = ("title", "summary", "body", "note")
CARRIED = ("overline", "provenance")  # what a new edition takes over from the one before it


class Refusal(Exception):
    """A verb cannot be done now; the message says why, and what to do instead."""


class NotAllowed(Refusal):
    """This person may not do it at all."""


class Outdated(Refusal):
    """The text was changed since it was opened; `edition` is what stands there now, or None."""

    def __init__(self, sentence, edition):
        super().__init__(sentence)
        self.edition = edition


# Writing


@audited()
def save_words(*, page, by, title, body, summary="", note="", language="en", version=None):
    """Save a page's words in its working edition; the first save opens that edition.

    `version` is the number of saves that the writer has seen, None where there was no working
    edition. Returns the Edition; raises Outdated when somebody else saved in between.
    """
    _require(by, WRITE)
    page = _locked(page.pk)
    edition = page.editions.working().filter(language=language).select_related("held_by").first()
    _require_version(edition, version)
    if richtext.intricate(body):
        raise Refusal("This text has too much markup to be kept. Paste it in smaller parts.")
    typed = {"title": title, "summary": summary, "note": note}
    words = {word: richtext.typed(text) for word, text in typed.items()}
    words["body"] = _with_alternatives(_with_kept_keys(richtext.clean(body)))
    _require_title(words["title"])
    cited = _references_cited(words["body"])
    if edition is None:
        edition = _opened(page, by, language)
    elif edition.state == Edition.State.DRAFT and edition.held_by != by:
        raise Refusal(f"{edition.held_by.signature()} is writing this text. Take it over first.")
    _write(edition, by, words, cited)
    return edition


@audited()
def restore(*, edition, by):
    """Open a new draft with the words of an earlier edition. Returns the new Edition."""
    _require(by, WRITE)
    old = _reread(edition)
    if old.page.editions.working().filter(language=old.language).exists():
        raise Refusal("A new edition of this page is under way. Finish or discard it first.")
    draft = _opened(old.page, by, old.language)
    draft.overline, draft.provenance = old.overline, old.provenance
    words = {word: getattr(old, word) for word in ("title", "summary", "body")}
    words["body"] = _with_alternatives(_with_kept_keys(old.body))
    words["note"] = f"The words of edition {old.number}."
    _write(draft, by, words, _references_cited(words["body"]), action="restore")
    return draft


@audited()
def submit(*, edition, by, version):
    """Send a draft to review. `version` is what the writer has seen."""
    _require(by, WRITE)
    edition = _working(edition, Edition.State.DRAFT, "Only a draft can be sent to review.")
    _require_version(edition, version)
    _require_holder(edition, by)
    if not richtext.plain(edition.body) and not edition.summary:
        raise Refusal("The text is empty. Write it before you send it to review.")
    _change(edition, by, "submit", state=Edition.State.IN_REVIEW, submitted_at=_now())
    return edition


@audited()
def take_over(*, edition, by):
    """Go on with a colleague's working edition."""
    _require(by, WRITE)
    edition = _working(edition)
    if edition.held_by == by:
        raise Refusal("You are writing this text already.")
    _change(edition, by, "take over", held_by=by)
    return edition


@audited()
def discard(*, edition, by):
    """Delete a working edition for good; what patients read does not change."""
    _require(by, WRITE)
    edition = _working(edition)
    _require_holder(edition, by)
    if edition.reviews.exists():
        raise Refusal("This text has been reviewed and is kept.")
    before = {word: getattr(edition, word) for word in WORDS}
    _audit(by, "discard", edition, before=before | _remarks(edition))
    pk = edition.pk
    edition.delete()
    for beside in (Contributor, Comment, Rating):  # the guards let them go after it
        beside.objects.filter(edition_id=pk).delete()


def _remarks(edition):
    """What colleagues said about the edition, for the audit trail; nothing where nobody did."""
    comments = [f"{comment.name}: {comment.text}" for comment in edition.comments.all()]
    ratings = [
        {"checklist": rating.checklist, "rater": rating.name, "answers": rating.answers}
        for rating in edition.ratings.all()
    ]
    found = {"comments": comments, "ratings": ratings}
    return {name: said for name, said in found.items() if said}


# Reviewing


@audited()
def send_back(*, edition, by, reason):
    """Return a text in review to its writer; the reason becomes a comment to answer."""
    _require(by, APPROVE)
    edition = _working(edition, Edition.State.IN_REVIEW, "Only a text in review can be sent back.")
    reason = comment_given(reason, "Say what is to be changed, so that the writer knows.")
    _change(edition, by, "send back", reason, state=Edition.State.DRAFT)
    Comment.objects.write(edition=edition, by=by, text=reason, sends_back=True)
    return edition


@audited()
def approve(*, edition, by, version, evidence_checked, due_by):
    """Approve a text in review and publish it now.

    `version` is what the reviewer has read, `due_by` the date of the next review.
    """
    now = _now()
    return _approve(edition, by, version, evidence_checked, due_by, now=now, publish_at=now)


@audited()
def schedule(*, edition, by, version, evidence_checked, due_by, publish_at):
    """Approve a text in review, to be published at `publish_at`, an aware datetime to come."""
    now = _now()
    if not isinstance(publish_at, datetime.datetime) or timezone.is_naive(publish_at):
        raise Refusal("Give the time of publication, with its time zone.")
    publish_at = publish_at.replace(microsecond=0)
    if publish_at <= now:
        raise Refusal("That time is past. Choose a later one, or publish now.")
    return _approve(edition, by, version, evidence_checked, due_by, now=now, publish_at=publish_at)


def _approve(edition, by, version, evidence_checked, due_by, *, now, publish_at):
    _require(by, APPROVE)
    edition = _working(edition, Edition.State.IN_REVIEW, "Only a text in review can be approved.")
    _require_version(edition, version)
    if edition.language not in SHIPPED_LANGUAGES:
        raise Refusal(
            f"The portal has no disclaimer in the language “{edition.language}” yet, "
            "so this text cannot be shown to patients."
        )
    _review(edition, by, evidence_checked, due_by, now)
    writers = [contributor.user for contributor in edition.contributors.select_related("user")]
    _keep_references(edition)
    _keep_credits(edition)
    _change(
        edition,
        by,
        "approve" if publish_at == now else "schedule",
        state=Edition.State.APPROVED,
        approver=by,
        approved_by=by.signature(),
        written_by="; ".join(writer.signature() for writer in writers or [edition.author]),
        approved_at=now,
        publish_at=publish_at,
        held_by=None,
    )
    return edition


@audited()
def review_unchanged(*, edition, by, evidence_checked, due_by, note=""):
    """Record that the live text still holds, until `due_by`; imported text is reviewed so too."""
    _require(by, APPROVE)
    edition = _reread(edition)
    if not Edition.objects.live().filter(pk=edition.pk).exists():
        raise Refusal("Only the text that patients read now can be reviewed unchanged.")
    review = _review(edition, by, evidence_checked, due_by, _now(), note)
    _audit(by, "review unchanged", edition, after={"due by": review.due_by})
    return review


def _review(edition, by, evidence_checked, due_by, now, note=""):
    if by == edition.author or edition.contributors.filter(user=by).exists():
        raise Refusal("You wrote words of this text, so somebody else has to review it.")
    if evidence_checked is not True:
        raise Refusal("Tick that you have checked the evidence.")
    if type(due_by) is not datetime.date or due_by <= timezone.localdate(now):
        raise Refusal("Give the day of the next review. It has to be after today.")
    if edition.reviews.filter(reviewer=by, reviewed_at=now).exists():
        raise Refusal("You have reviewed this text a moment ago.")
    return Review.objects.create(
        edition=edition,
        reviewer=by,
        reviewed_by=by.signature(),
        reviewed_at=now,
        due_by=due_by,
        evidence_checked=True,
        note=note.strip(),
    )


# Taking down


@audited()
def withdraw(*, edition, by, reason, keep_scheduled=False):
    """Take the live text down at once. No older text comes back in its place.

    Scheduled editions of the page are cancelled too, unless `keep_scheduled`.
    """
    _require(by, APPROVE)
    edition = _reread(edition)
    if not Edition.objects.live().filter(pk=edition.pk).exists():
        raise Refusal("Only the text that patients read now can be withdrawn.")
    reason = _given(reason, "Say why the text is withdrawn. The reason is kept.")
    _withdraw(edition, by, "withdraw", reason)
    if not keep_scheduled:
        same = edition.page.editions.filter(language=edition.language)
        for other in same.scheduled().select_related("page"):
            _withdraw(other, by, "cancel schedule", reason)
    return edition


@audited()
def cancel_schedule(*, edition, by, reason):
    """Call off a scheduled edition; what patients read stays as it is."""
    _require(by, APPROVE)
    edition = _reread(edition)
    if not Edition.objects.scheduled().filter(pk=edition.pk).exists():
        raise Refusal("This edition is not scheduled.")
    reason = _given(reason, "Say why the publication is called off. The reason is kept.")
    _withdraw(edition, by, "cancel schedule", reason)
    return edition


def _withdraw(edition, by, action, reason):
    _change(
        edition, by, action, reason, withdrawn_at=_now(), withdrawn_by=by, withdrawn_reason=reason
    )


# What the verbs share


def _now():
    # Whole seconds: dumpdata cuts the rest, and a reloaded row would count as changed.
    return timezone.now().replace(microsecond=0)


def _require(by, permission):
    if not by.has_perm(permission):
        raise NotAllowed("You do not have the permission for this. Ask a Manager.")


def _require_title(title):
    longest = Edition._meta.get_field("title").max_length
    if not title:
        raise Refusal("The text needs a title. Patients read it as the page’s heading.")
    if len(title) > longest:
        raise Refusal(f"The title is longer than {longest} letters. Patients read it as a heading.")


def _given(reason, sentence):
    reason = richtext.typed(reason or "")
    if not reason:
        raise Refusal(sentence)
    return reason


def comment_given(text, sentence):
    """The words of a comment as they are kept, or a Refusal; `sentence` is that for no words."""
    text = _given((text or "").replace("\r\n", "\n"), sentence)
    if len(text) > LONGEST_COMMENT:
        raise Refusal(f"This is longer than {LONGEST_COMMENT:,} letters. Say it in fewer.")
    return text


def _locked(pk):
    return Page.objects.select_for_update().get(pk=pk)


def _reread(edition):
    """The edition as it is now, under the lock of its page."""
    _locked(edition.page_id)
    found = Edition.objects.select_for_update(of=("self",)).filter(pk=edition.pk)
    found = found.select_related("page", "author", "held_by").first()
    if found is None:
        raise Outdated("This edition has been discarded.", None)
    return found


def _working(edition, state=None, otherwise=""):
    found = _reread(edition)
    if found.state == Edition.State.APPROVED:
        raise Refusal("This edition is approved and never changes. Write a new edition.")
    if state and found.state != state:
        raise Refusal(otherwise)
    return found


def _require_holder(edition, by):
    if edition.held_by != by:
        raise Refusal(f"{edition.held_by.signature()} is writing this text. Take it over first.")


def _require_version(edition, version):
    now = edition.version if edition else None
    if now == version:
        return
    if edition is None:
        raise Outdated("This text was approved or discarded since you opened it.", None)
    raise Outdated(
        "Somebody saved this text since you opened it. Nothing was overwritten.", edition
    )


def _opened(page, by, language):
    """A new, unsaved working edition that carries on from the newest one."""
    newest = page.editions.filter(language=language).order_by("number").last()
    edition = Edition(page=page, language=language, author=by, held_by=by, number=1)
    if newest:
        edition.number = newest.number + 1
        for name in CARRIED:
            setattr(edition, name, getattr(newest, name))
    return edition


def _write(edition, by, words, cited, action="save"):
    before = {word: getattr(edition, word) for word in words}
    changed = {word: text for word, text in words.items() if text != before[word]}
    if edition.pk and not changed:
        return
    for word, text in changed.items():
        setattr(edition, word, text)
    edition.version += 1
    edition.saved_at = _now()
    edition.save()
    Contributor.objects.get_or_create(edition=edition, user=by)
    edition.citations.all().delete()
    Citation.objects.bulk_create(
        Citation(edition=edition, reference=found, position=place, printed=found.printed())
        for place, found in enumerate(cited, 1)
    )
    edition.placements.all().delete()
    Placement.objects.bulk_create(
        Placement(edition=edition, image=found, position=place, credit=found.credit)
        for place, found in enumerate(_images_shown(words["body"]), 1)
    )
    _audit(by, action, edition, before={word: before[word] for word in changed}, after=changed)
    measuring.keep(edition)


def _with_kept_keys(body):
    """The cleaned text citing, in place of references that were merged, those that stay."""
    merged = Reference.objects.filter(key__in=citations.keys(body), merged_into__isnull=False)
    markers = {
        reference.key: citations.marker(reference.kept().key, reference.kept().label())
        for reference in merged.select_related("merged_into")
    }
    return citations.rekeyed(body, markers)


def _references_cited(body):
    """The References that a cleaned text cites, in order."""
    keys = citations.keys(body)
    found = {reference.key: reference for reference in Reference.objects.filter(key__in=keys)}
    unknown = [key for key in keys if key not in found]
    if unknown:
        where = _behind(citations.words_before(body, unknown[0]))
        raise Refusal(
            f"{where} the text cites “{unknown[0]}”, which is not among the references. "
            "Add the reference first, or take the citation out."
        )
    return [found[key] for key in keys]


def _with_alternatives(body):
    """The cleaned text where each picture says its own alternative text, if the text said none."""
    keys = pictures.keys(body)
    if not keys:
        return body
    found = Image.objects.filter(key__in=keys).values_list("key", "alternative")
    return pictures.described(body, dict(found))


def _images_shown(body):
    """The Images that a cleaned text shows, in order."""
    keys = pictures.keys(body)
    found = {image.key: image for image in Image.objects.filter(key__in=keys)} if keys else {}
    unknown = [key for key in keys if key not in found]
    if unknown:
        where = _behind(pictures.words_before(body, unknown[0]))
        raise Refusal(
            f"{where} the text shows a picture that is not among the pictures. "
            "Take it out, and place it anew from the list of pictures."
        )
    return [found[key] for key in keys]


def _behind(words):
    """Where in a text something stands, told by the words before it."""
    return f"After “… {words}”" if words else "At its beginning"


def _keep_credits(edition):
    """Where the pictures come from, as it is said at this moment."""
    for placement in edition.placements.select_related("image"):
        placement.credit = placement.image.credit
        placement.save(update_fields=["credit"])


def _keep_references(edition):
    """The printed references, as they stand at this moment."""
    for citation in edition.citations.select_related("reference__merged_into"):
        citation.printed = citation.reference.kept().printed()
        citation.save(update_fields=["printed"])


def _change(edition, by, action, reason="", **fields):
    """Change columns of the edition by a single UPDATE, and say so in the audit trail."""
    before = {name: _told(getattr(edition, name)) for name in fields}
    after = {name: _told(value) for name, value in fields.items()}
    Edition.objects.filter(pk=edition.pk).update(**fields)
    for name, value in fields.items():
        setattr(edition, name, value)
    _audit(by, action, edition, before=before, after=after, reason=reason)


def _told(value):
    return str(value) if hasattr(value, "get_username") else value


def _audit(by, action, subject, *, before=None, after=None, reason=""):
    AuditEntry.objects.record(
        by=by, action=action, subject=subject, before=before, after=after, reason=reason
    )
