"""The rollups are a fold over the ledger: in any portions, by any number of workers, never twice."""

from __future__ import annotations

import threading
from collections import Counter
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connections
from django.db.models import Count, F
from django.db.models.functions import TruncDate

from dispatch.domain.lifecycle import perform
from dispatch.enums import TicketAction as Act
from dispatch.enums import TicketStatus
from dispatch.enums.measures import HOUR_COLUMNS, SPREAD_CODES, STOCK_COLUMNS, WAIT_STATUSES
from dispatch.models import Rollup, Ticket, TicketEvent
from dispatch.summary.cubes import FULL, FULL_DAY, Grain, coarsest
from dispatch.summary.lines import local_day
from dispatch.summary.recount import ALWAYS, Period, find_differences, rebuild, recount
from dispatch.summary.rollup import fold_events
from tests.dispatch.factories import NOW, fields_for, make_cast, make_ticket
from tests.dispatch.summary.histories import Office
from tests.dispatch.summary.stored import busy_days, expected_rows, stored_rows, totals


def stock_of_tickets() -> Counter[tuple[str, int, int, int]]:
    """Count the tickets themselves by state and place."""
    return Counter(
        (
            f"stock_{ticket.status}",
            ticket.category_id or 0,
            ticket.lead_department_id or 0,
            ticket.grid_id or 0,
        )
        for ticket in Ticket.objects.filter(parent=None)
    )


def stock_of_rollups() -> Counter[tuple[str, int, int, int]]:
    total: Counter[tuple[str, int, int, int]] = Counter()
    for key, row in stored_rows(FULL_DAY).items():
        for name in row.keys() & set(STOCK_COLUMNS):
            total[name, key.category_id, key.department_id, key.grid_id] += row[name]
    return Counter({place: n for place, n in total.items() if n})


def fold_all() -> None:
    while fold_events(now=NOW, limit=7):
        pass


@pytest.mark.django_db
def test_it_works() -> None:
    ticket = make_ticket(cast=make_cast())
    assert fold_events(now=NOW) == 1
    assert fold_events(now=NOW) == 0
    ((key, row),) = stored_rows(FULL_DAY).items()
    assert (key.period, key.grid_id) == (local_day(NOW), ticket.grid_id)
    assert row == {"opened": 1, "reported": 1, "hour_10": 1, "stock_assessing": 1}
    assert list(stored_rows(Grain.MONTH).values()) == [row]


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(5))
def test_every_cube_equals_a_recount_and_the_tickets(seed: int) -> None:
    office = Office(make_cast(), seed=seed)
    office.run(
        150,
        between=lambda now: (
            office.random.random() < 0.3
            and fold_events(now=now, limit=office.random.choice([1, 3, 50]))
        ),
    )
    fold_all()
    counted = recount()
    assert stored_rows() == expected_rows(counted)
    assert find_differences() == []
    assert stock_of_rollups() == stock_of_tickets()
    opened = {cell: row["opened"] for cell, row in counted.items() if row.get("opened")}
    by_day = Ticket.objects.filter(parent=None).values_list(
        TruncDate("opened_at"), "category", "lead_department", "grid"
    )
    assert {tuple(cell): n for cell, n in opened.items()} == {
        (day, *(place or 0 for place in where)): total
        for day, *where, total in by_day.annotate(n=Count("pk"))
    }
    stored = stored_rows()
    rebuild()
    assert stored_rows() == stored


@pytest.mark.django_db
def test_the_marginals_add_up() -> None:
    Office(make_cast(), seed=3).run(150, between=lambda _now: None)
    fold_all()
    whole = totals()
    for grain in Grain:
        for places in range(FULL + 1):
            total: Counter[str] = Counter()
            for row in stored_rows(coarsest(grain, places)).values():
                total.update(row)
            assert {name: n for name, n in total.items() if n} == whole
    assert sum(whole[name] for name in HOUR_COLUMNS) == whole["opened"]
    for code in SPREAD_CODES:
        assert sum(n for name, n in whole.items() if name.startswith(f"{code}_b")) == whole[code]


@pytest.mark.django_db
def test_flows_equal_a_plain_count_of_events() -> None:
    cast = make_cast()
    # What chance may leave out, whatever actions the table gets.
    returned = make_ticket(TicketStatus.DISPATCHED, cast=cast)
    fields = fields_for(Act.RETURN, cast)
    perform(returned.pk, Act.RETURN, actor=cast.head, now=NOW, fields=fields)
    make_ticket(TicketStatus.CLOSED, cast=cast)
    Office(cast, seed=99).run(200, between=lambda _now: None)
    fold_all()
    told = totals()
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
        "reported": events[Act.OPEN] + ours.filter(action=Act.ATTACH, role="system").count(),
        "first_dispatched": ours.filter(action=Act.DISPATCH).values("ticket").distinct().count(),
        "repeated": ours.filter(action=Act.DISPATCH, data__has_key="repeat_of").count(),
        "dispatch_signed": ours.filter(action=Act.ACCEPT).exclude(role="system").count(),
        "extended": events[Act.GRANT_EXTENSION],
        "suspended": events[Act.GRANT_SUSPENSION],
        **{
            f"wait_{status}": ours.filter(from_status=status).exclude(to_status=status).count()
            for status in WAIT_STATUSES
        },
    }
    assert {name: told.get(name, 0) for name in plain} == plain
    assert plain["returned"] > 0
    assert plain["closed"] > 0
    assert told["repeated"] > 0
    assert told["dispatch_responded"] <= told["dispatch_signed_on_time"] <= told["dispatch_signed"]
    assert not any(
        row.get("returned") or row.get("reopened")
        for key, row in stored_rows(FULL_DAY).items()
        if key.department_id == 0
    )


@pytest.mark.django_db
def test_any_range_is_rebuilt_from_the_ledger() -> None:
    office = Office(make_cast(), seed=5)
    office.run(150, between=lambda _now: None)
    fold_all()
    days = busy_days()
    period = Period(days[2], days[-3])
    before, stored = recount(), stored_rows()
    broken = Rollup.objects.filter(period__gte=period.first, period__lte=period.last)
    broken.filter(cube=FULL_DAY).update(opened=F("opened") + 3)
    broken.filter(cube=Grain.MONTH).delete()
    with pytest.raises(CommandError):
        call_command("verify_tallies", stdout=StringIO())
    call_command(
        "rebuild_tallies", "--from", str(period.first), "--to", str(period.last), stdout=StringIO()
    )
    out = StringIO()
    call_command("verify_tallies", stdout=out)
    assert "一致" in out.getvalue()
    assert stored_rows() == stored
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
    assert stock_of_rollups() == stock_of_tickets()


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
    assert stock_of_rollups() == stock_of_tickets()
