"""The portal's addresses, and one for each way in which a page can fail."""

from django.core.exceptions import BadRequest, PermissionDenied
from django.http import Http404
from django.urls import include, path


def failing(error):
    def view(request):
        raise error("on purpose")

    return view


nested = [
    path("400/", failing(BadRequest)),
    path("403/", failing(PermissionDenied)),
    path("404/", failing(Http404)),
    path("500/", failing(RuntimeError)),
]
urlpatterns = [path("", include("eduportal.urls")), path("fails/here/", include(nested))]
