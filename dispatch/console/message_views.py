"""居民消息: what residents could not be told and why, and telling them again. Nobody is named."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
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
from dispatch.domain.channel_settings import RESENDS
from dispatch.domain.resident_messages import REASON_LENGTH, resend_messages
from dispatch.models import Staff
from reports.domain.subscriptions import template_ids
from reports.enums import DeliveryState, MessageChannel
from reports.models import MessageDelivery
from reports.queries.messages import (
    COUNT_CAP,
    delivery_counts,
    late_count,
    skip_reasons,
    stuck_count,
    stuck_page,
)
from xiangcun.lib import sms
from xiangcun.lib.clients import address_of
from xiangcun.lib.errors import DomainError
from xiangcun.lib.text import is_key

PAGE_SIZE = 50
LOOK_BACK = timedelta(days=7)


@require_GET
@never_cache
def messages_page(request: HttpRequest) -> HttpResponse:
    """Show stuck messages and how the last seven days went."""
    _require_role(request)
    now = timezone.now()
    found = stuck_page(before=key_of(request), size=PAGE_SIZE)
    shown = found[:PAGE_SIZE]
    context = {
        **admin.site.each_context(request),
        "title": _("居民消息"),
        "rows": [_line(row) for row in shown],
        "stuck": count_text(stuck_count(), COUNT_CAP),
        "late": late_count(now=now),
        "missing": _missing_channels(),
        "channels": _channels(delivery_counts(since=now - LOOK_BACK)),
        "states": [str(state.label) for state in DeliveryState],
        "reasons": skip_reasons(since=now - LOOK_BACK),
        "reason_length": REASON_LENGTH,
        "next_before": shown[-1].pk if len(found) > PAGE_SIZE else None,
        "first_page": key_of(request) is None,
    }
    return render(request, "admin/notices/resident_messages.html", context)


@require_POST
def messages_resend(request: HttpRequest) -> HttpResponse:
    """Send one, several or all again."""
    _require_role(request)
    if not isinstance(request.user, Staff):
        raise PermissionDenied
    whole = request.POST.get("all") == "1"
    ids = None if whole else [int(pk) for pk in request.POST.getlist("ids") if is_key(pk)]
    try:
        count = resend_messages(
            ids,
            reason=request.POST.get("reason", ""),
            roles=roles_of(request),
            user=request.user,
            now=timezone.now(),
            address=address_of(request),
        )
    except DomainError as error:
        messages.error(request, error.message)
        return redirect("resident-messages")
    text = ngettext(
        "已重新排队 %d 条，稍后刷新查看结果", "已重新排队 %d 条，稍后刷新查看结果", count
    )
    if count:
        messages.success(request, text % count)
    else:
        messages.info(request, _("请选中要重发的消息；已不在失败列表中的不会重发"))
    return redirect("resident-messages")


def _require_role(request: HttpRequest) -> None:
    if not has_role(request, RESENDS):
        raise PermissionDenied(_("居民消息供值班领导和系统管理员查看"))


def _line(row: MessageDelivery) -> dict[str, Any]:
    """Show what failed and why: no person, no number of a telephone, no text."""
    message = row.message
    return {
        "pk": row.pk,
        "channel": row.get_channel_display(),
        "template": message.get_template_display(),
        "number": message.report.number if message.report else "",
        "reason": row.reason,
        "attempts": row.attempts,
        "at": moment_text(message.created_at),
        "urgent": row.urgent,
    }


def _missing_channels() -> list[str]:
    """Say which ways are not set up, so that a row of zeros is no riddle."""
    missing = []
    if not (settings.WECHAT_APPID and template_ids()):
        missing.append(_("还没有接入微信订阅消息，不会发微信提醒。"))
    if not sms.configured():
        missing.append(_("还没有配置短信服务，不会发短信提醒。"))
    return missing


def _channels(counts: Any) -> list[dict[str, Any]]:
    return [
        {
            "name": str(channel.label),
            "counts": [counts.get((channel.value, state.value), 0) for state in DeliveryState],
        }
        for channel in MessageChannel
    ]
