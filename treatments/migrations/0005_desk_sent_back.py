"""Why drafts were sent back, which only the audit trail knew."""

from django.db import migrations


def read_from_the_audit_trail(apps, schema_editor):
    Edition, User, AuditEntry, OldSlug, Contributor = (
        apps.get_model("treatments", name)
        for name in ("Edition", "User", "AuditEntry", "OldSlug", "Contributor")
    )
    for draft in Edition.objects.filter(state="draft").select_related("page"):
        page, last = draft.page, f", edition {draft.number} ({draft.language})"
        slugs = {page.slug, *OldSlug.objects.filter(page=page).values_list("slug", flat=True)}
        deeds = AuditEntry.objects.filter(
            action="send back", subject__in=[f"{page.kind} “{slug}”{last}" for slug in slugs]
        )
        # A discarded draft may have had the same number.
        saves = Contributor.objects.filter(edition=draft).order_by("first_saved_at")
        begun = saves.values_list("first_saved_at", flat=True).first()
        deed = deeds.filter(at__gte=begun).order_by("-pk").first() if begun else None
        reviewer = User.objects.filter(username=deed.actor).first() if deed else None
        if reviewer:
            Edition.objects.filter(pk=draft.pk).update(
                sent_back_at=deed.at, sent_back_by=reviewer, sent_back_reason=deed.reason
            )


class Migration(migrations.Migration):

    dependencies = [
        ("treatments", "0004_desk"),
    ]

    operations = [
        migrations.RunPython(read_from_the_audit_trail, migrations.RunPython.noop),
    ]
