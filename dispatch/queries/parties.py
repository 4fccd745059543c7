"""Who may be complained of: departments by the names people use, and the people who work there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from dispatch.enums import AssignmentKind
from dispatch.models import Assignment, Department, Membership, Recusal
from dispatch.queries.untriaged import supplements_of_reports
from reports.models import Report

MIN_NAME = 2
"""A single character is no name: it would be found everywhere."""


@dataclass(frozen=True, slots=True)
class Party:
    """A department as texts name it. ``people`` are personal names: matched, never written down."""

    department_id: int
    names: tuple[str, ...]
    village_code: str = ""
    people: tuple[str, ...] = field(default=(), repr=False)


def read_parties(departments: Iterable[Department] | None = None) -> tuple[Party, ...]:
    """Return every department but the command room and stand-ins (one query, or two)."""
    rows = Department.objects.all() if departments is None else departments
    people: dict[int, list[str]] = {}
    for department_id, name in staff_names():
        people.setdefault(department_id, []).append(name)
    return tuple(
        Party(row.pk, names_of(row), row.village_code, tuple(people.get(row.pk, ())))
        for row in rows
        if row.is_active and not row.is_command_room
    )


def names_of(department: Department) -> tuple[str, ...]:
    """Return its names, each once; what is no name in the stored aliases is passed over."""
    aliases = department.aliases if isinstance(department.aliases, list) else []
    names = (department.name, department.short_name, *aliases)
    return tuple(
        dict.fromkeys(
            name.strip()
            for name in names
            if isinstance(name, str) and len(name.strip()) >= MIN_NAME
        )
    )


def staff_names() -> list[tuple[int, str]]:
    """Return (department id, display name) of everybody with an active seat (one query)."""
    rows = Membership.objects.filter(is_active=True, user__is_active=True)
    found = rows.order_by("pk").values_list("department_id", "user__display_name")
    return [(pk, name.strip()) for pk, name in found if len(name.strip()) >= MIN_NAME]


def any_works_on(ticket_id: int, department_ids: Iterable[int]) -> bool:
    """Whether one of the departments leads or assists in the ticket now (one query)."""
    pieces = Assignment.objects.filter(ticket_id=ticket_id, ended_at__isnull=True)
    return pieces.filter(department_id__in=list(department_ids)).exists()


def assisting_departments(ticket_id: int) -> frozenset[int]:
    """Return the departments that assist in the ticket now (one query)."""
    pieces = Assignment.objects.filter(ticket_id=ticket_id, ended_at__isnull=True)
    helping = pieces.filter(kind=AssignmentKind.ASSIST)
    return frozenset(helping.values_list("department_id", flat=True))


def is_recused_from(ticket_id: int, user_id: int | None) -> bool:
    """Whether the residents of the ticket complain of this very person (one query)."""
    return Recusal.objects.filter(ticket_id=ticket_id, user_id=user_id).exists()


def reported_words(ticket_id: int) -> tuple[str, ...]:
    """Return what the residents of a ticket wrote, report by report, praise left out (two queries)."""
    reports = Report.objects.filter(ticket_report__ticket_id=ticket_id).exclude(kind="praise")
    texts = dict(reports.order_by("pk").values_list("pk", "text"))
    added = supplements_of_reports(texts)
    return tuple("\n".join([text, *added.get(pk, ())]) for pk, text in texts.items())
