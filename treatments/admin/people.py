"""People, and which roles they have. What changes of them is audited."""

from collections.abc import Callable
from contextlib import nullcontext

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group

from treatments import permitting
from treatments.admin.exporting import Exported
from treatments.models import User

admin.site.unregister(Group)


class PowersAdmin(Exported):
    """Only administrators change who may what: who sets a password or a role can act as two people.

    The three verbs are those of `permitting`, which take the row under the name `subject`.
    """

    subject: str
    told: Callable[..., dict]
    record: Callable[..., None]
    delete: Callable[..., None]

    def has_add_permission(self, request):
        return request.user.is_superuser

    def has_change_permission(self, request, obj=None):
        return request.user.is_superuser

    def has_delete_permission(self, request, obj=None):
        return request.user.is_superuser

    def save_model(self, request, obj, form, change):
        request.before = self.told(self.model.objects.get(pk=obj.pk)) if change else None
        super().save_model(request, obj, form, change)

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        self.record(**{self.subject: form.instance}, by=request.user, before=request.before)

    def delete_model(self, request, obj):
        self.delete(**{self.subject: obj}, by=request.user, delete=obj.delete)

    def delete_queryset(self, request, queryset):
        for obj in queryset:
            self.delete_model(request, obj)


@admin.register(Group)
class RolesAdmin(PowersAdmin, GroupAdmin):
    subject = "group"
    told = staticmethod(permitting.told_of_role)
    record = staticmethod(permitting.record_role)
    delete = staticmethod(permitting.delete_role)


@admin.register(User)
class PeopleAdmin(PowersAdmin, UserAdmin):
    subject = "user"
    told = staticmethod(permitting.told_of_person)
    record = staticmethod(permitting.record_person)
    delete = staticmethod(permitting.delete_person)
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

    def user_change_password(self, request, id, form_url=""):
        user = self.get_object(request, unquote(id)) if request.method == "POST" else None
        watching = permitting.watching_password(user=user, by=request.user)
        with watching if user else nullcontext():
            return super().user_change_password(request, id, form_url)
