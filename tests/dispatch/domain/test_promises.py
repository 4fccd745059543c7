"""Limits, promised dates, supervision, referrals, and who verifies on site."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from dispatch.domain import clocks
from dispatch.domain.actors import Actor, staff_actor
from dispatch.domain.fields import Fields
from dispatch.domain.lifecycle import available_actions, perform
from dispatch.domain.referrals import REFERRALS
from dispatch.enums import LimitStage, LimitUnit, RejectReason, Role, TicketStatus
from dispatch.enums import TicketAction as Act
from dispatch.models import HandlingLimit, Ticket
from dispatch.queries.limits import forget_limits
from dispatch.queries.tickets import QUEUE_BY_CODE, queue_tickets
from reports.enums import Urgency
from tests.dispatch.factories import (
    NOW,
    Cast,
    fields_for,
    make_cast,
    make_category,
    make_department,
    make_grid,
    make_report,
    make_staff,
    make_ticket,
)
from xiangcun.lib.errors import ConflictError, DomainError, InvalidInputError, NotAllowedError

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh_limits() -> None:
    forget_limits()


# --- limits by category, urgency and grid


def test_the_most_specific_limit_wins() -> None:
    category, grid = make_category(), make_grid()
    rows: dict[int, dict[str, Any]] = {
        1: {},
        2: {"urgency": "P1"},
        3: {"grid": grid},
        4: {"grid": grid, "urgency": "P1"},
        5: {"category": category},
        6: {"category": category, "urgency": "P1"},
        7: {"category": category, "grid": grid},
        8: {"category": category, "grid": grid, "urgency": "P1"},
    }
    for minutes, row in rows.items():
        HandlingLimit.objects.create(stage=LimitStage.HANDLE, minutes=minutes, **row)
        forget_limits()
        limit = clocks.limit_for(
            LimitStage.HANDLE, category_id=category.pk, grid_id=grid.pk, urgency="P1"
        )
        assert limit.minutes == minutes
    cases: tuple[tuple[dict[str, Any], int], ...] = (
        ({"category_id": None, "grid_id": None, "urgency": "P2"}, 1),
        ({"category_id": None, "grid_id": None, "urgency": "P1"}, 2),
        ({"category_id": None, "grid_id": grid.pk, "urgency": "P2"}, 3),
        ({"category_id": category.pk, "grid_id": None, "urgency": "P2"}, 5),
        ({"category_id": category.pk, "grid_id": grid.pk, "urgency": "P3"}, 7),
    )
    for where, minutes in cases:
        assert clocks.limit_for(LimitStage.HANDLE, **where).minutes == minutes
    assert clocks.limit_for(
        LimitStage.SIGN, category_id=category.pk, grid_id=grid.pk, urgency="P1"
    ) == clocks.Limit(480, LimitUnit.WORK)


# --- dispatch with a promised date


def dispatch(ticket: Ticket, actor: Actor, cast: Cast, **changes: object) -> Ticket:
    fields = replace(fields_for(Act.DISPATCH, cast), note="", public_text="", **changes)  # type: ignore[arg-type]
    return perform(ticket.pk, Act.DISPATCH, actor=actor, now=NOW, fields=fields)


def test_an_earlier_promise_is_the_due_date_the_resident_reads() -> None:
    cast, report = make_cast(), make_report()
    promised = NOW + timedelta(hours=30)
    ticket = dispatch(
        make_ticket(cast=cast, report=report), cast.dispatcher, cast, promised_due=promised
    )
    assert ticket.due_at == promised
    report.refresh_from_db()
    assert report.promised_at == promised
    assert "承诺 2026年11月25日 16:00 前办结" in report.updates.order_by("-id")[0].text
    assert ticket.events.order_by("-seq")[0].data["promised"] == promised.isoformat()


def test_a_later_promise_is_the_leads_with_a_reason() -> None:
    cast = make_cast()
    late = NOW + timedelta(days=60)
    ticket = make_ticket(cast=cast)
    for actor, note, field in (
        (cast.dispatcher, "要等汛期过去", "promised_due"),
        (cast.lead, " ", "note"),
    ):
        with pytest.raises(InvalidInputError) as refused:
            perform(
                ticket.pk, Act.DISPATCH, actor=actor, now=NOW,
                fields=replace(fields_for(Act.DISPATCH, cast), note=note, promised_due=late),
            )  # fmt: skip
        assert refused.value.errors[0].field == field
    fields = replace(fields_for(Act.DISPATCH, cast), note="要等汛期过去", promised_due=late)
    done = perform(ticket.pk, Act.DISPATCH, actor=cast.lead, now=NOW, fields=fields)
    assert done.due_at == late


def test_a_promise_in_the_past_is_refused() -> None:
    cast = make_cast()
    with pytest.raises(InvalidInputError) as refused:
        dispatch(make_ticket(cast=cast), cast.lead, cast, promised_due=NOW)
    assert refused.value.errors[0].code == "not_future"


# --- rejection and where to go


def test_every_reason_says_where_to_go_and_what_to_dial() -> None:
    assert set(REFERRALS) == set(RejectReason)
    for text in REFERRALS.values():
        assert any(number in text for number in ("12345", "12348", "12368", "12388", "110"))
        assert len(text) < 200


def test_a_rejection_without_an_answer_is_refused() -> None:
    cast = make_cast()
    with pytest.raises(InvalidInputError) as refused:
        perform(
            make_ticket(cast=cast).pk, Act.REJECT, actor=cast.lead, now=NOW,
            fields=Fields(reject_reason=RejectReason.POLICE),
        )  # fmt: skip
    assert refused.value.errors[0].field == "public_text"


# --- supervision


def supervise(ticket: Ticket, cast: Cast, *, days: int = 2) -> Ticket:
    fields = Fields(note="三天了还没去现场", reply_due=NOW + timedelta(days=days))
    return perform(ticket.pk, Act.SUPERVISE, actor=cast.lead, now=NOW, fields=fields)


@pytest.mark.parametrize("role", [Role.HANDLER, Role.HEAD])
def test_the_department_answers_a_supervision(role: Role) -> None:
    cast = make_cast()
    ticket = supervise(make_ticket(TicketStatus.HANDLING, cast=cast), cast)
    assert ticket.supervise_due_at == NOW + timedelta(days=2)
    fields = Fields(note="今天下午已到现场，明天清完")
    for late, on_time in ((NOW + timedelta(days=1), True), (NOW + timedelta(days=3), False)):
        supervise(ticket, cast)
        done = perform(
            ticket.pk, Act.ANSWER_SUPERVISION, actor=cast.staff(role), now=late, fields=fields
        )
        assert done.supervise_due_at is None
        assert ticket.events.order_by("-seq")[0].data["on_time"] is on_time


def test_nobody_else_answers_and_nothing_is_answered_twice() -> None:
    cast = make_cast()
    ticket = supervise(make_ticket(TicketStatus.HANDLING, cast=cast), cast)
    fields = Fields(note="好的")
    for actor in (cast.lead, cast.dispatcher, cast.outsider, cast.outsider_head, cast.verifier):
        with pytest.raises(NotAllowedError):
            perform(ticket.pk, Act.ANSWER_SUPERVISION, actor=actor, now=NOW, fields=fields)
    perform(ticket.pk, Act.ANSWER_SUPERVISION, actor=cast.head, now=NOW, fields=fields)
    with pytest.raises(ConflictError) as refused:
        perform(ticket.pk, Act.ANSWER_SUPERVISION, actor=cast.head, now=NOW, fields=fields)
    assert refused.value.code == "not_supervised"


@pytest.mark.parametrize("days", [-1, 0, 31])
def test_the_reply_is_due_within_30_days(days: int) -> None:
    cast = make_cast()
    with pytest.raises(InvalidInputError) as refused:
        supervise(make_ticket(TicketStatus.HANDLING, cast=cast), cast, days=days)
    assert refused.value.errors[0].field == "reply_due"


def test_what_waits_for_a_reply_stands_in_its_own_tab_the_most_overdue_first() -> None:
    cast = make_cast()
    plain, late, soon = (make_ticket(TicketStatus.HANDLING, cast=cast) for _ in range(3))
    supervise(soon, cast, days=5)
    supervise(late, cast, days=1)
    queue = QUEUE_BY_CODE["supervised"]
    for actor, rows in ((cast.lead, [late, soon]), (cast.head, [late, soon]), (cast.outsider, [])):
        assert list(queue_tickets(actor, queue, now=NOW).order_by(*queue.ordering)) == rows
    assert plain.supervise_due_at is None


def test_a_ticket_that_leaves_its_department_owes_no_reply() -> None:
    cast = make_cast()
    ticket = supervise(make_ticket(TicketStatus.DISPATCHED, cast=cast), cast)
    back = perform(
        ticket.pk, Act.RETURN, actor=cast.head, now=NOW, fields=fields_for(Act.RETURN, cast)
    )
    assert back.supervise_due_at is None
    assert back.supervised_at == NOW


# --- the grid officer verifies on site


def grid_officer(village_code: str, name: str) -> Actor:
    village = make_department(f"v{village_code}", name=name, village_code=village_code)
    return staff_actor(make_staff(f"grid{village_code}", Role.GRID, village))


def test_a_grid_officer_verifies_in_their_own_grid_alone() -> None:
    cast = make_cast()
    ticket = make_ticket(TicketStatus.HANDLED, cast=cast)
    own, other = grid_officer("330114007200", "临江村"), grid_officer("330114007201", "前峰村")
    assert {row.action for row in available_actions(ticket, own, now=NOW)} == {
        Act.VERIFY,
        Act.NOTE,
    }
    assert available_actions(ticket, other, now=NOW) == []
    with pytest.raises(NotAllowedError) as refused:
        perform(ticket.pk, Act.VERIFY, actor=other, now=NOW)
    assert refused.value.code == "role_not_allowed"
    done = perform(ticket.pk, Act.VERIFY, actor=own, now=NOW)
    assert done.status == TicketStatus.AWAITING_RATING
    assert done.events.order_by("-seq")[0].role == Role.GRID


def test_a_ticket_without_a_grid_is_no_grid_officers() -> None:
    cast = make_cast()
    ticket = make_ticket(TicketStatus.HANDLED, cast=cast)
    Ticket.objects.filter(pk=ticket.pk).update(grid=None)
    with pytest.raises(NotAllowedError):
        perform(ticket.pk, Act.VERIFY, actor=grid_officer("330114007200", "临江村"), now=NOW)


# --- extension, counted and told


def test_two_extensions_before_the_due_date_each_told_to_the_resident() -> None:
    cast, report = make_cast(), make_report()
    ticket = make_ticket(TicketStatus.HANDLING, cast=cast, report=report)
    for weeks in (2, 4):
        due = NOW + timedelta(weeks=weeks)
        fields = Fields(new_due=due, note="等配件")
        perform(ticket.pk, Act.REQUEST_EXTENSION, actor=cast.head, now=NOW, fields=fields)
        perform(ticket.pk, Act.GRANT_EXTENSION, actor=cast.lead, now=NOW)
        report.refresh_from_db()
        assert report.promised_at == due
        assert "办理期限延长至" in report.updates.order_by("-id")[0].text
    with pytest.raises(DomainError) as refused:
        perform(
            ticket.pk, Act.REQUEST_EXTENSION, actor=cast.head, now=NOW,
            fields=Fields(new_due=NOW + timedelta(weeks=6), note="还要等"),
        )  # fmt: skip
    assert refused.value.code == "extensions_used"


def test_an_extension_after_the_due_date_comes_too_late() -> None:
    cast = make_cast()
    ticket = make_ticket(TicketStatus.HANDLING, cast=cast)
    assert ticket.due_at is not None
    with pytest.raises(ConflictError) as refused:
        perform(
            ticket.pk, Act.REQUEST_EXTENSION, actor=cast.head, now=ticket.due_at,
            fields=Fields(new_due=ticket.due_at + timedelta(days=9), note="忘了"),
        )  # fmt: skip
    assert refused.value.code == "already_overdue"


def test_urgency_decides_between_natural_and_working_time() -> None:
    cast = make_cast()
    for urgency, minutes, unit in (("P1", 24 * 60, LimitUnit.NATURAL), ("P2", 480, LimitUnit.WORK)):
        HandlingLimit.objects.create(
            stage=LimitStage.HANDLE, urgency=urgency, minutes=minutes, unit=unit
        )
    forget_limits()
    p1 = dispatch(make_ticket(cast=cast), cast.dispatcher, cast, urgency=Urgency.P1)
    p2 = dispatch(make_ticket(cast=cast), cast.dispatcher, cast, urgency=Urgency.P2)
    assert (p1.due_at, p1.due_unit) == (NOW + timedelta(days=1), LimitUnit.NATURAL)
    assert (p2.due_at, p2.due_unit) == (NOW + timedelta(days=1), LimitUnit.WORK)
