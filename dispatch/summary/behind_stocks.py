"""The tickets behind a stock, and behind the number of tickets opened.

Nobody keeps what stood where at the end of some past day. A ticket stood in a state then, if it stands
in it now and nothing happened to it since, or if the first thing that happened to it since took it
out of there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet

from dispatch.models import Ticket, TicketEvent
from dispatch.summary.behind_rows import (
    MAX_SCAN,
    Mark,
    Page,
    Row,
    at_places,
    covers,
    midnight,
    newer_than,
    older_than,
    read_mark,
    within,
)
from dispatch.summary.deltas import cell_of
from dispatch.summary.lines import Line
from dispatch.summary.metrics import STOCKS
from dispatch.summary.reading import read_total
from dispatch.summary.rollup import read_lines
from dispatch.summary.scopes import Scope

_MATTERS = Q(parent__isnull=True)
_CHUNK = 500
_STILL, _GONE = "s", "g"


def opened_rows(scope: Scope, after: str | None, limit: int) -> Page:
    """Return the tickets whose report came in the scope's days, under the places they have now."""
    mark = read_mark(after)
    found = list(
        Ticket.objects.filter(_MATTERS, within(scope, "opened_at"), at_places(scope))
        .filter(older_than(mark, "opened_at"))
        .order_by("-opened_at", "-pk")[: limit + 1]
    )
    kept = found[:limit]
    rows = tuple(_row(ticket, ticket.opened_at, ticket.status) for ticket in kept)
    following = str(Mark("o", kept[-1].opened_at, kept[-1].pk)) if len(found) > limit else None
    return Page(rows, following)


def stock_rows(states: frozenset[str], scope: Scope, after: str | None, limit: int) -> Page:
    """Return the tickets that stood in one of ``states`` when the scope's last day ended.

    First those that still do, then those that went on since; what went on since is searched until the
    number that the rollup knows is complete.
    """
    mark = read_mark(after)
    end = midnight(scope.last + timedelta(days=1))
    rows: list[Row] = []
    if mark is None or mark.leg == _STILL:
        page = _still_there(states, scope, end, mark, limit)
        if page.next is not None:
            return page
        rows = list(page.rows)
        seen = (mark.seen if mark else 0) + len(rows)
        mark = Mark(_GONE, end, 0, seen)
    return _gone_since(states, scope, end, mark, limit, rows)


def _still_there(
    states: frozenset[str], scope: Scope, end: datetime, mark: Mark | None, limit: int
) -> Page:
    # ``version`` is the number of lines: the last of them is found by its unique key.
    last = TicketEvent.objects.filter(ticket=OuterRef("pk"), seq=OuterRef("version"), at__lt=end)
    found = list(
        Ticket.objects.filter(_MATTERS, at_places(scope), Exists(last), status__in=states)
        .filter(older_than(mark, "status_since"))
        .order_by("-status_since", "-pk")[: limit + 1]
    )
    kept = found[:limit]
    rows = tuple(_row(ticket, ticket.status_since, ticket.status) for ticket in kept)
    seen = (mark.seen if mark else 0) + len(kept)
    more = len(found) > limit
    following = str(Mark(_STILL, kept[-1].status_since, kept[-1].pk, seen)) if more else None
    return Page(rows, following)


def _gone_since(
    states: frozenset[str], scope: Scope, end: datetime, mark: Mark, limit: int, rows: list[Row]
) -> Page:
    """Fill ``rows`` up with tickets that were in ``states`` at ``end``, in the order in which they left."""
    total = read_total(scope)
    wanted = sum(total.counts[code] for state, code in STOCKS.items() if state in states)
    seen, scanned = mark.seen, 0
    while seen < wanted and scanned < MAX_SCAN:
        lines = _lines_after(states, end, mark)
        for line, before in _first_since(lines, end):
            if len(rows) == limit:
                return Page(tuple(rows), str(mark))
            mark = Mark(_GONE, line.at, line.pk, seen)
            if before is not None and covers(scope, cell_of(before, scope.last)):
                seen += 1
                mark = Mark(_GONE, line.at, line.pk, seen)
                rows.append(_row_of(before, line.from_status))
        scanned += len(lines)
        if len(lines) < _CHUNK:
            return Page(tuple(rows), None)
    done = seen >= wanted
    return Page(tuple(rows), None if done else str(mark), is_cut=not done)


def _lines_after(states: frozenset[str], end: datetime, mark: Mark) -> Sequence[Line]:
    """Return what happened to tickets in ``states`` since ``end``, the earliest first."""
    found: QuerySet[TicketEvent] = TicketEvent.objects.filter(
        newer_than(mark, "at"), at__gte=end, from_status__in=states, ticket__parent__isnull=True
    ).order_by("at", "pk")[:_CHUNK]
    pks = list(found.values_list("pk", flat=True))
    return sorted(read_lines(Q(pk__in=pks)), key=lambda line: (line.at, line.pk))


def _first_since(lines: Sequence[Line], end: datetime) -> Iterator[tuple[Line, Line | None]]:
    """Pair each line with the one before it, where that is older than ``end``; with ``None`` otherwise."""
    keys = {(line.ticket_id, line.seq - 1) for line in lines}
    condition = Q(ticket_id__in={pk for pk, _seq in keys}) & Q(seq__in={seq for _pk, seq in keys})
    earlier = {(line.ticket_id, line.seq): line for line in read_lines(condition) if line.at < end}
    for line in lines:
        yield line, earlier.get((line.ticket_id, line.seq - 1))


def _row(ticket: Ticket, at: datetime, state: str) -> Row:
    return Row(
        ticket.pk,
        at,
        "",
        state,
        ticket.category_id or 0,
        ticket.lead_department_id or 0,
        ticket.grid_id or 0,
    )


def _row_of(line: Line, state: str) -> Row:
    places = (line.category_id or 0, line.department_id or 0, line.grid_id or 0)
    return Row(line.ticket_id, None, "", state, *places)
