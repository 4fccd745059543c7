"""开放数据: which months are public, publishing another, correcting, taking down."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from dispatch.console.people import actor_of, has_role
from dispatch.console.steps import take_step
from dispatch.console.wording import moment_text
from dispatch.domain.actors import Actor
from dispatch.enums import ReleaseStatus, Role
from dispatch.models import OpenRelease
from dispatch.summary.open_data.publishing import (
    PUBLISHES,
    correct_month,
    month_is_settled,
    publish_month,
    withdraw_month,
)
from xiangcun.lib.errors import InvalidInputError

READS_OPEN_DATA = PUBLISHES | {Role.AUDITOR}
LICENCES = ("知识共享 署名 4.0（CC BY 4.0）", "知识共享 公共领域贡献（CC0 1.0）")
OFFERED_MONTHS = 24
_TONE = {ReleaseStatus.PUBLISHED: "success", ReleaseStatus.WITHDRAWN: "danger"}


def open_data_admin(request: HttpRequest) -> HttpResponse:
    """List every version there ever was."""
    if not has_role(request, READS_OPEN_DATA):
        raise PermissionDenied(_("开放数据由值班领导和系统管理员管理"))
    rows = list(OpenRelease.objects.select_related("published_by"))
    live = {row.month for row in rows if row.status == ReleaseStatus.PUBLISHED}
    context = {
        **admin.site.each_context(request),
        "title": _("开放数据"),
        "rows": [_line(row) for row in rows],
        "months": [month for month in _months() if month not in live],
        "withdrawn": {row.month for row in rows} - live,
        "licences": LICENCES,
        "k": settings.OPEN_DATA_K,
        "may_publish": has_role(request, PUBLISHES),
    }
    return render(request, "admin/open_data/page.html", context)


@require_POST
def open_data_publish(request: HttpRequest) -> HttpResponse:
    """Publish one month."""

    def publish(actor: Actor) -> None:
        month = _posted_month(request)
        licence = request.POST.get("licence", "")
        publish_month(month, licence=licence, actor=actor, now=timezone.now())

    return _done(request, publish, _("已公开，任何人都可以下载"))


@require_POST
def open_data_correct(request: HttpRequest, pk: int) -> HttpResponse:
    """Publish a corrected version."""
    return _done(
        request,
        lambda actor: correct_month(pk, actor=actor, now=timezone.now()),
        _("已公开更正版"),
    )


@require_POST
def open_data_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take a month down."""
    return _done(
        request,
        lambda actor: withdraw_month(pk, actor=actor, now=timezone.now()),
        _("已撤下，文件立即不能再下载；已被下载的收不回来"),
    )


def _done(request: HttpRequest, step: Callable[[Actor], object], said: str) -> HttpResponse:
    if not has_role(request, PUBLISHES):
        raise PermissionDenied(_("开放数据由值班领导和系统管理员管理"))
    take_step(request, lambda: step(actor_of(request)), said)
    return HttpResponseRedirect(reverse("open-data-admin"))


def _posted_month(request: HttpRequest) -> date:
    try:
        return date.fromisoformat(request.POST.get("month", ""))
    except ValueError as error:
        raise InvalidInputError.of_field("month", "open_data_month", _("请选择月份")) from error


def _months() -> list[date]:
    """Return the months that may be published, the latest first."""
    now = timezone.now()
    month, found = timezone.localdate(now).replace(day=1), []
    for _number in range(OFFERED_MONTHS):
        month = (month - timedelta(days=1)).replace(day=1)
        if month_is_settled(month, now=now):
            found.append(month)
    return found


def _line(row: OpenRelease) -> dict[str, Any]:
    blocks = row.content["blocks"]
    return {
        "pk": row.pk,
        "month": row.month,
        "version": row.version,
        "label": row.get_status_display(),
        "tone": _TONE.get(ReleaseStatus(row.status), ""),
        "live": row.status == ReleaseStatus.PUBLISHED,
        "coarse": len(blocks),
        "fine": sum(len(block["cells"]) for block in blocks),
        "k": row.k,
        "licence": row.licence,
        "by": str(row.published_by),
        "at": moment_text(row.published_at),
        "withdrawn": moment_text(row.withdrawn_at) if row.withdrawn_at else "",
    }
