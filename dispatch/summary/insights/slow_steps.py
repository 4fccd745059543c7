"""Where tickets wait longer than elsewhere or than before, and which step takes most of all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from math import log, sqrt
from statistics import NormalDist

import numpy as np

from dispatch.domain.insights import Finding
from dispatch.enums import Certainty, InsightKind, TicketStatus
from dispatch.summary.insights.evidence import behind
from dispatch.summary.insights.expected import discoveries
from dispatch.summary.insights.names import Names
from dispatch.summary.insights.words import STEPS, longest_step_text, slow_text
from dispatch.summary.ratios import Sums
from dispatch.summary.reading import Place, read_by, read_total
from dispatch.summary.scopes import Scope

KINDS = (InsightKind.SLOW_STEP,)
DAYS, BEFORE_DAYS = 28, 84
LEAST, LEAST_WHOLE = 10, 30
LEAST_RATIO = 1.5
LEAST_EXCESS_HOURS = 2.0
RATE, SURE_RATE = 0.05, 0.005
_VARIATION = 1.3
"""Standard deviation of a waiting time over its mean; waits are skewed, some more than an exponential."""
_MOST_SHARE = 0.3
MOST = 10
_OTHERS = (TicketStatus.DISPATCHED,)
"""Signing is the same work for everybody; handling is not, it is held against its own past only."""
_PAST = (TicketStatus.DISPATCHED, TicketStatus.HANDLING)
_TOWNSHIP = (TicketStatus.ASSESSING, *_PAST, TicketStatus.HANDLED)


@dataclass(frozen=True, slots=True)
class Wait:
    """How long tickets stood in a state: how many, and minutes together."""

    count: int
    minutes: int

    @property
    def hours(self) -> float:
        """The mean."""
        return self.minutes / self.count / 60 if self.count else 0.0


@dataclass(frozen=True, slots=True)
class Look:
    """One comparison: whose wait, now and against what."""

    key: str
    whose: str
    status: TicketStatus
    scope: Scope
    compared: str
    now: Wait
    other: Wait
    category_id: int | None = None
    department_id: int | None = None

    @property
    def ratio(self) -> float:
        """How many times as long."""
        return self.now.hours / self.other.hours if self.other.minutes else 0.0

    @property
    def p(self) -> float:
        """The chance of so much longer a mean if nothing differed (log ratio of two means)."""
        if not self.ratio:
            return 1.0
        spread = _VARIATION * sqrt(1 / self.now.count + 1 / self.other.count)
        return 1 - NormalDist().cdf(log(self.ratio) / spread)


def find_slow_steps(today: date, names: Names) -> list[Finding]:
    """Return the slow steps of the last 28 days; eight reads."""
    now = Scope(first=today - timedelta(days=DAYS), last=today - timedelta(days=1))
    before = Scope(
        first=now.first - timedelta(days=BEFORE_DAYS), last=now.first - timedelta(days=1)
    )
    total = read_total(now)
    looks = [
        *_of_departments(now, before, names),
        *_of_categories(now, before, names),
        *_of_township(now, total, read_total(before)),
    ]
    found = sorted(_told(looks), key=lambda one: -one.strength)[:MOST]
    return [*found, *_longest(now, total)]


def _told(looks: list[Look]) -> list[Finding]:
    """Return the comparisons that stand out of all of them, one a step: the first said is the clearer."""
    if not looks:
        return []
    p = np.array([look.p for look in looks])
    clear, sure = discoveries(p, RATE), discoveries(p, SURE_RATE)
    found: dict[str, Finding] = {}
    for index, look in enumerate(looks):
        excess = look.now.hours - look.other.hours
        if clear[index] and look.ratio >= LEAST_RATIO and excess >= LEAST_EXCESS_HOURS:
            found.setdefault(look.key, _finding(look, sure=bool(sure[index])))
    return list(found.values())


def _finding(look: Look, *, sure: bool) -> Finding:
    lost = (look.now.hours - look.other.hours) * look.now.count
    strength = 0.3 + 0.25 * min(log(look.ratio) / log(4), 1) + 0.25 * min(lost / 500, 1)
    return Finding(
        kind=InsightKind.SLOW_STEP,
        key=look.key,
        text=slow_text(
            whose=look.whose,
            status=look.status,
            hours=look.now.hours,
            count=look.now.count,
            other=look.other.hours,
            compared=look.compared,
        ),
        advice=_ADVICE[look.status],
        strength=round(strength, 3),
        certainty=Certainty.HIGH if sure else Certainty.FAIR,
        figures={
            "status": str(look.status),
            "hours": round(look.now.hours, 1),
            "count": look.now.count,
            "ratio": round(look.ratio, 1),
            "compared": look.compared,
        },
        category_id=look.category_id,
        department_id=look.department_id,
        **behind(f"wait_{look.status}", look.scope),
    )


_ADVICE: Mapping[TicketStatus, str] = {
    TicketStatus.ASSESSING: "看看是人手不够，还是有几类事项分不清归谁",
    TicketStatus.DISPATCHED: "提醒专人每天早晚各看一次待签收",
    TicketStatus.HANDLING: "看看是几件拖长了，还是每件都慢",
    TicketStatus.HANDLED: "看看核查是不是压在少数人手里",
}


def _of_departments(now: Scope, before: Scope, names: Names) -> Iterator[Look]:
    recent, past = read_by(now, Place.DEPARTMENT), read_by(before, Place.DEPARTMENT)
    for status in _PAST:
        waits = {pk: _wait(sums, status) for pk, sums in recent.items() if pk in names.departments}
        for pk, wait in waits.items():
            others = _sum(other for key, other in waits.items() if key != pk)
            was = _wait(past[pk], status)
            chosen = [("others", others)] if status in _OTHERS else []
            for compared, other in [*chosen, ("past", was)]:
                if wait.count >= LEAST and other.count >= LEAST:
                    yield Look(
                        key=f"slow:department:{pk}:{status}",
                        whose=names.departments[pk],
                        status=status,
                        scope=_narrow(now, department_id=pk),
                        compared=compared,
                        now=wait,
                        other=other,
                        department_id=pk,
                    )


def _of_categories(now: Scope, before: Scope, names: Names) -> Iterator[Look]:
    recent, past = read_by(now, Place.CATEGORY), read_by(before, Place.CATEGORY)
    for pk, sums in recent.items():
        wait = _wait(sums, TicketStatus.HANDLING)
        was = _wait(past[pk], TicketStatus.HANDLING)
        if pk in names.categories and min(wait.count, was.count) >= LEAST:
            yield Look(
                key=f"slow:category:{pk}:{TicketStatus.HANDLING}",
                whose=f"“{names.categories[pk]}”",
                status=TicketStatus.HANDLING,
                scope=_narrow(now, category_id=pk),
                compared="past",
                now=wait,
                other=was,
                category_id=pk,
            )


def _of_township(now: Scope, total: Sums, past: Sums) -> Iterator[Look]:
    for status in _TOWNSHIP:
        wait, was = _wait(total, status), _wait(past, status)
        if min(wait.count, was.count) >= LEAST_WHOLE:
            yield Look(
                key=f"slow:all:{status}",
                whose="全街道",
                status=status,
                scope=now,
                compared="past",
                now=wait,
                other=was,
            )


def _longest(now: Scope, total: Sums) -> Iterator[Finding]:
    """Yield the step that takes most of the time until the answer, where one stands out."""
    waits = {TicketStatus(status): _wait(total, status) for status in STEPS}
    whole = sum(wait.minutes for wait in waits.values())
    status, wait = max(waits.items(), key=lambda item: item[1].minutes)
    if wait.count < LEAST_WHOLE or wait.minutes < _MOST_SHARE * whole:
        return
    share = wait.minutes / whole
    yield Finding(
        kind=InsightKind.SLOW_STEP,
        key="slow:longest",
        text=longest_step_text(status=status, share=share, hours=wait.hours, count=wait.count),
        advice="",
        strength=0.2,
        certainty=Certainty.HIGH,
        figures={
            "status": str(status),
            "hours": round(wait.hours, 1),
            "count": wait.count,
            "ratio": round(share, 2),
            "compared": "share",
        },
        **behind(f"wait_{status}", now),
    )


def _wait(sums: Sums, status: str) -> Wait:
    code = f"wait_{status}"
    return Wait(max(sums.counts[code], 0), max(sums.minutes[code], 0))


def _sum(waits: Iterator[Wait]) -> Wait:
    kept = list(waits)
    return Wait(sum(wait.count for wait in kept), sum(wait.minutes for wait in kept))


def _narrow(
    scope: Scope, *, department_id: int | None = None, category_id: int | None = None
) -> Scope:
    return Scope(
        first=scope.first,
        last=scope.last,
        department_ids=None if department_id is None else frozenset({department_id}),
        category_ids=None if category_id is None else frozenset({category_id}),
    )
