"""All addresses: the staff's under /admin/, the rest public."""

from django.contrib import admin
from django.urls import include, path

from eduportal import invitation

urlpatterns = [
    path("admin/invitation/<uidb64>/<token>/", invitation.Acceptance.as_view(), name="invitation"),
    path("admin/", admin.site.urls),
    path("", include("treatments.urls")),
]
