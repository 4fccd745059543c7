"""The state table against design.md §4: legal triples work, all others are refused, no dead ends."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.db import transaction

from dispatch.domain import guards
from dispatch.domain.actors import SYSTEM, Actor, Seat, resident_actor
from dispatch.domain.effects import EFFECTS
from dispatch.domain.fields import LABELS, Fields
from dispatch.domain.lifecycle import available_actions, perform
from dispatch.domain.workflow import TRANSITIONS, find
from dispatch.enums import FINAL_STATUSES, PHYSICAL_OUTCOMES, Role, TicketStatus
from dispatch.enums import TicketAction as Act
from dispatch.models import Ticket, TicketEvent
from reports.models import Report
from tests.dispatch.factories import NOW, Cast, fields_for, make_cast, make_ticket
from xiangcun.lib.errors import ConflictError, NotAllowedError

pytestmark = pytest.mark.django_db

# Guards that the plain walk of the factory leaves unmet; each has its own test.
NEEDS_PREPARATION = {
    Act.GRANT_EXTENSION,
    Act.DENY_EXTENSION,
    Act.GRANT_SUSPENSION,
    Act.DENY_SUSPENSION,
    Act.ANSWER_SUPERVISION,
    Act.CANCEL_CHILD,
    Act.YELLOW_CARD,
    Act.RED_CARD,
    Act.REVIEW_SUSPENSION,
    Act.RECOMPUTE_DUE,
    Act.REPLY,  # letters have tests of their own
    Act.ASK_LEAD,
}


def with_contact(fields: Fields, ticket: Ticket) -> Fields:
    """Let the ticket's report have a number to be shown."""
    report = Report.objects.filter(ticket_report__ticket=ticket).first()
    if report is not None and not report.contact_phone:
        report.contact_phone = "13800001111"
        report.save(update_fields=["contact_phone"])
    return replace(fields, report=report)


def actor_of(role: Role, cast: Cast, ticket: Ticket) -> Actor:
    if role == Role.SYSTEM:
        return SYSTEM
    if role == Role.RESIDENT:
        return resident_actor(
            ticket.ticket_reports.get().report_id if ticket.ticket_reports.count() == 1 else 0
        )
    department = cast.sanitation if role in {Role.HANDLER, Role.HEAD} else cast.room
    grids = frozenset({ticket.grid_id or 0}) if role == Role.GRID else frozenset[int]()
    seat = Seat(role, department.pk, department.name, grids)
    return Actor(user=cast.lead.user, seats=(seat,))


@pytest.mark.parametrize("status", TicketStatus.values)
def test_every_action_and_role_agrees_with_the_table(status: TicketStatus) -> None:
    cast = make_cast()
    ticket = make_ticket(TicketStatus(status), cast=cast)
    target = make_ticket(cast=cast)
    for action in Act:
        row = find(status, action)
        for role in Role:
            actor = actor_of(role, cast, ticket)
            fields = fields_for(action, cast, target=target if action == Act.MERGE else None)
            fields = with_contact(fields, ticket) if action == Act.UNMASK else fields
            sid = transaction.savepoint()
            if row is None:
                with pytest.raises(ConflictError) as refused:
                    perform(ticket.pk, action, actor=actor, now=NOW, fields=fields)
                assert refused.value.code == "action_not_allowed"
            elif role not in row.roles or (row.action in NEEDS_PREPARATION):
                with pytest.raises((NotAllowedError, ConflictError)):
                    perform(ticket.pk, action, actor=actor, now=NOW, fields=fields)
            else:
                moved = perform(ticket.pk, action, actor=actor, now=NOW, fields=fields)
                assert moved.status == (row.target or status)
                event = TicketEvent.objects.filter(ticket=ticket).order_by("-seq")[0]
                assert (event.action, event.from_status, event.to_status, event.role) == (
                    action,
                    status,
                    moved.status,
                    role,
                )
            transaction.savepoint_rollback(sid)


def test_every_status_is_reachable_and_every_open_one_leavable() -> None:
    reached = {TicketStatus.ASSESSING}
    while True:
        more = {row.target for row in TRANSITIONS if row.target and row.sources & reached} - reached
        if not more:
            break
        reached |= more
    assert reached == set(TicketStatus)
    leavable = {source for row in TRANSITIONS if row.target for source in row.sources}
    assert leavable == set(TicketStatus) - FINAL_STATUSES


def test_each_pair_stands_once() -> None:
    pairs = [(source, row.action) for row in TRANSITIONS for source in row.sources]
    assert len(pairs) == len(set(pairs))


def test_a_lead_may_do_what_a_dispatcher_may() -> None:
    assert [
        row.action
        for row in TRANSITIONS
        if Role.DISPATCHER in row.roles and Role.LEAD not in row.roles
    ] == []


def test_table_names_only_what_exists() -> None:
    for row in TRANSITIONS:
        assert set(row.guards) <= set(guards.GUARDS)
        assert set(row.required) | set(row.optional) <= set(LABELS)
    assert set(guards.STATE_GUARDS) <= set(guards.GUARDS)
    assert set(EFFECTS) <= {row.action for row in TRANSITIONS}
    assert {row.action for row in TRANSITIONS} == set(Act) - {Act.OPEN}
    assert PHYSICAL_OUTCOMES


@pytest.mark.parametrize("status", TicketStatus.values)
def test_buttons_are_the_table(status: TicketStatus) -> None:
    cast = make_cast()
    ticket = make_ticket(TicketStatus(status), cast=cast)
    for role in (Role.DISPATCHER, Role.LEAD, Role.VERIFIER, Role.HANDLER, Role.HEAD):
        shown = {
            row.action for row in available_actions(ticket, actor_of(role, cast, ticket), now=NOW)
        }
        legal = {row.action for row in TRANSITIONS if status in row.sources and role in row.roles}
        assert shown <= legal
        hidden = legal - shown
        assert all(find(status, action).guards for action in hidden)  # type: ignore[union-attr]


def test_nothing_else_writes_the_status() -> None:
    import re
    from pathlib import Path

    root = Path(__file__).resolve().parents[2]
    writers = [
        str(path.relative_to(root))
        for folder in ("dispatch", "reports", "xiangcun")
        for path in (root / folder).rglob("*.py")
        if "migrations" not in path.parts
        and re.search(
            r"ticket\.status\s*=[^=]|Ticket\.objects\.[^\n]*update\([^)]*\bstatus=",
            path.read_text(encoding="utf-8"),
        )
    ]
    assert writers == ["dispatch/domain/lifecycle.py"]
