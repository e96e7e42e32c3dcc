"""The ways by which a text comes into the database, each ending with text that patients read."""

import json

from django.core import serializers
from django.core.management import call_command
from django.db import connection

from tests import factories
from tests.hostile import classes
from treatments import pixels, publishing, richtext
from treatments.models import Edition, Image, ImageFile

PICTURE = "0123456789abcdef"  # the key that texts have


def _approved(page, people, body, summary=""):
    """A live edition of the page; `people` are its author and its approver."""
    author, approver = people
    if not richtext.plain(richtext.clean(body)):
        summary = "Nothing is left of it."  # else nobody could send it to review
    submitted = factories.make_submitted(page, by=author, body=body, summary=summary)
    return publishing.approve(**factories.approval(submitted, by=approver))


def by_saving(pages, people, folder):
    for page, html in pages:
        _approved(page, people, html)


def by_fixture(pages, people, folder):
    editions = [_imported(page, html) for page, html in pages]
    path = folder / "hostile.json"
    path.write_text(
        serializers.serialize(
            "json", editions, use_natural_foreign_keys=True, use_natural_primary_keys=True
        )
    )
    assert [row["fields"]["body"] for row in json.loads(path.read_text())] == [h for _, h in pages]
    call_command("loaddata", path, verbosity=0)


def by_creating(pages, people, folder):
    Edition.objects.bulk_create(_imported(page, html) for page, html in pages)


def by_updating(pages, people, folder):
    author, approver = people
    for page, html in pages:
        draft = factories.make_draft(page, by=author, summary="Brakes.")
        Edition.objects.filter(pk=draft.pk).update(body=html)
        submitted = publishing.submit(edition=draft, by=author, version=draft.version)
        publishing.approve(**factories.approval(submitted, by=approver))


def by_sql(pages, people, folder):
    """Past the field that cleans: what is stored is what was sent."""
    author, approver = people
    for page, html in pages:
        if connection.vendor == "postgresql":
            html = html.replace("\0", "")  # which it refuses by itself
        submitted = factories.make_submitted(page, by=author)
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE treatments_edition SET body = %s WHERE id = %s", [html, submitted.pk]
            )
        publishing.approve(**factories.approval(submitted, by=approver))


def _imported(page, html):
    return Edition(
        page=page,
        number=1,
        state=Edition.State.APPROVED,
        origin=Edition.Origin.IMPORTED,
        publish_at=Edition.ALWAYS,
        title=f"Brakes {page.position}",
        body=html,
    )


WAYS = {
    "the verb that saves": by_saving,
    "a fixture": by_fixture,
    "the ORM's create": by_creating,
    "the ORM's update": by_updating,
    "SQL by hand": by_sql,
}


def stored(way, folder):
    """Every hostile input as a live treatment, those of a class under one topic.

    Returns {input: its Edition}. The picture that some of them show is there.
    """
    image = Image.objects.create(key=PICTURE, title="A wheel", alternative="A wheel.")
    packed = pixels.remade(factories.packed(factories.drawn(400, 300))).files[0].content
    ImageFile.objects.create(image=image, width=400, height=300, content=packed)
    people = factories.make_user(), factories.make_user()
    pages = []
    for kind, found in classes().items():
        topic = factories.make_topic(slug=kind)
        factories.make_imported(topic)
        pages += [(factories.make_treatment(topic=topic), html) for html in found.values()]
    WAYS[way](pages, people, folder)
    found = Edition.objects.filter(page__kind="treatment").select_related("page__topic")
    editions = {edition.page_id: edition for edition in found}
    return {html: editions[page.pk] for page, html in pages}
