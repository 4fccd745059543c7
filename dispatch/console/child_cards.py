"""A ticket's children and its parent, as the ticket page shows them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from dispatch.console.people import actor_of
from dispatch.console.wording import STATUS_TONE, moment_text, reason_text
from dispatch.enums import OPEN_STATUSES, TicketAction, TicketStatus
from dispatch.models import Ticket
from dispatch.queries.access import visible_tickets
from dispatch.queries.tickets import child_tickets
from xiangcun.lib.text import mask_contacts


@dataclass(frozen=True, slots=True)
class ChildCard:
    """One child: ``url`` is empty for those who may not open it."""

    number: str
    title: str
    status: str
    tone: str
    department: str
    due: str
    result: str
    url: str
    open: bool


def family_of(request: HttpRequest, ticket: Ticket) -> dict[str, Any]:
    """Return what both sides show: the children, or the task and the ticket it belongs to."""
    children = [_card(child) for child in child_tickets(actor_of(request), ticket)]
    return {
        "children": children,
        "children_open": sum(child.open for child in children),
        "parent": _parent(request, ticket),
        "task": task_of(ticket) if ticket.parent_id is not None else "",
    }


def _card(child: Ticket) -> ChildCard:
    may_open = bool(getattr(child, "may_open", False))
    result = f"{reason_text(child.outcome)}：{mask_contacts(child.result_text)}"
    return ChildCard(
        number=child.number,
        title=child.title,
        status=child.get_status_display(),
        tone=STATUS_TONE[TicketStatus(child.status)] or "plain",
        department=child.lead_department.short_name if child.lead_department else "",
        due=moment_text(child.due_at),
        result=result if child.outcome else "",
        url=_url(child) if may_open else "",
        open=child.status in OPEN_STATUSES,
    )


def _parent(request: HttpRequest, ticket: Ticket) -> dict[str, str] | None:
    """Name the parent; what it says is for those alone who may read it (residents speak there)."""
    parent = ticket.parent
    if parent is None:
        return None
    if not visible_tickets(actor_of(request)).filter(pk=parent.pk).exists():
        return {"number": parent.number}
    return {"number": parent.number, "title": parent.title, "url": _url(parent)}


def task_of(ticket: Ticket) -> str:
    """Return what the child was split off for, contacts masked (one query)."""
    opening = ticket.events.filter(action=TicketAction.OPEN).order_by("seq").first()
    return mask_contacts(opening.note) if opening else ""


def _url(ticket: Ticket) -> str:
    return reverse("admin:dispatch_ticket_change", args=(ticket.pk,))
