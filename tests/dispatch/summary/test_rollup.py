"""Tallies are a fold over the ledger: in any portions, by any number of workers, never twice."""

from __future__ import annotations

import threading
from collections import Counter
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connections
from django.db.models import Count, F, Sum
from django.db.models.functions import TruncDate

from dispatch.enums import TicketAction as Act
from dispatch.enums import TicketStatus
from dispatch.models import Tally, Ticket, TicketEvent
from dispatch.summary.lines import local_day
from dispatch.summary.metrics import FLOWS, OPENED, STOCKS
from dispatch.summary.recount import ALWAYS, Period, find_differences, rebuild, recount
from dispatch.summary.rollup import fold_events
from tests.dispatch.factories import NOW, make_cast, make_ticket
from tests.dispatch.summary.histories import Office


def stock_of_tickets() -> Counter[tuple[str, int, int, int]]:
    """Count the tickets themselves by state and place."""
    return Counter(
        (
            STOCKS[TicketStatus(ticket.status)],
            ticket.category_id or 0,
            ticket.lead_department_id or 0,
            ticket.grid_id or 0,
        )
        for ticket in Ticket.objects.filter(parent=None)
    )


def stock_of_tallies() -> Counter[tuple[str, int, int, int]]:
    rows = Tally.objects.filter(metric__in=STOCKS.values())
    sums = rows.values_list("metric", "category_id", "department_id", "grid_id").annotate(
        total=Sum("count")
    )
    return Counter({(metric, *place): total for metric, *place, total in sums if total})


def fold_all() -> None:
    while fold_events(now=NOW, limit=7):
        pass


@pytest.mark.django_db
def test_it_works() -> None:
    ticket = make_ticket(cast=make_cast())
    assert fold_events(now=NOW) == 1
    assert fold_events(now=NOW) == 0
    cells = {row.metric: row for row in Tally.objects.all()}
    assert set(cells) == {"opened", "status:assessing"}
    assert (cells[OPENED].count, cells[OPENED].day) == (1, local_day(NOW))
    assert cells[OPENED].grid_id == ticket.grid_id


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(5))
def test_tallies_equal_a_recount_and_the_tickets(seed: int) -> None:
    office = Office(make_cast(), seed=seed)
    office.run(
        120,
        between=lambda now: (
            office.random.random() < 0.3
            and fold_events(now=now, limit=office.random.choice([1, 3, 50]))
        ),
    )
    fold_all()
    assert find_differences() == []
    assert stock_of_tallies() == stock_of_tickets()
    opened = Tally.objects.filter(metric=OPENED).exclude(count=0)
    by_day = Ticket.objects.filter(parent=None).values_list(
        TruncDate("opened_at"), "category", "lead_department", "grid"
    )
    assert {
        (row.day, row.category_id, row.department_id, row.grid_id): row.count for row in opened
    } == {
        (day, *(place or 0 for place in where)): total
        for day, *where, total in by_day.annotate(n=Count("pk"))
    }


@pytest.mark.django_db
def test_flows_equal_a_plain_count_of_events() -> None:
    Office(make_cast(), seed=99).run(200, between=lambda _now: None)
    fold_all()
    told = dict(Tally.objects.values_list("metric").annotate(total=Sum("count")))
    ours = TicketEvent.objects.filter(ticket__parent__isnull=True)  # children are no matters
    events = Counter(ours.values_list("action", flat=True))
    plain = {
        "dispatched": events[Act.DISPATCH],
        "signed": events[Act.ACCEPT],
        "returned": events[Act.RETURN],
        "finished": events[Act.FINISH],
        "rework": events[Act.REWORK],
        "verified": events[Act.VERIFY],
        "closed": events[Act.RATE] + events[Act.CLOSE_UNRATED],
        "rejected": events[Act.REJECT],
        "reopened": events[Act.REOPEN],
        "withdrawn": events[Act.WITHDRAW],
        "merged": events[Act.MERGE],
        "escalated": events[Act.ESCALATE],
        "rated": events[Act.RATE] + events[Act.RATE_JOINED],
        "auto_dispatched": ours.filter(action=Act.DISPATCH, role="system").count(),
        "finished_on_time": ours.filter(action=Act.FINISH, data__on_time=True).count(),
        "solved": ours.filter(action__in=[Act.RATE, Act.RATE_JOINED], data__solved=True).count(),
    }
    assert {name: told.get(name, 0) for name in plain} == plain
    assert plain["returned"] > 0
    assert plain["closed"] > 0
    assert set(told) <= {metric.code for metric in FLOWS} | {OPENED} | set(STOCKS.values())
    blamed = Tally.objects.filter(metric__in=["returned", "reopened"], department_id=0).exclude(
        count=0
    )
    assert not blamed.exists()


@pytest.mark.django_db
def test_any_range_is_rebuilt_from_the_ledger() -> None:
    office = Office(make_cast(), seed=5)
    office.run(150, between=lambda _now: None)
    fold_all()
    days = sorted(Tally.objects.values_list("day", flat=True).distinct())
    period = Period(days[2], days[-3])
    before = recount()
    Tally.objects.filter(day__gte=period.first, day__lte=period.last).update(count=F("count") + 3)
    with pytest.raises(CommandError):
        call_command("verify_tallies", stdout=StringIO())
    call_command(
        "rebuild_tallies", "--from", str(period.first), "--to", str(period.last), stdout=StringIO()
    )
    out = StringIO()
    call_command("verify_tallies", stdout=out)
    assert "一致" in out.getvalue()
    assert recount() == before
    assert recount(period) == {
        cell: amount for cell, amount in before.items() if cell.day in period
    }
    assert rebuild(ALWAYS) == len(before)


@pytest.mark.django_db
def test_a_rebuild_leaves_waiting_events_to_the_fold() -> None:
    cast = make_cast()
    make_ticket(cast=cast)
    fold_all()
    make_ticket(cast=cast)
    rebuild()
    fold_all()
    assert find_differences() == []
    assert stock_of_tallies() == stock_of_tickets()


@pytest.mark.django_db(transaction=True)
def test_workers_at_once_lose_and_double_nothing() -> None:
    Office(make_cast(), seed=11).run(150, between=lambda _now: None)
    total = TicketEvent.objects.count()
    folded: list[int] = []
    errors: list[BaseException] = []

    def work() -> None:
        try:
            while TicketEvent.objects.filter(tallied=False).exists():
                folded.append(fold_events(now=NOW, limit=5))
        except BaseException as error:  # noqa: BLE001 - shown by the assertion below
            errors.append(error)
        finally:
            connections.close_all()

    workers = [threading.Thread(target=work) for _ in range(3)]
    for worker in workers:
        worker.start()
    call_command("verify_tallies", stdout=StringIO())
    for worker in workers:
        worker.join()
    assert errors == []
    assert sum(folded) == total
    assert find_differences() == []
    assert stock_of_tallies() == stock_of_tickets()
