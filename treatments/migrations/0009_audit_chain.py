"""Where deeds came from, and the chain of digests over all that is recorded."""

import re

import django.utils.timezone
from django.db import migrations, models

from treatments import audit_chain

KIND = re.compile("(treatment|topic|term|reference) “")
OF_TAGS = ("rename tag", "merge tags")
BATCH = 1000


def seal(apps, schema_editor):
    """Give the entries that are there their kinds and digests, the oldest first."""
    entries = apps.get_model("treatments", "AuditEntry").objects.using(schema_editor.connection.alias)
    statement = "UPDATE treatments_auditentry SET kind = %s, previous = %s, digest = %s WHERE id = %s"
    newest, last, rows = audit_chain.FIRST, 0, True
    while rows:
        rows = []
        for entry in entries.filter(pk__gt=last).order_by("pk")[:BATCH]:
            found = KIND.match(entry.subject)
            entry.kind = "tag" if entry.action in OF_TAGS else found[1] if found else "other"
            entry.previous = newest
            told = {name: getattr(entry, name) for name in audit_chain.COLUMNS}
            newest = audit_chain.digest(told | {"at": audit_chain.moment(entry.at)})
            last = entry.pk
            rows.append((entry.kind, entry.previous, newest, entry.pk))
        with schema_editor.connection.cursor() as cursor:
            cursor.executemany(statement, rows)


class Migration(migrations.Migration):

    dependencies = [
        ('treatments', '0008_measurements'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='auditentry',
            options={'ordering': ['id'], 'verbose_name_plural': 'audit trail'},
        ),
        migrations.AlterField(
            model_name='auditentry',
            name='actor',
            field=models.CharField(max_length=150, verbose_name='account'),
        ),
        *(
            migrations.AddField(
                model_name='auditentry',
                name=name,
                field=models.CharField(default='', max_length=length, verbose_name=words),
                preserve_default=False,
            )
            for name, length, words in (
                ('name', 310, 'full name'),
                ('place', 100, 'from where'),
                ('kind', 20, 'kind of subject'),
                ('previous', 64, None),
                ('digest', 64, None),
            )
        ),
        migrations.RunPython(seal, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name='auditentry',
            constraint=models.UniqueConstraint(fields=('previous',), name='audit_entry_one_chain'),
        ),
        migrations.AlterField(
            model_name='auditentry',
            name='at',
            field=models.DateTimeField(default=django.utils.timezone.now),
        ),
        migrations.AddIndex(
            model_name='auditentry',
            index=models.Index(fields=['at', 'id', 'subject'], name='audit_entry_at'),
        ),
        migrations.AddIndex(
            model_name='auditentry',
            index=models.Index(fields=['actor', 'at'], name='audit_entry_actor'),
        ),
        migrations.AddIndex(
            model_name='auditentry',
            index=models.Index(fields=['action', 'at'], name='audit_entry_action'),
        ),
        migrations.AddIndex(
            model_name='auditentry',
            index=models.Index(fields=['kind', 'at'], name='audit_entry_kind'),
        ),
    ]
