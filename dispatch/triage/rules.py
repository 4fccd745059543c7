"""Routing rules ready to be matched, and the match itself: pure, the same for triage and dry run."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time

from django.utils import timezone

from dispatch.enums import DayScope
from dispatch.models import Department
from dispatch.queries.calendar import work_calendar
from dispatch.triage.context import TriageContext
from dispatch.triage.patterns import occurs
from xiangcun.lib.workdays import DayKind

_DAYS_OFF = frozenset({DayKind.WEEKEND, DayKind.HOLIDAY})
_DAY_KINDS = {
    DayScope.WORKDAY: frozenset({DayKind.WORKDAY, DayKind.MAKEUP}),
    DayScope.RESTDAY: _DAYS_OFF,
    DayScope.HOLIDAY: frozenset({DayKind.HOLIDAY}),
    DayScope.MAKEUP: frozenset({DayKind.MAKEUP}),
}


@dataclass(frozen=True, slots=True)
class Duty:
    """Who leads and who assists."""

    lead: Department
    assisting: tuple[Department, ...] = ()


@dataclass(frozen=True, slots=True)
class Rule:
    """A routing rule; empty conditions fit everything.

    ``version`` is when it was last saved. ``fault`` (Chinese) says why triage must skip it; its
    conditions are then those that could be read.
    """

    name: str
    duty: Duty
    categories: tuple[str, ...] = ()
    grids: tuple[str, ...] = ()
    urgencies: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    hour_from: time | None = None
    hour_to: time | None = None
    day_scope: str = DayScope.ANY
    words_all: tuple[str, ...] = ()
    words_none: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    id: int = 0
    order: int = 0
    version: datetime | None = None
    fault: str = ""


def fits(rule: Rule, context: TriageContext) -> bool:
    """Whether every condition of the rule holds for a report whose category is known."""
    code = context.category.code if context.category else ""
    grid_code = context.grid.code if context.grid else ""
    return (
        _starts(code, rule.categories)
        and _starts(grid_code, rule.grids)
        and _among(context.urgency, rule.urgencies)
        and _among(context.channel, rule.channels)
        and _among(context.reporter_role, rule.roles)
        and _among(context.kind, rule.kinds)
        and _in_hours(rule, context.submitted_at)
        and _on_day(rule, context.submitted_at)
        and _has_words(rule, context.text)
    )


def _starts(code: str, prefixes: tuple[str, ...]) -> bool:
    return not prefixes or code.startswith(prefixes)


def _among(value: str, wanted: Iterable[str]) -> bool:
    return not wanted or value in wanted


def _has_words(rule: Rule, text: str) -> bool:
    return (
        (not rule.words or any(occurs(word, text) for word in rule.words))
        and all(occurs(word, text) for word in rule.words_all)
        and not any(occurs(word, text) for word in rule.words_none)
    )


def _in_hours(rule: Rule, moment: datetime) -> bool:
    """Whether the report was sent within the rule's hours (from included, to excluded)."""
    if rule.hour_from is None and rule.hour_to is None:
        return True
    start, end = rule.hour_from or time.min, rule.hour_to or time.max
    at = timezone.localtime(moment).time()
    return start <= at < end if start <= end else at >= start or at < end


def _on_day(rule: Rule, moment: datetime) -> bool:
    if rule.day_scope == DayScope.ANY:
        return True
    kinds = _DAY_KINDS.get(DayScope(rule.day_scope), frozenset())
    return work_calendar().kind(timezone.localtime(moment).date()) in kinds
