"""The verbs of what colleagues say about a text: comments, and ratings by a checklist.

Whoever writes or approves texts may say something about any of them, at any time. Each verb is
audited; none touches what patients read.
"""

from dataclasses import dataclass

from django.utils import timezone

from treatments import checklists
from treatments.models import AuditEntry, Comment, Edition, Page, Rating, audited
from treatments.models.remarks import digest
from treatments.publishing import (
    APPROVE,
    WRITE,
    NotAllowed,
    Outdated,
    Refusal,
    comment_given,
)


def may_remark(user):
    return user.has_perm(WRITE) or user.has_perm(APPROVE)


# Comments


@audited()
def comment(*, edition, by, text):
    """Say something about an edition, in plain text. Returns the Comment.

    Said twice while it is open, by a button pressed twice, it stands once.
    """
    _require(by)
    edition = _reread(edition)
    text = comment_given(text, "Write what you want to say.")
    said = edition.comments.open().filter(author=by, text=text).first()
    if said:
        return said
    _audit(by, "comment", edition, text)
    return Comment.objects.write(edition=edition, by=by, text=text)


@audited()
def resolve(*, comment, by):
    """Say that a comment is dealt with. One that is resolved already stays as it is."""
    _require(by)
    comment = _locked(comment)
    if comment.resolved_at is None:
        _change(comment, resolved_at=timezone.now().replace(microsecond=0), resolved_by=by)
        _audit(by, "resolve comment", comment.edition, comment.text)
    return comment


@audited()
def reopen(*, comment, by):
    """Say that a resolved comment is not dealt with after all."""
    _require(by)
    comment = _locked(comment)
    if comment.resolved_at is not None:
        _change(comment, resolved_at=None, resolved_by=None)
        _audit(by, "reopen comment", comment.edition, comment.text)
    return comment


def _locked(comment):
    """The comment as it is now, under the lock of its page."""
    _reread(comment.edition)
    return Comment.objects.select_related("edition__page").get(pk=comment.pk)


def _change(comment, **fields):
    Comment.objects.filter(pk=comment.pk).update(**fields)
    for name, value in fields.items():
        setattr(comment, name, value)


# Ratings


@audited()
def rate(*, edition, by, checklist, answers, version):
    """Keep somebody's complete answers to a checklist. Returns the Rating.

    `answers` are {item: answer}; those that follow from others may be left out. `version` is
    what the rater has read of the text.
    """
    _require(by)
    edition = _reread(edition)
    if edition.version != version:
        raise Outdated(
            "Somebody saved this text since you opened it. Your answers are kept below; read the "
            "text as it stands now, and send them again.",
            edition,
        )
    answers = checklists.completed(checklist, answers)
    if checklists.problems(checklist, answers):
        raise Refusal("The rating is not kept yet. See what is to be mended below.")
    found = checklists.scores(checklist, answers)
    scores = {
        scale: {"points": score.points, "applicable": score.applicable, "percent": score.percent}
        for scale, score in found.items()
    }
    rating = Rating.objects.create(
        edition=edition,
        checklist=checklist.slug,
        rater=by,
        name=by.signature(),
        answers={str(number): answer for number, answer in sorted(answers.items())},
        scores=scores,
        digest=digest(edition),
    )
    told = {scale: score.percent for scale, score in found.items()}
    AuditEntry.objects.record(
        by=by, action="rate", subject=edition, after={"checklist": checklist.slug, **told}
    )
    return rating


@dataclass(frozen=True)
class Result:
    """A rating as staff read it: [(scale, percent, whether it reaches the mark)], missed items."""

    rating: Rating
    checklist: checklists.Checklist
    scores: list[tuple[str, int, bool]]
    missed: list[checklists.Item]
    text_has_changed: bool
    by_a_writer: bool


def results(edition):
    """The Results of an edition's ratings, the newest first. Costs two queries, or one for none."""
    ratings = [rating for rating in edition.ratings.all() if rating.checklist in checklists.ALL]
    if not ratings:
        return []
    writers = {contributor.user_id for contributor in edition.contributors.all()}
    now = digest(edition)
    return [_result(rating, now, writers) for rating in ratings]


def _result(rating, now, writers):
    checklist = checklists.ALL[rating.checklist]
    answers = {int(number): answer for number, answer in rating.answers.items()}
    # In the checklist's order: PostgreSQL keeps none.
    percents = {scale: rating.scores[scale]["percent"] for scale in checklist.scales}
    return Result(
        rating=rating,
        checklist=checklist,
        scores=[(scale, percent, percent >= checklist.mark) for scale, percent in percents.items()],
        missed=checklists.missed(checklist, answers),
        text_has_changed=rating.digest != now,
        by_a_writer=rating.rater_id in writers,
    )


# What the verbs share


def _require(by):
    if not may_remark(by):
        raise NotAllowed("You do not have the permission for this. Ask a Manager.")


def _reread(edition):
    """The edition as it is now, under the lock of its page."""
    Page.objects.select_for_update().get(pk=edition.page_id)
    found = Edition.objects.select_related("page").filter(pk=edition.pk).first()
    if found is None:
        raise Outdated("This edition has been discarded.", None)
    return found


def _audit(by, action, edition, words):
    AuditEntry.objects.record(by=by, action=action, subject=edition, reason=words)
