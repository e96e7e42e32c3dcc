"""What the audit trail is told of people and roles: who was given which power, and by whom.

Django's own forms and commands make the changes; who calls them says what stood there before.
"""

from contextlib import contextmanager

from django.contrib.auth import get_user_model

from treatments.models import AuditEntry, audited

# What of a person gives power, apart from what only names them.
POWERS = ("active", "staff", "administrator", "roles", "permissions")


def person(user):
    """The subject of a deed upon somebody."""
    return f"person “{user.get_username()}”"


def role(group):
    return f"role “{group.name}”"


def told_of_person(user):
    """A saved User as the audit trail tells it: all but passwords and dates."""
    return {
        "account": user.get_username(),
        "first name": user.first_name,
        "last name": user.last_name,
        "credentials": user.credentials,
        "e-mail": user.email,
        "can use a password": user.has_usable_password(),
        "active": user.is_active,
        "staff": user.is_staff,
        "administrator": user.is_superuser,
        "roles": sorted(user.groups.values_list("name", flat=True)),
        "permissions": _permissions(user.user_permissions),
    }


def told_of_role(group):
    return {"name": group.name, "permissions": _permissions(group.permissions)}


def _permissions(given):
    labels = given.values_list("content_type__app_label", "codename").order_by()
    return sorted(f"{app}.{codename}" for app, codename in labels)


def record_person(*, user, by, before=None, action=""):
    """Tell what changed of somebody since `before`, an earlier `told_of_person`, if anything did.

    Without `before` somebody was added. Without an action, a change of POWERS is told as one of
    permissions.
    """
    user = get_user_model().objects.get(pk=user.pk)
    after = told_of_person(user)
    if before is None:
        _record(by, action or "add person", person(user), after=after)
        return
    changed = [word for word in after if after[word] != before[word]]
    powers = any(word in POWERS for word in changed)
    action = action or ("change permissions" if powers else "change person")
    _record_change(by, action, person(user), before, after)


def record_role(*, group, by, before=None):
    """The same for a role."""
    after = told_of_role(type(group).objects.get(pk=group.pk))
    if before is None:
        _record(by, "add role", role(group), after=after)
    else:
        _record_change(by, "change role", role(group), before, after)


@audited()
def delete_person(*, user, by, delete):
    """Tell who goes, with every power they had; `delete` is what deletes them."""
    subject, before = person(user), told_of_person(user)
    delete()
    _record(by, "delete person", subject, before=before)


@audited()
def delete_role(*, group, by, delete):
    """Tell which role goes, and who had it."""
    members = sorted(user.get_username() for user in group.user_set.all())
    subject, before = role(group), told_of_role(group) | {"people": members}
    delete()
    _record(by, "delete role", subject, before=before)


@contextmanager
def watching_password(*, user, by):
    """A transaction that tells whether somebody's password was changed inside; never to what."""
    with audited():
        before = _password(user)
        yield
        if _password(user) != before:
            record_password(user=user, by=by)


def record_password(*, user, by):
    """Tell that somebody's password was changed, or taken away."""
    usable = get_user_model().objects.get(pk=user.pk).has_usable_password()
    _record(by, "change password" if usable else "remove password", person(user))


def _password(user):
    return get_user_model().objects.filter(pk=user.pk).values_list("password", flat=True).first()


def _record_change(by, action, subject, before, after):
    changed = [word for word in after if after[word] != before[word]]
    if changed:
        before, after = ({word: side[word] for word in changed} for side in (before, after))
        _record(by, action, subject, before=before, after=after)


def _record(by, action, subject, **told):
    AuditEntry.objects.record(by=by, action=action, subject=subject, **told)
