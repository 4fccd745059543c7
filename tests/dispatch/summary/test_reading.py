"""Whatever is asked of the rollups is what adding up the ledger's own cells says."""

from __future__ import annotations

import itertools
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from dispatch.enums import TicketStatus
from dispatch.enums.measures import FLOW_CODES, OPENED, SPREAD_CODES, TIMED_CODES
from dispatch.summary.deltas import Cell
from dispatch.summary.ratios import Sums
from dispatch.summary.reading import (
    Place,
    read_by,
    read_days,
    read_hours,
    read_months,
    read_total,
)
from dispatch.summary.recount import recount
from dispatch.summary.rollup import fold_all
from dispatch.summary.scopes import Scope
from dispatch.summary.slices import split
from dispatch.summary.spreads import EDGES, bucket_of, middle_of, quantile
from dispatch.summary.storage import Sums as Cells
from tests.dispatch.factories import NOW, make_cast, make_ticket
from tests.dispatch.summary.histories import Office

Told = dict[str, int]


def told(sums: Sums) -> Told:
    """Return everything a row holds, by column."""
    found = {code.replace("status:", "stock_"): n for code, n in sums.counts.items()}
    found |= {f"{code}_minutes": n for code, n in sums.minutes.items()}
    for code, buckets in sums.spreads.items():
        found |= {f"{code}_b{bucket:03}": n for bucket, n in buckets.items()}
    return {name: n for name, n in found.items() if n}


def inside(cell: Cell, scope: Scope) -> bool:
    return all(ids is None or getattr(cell, name) in ids for name, ids in scope.places.items())


FLOWS = (OPENED, *FLOW_CODES, *(f"{code}_minutes" for code in TIMED_CODES))


def counted(
    cells: Cells, scope: Scope, by: Callable[[Cell], Hashable], *, stock: bool, spreads: bool
) -> dict[Hashable, Told]:
    """Add up the cells by hand."""
    found: defaultdict[Hashable, Counter[str]] = defaultdict(Counter)
    for cell, amounts in cells.items():
        if not inside(cell, scope) or cell.day > scope.last:
            continue
        for name, amount in amounts.items():
            is_stock = name.startswith("stock_")
            is_spread = name.startswith(tuple(f"{code}_b0" for code in SPREAD_CODES))
            is_flow = name in FLOWS or (is_spread and spreads)
            if (is_stock and stock) or (is_flow and cell.day >= scope.first):
                found[by(cell)][name] += amount
    kept = {key: {name: n for name, n in row.items() if n} for key, row in found.items()}
    return {key: row for key, row in kept.items() if row}


def scopes(cells: Cells, chance: random.Random) -> list[Scope]:
    """Return scopes of all shapes: some days, months, with and without limits to places."""
    days = sorted({cell.day for cell in cells})
    ranges = [
        (days[0], days[-1]),
        (days[0].replace(day=1), (days[0].replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)),
        *(tuple(sorted(chance.choices(days, k=2))) for _ in range(4)),
    ]  # fmt: skip
    ids = {name: sorted({getattr(cell, name) for cell in cells}) for name in Cell._fields[1:]}

    def some(name: str) -> frozenset[int] | None:
        if chance.random() < 0.5:
            return None
        return frozenset(chance.sample(ids[name], k=min(len(ids[name]), chance.randint(0, 2))))

    return [
        Scope(
            first=first,
            last=last,
            category_ids=some("category_id"),
            department_ids=some("department_id"),
            grid_ids=some("grid_id"),
        )
        for first, last in ranges
        for _ in range(4)
    ] + [Scope(first=first, last=last) for first, last in ranges]


@pytest.mark.django_db
def test_every_question_is_answered_as_the_ledger_would() -> None:
    Office(make_cast(), seed=8).run(220, between=lambda _now: None)
    fold_all(now=NOW)
    cells = recount()
    assert len({cell.day.month for cell in cells}) > 1
    for scope in scopes(cells, random.Random(4)):
        total = told(read_total(scope, spreads=True))
        assert total == counted(cells, scope, lambda _c: 0, stock=True, spreads=True).get(0, {})
        for place in Place:
            by_place = {key: told(row) for key, row in read_by(scope, place).items()}
            assert {key: row for key, row in by_place.items() if row} == counted(
                cells, scope, lambda c, name=str(place): getattr(c, name), stock=True, spreads=False
            )
        days = counted(cells, scope, lambda c: c.day, stock=False, spreads=False)
        assert {day: told(row) for day, row in read_days(scope).items()} == days
        months = counted(cells, scope, lambda c: c.day.replace(day=1), stock=False, spreads=False)
        assert {day: told(row) for day, row in read_months(scope).items()} == months
        hours: Counter[tuple[int, int]] = Counter()
        for cell, amounts in cells.items():
            if inside(cell, scope) and scope.first <= cell.day <= scope.last:
                for name, n in amounts.items():
                    if name.startswith("hour_"):
                        hours[cell.day.weekday(), int(name[-2:])] += n
        assert read_hours(scope) == {slot: n for slot, n in hours.items() if n}


@pytest.mark.django_db
@pytest.mark.parametrize("tickets", [1, 3])
def test_it_takes_as_many_statements_whatever_there_is(tickets: int) -> None:
    cast = make_cast()
    for offset in range(tickets):
        make_ticket(TicketStatus.CLOSED, cast=cast, now=NOW + timedelta(days=offset))
    fold_all(now=NOW)
    scope = Scope(first=date(2026, 10, 20), last=date(2026, 12, 5))
    with CaptureQueriesContext(connection) as caught:
        read_total(scope)
        read_by(scope, Place.GRID)
        read_days(scope)
        read_hours(scope)
        assert len(caught) == 4
        read_total(scope, spreads=True)
        read_months(scope)
    assert len(caught) == 8


@pytest.mark.django_db
def test_nothing_is_nothing() -> None:
    scope = Scope(first=date(2026, 1, 1), last=date(2026, 12, 31), grid_ids=frozenset())
    assert not read_total(scope, spreads=True)
    assert read_total(scope).quantile("closed", 0.5) is None
    assert (read_by(scope, Place.GRID), read_days(scope), read_hours(scope)) == ({}, {}, {})


def test_a_range_is_whole_months_and_days() -> None:
    months, days = split(date(2025, 12, 30), date(2026, 3, 2))
    assert months == [date(2026, 1, 1), date(2026, 2, 1)]
    assert days == [date(2025, 12, 30), date(2025, 12, 31), date(2026, 3, 1), date(2026, 3, 2)]
    assert split(date(2026, 2, 1), date(2026, 2, 28)) == ([date(2026, 2, 1)], [])
    assert split(date(2026, 2, 3), date(2026, 2, 1)) == ([], [])


def test_a_quantile_is_within_six_percent() -> None:
    assert (bucket_of(-3), bucket_of(0), bucket_of(4), bucket_of(5)) == (0, 0, 0, 1)
    for minutes in (15, 16, 59, 600, 4321, 99_999, 600_000):
        assert middle_of(bucket_of(minutes)) == pytest.approx(minutes, rel=0.06)
    steps = itertools.pairwise(EDGES[3:])
    assert all(low < high <= max(low * 1.12, low + 1) for low, high in steps)
    chance = random.Random(1)
    spans = sorted(int(chance.lognormvariate(7, 1)) + 15 for _ in range(2000))
    counts = [0] * len(EDGES)
    for span in spans:
        counts[bucket_of(span)] += 1
    for share in (0.5, 0.9):
        assert quantile(counts, share) == pytest.approx(spans[int(share * 2000) - 1], rel=0.065)
