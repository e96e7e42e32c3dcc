"""What the audit trail is told of signing in, and from where deeds are done."""

from datetime import timedelta

from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY, get_user_model
from django.utils import timezone

from eduportal.models import UntoldSignIn
from eduportal.security import client_address, is_for_staff
from treatments import permitting, places
from treatments.models import AuditEntry, audited

FAILED, REFUSED = "sign-in failed", "sign-in refused"
UNKNOWN = "an unknown account"  # what was typed is kept nowhere: it may be a password
ONCE = timedelta(minutes=1)  # one entry for an account and an address
# Entries an hour at most on accounts that there are, and on others: a flood fills no table.
MOST = {True: 200, False: 50}


def whereabouts(get_response):
    """Let what staff do be done from their address. Public pages do nothing that is audited."""

    def middleware(request):
        if not is_for_staff(request):
            return get_response(request)
        with places.acting_from(client_address(request)):
            return get_response(request)

    return middleware


def signed_in(sender, request, user, **kwargs):
    AuditEntry.objects.record(by=user, action="sign in", subject=permitting.person(user))


def signed_out(sender, request, user, **kwargs):
    if user:
        AuditEntry.objects.record(by=user, action="sign out", subject=permitting.person(user))


@audited()
def sign_in_failed(*, name, refused=False):
    """Tell of a try that failed, or was refused before its time; `name` is what was typed.

    Of the tries at one account from one address, one a minute is told. The next entry of that
    account says how many more there were.
    """
    known = get_user_model().objects.filter(username=name).first()
    subject = permitting.person(known) if known else UNKNOWN
    action = REFUSED if refused else FAILED
    untold, _ = UntoldSignIn.objects.select_for_update().get_or_create(
        action=action, subject=subject
    )
    if _told_enough(action, subject, bool(known)):
        untold.tries += 1
    else:
        more = {"more since the entry before": untold.tries} if untold.tries else {}
        AuditEntry.objects.record(by=None, action=action, subject=subject, after=more)
        untold.tries = 0
    untold.save()


def _told_enough(action, subject, known):
    now = timezone.now()
    told = AuditEntry.objects.filter(action=action, at__gt=now - ONCE)
    if told.filter(subject=subject, place=places.current()).exists():
        return True
    told = AuditEntry.objects.filter(action__in=[FAILED, REFUSED], at__gt=now - timedelta(hours=1))
    told = told.exclude(subject=UNKNOWN) if known else told.filter(subject=UNKNOWN)
    return told[: MOST[known]].count() == MOST[known]


@audited()
def end_sessions(ended):
    """Delete sessions whose time is up, a queryset of Django's table, and tell whose they were."""
    rows = list(ended.select_for_update())
    users = {row.pk: _user_of(row.get_decoded()) for row in rows}
    ended.filter(pk__in=users).delete()
    with places.acting_from(""):  # nobody did it
        for row in rows:
            if user := users[row.pk]:
                AuditEntry.objects.record(
                    by=None,
                    action="session ended",
                    subject=permitting.person(user),
                    after={"at": row.expire_date},
                )


def _user_of(session):
    """Whose session it was; None where nobody had signed in, or a new password ended it before."""
    user = get_user_model().objects.filter(pk=session.get(SESSION_KEY) or 0).first()
    stands = user and session.get(HASH_SESSION_KEY) == user.get_session_auth_hash()
    return user if stands else None
