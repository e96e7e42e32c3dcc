"""The public addresses."""

from django.contrib.sitemaps.views import sitemap
from django.urls import path, register_converter
from django.views.decorators.http import require_safe

from treatments import connect, copies, feeds, image_files, sitemaps, views


class TagSlug:
    """A tag's slug may hold letters of any script."""

    regex = r"[-\w]+"

    def to_python(self, value):
        return value

    def to_url(self, value):
        return value


register_converter(TagSlug, "tag")

urlpatterns = [
    path("", views.home, name="home"),
    path("topics/<slug:slug>/", views.topic, name="topic"),
    path("topics/<slug:slug>/leaflet.pdf", copies.topic_leaflet, name="topic_leaflet"),
    path("topics/<slug:slug>/export.html", copies.topic_export, name="topic_export"),
    path("treatments/", views.treatments, name="treatments"),
    path("treatments/<slug:slug>/", views.treatment, name="treatment"),
    path("treatments/<slug:slug>/leaflet.pdf", copies.treatment_leaflet, name="treatment_leaflet"),
    path("treatments/<slug:slug>/export.html", copies.treatment_export, name="treatment_export"),
    path("images/<slug:key>-<int:width>.webp", image_files.image, name="image"),
    path("references/", views.references, name="references"),
    path("questions/", views.prepare, name="questions"),
    path("glossary/", views.glossary, name="glossary"),
    path("tags/<tag:slug>/", views.tag, name="tag"),
    path("search/", views.results, name="search"),
    # Of addresses with one name the last is that which we write.
    *(path(route, connect.service, name="connect_service") for route in connect.SERVICE[::-1]),
    *(
        path(route, connect.application, name="connect_application")
        for route in connect.APPLICATION[::-1]
    ),
    path("about/", views.about, name="about"),
    path("privacy/", views.privacy, name="privacy"),
    path("accessibility/", views.accessibility, name="accessibility"),
    path("feed/", require_safe(feeds.Editions()), name="feed"),
    path("sitemap.xml", require_safe(sitemap), {"sitemaps": sitemaps.SITEMAPS}, name="sitemap"),
    path("robots.txt", views.robots, name="robots"),
]
