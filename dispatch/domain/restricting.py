"""The lead restricts a sender from the page of a ticket, without learning who it is; audited both ways."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from dispatch.domain.actors import Actor
from dispatch.domain.audit import record_audit
from dispatch.enums import AuditAction, Role
from dispatch.models import Ticket
from reports.domain import blocks
from reports.enums import BlockReason, SenderKind
from reports.models import Report, SenderBlock
from xiangcun.lib.errors import InvalidInputError, NotAllowedError, NotFoundError

MIN_NOTE: Final = 4
RESTRICTS = frozenset({Role.LEAD})
READS_RESTRICTIONS = RESTRICTS | {Role.AUDITOR}


@transaction.atomic
def restrict_sender(
    ticket: Ticket,
    report: Report,
    kinds: Sequence[SenderKind],
    *,
    reason: BlockReason,
    days: int,
    note: str,
    actor: Actor,
    now: datetime,
) -> list[SenderBlock]:
    """Restrict whoever sent ``report`` for ``days``.

    Raises ``lead_only``, ``report_not_here``, and a field's ``required``, ``sender_unknown``, ``too_long``.
    """
    _check_lead(actor)
    if not ticket.ticket_reports.filter(report=report).exists():
        raise NotFoundError("report_not_here", "该上报不在这张工单里")
    restriction = _restriction(reason, days, note, now=now)
    rows = blocks.block_sender(report, kinds, restriction, now=now)
    record_audit(
        AuditAction.RESIDENT_BLOCKED,
        actor=actor.user,
        now=now,
        ticket=ticket,
        report=report,
        reason=restriction.note,
        data=_data(rows),
    )
    return rows


@transaction.atomic
def restrict_network(
    network: str, *, reason: BlockReason, days: int, note: str, actor: Actor, now: datetime
) -> SenderBlock:
    """Restrict a network from which the platform is being flooded."""
    _check_lead(actor)
    restriction = _restriction(reason, days, note, now=now)
    row = blocks.block_network(network, restriction, now=now)
    record_audit(
        AuditAction.RESIDENT_BLOCKED,
        actor=actor.user,
        now=now,
        reason=restriction.note,
        data={**_data([row]), "network": row.value},
    )
    return row


@transaction.atomic
def lift_restriction(block_id: int, *, note: str, actor: Actor, now: datetime) -> SenderBlock:
    """End a restriction before its time, with the reason why."""
    _check_lead(actor)
    row = blocks.lift_block(block_id, note=_checked(note), now=now)
    record_audit(
        AuditAction.RESIDENT_UNBLOCKED,
        actor=actor.user,
        now=now,
        report=row.report,
        reason=note,
        data=_data([row]),
    )
    return row


def _check_lead(actor: Actor) -> None:
    if not RESTRICTS & actor.roles:
        raise NotAllowedError("lead_only", "只有值班领导可以限制上报或解除限制")


def _checked(note: str) -> str:
    if len(note.strip()) < MIN_NOTE:
        raise InvalidInputError.of_field("note", "required", f"请写明理由，至少 {MIN_NOTE} 个字")
    return note.strip()


def _restriction(reason: BlockReason, days: int, note: str, *, now: datetime) -> blocks.Restriction:
    return blocks.Restriction(reason=reason, until=now + timedelta(days=days), note=_checked(note))


def _data(rows: Sequence[SenderBlock]) -> dict[str, object]:
    return {
        "blocks": [row.pk for row in rows],
        "kinds": [str(row.kind) for row in rows],
        "reason": str(rows[0].reason),
        "until": rows[0].until.isoformat(),
    }
