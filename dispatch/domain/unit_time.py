"""The unit's own time on a matter: what its results write into the ledger."""

from __future__ import annotations

from datetime import datetime

from dispatch.domain.clocks import minutes_between
from dispatch.enums import TicketAction as Act
from dispatch.models import Ticket

_ANEW = frozenset({Act.DISPATCH, Act.REWORK, Act.REOPEN})
_TURNS = (*_ANEW, Act.GRANT_SUSPENSION, Act.RESUME)


def unit_time(ticket: Ticket, *, now: datetime) -> dict[str, int]:
    """Return ``{"unit_minutes": n}``: what the ticket's unit has needed up to ``now`` (one query).

    Counted in the ticket's own unit (working or natural minutes) from the dispatch, after a rework
    from the rework, without the time the matter was suspended. Empty for the desk's own answer to a
    letter: nobody was given it.
    """
    turns = ticket.events.filter(action__in=_TURNS).order_by("seq").values_list("action", "at")
    spent, running = 0, None
    for action, at in turns:
        if action in _ANEW:
            spent, running = 0, None if action == Act.REOPEN else at
        elif action == Act.RESUME:
            running = at
        elif running is not None:
            spent, running = spent + minutes_between(running, at, ticket.due_unit), None
    if running is None:
        return {}
    return {"unit_minutes": max(spent + minutes_between(running, now, ticket.due_unit), 0)}
