"""Urgency by the clock and the calendar: one step up where the office's table says so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import TypeVar

from django.utils import timezone

from dispatch.enums import DayScope
from dispatch.models import UrgencyRule
from dispatch.queries.calendar import work_calendar
from dispatch.triage.patterns import occurs
from reports.enums import Urgency


@dataclass(frozen=True, slots=True)
class TimeRule:
    """An ``UrgencyRule`` ready to be matched; empty conditions fit everything."""

    name: str
    categories: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    hour_from: time | None = None
    hour_to: time | None = None
    month_from: int | None = None
    month_to: int | None = None
    day_scope: str = DayScope.ANY
    highest: Urgency = Urgency.P1

    def fits(self, *, code: str, text: str, at: datetime) -> bool:
        """Whether the rule speaks of a report of category ``code`` ("" for none) sent ``at``."""
        local = timezone.localtime(at)
        return (
            (not self.categories or code.startswith(self.categories))
            and _between(self.hour_from, self.hour_to, local.time())
            and _between(self.month_from, self.month_to, local.month, last_counts=True)
            and self._on_day(local)
            and (not self.words or any(occurs(word, text) for word in self.words))
        )

    def _on_day(self, local: datetime) -> bool:
        if self.day_scope == DayScope.ANY:
            return True
        worked = work_calendar().is_workday(local.date())
        return worked == (self.day_scope == DayScope.WORKDAY)


_T = TypeVar("_T", int, time)


def _between(first: _T | None, last: _T | None, at: _T, *, last_counts: bool = False) -> bool:
    """Whether ``at`` lies from ``first`` to ``last``, which may wrap around midnight or new year."""
    if first is None or last is None:
        return True
    before_end = at <= last if last_counts else at < last
    return first <= at and before_end if first <= last else first <= at or before_end


def raise_by_time(
    urgency: Urgency, rules: Sequence[TimeRule], *, code: str, text: str, at: datetime
) -> tuple[Urgency, str]:
    """Return the urgency after the first rule that fits and its name ("" when none raised it)."""
    levels = list(Urgency)
    above = levels[max(levels.index(urgency) - 1, 0)]
    for rule in rules:
        if urgency > rule.highest and rule.fits(code=code, text=text, at=at):
            return above, rule.name
    return urgency, ""


def read_time_rules() -> tuple[TimeRule, ...]:
    """Return the active rows in their order."""
    return tuple(
        TimeRule(
            name=row.name,
            categories=tuple(row.categories),
            words=tuple(row.words),
            hour_from=row.hour_from,
            hour_to=row.hour_to,
            month_from=row.month_from,
            month_to=row.month_to,
            day_scope=row.day_scope,
            highest=Urgency(row.highest),
        )
        for row in UrgencyRule.objects.filter(is_active=True)
    )
