"""The reasons for which drafts were sent back become comments that their writers can answer."""

from django.db import migrations
from django.db.models import Min


def make_comments(apps, schema_editor):
    """One for each draft: the last reason that the audit trail has for it."""
    names = ("AuditEntry", "Comment", "Edition", "User")
    AuditEntry, Comment, Edition, User = (apps.get_model("treatments", name) for name in names)
    for draft in Edition.objects.filter(state="draft").select_related("page"):
        page = draft.page
        slugs = [page.slug, *page.old_slugs.values_list("slug", flat=True)]
        subjects = [
            f"{page.kind} “{slug}”, edition {draft.number} ({draft.language})" for slug in slugs
        ]
        # A discarded draft may have had the same number.
        begun = draft.contributors.aggregate(begun=Min("first_saved_at"))["begun"]
        deeds = AuditEntry.objects.filter(action="send back", subject__in=subjects, at__gte=begun)
        deed = deeds.order_by("-pk").first() if begun else None
        by = deed and User.objects.filter(username=deed.actor).first()
        if by and not Comment.objects.filter(edition=draft, sends_back=True).exists():
            name = f"{by.first_name} {by.last_name}".strip() or by.username
            Comment.objects.create(
                edition=draft,
                author=by,
                name=f"{name}, {by.credentials}" if by.credentials else name,
                text=deed.reason,
                at=deed.at,
                sends_back=True,
            )


class Migration(migrations.Migration):

    dependencies = [
        ('treatments', '0005_remarks'),
    ]

    operations = [
        migrations.RunPython(make_comments, migrations.RunPython.noop),
    ]
