"""Steps of migrations that move what was there before."""

import importlib
from pathlib import Path

import pytest
from django.apps import apps

from tests import factories
from treatments import arranging, migrations, publishing
from treatments.models import Edition

pytestmark = pytest.mark.django_db


def step(name):
    """The module of the migration with this name, whatever its number."""
    (found,) = Path(migrations.__file__).parent.glob(f"[0-9]*_{name}.py")
    return importlib.import_module(f"treatments.migrations.{found.stem}")


def test_drafts_learn_from_the_audit_trail_why_they_were_sent_back():
    bo = factories.make_user()
    moved, again, discarded, never = (
        factories.make_submitted(by=bo, title=title) for title in ("a", "b", "c", "d")
    )
    by = factories.make_user()
    for edition in (moved, again, discarded):
        publishing.send_back(edition=edition, by=by, reason="Too long.")
    arranging.change_slug(page=moved.page, by=by, slug="another")
    draft = Edition.objects.get(pk=again.pk)
    publishing.submit(edition=draft, by=bo, version=draft.version)
    publishing.send_back(edition=draft, by=by, reason="Too short.")
    publishing.discard(edition=discarded, by=bo)
    fresh = factories.make_draft(discarded.page)
    kept = dict(Edition.objects.values_list("pk", "sent_back_reason"))
    Edition.objects.update(sent_back_at=None, sent_back_by=None, sent_back_reason="")
    step("desk_sent_back").read_from_the_audit_trail(apps, None)
    assert dict(Edition.objects.values_list("pk", "sent_back_reason")) == kept
    assert kept == {moved.pk: "Too long.", again.pk: "Too short.", fresh.pk: "", never.pk: ""}
    assert Edition.objects.get(pk=moved.pk).sent_back_by == by
