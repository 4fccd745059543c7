"""Departments' queues simulated day by day, forecast on Mondays, and held against what came."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

import numpy as np

from dispatch.summary.insights.pace import AHEAD_DAYS, PACE_DAYS, Forecast, Record, forecast

LIMITS, SHARES = (0.5, 1.0, 2.0, 3.0, 5.0, 7.0), (0.2, 0.15, 0.2, 0.2, 0.15, 0.1)
WARM_UP, DAYS, EVERY = 40, 240, 3
LOOKED_BACK = 20
ORDERS = ("by date", "first come", "any order")


@dataclass(slots=True)
class Queue:
    """A department: open tickets as (came, due) in working days; what it finished, by day."""

    rng: np.random.Generator
    order: str
    capacity: float
    load: float
    open: list[tuple[float, float]] = field(default_factory=list)
    done: list[tuple[float, float]] = field(default_factory=list)

    def day(self, number: int) -> None:
        """Take in a day's tickets (now and then a wave of them) and work them off."""
        wave = 4.0 if self.rng.random() < 0.04 else 1.0
        came = self.rng.poisson(self.capacity * self.load * wave * 0.9)
        for at in np.sort(self.rng.random(came)):
            limit = float(self.rng.choice(LIMITS, p=SHARES))
            self.open.append((number + float(at), number + float(at) + limit))
        able = self.rng.poisson(self.capacity * self.rng.gamma(8, 1 / 8))
        for at in np.sort(self.rng.random(able)):
            now = number + float(at)
            ready = [ticket for ticket in self.open if ticket[0] + 0.1 <= now]
            if not ready:
                continue
            taken = self._pick(ready)
            self.open.remove(taken)
            self.done.append((now, taken[1]))

    def _pick(self, ready: list[tuple[float, float]]) -> tuple[float, float]:
        if self.order == "by date":
            return min(ready, key=lambda ticket: ticket[1])
        if self.order == "first come":
            return min(ready)
        return ready[int(self.rng.integers(len(ready)))]

    def record(self, today: int) -> Record:
        """Return what the product would know of the days before ``today``."""
        by_day = [0] * PACE_DAYS
        late = done = 0
        for at, due in self.done:
            back = today - int(at)
            if 1 <= back <= PACE_DAYS:
                by_day[back - 1] += 1
            if 1 <= back <= LOOKED_BACK:
                done, late = done + 1, late + (at > due)
        return Record(by_day, late, done)


@dataclass(frozen=True, slots=True)
class Case:
    """One forecast and what came."""

    order: str
    told: Forecast
    naive: float
    late: int


def simulate(order: str, load: float, capacity: float, seed: int) -> list[Case]:
    """Run one department and forecast every few days."""
    queue = Queue(np.random.default_rng(seed), order, capacity, load)
    waiting: list[tuple[int, Forecast, float, set[tuple[float, float]]]] = []
    cases = []
    for number in range(DAYS):
        if number >= WARM_UP and number % EVERY == 0 and number < DAYS - AHEAD_DAYS - 1:
            record = queue.record(number)
            told = forecast([due - number for _came, due in queue.open], record)
            ahead = {t for t in queue.open if number <= t[1] <= number + AHEAD_DAYS}
            pace = sum(record.finished) / PACE_DAYS
            naive = max(
                0.0, len([t for t in queue.open if t[1] <= number + AHEAD_DAYS]) - AHEAD_DAYS * pace
            )
            waiting.append((number + AHEAD_DAYS + 1, told, min(naive, len(ahead)), ahead))
        queue.day(number)
        for until, told, naive, ahead in [one for one in waiting if one[0] == number + 1]:
            kept = {due for at, due in queue.done if at <= due}
            late = sum(due not in kept for _came, due in ahead)
            cases.append(Case(order, told, naive, late))
            waiting.remove((until, told, naive, ahead))
    return cases


def measure_queues(runs: int) -> None:
    """Print predicted against actual late tickets, and how good the warnings are."""
    cases: dict[str, list[Case]] = defaultdict(list)
    seed = 0
    for order in ORDERS:
        for load in (0.6, 0.8, 0.9, 1.0):
            for capacity in (1.5, 4.0, 10.0):
                for _ in range(runs):
                    seed += 1
                    cases[order] += simulate(order, load, capacity, seed)
    for order, some in cases.items():
        told = [case for case in some if case.told.due]
        error = np.mean([abs(case.told.late - case.late) for case in told])
        naive = np.mean([abs(case.naive - case.late) for case in told])
        inside = np.mean([case.told.low <= case.late <= case.told.high for case in told])
        print(
            f"early warning, worked {order}: {len(told)} forecasts, late {sum(c.late for c in told)}"
            f" told {sum(c.told.late for c in told):.0f}, mean error {error:.2f} (due − 5 × pace: {naive:.2f}),"
            f" inside the 80 % range {inside:.0%}"
        )
        _print_bins(told)
        _print_warnings(told)


def _print_bins(cases: list[Case]) -> None:
    bins = ((0.0, 0.1), (0.1, 0.25), (0.25, 0.5), (0.5, 0.75), (0.75, 1.01))
    parts = []
    for low, high in bins:
        some = [case for case in cases if low <= case.told.late / case.told.due < high]
        due = sum(case.told.due for case in some)
        if due:
            told, late = sum(c.told.late for c in some) / due, sum(c.late for c in some) / due
            parts.append(f"{told:.0%} → {late:.0%} ({len(some)})")
    print(f"  share late, told → came (forecasts): {'   '.join(parts)}")


def _print_warnings(cases: list[Case]) -> None:
    from dispatch.summary.insights.late_queues import is_warning  # noqa: PLC0415 - needs Django

    warned = [case for case in cases if is_warning(case.told)]
    needed = [case for case in cases if case.late >= 2 and case.late >= 0.25 * case.told.due]
    right = sum(case.late >= 2 for case in warned)
    caught = sum(is_warning(case.told) for case in needed)
    print(
        f"  warnings {len(warned)}: two or more were late in {right / max(len(warned), 1):.0%};"
        f" of {len(needed)} that needed one {caught / max(len(needed), 1):.0%} got one"
    )
