"""What colleagues say about an edition: comments to answer, ratings by a checklist."""

import hashlib

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q, Subquery
from django.utils import timezone

from treatments.models.editions import Edition

LONGEST_COMMENT = 5000  # characters


class CommentQuerySet(models.QuerySet):
    def open(self):
        """Those that nobody has resolved."""
        return self.filter(resolved_at=None)

    def resolved(self):
        return self.exclude(resolved_at=None)

    def about(self, page, language="en"):
        """Those on any edition of a page."""
        return self.filter(edition__page=page, edition__language=language)

    def to_answer(self, user):
        """What others said, open still, about pages whose text is this person's to change.

        That is whoever holds the working text; where nobody is writing, the author of the edition.
        """
        working = Edition.objects.working().filter(
            page=OuterRef("edition__page"), language=OuterRef("edition__language")
        )
        theirs = Q(edition__author=user) & ~Exists(working)
        return (
            self.open().filter(Exists(working.filter(held_by=user)) | theirs).exclude(author=user)
        )

    def in_review(self):
        """The open ones on texts that wait for a reviewer."""
        return self.open().filter(edition__state=Edition.State.IN_REVIEW)


class CommentManager(models.Manager.from_queryset(CommentQuerySet)):
    def write(self, *, edition, by, text, sends_back=False):
        """Make a comment, signed with the name as it stands now."""
        return self.create(
            edition=edition, author=by, name=by.signature(), text=text, sends_back=sends_back
        )


class Comment(models.Model):
    """What somebody said about an edition. Its words stay; it is resolved, and opened again."""

    # DO_NOTHING, as for contributors: the guards keep comments for as long as their edition stands.
    edition = models.ForeignKey(Edition, on_delete=models.DO_NOTHING, related_name="comments")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    name = models.TextField()  # with credentials, as it stood
    text = models.TextField(
        help_text="Your colleagues read this; patients do not. It is kept with the edition."
    )
    at = models.DateTimeField(default=timezone.now)
    sends_back = models.BooleanField(default=False)  # the reason for which a text was sent back
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = CommentManager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="comment_says_something_signed",
                condition=~Q(text="") & ~Q(name=""),
                violation_error_message="Write what you want to say.",
            ),
            models.CheckConstraint(
                name="comment_resolved_by_somebody",
                condition=Q(resolved_at=None, resolved_by=None)
                | Q(resolved_at__isnull=False, resolved_by__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["edition"], condition=Q(resolved_at=None), name="comment_open")
        ]
        ordering = ["at", "id"]

    def __str__(self):
        return f"{self.name}, {self.at:%Y-%m-%d}: {self.text[:60]}"


def with_return(editions):
    """Each with `sent_back_at`, `sent_back_by` and `sent_back_reason`: what a reviewer said who
    returned it last, else None.
    """
    last = Comment.objects.filter(edition=OuterRef("pk"), sends_back=True).order_by("-at", "-pk")
    return editions.annotate(
        sent_back_at=Subquery(last.values("at")[:1]),
        sent_back_by=Subquery(last.values("name")[:1]),
        sent_back_reason=Subquery(last.values("text")[:1]),
    )


def sent_back(editions):
    """The drafts among these that a reviewer has returned, as `with_return` tells of them."""
    returned = Comment.objects.filter(edition=OuterRef("pk"), sends_back=True)
    return with_return(editions.filter(Exists(returned), state=Edition.State.DRAFT))


class Rating(models.Model):
    """How somebody rated an edition by a checklist of `treatments.checklists`. Only ever added."""

    edition = models.ForeignKey(Edition, on_delete=models.DO_NOTHING, related_name="ratings")
    checklist = models.CharField(max_length=40)
    rater = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    name = models.TextField()  # with credentials, as it stood
    rated_at = models.DateTimeField(default=timezone.now)
    answers = models.JSONField()  # {item: answer}
    scores = models.JSONField()  # {scale: {"points": …, "applicable": …, "percent": …}}
    # Of the words that were rated, since a draft's may change after it.
    digest = models.CharField(max_length=64)

    class Meta:
        constraints = [models.CheckConstraint(name="rating_signed", condition=~Q(name=""))]
        ordering = ["-rated_at", "-id"]

    def __str__(self):
        return f"{self.edition}, rated by {self.name}, {self.rated_at:%Y-%m-%d}"


def texts_to_answer(user):
    """Editions that are this person's to change, where others left comments open: one for a page.

    The same comments as `Comment.objects.to_answer` has.
    """
    said = Comment.objects.to_answer(user)
    same = {"page": OuterRef("page"), "language": OuterRef("language")}
    on_page = said.filter(edition__page=OuterRef("page"), edition__language=OuterRef("language"))
    held = Q(Exists(on_page), held_by=user) & ~Q(state=Edition.State.APPROVED)
    own = Q(Exists(said.filter(edition=OuterRef("pk"))), state=Edition.State.APPROVED)
    later = Edition.objects.filter(**same, number__gt=OuterRef("number"), comments__in=said)
    writing = Edition.objects.working().filter(**same)
    return Edition.objects.filter(held | own & ~Exists(later) & ~Exists(writing))


def digest(edition):
    """SHA-256 of what patients read of an edition."""
    words = "\0".join((edition.overline, edition.title, edition.summary, edition.body))
    return hashlib.sha256(words.encode()).hexdigest()
