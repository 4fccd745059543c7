"""A queue read from its indexes holds exactly the tickets that stand in it."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from django.db import connection
from django.db.models import Q
from django.utils import timezone

from dispatch.domain.actors import Actor, Seat
from dispatch.enums import AssignmentKind, Role, TicketStatus
from dispatch.models import Assignment, Recusal, Ticket
from dispatch.queries.access import current_tickets, queued_tickets
from dispatch.queries.counting import capped_counts
from dispatch.queries.tickets import QUEUES
from tests.dispatch.factories import Cast, make_cast, make_grid, make_staff, make_ticket

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def seat(cast: Cast, role: Role, department: str, *, grids: frozenset[int] = frozenset()) -> Actor:
    unit = getattr(cast, department)
    user = make_staff(f"{department}-{role}", role, unit)
    return Actor(user, seats=(Seat(role, unit.pk, unit.name, grids),))


def fill(cast: Cast) -> dict[str, Ticket]:
    """One ticket in each state, and others' pieces of them."""
    made = {
        str(status): make_ticket(status, cast=cast)
        for status in (
            TicketStatus.ASSESSING, TicketStatus.DISPATCHED, TicketStatus.HANDLING,
            TicketStatus.SUSPENDED, TicketStatus.HANDLED, TicketStatus.AWAITING_RATING,
        )
    }  # fmt: skip
    Ticket.objects.filter(pk=made["handling"].pk).update(grid=make_grid())
    for status, ended in (("handling", None), ("suspended", timezone.now())):
        Assignment.objects.create(
            ticket=made[status], department=cast.enforcement, kind=AssignmentKind.ASSIST,
            assigned_at=timezone.now(), ended_at=ended,
        )  # fmt: skip
    return made


@pytest.mark.parametrize("department", ["sanitation", "enforcement", "room"])
def test_every_queue_holds_what_stands_in_it(cast: Cast, department: str) -> None:
    fill(cast)
    role = Role.DISPATCHER if department == "room" else Role.HEAD
    viewer = seat(cast, role, department)
    seen = 0
    for queue in QUEUES:
        if not queue.statuses:
            continue
        expected = current_tickets(viewer).filter(status__in=queue.statuses)
        found = list(queued_tickets(viewer, queue.statuses).values_list("pk", flat=True))
        assert sorted(found) == sorted(expected.values_list("pk", flat=True)), queue.code
        seen += len(found)
    assert seen


def test_who_assists_sees_it_once_and_not_what_is_over(cast: Cast) -> None:
    made = fill(cast)
    viewer = seat(cast, Role.HEAD, "enforcement")
    statuses = (TicketStatus.HANDLING, TicketStatus.SUSPENDED)
    assert [row.pk for row in queued_tickets(viewer, statuses)] == [made["handling"].pk]
    urged = Q(urge_count__at_least=1)
    assert not queued_tickets(viewer, statuses, urged).exists()


def test_a_grid_officer_and_a_recused_head(cast: Cast) -> None:
    made = fill(cast)
    Ticket.objects.exclude(pk=made["handling"].pk).update(grid=None)
    grid = Ticket.objects.get(pk=made["handling"].pk).grid_id
    assert grid is not None
    officer = seat(cast, Role.GRID, "room", grids=frozenset({grid}))
    statuses = (TicketStatus.DISPATCHED, TicketStatus.HANDLING)
    assert [row.pk for row in queued_tickets(officer, statuses)] == [made["handling"].pk]
    head = seat(cast, Role.HEAD, "sanitation")
    assert head.user is not None
    Recusal.objects.create(ticket=made["handling"], user=head.user, found_at=timezone.now())
    recused = replace(head, is_recused=True)
    assert [row.pk for row in queued_tickets(recused, statuses)] == [made["dispatched"].pk]


def test_a_percent_sign_in_a_condition_is_counted_as_it_stands(cast: Cast) -> None:
    ticket = make_ticket(cast=cast)
    Ticket.objects.filter(pk=ticket.pk).update(title="坡度 100%s 的路")
    rows = Ticket.objects.filter(title__contains="100%s")
    assert capped_counts({"steep": rows, "none": Ticket.objects.filter(title="%s")}, cap=5) == {
        "steep": 1,
        "none": 0,
    }


@pytest.mark.parametrize(
    ("condition", "index"),
    [
        (Q(card__filled=True), "ticket_carded"),
        (Q(supervise_due_at__isnull=False), "ticket_supervised"),
        (Q(pending_request__isnull=False), "ticket_requests"),
    ],
)
def test_what_is_rare_is_found_by_its_own_index(condition: Q, index: str) -> None:
    rows = Ticket.objects.filter(condition, status=TicketStatus.HANDLING)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
        plan = json.dumps(rows.explain())
    else:
        plan = rows.explain()
    assert index in plan
