"""Folding the ledger into the rollups, once per event, by any number of workers.

An event carries ``tallied``: it is set in the transaction that adds what the event counts. There is
no high-water mark, because ids are given out before they are committed and a late one would be
skipped. One worker counts at a time (``storage.may_fold``).
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import F, Q, QuerySet

from dispatch.models import TicketEvent
from dispatch.summary.deltas import Delta, deltas
from dispatch.summary.lines import LINE_FIELDS, MILESTONES, Line, with_past
from dispatch.summary.storage import add_to_rollups, may_fold, sum_deltas, table_of
from xiangcun.lib.rows import RowQuery

logger = logging.getLogger(__name__)

BATCH = 500
MAX_BATCHES = 20


def fold_events(*, now: datetime, limit: int = BATCH) -> int:
    """Count up to ``limit`` events that are not counted yet; return how many were.

    Idempotent: called twice, or by two workers at once, every event is counted exactly once. 0 also
    while somebody else is counting: the next call sees what is left.
    """
    # SQLite: spares the write lock while nothing happens. PostgreSQL: it would only be one question more.
    if connection.vendor == "sqlite" and not TicketEvent.objects.filter(tallied=False).exists():
        return 0
    with transaction.atomic():
        if not may_fold():
            return 0
        lines = [Line(*row) for row in _WAITING.all()[:limit]]
        if not lines:
            return 0
        add_to_rollups(sum_deltas(_batch_deltas(lines)))
        _mark_tallied([line.pk for line in lines])
    lag = now - min(line.at for line in lines)
    logger.info("events_folded count=%s lag_seconds=%s", len(lines), int(lag.total_seconds()))
    return len(lines)


def fold_all(*, now: datetime, batches: int = MAX_BATCHES) -> int:
    """Fold until nothing waits, at most ``batches`` times; return how many events were counted."""
    total = 0
    for _ in range(batches):
        folded = fold_events(now=now)
        total += folded
        if folded < BATCH:
            break
    return total


def read_lines(condition: Q) -> list[Line]:
    """Read the lines that fit ``condition``, ordered by ticket and seq (one query)."""
    return [Line(*row) for row in _rows(condition)]


def stream_lines(condition: Q) -> Iterator[Line]:
    """Like :func:`read_lines`, with flat memory over any number of lines."""
    for row in _rows(condition).iterator(chunk_size=2000):
        yield Line(*row)


def needed_before(lines: list[Line]) -> Q:
    """Return the condition on what else of the tickets of ``lines`` their pasts are made of."""
    before = (
        Q(seq__in={line.seq - 1 for line in lines})
        | Q(action__in=MILESTONES)
        | ~Q(from_status=F("to_status"))
    )
    return Q(ticket_id__in={line.ticket_id for line in lines}) & before


def _rows(condition: Q) -> QuerySet[TicketEvent, tuple[Any, ...]]:
    return (
        TicketEvent.objects.filter(condition).order_by("ticket_id", "seq").values_list(*LINE_FIELDS)
    )


# Asked all day, so compiled once.
_WAITING = RowQuery(lambda: _rows(Q(tallied=False)).order_by("pk")[:BATCH])
_ONE_TICKET = RowQuery(lambda: _rows(Q(ticket_id=0)))


def _mark_tallied(pks: list[int]) -> None:
    """Mark events as counted, in plain SQL for the same reason."""
    places = ", ".join(["%s"] * len(pks))
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {table_of(TicketEvent)} SET tallied = %s WHERE id IN ({places})",  # noqa: S608 - our own names
            [True, *pks],
        )


def _read_past(lines: list[Line]) -> list[Line]:
    """Read what the pasts of ``lines`` are made of: of one ticket, as most often, all its lines."""
    tickets = {line.ticket_id for line in lines}
    if len(tickets) == 1:
        return [Line(*row) for row in _ONE_TICKET.all(*tickets)]
    return read_lines(needed_before(lines)) if lines else []


def _batch_deltas(lines: list[Line]) -> Iterator[Delta]:
    """Yield the deltas of ``lines``, reading what of their tickets' past the metrics may ask for."""
    wanted = {line.pk for line in lines}
    later = [line for line in lines if line.seq > 1]  # a first line has nothing before it
    known = [*lines, *(line for line in _read_past(later) if line.pk not in wanted)]
    for line, past in with_past(sorted(known, key=lambda line: (line.ticket_id, line.seq))):
        if line.pk in wanted:
            yield from deltas(line, past)
