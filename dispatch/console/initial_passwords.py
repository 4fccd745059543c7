"""What the page of accounts adds: a password set by somebody else is an initial one."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.admin import UserAdmin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from dispatch.console.sign_in_forms import InitialPasswordForm
from dispatch.domain.passwords import note_initial_password
from dispatch.domain.sessions import revoke_sessions_of
from dispatch.models import Staff
from xiangcun.lib.clients import address_of


class InitialPasswordAdmin(UserAdmin):  # type: ignore[type-arg]  # not subscriptable at run time
    """Marks new accounts and reset passwords; ends the sessions of who is switched off."""

    change_password_form = InitialPasswordForm

    def user_change_password(
        self,
        request: HttpRequest,
        id: str,  # noqa: A002 - Django's name
        form_url: str = "",
    ) -> HttpResponse:
        """Set another's password; one's own has a page of its own."""
        if str(request.user.pk) == id:
            return HttpResponseRedirect(reverse("admin:password_change"))
        before = Staff.objects.filter(pk=id).values_list("password", flat=True).first()
        response: HttpResponse = super().user_change_password(request, id, form_url)
        staff = Staff.objects.filter(pk=id).first()
        if staff is not None and staff.password != before and isinstance(request.user, Staff):
            note_initial_password(
                staff, actor=request.user, address=address_of(request), now=timezone.now()
            )
        return response

    def save_model(self, request: HttpRequest, obj: Staff, form: Any, change: Any) -> None:
        """Save; a new account must change its password, a switched-off one is signed off."""
        if not change:
            obj.must_change_password = True
        super().save_model(request, obj, form, change)
        if change and not obj.is_active:
            revoke_sessions_of(obj, actor=None, now=timezone.now(), address=address_of(request))
