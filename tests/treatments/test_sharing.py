"""Links for somebody without an account."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from tests import factories
from treatments import publishing, sharing
from treatments.admin.writing import shared_url
from treatments.models import AuditEntry

pytestmark = pytest.mark.django_db


@pytest.fixture
def link():
    draft = factories.make_draft(title="Brakes", body="<p>Squeeze the lever.</p>")
    return sharing.share(edition=draft, by=factories.make_user())


def test_a_link_shows_the_draft_without_an_account_and_without_a_cookie(client, link):
    answer = client.get(shared_url(link))
    text = answer.content.decode()
    assert "Squeeze the lever." in text
    assert "no patient sees it" in text
    assert "substitute for talking with your doctor" in text
    assert not answer.cookies
    assert "no-store" in answer["Cache-Control"]
    assert answer["X-Robots-Tag"] == "noindex"


def test_a_link_shows_what_is_saved_later(client, link):
    factories.make_draft(link.edition.page, by=link.edition.author, title="Better brakes")
    assert "Better brakes" in client.get(shared_url(link)).content.decode()


def test_a_link_expires(client, link):
    with time_machine.travel(timezone.now() + timedelta(days=sharing.DAYS, seconds=1)):
        assert client.get(shared_url(link)).status_code == 404


def test_a_revoked_link_is_dead_at_once(client, link):
    sharing.revoke(shared=link, by=factories.make_user())
    assert client.get(shared_url(link)).status_code == 404
    assert AuditEntry.objects.filter(action="revoke preview").exists()


def test_a_link_dies_with_its_draft(client, link):
    address = shared_url(link)
    publishing.discard(edition=link.edition, by=link.edition.author)
    assert client.get(address).status_code == 404


@pytest.mark.parametrize("token", ["1", "1:forged", "x", "1:" + "a" * 4000])
def test_a_forged_link_leads_nowhere(client, link, token):
    assert client.get(f"/admin/treatments/treatment/shared/{token}/").status_code == 404


def test_approved_text_is_not_shared_by_a_link():
    with pytest.raises(sharing.Refusal, match="is approved"):
        sharing.share(edition=factories.make_live(), by=factories.make_user())


def test_sharing_needs_somebody_who_works_with_texts():
    nobody = factories.make_user(may=[])
    with pytest.raises(sharing.NotAllowed):
        sharing.share(edition=factories.make_draft(), by=nobody)
