"""The strip of filters above the ticket list: chips with counters, and saving the present one."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from dispatch.console.people import DISPATCHES, actor_of, has_role, roles_of
from dispatch.console.wording import count_text
from dispatch.domain.saved_filters import may_share
from dispatch.queries.saved_filters import ShownFilter, shown_filters
from dispatch.queries.ticket_filters import (
    BOX,
    NEAR,
    QUEUE,
    WORDS,
    queue_of,
    read_box,
    read_circle,
    read_params,
)
from dispatch.queries.ticket_search import looks_like_phone
from dispatch.queries.tickets import COUNT_CAP


def list_url(params: dict[str, str]) -> str:
    """Return the list under ``params``."""
    return f"{reverse('admin:dispatch_ticket_changelist')}?{urlencode(params)}"


def present_params(request: HttpRequest) -> dict[str, str]:
    """Return the filter of the page as data; the tab is always named."""
    params = read_params(request.GET.dict())
    return {**params, QUEUE: queue_of(actor_of(request), params).code}


def bar_context(request: HttpRequest) -> dict[str, Any]:
    """Return what the strip shows; two queries."""
    params = present_params(request)
    rows = shown_filters(
        actor_of(request),
        user_id=request.user.pk,
        roles=roles_of(request),
        now=timezone.now(),
    )
    return {
        "filters": [_chip(row, params) for row in rows],
        "query": urlencode(params),
        "can_save": len(params) > 1 or params[QUEUE] != "all",
        "may_share": may_share(actor_of(request)),
        "place": _place(params),
        "may_dispatch": has_role(request, DISPATCHES),
        "phone_typed": looks_like_phone(params.get(WORDS, "")),
    }


def _chip(row: ShownFilter, present: dict[str, str]) -> dict[str, Any]:
    return {
        "name": row.name,
        "url": list_url(row.params),
        "count": "" if row.count is None else count_text(row.count, COUNT_CAP),
        "active": row.params == present,
        "alarm": bool(row.count) and row.params.get("only") == "overdue",
        "shared": row.is_shared,
    }


def _place(params: dict[str, str]) -> dict[str, str] | None:
    """Return what place the list is narrowed to, and the list without that."""
    if not {BOX, NEAR} & params.keys():
        return None
    rest = {name: value for name, value in params.items() if name not in {BOX, NEAR}}
    circle, box = read_circle(params.get(NEAR, "")), read_box(params.get(BOX, ""))
    if circle is not None:
        label = _("地图所选地点 %d 米以内") % round(circle[2])
    else:
        label = _("地图框选的范围内") if box else _("地点无法识别")
    return {"label": label, "clear_url": list_url(rest)}
