"""What one line of the ledger adds to the rollups."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from types import MappingProxyType
from typing import NamedTuple

from django.utils import timezone

from dispatch.enums import TicketAction as Act
from dispatch.enums.measures import HOUR_COLUMNS, OPENED, bucket_column
from dispatch.summary.definitions import Booked, Metric
from dispatch.summary.lines import Line, Past, local_day
from dispatch.summary.metrics import FLOWS
from dispatch.summary.spreads import bucket_of


class Cell(NamedTuple):
    """A day and a place; 0 stands for "none"."""

    day: date
    category_id: int
    department_id: int
    grid_id: int


class Delta(NamedTuple):
    """What an event adds to a column (``dispatch.enums.measures``) of a cell."""

    cell: Cell
    column: str
    amount: int


_FLOWS_BY_ACTION: Mapping[str, tuple[Metric, ...]] = MappingProxyType(
    {str(action): tuple(metric for metric in FLOWS if action in metric.actions) for action in Act}
)


def deltas(line: Line, past: Past) -> Iterator[Delta]:
    """Yield what ``line`` adds to the rollups, given what happened to its ticket before.

    The summary counts matters that residents raised: a child is a piece of its parent's work.
    """
    if line.parent_id is not None:
        return
    for metric in _FLOWS_BY_ACTION[line.action]:
        if metric.when(line, past):
            yield from _flow(metric, line, past)
    yield from _moves(line, past.previous)


def booked_cell(metric: Metric, line: Line, past: Past) -> Cell:
    """Return where an event counts."""
    if metric.booked is Booked.PLACE_BEFORE and past.previous:
        return cell_of(past.previous, local_day(line.at))
    if metric.booked is Booked.DISPATCH:
        dispatch = past.latest(Act.DISPATCH) or line
        return cell_of(dispatch, local_day(dispatch.at))
    return cell_of(line, local_day(line.at))


def minutes_of(metric: Metric, line: Line, past: Past) -> int | None:
    """Return the duration an event ends; ``None`` for a metric that is not timed."""
    if metric.spent is not None:
        return metric.spent(line)
    if metric.since is None:
        return None
    start = metric.since(line, past)
    return int((line.at - start).total_seconds() // 60) if start else 0


def _flow(metric: Metric, line: Line, past: Past) -> Iterator[Delta]:
    cell = booked_cell(metric, line, past)
    yield Delta(cell, metric.code, metric.weight(line) if metric.weight else 1)
    minutes = minutes_of(metric, line, past)
    if minutes is None:
        return
    yield Delta(cell, f"{metric.code}_minutes", minutes)
    if metric.spread:
        yield Delta(cell, bucket_column(metric.code, bucket_of(minutes)), 1)


def _moves(line: Line, previous: Line | None) -> Iterator[Delta]:
    """Yield what follows the ticket: its state, and the place where its opening is counted."""
    today = local_day(line.at)
    here = cell_of(line, today)
    if previous is None:
        yield Delta(here, f"stock_{line.to_status}", 1)
        yield from _opening(line, 1)
        return
    moved = _place(previous) != _place(line)
    if moved or previous.to_status != line.to_status:
        yield Delta(cell_of(previous, today), f"stock_{previous.to_status}", -1)
        yield Delta(here, f"stock_{line.to_status}", 1)
    if moved:
        yield from _opening(previous, -1)
        yield from _opening(line, 1)


def _opening(line: Line, amount: int) -> Iterator[Delta]:
    opened = local_moment(line.opened_at)
    cell = cell_of(line, opened.date())
    yield Delta(cell, OPENED, amount)
    yield Delta(cell, HOUR_COLUMNS[opened.hour], amount)


def _place(line: Line) -> tuple[int, int, int]:
    return line.category_id or 0, line.department_id or 0, line.grid_id or 0


def cell_of(line: Line, day: date) -> Cell:
    """Return ``day`` and the place the ticket has after ``line``."""
    return Cell(day, *_place(line))


def local_moment(moment: datetime) -> datetime:
    """Return an aware moment as the township's clock shows it."""
    return timezone.localtime(moment, timezone.get_default_timezone())
