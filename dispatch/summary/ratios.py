"""Figures computed from metrics: rates, means, scores. A rate without a basis is unknown, never 0."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from dispatch.enums import OPEN_STATUSES
from dispatch.enums.measures import BUCKETS
from dispatch.summary.metrics import METRICS, STOCKS
from dispatch.summary.spreads import quantile

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

IN_HAND = "in_hand"


class Kind(StrEnum):
    """What a figure is: a number of times, a share (0–1), hours, a mean score (1–5)."""

    COUNT = "count"
    PERCENT = "percent"
    HOURS = "hours"
    SCORE = "score"


@dataclass(frozen=True, slots=True)
class Figure:
    """Something a table or a card shows: its name, its explanation, how it is computed.

    ``PERCENT`` and ``SCORE`` divide the count of ``over`` into ``part``; ``HOURS`` is the mean
    duration of ``part``.
    """

    code: str
    name: _StrPromise
    explanation: _StrPromise
    kind: Kind = Kind.COUNT
    part: str = ""
    over: str = ""


def _plain(code: str) -> Figure:
    metric = METRICS[code]
    return Figure(code, metric.name, metric.explanation, part=code)


_COMPUTED = (
    Figure(
        IN_HAND,
        _("在办量"),
        _(
            "截至结束日期尚未答复居民的工单：待研判、待补充、待签收、上报区级、处置中、挂账、待核查。"
        ),
        part=IN_HAND,
    ),
    Figure(
        "auto_rate",
        _("自动派单率"),
        _("自动派单量 ÷ 派单量。"),
        Kind.PERCENT,
        "auto_dispatched",
        "dispatched",
    ),
    Figure(
        "on_time_rate",
        _("按期办结率"),
        _(
            "按期办结量 ÷ 有期限的办结量：承办单位最后一次提交结果没有超过办理期限（含获准的延期）。"
        ),
        Kind.PERCENT,
        "closed_on_time",
        "closed_timed",
    ),
    Figure(
        "finished_on_time_rate",
        _("按期办理率"),
        _("按期办理量 ÷ 办理完成量：每次提交结果各计一次，包括返工后再提交。"),
        Kind.PERCENT,
        "finished_on_time",
        "finished",
    ),
    Figure(
        "return_rate", _("退单率"), _("退单量 ÷ 派单量。"), Kind.PERCENT, "returned", "dispatched"
    ),
    Figure(
        "rework_rate", _("返工率"), _("返工量 ÷ 办理完成量。"), Kind.PERCENT, "rework", "finished"
    ),
    Figure(
        "solved_rate",
        _("解决率"),
        _("评价中认为已解决的 ÷ 评价数。没有评价的不计入，须与评价率一起看。"),
        Kind.PERCENT,
        "solved",
        "rated",
    ),
    Figure(
        "satisfied_rate",
        _("满意率"),
        _("打 4 分或 5 分的评价 ÷ 评价数。没有评价的不算满意也不算不满意，须与评价率一起看。"),
        Kind.PERCENT,
        "satisfied",
        "rated",
    ),
    Figure(
        "rating_rate",
        _("评价率"),
        _("有评价的办结量 ÷ 办结量。评价率低时，解决率和满意率只代表少数居民。"),
        Kind.PERCENT,
        "closed_rated",
        "closed",
    ),
    Figure(
        "mean_score", _("平均分"), _("评分合计 ÷ 评价数，满分 5 分。"), Kind.SCORE, "score", "rated"
    ),
    Figure(
        "sign_hours",
        _("平均签收用时"),
        _("从派单到签收的平均小时数，按自然时间计。"),
        Kind.HOURS,
        "signed",
    ),
    Figure(
        "handle_hours",
        _("平均办理用时"),
        _("从签收（返工后从返工）到提交结果的平均小时数，按自然时间计，含挂账。"),
        Kind.HOURS,
        "finished",
    ),
    Figure(
        "answer_hours",
        _("平均答复用时"),
        _("从居民上报到核查后答复居民的平均小时数，按自然时间计，从不停表。"),
        Kind.HOURS,
        "verified",
    ),
)

FIGURES: Mapping[str, Figure] = MappingProxyType(
    {figure.code: figure for figure in (*map(_plain, METRICS), *_COMPUTED)}
)
"""Every figure there is, by code; the same entry feeds the page, its "?" and the workbook."""

_IN_HAND = tuple(STOCKS[status] for status in OPEN_STATUSES)


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

    def value(self, figure: Figure) -> float | int | None:
        """Return the figure's value; ``None`` where there is nothing to divide by."""
        if figure.kind is Kind.COUNT:
            return (
                sum(self.counts[code] for code in _IN_HAND)
                if figure.code == IN_HAND
                else self.counts[figure.part]
            )
        if figure.kind is Kind.HOURS:
            times = self.counts[figure.part]
            return self.minutes[figure.part] / times / 60 if times else None
        return (
            self.counts[figure.part] / self.counts[figure.over]
            if self.counts[figure.over]
            else None
        )


def show(figure: Figure, value: float | None) -> str:
    """Return the text of a value for the screen; an unknown one is a dash."""
    if value is None:
        return "—"
    if figure.kind is Kind.PERCENT:
        return f"{value:.1%}"
    if figure.kind is Kind.COUNT:
        return f"{value:,.0f}"
    return f"{value:,.1f}"
