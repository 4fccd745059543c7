"""Queues of the office and everything one page about a ticket shows.

Every read is bounded: a queue is counted up to ``COUNT_CAP``, a page takes a fixed number of
queries whatever stands in the tables.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import (
    Case,
    Exists,
    IntegerField,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    When,
)
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from dispatch.enums import OPEN_STATUSES, Role, TicketAction, TicketStatus
from dispatch.models import Assignment, Department, Ticket, TicketEvent, TicketReport, TriageRun
from dispatch.queries.access import (
    Viewer,
    may_see_reporter,
    queued_tickets,
    visible_tickets,
)
from dispatch.queries.counting import capped_counts
from dispatch.queries.triage_runs import ATTACHED
from reports.enums import ReportKind
from reports.models import Grid, ReportPhoto, ReportUpdate
from xiangcun.lib.geo import bounding_box, distance_m
from xiangcun.lib.similarity import likeness, places_agree, print_of

COUNT_CAP = 1000
"""Queues are counted up to this; the screen says 999+ from here on."""
NEARBY_RADIUS_M = 300.0
ALIKE, ALIKE_ELSEWHERE = 0.25, 0.6
"""Likeness of words from which a ticket near by is marked, in the same category and in another."""
MAX_REPORTS = 50
MAX_NEARBY = 10
MAX_NEIGHBOURS = 40


@dataclass(frozen=True, slots=True)
class Queue:
    """One tab: which statuses, in which order. ``kind`` narrows further."""

    code: str
    label: str | Promise
    statuses: tuple[TicketStatus, ...]
    ordering: tuple[str, ...] = ("next_due_at", "id")
    kind: str = ""


_BY_AGE = ("status_since", "id")
IN_DEPARTMENT = (
    TicketStatus.DISPATCHED,
    TicketStatus.HANDLING,
    TicketStatus.SUSPENDED,
    TicketStatus.HANDLED,
)
QUEUES: tuple[Queue, ...] = (
    Queue("assessing", _("待研判"), (TicketStatus.ASSESSING,)),
    Queue("need_info", _("待补充"), (TicketStatus.NEED_INFO,), _BY_AGE),
    Queue("dispatched", _("待签收"), (TicketStatus.DISPATCHED,)),
    Queue("handling", _("处置中"), (TicketStatus.HANDLING,)),
    Queue("requests", _("待审批"), (TicketStatus.HANDLING,), kind="requests"),
    Queue("handled", _("待核查"), (TicketStatus.HANDLED,), _BY_AGE),
    Queue("overdue", _("超期"), OPEN_STATUSES, kind="overdue"),
    Queue(
        "supervised",
        _("督办"),
        IN_DEPARTMENT,
        ("supervise_due_at", "id"),
        kind="supervised",
    ),
    Queue("suspended", _("挂账"), (TicketStatus.SUSPENDED,), ("review_at", "id")),
    Queue("awaiting_rating", _("待评价"), (TicketStatus.AWAITING_RATING,), _BY_AGE),
    Queue(
        "lead_asked",
        _("居民请复核"),
        (TicketStatus.AWAITING_RATING, TicketStatus.CLOSED),
        ("lead_asked_at", "id"),
        kind="lead_asked",
    ),
    Queue("all", _("全部"), (), ("-id",)),
)
QUEUE_BY_CODE: Mapping[str, Queue] = {queue.code: queue for queue in QUEUES}
COMMAND_ONLY = frozenset({"assessing", "need_info"})
LEAD_ONLY = frozenset({"lead_asked"})
ALARMING = frozenset({"overdue", "supervised", "lead_asked"})
"""Tabs whose count is a warning by itself."""


def queues_for(viewer: Viewer) -> tuple[Queue, ...]:
    """Return the tabs of this person: a department has no tickets before they are dispatched."""
    hidden = frozenset() if viewer.is_command_room else COMMAND_ONLY
    hidden |= frozenset() if Role.LEAD in viewer.roles else LEAD_ONLY
    return tuple(queue for queue in QUEUES if queue.code not in hidden)


def queue_tickets(viewer: Viewer, queue: Queue, *, now: datetime) -> QuerySet[Ticket]:
    """Return what stands in ``viewer``'s ``queue`` (unordered); the tab of all shows what they may read."""
    if not queue.statuses:
        return visible_tickets(viewer)
    kinds = {
        "overdue": Q(next_due_at__lt=now),
        "supervised": Q(supervise_due_at__isnull=False),
        "requests": Q(pending_request__isnull=False),
        "lead_asked": Q(lead_asked_at__isnull=False),
    }
    return queued_tickets(viewer, queue.statuses, kinds.get(queue.kind))


def queue_counts(viewer: Viewer, *, now: datetime) -> dict[str, int]:
    """Return the capped size of every queue but the one of all; one query."""
    sets = {
        queue.code: queue_tickets(viewer, queue, now=now)
        for queue in queues_for(viewer)
        if queue.statuses
    }
    return capped_counts(sets, cap=COUNT_CAP)


def ticket_for_page(viewer: Viewer, ticket_id: int) -> Ticket | None:
    """Return one ticket with what its page names, or ``None`` when ``viewer`` may not know of it."""
    related = (
        "category__parent",
        "grid",
        "lead_department",
        "finished_by",
        "merged_into",
        "parent",
    )
    return visible_tickets(viewer).select_related(*related).filter(pk=ticket_id).first()


def reports_of(ticket: Ticket) -> list[TicketReport]:
    """Return the reports in the ticket, oldest first, with photos and resident timelines."""
    photos = ReportPhoto.objects.select_related("photo")
    updates = ReportUpdate.objects.prefetch_related("photos")
    return list(
        ticket.ticket_reports.select_related("report__resident", "origin_ticket").prefetch_related(
            Prefetch("report__reportphoto_set", queryset=photos),
            Prefetch("report__updates", queryset=updates),
            "report__ratings",
        )[:MAX_REPORTS]
    )


def events_of(ticket: Ticket) -> list[TicketEvent]:
    """Return the ledger of the ticket, latest first, with people, departments and photos."""
    return list(
        ticket.events.select_related("actor", "department", "report")
        .prefetch_related("event_photos__photo")
        .order_by("-seq")
    )


def last_event(ticket: Ticket) -> TicketEvent | None:
    """Return what happened last: what the loser of a race has to know."""
    return ticket.events.select_related("actor", "department").order_by("-seq").first()


def assignments_of(ticket: Ticket) -> list[Assignment]:
    """Return every department's piece, present ones first."""
    rows = ticket.assignments.select_related("department").order_by("-assigned_at", "id")
    return sorted(rows, key=lambda row: row.ended_at is not None)


def merged_tickets(viewer: Viewer, ticket: Ticket) -> list[Ticket]:
    """Return the tickets merged into this one that ``viewer`` may read."""
    return list(visible_tickets(viewer).filter(merged_into=ticket).order_by("pk")[:MAX_REPORTS])


def child_tickets(viewer: Viewer, ticket: Ticket) -> list[Ticket]:
    """Return the tasks split off this ticket that ``viewer`` may read (no query where none ever were).

    Whoever may read the parent knows of its children; their pages open to their own departments.
    """
    if not ticket.child_count:
        return []
    rows = Ticket.objects.filter(parent=ticket).select_related("lead_department").order_by("pk")
    open_to = Exists(visible_tickets(viewer).filter(pk=OuterRef("pk")))
    return list(rows.annotate(may_open=open_to)[:MAX_REPORTS])


def triage_runs_of(ticket: Ticket) -> list[TriageRun]:
    """Return the run that opened the ticket, then the latest of those that joined it."""
    joined = Case(When(decision=ATTACHED, then=1), default=0, output_field=IntegerField())
    rows = ticket.triage_runs.select_related("report").annotate(joined=joined)
    return list(rows.order_by("joined", "-pk")[:5])


@dataclass(frozen=True, slots=True)
class NearbyTicket:
    """An open ticket close to another; ``distance_m`` in metres, ``words`` the likeness 0–1."""

    ticket: Ticket
    distance_m: float
    words: float = 0.0
    alike: bool = False


def nearby_tickets(viewer: Viewer, ticket: Ticket) -> list[NearbyTicket]:
    """Return other open tickets within ``NEARBY_RADIUS_M``: like words, same category, the nearest.

    The titles are compared: they are the first reports' openings, which tell most, and are read anyway.
    A task is like its parent and its sisters, and is no duplicate. Distances to three known points
    would tell a department the exact place of a confidential matter: there are none.
    """
    has_place = ticket.placed and not ticket.is_letter
    if ticket.parent_id is not None or not has_place or not may_see_reporter(viewer, ticket):
        return []
    scope = visible_tickets(viewer).filter(kind=ReportKind.PROBLEM, placed=True)
    if not viewer.is_command_room:
        scope = scope.filter(confidential=False)
    box = bounding_box(ticket.lat, ticket.lng, NEARBY_RADIUS_M)
    rows = (
        scope.filter(
            status__in=OPEN_STATUSES,
            parent=None,
            lat__range=(box.south, box.north),
            lng__range=(box.west, box.east),
        )
        .exclude(pk=ticket.pk)
        .select_related("category", "lead_department")
        .order_by("-pk")[:100]
    )
    found = [_beside(ticket, row) for row in rows]
    found = [near for near in found if near.distance_m <= NEARBY_RADIUS_M]
    found.sort(
        key=lambda near: (
            not near.alike,
            near.ticket.category_id != ticket.category_id,
            near.distance_m,
        )
    )
    return found[:MAX_NEARBY]


def _beside(ticket: Ticket, other: Ticket) -> NearbyTicket:
    mine, theirs = print_of(ticket.title), print_of(other.title)
    words = likeness(mine, theirs)
    alike = (
        words >= (ALIKE if other.category_id == ticket.category_id else ALIKE_ELSEWHERE)
        and places_agree(mine, theirs) is not False
        and other.confidential == ticket.confidential
    )
    distance = distance_m(ticket.lat, ticket.lng, other.lat, other.lng)
    return NearbyTicket(other, distance, words, alike)


def neighbours_of(grid: Grid) -> list[Grid]:
    """Return the other grids of the same village, for the map."""
    return list(
        Grid.objects.filter(village_code=grid.village_code, is_active=True)
        .exclude(pk=grid.pk)
        .only("code", "name", "polygon")[:MAX_NEIGHBOURS]
    )


def photo_belongs(ticket: Ticket, photo_id: UUID) -> bool:
    """Whether the photo stands on the ticket's page: sent with a report or kept with an event."""
    return (
        ReportPhoto.objects.filter(photo=photo_id, report__ticket_report__ticket=ticket).exists()
        or ticket.events.filter(event_photos__photo=photo_id).exists()
        or ReportUpdate.objects.filter(
            photos=photo_id, report__ticket_report__ticket=ticket
        ).exists()
    )


def is_anonymous_photo(photo_id: UUID) -> bool:
    """Whether the photo came with an anonymous report, or with a later word of its sender."""
    sent = ReportPhoto.objects.filter(photo=photo_id, report__anonymous=True)
    added = ReportUpdate.objects.filter(photos=photo_id, report__anonymous=True)
    return sent.exists() or added.exists()


def department_names() -> dict[int, str]:
    """Return the short name of every department, for the ids that events carry."""
    return dict(Department.objects.values_list("pk", "short_name"))


def department_codes() -> dict[str, str]:
    """Return the name of every department by code, for what triage wrote down."""
    return dict(Department.objects.values_list("code", "name"))


def open_supervision(ticket: Ticket) -> TicketEvent | None:
    """Return the supervision that waits for an answer (no query where none does)."""
    if ticket.supervise_due_at is None:
        return None
    return ticket.events.filter(action=TicketAction.SUPERVISE).order_by("-seq").first()


def waiting_since(ticket: Ticket, *, now: datetime) -> timedelta:
    """Return how long the ticket has stood in its present state."""
    return max(now - ticket.status_since, timedelta(0))
