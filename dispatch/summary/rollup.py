"""Folding the ledger into tallies, once per event, by any number of workers.

An event carries ``tallied``: it is set in the transaction that adds what the event counts. There is
no high-water mark, because ids are given out before they are committed and a late one would be
skipped. Workers take disjoint events (PostgreSQL: ``SKIP LOCKED``; SQLite has a single writer), and
add to cells in one order, so that they never wait for each other in a circle.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import Q, QuerySet

from dispatch.models import Tally, TicketEvent
from dispatch.summary.deltas import Cell, Delta, deltas
from dispatch.summary.lines import LINE_FIELDS, MILESTONES, Line, with_past

logger = logging.getLogger(__name__)

BATCH = 500
MAX_BATCHES = 20
_CELLS_PER_STATEMENT = 100

Sums = dict[Cell, tuple[int, int]]


def fold_events(*, now: datetime, limit: int = BATCH) -> int:
    """Count up to ``limit`` events that are not counted yet; return how many were.

    Idempotent: called twice, or by two workers at once, every event is counted exactly once.
    """
    waiting = TicketEvent.objects.filter(tallied=False)
    if not waiting.exists():  # spares SQLite its write lock while nothing happens
        return 0
    with transaction.atomic():
        taken = list(
            waiting.select_for_update(skip_locked=True)
            .order_by("id")
            .values_list("pk", flat=True)[:limit]
        )
        lines = read_lines(Q(pk__in=taken))
        if not lines:
            return 0
        add_to_tallies(sum_deltas(_batch_deltas(lines)))
        TicketEvent.objects.filter(pk__in=taken).update(tallied=True)
    lag = now - min(line.at for line in lines)
    logger.info("events_folded count=%s lag_seconds=%s", len(lines), int(lag.total_seconds()))
    return len(lines)


def read_lines(condition: Q) -> list[Line]:
    """Read the lines that fit ``condition``, ordered by ticket and seq (one query)."""
    return [Line(*row) for row in _rows(condition)]


def stream_lines(condition: Q) -> Iterator[Line]:
    """Like :func:`read_lines`, with flat memory over any number of lines."""
    for row in _rows(condition).iterator(chunk_size=2000):
        yield Line(*row)


def sum_deltas(found: Iterable[Delta]) -> Sums:
    """Add up deltas by cell, leaving out what cancels."""
    sums: defaultdict[Cell, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for delta in found:
        count, minutes = sums[delta.cell]
        sums[delta.cell] = (count + delta.times, minutes + delta.minutes)
    return {cell: amount for cell, amount in sums.items() if amount != (0, 0)}


def add_to_tallies(sums: Sums) -> None:
    """Add to the cells' rows, making those that are missing: one statement per 100 cells.

    The same ``ON CONFLICT`` upsert works on PostgreSQL and SQLite and cannot lose to another worker
    between looking and inserting; the ORM's ``update_conflicts`` can only overwrite, not add.
    """
    cells = sorted(sums)
    table = connection.ops.quote_name(Tally._meta.db_table)  # noqa: SLF001 - the documented meta API
    for first in range(0, len(cells), _CELLS_PER_STATEMENT):
        part = cells[first : first + _CELLS_PER_STATEMENT]
        values = ", ".join(["(%s, %s, %s, %s, %s, %s, %s)"] * len(part))
        sql = (
            f"INSERT INTO {table} (metric, day, category_id, department_id, grid_id, count, minutes)"  # noqa: S608 - our own table name
            f" VALUES {values} ON CONFLICT (metric, day, category_id, department_id, grid_id) DO UPDATE"
            f" SET count = {table}.count + excluded.count, minutes = {table}.minutes + excluded.minutes"
        )
        with connection.cursor() as cursor:
            cursor.execute(sql, [value for cell in part for value in _stored(cell, sums[cell])])


def _stored(cell: Cell, amount: tuple[int, int]) -> tuple[str | int | None, ...]:
    day = connection.ops.adapt_datefield_value(cell.day)
    return (cell.metric, day, cell.category_id, cell.department_id, cell.grid_id, *amount)


def _rows(condition: Q) -> QuerySet[TicketEvent, tuple[Any, ...]]:
    return (
        TicketEvent.objects.filter(condition).order_by("ticket_id", "seq").values_list(*LINE_FIELDS)
    )


def _batch_deltas(lines: list[Line]) -> Iterator[Delta]:
    """Yield the deltas of ``lines``, reading what of their tickets' past the metrics may ask for."""
    wanted = {line.pk for line in lines}
    before = Q(seq__in={line.seq - 1 for line in lines}) | Q(action__in=MILESTONES)
    earlier = read_lines(
        Q(ticket_id__in={line.ticket_id for line in lines}) & before & ~Q(pk__in=wanted)
    )
    for line, past in with_past(
        sorted([*lines, *earlier], key=lambda line: (line.ticket_id, line.seq))
    ):
        if line.pk in wanted:
            yield from deltas(line, past)


def fold_all(*, now: datetime, batches: int = MAX_BATCHES) -> int:
    """Fold until nothing waits, at most ``batches`` times; return how many events were counted."""
    total = 0
    for _ in range(batches):
        folded = fold_events(now=now)
        total += folded
        if folded < BATCH:
            break
    return total
