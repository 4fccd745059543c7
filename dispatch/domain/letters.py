"""Letters: opinions, consultations and praise are answered in words, within 15 working days of sending.

They take the way of any ticket (assess, dispatch, accept) but nobody goes out for them: instead of
finishing with an outcome and a photo, whoever answers writes the reply. A second person reads it
before it goes out, unless it is the lead's own; thanks for a praise go out at once and nobody rates
them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final

from dispatch.domain import clocks
from dispatch.enums import LimitStage, LimitUnit
from dispatch.models import Ticket
from dispatch.queries.limits import handling_limits
from reports.enums import ReportKind
from reports.queries.categories import category_tree

REPLY_WORKDAYS: Final = 15
CATEGORY_CODES: Mapping[str, str] = MappingProxyType(
    {
        ReportKind.OPINION: "1004",
        ReportKind.CONSULTATION: "1005",
        ReportKind.PRAISE: "1006",
    }
)
"""Under which category a letter is filed, whatever it speaks of."""
_OUTER = clocks.Limit(REPLY_WORKDAYS * clocks.NOMINAL_DAY_MINUTES, LimitUnit.WORK)


def reply_limit(ticket: Ticket) -> clocks.Limit:
    """Return how long a reply to this letter may take.

    The limit of its kind's own category, so that a letter about a street lamp is not held to the time
    of mending one; 15 working days where the office has set none.
    """
    leaf = category_tree().leaf(CATEGORY_CODES[ticket.kind])
    if leaf is None or not _has_own_limit(leaf.id):
        return _OUTER
    return clocks.limit_for(
        LimitStage.HANDLE, category_id=leaf.id, grid_id=ticket.grid_id, urgency=ticket.urgency
    )


def reply_due(ticket: Ticket) -> datetime:
    """Return by when a letter is answered, counted from its sending: what its resident was promised."""
    return clocks.deadline(ticket.opened_at, reply_limit(ticket))


def clock_start(ticket: Ticket, *, now: datetime) -> datetime:
    """Return from when the reply's clock runs: the sending, or ``now`` when that time is over.

    A letter that was reopened, or that has been sent to and fro too long, gets the whole time again.
    """
    again = ticket.reopen_count or reply_due(ticket) <= now
    return now if again else ticket.opened_at


def _has_own_limit(category_id: int) -> bool:
    return any(
        row.category_id == category_id and row.stage == LimitStage.HANDLE
        for row in handling_limits()
    )
