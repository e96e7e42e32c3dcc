"""People, and which roles they have. What changes of them is audited."""

from contextlib import nullcontext

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group

from treatments import permitting
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
    def save_model(self, request, obj, form, change):
        request.before = permitting.told_of_role(Group.objects.get(pk=obj.pk)) if change else None
        super().save_model(request, obj, form, change)

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        permitting.record_role(group=form.instance, by=request.user, before=request.before)

    def delete_model(self, request, obj):
        permitting.delete_role(group=obj, by=request.user, delete=obj.delete)

    def delete_queryset(self, request, queryset):
        for group in queryset:
            self.delete_model(request, group)


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

    def save_model(self, request, obj, form, change):
        request.before = permitting.told_of_person(User.objects.get(pk=obj.pk)) if change else None
        super().save_model(request, obj, form, change)

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        permitting.record_person(user=form.instance, by=request.user, before=request.before)

    def delete_model(self, request, obj):
        permitting.delete_person(user=obj, by=request.user, delete=obj.delete)

    def delete_queryset(self, request, queryset):
        for user in queryset:
            self.delete_model(request, user)

    def user_change_password(self, request, id, form_url=""):
        user = self.get_object(request, unquote(id)) if request.method == "POST" else None
        watching = permitting.watching_password(user=user, by=request.user)
        with watching if user else nullcontext():
            return super().user_change_password(request, id, form_url)
