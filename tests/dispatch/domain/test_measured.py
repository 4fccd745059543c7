"""What the effects write down for the summary: in time or not, how long the unit had it, repeats."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from dispatch.domain.actors import SYSTEM
from dispatch.domain.lifecycle import perform
from dispatch.domain.opening import Assessment, open_ticket
from dispatch.enums import Role, TicketStatus
from dispatch.enums import TicketAction as Act
from dispatch.models import Ticket, TicketEvent
from dispatch.summary.reading import read_days
from dispatch.summary.rollup import fold_all
from dispatch.summary.scopes import Scope
from reports.enums import ReportKind, Urgency
from tests.dispatch.factories import (
    NOW,
    Cast,
    fields_for,
    make_cast,
    make_category,
    make_report,
    make_ticket,
)
from tests.dispatch.summary.stored import totals

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def do(ticket: Ticket, cast: Cast, action: Act, role: Role, at: datetime) -> dict[str, Any]:
    """Do it and return what the ledger keeps of it."""
    actor = SYSTEM if role == Role.SYSTEM else cast.staff(role)
    perform(ticket.pk, action, actor=actor, now=at, fields=fields_for(action, cast, now=at))
    data: dict[str, Any] = TicketEvent.objects.filter(ticket=ticket).order_by("-seq")[0].data
    return data


def test_the_units_time_leaves_out_suspension_and_waiting(cast: Cast) -> None:
    ticket = make_ticket(TicketStatus.DISPATCHED, cast=cast)  # Tuesday 10:00
    assert do(ticket, cast, Act.ACCEPT, Role.HANDLER, NOW + HOUR) == {"on_time": True}
    do(ticket, cast, Act.REQUEST_SUSPENSION, Role.HEAD, NOW + HOUR)
    do(ticket, cast, Act.GRANT_SUSPENSION, Role.LEAD, NOW + 1.5 * HOUR)
    do(ticket, cast, Act.RESUME, Role.HEAD, NOW + timedelta(days=1))  # Wednesday 10:00
    done = do(ticket, cast, Act.FINISH, Role.HANDLER, NOW + timedelta(days=1, minutes=30))
    assert done["unit_minutes"] == 90 + 30
    do(ticket, cast, Act.REWORK, Role.VERIFIER, NOW + timedelta(days=1, hours=6))
    again = do(ticket, cast, Act.FINISH, Role.HANDLER, NOW + timedelta(days=1, minutes=370))
    assert again["unit_minutes"] == 10
    fold_all(now=NOW)
    told = totals()
    assert (told["finished_unit"], told["finished_unit_minutes"]) == (2, 130)
    assert (told["wait_suspended"], told["wait_suspended_minutes"]) == (1, 22 * 60 + 30)


def test_a_late_signature_and_the_systems_own_are_none_in_time(cast: Cast) -> None:
    late = make_ticket(TicketStatus.DISPATCHED, cast=cast)
    assert do(late, cast, Act.ACCEPT, Role.HANDLER, NOW + timedelta(days=5)) == {"on_time": False}
    do(late, cast, Act.FINISH, Role.HANDLER, NOW + timedelta(days=5))
    lapsed = make_ticket(TicketStatus.DISPATCHED, cast=cast)
    do(lapsed, cast, Act.ACCEPT, Role.SYSTEM, NOW + HOUR)
    do(lapsed, cast, Act.FINISH, Role.HANDLER, NOW + HOUR)
    prompt = make_ticket(TicketStatus.DISPATCHED, cast=cast)
    do(prompt, cast, Act.ACCEPT, Role.HANDLER, NOW + HOUR)
    for action, role in ((Act.FINISH, Role.HANDLER), (Act.REWORK, Role.VERIFIER)) * 2:
        do(prompt, cast, action, role, NOW + 2 * HOUR)
    fold_all(now=NOW)
    told = totals()
    assert (told["dispatched"], told["signed"]) == (3, 3)
    assert (told["dispatch_signed"], told["dispatch_signed_on_time"]) == (2, 1)
    assert told["dispatch_responded"] == 1  # once, however often it is finished
    assert told["dispatched_on_time"] == told["dispatched_timed"] == 3


def test_an_answer_counts_where_and_when_it_was_dispatched(cast: Cast) -> None:
    ticket = make_ticket(TicketStatus.DISPATCHED, cast=cast)
    do(ticket, cast, Act.ACCEPT, Role.HANDLER, NOW + timedelta(hours=3))
    do(ticket, cast, Act.REQUEST_EXTENSION, Role.HEAD, NOW + timedelta(days=1))
    do(ticket, cast, Act.GRANT_EXTENSION, Role.LEAD, NOW + timedelta(days=1))
    fold_all(now=NOW)
    days = read_days(Scope(first=NOW.date(), last=NOW.date()))
    assert days[NOW.date()].counts["dispatch_responded"] == 1


def dispatched(cast: Cast, *, north_m: float = 0.0, days: int = 0, **extra: Any) -> str:
    """Open and dispatch a ticket some metres north, some days later; return what it repeats."""
    now = NOW + timedelta(days=days)
    report = make_report(now=now, lat=30.31 + north_m / 111_195)
    values = {"category": cast.category, "lead": cast.sanitation, "grid": cast.grid, **extra}
    ticket = open_ticket(report, Assessment(urgency=Urgency.P2, **values), now=now)
    event = TicketEvent.objects.get(ticket=ticket, action=Act.DISPATCH)
    return str(event.data.get("repeat_of", ""))


def test_a_repeat_is_the_same_trouble_near_by_within_thirty_days(cast: Cast) -> None:
    assert dispatched(cast) == ""
    first = Ticket.objects.get().number
    assert dispatched(cast, north_m=199, days=29) == first
    assert dispatched(cast, north_m=-201, days=1) == ""
    assert dispatched(cast, north_m=-150, days=32) == ""
    assert dispatched(cast, category=make_category("0301", name="道路破损"), days=1) == ""
    assert dispatched(cast, placed=False, days=2, kind=ReportKind.OPINION) == ""


def test_what_was_withdrawn_or_is_dispatched_again_is_no_repeat(cast: Cast) -> None:
    dispatched(cast)
    ticket = Ticket.objects.get()
    again = do(ticket, cast, Act.RETURN, Role.HEAD, NOW + HOUR)
    assert "repeat_of" not in again
    assert "repeat_of" not in do(ticket, cast, Act.DISPATCH, Role.DISPATCHER, NOW + HOUR)
    Ticket.objects.update(status=TicketStatus.WITHDRAWN)
    assert dispatched(cast, days=1) == ""
