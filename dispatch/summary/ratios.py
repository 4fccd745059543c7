"""The figures of the dictionary and their values: a rate without a basis is unknown, never 0."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from django.utils.translation import gettext as _

from dispatch.enums.measures import BUCKETS
from dispatch.summary.computed import COMPUTED, IN_HAND
from dispatch.summary.kinds import Direction, Figure, Group, Kind
from dispatch.summary.measure_words import DIRECTIONS, GROUPS, TIMES, UNITS
from dispatch.summary.metrics import METRICS
from dispatch.summary.spreads import quantile

__all__ = [
    "FIGURES",
    "IN_HAND",
    "SMALL_BASE",
    "Direction",
    "Figure",
    "Group",
    "Kind",
    "Shown",
    "Sums",
    "show",
    "shown",
]

SMALL_BASE = 10
"""Below this many cases a rate is marked: one case more or less moves it by ten points."""
UNKNOWN = "—"


def _plain(code: str) -> Figure:
    metric = METRICS[code]
    return Figure(
        code,
        metric.name,
        metric.explanation,
        part=code,
        unit=UNITS.get(code, TIMES),
        direction=DIRECTIONS.get(code, Direction.NEUTRAL),
        group=Group.WAIT if code.startswith("wait_") else GROUPS.get(code, Group.AMOUNT),
    )


FIGURES: Mapping[str, Figure] = MappingProxyType(
    {figure.code: figure for figure in (*map(_plain, METRICS), *COMPUTED)}
)
"""Every figure there is, by code; the same entry feeds the page, its "?", the workbook and the docs."""


@dataclass(slots=True)
class Sums:
    """Counts and minutes by metric, from which every figure of a row is computed.

    ``spreads`` says how many durations of a metric fell into which bucket (``dispatch.summary.spreads``);
    it is empty unless it was asked for.
    """

    counts: Counter[str] = field(default_factory=Counter)
    minutes: Counter[str] = field(default_factory=Counter)
    spreads: defaultdict[str, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))

    def add(self, metric: str, count: int, minutes: int = 0) -> None:
        """Add a tally."""
        self.counts[metric] += count
        self.minutes[metric] += minutes

    def merge(self, other: Sums) -> None:
        """Add all of ``other`` (negative counts included)."""
        for metric in other.counts:
            self.add(metric, other.counts[metric], other.minutes[metric])
        for metric, buckets in other.spreads.items():
            for bucket, count in buckets.items():
                self.spreads[metric][bucket] += count

    def quantile(self, metric: str, share: float) -> float | None:
        """Return the hours that ``share`` (0–1) of the durations do not exceed; ``None`` without any."""
        buckets = self.spreads.get(metric, Counter())
        minutes = quantile([buckets[bucket] for bucket in range(BUCKETS)], share)
        return None if minutes is None else minutes / 60

    def __bool__(self) -> bool:
        """Whether there is anything to show."""
        return any(self.counts.values())

    @property
    def has_flows(self) -> bool:
        """Whether anything happened in the range; a stock alone is what was left from before."""
        return any(count for code, count in self.counts.items() if code in METRICS)

    def value(self, figure: Figure) -> float | int | None:
        """Return the figure's value; ``None`` where there is nothing to divide by."""
        if figure.stocks:
            return sum(self.counts[code] for code in figure.stocks)
        if figure.kind is Kind.COUNT:
            return self.counts[figure.part]
        if figure.quantile is not None:
            return self.quantile(figure.part, figure.quantile)
        if figure.kind is Kind.HOURS:
            times = self.counts[figure.part]
            return self.minutes[figure.part] / times / 60 if times else None
        return (
            self.counts[figure.part] / self.counts[figure.over]
            if self.counts[figure.over]
            else None
        )

    def base(self, figure: Figure) -> int | None:
        """Return on how many cases the figure stands: a share's denominator, what a mean is the mean of.

        ``None`` for a plain number, which stands on itself.
        """
        if figure.kind is Kind.COUNT:
            return None
        return self.counts[figure.part if figure.kind is Kind.HOURS else figure.over]


@dataclass(frozen=True, slots=True)
class Shown:
    """A figure as the screen says it.

    ``base`` is the number of cases it stands on (``None`` for a plain number), ``small`` that they are
    fewer than ``SMALL_BASE``, ``unknown`` that there are none.
    """

    figure: Figure
    value: float | int | None
    text: str
    base: int | None
    small: bool

    @property
    def unknown(self) -> bool:
        """Whether there is nothing to compute it from."""
        return self.value is None

    @property
    def unit(self) -> str:
        """Return the unit that follows the text; a percent sign is in the text already."""
        return "" if self.unknown or self.figure.kind is Kind.PERCENT else str(self.figure.unit)

    @property
    def mark(self) -> str:
        """Return the warning of a small base, "" for none."""
        return _("基数小（%d）") % self.base if self.small else ""


def shown(figure: Figure, sums: Sums) -> Shown:
    """Return ``figure`` of ``sums`` for the screen."""
    value, base = sums.value(figure), sums.base(figure)
    small = base is not None and 0 < base < SMALL_BASE
    return Shown(figure, value, show(figure, value), base, small)


def show(figure: Figure, value: float | None) -> str:
    """Return the text of a value for the screen; an unknown one is a dash."""
    if value is None:
        return UNKNOWN
    if figure.kind is Kind.PERCENT:
        return f"{value:.{figure.decimals}%}"
    return f"{value:,.{figure.decimals}f}"
