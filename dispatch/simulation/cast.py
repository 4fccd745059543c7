"""Who acts: the township's demo staff in their seats, and residents who are examples, too."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from django.utils import timezone

from dispatch.domain.actors import Actor, staff_actor
from dispatch.domain.seeding import COMMAND_ROOM
from dispatch.enums import Role
from dispatch.models import Department, Staff
from reports.models import Resident
from xiangcun.lib.errors import ConflictError

DOOR = "demo:"
"""What an example resident's ``openid`` begins with: no door of the real ones gives it out."""
NICKNAME = "示例居民"
_SLOW = {
    "enforcement": 1.7, "construction": 1.5, "ecology": 1.35, "village_sanfeng": 1.5,
    "agriculture": 1.2, "sanitation": 0.75, "power": 0.7, "police": 0.85, "village_qianxin": 0.9,
}  # fmt: skip
"""How long a department takes, compared with the others."""


@dataclass(frozen=True, slots=True)
class Cast:
    """Actors by seat; ``pace`` is how long a department (by id) takes, 1 being usual."""

    dispatchers: tuple[Actor, ...]
    lead: Actor
    verifier: Actor
    handlers: dict[int, Actor]
    heads: dict[int, Actor]
    pace: dict[int, float]
    command_room: Department

    def desk(self, dice: Random) -> Actor:
        """Return whoever sits at the desk."""
        return dice.choice(self.dispatchers)


def read_cast() -> Cast:
    """Return the demo staff; ``ConflictError`` ``no_demo_staff`` where a seat is empty."""
    users = Staff.objects.filter(is_demo=True, is_active=True).order_by("pk")
    actors = [staff_actor(user) for user in users]
    dispatchers = tuple(_holders(actors, Role.DISPATCHER))
    leads, verifiers = _holders(actors, Role.LEAD), _holders(actors, Role.VERIFIER)
    handlers, heads = _by_department(actors, Role.HANDLER), _by_department(actors, Role.HEAD)
    room = Department.objects.filter(code=COMMAND_ROOM).first()
    if not (dispatchers and leads and verifiers and handlers and heads and room):
        raise ConflictError(
            "no_demo_staff", "没有演示账号，请先运行 manage.py seed_township --demo"
        )
    codes = dict(Department.objects.values_list("pk", "code"))
    pace = {pk: _SLOW.get(code, 1.0) for pk, code in codes.items()}
    return Cast(dispatchers, leads[0], verifiers[0], handlers, heads, pace, room)


def _holders(actors: Iterable[Actor], role: Role) -> list[Actor]:
    return [actor for actor in actors if role in actor.roles]


def _by_department(actors: Iterable[Actor], role: Role) -> dict[int, Actor]:
    found: dict[int, Actor] = {}
    for actor in actors:
        for seat in actor.seats:
            if seat.role == role:
                found.setdefault(seat.department_id, actor)
    return found


def make_residents(count: int, *, since: datetime, run: str) -> list[Resident]:
    """Create ``count`` example residents, registered some time before ``since``."""
    rows = Resident.objects.bulk_create(
        Resident(openid=f"{DOOR}{run}/{number}", nickname=f"{NICKNAME}{number + 1}")
        for number in range(count)
    )
    # The column says when the row was made; theirs is a story.
    Resident.objects.filter(pk__in=[row.pk for row in rows]).update(
        created_at=since - timedelta(days=1)
    )
    return rows


def new_run() -> str:
    """Return a name for this run, so that a second one may add to a first."""
    return f"{timezone.now():%Y%m%d%H%M%S%f}"
