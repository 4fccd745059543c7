"""What one line of the ledger adds to the tallies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from types import MappingProxyType
from typing import NamedTuple

from dispatch.enums import TicketAction as Act
from dispatch.summary.lines import Line, Past, local_day
from dispatch.summary.metrics import FLOWS, OPENED, STOCK_PREFIX, Metric


class Cell(NamedTuple):
    """The key of a tally; 0 stands for "none"."""

    metric: str
    day: date
    category_id: int
    department_id: int
    grid_id: int


class Delta(NamedTuple):
    """What an event adds to a cell."""

    cell: Cell
    times: int
    minutes: int


_FLOWS_BY_ACTION: Mapping[str, tuple[Metric, ...]] = MappingProxyType(
    {str(action): tuple(metric for metric in FLOWS if action in metric.actions) for action in Act}
)


def deltas(line: Line, past: Past) -> Iterator[Delta]:
    """Yield what ``line`` adds to the tallies, given what happened to its ticket before.

    The summary counts matters that residents raised: a child is a piece of its parent's work.
    """
    if line.parent_id is not None:
        return
    for metric in _FLOWS_BY_ACTION[line.action]:
        if metric.when(line, past):
            start = metric.since(line, past) if metric.since else None
            minutes = int((line.at - start).total_seconds() // 60) if start else 0
            source = past.previous if metric.before and past.previous else line
            count = metric.weight(line) if metric.weight else 1
            yield Delta(_cell(metric.code, local_day(line.at), source), count, minutes)
    yield from _moves(line, past.previous)


def _moves(line: Line, previous: Line | None) -> Iterator[Delta]:
    """Yield what follows the ticket: its state, and the place where its opening is counted."""
    today, opened = local_day(line.at), local_day(line.opened_at)
    stock = f"{STOCK_PREFIX}{line.to_status}"
    if previous is None:
        yield Delta(_cell(stock, today, line), 1, 0)
        yield Delta(_cell(OPENED, opened, line), 1, 0)
        return
    moved = _place(previous) != _place(line)
    if moved or previous.to_status != line.to_status:
        yield Delta(_cell(f"{STOCK_PREFIX}{previous.to_status}", today, previous), -1, 0)
        yield Delta(_cell(stock, today, line), 1, 0)
    if moved:
        yield Delta(_cell(OPENED, opened, previous), -1, 0)
        yield Delta(_cell(OPENED, opened, line), 1, 0)


def _place(line: Line) -> tuple[int, int, int]:
    return line.category_id or 0, line.department_id or 0, line.grid_id or 0


def _cell(metric: str, day: date, line: Line) -> Cell:
    return Cell(metric, day, *_place(line))
