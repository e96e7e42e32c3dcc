"""The admin site: its menu in the editors' order, and the pages that belong to no model."""

from django.conf import settings
from django.contrib import admin
from django.template.response import TemplateResponse
from django.templatetags.static import static
from django.urls import path, reverse

from treatments import manual, permitting, roles

MENU = ["Page", "Treatment", "Topic", "Term", "Image", "Reference", "Link", "LiveText", "PlainWord"]
MENU += ["Tag", "Synonym", "DistinctiveWord", "UnansweredCode", "User", "Group", "AuditEntry"]


# Where the manual says that its pictures are, and where settings.STATICFILES_DIRS serves them.
PICTURES = ("pictures/editors/", "manual/")


class PortalAdmin(admin.AdminSite):
    site_header = "Patient information"
    site_title = "Patient information"
    index_title = "What do you want to work on?"
    enable_nav_sidebar = False
    # What the first page shows a person. `treatments.admin.desk` puts it here: it cannot be
    # imported, since the modules of the admin need this class before they are there themselves.
    desk = staticmethod(lambda person: {})

    def get_app_list(self, request, app_label=None):
        """One list in the order in which editors work, instead of one for each Django app."""
        apps = super().get_app_list(request, app_label)
        models = [model for app in apps for model in app["models"] if model["object_name"] in MENU]
        models.sort(key=lambda model: MENU.index(model["object_name"]))
        for model in models:
            if model["object_name"] == "Page":
                model["name"] = "All pages"
        if app_label or not models:
            return apps
        home = {"app_url": reverse("admin:index", current_app=self.name), "models": models}
        return [apps[0] | {"name": "Texts and people"} | home]

    def index(self, request, extra_context=None):
        """The desk: what needs this person today, above everything that there is."""
        found = self.desk(request.user)
        told = {"title": found["headline"] or self.index_title, "desk": found} if found else {}
        return super().index(request, told | (extra_context or {}))

    def get_urls(self):
        own = [
            path("roles/", self.admin_view(self.roles), name="roles"),
            path("help/", self.admin_view(self.help), name="help"),
        ]
        for model_admin in self._registry.values():
            # Screens of a model that stand at the top, such as the library.
            own += getattr(model_admin, "get_site_urls", list)()
        return own + super().get_urls()

    def password_change(self, request, extra_context=None):
        if request.method != "POST":
            return super().password_change(request, extra_context)
        with permitting.watching_password(user=request.user, by=request.user):
            return super().password_change(request, extra_context)

    def help(self, request):
        """docs/editors.md with its pictures: the people who need it have no shell."""
        text = (settings.BASE_DIR / "docs" / "editors.md").read_text(encoding="utf-8")
        found = manual.read(text, picture=lambda address: static(address.replace(*PICTURES)))
        context = self.each_context(request) | {"title": found.title, "manual": found}
        return TemplateResponse(request, "admin/help.html", context)

    def roles(self, request):
        """Who may do what."""
        deeds = dict.fromkeys((deed for may in roles.ROLES.values() for deed in may.values()), None)
        table = [(deed, [deed in may.values() for may in roles.ROLES.values()]) for deed in deeds]
        context = self.each_context(request) | {
            "title": "Who may do what",
            "roles": list(roles.ROLES),
            "table": table,
        }
        return TemplateResponse(request, "admin/roles.html", context)
