"""The alarm's JSON for the red bar on every page of the console, and 我已知悉."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from dispatch.console.notice_views import notice_counts
from dispatch.console.people import actor_of, has_role, roles_of
from dispatch.console.wording import moment_text
from dispatch.domain.alarms import ACKNOWLEDGES, acknowledge_alarm
from dispatch.enums import COMMAND_ROLES, Role
from dispatch.models import Alarm, Staff
from dispatch.queries.alarms import MOST_SHOWN, open_alarms
from xiangcun.lib.errors import DomainError
from xiangcun.lib.text import mask_contacts


@require_GET
@never_cache
def alarm_feed(request: HttpRequest) -> HttpResponse:
    """Answer the open alarms, or 304 when they are what the page already shows.

    The moment is not in the body, so that nothing new means the same ETag; the page counts seconds
    from ``raised_at`` and the ``Date`` of the answer.
    """
    if not has_role(request, COMMAND_ROLES):
        return JsonResponse({"message": _("警报供指挥室查看")}, status=403)
    rows = open_alarms(actor_of(request))
    body = {
        "count": f"{MOST_SHOWN}+" if len(rows) > MOST_SHOWN else str(len(rows)),
        "alarms": [alarm_row(alarm) for alarm in rows[:MOST_SHOWN]],
        "may_acknowledge": has_role(request, ACKNOWLEDGES),
        "is_lead": has_role(request, frozenset({Role.LEAD})),
        "notices": notice_counts(request),
    }
    text = json.dumps(body, ensure_ascii=False)
    etag = f'"{hashlib.sha256(text.encode()).hexdigest()[:20]}"'
    if request.headers.get("If-None-Match") == etag:
        response = HttpResponse(status=304)
    else:
        response = HttpResponse(text, content_type="application/json; charset=utf-8")
    response["ETag"] = etag
    return response


def alarm_row(alarm: Alarm) -> dict[str, Any]:
    """Show an open alarm: plain text only, the page puts it in as text."""
    ticket = alarm.ticket
    address = alarm.report.address if alarm.report and not ticket.confidential else ""
    place = [ticket.grid.name if ticket.grid else "", mask_contacts(address)]
    return {
        "id": alarm.pk,
        "number": ticket.number,
        "title": ticket.title,
        "category": ticket.category.name if ticket.category else "",
        "place": " ".join(filter(None, place)) or str(_("未定位")),
        "department": ticket.lead_department.short_name if ticket.lead_department else "",
        "status": ticket.get_status_display(),
        "reason": alarm.reason,
        "raised_at": int(alarm.raised_at.timestamp()),
        "escalated": alarm.escalated_at is not None,
        "url": reverse("admin:dispatch_ticket_change", args=(ticket.pk,)),
        "acknowledge_url": reverse("alarm-acknowledge", args=(alarm.pk,)),
    }


@require_POST
def alarm_acknowledge(request: HttpRequest, alarm_id: int) -> HttpResponse:
    """Note who saw the alarm; whoever comes second reads who was first."""
    user = request.user
    if not isinstance(user, Staff):
        return JsonResponse({"message": _("请先登录")}, status=403)
    try:
        done = acknowledge_alarm(
            alarm_id=alarm_id, user=user, roles=roles_of(request), now=timezone.now()
        )
    except DomainError as error:
        return JsonResponse({"code": error.code, "message": error.message}, status=error.status)
    alarm = done.alarm
    return JsonResponse(
        {
            "first": done.first,
            "by": str(alarm.acknowledged_by),
            "at": moment_text(alarm.acknowledged_at),
        }
    )
