"""The page of insights, saying "not again" to one, and the queue behind an early warning."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from dispatch.console.people import DISPATCHES, actor_of
from dispatch.console.ticket_page import ticket_link
from dispatch.console.wording import moment_text
from dispatch.domain.actors import Actor
from dispatch.domain.insights import REASON_MAX, dismiss_insight, restore_insight
from dispatch.enums import InsightKind
from dispatch.models import Department, Insight, Staff
from dispatch.queries.access import visible_tickets
from dispatch.summary.insights.current import (
    headed_by,
    living,
    may_read,
    sees_office,
    view_of,
)
from dispatch.summary.insights.late_queues import QueueNow, queue_now
from xiangcun.lib.errors import DomainError
from xiangcun.lib.text import mask_contacts

MOST_SHOWN = 100


def insights_page(request: HttpRequest) -> HttpResponse:
    """List what lives, strongest first; ``?kind=`` narrows, ``?dismissed=1`` shows what was put away."""
    actor = _reader(request)
    dismissed = request.GET.get("dismissed") == "1"
    rows = living(actor).filter(dismissed_at__isnull=not dismissed).order_by("-strength", "id")
    found = list(rows.select_related("dismissed_by")[:MOST_SHOWN])
    kind = request.GET.get("kind", "")
    kind = kind if kind in InsightKind.values else ""
    context = {
        **admin.site.each_context(request),
        "title": _("洞察"),
        "rows": [_line(row, actor) for row in found if kind in {"", row.kind}],
        "tabs": _tabs(Counter(row.kind for row in found), kind),
        "kind": kind,
        "dismissed": dismissed,
        "refreshed": moment_text(max(row.last_seen for row in found)) if found else "",
        "reason_max": REASON_MAX,
    }
    return render(request, "admin/insights/list.html", context)


@require_POST
def dismiss_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Put one finding away, with a reason."""
    insight, user = _changeable(request, pk)
    try:
        reason = request.POST.get("reason", "")
        dismiss_insight(insight, reason=reason, user=user, now=timezone.now())
        messages.success(request, _("这一条不再提示；在“不再提示的”里可以恢复"))
    except DomainError as error:
        messages.error(request, error.message)
    return redirect("insights")


@require_POST
def restore_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a finding again that was put away."""
    insight, user = _changeable(request, pk)
    try:
        restore_insight(insight, user=user, now=timezone.now())
        messages.success(request, _("已恢复提示"))
    except DomainError as error:
        messages.error(request, error.message)
    return redirect("insights")


def queue_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what comes due at a department in the days ahead, as it stands now, each with its chance."""
    actor = _reader(request)
    department = get_object_or_404(Department, pk=pk)
    if not (sees_office(actor) or pk in headed_by(actor)):
        raise Http404(_("没有这个单位的清单"))
    queue = queue_now(pk, timezone.now())
    context = {
        **admin.site.each_context(request),
        "title": _("%s即将到期的工单") % (department.short_name or department.name),
        "queue": queue,
        **_queue_rows(queue, actor),
    }
    return render(request, "admin/insights/queue.html", context)


def _reader(request: HttpRequest) -> Actor:
    actor = actor_of(request)
    if not may_read(actor):
        raise PermissionDenied(_("洞察供街道领导、指挥室、管理员、审计员和部门负责人查看"))
    return actor


def _changeable(request: HttpRequest, pk: int) -> tuple[Insight, Staff]:
    """Return the finding if this person may put it away: the desk all, a head the own department's."""
    actor = _reader(request)
    insight = get_object_or_404(living(actor), pk=pk)
    if not _may_change(actor, insight) or not isinstance(request.user, Staff):
        raise PermissionDenied(_("只有指挥室坐席、值班领导和本单位负责人可以设为不再提示"))
    return insight, request.user


def _may_change(actor: Actor, insight: Insight) -> bool:
    return bool(actor.roles & DISPATCHES) or insight.department_id in headed_by(actor)


def _tabs(counts: Counter[str], chosen: str) -> list[dict[str, Any]]:
    every = [("", _("全部"), counts.total())]
    kinds = [(kind.value, str(kind.label), counts[kind.value]) for kind in InsightKind]
    return [
        {"code": code, "label": label, "count": count, "active": code == chosen}
        for code, label, count in (*every, *kinds)
    ]


def _line(row: Insight, actor: Actor) -> dict[str, Any]:
    by = row.dismissed_by
    return {
        "view": view_of(row),
        "since": moment_text(row.first_seen),
        "may_change": _may_change(actor, row),
        "dismissed": moment_text(row.dismissed_at) if row.dismissed_at else "",
        "dismissed_by": str(by) if by else "",
        "reason": row.dismissed_reason,
    }


def _queue_rows(queue: QueueNow, actor: Actor) -> dict[str, Any]:
    """Return the tickets this person may open, and how many more were counted."""
    wanted = {due.ticket_id: chance for due, chance in queue.ahead}
    tickets = visible_tickets(actor).filter(pk__in=wanted).order_by("due_at", "pk")
    rows = []
    for ticket in tickets.select_related("category", "grid"):
        hidden = ticket.confidential
        rows.append(
            {
                **ticket_link(ticket),
                "title": _("保密事项") if hidden else mask_contacts(ticket.title),
                "category": ticket.category.name if ticket.category and not hidden else "",
                "grid": ticket.grid.name if ticket.grid and not hidden else "",
                "due": moment_text(ticket.due_at) if ticket.due_at else "",
                "chance": round(100 * wanted[ticket.pk]),
            }
        )
    return {"rows": rows, "unseen": len(wanted) - len(rows), "back": reverse("insights")}
