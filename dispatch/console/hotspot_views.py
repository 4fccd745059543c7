"""The page of hotspots, and of one with its tickets: for the command room and the township's leaders."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from dispatch.console.hotspot_words import (
    COUNTED_DAYS,
    facts_of,
    growth_text,
    sentence_of,
    trend_text,
    trend_tone,
)
from dispatch.console.people import DISPATCHES, actor_of, has_role
from dispatch.console.ticket_page import ticket_link
from dispatch.console.wording import moment_text
from dispatch.domain.workflow import TRANSITIONS
from dispatch.enums import COMMAND_ROLES, Role, TicketAction
from dispatch.models import Hotspot, Ticket
from dispatch.queries.hotspots import hotspot_for_page, ranked_hotspots, tickets_of

READS_HOTSPOTS = COMMAND_ROLES | {Role.LEADERSHIP}
_MERGEABLE = next(row.sources for row in TRANSITIONS if row.action == TicketAction.MERGE)


def hotspots_page(request: HttpRequest) -> HttpResponse:
    """List the hotspots, what most people spoke of in the last week first."""
    _require_room(request)
    hotspots = ranked_hotspots(actor_of(request))
    refreshed = moment_text(hotspots[0].refreshed_at) if hotspots else ""
    context = {
        **admin.site.each_context(request),
        "title": _("热点"),
        "rows": [_line(hotspot) for hotspot in hotspots],
        "days": COUNTED_DAYS,
        "refreshed": refreshed,
    }
    return render(request, "admin/hotspots/list.html", context)


def hotspot_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one hotspot with its tickets, to be read or merged."""
    _require_room(request)
    hotspot = hotspot_for_page(actor_of(request), pk)
    if hotspot is None:
        raise Http404(_("这个热点已经平息，或已并入其他热点"))
    tickets = tickets_of(actor_of(request), hotspot)
    may_merge = has_role(request, DISPATCHES)
    rows = [_ticket_line(ticket, may_merge=may_merge) for ticket in tickets]
    open_rows = [row for row in rows if row["mergeable"]]
    context = {
        **admin.site.each_context(request),
        "title": _("热点"),
        "subtitle": hotspot.title,
        **_line(hotspot),
        "facts": facts_of(hotspot),
        "tickets": rows,
        "target": open_rows[0] if len(open_rows) > 1 else None,
    }
    return render(request, "admin/hotspots/page.html", context)


def _require_room(request: HttpRequest) -> None:
    if not has_role(request, READS_HOTSPOTS):
        raise PermissionDenied(_("热点供指挥室和街道领导查看"))


def _line(hotspot: Hotspot) -> dict[str, Any]:
    return {
        "pk": hotspot.pk,
        "sentence": sentence_of(hotspot),
        "growth": growth_text(hotspot),
        "trend": trend_text(hotspot),
        "tone": trend_tone(hotspot),
        "category": hotspot.category.name if hotspot.category else _("分类未定"),
        "people": hotspot.resident_count,
        "reports": hotspot.report_count,
        "day_count": hotspot.day_count,
        "last": moment_text(timezone.localtime(hotspot.last_at)),
    }


def _ticket_line(ticket: Ticket, *, may_merge: bool) -> dict[str, Any]:
    return {
        **ticket_link(ticket),
        "pk": ticket.pk,
        "category": ticket.category.name if ticket.category else _("未定"),
        "department": ticket.lead_department.short_name if ticket.lead_department else "",
        "reports": ticket.report_count,
        "opened": moment_text(ticket.opened_at),
        "mergeable": may_merge and ticket.status in _MERGEABLE,
    }
