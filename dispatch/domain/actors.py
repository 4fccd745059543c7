"""Who acts, and in what capacity."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Exists, OuterRef, QuerySet

from dispatch.enums import COMMAND_ROLES, DEPARTMENT_ROLES, ON_SITE_STATUSES, Role
from dispatch.models import Membership, Recusal, Staff, Ticket
from reports.models import Grid


@dataclass(frozen=True, slots=True)
class Seat:
    """One role in one department; ``grid_ids`` are a grid officer's."""

    role: Role
    department_id: int
    department_name: str
    grid_ids: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Actor:
    """A person or the system, with every capacity they may act in.

    ``report_id`` is set for a resident: they act about their own report and nothing else.
    ``founder_roles`` are lent to the first account of an installation until somebody holds them;
    ``is_recused`` says that there are tickets this person must not see (``Recusal``).
    """

    user: Staff | None = None
    report_id: int | None = None
    seats: tuple[Seat, ...] = field(default_factory=tuple)
    fixed_role: Role | None = None
    founder_roles: frozenset[Role] = frozenset()
    is_recused: bool = False

    @property
    def roles(self) -> frozenset[Role]:
        """Every role this person holds."""
        return frozenset(seat.role for seat in self.seats) | self.founder_roles

    @property
    def grid_ids(self) -> frozenset[int]:
        """Grids this person is the grid officer of."""
        return frozenset().union(*(seat.grid_ids for seat in self.seats))

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

    def seat_for(self, ticket: Ticket, roles: Iterable[Role]) -> Seat | None:
        """Return the capacity in which this actor holds one of ``roles`` for ``ticket``.

        Department roles count in the lead department only, a grid officer's in their grids; the
        system and residents have no seat and get one without a department.
        """
        wanted = frozenset(roles)
        if self.fixed_role is not None:
            return Seat(self.fixed_role, 0, "") if self.fixed_role in wanted else None
        for seat in self.seats:
            if seat.role not in wanted:
                continue
            if seat.role in DEPARTMENT_ROLES and seat.department_id != ticket.lead_department_id:
                continue
            if seat.role == Role.GRID and not _walks(seat, ticket):
                continue
            return seat
        return None


def _walks(seat: Seat, ticket: Ticket) -> bool:
    """Whether a grid officer may know of the ticket: ``dispatch.queries.access`` says the same."""
    in_grid = ticket.grid_id in seat.grid_ids
    to_see = ticket.status in ON_SITE_STATUSES and not ticket.is_letter
    return in_grid and not ticket.confidential and to_see


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
    Role.LEADERSHIP: 9,
}


def staff_actor(user: Staff) -> Actor:
    """Build the actor for a staff account from its active memberships (one query).

    Two more for a grid officer's grids, one more for an account without a seat that founded the
    installation. Django's superuser flag opens nothing else.
    """
    recused = Recusal.objects.filter(user=OuterRef("user"))
    rows = (
        Membership.objects.filter(
            user=user, is_active=True, department__is_active=True, user__is_active=True
        )
        .select_related("department")
        .annotate(is_recused=Exists(recused))
    )
    seats = sorted(
        (
            Seat(Role(row.role), row.department_id, row.department.name, _grids_of(row))
            for row in rows
        ),
        key=lambda seat: (_RANK[seat.role], seat.department_id),
    )
    return Actor(
        user=user,
        seats=tuple(seats),
        founder_roles=frozenset() if seats else _founder_roles(user),
        is_recused=any(row.is_recused for row in rows),
    )


def _grids_of(seat: Membership) -> frozenset[int]:
    """Return the grids of a grid officer: the chosen ones, else those of the department's village."""
    if seat.role != Role.GRID:
        return frozenset()
    chosen = frozenset(seat.grids.values_list("pk", flat=True))
    village = seat.department.village_code
    if chosen or not village:
        return chosen
    return frozenset(Grid.objects.filter(village_code=village).values_list("pk", flat=True))


def _founder_roles(user: Staff) -> frozenset[Role]:
    """Return what the installation's first account may do until somebody is appointed to it.

    Without an administrator and a security officer nobody could appoint one.
    """
    if not (user.is_superuser and user.is_active):
        return frozenset()
    wanted = (Role.ADMINISTRATOR, Role.SECURITY)
    held: QuerySet[Membership, str] = Membership.objects.filter(
        role__in=wanted, is_active=True, user__is_active=True, department__is_active=True
    ).values_list("role", flat=True)
    return frozenset(wanted) - {Role(role) for role in held}


def resident_actor(report_id: int) -> Actor:
    """Build the actor for the resident who sent ``report_id``."""
    return Actor(report_id=report_id, fixed_role=Role.RESIDENT)
