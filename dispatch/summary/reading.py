"""The one way to read the rollups: sums of a scope, in total, by place, by day, month or hour.

Everything that shows a figure reads here and nowhere else. Flows are those of the scope's days; the
stock (``status:…``) is what there was when the scope's last day ended. A question is one statement
(two with spreads, two by month) over the coarsest cube that tells apart what it does, whatever the
number of tickets.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from enum import StrEnum
from typing import Any

from dispatch.enums.measures import (
    BUCKETS,
    FLOW_CODES,
    HOUR_COLUMNS,
    MINUTE_COLUMNS,
    OPENED,
    SPREAD_CODES,
    SPREAD_COLUMNS,
    STOCK_COLUMNS,
    TIMED_CODES,
)
from dispatch.models import Rollup, RollupSpread
from dispatch.summary.cubes import month_of
from dispatch.summary.metrics import STOCKS
from dispatch.summary.ratios import Sums
from dispatch.summary.scopes import Scope
from dispatch.summary.slices import PERIOD, flow_slices, month_slices, read_slices, stock_slices
from dispatch.summary.storage import read_day

_COUNTED = (OPENED, *FLOW_CODES)
_FLOW_COLUMNS = (*_COUNTED, *MINUTE_COLUMNS)
_STOCK_CODES = tuple(STOCKS.values())


class Place(StrEnum):
    """By what a scope can be broken down; the value is the column of the rollup."""

    CATEGORY = "category_id"
    DEPARTMENT = "department_id"
    GRID = "grid_id"


def read_total(scope: Scope, *, spreads: bool = False) -> Sums:
    """Return flows and stock of the whole scope; with ``spreads`` the durations in buckets as well."""
    return _read(scope, "", spreads=spreads)[0]


def read_by(scope: Scope, place: Place, *, spreads: bool = False) -> defaultdict[int, Sums]:
    """Return flows and stock by the id of ``place``; 0 is "none"."""
    return _read(scope, str(place), spreads=spreads)


def read_days(scope: Scope) -> defaultdict[date, Sums]:
    """Return the flows by day; days without any are missing."""
    slices = flow_slices(scope, PERIOD, _FLOW_COLUMNS)
    found: defaultdict[date, Sums] = defaultdict(Sums)
    for day, *amounts in read_slices(Rollup, slices, PERIOD, _FLOW_COLUMNS):
        _add(found[read_day(day)], amounts)
    return _filled(found)


def read_months(scope: Scope) -> defaultdict[date, Sums]:
    """Return the flows by month, under its first day; of the months at the edges the scope's days only."""
    found: defaultdict[date, Sums] = defaultdict(Sums)
    for slices in month_slices(scope, _FLOW_COLUMNS):
        for day, *amounts in read_slices(Rollup, slices, PERIOD, _FLOW_COLUMNS):
            _add(found[month_of(read_day(day))], amounts)
    return _filled(found)


def read_hours(scope: Scope) -> dict[tuple[int, int], int]:
    """Return how much was opened by (weekday 0 = Monday, hour 0–23) of sending; what is 0 is missing."""
    found: defaultdict[tuple[int, int], int] = defaultdict(int)
    slices = flow_slices(scope, PERIOD, HOUR_COLUMNS)
    for day, *amounts in read_slices(Rollup, slices, PERIOD, HOUR_COLUMNS):
        weekday = read_day(day).weekday()
        for hour, amount in enumerate(amounts):
            found[weekday, hour] += int(amount or 0)
    return {slot: opened for slot, opened in found.items() if opened}


def _read(scope: Scope, group: str, *, spreads: bool) -> defaultdict[int, Sums]:
    found: defaultdict[int, Sums] = defaultdict(Sums)
    slices = [
        *flow_slices(scope, group, _FLOW_COLUMNS),
        *stock_slices(scope, group, STOCK_COLUMNS),
    ]
    columns = (*_FLOW_COLUMNS, *STOCK_COLUMNS)
    for key, *amounts in read_slices(Rollup, slices, group, columns):
        _add(found[int(key)], amounts)
    if spreads:
        slices = flow_slices(scope, group, SPREAD_COLUMNS)
        for key, *amounts in read_slices(RollupSpread, slices, group, SPREAD_COLUMNS):
            for code, bucket, amount in _buckets(amounts):
                found[int(key)].spreads[code][bucket] += amount
    return found


def _add(sums: Sums, amounts: Sequence[Any]) -> None:
    """Add a row of the columns above; what is nothing is left out."""
    counted, timed = len(_COUNTED), len(MINUTE_COLUMNS)
    for code, amount in zip(_COUNTED, amounts, strict=False):
        if amount:
            sums.counts[code] += int(amount)
    for code, amount in zip(TIMED_CODES, amounts[counted:], strict=False):
        if amount:
            sums.minutes[code] += int(amount)
    for code, amount in zip(_STOCK_CODES, amounts[counted + timed :], strict=False):
        if amount:
            sums.counts[code] += int(amount)


def _buckets(amounts: Sequence[Any]) -> Iterator[tuple[str, int, int]]:
    for index, amount in enumerate(amounts):
        if amount:
            code, bucket = divmod(index, BUCKETS)
            yield SPREAD_CODES[code], bucket, int(amount)


def _filled(found: defaultdict[date, Sums]) -> defaultdict[date, Sums]:
    """Leave out periods in which nothing happened: their rows hold the stock's moves only."""
    return defaultdict(Sums, {day: sums for day, sums in sorted(found.items()) if sums})
