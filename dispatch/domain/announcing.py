"""The hook of the state machine: after each event, one row for those who are to be told.

Triage opens fifty tickets a second at its busiest, so this is one insert with a fixed text and no
query; who gets it is found when the row is spread. Its bell is rung at most once a second and
process: a sweep comes every few seconds anyway.
"""

from __future__ import annotations

from time import monotonic

from django.db import transaction

from dispatch.domain.attempts import Attempt
from dispatch.domain.notice_rules import ANNOUNCED
from dispatch.domain.notifications import SPREAD_TASK
from dispatch.enums import DEPARTMENT_ROLES, TicketAction, TicketStatus
from dispatch.models import Announcement, TicketEvent
from xiangcun.lib import bell
from xiangcun.lib.rows import insert_row

QUIET_SECONDS = 1.0


class _LastRing:
    at = 0.0


def announce(attempt: Attempt, event: TicketEvent) -> None:
    """Write down that this event is to be told, when anybody is told of such events."""
    rule = ANNOUNCED.get(attempt.transition.action)
    if rule is None or _needs_nobody(attempt):
        return
    ticket = attempt.ticket
    department_id = ticket.lead_department_id
    roles = rule.roles if department_id or not DEPARTMENT_ROLES.issuperset(rule.roles) else ()
    roles = roles or rule.otherwise
    if not roles:
        return
    announcement = Announcement(
        key=f"event/{event.pk}",
        kind=rule.kind,
        action=attempt.transition.action,
        ticket_id=ticket.pk,
        department_id=department_id,
        actor_id=attempt.actor.user_id,
        roles=[str(role.value) for role in roles],
        created_at=attempt.now,
    )
    insert_row(announcement)
    transaction.on_commit(_ring_now_and_then, robust=True)


def _needs_nobody(attempt: Attempt) -> bool:
    """Whether it is a reply that nobody has to check: the lead's own, or thanks."""
    waits = attempt.ticket.status == TicketStatus.HANDLED
    return attempt.transition.action == TicketAction.REPLY and not waits


def _ring_now_and_then() -> None:
    now = monotonic()
    if now - _LastRing.at >= QUIET_SECONDS:
        _LastRing.at = now
        bell.ring(SPREAD_TASK)
