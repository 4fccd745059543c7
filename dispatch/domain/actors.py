"""Who acts, and in what capacity."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from dispatch.enums import COMMAND_ROLES, DEPARTMENT_ROLES, Role
from dispatch.models import Membership, Staff, Ticket


@dataclass(frozen=True, slots=True)
class Seat:
    """One role in one department."""

    role: Role
    department_id: int
    department_name: str


@dataclass(frozen=True, slots=True)
class Actor:
    """A person or the system, with every capacity they may act in.

    ``report_id`` is set for a resident: they act about their own report and nothing else.
    """

    user: Staff | None = None
    report_id: int | None = None
    seats: tuple[Seat, ...] = field(default_factory=tuple)
    fixed_role: Role | None = None

    @property
    def user_id(self) -> int | None:
        """The staff account's id, if a member of staff acts."""
        return self.user.pk if self.user else None

    @property
    def is_command_room(self) -> bool:
        """Whether this person sees every department's tickets."""
        return any(seat.role in COMMAND_ROLES for seat in self.seats)

    @property
    def department_ids(self) -> frozenset[int]:
        """Departments this person handles tickets for."""
        return frozenset(seat.department_id for seat in self.seats if seat.role in DEPARTMENT_ROLES)

    def holds(self, role: Role) -> bool:
        """Whether one of this person's seats is that of ``role``."""
        return any(seat.role == role for seat in self.seats)

    def seat_for(self, ticket: Ticket, roles: Iterable[Role]) -> Seat | None:
        """Return the capacity in which this actor holds one of ``roles`` for ``ticket``.

        Department roles count in the lead department only; the system and residents have no seat
        and get one without a department.
        """
        wanted = frozenset(roles)
        if self.fixed_role is not None:
            return Seat(self.fixed_role, 0, "") if self.fixed_role in wanted else None
        for seat in self.seats:
            if seat.role not in wanted:
                continue
            if seat.role in DEPARTMENT_ROLES and seat.department_id != ticket.lead_department_id:
                continue
            return seat
        return None


SYSTEM = Actor(fixed_role=Role.SYSTEM)

# A head may do what a handler may, a lead what a dispatcher may; the capacity of higher rank is
# tried last, so that the ledger shows the lowest one that sufficed.
_RANK = {
    Role.VERIFIER: 0,
    Role.DISPATCHER: 1,
    Role.GRID: 2,
    Role.HANDLER: 3,
    Role.HEAD: 4,
    Role.LEAD: 5,
    Role.AUDITOR: 6,
    Role.ADMINISTRATOR: 7,
    Role.SECURITY: 8,
}


def staff_actor(user: Staff) -> Actor:
    """Build the actor for a staff account from its active memberships (one query)."""
    rows = Membership.objects.filter(
        user=user, is_active=True, department__is_active=True, user__is_active=True
    ).select_related("department")
    seats = sorted(
        (Seat(Role(row.role), row.department_id, row.department.name) for row in rows),
        key=lambda seat: (_RANK[seat.role], seat.department_id),
    )
    return Actor(user=user, seats=tuple(seats))


def resident_actor(report_id: int) -> Actor:
    """Build the actor for the resident who sent ``report_id``."""
    return Actor(report_id=report_id, fixed_role=Role.RESIDENT)
