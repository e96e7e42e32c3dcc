"""Links by which somebody without an account reads an edition before it is published."""

from datetime import timedelta

from django.core import signing
from django.utils import timezone

from treatments.models import AuditEntry, Edition, SharedPreview, audited
from treatments.publishing import APPROVE, WRITE, NotAllowed, Refusal

DAYS = 14  # how long a link works
_signer = signing.Signer(salt="treatments.sharing")


@audited()
def share(*, edition, by):
    """Make a link to a working edition. Returns the SharedPreview."""
    _require(by)
    if edition.state == Edition.State.APPROVED:
        raise Refusal("This edition is approved. Only what is being written is shared by a link.")
    made_at = timezone.now()
    shared = SharedPreview.objects.create(
        edition=edition, made_by=by, made_at=made_at, expires_at=made_at + timedelta(days=DAYS)
    )
    AuditEntry.objects.record(by=by, action="share preview", subject=edition)
    return shared


@audited()
def revoke(*, shared, by):
    """Make a link stop working at once."""
    _require(by)
    SharedPreview.objects.filter(pk=shared.pk, revoked_at=None).update(revoked_at=timezone.now())
    AuditEntry.objects.record(by=by, action="revoke preview", subject=shared.edition)


def token(shared):
    """What stands in the link's address; only this portal can make it."""
    return _signer.sign(shared.pk)


def edition_of(signed):
    """The edition that an open link leads to; None where it is forged, revoked or expired."""
    try:
        pk = int(_signer.unsign(signed))
    except (signing.BadSignature, ValueError):
        return None
    shared = SharedPreview.objects.open().filter(pk=pk).first()
    found = Edition.objects.with_review().select_related("page")
    return found.get(pk=shared.edition_id) if shared else None


def _require(by):
    if not (by.has_perm(WRITE) or by.has_perm(APPROVE)):
        raise NotAllowed("You do not have the permission for this. Ask a Manager.")
