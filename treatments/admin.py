"""What staff see: for now, the people."""

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin

from treatments.models import User


@admin.register(User)
class PeopleAdmin(UserAdmin):
    fieldsets = (
        *UserAdmin.fieldsets[:1],
        ("Name", {"fields": ("first_name", "last_name", "credentials", "email")}),
        *UserAdmin.fieldsets[2:],
    )
