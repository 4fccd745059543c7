"""How moments, spans and codes read on the screen."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from dispatch.enums import Card, Outcome, RejectReason, ReturnReason, Role, TicketStatus
from dispatch.models import Ticket, TicketEvent
from reports.enums import LETTERS, PublicStatus, Urgency

STATUS_TONE = {
    TicketStatus.ASSESSING: "warning",
    TicketStatus.NEED_INFO: "warning",
    TicketStatus.DISPATCHED: "info",
    TicketStatus.HANDLING: "info",
    TicketStatus.ESCALATED: "info",
    TicketStatus.SUSPENDED: "warning",
    TicketStatus.HANDLED: "primary",
    TicketStatus.AWAITING_RATING: "primary",
    TicketStatus.CLOSED: "success",
    TicketStatus.ARCHIVED: "",
    TicketStatus.REJECTED: "danger",
    TicketStatus.MERGED: "",
    TicketStatus.WITHDRAWN: "",
}
URGENCY_TONE = {Urgency.P0: "danger", Urgency.P1: "warning", Urgency.P2: "info", Urgency.P3: ""}
STEP_NAMES = {
    "screen": "内容",
    "locate": "位置",
    "classify": "分类",
    "prioritise": "紧急程度",
    "duplicates": "重复",
    "confirm_place": "地点核对",
    "route": "承办单位",
    "settle": "立案",
}
DECISION_NAMES = {
    "dispatched": "自动派单",
    "queued": "转人工研判",
    "attached": "并入已有工单",
    "failed": "研判出错，转人工",
}
_REASONS = {
    str(reason): reason.label for kind in (RejectReason, ReturnReason, Outcome) for reason in kind
}
_DAY, _HOUR = 86_400, 3_600


def resident_status(status: str, kind: str) -> str:
    """Return a case's status as its resident reads it."""
    if kind in LETTERS and status == PublicStatus.PROCESSING:
        return _("办理中")
    return str(PublicStatus(status).label)


def moment_text(moment: datetime | None) -> str:
    """Return ``2026-11-24 10:00`` in local time, "" for none."""
    return f"{timezone.localtime(moment):%Y-%m-%d %H:%M}" if moment else ""


def span_text(span: timedelta) -> str:
    """Return a length of time in at most two units: ``3 天 4 小时``, ``25 分钟``."""
    seconds = int(abs(span.total_seconds()))
    days, hours, minutes = seconds // _DAY, seconds % _DAY // _HOUR, seconds % _HOUR // 60
    if days:
        return (
            _("%(days)d 天 %(hours)d 小时") % {"days": days, "hours": hours}
            if hours
            else _("%(days)d 天") % {"days": days}
        )
    if hours:
        return _("%(hours)d 小时 %(minutes)d 分") % {"hours": hours, "minutes": minutes}
    return _("%(minutes)d 分钟") % {"minutes": minutes} if minutes else _("不到 1 分钟")


def due_text(due: datetime | None, *, now: datetime) -> str:
    """Return how far the deadline is: ``剩 3 天`` or ``超期 2 小时 5 分``; "" for none."""
    if due is None:
        return ""
    span = span_text(due - now)
    return _("超期 %(span)s") % {"span": span} if due < now else _("剩 %(span)s") % {"span": span}


def count_text(count: int, cap: int) -> str:
    """Return a capped count: ``999+`` once the cap is reached."""
    return f"{cap - 1}+" if count >= cap else str(count)


def reason_text(code: str) -> str:
    """Return the Chinese of a reason or outcome code, "" for none or an unknown one."""
    return str(_REASONS.get(code, ""))


def urgency_text(urgency: str) -> str:
    """Return ``P1 紧急``."""
    return f"{urgency} {Urgency(urgency).label}" if urgency in Urgency.values else ""


def card_badge(ticket: Ticket) -> tuple[str, str]:
    """Return the words and the tone of a ticket's card, empty for none."""
    if ticket.card == Card.RED:
        return (_("红牌（已报值班领导）") if ticket.card_level > 1 else _("红牌")), "danger"
    return (_("黄牌"), "warning") if ticket.card else ("", "")


def supervision_text(ticket: Ticket) -> str:
    """Return where a supervision stands, "" when there never was one."""
    due = ticket.supervise_due_at
    if due is None:
        return _("督办已回复") if ticket.supervised_at else ""
    return _("督办逾期未回复") if due < timezone.now() else _("督办待回复")


def who_text(event: TicketEvent) -> str:
    """Return who did it: name, role and unit; a resident stays a resident."""
    role = str(Role(event.role).label)
    if event.actor is None:
        return role
    unit = event.department.short_name if event.department else ""
    return " ".join(filter(None, [str(event.actor), unit, role]))
