"""The monthly list of what is on hold 挂账月度清单: for the lead to decide, for departments to see."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from dispatch.console.people import READS_CASES, actor_of, has_role
from dispatch.console.ticket_page import buttons
from dispatch.console.wording import moment_text, span_text
from dispatch.enums import TicketAction
from dispatch.models import Ticket
from dispatch.queries import suspensions as reads
from xiangcun.lib.text import mask_contacts

_DECISIONS = frozenset({TicketAction.RESUME, TicketAction.EXTEND_SUSPENSION})


def suspensions_page(request: HttpRequest) -> HttpResponse:
    """List suspended tickets, those whose review has come first; ``?month=2026-12`` narrows it."""
    if not has_role(request, READS_CASES):
        raise PermissionDenied(_("挂账清单供指挥室和承办单位查看"))
    actor, month = actor_of(request), _month(request.GET.get("month", ""))
    months = reads.review_months(actor)
    tickets = reads.tickets_of_month(actor, month)
    conditions = reads.conditions_of(ticket.pk for ticket in tickets)
    context = {
        **admin.site.each_context(request),
        "title": _("挂账月度清单"),
        "tabs": _tabs(months, month),
        "rows": [_row(request, ticket, conditions.get(ticket.pk, "")) for ticket in tickets],
        "capped": len(tickets) == reads.MAX_ROWS,
        "most": reads.MAX_ROWS,
    }
    return render(request, "admin/suspensions/page.html", context)


def _month(text: str) -> date | None:
    """Return the first of the month asked for; what is no month asks for all."""
    try:
        return parse_date(f"{text}-01")
    except ValueError:
        return None


def _tabs(months: list[reads.Month], chosen: date | None) -> list[dict[str, Any]]:
    base = reverse("suspensions")
    total = sum(month.count for month in months)
    tabs = [{"label": _("全部"), "count": total, "url": base, "active": chosen is None}]
    if chosen is not None and chosen not in {month.first for month in months}:
        months = sorted([*months, reads.Month(chosen, 0)], key=lambda month: month.first)
    return tabs + [
        {
            "label": _("%(year)d 年 %(month)d 月")
            % {"year": month.first.year, "month": month.first.month},
            "count": month.count,
            "url": f"{base}?month={month.first:%Y-%m}",
            "active": month.first == chosen,
        }
        for month in months
    ]


def _row(request: HttpRequest, ticket: Ticket, condition: str) -> dict[str, Any]:
    now = timezone.now()
    due = ticket.review_at is not None and ticket.review_at <= timezone.localdate(now)
    actions = buttons(request, ticket, now=now)
    return {
        "ticket": ticket,
        "url": reverse("admin:dispatch_ticket_change", args=(ticket.pk,)),
        "category": ticket.category.name if ticket.category else _("未定"),
        "department": ticket.lead_department.short_name if ticket.lead_department else "",
        "since": moment_text(ticket.paused_at),
        "span": span_text(now - ticket.paused_at) if ticket.paused_at else "",
        "condition": mask_contacts(condition),
        "due": due,
        "actions": [row for row in actions if row["action"] in _DECISIONS],
    }
