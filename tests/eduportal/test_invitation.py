"""The link at which an administrator sets name and password."""

from io import StringIO
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.test import Client

from eduportal import invitation

pytestmark = pytest.mark.django_db
User = get_user_model()
ANSWERS = {
    "username": "ana",
    "first_name": "Ana",
    "last_name": "Díaz",
    "email": "",
    "password1": "quiet harbour lamp 42",
    "password2": "quiet harbour lamp 42",
}


def opened(client, link):
    """The page behind a link, and the address that it sends its form to."""
    response = client.get(urlsplit(link).path, follow=True)
    return response, response.request["PATH_INFO"]


def accepted(client, link, **answers):
    return client.post(opened(client, link)[1], {**ANSWERS, **answers}, follow=True)


def test_an_invited_administrator_sets_a_name_and_is_in(client):
    response = accepted(client, invitation.link())
    assert response.request["PATH_INFO"] == "/admin/"
    user = User.objects.get(username="ana")
    assert user.check_password(ANSWERS["password1"])
    assert (user.get_full_name(), user.is_active, user.is_superuser) == ("Ana Díaz", True, True)
    assert client.session["_auth_user_id"] == str(user.pk)


def test_the_token_does_not_stay_in_the_address(client):
    link = invitation.link()
    _, address = opened(client, link)
    assert link.split("/")[-2] not in address


def test_nobody_is_in_before_the_password_is_set(client):
    opened(client, invitation.link())
    assert not invitation.staff_who_can_sign_in().exists()
    assert not client.login(username=invitation.pending().get().username, password="")


def test_a_used_link_is_dead_and_says_what_to_type(client):
    link = invitation.link()
    accepted(client, link)
    client.logout()
    response, _ = opened(client, link)
    assert response.status_code == 410
    assert b"make invite" in response.content


def test_every_link_of_an_account_dies_with_the_first_that_is_used(client):
    first, second = invitation.link(), invitation.link()
    assert User.objects.count() == 1
    accepted(client, first)
    assert opened(client, second)[0].status_code == 410


def test_a_second_browser_comes_too_late(client):
    link = invitation.link()
    _, address = opened(client, link)
    accepted(Client(), link)
    response = client.post(address, {**ANSWERS, "username": "eve"})
    assert response.status_code == 410
    assert not User.objects.filter(username="eve").exists()


def test_a_link_expires(client, monkeypatch):
    link = invitation.link()
    monkeypatch.setattr(settings, "PASSWORD_RESET_TIMEOUT", -1)
    assert opened(client, link)[0].status_code == 410


@pytest.mark.parametrize("path", ["MQ/none/", "-_/none/", "MTIz/set-password/"])
def test_an_invented_link_is_dead(path, client):
    assert client.get(f"/admin/invitation/{path}").status_code == 410


@pytest.mark.parametrize(
    ("answers", "field"),
    [
        ({"password1": "short", "password2": "short"}, "password2"),
        ({"password2": "another lamp 4242"}, "password2"),
        ({"first_name": ""}, "first_name"),
        ({"username": ""}, "username"),
        ({"username": "invited-me"}, "username"),
        ({"email": "ana"}, "email"),
    ],
)
def test_an_answer_that_will_not_do_is_asked_for_again(answers, field, client):
    response = accepted(client, invitation.link(), **answers)
    assert list(response.context["form"].errors) == [field]
    assert not invitation.staff_who_can_sign_in().exists()


def test_a_taken_name_is_refused_in_whatever_case(client):
    User.objects.create_user("Ana")
    response = accepted(client, invitation.link())
    assert list(response.context["form"].errors) == ["username"]


def test_a_deactivated_administrator_is_not_invited_back(client):
    User.objects.create_superuser("old", is_active=False)
    link = invitation.link()
    accepted(client, link)
    assert not User.objects.get(username="old").is_active


def test_the_command_invites_where_there_is_an_administrator_already():
    User.objects.create_superuser("ana", password="quiet harbour lamp 42")
    out = StringIO()
    call_command("invite", stdout=out)
    assert f"{settings.SITE_URL}/admin/invitation/" in out.getvalue()
    assert invitation.pending().count() == 1
