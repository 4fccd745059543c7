"""发送失败的通知: what could not be sent and why, and sending it again."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from dispatch.console.notice_views import key_of
from dispatch.console.people import has_role, roles_of
from dispatch.console.wording import count_text, moment_text
from dispatch.domain.channel_settings import RESENDS, resend_stuck
from dispatch.models import ChannelSetting, Notification, Staff
from dispatch.queries.outbox import (
    COUNT_CAP,
    channels_in_trouble,
    stuck_count,
    stuck_page,
    waiting_count,
)
from xiangcun.lib.clients import address_of
from xiangcun.lib.text import is_key

PAGE_SIZE = 50


@require_GET
@never_cache
def outbox_page(request: HttpRequest) -> HttpResponse:
    """List stuck messages and the channels that fail."""
    _require_role(request)
    found = stuck_page(before=key_of(request), size=PAGE_SIZE)
    shown = found[:PAGE_SIZE]
    context = {
        **admin.site.each_context(request),
        "title": _("发送失败的通知"),
        "rows": [_line(row) for row in shown],
        "stuck": count_text(stuck_count(), COUNT_CAP),
        "waiting": count_text(waiting_count(), COUNT_CAP),
        "channels": [_channel(setting) for setting in channels_in_trouble()],
        "next_before": shown[-1].pk if len(found) > PAGE_SIZE else None,
        "first_page": key_of(request) is None,
    }
    return render(request, "admin/notices/outbox.html", context)


@require_POST
def outbox_resend(request: HttpRequest) -> HttpResponse:
    """Send one, several or all again."""
    _require_role(request)
    user = request.user
    whole = request.POST.get("all") == "1"
    ids = None if whole else [int(pk) for pk in request.POST.getlist("ids") if is_key(pk)]
    if not isinstance(user, Staff):
        raise PermissionDenied
    count = resend_stuck(
        ids,
        roles=roles_of(request),
        user=user,
        now=timezone.now(),
        address=address_of(request),
    )
    text = ngettext(
        "已重新排队 %d 条，稍后刷新查看结果", "已重新排队 %d 条，稍后刷新查看结果", count
    )
    if count:
        messages.success(request, text % count)
    else:
        messages.info(request, _("这些通知已不在失败列表中"))
    return redirect("outbox")


def _require_role(request: HttpRequest) -> None:
    if not has_role(request, RESENDS):
        raise PermissionDenied(_("发送失败的通知供值班领导和系统管理员查看"))


def _line(row: Notification) -> dict[str, Any]:
    """Show whom it was for and why it failed; never the text, which the reader may have no right to."""
    setting = row.setting
    where = setting.department.short_name if setting and setting.department else ""
    return {
        "pk": row.pk,
        "channel": row.get_channel_display(),
        "to": str(row.user) if row.user else " ".join(filter(None, [where, str(setting)])),
        "kind": row.get_kind_display(),
        "number": row.ticket.number if row.ticket else "",
        "reason": row.reason,
        "attempts": row.attempts,
        "at": moment_text(row.created_at),
        "urgent": row.urgent,
    }


def _channel(setting: ChannelSetting) -> dict[str, Any]:
    return {
        "name": str(setting),
        "kind": setting.get_kind_display(),
        "department": setting.department.short_name if setting.department else "",
        "error": setting.last_error,
        "failed": moment_text(setting.last_failed_at),
        "sent": moment_text(setting.last_sent_at) or _("从未"),
    }
