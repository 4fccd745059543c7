"""The one door: every change of a ticket goes through :func:`perform`.

One transaction does all of it: table, role, fields, guards, effect, guarded update on (status,
version), ledger line, photos, the residents' view. Whoever loses a race gets ``ConflictError``.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from dispatch.domain import cards, clocks, ledger
from dispatch.domain.actors import SYSTEM, Actor, Seat
from dispatch.domain.alarms import alert_of_merged, heed_alert, ring_if_raised
from dispatch.domain.announcing import announce
from dispatch.domain.answering import target_of, visibility_of
from dispatch.domain.attempts import Attempt
from dispatch.domain.effects import Data, apply_effect
from dispatch.domain.fields import Fields, check_fields
from dispatch.domain.guards import STATE_GUARDS, check_guards
from dispatch.domain.mentions import record_mentions
from dispatch.domain.projection import (
    live_report_ids,
    project_ticket,
    public_text,
    result_photo_ids,
    tell,
    update_kind,
)
from dispatch.domain.recomputing import lags_behind_parent, moves_of
from dispatch.domain.recusals import copy_recusals, recuse_named
from dispatch.domain.resident_notices import notice_of, tell_notice
from dispatch.domain.splitting import new_children
from dispatch.domain.transitions import IN_DEPARTMENT
from dispatch.domain.workflow import ASSISTANTS_MAY, Transition, find, rows_from
from dispatch.enums import DEPARTMENT_ROLES, Role, TicketStatus
from dispatch.enums import TicketAction as Act
from dispatch.models import EventPhoto, Ticket, TicketEvent
from dispatch.queries.calendar import work_calendar
from dispatch.queries.children import open_children, running_children
from dispatch.queries.locked import locked_ticket
from dispatch.queries.parties import assisting_departments, is_recused_from
from reports.domain.photos import claim_photos
from reports.enums import UpdateKind
from xiangcun.lib.errors import ConflictError, DomainError, NotAllowedError, NotFoundError
from xiangcun.lib.requestid import current_request_id
from xiangcun.lib.rows import insert_row, update_row

NO_FIELDS = Fields()
JOINED_BY_OTHERS = "有其他居民反映同一问题，已与您的上报合并办理，您仍可在这里查看进展并评价。"
LEFT_BY_OTHERS = "与您合并办理的另一件上报已改为单独办理，您的上报继续办理。"
_RELATED = ("category", "lead_department", "merged_into")

# What the guarded update writes: all but what never changes after opening.
_STORED = tuple(
    field.attname
    for field in Ticket._meta.concrete_fields  # noqa: SLF001 - the documented meta API
    if field.name not in {"id", "number", "title", "lat", "lng", "opened_at", "parent"}
)
_NO_TICKET = "没有这张工单"
_TWO_TICKETS = frozenset({Act.MERGE, Act.UNMERGE})
_ENDS_CHILDREN = frozenset({Act.WITHDRAW, Act.REJECT})
_MOVES_DUE = frozenset({Act.RECOMPUTE_DUE, Act.GRANT_EXTENSION, Act.DISPATCH, Act.RESUME})
# What the office and the clock do among themselves: no resident's view changes.
_UNSEEN = frozenset(
    {
        Act.YELLOW_CARD,
        Act.RED_CARD,
        Act.REVIEW_SUSPENSION,
        Act.SPLIT,
        Act.CANCEL_CHILD,
        Act.SUPERVISE,
        Act.ANSWER_SUPERVISION,
    }
)


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
        elif action not in _UNSEEN and (action != Act.ATTACH or "raised" in data):
            photos = _shown_photos(attempt)
            text, notice, kind = public_text(attempt), notice_of(attempt), update_kind(attempt)
            project_ticket(ticket, now=now, text=text, photos=photos, notice=notice, kind=kind)
        if ticket.child_count:
            _move_children(attempt, data)
        return ticket


def check_action(
    ticket: Ticket,
    action: Act,
    *,
    actor: Actor,
    now: datetime,
    fields: Fields | None = None,
    expected_version: int | None = None,
) -> None:
    """Raise what :func:`perform` would refuse with, and change nothing.

    Without ``fields`` only table, role and the guards that need no input are asked.
    """
    if expected_version is not None and ticket.version != expected_version:
        raise _stale(ticket)
    if fields is not None:
        _attempt(ticket, action, actor=actor, now=now, fields=fields)
        return
    transition = _row(ticket, action)
    seat = _seat(actor, ticket, transition)
    check_guards(Attempt(ticket, transition, actor, seat, NO_FIELDS, now), only=STATE_GUARDS)


def perform_first(
    ticket: Ticket, action: Act, *, now: datetime, fields: Fields, actor: Actor = SYSTEM
) -> str:
    """Do ``action`` on a ticket that this very transaction has opened.

    Nobody else can see such a ticket, so it is neither locked nor read again. Return what its
    resident reads about it; showing it is the caller's part.
    """
    attempt = _attempt(ticket, action, actor=actor, now=now, fields=fields)
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
    transition = _row(ticket, action)
    attempt = Attempt(ticket, transition, actor, _seat(actor, ticket, transition), fields, now)
    check_fields(transition, fields)
    check_guards(attempt)
    return attempt


def _row(ticket: Ticket, action: Act) -> Transition:
    transition = find(ticket.status, action)
    if transition is None:
        raise ConflictError(
            "action_not_allowed",
            f"工单当前为“{ticket.get_status_display()}”，不能{Act(action).label}",
        )
    return transition


def _load(ticket_id: int, action: Act, fields: Fields) -> Ticket:
    """Lock and read the ticket: always before any of its reports, several tickets in id order.

    One order everywhere is what keeps PostgreSQL from ever meeting a deadlock here.
    """
    if action in _TWO_TICKETS or action == Act.REOPEN:
        ticket = _load_several(ticket_id, action, fields)
    else:
        ticket = locked_ticket(ticket_id)
    if ticket is None:
        raise NotFoundError("ticket_not_found", _NO_TICKET)
    return ticket


def _load_several(ticket_id: int, action: Act, fields: Fields) -> Ticket | None:
    pks = {ticket_id}
    if action in _TWO_TICKETS:
        target = fields.target_ticket
        merged_into = Ticket.objects.filter(pk=ticket_id).values_list("merged_into", flat=True)
        pks |= {target.pk if target else merged_into.first() or ticket_id}
    wanted = Q(pk__in=pks)
    if action == Act.REOPEN:  # a child comes back only under a parent that stands still meanwhile
        wanted |= Q(pk=Ticket.objects.filter(pk=ticket_id).values("parent_id")[:1])
    tickets = Ticket.objects.select_for_update(of=("self",)).select_related(*_RELATED)
    rows = {ticket.pk: ticket for ticket in tickets.filter(wanted).order_by("pk")}
    if fields.target_ticket is not None and action in _TWO_TICKETS:
        fields.target_ticket.refresh_from_db()
    return rows.get(ticket_id)


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
    ticket, now = attempt.ticket, attempt.now
    status, version, due = ticket.status, ticket.version, ticket.due_at or ticket.assess_due_at
    urgency, next_due = ticket.urgency, ticket.next_due_at
    partner = attempt.fields.target_ticket or ticket.merged_into
    data = {**heed_alert(attempt), **apply_effect(attempt)}
    target = target_of(attempt)
    if target is not None:
        ticket.status = target
        ticket.status_since = now
        if target not in IN_DEPARTMENT:
            ticket.supervise_due_at = None  # no department is left that could answer
    ticket.next_due_at = clocks.next_due(ticket)
    if ticket.status != status:
        cards.reset(ticket, now=now)
    elif ticket.next_due_at != next_due:
        cards.retime(ticket, now=now)
    ticket.version = version + 1
    event = _event(attempt, from_status=status, due_before=due, data=data)
    ledger.seal(ticket, event)
    # The update comes before the insert: the loser of a race stops here with nothing written.
    if not update_row(ticket, _STORED, where={"status": status, "version": version}):
        raise _stale(ticket)
    insert_row(event)
    announce(attempt, event)
    ring_if_raised(attempt, before=urgency)
    _keep_photos(attempt, event)
    record_mentions(attempt, event)
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
    shown, notice = partner if merged else ticket, notice_of(attempt)
    kind = UpdateKind.MERGED if merged else UpdateKind.SEPARATED
    project_ticket(shown, now=attempt.now, among=moved)
    tell(moved, transition.public_text, kind=kind, now=attempt.now)
    if notice is not None:
        tell_notice(shown, moved, notice, now=attempt.now)
    others = [pk for pk in live_report_ids(partner) if pk not in set(moved)]
    tell(others, JOINED_BY_OTHERS if merged else LEFT_BY_OTHERS, kind=kind, now=attempt.now)


def _move_children(attempt: Attempt, data: Data) -> None:
    """Open the children of a split, end them with a matter without a result, let them keep up with it."""
    ticket, action, now = attempt.ticket, attempt.transition.action, attempt.now
    if action == Act.SPLIT:
        for child, fields in new_children(attempt, data["children"]):
            insert_row(child)
            record_opening(child, note=attempt.fields.task, data={"parent": ticket.number}, now=now)
            perform_first(child, Act.DISPATCH, now=now, fields=fields, actor=attempt.actor)
            copy_recusals(ticket, child, now=now)
    elif action in _ENDS_CHILDREN:
        note = f"主工单{ticket.number}{attempt.transition.action.label}"
        for pk in open_children(ticket).order_by("pk").values_list("pk", flat=True):
            perform(pk, Act.CANCEL_CHILD, actor=SYSTEM, now=now, fields=Fields(note=note))
    elif action in _MOVES_DUE or "raised" in data:
        change = attempt.fields.calendar_change
        follow = Fields(note=f"跟随主工单{ticket.number}", calendar_change=change)
        for child in running_children(ticket):
            if lags_behind_parent(child) or moves_of(child, work_calendar()):
                perform(child.pk, Act.RECOMPUTE_DUE, actor=SYSTEM, now=now, fields=follow)


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
    parts = (why, fields.task, fields.note, fields.public_text)
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
        visibility=visibility_of(attempt),
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
    action = attempt.transition.action
    if action == Act.VERIFY:
        return [*result_photo_ids(attempt.ticket), *attempt.fields.photos]
    told = action == Act.REPLY and attempt.ticket.status != TicketStatus.HANDLED
    return list(attempt.fields.photos) if told else []
