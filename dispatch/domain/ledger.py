"""Writing and verifying the hash chain of ``TicketEvent``.

Each ticket has its own chain, so that two tickets never wait for each other. The hash is
HMAC-SHA-256 under ``settings.LEDGER_KEY``: whoever can write to the database but does not hold the
key cannot re-compute a chain. Cutting off the tail shows because the ticket keeps ``version`` and
``ledger_head``; removing a whole ticket shows because its reports say that they were triaged.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from dispatch.models import Ticket, TicketEvent
from reports.enums import PublicStatus
from reports.models import Report
from xiangcun.lib.seals import seal_columns, seal_text

BATCH = 500
HASHED = (
    "ticket_id",
    "seq",
    "at",
    "actor_id",
    "role",
    "department_id",
    "report_id",
    "action",
    "from_status",
    "to_status",
    "reason_code",
    "note",
    "visibility",
    "due_before",
    "due_after",
    "category_id",
    "lead_department_id",
    "grid_id",
    "urgency",
    "data",
    "request_id",
    "prev_hash",
)


@dataclass(frozen=True, slots=True)
class Fault:
    """A place where the ledger is not what was written."""

    ticket_number: str
    seq: int
    what: str


def digest(event: TicketEvent) -> str:
    """Return the hex HMAC of an event's columns and its ``prev_hash``."""
    return seal_columns(event, HASHED)


def genesis(ticket: Ticket) -> str:
    """Return the ``prev_hash`` of a ticket's first event."""
    return seal_text(ticket.number)


def seal(ticket: Ticket, event: TicketEvent) -> None:
    """Chain ``event`` to the ticket's ledger as line ``ticket.version`` and move the ticket's head.

    The caller stores the ticket by a guarded update and inserts the event afterwards; the unique
    (ticket, seq) stops anyone who did not.
    """
    event.ticket = ticket
    event.seq = ticket.version
    event.prev_hash = ticket.ledger_head or genesis(ticket)
    event.hash = digest(event)
    ticket.ledger_head = event.hash


def _chain_faults(ticket: Ticket, events: Iterator[TicketEvent]) -> Iterator[Fault]:
    expected_prev = genesis(ticket)
    seq = 0
    for event in events:
        seq += 1
        if event.seq != seq:
            yield Fault(ticket.number, seq, "缺少流转记录")
            seq = event.seq
        if event.prev_hash != expected_prev:
            yield Fault(ticket.number, event.seq, "与前一条记录不衔接")
        if not hmac.compare_digest(event.hash, digest(event)):
            yield Fault(ticket.number, event.seq, "内容与校验码不符")
        expected_prev = event.hash
    if seq != ticket.version or expected_prev != ticket.ledger_head:
        yield Fault(ticket.number, seq, "末尾记录与工单不符")


def verify(*, ticket_ids: list[int] | None = None) -> Iterator[Fault]:
    """Yield every fault of the ledger; memory stays flat over any number of tickets."""
    tickets = Ticket.objects.order_by("pk")
    if ticket_ids is not None:
        tickets = tickets.filter(pk__in=ticket_ids)
    batch: list[Ticket] = []
    for ticket in tickets.iterator(chunk_size=BATCH):
        batch.append(ticket)
        if len(batch) == BATCH:
            yield from _batch_faults(batch)
            batch = []
    yield from _batch_faults(batch)
    if ticket_ids is None:
        yield from _lost_tickets()


def _batch_faults(batch: list[Ticket]) -> Iterator[Fault]:
    events = TicketEvent.objects.filter(ticket__in=batch).order_by("ticket_id", "seq")
    chains = {
        ticket_id: list(rows)
        for ticket_id, rows in groupby(
            events.iterator(chunk_size=2000), key=lambda event: event.ticket_id
        )
    }
    for ticket in batch:
        yield from _chain_faults(ticket, iter(chains.get(ticket.pk, [])))


def _lost_tickets() -> Iterator[Fault]:
    """Reports that were triaged must have a ticket, or have been withdrawn before triage."""
    lost = Report.objects.filter(triaged_at__isnull=False, ticket_report__isnull=True).exclude(
        public_status=PublicStatus.WITHDRAWN
    )
    for report in lost.only("number").iterator():
        yield Fault(report.number, 0, "已研判的上报没有工单")
