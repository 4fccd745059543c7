"""Children: made whole, worked off on their own, waited for, ended with their parent."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from dispatch.domain.actors import SYSTEM, resident_actor
from dispatch.domain.fields import Fields
from dispatch.domain.ledger import verify
from dispatch.domain.lifecycle import available_actions, perform
from dispatch.domain.timers import deal_cards, run_timers
from dispatch.enums import OPEN_STATUSES, TicketStatus
from dispatch.enums import TicketAction as Act
from dispatch.models import Department, Ticket
from dispatch.queries.lookalikes import open_tickets_near
from dispatch.summary.recount import find_differences
from dispatch.summary.rollup import fold_events
from reports.models import ReportUpdate
from tests.dispatch.factories import (
    NOW,
    Cast,
    fields_for,
    make_cast,
    make_category,
    make_department,
    make_report,
    make_ticket,
)
from tests.dispatch.summary.stored import stored_rows
from xiangcun.lib.errors import ConflictError, DomainError, InvalidInputError, NotAllowedError

pytestmark = pytest.mark.django_db
TASK = "拆除占道的广告牌"


def split(
    ticket: Ticket, cast: Cast, *departments: Department, now: datetime = NOW, **changes: object
) -> list[Ticket]:
    """Split ``ticket`` (for enforcement when nobody is named) and return the children."""
    fields = Fields(task=TASK, departments=departments or (cast.enforcement,))
    fields = replace(fields, **changes)  # type: ignore[arg-type]
    perform(ticket.pk, Act.SPLIT, actor=cast.dispatcher, now=now, fields=fields)
    return list(Ticket.objects.filter(parent=ticket).order_by("pk"))


def work_off(child: Ticket, cast: Cast, *, until: Act = Act.VERIFY) -> Ticket:
    """Let enforcement finish the child and the verifier close it."""
    steps = ((Act.ACCEPT, cast.outsider), (Act.FINISH, cast.outsider), (Act.VERIFY, cast.verifier))
    for action, actor in steps:
        child = perform(child.pk, action, actor=actor, now=NOW, fields=fields_for(action, cast))
        if action == until:
            break
    return child


def finished(ticket: Ticket, cast: Cast) -> Ticket:
    return perform(
        ticket.pk, Act.FINISH, actor=cast.handler, now=NOW, fields=fields_for(Act.FINISH, cast)
    )


def test_it_works() -> None:
    cast = make_cast()
    ticket = make_ticket(TicketStatus.HANDLING, cast=cast)
    village = make_department("linjiang", name="临江村")
    first, second = split(ticket, cast, cast.enforcement, village)
    ticket.refresh_from_db()
    assert (ticket.status, ticket.child_count) == ("handling", 2)
    assert ticket.events.order_by("-seq")[0].data["children"] == [first.number, second.number]
    assert (first.status, first.lead_department, second.lead_department) == (
        "dispatched",
        cast.enforcement,
        village,
    )
    assert (first.title, first.report_count, first.category, first.urgency, first.grid) == (
        TASK,
        0,
        ticket.category,
        ticket.urgency,
        ticket.grid,
    )
    assert list(first.events.order_by("seq").values_list("action", "role")) == [
        ("open", "system"),
        ("dispatch", "dispatcher"),
    ]
    assert first.assignments.get(ended_at=None).department == cast.enforcement
    assert list(verify()) == []


@pytest.mark.parametrize("state", [TicketStatus.DISPATCHED, TicketStatus.HANDLING])
def test_a_child_is_due_no_later_than_its_parent(state: TicketStatus) -> None:
    cast = make_cast()
    ticket = make_ticket(state, cast=cast)
    assert ticket.due_at is not None
    later = NOW + timedelta(days=2)
    (child,) = split(ticket, cast, now=later)
    assert child.due_at == ticket.due_at
    assert child.sign_due_at is not None
    assert child.sign_due_at <= ticket.due_at
    promised = later + timedelta(hours=5)
    own = split(ticket, cast, now=later, promised_due=promised)[-1]
    assert own.due_at == promised


@pytest.mark.parametrize(("days", "code"), [(-1, "not_future"), (60, "later_than_parent")])
def test_a_promise_outside_of_the_parents_time_is_refused(days: int, code: str) -> None:
    cast = make_cast()
    ticket = make_ticket(TicketStatus.HANDLING, cast=cast)
    with pytest.raises(InvalidInputError) as refused:
        split(ticket, cast, promised_due=NOW + timedelta(days=days))
    assert refused.value.errors[0].code == code
    assert not ticket.children.exists()


def test_a_child_may_have_a_category_of_its_own() -> None:
    cast = make_cast()
    other = make_category("0702", name="店外/无照经营")
    (child,) = split(make_ticket(TicketStatus.HANDLING, cast=cast), cast, category=other)
    assert child.category == other


@pytest.mark.parametrize(
    ("change", "field"), [({"task": " "}, "task"), ({"departments": ()}, "departments")]
)
def test_it_needs_a_task_and_somebody(change: dict[str, Any], field: str) -> None:
    cast = make_cast()
    with pytest.raises(InvalidInputError) as refused:
        split(make_ticket(TicketStatus.HANDLING, cast=cast), cast, **change)
    assert refused.value.errors[0].field == field


def test_neither_the_lead_department_nor_a_closed_one_gets_a_child() -> None:
    cast = make_cast()
    ticket = make_ticket(TicketStatus.HANDLING, cast=cast)
    gone = make_department("gone", name="已撤单位", is_active=False)
    for department, code in ((cast.sanitation, "lead_assists"), (gone, "department_inactive")):
        with pytest.raises(InvalidInputError) as refused:
            split(ticket, cast, cast.enforcement, department)
        assert refused.value.errors[0].code == code
    assert not Ticket.objects.filter(parent=ticket).exists()


def test_departments_do_not_split_and_a_child_is_not_split_again() -> None:
    cast = make_cast()
    ticket = make_ticket(TicketStatus.HANDLING, cast=cast)
    fields = Fields(task=TASK, departments=(cast.enforcement,))
    for actor in (cast.handler, cast.head, cast.outsider, cast.verifier, SYSTEM):
        with pytest.raises(NotAllowedError):
            perform(ticket.pk, Act.SPLIT, actor=actor, now=NOW, fields=fields)
    (child,) = split(ticket, cast)
    with pytest.raises(ConflictError) as refused:
        perform(child.pk, Act.SPLIT, actor=cast.lead, now=NOW, fields=fields)
    assert refused.value.code == "is_a_child"


def test_the_parent_waits_for_every_child() -> None:
    cast = make_cast()
    ticket = make_ticket(TicketStatus.HANDLING, cast=cast)
    one, two = split(ticket, cast, cast.enforcement, cast.room)
    ticket = finished(ticket, cast)
    work_off(one, cast)
    for step in (None, Act.CANCEL_CHILD):
        if step:
            perform(two.pk, step, actor=cast.dispatcher, now=NOW, fields=Fields(note="不需要了"))
        names = {row.action for row in available_actions(ticket, cast.verifier, now=NOW)}
        assert (Act.VERIFY in names) == bool(step)
        if step is None:
            with pytest.raises(ConflictError) as refused:
                perform(ticket.pk, Act.VERIFY, actor=cast.verifier, now=NOW)
            assert refused.value.code == "children_open"
    done = perform(ticket.pk, Act.VERIFY, actor=cast.verifier, now=NOW)
    assert done.status == TicketStatus.AWAITING_RATING


def test_a_finished_child_is_not_enough_and_a_verified_one_is_closed_unrated() -> None:
    cast = make_cast()
    ticket = make_ticket(TicketStatus.HANDLING, cast=cast)
    (child,) = split(ticket, cast)
    finished(ticket, cast)
    work_off(child, cast, until=Act.FINISH)
    with pytest.raises(ConflictError):
        perform(ticket.pk, Act.VERIFY, actor=cast.verifier, now=NOW)
    child = perform(child.pk, Act.VERIFY, actor=cast.verifier, now=NOW)
    assert (child.status, child.closed_at) == (TicketStatus.CLOSED, NOW)
    assert run_timers(now=NOW + timedelta(days=8)) == 0  # nothing waits for a rating
    assert run_timers(now=NOW + timedelta(days=31)) == 1
    child.refresh_from_db()
    assert child.status == TicketStatus.ARCHIVED


def test_a_tickets_own_steps_cost_no_more_because_children_exist(
    django_assert_num_queries: object,
) -> None:
    """The guard of a ticket that was never split looks at a column, not at a table."""
    cast = make_cast()
    ticket = make_ticket(TicketStatus.HANDLED, cast=cast)
    assert ticket.child_count == 0
    from dispatch.queries.children import has_open_children

    with django_assert_num_queries(0):  # type: ignore[operator]
        assert not has_open_children(ticket)


def test_the_withdrawal_of_the_parent_ends_its_children() -> None:
    cast = make_cast()
    report = make_report()
    ticket = make_ticket(TicketStatus.DISPATCHED, cast=cast, report=report)
    one, two = split(ticket, cast, cast.enforcement, cast.room)
    perform(one.pk, Act.ACCEPT, actor=cast.outsider, now=NOW)
    perform(ticket.pk, Act.WITHDRAW, actor=resident_actor(report.pk), now=NOW)
    for child in (one, two):
        child.refresh_from_db()
        assert (child.status, child.closed_at) == (TicketStatus.WITHDRAWN, NOW)
        assert not child.assignments.filter(ended_at=None).exists()
        last = child.events.order_by("-seq")[0]
        assert (last.action, last.role) == (Act.CANCEL_CHILD, "system")
        assert ticket.number in last.note


def test_a_parent_with_open_children_is_not_merged_away_nor_anything_into_a_child() -> None:
    cast = make_cast()
    ticket, target = (make_ticket(TicketStatus.DISPATCHED, cast=cast) for _ in range(2))
    (child,) = split(ticket, cast)
    for source, into, code in (
        (ticket, target, "children_open"),
        (target, child, "merge_into_child"),
        (child, target, "is_a_child"),
    ):
        with pytest.raises(ConflictError) as refused:
            perform(
                source.pk, Act.MERGE, actor=cast.lead, now=NOW, fields=Fields(target_ticket=into)
            )
        assert refused.value.code == code
    perform(child.pk, Act.CANCEL_CHILD, actor=cast.lead, now=NOW, fields=Fields(note="并案"))
    perform(ticket.pk, Act.MERGE, actor=cast.lead, now=NOW, fields=Fields(target_ticket=target))


def test_a_returned_parent_keeps_its_children_and_a_rejected_one_does_not() -> None:
    cast = make_cast()
    ticket = make_ticket(TicketStatus.DISPATCHED, cast=cast)
    (child,) = split(ticket, cast)
    perform(ticket.pk, Act.RETURN, actor=cast.head, now=NOW, fields=fields_for(Act.RETURN, cast))
    child.refresh_from_db()
    assert child.status == TicketStatus.DISPATCHED
    perform(ticket.pk, Act.REJECT, actor=cast.lead, now=NOW, fields=fields_for(Act.REJECT, cast))
    child.refresh_from_db()
    assert child.status == TicketStatus.WITHDRAWN


def test_a_child_comes_back_only_while_its_parent_is_at_work() -> None:
    cast = make_cast()
    ticket = make_ticket(TicketStatus.HANDLING, cast=cast)
    child = work_off(split(ticket, cast)[0], cast)
    fields = Fields(note="没拆干净")
    back = perform(child.pk, Act.REOPEN, actor=cast.lead, now=NOW, fields=fields)
    assert back.status == TicketStatus.ASSESSING
    perform(
        child.pk, Act.DISPATCH, actor=cast.lead, now=NOW,
        fields=replace(fields_for(Act.DISPATCH, cast), lead_department=cast.enforcement),
    )  # fmt: skip
    child = work_off(child, cast)
    finished(ticket, cast)
    perform(ticket.pk, Act.VERIFY, actor=cast.verifier, now=NOW)
    with pytest.raises(ConflictError) as refused:
        perform(child.pk, Act.REOPEN, actor=cast.lead, now=NOW, fields=fields)
    assert refused.value.code == "parent_closed"


def test_reopening_the_parent_leaves_what_was_done_done() -> None:
    cast = make_cast()
    ticket = make_ticket(TicketStatus.HANDLING, cast=cast)
    child = work_off(split(ticket, cast)[0], cast)
    finished(ticket, cast)
    perform(ticket.pk, Act.VERIFY, actor=cast.verifier, now=NOW)
    ticket = perform(ticket.pk, Act.REOPEN, actor=cast.lead, now=NOW, fields=Fields(note="又来了"))
    child.refresh_from_db()
    assert (ticket.status, child.status) == (TicketStatus.ASSESSING, TicketStatus.CLOSED)


@pytest.mark.parametrize("action", [Act.ASK, Act.REJECT])
def test_what_speaks_to_a_resident_is_no_step_of_a_child(action: Act) -> None:
    cast = make_cast()
    (child,) = split(make_ticket(TicketStatus.HANDLING, cast=cast), cast)
    perform(
        child.pk, Act.RETURN, actor=cast.outsider_head, now=NOW, fields=fields_for(Act.RETURN, cast)
    )
    child.refresh_from_db()
    assert child.status == TicketStatus.ASSESSING
    with pytest.raises(ConflictError) as refused:
        perform(child.pk, action, actor=cast.dispatcher, now=NOW, fields=fields_for(action, cast))
    assert refused.value.code == "is_a_child"
    assert not {Act.ASK, Act.REJECT, Act.MERGE} & {
        row.action for row in available_actions(child, cast.dispatcher, now=NOW)
    }


def test_only_a_child_can_be_cancelled() -> None:
    cast = make_cast()
    with pytest.raises(ConflictError) as refused:
        perform(
            make_ticket(cast=cast).pk, Act.CANCEL_CHILD, actor=cast.lead, now=NOW,
            fields=Fields(note="x"),
        )  # fmt: skip
    assert refused.value.code == "not_a_child"


def test_an_extension_of_a_child_ends_with_its_parent() -> None:
    cast = make_cast()
    ticket = make_ticket(TicketStatus.HANDLING, cast=cast)
    assert ticket.due_at is not None
    (child,) = split(ticket, cast, promised_due=NOW + timedelta(days=1))
    perform(child.pk, Act.ACCEPT, actor=cast.outsider, now=NOW)
    for new_due, code in ((ticket.due_at, ""), (ticket.due_at + timedelta(minutes=1), "later")):
        fields = Fields(note="等材料", new_due=new_due)
        if code:
            perform(
                child.pk, Act.DENY_EXTENSION, actor=cast.lead, now=NOW, fields=Fields(note="否")
            )
            with pytest.raises(InvalidInputError) as refused:
                perform(
                    child.pk,
                    Act.REQUEST_EXTENSION,
                    actor=cast.outsider_head,
                    now=NOW,
                    fields=fields,
                )
            assert refused.value.errors[0].code == "later_than_parent"
        else:
            perform(
                child.pk, Act.REQUEST_EXTENSION, actor=cast.outsider_head, now=NOW, fields=fields
            )


def test_a_child_gets_cards_like_any_ticket() -> None:
    cast = make_cast()
    (child,) = split(make_ticket(TicketStatus.HANDLING, cast=cast), cast)
    assert child.wake_at is not None
    deal_cards(now=child.wake_at)
    child.refresh_from_db()
    assert child.card == "yellow"


def test_a_child_is_no_case_of_a_resident() -> None:
    """No line for residents, no tally, no lookalike, no label for the classifier."""
    cast = make_cast()
    ticket = make_ticket(TicketStatus.HANDLING, cast=cast)
    lines = ReportUpdate.objects.count()
    while fold_events(now=NOW):
        pass
    before = stored_rows()
    child = work_off(split(ticket, cast)[0], cast, until=Act.FINISH)
    while fold_events(now=NOW):
        pass
    assert stored_rows() == before
    assert find_differences() == []
    assert ReportUpdate.objects.count() == lines
    assert child.status in OPEN_STATUSES
    near = open_tickets_near(
        category=cast.category, lat=child.lat, lng=child.lng, radius_m=500, now=NOW
    )
    assert [row.pk for row in near if row.texts] == [ticket.pk]


def test_a_refusal_leaves_no_half_split_ticket() -> None:
    cast = make_cast()
    ticket = make_ticket(TicketStatus.HANDLING, cast=cast)
    version = ticket.version
    with pytest.raises(DomainError):
        split(ticket, cast, cast.enforcement, cast.sanitation)
    ticket.refresh_from_db()
    assert (ticket.version, ticket.child_count) == (version, 0)
