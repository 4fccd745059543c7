"""Claims of the triage desk: nobody works on a case unknowingly that somebody else has open.

A claim is advice, not a lock: it runs out by its clock alone, and an action is still decided by the
ticket's version. What two people can race for here is one row, so every step is one guarded
statement: "mine or run out", never "read, then write".
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from dispatch.domain.actors import Actor
from dispatch.domain.fields import Fields
from dispatch.domain.lifecycle import perform
from dispatch.enums import Role, TicketAction, TicketStatus
from dispatch.models import Staff, TicketClaim
from xiangcun.lib.errors import InvalidInputError, NotAllowedError

CLAIM_TIME = timedelta(minutes=5)
TAKES_OVER = frozenset({Role.LEAD})
_TRIES = 3
_REASON_MAX = 200


def claim_ticket(ticket_id: int, *, staff: Staff, now: datetime) -> TicketClaim:
    """Claim the case, or renew the claim, for ``staff``; return whoever's claim holds now.

    Somebody else's claim is returned untouched while it lasts and is replaced once it has run out.
    """
    for _attempt in range(_TRIES):
        values = {"staff": staff, "claimed_at": now, "expires_at": now + CLAIM_TIME}
        made, new = TicketClaim.objects.get_or_create(ticket_id=ticket_id, defaults=values)
        if new:
            return made
        rows = TicketClaim.objects.filter(ticket_id=ticket_id)
        if not rows.filter(staff=staff, expires_at__gt=now).update(expires_at=now + CLAIM_TIME):
            rows.filter(expires_at__lte=now).update(**values)
        held = rows.select_related("staff").first()
        if held is not None:  # released between two statements: claim again
            return held
    return TicketClaim(ticket_id=ticket_id, **values)


def release_claim(ticket_id: int, *, staff: Staff) -> None:
    """Give the case up; a claim that is not theirs stays."""
    TicketClaim.objects.filter(ticket_id=ticket_id, staff=staff).delete()


def holder_of(ticket_id: int, *, now: datetime) -> TicketClaim | None:
    """Return the claim that holds the case now, if any."""
    rows = TicketClaim.objects.filter(ticket_id=ticket_id, expires_at__gt=now)
    return rows.select_related("staff").first()


def take_over_claim(ticket_id: int, *, actor: Actor, reason: str, now: datetime) -> TicketClaim:
    """Let the lead take a case that somebody else has open; the ledger keeps why.

    The ledger line raises the ticket's version, so the other one's next press is refused and says
    who has taken over. Raises ``NotAllowedError``, ``InvalidInputError`` (no reason).
    """
    staff = actor.user
    if staff is None or not any(seat.role in TAKES_OVER for seat in actor.seats):
        raise NotAllowedError("role_not_allowed", "只有值班领导可以接手他人正在研判的工单")
    reason = reason.strip()
    if not reason or len(reason) > _REASON_MAX:
        message = f"请填写接手理由，不超过 {_REASON_MAX} 字"
        raise InvalidInputError.of_field("reason", "required", message)
    with transaction.atomic():
        held = holder_of(ticket_id, now=now)
        if held is not None and held.staff_id != staff.pk:
            note = f"接手研判（原研判人：{held.staff}）：{reason}"
            fields = Fields(note=note)
            perform(ticket_id, TicketAction.NOTE, actor=actor, now=now, fields=fields)
        TicketClaim.objects.filter(ticket_id=ticket_id).exclude(staff=staff).delete()
        return claim_ticket(ticket_id, staff=staff, now=now)


def clean_claims(*, now: datetime) -> int:
    """Delete what has run out or whose case is decided; return how many rows went."""
    decided = ~Q(ticket__status=TicketStatus.ASSESSING)
    rows = TicketClaim.objects.filter(Q(expires_at__lte=now) | decided)
    return TicketClaim.objects.filter(
        pk__in=list(rows.values_list("pk", flat=True)[:1000])
    ).delete()[0]
