"""Numbered versions of a page's text: who wrote, approved and reviewed them, and when they show."""

import datetime

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from treatments.models.fields import RichTextField
from treatments.models.pages import Page

# Languages whose disclaimer and interface words are shipped. A text in another language
# cannot be approved; adding one is a migration of the constraint below.
SHIPPED_LANGUAGES = ["en"]

SOON = datetime.timedelta(days=60)  # how long before a review is due a page counts as due


# Whose time counts: one withdrawn before it was called off, and never shows.
_NOT_CALLED_OFF = Q(withdrawn_at=None) | Q(withdrawn_at__gte=F("publish_at"))


class EditionQuerySet(models.QuerySet):
    """The portal's words for what shows when. Every moment `at` is an aware datetime, now if None.

    The number decides, not the date: a correction published today stays in front of
    an older number whose schedule falls due tomorrow.
    """

    def working(self):
        """Drafts and texts in review: at most one for each page and language."""
        return self.exclude(state="approved")

    def published(self, at=None):
        """Those whose time has come. One withdrawn before its time never counts."""
        return self.filter(
            _NOT_CALLED_OFF,
            state="approved",
            publish_at__lte=at or timezone.now(),
        )

    def current(self, at=None):
        """The newest published edition of each page and language, withdrawn since or not."""
        return self.published(at).filter(~_replaced(at))

    def live(self, at=None):
        """What patients read: every public surface fetches through this word."""
        at = at or timezone.now()
        return self.current(at).filter(Q(withdrawn_at=None) | Q(withdrawn_at__gt=at))

    def withdrawn(self, at=None):
        """Current, but withdrawn: their pages answer 410, and no older text comes back."""
        return self.current(at).filter(withdrawn_at__lte=at or timezone.now())

    def scheduled(self, at=None):
        """Approved, to be published later, and not cancelled."""
        at = at or timezone.now()
        return self.filter(
            Q(withdrawn_at=None) | Q(withdrawn_at__gt=at),
            Q(approved_at=None) | Q(approved_at__lte=at),
            state="approved",
            publish_at__gt=at,
        )

    def next_scheduled(self, at=None):
        """Of each page and language the one of `scheduled` that patients will read first.

        One that a higher number overtakes, published before it or with it, never shows.
        """
        at = at or timezone.now()
        sooner = Edition.objects.scheduled(at).filter(
            Q(publish_at__lt=OuterRef("publish_at"))
            | Q(publish_at=OuterRef("publish_at"), number__gt=OuterRef("number")),
            page=OuterRef("page"),
            language=OuterRef("language"),
        )
        overtaking = Edition.objects.filter(
            Q(withdrawn_at=None) | Q(withdrawn_at__gte=F("publish_at")),
            state="approved",
            publish_at__lte=OuterRef("publish_at"),
            page=OuterRef("page"),
            language=OuterRef("language"),
            number__gt=OuterRef("number"),
        )
        return self.scheduled(at).filter(~Exists(sooner), ~Exists(overtaking))

    def superseded(self, at=None):
        """Published once, and replaced by a higher number since."""
        return self.published(at).filter(_replaced(at))

    def with_replacement(self):
        """Each with `replaced_at`, when the time of a higher number comes or came, else None."""
        newer = Edition.objects.filter(
            _NOT_CALLED_OFF,
            state="approved",
            page=OuterRef("page"),
            language=OuterRef("language"),
            number__gt=OuterRef("number"),
        )
        first = newer.order_by("publish_at").values("publish_at")[:1]
        return self.annotate(replaced_at=Subquery(first))

    def never_reviewed(self, at=None):
        """Imported, and nobody of this hospital has reviewed it yet."""
        return self.with_review(at).filter(~Exists(_last_review(at)), origin="imported")

    def overdue(self, at=None):
        """Past the day by which the last review said to look again."""
        late = _last_review(at).filter(due_by__lt=timezone.localdate(at))
        return self.with_review(at).filter(Exists(late))

    def due_soon(self, at=None):
        """To be reviewed again within SOON, and not overdue yet."""
        today = timezone.localdate(at)
        soon = _last_review(at).filter(due_by__range=(today, today + SOON))
        return self.with_review(at).filter(Exists(soon))

    def with_review(self, at=None):
        """Each with `reviewed_at`, `reviewed_by` and `due_by` of its last review, else None."""
        last = Review.objects.filter(
            edition=OuterRef("pk"), reviewed_at__lte=at or timezone.now()
        ).order_by("-reviewed_at", "-pk")
        return self.annotate(
            reviewed_at=Subquery(last.values("reviewed_at")[:1]),
            reviewed_by=Subquery(last.values("reviewed_by")[:1]),
            due_by=Subquery(last.values("due_by")[:1]),
        )

    def states(self):
        """{primary key: what each is at this moment, in a word}: "live", "draft" and so on."""
        found = dict(self.values_list("pk", "state"))
        # Approved, and none of the four: its publication was called off before its time.
        approved = Edition.State.APPROVED
        found = {pk: "called off" if state == approved else state for pk, state in found.items()}
        for word in ("superseded", "scheduled", "withdrawn", "live"):
            such = getattr(Edition.objects, word)().filter(pk__in=self.order_by().values("pk"))
            found |= dict.fromkeys(such.values_list("pk", flat=True), word)
        return found


def _replaced(at):
    """Whether a published edition has a higher number than the one asked about."""
    newer = Edition.objects.published(at).filter(
        page=OuterRef("page"), language=OuterRef("language"), number__gt=OuterRef("number")
    )
    return Exists(newer)


def _last_review(at):
    """The last review of the edition asked about.

    Words filter by it rather than by what `with_review` annotates: of a column that is a query of
    its own PostgreSQL guesses that few rows pass, and then compares each edition with each other.
    """
    at = at or timezone.now()
    later = Review.objects.filter(
        Q(reviewed_at__gt=OuterRef("reviewed_at"))
        | Q(reviewed_at=OuterRef("reviewed_at"), pk__gt=OuterRef("pk")),
        edition=OuterRef("edition"),
        reviewed_at__lte=at,
    )
    return Review.objects.filter(~Exists(later), edition=OuterRef("pk"), reviewed_at__lte=at)


def titles_of_pages(*, page="pk", language="en", at=None):
    """An expression for queries of pages: the title by which people know each, or NULL.

    It is that of the current edition, withdrawn or not; else of the draft; else of what is to
    come. `page` names the column that holds the page's number.
    """
    editions = Edition.objects.filter(page=OuterRef(page), language=language)
    words = [editions.current(at), editions.working(), editions.scheduled(at).order_by("number")]
    return Coalesce(*(Subquery(word.values("title")[:1]) for word in words))


class EditionManager(models.Manager.from_queryset(EditionQuerySet)):
    def get_by_natural_key(self, kind, slug, language, number):
        return self.get(page__kind=kind, page__slug=slug, language=language, number=number)


class Edition(models.Model):
    """One version of a page's text in one language.

    Three states are stored. Scheduled, current, superseded and withdrawn are words of the
    queryset, so that publishing on a schedule needs no job that could fail to run.
    Only `treatments.publishing` opens, approves and withdraws editions.
    """

    class State(models.TextChoices):
        DRAFT = "draft", "draft"
        IN_REVIEW = "in review", "in review"
        APPROVED = "approved", "approved"

    class Origin(models.TextChoices):
        WRITTEN = "written", "written here"
        IMPORTED = "imported", "imported"

    # Imported text has no date of its own, and none is made up: it is public
    # from the start of the clock. Nobody is shown this value.
    ALWAYS = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)

    page = models.ForeignKey(Page, on_delete=models.PROTECT, related_name="editions")
    language = models.CharField(max_length=12, default="en")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=12, choices=State, default=State.DRAFT)
    origin = models.CharField(max_length=12, choices=Origin, default=Origin.WRITTEN)

    overline = models.TextField(
        "lines above the heading",
        blank=True,
        help_text="Patients read each line in small type above the heading.",
    )
    title = models.CharField(
        max_length=200,
        help_text="The page’s heading, and its name in every list that patients see.",
    )
    summary = models.TextField(
        blank=True,
        help_text="One or two plain sentences that lists show under the title. "
        "Where it is blank they show the first sentence of the text.",
    )
    body = RichTextField(
        blank=True, help_text="The text of the page, as patients read it under the heading."
    )
    note = models.TextField(
        "note of change",
        blank=True,
        help_text="What is new in this edition, for the reviewer and for later editors. "
        "Patients do not see it.",
    )
    provenance = models.TextField(
        "where the text comes from",
        blank=True,
        help_text="Patients read this at the end of the page, beside the sources.",
    )

    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    held_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    approver = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    # Names and credentials as they stood at approval, for patients to read.
    written_by = models.TextField(blank=True)
    approved_by = models.TextField(blank=True)

    version = models.PositiveIntegerField(default=0)  # counts the saves, to notice two windows
    saved_at = models.DateTimeField(null=True, blank=True)
    submitted_at = models.DateTimeField(null=True, blank=True)
    approved_at = models.DateTimeField(null=True, blank=True)
    publish_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    withdrawn_reason = models.TextField(blank=True)

    objects = EditionManager()

    class Meta:
        permissions = [
            ("write_edition", "Can write texts and send them to review"),
            ("approve_edition", "Can review, approve, send back and withdraw texts"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["page", "language", "number"], name="edition_number_once"
            ),
            models.UniqueConstraint(
                fields=["page", "language"],
                condition=~Q(state="approved"),
                name="edition_one_working",
                violation_error_message="Somebody is already writing a new edition of this page.",
            ),
            models.CheckConstraint(
                name="edition_known_state",
                condition=Q(state__in=["draft", "in review", "approved"])
                & Q(origin__in=["written", "imported"])
                & Q(number__gte=1),
            ),
            models.CheckConstraint(
                name="edition_has_title",
                condition=~Q(title=""),
                violation_error_message="An edition needs a title.",
            ),
            models.CheckConstraint(
                name="edition_imported_is_nobodys",
                condition=~Q(origin="imported")
                | Q(
                    state="approved",
                    author=None,
                    held_by=None,
                    approver=None,
                    approved_at=None,
                    written_by="",
                    approved_by="",
                    publish_at__isnull=False,
                ),
                violation_error_message="Imported text has no author, no approver and no review "
                "of its own: it is reviewed in place.",
            ),
            models.CheckConstraint(
                name="edition_two_people",
                condition=~Q(state="approved", origin="written")
                | Q(author__isnull=False, approver__isnull=False) & ~Q(approver=F("author")),
                violation_error_message="Somebody other than the author has to approve this text.",
            ),
            models.CheckConstraint(
                name="edition_approved_is_complete",
                condition=~Q(state="approved", origin="written")
                | Q(
                    held_by=None,
                    approved_at__isnull=False,
                    publish_at__isnull=False,
                    publish_at__gte=F("approved_at"),
                )
                & ~Q(written_by="")
                & ~Q(approved_by=""),
                violation_error_message="An approved edition needs the names of its author and "
                "approver, and a time of publication that is not before its approval.",
            ),
            models.CheckConstraint(
                name="edition_working_is_unapproved",
                condition=Q(state="approved")
                | Q(
                    author__isnull=False,
                    held_by__isnull=False,
                    approver=None,
                    approved_at=None,
                    publish_at=None,
                    withdrawn_at=None,
                ),
            ),
            models.CheckConstraint(
                name="edition_withdrawn_with_reason",
                condition=Q(withdrawn_at=None, withdrawn_by=None, withdrawn_reason="")
                | Q(withdrawn_at__isnull=False, withdrawn_by__isnull=False)
                & ~Q(withdrawn_reason=""),
                violation_error_message="Withdrawing needs a reason.",
            ),
            models.CheckConstraint(
                name="edition_language_shipped",
                condition=~Q(state="approved") | Q(language__in=SHIPPED_LANGUAGES),
                violation_error_message="The portal has no disclaimer and no interface words in "
                "this language yet, so its text cannot be shown to patients.",
            ),
        ]

    def __str__(self):
        return f"{self.page}, edition {self.number} ({self.language})"

    def natural_key(self):
        return (*self.page.natural_key(), self.language, self.number)

    def is_imported(self):
        return self.origin == self.Origin.IMPORTED

    def read_between(self):
        """(from, until) when patients read it: until None where no end is known; None if never.

        It begins at the first moment and ends before the second. Needs `with_replacement`.
        """
        if self.state != self.State.APPROVED:
            return None
        until = min(filter(None, [self.replaced_at, self.withdrawn_at]), default=None)
        return None if until and until <= self.publish_at else (self.publish_at, until)


class ContributorManager(models.Manager):
    def get_by_natural_key(self, kind, slug, language, number, username):
        edition = Edition.objects.get_by_natural_key(kind, slug, language, number)
        return self.get(edition=edition, user__username=username)


class Contributor(models.Model):
    """A person who saved words of an edition. The approver is none of them."""

    # DO_NOTHING: the guards keep contributors for as long as their edition stands, so
    # `publishing.discard` deletes the draft first and its contributors after it.
    edition = models.ForeignKey(Edition, on_delete=models.DO_NOTHING, related_name="contributors")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    first_saved_at = models.DateTimeField(default=timezone.now)

    objects = ContributorManager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["edition", "user"], name="contributor_once")]
        ordering = ["first_saved_at", "id"]

    def __str__(self):
        return f"{self.user} wrote in {self.edition}"

    def natural_key(self):
        return (*self.edition.natural_key(), *self.user.natural_key())


class ReviewManager(models.Manager):
    def get_by_natural_key(self, kind, slug, language, number, username, reviewed_at):
        edition = Edition.objects.get_by_natural_key(kind, slug, language, number)
        return self.get(edition=edition, reviewer__username=username, reviewed_at=reviewed_at)


class Review(models.Model):
    """That somebody who wrote none of the text has checked it, and by when to look again."""

    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="reviews")
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    reviewed_by = models.TextField()  # name and credentials as they stood, for patients to read
    reviewed_at = models.DateTimeField(default=timezone.now)
    due_by = models.DateField(
        "due again by",
        help_text="The day by which somebody looks at this text again. "
        "Patients read it at the end of the page, and a warning from the day after.",
    )
    evidence_checked = models.BooleanField(
        "I have checked the evidence",
        help_text="That you held the text against its sources and against what is known today.",
    )
    note = models.TextField(
        blank=True,
        help_text="What you looked at, for later reviewers. Patients do not see it.",
    )

    objects = ReviewManager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["edition", "reviewer", "reviewed_at"], name="review_once"
            ),
            models.CheckConstraint(
                name="review_of_evidence",
                condition=Q(evidence_checked=True),
                violation_error_message="Tick that you have checked the evidence.",
            ),
            models.CheckConstraint(
                name="review_due_later",
                condition=Q(due_by__gt=F("reviewed_at")),
                violation_error_message="The next review has to be due after today.",
            ),
            models.CheckConstraint(
                name="review_is_signed",
                condition=~Q(reviewed_by=""),
            ),
        ]
        ordering = ["reviewed_at", "id"]

    def __str__(self):
        return f"{self.edition}, reviewed {self.reviewed_at:%Y-%m-%d}, due by {self.due_by}"

    def natural_key(self):
        return (
            *self.edition.natural_key(),
            *self.reviewer.natural_key(),
            self.reviewed_at.isoformat(),
        )


class SharedPreviewQuerySet(models.QuerySet):
    def open(self, at=None):
        """Links that still work: neither revoked nor expired."""
        return self.filter(revoked_at=None, expires_at__gt=at or timezone.now())


class SharedPreview(models.Model):
    """A link by which somebody without an account can read one edition before it is published."""

    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="shared_previews")
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    made_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = SharedPreviewQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at", "-id"]

    def __str__(self):
        return f"{self.edition}, shared until {self.expires_at:%Y-%m-%d}"
