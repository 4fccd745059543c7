"""The first page after login: this person's queues."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from dispatch.console.model_words import model_notices
from dispatch.console.people import DISPATCHES, READS_CASES, actor_of, has_role
from dispatch.console.quality_views import quality_warnings
from dispatch.console.ticket_list import queue_tabs
from dispatch.console.tray_rows import cards_of, tabs_of
from dispatch.console.tray_views import shown_tabs
from dispatch.console.wording import moment_text
from dispatch.domain.publicity import PUBLISHES
from dispatch.models import Ticket
from dispatch.queries.publicity import review_count
from dispatch.queries.tray import (
    TAB_BY_CODE,
    TABS,
    soon_tickets,
    tab_counts,
    tab_tickets,
    with_unread,
)
from dispatch.summary.access import readable_departments

_HOME_ROWS = 6


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Add the queues and the seats of the person to the index page."""
    seats = actor_of(request).seats
    context.update(
        {
            "title": _("首页"),
            "queue_tabs": [],
            "notices": model_notices(request),
            "seats": [f"{seat.department_name} · {seat.role.label}" for seat in seats],
            "moment": moment_text(timezone.now()),
            "quality_warnings": quality_warnings(request),
            "may_triage": has_role(request, DISPATCHES),
            "reads_figures": readable_departments(actor_of(request)) is None,
            "to_review": review_count(actor_of(request)) if has_role(request, PUBLISHES) else "",
        }
    )
    context.update(tray_of(request))
    if has_role(request, READS_CASES):
        context["queue_tabs"] = [tab for tab in queue_tabs(request) if tab["count"]]
    return context


def tray_of(request: HttpRequest) -> dict[str, Any]:
    """Return what a department's people land on: their tray, what is about to turn red."""
    actor, now = actor_of(request), timezone.now()
    if not actor.department_ids or actor.user_id is None:
        return {}
    user_id = actor.user_id
    unread = tab_tickets(actor, user_id, TAB_BY_CODE["unread"], now=now)
    soon = _rows(soon_tickets(actor, now=now), user_id)
    shown = {ticket.pk for ticket in soon}
    fresh = [ticket for ticket in _rows(unread, user_id) if ticket.pk not in shown]
    cards = cards_of(request, [*soon, *fresh])
    return {
        "tabs": tabs_of(
            tab_counts(actor, user_id, now=now), active=TABS[0], shown=shown_tabs(actor)
        ),
        "soon": cards[: len(soon)],
        "fresh": cards[len(soon) :],
    }


def _rows(tickets: QuerySet[Ticket], user_id: int) -> list[Ticket]:
    return list(with_unread(tickets, user_id).select_related("category", "grid")[:_HOME_ROWS])
