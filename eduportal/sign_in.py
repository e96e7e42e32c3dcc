"""Signing in, staying in, and what staff are told about it."""

import logging

from django.contrib import admin, messages
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.http import JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.csrf import csrf_failure
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods

from eduportal import auditing, slowing
from eduportal.security import is_for_staff

logger = logging.getLogger(__name__)
User = get_user_model()


class SignInForm(AdminAuthenticationForm):
    """Django's form, which refuses a try that comes too soon after others that failed."""

    seconds_to_wait = 0

    @sensitive_variables()
    def clean(self):
        name, password = (self.cleaned_data.get(field) for field in ("username", "password"))
        if not (name and password):
            return super().clean()
        record = self._begin(name)
        try:
            cleaned = super().clean()
        except ValidationError:
            self._log("Sign-in failed", name)
            auditing.sign_in_failed(name=name)
            raise
        slowing.succeed(record)
        return cleaned

    def _begin(self, name):
        try:
            return slowing.begin(name, self.request.META.get("REMOTE_ADDR", ""))
        except slowing.TooSoon as refused:
            self._log("Sign-in came too soon", name)
            auditing.sign_in_failed(name=name, refused=True)
            self.seconds_to_wait = refused.seconds
            raise ValidationError(_sentence(refused.seconds), code="too_soon") from None

    def _log(self, event, name):
        """What somebody typed is named only where it is an account: else it may be a password."""
        known = User.objects.filter(username=name).exists()
        who = f"account {name}" if known else "an unknown account"
        logger.warning("%s: %s from %s", event, who, self.request.META.get("REMOTE_ADDR"))


def _sentence(seconds):
    time = "1 second" if seconds == 1 else f"{seconds} seconds"
    return f"Signing in has failed too often. Wait {time}, then try again."


def sign_in(request):
    """Django's sign-in page; 429 with Retry-After where a try came too soon."""
    response = admin.site.login(request)
    form = getattr(response, "context_data", {}).get("form")
    if seconds := getattr(form, "seconds_to_wait", 0):
        response.status_code = 429
        response["Retry-After"] = seconds
    elif response.status_code == 302 and request.GET.get("why") == "unsaved":
        messages.warning(
            request, "You had been signed out when you sent your last change, so it was not saved."
        )
    return response


@require_http_methods(["GET", "POST"])
def session(request):
    """How long the session lasts, for the page's own clock; a POST is made to prolong it."""
    user = request.user
    if not user.is_authenticated:
        return JsonResponse({"user": ""})
    return JsonResponse(
        {
            "user": str(user.pk),
            "name": user.get_full_name() or user.get_username(),
            "left": request.session.seconds_left,
            "last": request.session.is_last,
            "token": get_token(request),
        }
    )


def again(request):
    """Where signing in leads that was begun on a page whose session had ended."""
    context = admin.site.each_context(request) | {"title": "You are signed in again"}
    return TemplateResponse(request, "admin/signed_in_again.html", context)


def out_of_date(request, reason=""):
    """What a form is answered whose token does not fit: as a rule somebody has signed in since."""
    if not is_for_staff(request):
        return csrf_failure(request, reason)
    if request.user.is_authenticated and request.path == reverse("admin:login"):
        return redirect("admin:index")
    context = admin.site.each_context(request) | {"title": "This page was out of date"}
    return TemplateResponse(request, "admin/out_of_date.html", context, status=403).render()
