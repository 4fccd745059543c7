"""The one door: every change of a ticket goes through :func:`perform`.

One transaction does all of it: table, role, fields, guards, effect, guarded update on (status,
version), ledger line, photos, the residents' view. Whoever loses a race gets ``ConflictError``.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from dispatch.domain import clocks, ledger
from dispatch.domain.actors import SYSTEM, Actor, Seat
from dispatch.domain.alarms import alert_of_merged, heed_alert, ring_if_raised
from dispatch.domain.effects import Data, apply_effect
from dispatch.domain.fields import Fields, check_fields
from dispatch.domain.guards import STATE_GUARDS, Attempt, check_guards
from dispatch.domain.projection import project_ticket, public_text, result_photo_ids, tell
from dispatch.domain.recusals import copy_recusals, recuse_named
from dispatch.domain.workflow import ASSISTANTS_MAY, Transition, find, rows_from
from dispatch.enums import DEPARTMENT_ROLES, Role
from dispatch.enums import TicketAction as Act
from dispatch.models import EventPhoto, Ticket, TicketEvent
from dispatch.queries.parties import assisting_departments, is_recused_from
from reports.domain.photos import claim_photos
from xiangcun.lib.errors import ConflictError, DomainError, NotAllowedError, NotFoundError
from xiangcun.lib.requestid import current_request_id
from xiangcun.lib.rows import insert_row, update_row

NO_FIELDS = Fields()
_RELATED = ("category", "lead_department", "merged_into")

# What the guarded update writes: all but what never changes after opening.
_STORED = tuple(
    field.attname
    for field in Ticket._meta.concrete_fields  # noqa: SLF001 - the documented meta API
    if field.name not in {"id", "number", "title", "lat", "lng", "opened_at"}
)
_NO_TICKET = "没有这张工单"
_TWO_TICKETS = frozenset({Act.MERGE, Act.UNMERGE})


def perform(
    ticket_id: int,
    action: Act,
    *,
    actor: Actor,
    now: datetime,
    fields: Fields = NO_FIELDS,
    expected_version: int | None = None,
) -> Ticket:
    """Do ``action`` on the ticket and return it as stored.

    ``expected_version`` is what the actor saw; another one means somebody was faster. Raises
    ``NotFoundError``, ``ConflictError`` (wrong state, lost race, guard), ``NotAllowedError`` (role),
    ``InvalidInputError`` (fields).
    """
    with transaction.atomic():
        ticket = _load(ticket_id, action, fields)
        if expected_version is not None and ticket.version != expected_version:
            raise _stale(ticket)
        attempt = _attempt(ticket, action, actor=actor, now=now, fields=fields)
        data, partner = _step(attempt)
        if attempt.seat.role == Role.RESIDENT:
            recuse_named(ticket, [fields.note], now=now)
        if action in _TWO_TICKETS and partner is not None:
            _move_partner(attempt, partner, moved=data["reports"])
        # Whoever attaches shows the ticket to the report that came; the others see no change, unless
        # its words have made the matter more urgent.
        elif action != Act.ATTACH or "raised" in data:
            photos = _shown_photos(attempt)
            project_ticket(ticket, now=now, text=public_text(attempt), photos=photos)
        return ticket


def perform_first(ticket: Ticket, action: Act, *, now: datetime, fields: Fields) -> str:
    """Let the system do ``action`` on a ticket that this very transaction has opened.

    Nobody else can see such a ticket, so it is neither locked nor read again. Return what its
    resident reads about it; showing it is the caller's part (``dispatch.domain.opening`` only).
    """
    attempt = _attempt(ticket, action, actor=SYSTEM, now=now, fields=fields)
    _step(attempt)
    return public_text(attempt)


def available_actions(ticket: Ticket, actor: Actor, *, now: datetime) -> list[Transition]:
    """Return the rows this actor may use on ``ticket`` now: exactly the buttons to show."""
    rows = []
    for transition in rows_from(ticket.status):
        seat = _capacity(actor, ticket, transition)
        if seat is None:
            continue
        try:
            check_guards(
                Attempt(ticket, transition, actor, seat, NO_FIELDS, now), only=STATE_GUARDS
            )
        except DomainError:
            continue
        rows.append(transition)
    return rows


def record_opening(ticket: Ticket, *, note: str, data: Data, now: datetime) -> None:
    """Write the first line of a new ticket's ledger (``dispatch.domain.opening`` only).

    The ticket was stored as version 1 without a head; the caller stores the head.
    """
    event = TicketEvent(
        at=now,
        role=Role.SYSTEM,
        action=Act.OPEN,
        from_status="",
        to_status=ticket.status,
        note=note,
        due_after=ticket.assess_due_at,
        data=data,
        request_id=current_request_id(),
        **_dimensions(ticket),
    )
    ledger.seal(ticket, event)
    insert_row(event)


def _attempt(
    ticket: Ticket, action: Act, *, actor: Actor, now: datetime, fields: Fields
) -> Attempt:
    """Check table, role, fields and guards."""
    transition = find(ticket.status, action)
    if transition is None:
        raise ConflictError(
            "action_not_allowed",
            f"工单当前为“{ticket.get_status_display()}”，不能{Act(action).label}",
        )
    attempt = Attempt(ticket, transition, actor, _seat(actor, ticket, transition), fields, now)
    check_fields(transition, fields)
    check_guards(attempt)
    return attempt


def _load(ticket_id: int, action: Act, fields: Fields) -> Ticket:
    """Lock and read the ticket: always before any of its reports, two tickets in id order.

    One order everywhere is what keeps PostgreSQL from ever meeting a deadlock here.
    """
    pks = {ticket_id}
    if action in _TWO_TICKETS:
        target = fields.target_ticket
        merged_into = Ticket.objects.filter(pk=ticket_id).values_list("merged_into", flat=True)
        pks |= {target.pk if target else merged_into.first() or ticket_id}
    tickets = Ticket.objects.select_for_update(of=("self",)).select_related(*_RELATED)
    rows = {ticket.pk: ticket for ticket in tickets.filter(pk__in=pks).order_by("pk")}
    if fields.target_ticket is not None and action in _TWO_TICKETS:
        fields.target_ticket.refresh_from_db()
    if ticket_id not in rows:
        raise NotFoundError("ticket_not_found", _NO_TICKET)
    return rows[ticket_id]


def _seat(actor: Actor, ticket: Ticket, transition: Transition) -> Seat:
    if actor.is_recused and is_recused_from(ticket.pk, actor.user_id):
        raise NotFoundError("ticket_not_found", _NO_TICKET)
    seat = _capacity(actor, ticket, transition)
    if seat is None:
        raise NotAllowedError("role_not_allowed", f"您的岗位不能对该工单{transition.action.label}")
    return seat


def _capacity(actor: Actor, ticket: Ticket, transition: Transition) -> Seat | None:
    """Return in what capacity the actor may do this; assisting departments may do a little."""
    seat = actor.seat_for(ticket, transition.roles)
    if seat is not None or transition.action not in ASSISTANTS_MAY or not actor.department_ids:
        return seat
    helping = assisting_departments(ticket.pk)
    theirs = (row for row in actor.seats if row.role in transition.roles & DEPARTMENT_ROLES)
    return next((row for row in theirs if row.department_id in helping), None)


def _step(attempt: Attempt) -> tuple[Data, Ticket | None]:
    """Move the ticket: effect, guarded update, ledger, photos; return data and the other ticket."""
    ticket, transition, now = attempt.ticket, attempt.transition, attempt.now
    status, version, due = ticket.status, ticket.version, ticket.due_at or ticket.assess_due_at
    urgency = ticket.urgency
    partner = attempt.fields.target_ticket or ticket.merged_into
    data = {**heed_alert(attempt), **apply_effect(attempt)}
    if transition.target is not None:
        ticket.status = transition.target
        ticket.status_since = now
    ticket.next_due_at = clocks.next_due(ticket)
    ticket.version = version + 1
    event = _event(attempt, from_status=status, due_before=due, data=data)
    ledger.seal(ticket, event)
    # The update comes before the insert: the loser of a race stops here with nothing written.
    if not update_row(ticket, _STORED, where={"status": status, "version": version}):
        raise _stale(ticket)
    insert_row(event)
    ring_if_raised(attempt, before=urgency)
    _keep_photos(attempt, event)
    return data, partner


def _move_partner(attempt: Attempt, partner: Ticket, *, moved: list[int]) -> None:
    """Write the line of the ticket that got or gave the reports, and tell the residents who moved."""
    ticket, transition = attempt.ticket, attempt.transition
    merged = transition.action == Act.MERGE
    giver, taker = (ticket, partner) if merged else (partner, ticket)
    copy_recusals(giver, taker, now=attempt.now)
    partner = perform(
        partner.pk,
        Act.ATTACH if merged else Act.DETACH,
        actor=attempt.actor,
        now=attempt.now,
        fields=Fields(
            note=f"{ticket.number}{transition.action.label}",
            alert=alert_of_merged(ticket) if merged else None,
        ),
    )
    project_ticket(partner if merged else ticket, now=attempt.now, among=moved)
    tell(moved, transition.public_text, now=attempt.now)


def _stale(ticket: Ticket) -> ConflictError:
    return ConflictError("ticket_changed", f"工单 {ticket.number} 刚被其他人处理过，请刷新后再操作")


def _dimensions(ticket: Ticket) -> dict[str, Any]:
    return {
        "category_id": ticket.category_id,
        "lead_department_id": ticket.lead_department_id,
        "grid_id": ticket.grid_id,
        "urgency": ticket.urgency,
    }


def _event(
    attempt: Attempt, *, from_status: str, due_before: datetime | None, data: Data
) -> TicketEvent:
    ticket, seat, fields = attempt.ticket, attempt.seat, attempt.fields
    why = f"回避说明：{fields.conflict_reason}" if fields.conflict_reason.strip() else ""
    parts = (why, fields.note, fields.public_text)
    note = "\n".join(part.strip() for part in parts if part.strip())
    if fields.photos:
        data = {**data, "photos": [str(photo) for photo in fields.photos]}
    return TicketEvent(
        at=attempt.now,
        actor_id=attempt.actor.user_id,
        role=seat.role,
        department_id=seat.department_id or None,
        report_id=attempt.actor.report_id or (fields.report.pk if fields.report else None),
        action=attempt.transition.action,
        from_status=from_status,
        to_status=ticket.status,
        reason_code=fields.reason_code,
        note=note,
        visibility=attempt.transition.visibility,
        due_before=due_before,
        due_after=ticket.due_at or ticket.assess_due_at,
        data=data,
        request_id=current_request_id(),
        **_dimensions(ticket),
    )


def _keep_photos(attempt: Attempt, event: TicketEvent) -> None:
    photos = attempt.fields.photos
    if not photos:
        return
    if attempt.seat.role != Role.RESIDENT:  # a resident's photos were claimed with their own words
        claim_photos(photos, resident=None, now=attempt.now)
    EventPhoto.objects.bulk_create(
        EventPhoto(event=event, photo_id=photo, order=order) for order, photo in enumerate(photos)
    )


def _shown_photos(attempt: Attempt) -> list[Any]:
    if attempt.transition.action == Act.VERIFY:
        return [*result_photo_ids(attempt.ticket), *attempt.fields.photos]
    return []
