"""The lines of the ledger behind a flow: what happened in a range of days."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.db.models import Q

from dispatch.enums import TicketAction as Act
from dispatch.models import TicketEvent
from dispatch.summary.behind_rows import (
    MAX_SCAN,
    Mark,
    Page,
    Row,
    at_places,
    covers,
    older_than,
    read_mark,
    within,
)
from dispatch.summary.deltas import booked_cell, minutes_of
from dispatch.summary.lines import Line, Past, with_past
from dispatch.summary.metrics import METRICS, Booked, Metric
from dispatch.summary.rollup import read_lines
from dispatch.summary.scopes import Scope

_FIRST_CHUNK, _LAST_CHUNK = 100, 800
_LEG = "f"


def flow_rows(code: str, scope: Scope, after: str | None, limit: int) -> Page:
    """Return what the measure ``code`` counts in ``scope``, the latest first.

    Candidates come in growing chunks: most lists are dense and need one, a rare thing needs many.
    """
    metric = METRICS[code]
    mark, chunk, scanned = read_mark(after), _FIRST_CHUNK, 0
    rows: list[Row] = []
    while scanned < MAX_SCAN:
        lines = _candidates(metric, scope, mark, chunk)
        counted = _counted(metric, scope, lines)
        for line in lines:
            row = counted.get(line.pk)
            if row is not None and len(rows) == limit:
                return Page(tuple(rows), str(mark))
            mark = Mark(_LEG, line.at, line.pk)
            if row is not None:
                rows.append(row)
        if len(lines) < chunk:
            return Page(tuple(rows), None)
        scanned += len(lines)
        chunk = min(chunk * 2, _LAST_CHUNK)
    return Page(tuple(rows), str(mark), is_cut=True)


def _candidates(metric: Metric, scope: Scope, mark: Mark | None, size: int) -> Sequence[Line]:
    """Return the next lines that the metric may count, the latest first.

    Of a measure that is booked on a dispatch these are the dispatches. Every action is asked for by
    itself: only then does the index give the latest ones without sorting all of them.
    """
    actions = {Act.DISPATCH} if metric.booked is Booked.DISPATCH else metric.actions
    condition = within(scope, "at") & older_than(mark, "at") & Q(ticket__parent__isnull=True)
    if metric.booked is not Booked.PLACE_BEFORE:
        condition &= at_places(scope)
    found: list[tuple[object, int]] = []
    for action in sorted(actions):
        lines = TicketEvent.objects.filter(condition, action=action).order_by("-at", "-pk")
        found += lines.values_list("at", "pk")[:size]
    taken = [pk for _at, pk in sorted(found, reverse=True)[:size]]
    return sorted(read_lines(Q(pk__in=taken)), key=lambda line: (line.at, line.pk), reverse=True)


def _counted(metric: Metric, scope: Scope, lines: Sequence[Line]) -> Mapping[int, Row]:
    """Return the rows of those ``lines`` that the metric counts in ``scope``, by their id.

    The whole story of each ticket is read: whatever a predicate asks of the past is there.
    """
    wanted = {line.pk for line in lines}
    rows: dict[int, Row] = {}
    for line, past in with_past(read_lines(Q(ticket_id__in={line.ticket_id for line in lines}))):
        if line.action not in metric.actions or not metric.when(line, past):
            continue
        origin = past.latest(Act.DISPATCH) if metric.booked is Booked.DISPATCH else line
        cell = booked_cell(metric, line, past)
        if origin is not None and origin.pk in wanted and covers(scope, cell):
            rows[origin.pk] = _row(metric, line, past)
    return rows


def _row(metric: Metric, line: Line, past: Past) -> Row:
    cell = booked_cell(metric, line, past)
    return Row(
        line.ticket_id,
        line.at,
        line.action,
        line.to_status,
        cell.category_id,
        cell.department_id,
        cell.grid_id,
        times=metric.weight(line) if metric.weight else 1,
        minutes=minutes_of(metric, line, past),
    )
