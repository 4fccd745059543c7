"""Who may read which part of the summary."""

from __future__ import annotations

from dispatch.domain.actors import Actor
from dispatch.enums import COMMAND_ROLES, Role

_SEES_ALL = COMMAND_ROLES | {Role.ADMINISTRATOR, Role.LEADERSHIP}


def readable_departments(actor: Actor) -> frozenset[int] | None:
    """Return the departments whose figures ``actor`` may read.

    ``None`` is every department and what belongs to none (command room, leaders of the township, auditors, administrators);
    a head reads their own departments; an empty set means no access.
    """
    if actor.roles & _SEES_ALL:
        return None
    return frozenset(seat.department_id for seat in actor.seats if seat.role == Role.HEAD)
