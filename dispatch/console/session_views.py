"""我的登录: one's own browsers and telephone. 登录管理: the security officer's page."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from dispatch.console.people import has_role, roles_of
from dispatch.console.sign_in_forms import ResetForm
from dispatch.console.wording import moment_text
from dispatch.domain.lockout import MOST_FAILURES, UNLOCKS, WINDOW, unlock_account
from dispatch.domain.second_factor import (
    codes_left,
    reset_second_factor,
    second_factor_demanded,
)
from dispatch.domain.sessions import REVOKES, revoke_session, revoke_sessions_of
from dispatch.models import Staff, StaffSession
from dispatch.queries.sign_ins import (
    MOST_SHOWN,
    accounts_with_second_factor,
    everybodys_sessions,
    locked_names,
    sessions_of,
)
from xiangcun.lib.clients import address_of, mask_address
from xiangcun.lib.errors import DomainError

OWN, OFFICE = "own-sessions", "sign-ins"


@require_GET
@never_cache
def own_sessions(request: HttpRequest) -> HttpResponse:
    """List one's own browsers, with the state of password and telephone."""
    user, now = _staff(request), timezone.now()
    since = user.password_changed_at or user.date_joined
    age = (now - since).days
    context = {
        **admin.site.each_context(request),
        "title": _("我的登录"),
        "rows": [_line(request, row) for row in sessions_of(user, now=now)],
        "bound": moment_text(user.second_factor_at) if user.second_factor_at else "",
        "codes_left": codes_left(user) if user.second_factor_at else 0,
        "demanded": second_factor_demanded(roles_of(request)),
        "password_age": age,
        "password_days_left": settings.PASSWORD_MAX_DAYS - age
        if settings.PASSWORD_MAX_DAYS
        else None,
        "idle_minutes": settings.IDLE_MINUTES,
        "hours": settings.SESSION_HOURS,
    }
    return render(request, "admin/sign_in/own.html", context)


@require_GET
@never_cache
def sign_ins(request: HttpRequest) -> HttpResponse:
    """Show who is locked out, who is signed in, and whose telephone is bound."""
    if not has_role(request, UNLOCKS | REVOKES):
        raise PermissionDenied(_("登录管理由安全管理员负责"))
    now, name = timezone.now(), request.GET.get("q", "").replace("\x00", "").strip()[:60]
    rows = everybodys_sessions(name=name, now=now)
    locked = locked_names(window=WINDOW, limit=MOST_FAILURES, now=now)
    context = {
        **admin.site.each_context(request),
        "title": _("登录管理"),
        "q": name,
        "rows": [_line(request, row) for row in rows[:MOST_SHOWN]],
        "more": len(rows) > MOST_SHOWN,
        "most": MOST_SHOWN,
        "locked": [{"row": row, "last": moment_text(row.last_at)} for row in locked],
        "bound": [
            {"user": one, "since": moment_text(one.second_factor_at), "own": one == request.user}
            for one in accounts_with_second_factor(name=name)
        ],
    }
    return render(request, "admin/sign_in/office.html", context)


@require_POST
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Sign one browser off."""
    actor, now = _staff(request), timezone.now()
    try:
        row = revoke_session(
            pk, actor=actor, roles=roles_of(request), address=address_of(request), now=now
        )
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("已让 %s 的这个登录下线。") % row.user)
    return _back(request)


@require_POST
def revoke_others(request: HttpRequest) -> HttpResponse:
    """Sign oneself off everywhere else."""
    actor = _staff(request)
    count = revoke_sessions_of(
        actor, actor=actor, keep=request.session.session_key,
        address=address_of(request), now=timezone.now(),
    )  # fmt: skip
    messages.success(request, _("已退出其他 %d 个登录。") % count)
    return HttpResponseRedirect(reverse(OWN))


@require_POST
def unlock(request: HttpRequest) -> HttpResponse:
    """Open the door for a name again."""
    if not has_role(request, UNLOCKS):
        raise PermissionDenied(_("解除锁定由安全管理员办理"))
    name = request.POST.get("name", "")[:150]
    try:
        gone = unlock_account(
            name, actor=_staff(request), roles=roles_of(request),
            address=address_of(request), now=timezone.now(),
        )  # fmt: skip
    except DomainError as error:
        messages.error(request, error.message)
    else:
        said = _("已解除锁定，可以重新登录。") if gone else _("这个用户名没有被锁定。")
        messages.success(request, said)
    return HttpResponseRedirect(reverse(OFFICE))


@never_cache
def reset(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask why, then take somebody's second factor off."""
    if not has_role(request, UNLOCKS):
        raise PermissionDenied(_("重置动态口令由安全管理员办理"))
    user = get_object_or_404(Staff, pk=pk)
    form = ResetForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            reset_second_factor(
                user, actor=_staff(request), roles=roles_of(request),
                reason=form.cleaned_data["reason"], address=address_of(request),
                now=timezone.now(),
            )  # fmt: skip
        except DomainError as error:
            form.add_error("reason", error.message)
        else:
            messages.success(request, _("已重置 %s 的动态口令，其所有登录已下线。") % user)
            return HttpResponseRedirect(reverse(OFFICE))
    context = {
        **admin.site.each_context(request), "title": _("重置动态口令"), "person": user, "form": form
    }  # fmt: skip
    return render(request, "admin/sign_in/reset.html", context)


def _line(request: HttpRequest, row: StaffSession) -> dict[str, Any]:
    return {
        "pk": row.pk,
        "who": str(row.user),
        "username": row.user.username,
        "device": row.device,
        "address": mask_address(row.address) if row.user_id != request.user.pk else row.address,
        "started": moment_text(row.started_at),
        "seen": moment_text(row.last_seen_at),
        "second_factor": row.second_factor,
        "here": row.session_key == request.session.session_key,
    }


def _back(request: HttpRequest) -> HttpResponse:
    page = OFFICE if request.POST.get("page") == OFFICE else OWN
    return HttpResponseRedirect(reverse(page))


def _staff(request: HttpRequest) -> Staff:
    assert isinstance(request.user, Staff)  # the admin's own guard stands before these views
    return request.user
