"""Who may do what with lists that staff read and Managers change."""

from treatments.publishing import APPROVE, MANAGE, WRITE


class ForManagers:
    """Rows of a ModelAdmin that all who work with texts read, and Managers alone change."""

    def has_module_permission(self, request):
        return self.has_view_permission(request)

    def get_model_perms(self, request):
        """In the menu for everybody who works with texts."""
        return super().get_model_perms(request) | {"view": self.has_view_permission(request)}

    def has_view_permission(self, request, obj=None):
        return any(map(request.user.has_perm, (WRITE, APPROVE, MANAGE)))

    def has_add_permission(self, request):
        return request.user.has_perm(MANAGE)

    def has_change_permission(self, request, obj=None):
        return request.user.has_perm(MANAGE)

    def has_delete_permission(self, request, obj=None):
        return request.user.has_perm(MANAGE)
