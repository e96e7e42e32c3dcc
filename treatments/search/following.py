"""The index follows what is saved, in the same transaction, and is made after each migrate.

By signals rather than by calls in the verbs, because fixtures are loaded past the verbs.
"""

from django.core import checks as system_checks
from django.db import DatabaseError, connections
from django.db.models.signals import post_delete, post_migrate, post_save
from taggit.models import Tag

from treatments.models import Edition, Page, PageTag, Synonym
from treatments.search import index

REPAIR = "Run “manage.py rebuild_search”: it makes the index anew while the portal serves."


def follow(app):
    post_migrate.connect(make, sender=app)
    post_save.connect(edition_saved, sender=Edition)
    post_delete.connect(edition_deleted, sender=Edition)
    for sender in (Page, *Page.__subclasses__()):
        post_save.connect(page_saved, sender=sender)
    post_save.connect(tag_saved, sender=Tag)
    for signal in (post_save, post_delete):
        signal.connect(page_tagged, sender=PageTag)
        signal.connect(synonym_changed, sender=Synonym)
    system_checks.register(index_is_whole, system_checks.Tags.database)


def make(using, **kwargs):
    index.install(connections[using])


def edition_saved(instance, using, **kwargs):
    index.write(connections[using], instance.pk)


def edition_deleted(instance, using, **kwargs):
    index.remove(connections[using], instance.pk)


def page_saved(instance, using, created, **kwargs):
    if not created:
        index.write_pages(connections[using], [instance.pk])


def page_tagged(instance, using, **kwargs):
    index.write_pages(connections[using], [instance.content_object_id])


def tag_saved(instance, using, created, **kwargs):
    if not created:
        tagged = PageTag.objects.using(using).filter(tag=instance)
        index.write_pages(connections[using], list(tagged.values_list("content_object", flat=True)))


def synonym_changed(instance, using, **kwargs):
    index.write_synonyms(connections[using], instance.pk)


def index_is_whole(app_configs, databases=None, **kwargs):
    """W001: the index of the search is there, and knows every edition."""
    return [
        system_checks.Warning(
            f"The search of the database “{alias}” {sentence}", hint=REPAIR, id="treatments.W001"
        )
        for alias in databases or []
        if (sentence := _fault(connections[alias]))
    ]


def _fault(connection):
    try:
        lacking = index.lacking(connection)
    except DatabaseError:
        return ""  # no database to look into: whoever asks next will say so
    if lacking is None:
        return "has no index, or one made by an older version: patients find nothing."
    return f"does not know {lacking} of its texts: patients do not find them." if lacking else ""
