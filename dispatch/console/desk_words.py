"""What the desk says: who has a case open, and what somebody else has just done to it."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from dispatch.console.wording import reason_text
from dispatch.domain.workflow import find
from dispatch.enums import TicketAction
from dispatch.models import Ticket, TicketClaim, TicketEvent
from dispatch.queries.tickets import department_names, last_event
from xiangcun.lib.text import mask_contacts

_NOTE_LENGTH = 60


def clock_text(claim: TicketClaim) -> str:
    """Return ``10:32``, when the claim began."""
    return f"{timezone.localtime(claim.claimed_at):%H:%M}"


def held_text(claim: TicketClaim) -> str:
    """Return who is working on the case since when."""
    return _("%(who)s 正在研判（%(since)s 起）") % {
        "who": claim.staff,
        "since": clock_text(claim),
    }


def what_happened(ticket: Ticket) -> str:
    """Return ``李四 10:32 已派给 环卫所``: the last step, for whoever came too late."""
    event = last_event(ticket)
    if event is None:
        return _("工单当前为“%s”") % ticket.get_status_display()
    who = str(event.actor) if event.actor else _short_role(event)
    at = f"{timezone.localtime(event.at):%H:%M}"
    return f"{who} {at} {_deed(event)}"


def _short_role(event: TicketEvent) -> str:
    return str(event.get_role_display())


def _deed(event: TicketEvent) -> str:
    """Return what was done, with whom or why where the event tells."""
    data: dict[str, Any] = event.data or {}
    match TicketAction(event.action):
        case TicketAction.DISPATCH:
            name = department_names().get(event.lead_department_id or 0, "")
            return _("已派给 %s") % name
        case TicketAction.MERGE:
            return _("已并入 %s") % str(data.get("target", ""))
        case TicketAction.REJECT:
            return _("已不予受理（%s）") % reason_text(event.reason_code)
        case TicketAction.ASK:
            return _("已要求居民补充")
        case TicketAction.NOTE:
            return _("备注：%s") % mask_contacts(event.note)[:_NOTE_LENGTH]
        case action:
            return _("已%s") % action.label


def is_undecided(ticket: Ticket) -> bool:
    """Whether the case still waits at the desk."""
    return find(ticket.status, TicketAction.DISPATCH) is not None
