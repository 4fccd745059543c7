"""What people decided about tickets, read as labels for training and as corrections to be counted.

A decision is believed as much as somebody looked at it (``WEIGHTS``, a judgement, docs/adr/0017):
a person who changed or chose the category has read the case; one who left a suggestion standing
may only have clicked; an automatic dispatch that was handled and closed without a return was seen
by the department alone. A ticket counts once, however many reports it carries.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from django.db.models import Q

from dispatch.enums import LabelSource, ReturnReason, Role, TicketAction, TicketStatus
from dispatch.models import Ticket, TicketEvent, TicketReport
from reports.models import Category
from xiangcun.lib.text import mask_contacts

WEIGHTS: Mapping[LabelSource, float] = {
    LabelSource.CORRECTED: 1.0,
    LabelSource.CHOSEN: 1.0,
    LabelSource.CONFIRMED: 0.7,
    LabelSource.HANDLED: 0.3,
}
MAX_TICKETS = 50_000
"""Only the latest are looked at: a township's words and duties change, and memory is bounded."""
MAX_TEXTS = 5
BATCH = 500
_NO_LABEL = (TicketStatus.REJECTED, TicketStatus.MERGED)
_DONE = (TicketStatus.CLOSED, TicketStatus.ARCHIVED)
_PEOPLE = frozenset({Role.DISPATCHER, Role.LEAD})


@dataclass(frozen=True, slots=True)
class Saying:
    """One report's own words (contacts masked), its kind's label and the category the resident chose."""

    text: str
    kind: str
    chosen: str


@dataclass(frozen=True, slots=True)
class Label:
    """The category of a ticket, known since ``at``; ``code`` is an active leaf."""

    ticket_id: int
    at: datetime
    code: str
    source: LabelSource
    sayings: tuple[Saying, ...]

    @property
    def weight(self) -> float:
        """How much the ticket counts in training; its reports share it."""
        return WEIGHTS[self.source]

    @property
    def by_person(self) -> bool:
        """Whether a person of the command room decided, not only nobody objected."""
        return self.source != LabelSource.HANDLED


@dataclass(frozen=True, slots=True)
class RoutingLabel:
    """A person sent the ticket to another department without another category: not the words' fault."""

    ticket_id: int
    at: datetime
    category_id: int
    from_department_id: int | None
    to_department_id: int | None


class _Row(NamedTuple):
    ticket_id: int
    action: str
    role: str
    at: datetime
    category_id: int | None
    department_id: int | None
    reason_code: str
    data: dict[str, object]


@dataclass(slots=True)
class _Story:
    """What the lines of one ticket say so far."""

    category_id: int | None = None
    source: LabelSource | None = None
    at: datetime | None = None
    auto_category_id: int | None = None
    returned_by: object = None
    returned: bool = False
    routing: list[RoutingLabel] = field(default_factory=list)

    def read(self, row: _Row) -> None:
        """Take one line of the ledger into account, in order."""
        if row.action == TicketAction.RETURN:
            self.returned, self.returned_by = True, row.data.get("returned_by")
            if row.reason_code == ReturnReason.WRONG_CATEGORY:
                self.category_id = self.source = self.at = None
        elif row.role not in _PEOPLE:
            self.auto_category_id = row.category_id
        else:
            self._decide(row)

    def _decide(self, row: _Row) -> None:
        was = row.data.get("was")
        before = was.get("category") if isinstance(was, dict) else None
        if before != row.category_id:
            source = LabelSource.CHOSEN if before is None else LabelSource.CORRECTED
            self.category_id, self.source, self.at = row.category_id, source, row.at
        elif self.returned and self.returned_by != row.department_id:
            self._note_routing(row)
        elif self.category_id != row.category_id:
            self.category_id, self.source = row.category_id, LabelSource.CONFIRMED
            self.at = row.at

    def _note_routing(self, row: _Row) -> None:
        if row.category_id is None:
            return
        sender = self.returned_by if isinstance(self.returned_by, int) else None
        self.routing.append(
            RoutingLabel(row.ticket_id, row.at, row.category_id, sender, row.department_id)
        )


def read_labels(*, limit: int = MAX_TICKETS) -> list[Label]:
    """Return the labels of the latest ``limit`` tickets, oldest decision first.

    Rejected and merged tickets give none, nor do reports whose resident wished to stay anonymous or
    was erased. Three statements for every ``BATCH`` tickets.
    """
    leaves = _active_leaves()
    found = [label for batch in _batches(limit) for label in _labels_of(batch, leaves)]
    return sorted(found, key=lambda label: (label.at, label.ticket_id))


def routing_labels(*, first: datetime, last: datetime) -> list[RoutingLabel]:
    """Return the corrections of a department alone, decided in [first, last), oldest first."""
    moved = TicketEvent.objects.filter(action=TicketAction.RETURN, at__lt=last)
    decided = TicketEvent.objects.filter(
        action=TicketAction.DISPATCH,
        at__gte=first,
        at__lt=last,
        ticket__in=moved.values("ticket"),
        ticket__parent=None,  # the words of a child are not a resident's
    )
    tickets = list(decided.order_by("ticket_id").values_list("ticket_id", flat=True).distinct())
    found = [
        row
        for start in range(0, len(tickets), BATCH)
        for story in _stories(tickets[start : start + BATCH]).values()
        for row in story.routing
        if first <= row.at < last
    ]
    return sorted(found, key=lambda row: (row.at, row.ticket_id))


def _active_leaves() -> dict[int, str]:
    rows = Category.objects.filter(is_active=True, parent__is_active=True)
    return dict(rows.values_list("pk", "code"))


def _batches(limit: int) -> Iterator[list[tuple[int, str, datetime | None]]]:
    """Yield (id, status, closed at) of the latest tickets, newest batch first."""
    rows = Ticket.objects.exclude(status__in=_NO_LABEL).filter(dispatched_at__isnull=False)
    below: int | None = None
    while limit > 0:
        batch = list(
            (rows if below is None else rows.filter(pk__lt=below))
            .order_by("-pk")
            .values_list("pk", "status", "closed_at")[: min(BATCH, limit)]
        )
        if not batch:
            return
        yield batch
        limit, below = limit - len(batch), batch[-1][0]


def _labels_of(
    batch: list[tuple[int, str, datetime | None]], leaves: Mapping[int, str]
) -> Iterator[Label]:
    ids = [pk for pk, _status, _closed in batch]
    stories, sayings = _stories(ids), _sayings(ids)
    for pk, status, closed_at in batch:
        story, texts = stories.get(pk), sayings.get(pk)
        if story is None or not texts:
            continue
        category_id, source, at = story.category_id, story.source, story.at
        if source is None and not story.returned and status in _DONE:
            category_id, source, at = story.auto_category_id, LabelSource.HANDLED, closed_at
        code = leaves.get(category_id or 0)
        if code and source is not None and at is not None:
            yield Label(pk, at, code, source, tuple(texts))


def _stories(ticket_ids: list[int]) -> dict[int, _Story]:
    rows = TicketEvent.objects.filter(
        ticket__in=ticket_ids, action__in=(TicketAction.DISPATCH, TicketAction.RETURN)
    ).order_by("ticket_id", "seq")
    columns = (
        "ticket_id", "action", "role", "at", "category_id", "lead_department_id", "reason_code",
        "data",
    )  # fmt: skip
    stories: dict[int, _Story] = defaultdict(_Story)
    for values in rows.values_list(*columns):
        row = _Row(*values)
        stories[row.ticket_id].read(row)
    return stories


def _sayings(ticket_ids: Iterable[int]) -> dict[int, list[Saying]]:
    """Return the reports' own words by ticket, the first ``MAX_TEXTS`` of each.

    A report without a resident and without a source was erased; an imported one never had one.
    """
    erased = Q(report__resident__isnull=True, report__source_key__isnull=True)
    rows = (
        TicketReport.objects.filter(ticket__in=list(ticket_ids))
        .exclude(erased)
        .exclude(report__anonymous=True)
        .order_by("pk")
        .values_list("ticket_id", "report__text", "report__kind", "report__chosen_category__code")
    )
    found: dict[int, list[Saying]] = defaultdict(list)
    for ticket_id, text, kind, chosen in rows:
        kept = found[ticket_id]
        if len(kept) < MAX_TEXTS and text.strip():
            kept.append(Saying(mask_contacts(text), kind, chosen or ""))
    return found
