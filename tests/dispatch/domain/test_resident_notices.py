"""What residents are told of the steps of their case: the table, the privacy, the cost."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from dispatch.domain.actors import SYSTEM, resident_actor
from dispatch.domain.lifecycle import perform
from dispatch.domain.opening import Assessment, attach_report, open_ticket
from dispatch.domain.resident_notices import NOTICES
from dispatch.domain.workflow import TRANSITIONS
from dispatch.enums import Role, TicketStatus, Visibility
from dispatch.enums import TicketAction as Act
from dispatch.models import Ticket
from reports.domain.messages import tell_residents
from reports.enums import Urgency
from reports.models import Report, ReportUpdate, ResidentMessage
from tests.dispatch.factories import Cast, fields_for, make_cast, make_ticket
from tests.factories import NOW, make_report, make_resident

LATER = NOW + timedelta(hours=1)
SECRETS = ("给居民的话", "情况说明")


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


def told(report: Report | None = None) -> list[str]:
    """Return the templates of what was told, oldest first."""
    rows = ResidentMessage.objects.order_by("pk")
    rows = rows.filter(report=report) if report else rows
    return list(rows.values_list("template", flat=True))


def step(ticket: Ticket, action: Act, cast: Cast, role: Role | None = None) -> Ticket:
    actor = cast.staff(role) if role else SYSTEM
    return perform(ticket.pk, action, actor=actor, now=LATER, fields=fields_for(action, cast))


def test_a_whole_case_is_told_step_by_step(cast: Cast) -> None:
    report = make_report(make_resident())
    make_ticket(TicketStatus.CLOSED, cast=cast, report=report)
    assert told() == ["dispatched", "accepted", "replied", "closed_unrated"]
    texts = list(ResidentMessage.objects.order_by("pk").values_list("text", flat=True))
    assert "已派给环卫所办理，承诺 " in texts[0]
    assert "已有办理结果：已解决" in texts[2]
    for secret in SECRETS:
        assert all(secret not in text for text in texts)
    assert ReportUpdate.objects.filter(report=report, text__contains=SECRETS[0]).exists()


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (TicketStatus.NEED_INFO, ["need_info"]),
        (TicketStatus.REJECTED, ["rejected"]),
        (TicketStatus.ESCALATED, ["escalated"]),
        (TicketStatus.SUSPENDED, ["dispatched", "accepted", "suspended"]),
        (TicketStatus.MERGED, ["joined"]),
        (TicketStatus.WITHDRAWN, []),
    ],
)
def test_each_way_is_told(status: TicketStatus, expected: list[str], cast: Cast) -> None:
    report = make_report(make_resident())
    make_ticket(status, cast=cast, report=report)
    assert told(report) == expected


def test_a_second_dispatch_is_called_so(cast: Cast) -> None:
    ticket = make_ticket(TicketStatus.DISPATCHED, cast=cast, report=make_report(make_resident()))
    ticket = step(ticket, Act.RETURN, cast, Role.HEAD)
    step(ticket, Act.DISPATCH, cast, Role.DISPATCHER)
    assert told() == ["dispatched", "returned", "redispatched"]


def test_who_acted_is_not_told_but_the_others_are(cast: Cast) -> None:
    mine, theirs = make_report(make_resident()), make_report(make_resident("李四"))
    ticket = make_ticket(cast=cast, report=mine)
    attach_report(theirs, ticket, now=NOW)
    assert told() == ["joined"]
    for action, role in (
        (Act.DISPATCH, Role.DISPATCHER), (Act.ACCEPT, Role.HANDLER), (Act.FINISH, Role.HANDLER),
        (Act.VERIFY, Role.VERIFIER),
    ):  # fmt: skip
        ticket = step(ticket, action, cast, role)
    fields = fields_for(Act.REOPEN, cast)
    perform(ticket.pk, Act.REOPEN, actor=resident_actor(mine.pk), now=LATER, fields=fields)
    assert "reopened" not in told(mine)
    assert told(theirs)[-1] == "reopened"


def test_triage_that_dispatches_tells_it(cast: Cast) -> None:
    report = make_report(make_resident())
    assessment = Assessment(
        urgency=Urgency.P0, category=cast.category, grid=cast.grid, lead=cast.sanitation
    )
    open_ticket(report, assessment, now=NOW)
    assert told(report) == ["dispatched"]
    assert ResidentMessage.objects.get().urgent


def test_triage_that_queues_tells_nothing(cast: Cast) -> None:
    make_ticket(cast=cast, report=make_report(make_resident()))
    assert told() == []


def test_a_confidential_matter_is_not_named(cast: Cast) -> None:
    report = make_report(make_resident())
    ticket = make_ticket(cast=cast, report=report)
    Ticket.objects.filter(pk=ticket.pk).update(confidential=True)
    step(ticket, Act.DISPATCH, cast, Role.LEAD)
    row = ResidentMessage.objects.get()
    assert cast.category.name not in row.text + str(row.facts)
    assert row.text.startswith("您的上报已派给")


def test_a_rejection_names_the_reason_of_our_list(cast: Cast) -> None:
    make_ticket(TicketStatus.REJECTED, cast=cast, report=make_report(make_resident()))
    text = ResidentMessage.objects.get().text
    assert "不予受理：不在本街道辖区" in text
    assert SECRETS[0] not in text


def test_what_fails_tells_nothing(cast: Cast) -> None:
    """The message is part of the step's transaction: no step, no message."""
    report = make_report(make_resident())
    ticket = make_ticket(TicketStatus.DISPATCHED, cast=cast, report=report)
    ResidentMessage.objects.all().delete()
    with pytest.raises(Exception, match="ticket_changed"):
        perform(
            ticket.pk,
            Act.ACCEPT,
            actor=cast.handler,
            now=LATER,
            expected_version=ticket.version - 1,
        )
    assert told() == []


def test_telling_costs_one_statement(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """Measured against the same step with the telling left out."""

    def count(tell: Callable[..., None]) -> int:
        ticket = make_ticket(
            TicketStatus.DISPATCHED, cast=cast, report=make_report(make_resident())
        )
        monkeypatch.setattr("dispatch.domain.resident_notices.tell_residents", tell)
        with CaptureQueriesContext(connection) as seen:
            step(ticket, Act.ACCEPT, cast, Role.HANDLER)
        return len(seen)

    count(tell_residents)  # warms the kept rows of the process
    assert count(tell_residents) - count(lambda *_args, **_more: None) == 1


def test_the_table_tells_of_what_a_resident_may_see(cast: Cast) -> None:
    """A step among the office only must never reach a telephone."""
    seen = {row.action for row in TRANSITIONS if row.visibility != Visibility.INTERNAL}
    known = {row.action for row in TRANSITIONS}
    assert {action for action in NOTICES if action in known} <= seen
    assert Act.RETURN in NOTICES
