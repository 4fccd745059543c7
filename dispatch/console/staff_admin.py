"""Departments, accounts and seats. What an account may do follows from its seats alone."""

from __future__ import annotations

from functools import partial
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.admin import TabularInline
from unfold.forms import UserChangeForm, UserCreationForm

from dispatch.console.initial_passwords import InitialPasswordAdmin
from dispatch.console.list_fields import OfficeForm, WordsField
from dispatch.console.people import (
    READS_PEOPLE,
    SETS_RULES,
    SETS_SEATS,
    OfficeAdmin,
    has_role,
)
from dispatch.console.seat_forms import MembershipForm, SeatFormSet, with_giver
from dispatch.domain.recusals import recuse_everywhere
from dispatch.enums import Role
from dispatch.models import Department, Membership, Staff

VILLAGE_CODE_LENGTH = 12
_NAMES = ("username", "display_name", "is_active")


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
    readers = READS_PEOPLE
    list_display = ("name", "short_name", "code", "phone", "is_command_room", "is_active")
    list_filter = ("is_active", "is_command_room")
    search_fields = ("name", "short_name", "code")
    autocomplete_fields = ("conflict_department",)


@admin.register(Membership)
class MembershipAdmin(OfficeAdmin):
    """Given by the security officer, never to themselves."""

    form = MembershipForm
    readers = READS_PEOPLE
    writers = SETS_SEATS
    deletable = True
    list_display = ("user", "department", "role", "is_active")
    list_select_related = ("user", "department")
    list_filter = ("role", "is_active", "department")
    search_fields = ("user__username", "user__display_name", "department__name")
    autocomplete_fields = ("user", "department", "grids")
    ordering = ("department__order", "user__username")

    def get_form(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        return with_giver(super().get_form(request, obj, **kwargs), request.user.pk)

    def has_change_permission(self, request: HttpRequest, obj: Membership | None = None) -> bool:
        own = obj is not None and obj.user_id == request.user.pk
        return super().has_change_permission(request, obj) and not own

    def has_delete_permission(self, request: HttpRequest, obj: Membership | None = None) -> bool:
        own = obj is not None and obj.user_id == request.user.pk
        return super().has_delete_permission(request, obj) and not own

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """No deletion of many at once: one's own seat could be among them."""
        actions: dict[str, Any] = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions


class MembershipInline(TabularInline):
    """An account's seats on its own page; grids are chosen on the seat's page."""

    model = Membership
    form = MembershipForm
    formset = SeatFormSet
    exclude = ("grids",)
    extra = 1
    autocomplete_fields = ("department",)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return has_role(request, SETS_SEATS) and not _is_own(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return has_role(request, SETS_SEATS) and not _is_own(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return has_role(request, SETS_SEATS) and not _is_own(request, obj)


def _is_own(request: HttpRequest, account: Staff | None) -> bool:
    """Whether somebody looks at their own account: nobody gives themselves a seat."""
    return account is not None and account.pk == request.user.pk


class StaffCreationForm(UserCreationForm):
    class Meta(UserCreationForm.Meta):
        model = Staff
        fields = ("username", "display_name")


class StaffChangeForm(UserChangeForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "password" in self.fields:
            self.fields["password"].help_text = format_html(
                '{} <a href="../password/">{}</a>', _("密码不以原文保存。"), _("安全管理员重置密码")
            )

    class Meta(UserChangeForm.Meta):
        model = Staff


@admin.register(Staff)
class StaffAdmin(OfficeAdmin, InitialPasswordAdmin):
    """Accounts are switched off, not deleted: the ledger names them.

    The administrator opens, names and closes accounts; the security officer gives seats and resets
    passwords. A new account without a seat opens nothing, so neither can make up a colleague alone.
    """

    readers = READS_PEOPLE
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

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return has_role(request, SETS_RULES | SETS_SEATS)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        fixed = () if has_role(request, SETS_RULES) else _NAMES
        return (*super().get_readonly_fields(request, obj), *fixed)

    def user_change_password(
        self,
        request: HttpRequest,
        id: str,  # noqa: A002 - Django's name
        form_url: str = "",
    ) -> HttpResponse:
        """Let the security officer set a password, to be changed at the next sign-in."""
        if not has_role(request, SETS_SEATS):
            raise PermissionDenied(_("密码由安全管理员重置"))
        return super().user_change_password(request, id, form_url)

    def save_model(self, request: HttpRequest, obj: Staff, form: Any, change: Any) -> None:
        obj.is_staff = True
        if obj.pk == request.user.pk and not obj.is_active:
            obj.is_active = True
            self.message_user(request, _("不能停用自己的账号"), level="warning")
        super().save_model(request, obj, form, change)
        if "display_name" in form.changed_data:
            # After the commit: it locks tickets, and this transaction will lock the audit trail.
            transaction.on_commit(partial(recuse_everywhere, obj, now=timezone.now()))

    @admin.display(description=gettext_lazy("岗位"))
    def seats(self, staff: Staff) -> str:
        return "；".join(
            f"{row.department.short_name} {Role(row.role).label}"
            for row in staff.memberships.all()
            if row.is_active
        )
