"""The three roles that a new portal has, and what each may do."""

from django.apps import apps
from django.contrib.auth.management import create_permissions
from django.db import DEFAULT_DB_ALIAS

READING = {
    "view_topic": "see topics",
    "view_treatment": "see treatments",
    "view_term": "see glossary terms",
    "view_reference": "see references",
    "view_tag": "see tags",
}
WRITING = {
    "write_edition": "write texts, add pictures, and send texts to review",
    "add_topic": "add topics",
    "add_treatment": "add treatments",
    "add_term": "add glossary terms",
    "add_reference": "add and import references",
    "change_reference": "correct and verify references",
}
REVIEWING = {
    "approve_edition": "approve texts that others wrote, send them back, and withdraw texts",
}
MANAGING = {
    "manage_page": "change addresses, order, codes and tags of pages, delete pictures that no text "
    "shows, and read the audit trail",
    "change_topic": "arrange topics",
    "change_treatment": "arrange treatments",
    "change_term": "arrange glossary terms",
    "delete_reference": "merge references, and delete those that nothing cites",
    "add_tag": "add tags",
    "change_tag": "rename and merge tags",
    "delete_tag": "delete tags",
    "view_user": "see who has which role",
}
# {role: {codename of a permission: what it lets people do}}
ROLES = {
    "Authors": READING | WRITING,
    "Reviewers": READING | WRITING | REVIEWING,
    "Managers": READING | WRITING | REVIEWING | MANAGING,
}


def make_groups(using):
    """Make the groups that are missing; one that is there keeps what was changed in it."""
    Group, Permission = (apps.get_model("auth", name) for name in ("Group", "Permission"))
    for label in ("treatments", "taggit"):  # their permissions may not be there yet
        create_permissions(apps.get_app_config(label), verbosity=0, using=using)
    for role, may in ROLES.items():
        group, made = Group.objects.using(using).get_or_create(name=role)
        if made:
            group.permissions.set(Permission.objects.using(using).filter(codename__in=may))
            _tell(group, using)


def _tell(group, using):
    """A role that comes back is audited; the first ones come before anything is."""
    Entry = apps.get_model("treatments", "AuditEntry")
    if using == DEFAULT_DB_ALIAS and Entry.objects.exists():
        Entry.objects.record(by=None, action="make role anew", subject=f"role “{group.name}”")
