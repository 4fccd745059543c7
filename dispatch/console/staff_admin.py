"""Departments, accounts and seats. What an account may do follows from its seats alone."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.admin import TabularInline
from unfold.forms import UserChangeForm, UserCreationForm

from dispatch.console.initial_passwords import InitialPasswordAdmin
from dispatch.console.list_fields import OfficeForm, WordsField
from dispatch.console.people import SETS_RULES, OfficeAdmin, has_role
from dispatch.enums import COMMAND_ROLES, Role
from dispatch.models import Department, Membership, Staff

VILLAGE_CODE_LENGTH = 12
_ROOM_ROLES = COMMAND_ROLES | {Role.ADMINISTRATOR}


class DepartmentForm(OfficeForm):
    """Checks the code of a village, and who gets complaints about the department."""

    aliases = WordsField(
        label=gettext_lazy("别称"),
        help_text=gettext_lazy(
            "群众的其他叫法，多个用顿号分开；用来看出投诉的是哪个单位，不把投诉派给被投诉的单位"
        ),
    )

    def clean_conflict_department(self) -> Department | None:
        """Somebody else, who takes work."""
        chosen: Department | None = self.cleaned_data["conflict_department"]
        if chosen is not None and chosen.pk == self.instance.pk:
            raise forms.ValidationError(_("不能改派给被投诉的单位自己"))
        if chosen is not None and not chosen.is_active:
            raise forms.ValidationError(_("“%s”已停用") % chosen.name)
        return chosen

    def clean_village_code(self) -> str:
        """Twelve digits or nothing."""
        code: str = self.cleaned_data["village_code"]
        if code and not (code.isdecimal() and len(code) == VILLAGE_CODE_LENGTH):
            raise forms.ValidationError(_("村社编码是 12 位数字"))
        return code


@admin.register(Department)
class DepartmentAdmin(OfficeAdmin):
    form = DepartmentForm
    list_display = ("name", "short_name", "code", "phone", "is_command_room", "is_active")
    list_filter = ("is_active", "is_command_room")
    search_fields = ("name", "short_name", "code")
    autocomplete_fields = ("conflict_department",)


class MembershipForm(OfficeForm):
    """Seats that see every ticket exist in the command room only."""

    def clean(self) -> dict[str, Any]:
        """Check role against department."""
        data = super().clean() or {}
        department, role = data.get("department"), data.get("role")
        if department is not None and role in _ROOM_ROLES and not department.is_command_room:
            self.add_error("role", _("“%s”只能设在综合信息指挥室") % Role(role).label)
        return data


@admin.register(Membership)
class MembershipAdmin(OfficeAdmin):
    form = MembershipForm
    deletable = True
    list_display = ("user", "department", "role", "is_active")
    list_select_related = ("user", "department")
    list_filter = ("role", "is_active", "department")
    search_fields = ("user__username", "user__display_name", "department__name")
    autocomplete_fields = ("user", "department")
    ordering = ("department__order", "user__username")


class MembershipInline(TabularInline):
    model = Membership
    form = MembershipForm
    extra = 1
    autocomplete_fields = ("department",)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return has_role(request, SETS_RULES)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return has_role(request, SETS_RULES)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return has_role(request, SETS_RULES)


class StaffCreationForm(UserCreationForm):
    class Meta(UserCreationForm.Meta):
        model = Staff
        fields = ("username", "display_name")


class StaffChangeForm(UserChangeForm):
    class Meta(UserChangeForm.Meta):
        model = Staff


@admin.register(Staff)
class StaffAdmin(OfficeAdmin, InitialPasswordAdmin):
    """Accounts are switched off, not deleted: the ledger names them."""

    form = StaffChangeForm
    add_form = StaffCreationForm
    list_display = ("username", "display_name", "seats", "is_active", "last_login")
    list_filter = ("is_active", "memberships__role")
    search_fields = ("username", "display_name")
    ordering = ("username",)
    filter_horizontal = ()
    readonly_fields = ("last_login", "date_joined")
    inlines = (MembershipInline,)
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        (gettext_lazy("账号"), {"fields": ("display_name", "is_active", "must_change_password")}),
        (gettext_lazy("记录"), {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = (
        (
            None,
            {
                "classes": ("wide",),
                "fields": ("username", "display_name", "password1", "password2"),
            },
        ),
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("memberships__department")

    def save_model(self, request: HttpRequest, obj: Staff, form: Any, change: Any) -> None:
        obj.is_staff = True
        if obj.pk == request.user.pk and not obj.is_active:
            obj.is_active = True
            self.message_user(request, _("不能停用自己的账号"), level="warning")
        super().save_model(request, obj, form, change)

    @admin.display(description=gettext_lazy("岗位"))
    def seats(self, staff: Staff) -> str:
        return "；".join(
            f"{row.department.short_name} {Role(row.role).label}"
            for row in staff.memberships.all()
            if row.is_active
        )
