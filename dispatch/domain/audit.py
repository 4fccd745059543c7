"""Writing the audit trail: who did what with the system, chained so that a missing line shows.

One chain over all lines, unlike the tickets' ledger: these are rare (a sign-in, an export, a look at
a telephone number), so whoever writes one waits for the row that holds the chain's end. Write it as
the last thing of a transaction: the row is locked until commit, and always after the ticket.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.db.models import Exists, OuterRef

from dispatch.enums import AuditAction, AuditOutcome, Role, TicketAction
from dispatch.models import AuditHead, AuditRecord, Membership, Staff, Ticket, TicketEvent
from reports.models import Report
from xiangcun.lib.requestid import current_address, current_request_id
from xiangcun.lib.seals import seal_columns, seal_text

REASON_MAX = 2000
SEALED = (
    "seq",
    "at",
    "actor_id",
    "username",
    "roles",
    "action",
    "outcome",
    "ticket_id",
    "report_id",
    "reason",
    "data",
    "address",
    "request_id",
    "prev_hash",
)


def record_audit(
    action: AuditAction,
    *,
    actor: Staff | None,
    now: datetime,
    outcome: str = AuditOutcome.OK,
    username: str = "",
    ticket: Ticket | None = None,
    report: Report | None = None,
    reason: str = "",
    data: Mapping[str, Any] | None = None,
    address: str = "",
) -> AuditRecord:
    """Append one line and return it.

    ``address`` is the request's own unless given. ``username`` is for who has no account (a failed sign-in). ``data`` is JSON: ids, counts, old and
    new values, no telephone number and no secret. It is part of the caller's transaction: what must
    stay although the transaction fails is recorded after it. Four to six queries.
    """
    with transaction.atomic():
        _lock_ticket(ticket)
        head = _lock_head()
        record = AuditRecord(
            seq=head.count + 1,
            at=now,
            actor=actor,
            username=_clean(actor.username if actor else username, 150),
            roles=_roles(actor),
            action=action,
            outcome=outcome,
            ticket=ticket,
            report=report,
            reason=_clean(reason, REASON_MAX),
            data=_plain_data(data),
            address=_clean(address or current_address(), 45),
            request_id=current_request_id(),
            prev_hash=head.seal or seal_text("audit"),
        )
        record.seal = seal_columns(record, SEALED)
        record.save()
        head.count, head.seal = record.seq, record.seal
        head.proof = _proof(head)
        head.save()
        return record


def verify_audit() -> Iterator[tuple[int, str]]:
    """Yield (line, what is wrong) for every fault of the trail; memory stays flat."""
    seq, expected = 0, seal_text("audit")
    for record in AuditRecord.objects.order_by("seq").iterator(chunk_size=2000):
        seq += 1
        if record.seq != seq:
            yield seq, "缺少审计记录"
            seq = record.seq
        if record.prev_hash != expected:
            yield seq, "与前一条记录不衔接"
        if not hmac.compare_digest(record.seal, seal_columns(record, SEALED)):
            yield seq, "内容与校验码不符"
        expected = record.seal
    head = AuditHead.objects.filter(pk=AuditHead.ONLY).first() or AuditHead()
    if head.count != seq or (head.seal or seal_text("audit")) != expected:
        yield seq, "末尾记录与总数不符"
    elif head.count and not hmac.compare_digest(head.proof, _proof(head)):
        yield seq, "总数与校验码不符"

    yield from _unwritten_looks()


def audit_end() -> tuple[int, str]:
    """Return how many lines there are and the last one's seal, to be kept outside of the database."""
    head = AuditHead.objects.filter(pk=AuditHead.ONLY).first()
    return (head.count, head.seal) if head else (0, "")


def _unwritten_looks() -> Iterator[tuple[int, str]]:
    """Every look at a telephone number stands in the ticket's ledger and here: hold one to the other."""
    written = AuditRecord.objects.filter(
        action=AuditAction.UNMASK,
        outcome=AuditOutcome.OK,
        ticket=OuterRef("ticket"),
        report=OuterRef("report"),
        at=OuterRef("at"),
    )
    looks = TicketEvent.objects.filter(action=TicketAction.UNMASK).filter(~Exists(written))
    for event in looks.select_related("ticket").iterator():
        yield 0, f"工单 {event.ticket.number} 第 {event.seq} 条查看联系方式没有审计记录"


def _lock_ticket(ticket: Ticket | None) -> None:
    """Take the ticket before the trail's end, as a look at a number within ``perform`` does.

    The line's foreign key locks the ticket at the commit at the latest: behind the end that would be
    the other way round, and two people at the same ticket a deadlock.
    """
    if ticket is not None:
        locked = Ticket.objects.select_for_update(no_key=True).filter(pk=ticket.pk)
        locked.values_list("pk").first()


def _lock_head() -> AuditHead:
    AuditHead.objects.get_or_create(pk=AuditHead.ONLY)
    return AuditHead.objects.select_for_update().get(pk=AuditHead.ONLY)


def _proof(head: AuditHead) -> str:
    return seal_text(f"{head.count}:{head.seal}")


def _roles(actor: Staff | None) -> str:
    if actor is None:
        return ""
    held = Membership.objects.filter(user=actor, is_active=True, department__is_active=True)
    roles = sorted(set(held.values_list("role", flat=True)))
    return "、".join(str(Role(role).label) for role in roles)[:200]


def _plain_data(data: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return what JSON makes of ``data``, as it will be read back (dates and lazy texts as text)."""
    encoder = DjangoJSONEncoder()
    plain = json.loads(encoder.encode(dict(data or {})).replace("\\u0000", ""))
    return dict(plain)


def _clean(text: str, limit: int) -> str:
    """PostgreSQL stores no NUL."""
    return text.replace("\x00", "")[:limit]
