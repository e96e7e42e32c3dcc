"""People, and which roles they have."""

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group

from treatments.admin.exporting import Exported
from treatments.models import User

admin.site.unregister(Group)


class AdministratorsOnly:
    """Whoever sets a password or a role can act as two people."""

    def has_add_permission(self, request):
        return request.user.is_superuser

    def has_change_permission(self, request, obj=None):
        return request.user.is_superuser

    def has_delete_permission(self, request, obj=None):
        return request.user.is_superuser


@admin.register(Group)
class RolesAdmin(AdministratorsOnly, Exported, GroupAdmin):
    pass


@admin.register(User)
class PeopleAdmin(AdministratorsOnly, Exported, UserAdmin):
    list_display = ["username", "first_name", "last_name", "credentials", "roles", "is_active"]
    list_filter = ["groups", "is_active", "is_superuser"]
    readonly_fields = ["last_login", "date_joined"]
    fieldsets = [
        (None, {"fields": ("username", "password")}),
        ("Name", {"fields": ("first_name", "last_name", "credentials", "email")}),
        ("Roles", {"fields": ("is_active", "is_staff", "groups")}),
        ("Powers beyond roles", {"fields": ("is_superuser", "user_permissions")}),
        ("Dates", {"fields": ("last_login", "date_joined")}),
    ]

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("groups")

    @admin.display(description="roles")
    def roles(self, person):
        names = [group.name for group in person.groups.all()]
        return ", ".join(["Administrator", *names] if person.is_superuser else names)
