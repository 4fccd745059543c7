"""The command room's bell: a ticket that becomes P0 rings it in the transaction that makes it so.

``lifecycle`` and ``opening`` call in here at every step; for a ticket that is not P0 that costs a
comparison and no statement.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction

from dispatch.domain import clocks
from dispatch.domain.alerts import Alert
from dispatch.domain.attempts import Attempt
from dispatch.domain.transitions import BEFORE_ACCEPT
from dispatch.enums import Role
from dispatch.enums import TicketAction as Act
from dispatch.models import Alarm, Staff, Ticket
from reports.enums import Urgency
from xiangcun.lib.errors import NotAllowedError, NotFoundError

REASON_LENGTH = 200
ACKNOWLEDGES = frozenset({Role.DISPATCHER, Role.LEAD})
_AGAIN = frozenset({Act.REOPEN, Act.APPEAL})
"""A closed P0 that comes back with words of danger rings once more."""

QUIET_AFTER_ANSWER = timedelta(minutes=30)

SENDERS: list[Callable[[Alarm], None]] = []
"""Ways to reach the command room beside the console, which polls the rows and needs no sending."""


def ring_command_room(alarm: Alarm) -> None:
    """Hand a fresh alarm to every sender, once its transaction is committed."""
    for sender in SENDERS:
        transaction.on_commit(partial(sender, alarm), robust=True)


def heed_alert(attempt: Attempt) -> dict[str, Any]:
    """Make the ticket P0 when the step's words tell of mortal danger; return what the ledger keeps."""
    alert, ticket = attempt.fields.alert, attempt.ticket
    if alert is None or alert.urgency != Urgency.P0:
        return {}
    ticket.hazard = alert.hazard or ticket.hazard
    if ticket.urgency == Urgency.P0:
        return {}
    was, ticket.urgency = ticket.urgency, str(Urgency.P0)
    clocks.tighten(ticket, now=attempt.now)
    return {"raised": {"was": was, "reason": alert.reason}}


def ring_if_raised(attempt: Attempt, *, before: str) -> None:
    """Ring for a ticket that this step made P0; a command-room hand on it answers an earlier ring."""
    ticket, alert = attempt.ticket, attempt.fields.alert
    if Urgency.P0 not in {ticket.urgency, before} or ticket.parent_id is not None:
        return  # a child's matter rings by its parent
    again = alert is not None and _rings_again(attempt, alert)
    if ticket.urgency == Urgency.P0 and (before != Urgency.P0 or again):
        _ring(ticket, alert or _by_hand(attempt), now=attempt.now)
    elif attempt.seat.role in ACKNOWLEDGES and attempt.actor.user is not None:
        open_alarms = Alarm.objects.filter(ticket=ticket, acknowledged_at__isnull=True)
        open_alarms.update(acknowledged_at=attempt.now, acknowledged_by=attempt.actor.user)


def _rings_again(attempt: Attempt, alert: Alert) -> bool:
    """Whether words of danger ring for a ticket that is P0 already: back again, or still unsigned.

    Who answered the bell has ``QUIET_AFTER_ANSWER`` to get somebody going; until then more reports of
    the same danger are read in the case.
    """
    if attempt.transition.action in _AGAIN:
        return True
    told = attempt.seat.role not in ACKNOWLEDGES and alert.urgency == Urgency.P0
    if not told or attempt.ticket.status not in BEFORE_ACCEPT:
        return False
    latest = Alarm.objects.filter(ticket=attempt.ticket).order_by("-round").first()
    if latest is None:
        return True
    answered = latest.acknowledged_at
    return answered is not None and attempt.now - answered > QUIET_AFTER_ANSWER


def ring_for_new(ticket: Ticket, alert: Alert | None, *, now: datetime) -> None:
    """Ring for a ticket that is opened as P0."""
    if ticket.urgency == Urgency.P0:
        _ring(ticket, alert or Alert(Urgency.P0, "研判为特急"), now=now)


def alert_of_merged(ticket: Ticket) -> Alert | None:
    """Return what a P0 ticket brings to the one it is merged into, ``None`` below P0."""
    if ticket.urgency != Urgency.P0:
        return None
    return Alert(Urgency.P0, f"并入特急工单 {ticket.number}", hazard=ticket.hazard)


def _by_hand(attempt: Attempt) -> Alert:
    who = str(attempt.actor.user) if attempt.actor.user else str(attempt.seat.role.label)
    return Alert(Urgency.P0, f"{who}{attempt.transition.action.label}时定为特急")


def _ring(ticket: Ticket, alert: Alert, *, now: datetime) -> None:
    """Write the alarm unless one is still unanswered; of two writers at once one wins."""
    last = Alarm.objects.filter(ticket=ticket).order_by("-round").first()
    if last is not None and last.acknowledged_at is None:
        return
    alarm = Alarm(
        ticket=ticket,
        report_id=alert.report_id,
        round=last.round + 1 if last else 1,
        level=Urgency.P0,
        hazard=alert.hazard,
        reason=alert.reason[:REASON_LENGTH],
        raised_at=now,
    )
    try:
        with transaction.atomic():
            alarm.save(force_insert=True)
    except IntegrityError:
        return
    ring_command_room(alarm)


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """``first`` is false for whoever came second: the alarm names who was first."""

    alarm: Alarm
    first: bool


def acknowledge_alarm(
    *, alarm_id: int, user: Staff, roles: frozenset[Role], now: datetime
) -> Acknowledgement:
    """Note who saw the alarm and when; a second time changes nothing.

    Raises ``NotAllowedError`` for anyone but dispatchers and leads, ``NotFoundError``.
    """
    if not roles & ACKNOWLEDGES:
        raise NotAllowedError("role_not_allowed", "只有指挥室坐席和值班领导可以确认警报")
    waiting = Alarm.objects.filter(pk=alarm_id, acknowledged_at__isnull=True)
    first = waiting.update(acknowledged_at=now, acknowledged_by=user) == 1
    alarm = Alarm.objects.select_related("acknowledged_by").filter(pk=alarm_id).first()
    if alarm is None:
        raise NotFoundError("alarm_not_found", "没有这条警报")
    return Acknowledgement(alarm, first)


def escalate_alarms(*, now: datetime) -> int:
    """Pass to the leads what nobody acknowledged in time; return how many."""
    limit = timedelta(minutes=settings.ALARM_ESCALATE_MINUTES)
    late = Alarm.objects.filter(
        acknowledged_at__isnull=True, escalated_at__isnull=True, raised_at__lte=now - limit
    )
    return late.update(escalated_at=now)
