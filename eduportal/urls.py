"""All addresses: the staff's under /admin/, the rest public."""

from django.contrib import admin
from django.urls import include, path

from eduportal import invitation, logo, security_txt, sign_in

admin.site.login_form = sign_in.SignInForm
handler400 = "eduportal.errors.bad_request"

urlpatterns = [
    path("admin/login/", sign_in.sign_in),  # what "admin:login" names, and 429 beside
    path("admin/session/", sign_in.session, name="session"),
    path("admin/session/again/", admin.site.admin_view(sign_in.again), name="signed_in_again"),
    path("admin/invitation/<uidb64>/<token>/", invitation.Acceptance.as_view(), name="invitation"),
    path("admin/", admin.site.urls),
    path("logo-<slug:digest>.webp", logo.serve, name="logo"),
    path(".well-known/security.txt", security_txt.serve, name="security_txt"),
    path("", include("treatments.urls")),
]
