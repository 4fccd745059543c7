"""Looking for the cases of one telephone number: exact, by whom it is the work of, recorded first."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from dispatch.domain.actors import Actor
from dispatch.domain.audit import record_audit
from dispatch.enums import AuditAction, AuditOutcome, Role
from dispatch.models import Ticket
from dispatch.queries.access import visible_tickets
from dispatch.queries.ticket_search import read_phone, reports_of_phone, tickets_of_phone
from reports.domain.access import record_access
from reports.enums import AccessKind, AccessReason
from xiangcun.lib.errors import InvalidInputError, NotAllowedError
from xiangcun.lib.text import mask_phone

SEARCHES_PHONES = frozenset({Role.DISPATCHER, Role.LEAD})


@transaction.atomic
def search_phone(
    typed: str, *, reason: str, actor: Actor, now: datetime, address: str
) -> tuple[str, list[Ticket]]:
    """Return the masked number and the tickets of its holder; write down who asked and why.

    Confidential matters are left out: the number would name who reported them.
    """
    if not any(seat.role in SEARCHES_PHONES for seat in actor.seats):
        raise NotAllowedError("role_not_allowed", "按电话查找只限指挥室坐席和值班领导")
    phone = read_phone(typed)
    if not phone:
        raise InvalidInputError.of_field(
            "phone", "phone_incomplete", "请输入完整的电话号码：11 位手机号，或带区号的座机号"
        )
    if not reason.strip():
        raise InvalidInputError.of_field("reason", "required", "请写明查找理由")
    rows = tickets_of_phone(visible_tickets(actor).filter(confidential=False), phone)
    masked = mask_phone(phone)
    seat = next(seat for seat in actor.seats if seat.role in SEARCHES_PHONES)
    record_access(
        reports_of_phone(rows, phone),
        what=AccessKind.PHONE_SEARCH,
        who=str(seat.role.label),
        department=seat.department_name,
        reason=AccessReason.INCOMING,
        now=now,
    )
    record_audit(
        AuditAction.PHONE_SEARCH,
        actor=actor.user,
        now=now,
        outcome=AuditOutcome.OK,
        reason=reason.strip()[:200],
        data={"phone": masked, "found": len(rows)},
        address=address,
    )
    return masked, rows
