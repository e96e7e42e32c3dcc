"""One-time links at which an administrator sets name and password."""

import secrets
from datetime import timedelta

from django import forms
from django.conf import settings
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.contrib.auth.forms import UserCreationForm, UsernameField
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX, make_password
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.contrib.auth.views import PasswordResetConfirmView
from django.urls import reverse, reverse_lazy
from django.utils import timezone
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from treatments import permitting
from treatments.models import AuditEntry, audited

User = get_user_model()
PLACEHOLDER = "invited-"


class InvitationTokens(PasswordResetTokenGenerator):
    """Django's token: signed, dead once the password is set, expiring (PASSWORD_RESET_TIMEOUT)."""

    key_salt = "eduportal.invitation"


tokens = InvitationTokens()


def pending():
    """Accounts of administrators who were invited and have not come yet."""
    return User.objects.filter(
        username__startswith=PLACEHOLDER,
        password__startswith=UNUSABLE_PASSWORD_PREFIX,
        last_login=None,
        is_active=False,
        is_staff=True,
        is_superuser=True,
    )


def staff_who_can_sign_in():
    return User.objects.filter(is_staff=True, is_active=True).exclude(
        password__startswith=UNUSABLE_PASSWORD_PREFIX
    )


@audited()
def link():
    """The full address of a new invitation.

    Until somebody can sign in, it is for the one pending account; after that each is for one
    more administrator, in the place of an invitation that has expired if there is one.
    """
    waiting = pending()
    if staff_who_can_sign_in().exists():
        expired = timezone.now() - timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT)
        waiting = waiting.filter(date_joined__lt=expired)
    user = waiting.first() or _invite()
    User.objects.filter(pk=user.pk).update(date_joined=timezone.now())
    AuditEntry.objects.record(by=None, action="invite", subject=permitting.person(user))
    return settings.SITE_URL + reverse(
        "invitation",
        kwargs={
            "uidb64": urlsafe_base64_encode(force_bytes(user.pk)),
            "token": tokens.make_token(user),
        },
    )


def _invite():
    return User.objects.create(
        username=PLACEHOLDER + secrets.token_hex(4),
        password=make_password(None),
        is_active=False,
        is_staff=True,
        is_superuser=True,
    )


class InvitationForm(UserCreationForm):
    """Who the administrator is; saving makes the account active."""

    class Meta:
        model = User
        fields = ("username", "first_name", "last_name", "email")
        field_classes = {"username": UsernameField}

    def __init__(self, user, **kwargs):
        super().__init__(instance=user, **kwargs)
        for name in ("first_name", "last_name"):
            self.fields[name].required = True
        self.fields["email"].help_text = "May stay empty."

    def clean_username(self):
        username = super().clean_username()
        if username and username.startswith(PLACEHOLDER):
            raise forms.ValidationError(f"Choose a user name that does not begin {PLACEHOLDER!r}.")
        return username

    def save(self, commit=True):
        before = permitting.told_of_person(User.objects.get(pk=self.instance.pk))
        self.instance.is_active = True
        user = super().save(commit)
        permitting.record_person(user=user, by=user, before=before, action="accept invitation")
        return user


class Acceptance(PasswordResetConfirmView):
    """The page behind an invitation; it signs the new administrator in."""

    form_class = InvitationForm
    initial = {"username": ""}
    token_generator = tokens
    post_reset_login = True
    success_url = reverse_lazy("admin:index")
    template_name = "admin/invitation.html"
    title = "Welcome"

    def get_user(self, uidb64):
        user = super().get_user(uidb64)
        return user if user and pending().filter(pk=user.pk).exists() else None

    def form_valid(self, form):
        with audited():
            # Two browsers may have opened the link: the second finds it used.
            if pending().select_for_update().filter(pk=self.user.pk).first():
                return super().form_valid(form)
        self.validlink = False
        return self.render_to_response(self.get_context_data())

    def get_context_data(self, **kwargs):
        context = {**admin.site.each_context(self.request), **super().get_context_data(**kwargs)}
        if not self.validlink:
            context["title"] = "This invitation cannot be used"
        return context

    def render_to_response(self, context, **kwargs):
        return super().render_to_response(context, status=200 if self.validlink else 410, **kwargs)
