"""大屏链接: who may open the cockpit to a screen makes, sees and takes back its links here."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from dispatch.console.people import actor_of, roles_of
from dispatch.console.wording import moment_text
from dispatch.domain.kiosks import (
    GIVES_LINKS,
    MAX_DAYS,
    Wanted,
    create_kiosk_link,
    listed_kiosk_links,
    revoke_kiosk_link,
)
from dispatch.models import Department, KioskLink, Staff
from reports.models import Grid
from xiangcun.lib.errors import DomainError

_DEFAULT_DAYS = 30


class LinkForm(forms.Form):
    """What a new link is to be."""

    name = forms.CharField(label=gettext_lazy("名称"), max_length=40)
    days = forms.IntegerField(
        label=gettext_lazy("有效天数"), min_value=1, max_value=MAX_DAYS, initial=_DEFAULT_DAYS
    )
    department = forms.ModelChoiceField(
        Department.objects.filter(is_active=True),
        label=gettext_lazy("只看单位"),
        required=False,
        empty_label=gettext_lazy("全部单位"),
    )
    grid = forms.ModelChoiceField(
        Grid.objects.filter(is_active=True).defer("polygon"),
        label=gettext_lazy("只看网格"),
        required=False,
        empty_label=gettext_lazy("全部网格"),
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def links_page(request: HttpRequest) -> HttpResponse:
    """List the links and make new ones; a new link is shown in this one answer and never again."""
    user = _giver(request)
    form, fresh = LinkForm(), ""
    if request.method == "POST":
        form = LinkForm(request.POST)
        fresh = _create(form, request, user) if form.is_valid() else ""
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": _("大屏链接"),
        "form": LinkForm() if fresh else form,
        "fresh": fresh,
        "max_days": MAX_DAYS,
        "rows": [_line(row) for row in listed_kiosk_links()],
    }
    status = 400 if request.method == "POST" and not fresh else 200
    return render(request, "admin/kiosk/links.html", context, status=status)


@require_POST
def link_revoke(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a link back: the screen goes dark at its next question."""
    user = _giver(request)
    try:
        link = revoke_kiosk_link(pk, actor=user, roles=roles_of(request), now=timezone.now())
        messages.success(request, _("已停用“%s”，大屏几秒内不再更新") % link.name)
    except DomainError as error:
        messages.error(request, error.message)
    return redirect("kiosk-links")


def _giver(request: HttpRequest) -> Staff:
    user = actor_of(request).user
    if user is None or not roles_of(request) & GIVES_LINKS:
        raise PermissionDenied(_("大屏链接由值班领导和系统管理员管理"))
    return user


def _create(form: LinkForm, request: HttpRequest, user: Staff) -> str:
    """Return the address of the new link, "" when it could not be made."""
    given = form.cleaned_data
    wanted = Wanted(given["name"], given["days"], given["grid"], given["department"])
    try:
        _link, token = create_kiosk_link(
            wanted, actor=user, roles=roles_of(request), now=timezone.now()
        )
    except DomainError as error:
        fields = [fault.field for fault in error.errors if fault.field in form.fields]
        form.add_error(fields[0] if fields else None, error.message)
        return ""
    path = reverse("kiosk-wall", args=(token,))
    base = settings.PUBLIC_BASE_URL.rstrip("/")
    return f"{base}{path}" if base else request.build_absolute_uri(path)


def _line(row: KioskLink) -> dict[str, Any]:
    over = row.expires_at <= timezone.now()
    state = _("已停用") if row.revoked_at else _("已到期") if over else _("有效")
    shown = [part for part in (row.department, row.grid) if part is not None]
    return {
        "pk": row.pk,
        "name": row.name,
        "scope": " · ".join(map(str, shown)) or _("全街道"),
        "made": f"{moment_text(row.created_at)} {row.created_by}",
        "expires": moment_text(row.expires_at),
        "seen": moment_text(row.last_seen_at) or _("还没有使用"),
        "state": state,
        "active": row.revoked_at is None and not over,
    }
