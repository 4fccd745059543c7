"""Whom an internal note may name: active colleagues who may read the ticket."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet

from dispatch.enums import COMMAND_ROLES, DEPARTMENT_ROLES
from dispatch.models import Assignment, Membership, Staff, Ticket
from dispatch.queries.access import Viewer

MAX_SUGGESTIONS = 20


@dataclass(frozen=True, slots=True)
class Colleague:
    """A person to name: ``token`` is what stands behind the @ and means nobody else."""

    token: str
    name: str
    unit: str


def suggested_colleagues(
    viewer: Viewer, ticket: Ticket, *, words: str, myself: int | None
) -> list[Colleague]:
    """Return people to name whose name or account begins with ``words``, at most ``MAX_SUGGESTIONS``.

    The command room is offered everybody who may read the ticket; a department its own people among
    them, and the command room. Three queries.
    """
    people = readers_of(ticket)
    if not viewer.is_command_room:
        people = people.filter(_seat(department__in=viewer.department_ids) | _command_seat())
    if words:
        people = people.filter(Q(display_name__contains=words) | Q(username__istartswith=words))
    found = list(people.exclude(pk=myself or 0).order_by("display_name", "pk")[:MAX_SUGGESTIONS])
    units = _units(found)
    common = _namesakes([str(person) for person in found])
    return [
        Colleague(
            token=person.username if str(person) in common else str(person),
            name=str(person),
            unit=units.get(person.pk, ""),
        )
        for person in found
    ]


def readers_of(ticket: Ticket) -> QuerySet[Staff]:
    """Return the active accounts whose seats open ``ticket``: the command room, its departments."""
    departments = Assignment.objects.filter(ticket=ticket).values("department")
    at_work = _seat(role__in=DEPARTMENT_ROLES, department__in=departments)
    return Staff.objects.filter(_command_seat() | at_work, is_active=True)


def people_called(names: set[str]) -> list[Staff]:
    """Return the active accounts whose name or user name is one of ``names``."""
    called = Q(display_name__in=names) | Q(username__in=names)
    return list(Staff.objects.filter(called, is_active=True).order_by("pk"))


def _command_seat() -> Exists:
    return _seat(role__in=COMMAND_ROLES)


def _seat(**which: object) -> Exists:
    seats = Membership.objects.filter(
        user=OuterRef("pk"), is_active=True, department__is_active=True, **which
    )
    return Exists(seats)


def _units(people: list[Staff]) -> dict[int, str]:
    rows = Membership.objects.filter(user__in=people, is_active=True).select_related("department")
    units: dict[int, str] = {}
    for row in rows.order_by("pk"):
        units.setdefault(row.user_id, f"{row.department.short_name} {row.get_role_display()}")
    return units


def _namesakes(names: list[str]) -> set[str]:
    """Return those of ``names`` that more than one account bears."""
    shared = Staff.objects.filter(display_name__in=names, is_active=True)
    seen: set[str] = set()
    twice: set[str] = set()
    for name in shared.values_list("display_name", flat=True):
        (twice if name in seen else seen).add(name)
    return twice
