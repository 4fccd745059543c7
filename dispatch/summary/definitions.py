"""What a definition of the dictionary of metrics is made of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from dispatch.enums import TicketAction as Act
from dispatch.enums.measures import SPREAD_CODES
from dispatch.summary.conditions import Condition, Start, always
from dispatch.summary.lines import Line

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


class Booked(StrEnum):
    """On which day and place an event counts."""

    HERE = "here"
    """Its own day, the place the ticket has after it."""
    PLACE_BEFORE = "place_before"
    """Its own day, the place the ticket had before: whom it is taken from."""
    DISPATCH = "dispatch"
    """Day and place of the dispatch it answers, so that its share of the dispatches is at most 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """One definition.

    ``when`` narrows ``actions``. ``since`` makes it a duration in natural minutes, ``spent`` one in
    minutes that the event itself knows. ``weight`` counts more than one.
    """

    code: str
    name: _StrPromise
    explanation: _StrPromise
    actions: frozenset[Act] = frozenset()
    when: Condition = always
    since: Start | None = None
    spent: Callable[[Line], int] | None = None
    weight: Callable[[Line], int] | None = None
    booked: Booked = Booked.HERE

    @property
    def timed(self) -> bool:
        """Whether its minutes are summed."""
        return self.since is not None or self.spent is not None

    @property
    def spread(self) -> bool:
        """Whether its durations are kept in buckets (``dispatch.summary.spreads``)."""
        return self.code in SPREAD_CODES
