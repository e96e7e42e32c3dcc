"""What people are told when they choose a password, and what is refused."""

from io import StringIO
from unittest import mock
from urllib.parse import urlsplit

import pytest
from django.contrib.auth.management.commands import changepassword
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command

from eduportal import invitation, passwords
from eduportal.management.commands import changepassword as command
from tests import factories

pytestmark = pytest.mark.django_db


def test_a_long_pass_phrase_needs_no_signs():
    assert validate_password("seven slow green boats") is None  # it raises what it refuses


@pytest.mark.parametrize("common", ["password1234", "QWERTYUIOP123", "1q2w3e4r5t6y"])
def test_a_common_password_is_refused(common):
    with pytest.raises(ValidationError, match="too common"):
        validate_password(common)


def test_every_form_that_asks_for_a_password_advises(client):
    link = urlsplit(invitation.link()).path
    assert passwords.ADVICE in client.get(link, follow=True).text
    admin = factories.make_user("ana", is_staff=True, is_superuser=True)
    client.force_login(admin)
    user = "/admin/treatments/user/"
    for address in ("/admin/password_change/", f"{user}add/", f"{user}{admin.pk}/password/"):
        assert passwords.ADVICE in client.get(address).text, address


def test_the_command_before_the_first_start_says_what_to_type(monkeypatch):
    monkeypatch.setattr(command, "unapplied", lambda database: ["one"])
    with pytest.raises(CommandError, match="Start the portal first: make serve"):
        call_command("changepassword", "ana")


def test_the_command_advises_before_it_asks():
    factories.make_user("ana")
    out = StringIO()
    new = "seven slow green boats"
    with mock.patch.object(changepassword.getpass, "getpass", return_value=new):
        call_command("changepassword", "ana", stdout=out)
    assert out.getvalue().startswith(passwords.ADVICE)
    assert "Password changed successfully" in out.getvalue()
