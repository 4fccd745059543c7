"""What a figure is made of: the words and the arithmetic of one entry of the dictionary."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


class Kind(StrEnum):
    """What a figure is: a number of times, a share (0–1), hours, a mean score (1–5)."""

    COUNT = "count"
    PERCENT = "percent"
    HOURS = "hours"
    SCORE = "score"


class Direction(StrEnum):
    """Whether more of a figure is better, worse, or neither: decides the tone of a change."""

    MORE = "more"
    LESS = "less"
    NEUTRAL = "neutral"

    @property
    def words(self) -> _StrPromise:
        """Return the direction as the dictionary says it."""
        return _WORDS[self]


_WORDS = {
    Direction.MORE: _("越高越好"),
    Direction.LESS: _("越低越好"),
    Direction.NEUTRAL: _("不分好坏"),
}


class Group(StrEnum):
    """Under which heading of the dictionary a figure stands."""

    AMOUNT = "amount"
    DISPATCH = "dispatch"
    HANDLING = "handling"
    TIME = "time"
    RESIDENT = "resident"
    MACHINE = "machine"
    WAIT = "wait"

    @property
    def words(self) -> _StrPromise:
        """Return the heading."""
        return _HEADINGS[self]


_HEADINGS = {
    Group.AMOUNT: _("数量：来了多少、还有多少"),
    Group.DISPATCH: _("派单与签收"),
    Group.HANDLING: _("办理质量"),
    Group.TIME: _("办理时长"),
    Group.RESIDENT: _("居民评价"),
    Group.MACHINE: _("自动研判"),
    Group.WAIT: _("各环节停留"),
}


@dataclass(frozen=True, slots=True)
class Figure:
    """Something a table or a card shows: its name, how it is computed, what it leaves out.

    ``formula`` is the arithmetic in words; ``note`` says what is not counted and how to read it.
    ``PERCENT`` and ``SCORE`` divide the count of ``over`` into ``part``; ``HOURS`` is the mean duration
    of ``part``, or with ``quantile`` (0–1) the duration that this share of ``part`` does not exceed.
    ``stocks`` makes it the number of tickets in these states when the last day ends. ``beside`` is the
    figure without which this one misleads.
    """

    code: str
    name: _StrPromise | str
    formula: _StrPromise | str
    kind: Kind = Kind.COUNT
    part: str = ""
    over: str = ""
    quantile: float | None = None
    stocks: tuple[str, ...] = ()
    note: _StrPromise | str = ""
    unit: _StrPromise | str = ""
    direction: Direction = Direction.NEUTRAL
    group: Group = Group.AMOUNT
    beside: str = ""

    @property
    def explanation(self) -> str:
        """Return what stands behind the "?": the formula, then what to know."""
        return f"{self.formula}{self.note}"

    @property
    def decimals(self) -> int:
        """Return how many digits the screen shows behind the point."""
        return 0 if self.kind is Kind.COUNT else 1

    @property
    def is_stock(self) -> bool:
        """Whether it is a state at the end of the last day and not something that happened in the range."""
        return bool(self.stocks)
