"""Made-up townships for bench/insights.py, real messages as series, and the rules one would try first."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np

from bench._fields import WORDS
from dispatch.summary.insights.daytypes import Floats, day_classes, day_factors
from dispatch.summary.insights.rising import LEAST_COUNT, watch
from xiangcun.lib.workdays import WorkCalendar

FIRST = date(2024, 1, 1)
SERIES = 100
"""A whole township: sixty categories and forty grids."""
HOLIDAYS = {
    date(year, month, day): False
    for year in (2024, 2025, 2026)
    for month, first, last in ((1, 1, 1), (2, 9, 16), (4, 4, 6), (5, 1, 5), (10, 1, 7))
    for day in range(first, last + 1)
}
MAKEUPS = {date(year, 9, 28): True for year in (2024, 2025, 2026)}
CALENDAR = WorkCalendar({**HOLIDAYS, **MAKEUPS})
BUSY = np.array([1.2, 1.1, 1.1, 1.1, 1.1, 0.75, 0.65, 0.5, 1.0])
QUIET_DAYS = 7
"""An alarm that comes back within so many days is the same alarm."""


@dataclass(frozen=True, slots=True)
class Township:
    """Daily counts (series, days) with what the days are; ``truth`` are the means they were drawn from."""

    counts: Floats
    classes: Floats
    rates: Floats

    @property
    def factors(self) -> Floats:
        """The day factors as the product estimates them."""
        return day_factors(self.counts, self.classes)


def make_township(
    rng: np.random.Generator, *, days: int, season: float = 0.5, spread: float = 0.05
) -> Township:
    """Draw a township without a rise: a year's wave (±``season``), weekdays, holidays, overdispersion.

    ``spread`` is the variance of a series' good and bad weeks (a gamma of mean 1); each day has one of
    its own besides (0.1). The median series has two reports a week, one in twenty more than ten.
    """
    classes = day_classes(FIRST, days, CALENDAR)
    day = np.arange(days)
    rates = np.exp(rng.normal(np.log(2 / 7), 1.0, SERIES))
    wave = rng.uniform(0, season, SERIES)[:, None]
    phase = rng.uniform(0, 2 * np.pi, SERIES)[:, None]
    mean = rates[:, None] * np.exp(wave * np.sin(2 * np.pi * day / 365.25 + phase)) * BUSY[classes]
    weeks = rng.gamma(1 / spread, spread, (SERIES, days // 7 + 1)).repeat(7, axis=1)[:, :days]
    daily = rng.gamma(10, 0.1, (SERIES, days))
    return Township(rng.poisson(mean * weeks * daily).astype(float), classes, rates)


def with_rise(
    rng: np.random.Generator,
    town: Township,
    series: Iterable[int],
    *,
    at: int,
    days: int,
    times: float,
) -> Township:
    """Return the township with ``times`` as many reports in ``series`` from day ``at`` on."""
    counts = town.counts.copy()
    for row in series:
        usual = counts[row, at - 56 : at].mean()
        counts[row, at : at + days] += rng.poisson((times - 1) * usual, days)
    return Township(counts, town.classes, town.rates)


Rule = Callable[[Floats, int], Floats]


def last_week(counts: Floats, end: int) -> Floats:
    """Return the last seven days' reports by series."""
    return counts[:, end - 6 : end + 1].sum(axis=1)


def beyond_two_sd(counts: Floats, end: int) -> Floats:
    """Last week is more than the mean of the twelve before and twice their standard deviation."""
    recent = last_week(counts, end)
    before = np.array([last_week(counts, end - 7 * back) for back in range(1, 13)])
    large = recent >= LEAST_COUNT[7]
    return (recent > before.mean(axis=0) + 2 * before.std(axis=0, ddof=1)) & large


def half_more_than_before(counts: Floats, end: int) -> Floats:
    """Last week is more than one and a half times the week before."""
    recent = last_week(counts, end)
    return (recent > 1.5 * last_week(counts, end - 7)) & (recent >= LEAST_COUNT[7])


NAIVE: dict[str, Rule] = {
    "> mean + 2 sd": beyond_two_sd,
    "> 1.5 × week before": half_more_than_before,
}
OURS = "this method"


def states(town: Township, *, first: int, last: int, start: int = 0) -> dict[str, Floats]:
    """Return by rule what is alarmed on every evening from ``first`` to ``last``: (evenings, series)."""
    factors = town.factors
    ours = [
        state.alive.copy()
        for _, state in watch(town.counts, factors, first=first, last=last, start=start)
    ]
    found = {OURS: np.array(ours)}
    for name, rule in NAIVE.items():
        found[name] = np.array([rule(town.counts, end) for end in range(first, last + 1)])
    return found


def onsets(alive: Floats) -> list[tuple[int, int]]:
    """Return (evening, series) of every alarm's beginning; one that comes back soon is no new one."""
    found = []
    for series in range(alive.shape[1]):
        last = -QUIET_DAYS - 1
        for evening in np.flatnonzero(alive[:, series]):
            if evening - last > QUIET_DAYS:
                found.append((int(evening), series))
            last = int(evening)
    return found


# --- the real messages ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Messages:
    """Real messages: the index of the day of each, and which series each counts in (messages, series)."""

    days: Floats
    member: Floats
    names: Sequence[str]
    first: date
    length: int

    def township(self, days: Floats | None = None) -> Township:
        """Return the series, with other days where given."""
        on = self.days if days is None else days
        counts = np.zeros((self.member.shape[1], self.length))
        for series in range(self.member.shape[1]):
            counts[series] = np.bincount(on[self.member[:, series]], minlength=self.length)
        calendar = WorkCalendar(_holidays_2019())
        classes = day_classes(self.first, self.length, calendar)
        return Township(counts, classes, counts.mean(axis=1))


def read_messages(path: Path, topics: Path) -> tuple[Messages, dict[str, int]]:
    """Read the messages of 2019 as series: fields, districts, fields in districts; then the topics.

    Returns them with each topic's series number. Nearly all messages are of 2019.
    """
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]
    rows = [row for row in rows if date(2019, 1, 1) <= _day(row["time"]) <= date(2020, 1, 7)]
    labels = [_labels(f"{row['title']} {row['body']}") for row in rows]
    counted = Counter(label for some in labels for label in some)
    names = sorted(name for name, count in counted.items() if count >= 40)
    told: dict[str, list[int]] = json.loads(topics.read_text(encoding="utf-8"))
    member = [
        [name in some for name in names] + [row["id"] in told[topic] for topic in told]
        for row, some in zip(rows, labels, strict=True)
    ]
    first = date(2019, 1, 1)
    days = np.array([(_day(row["time"]) - first).days for row in rows])
    messages = Messages(days, np.array(member), [*names, *told], first, int(days.max()) + 1)
    return messages, {topic: len(names) + index for index, topic in enumerate(told)}


def _day(text: str) -> date:
    return date(*map(int, re.split(r"[-/]", text.split(maxsplit=1)[0])))


def _labels(text: str) -> set[str]:
    scores = {
        field: sum(
            points * text.count(word) for points, some in words.items() for word in _split(some)
        )
        for field, words in WORDS.items()
    }
    field = max(scores, key=lambda name: scores[name])
    district = re.search(r"[A-M]\d+[区县市]", text)
    found = {field} if scores[field] else set()
    if district:
        found |= {district[0], *(f"{district[0]} {one}" for one in tuple(found))}
    return found


_KEPT: dict[str, list[str]] = {}


def _split(words: str) -> list[str]:
    if words not in _KEPT:
        _KEPT[words] = words.split()
    return _KEPT[words]


def _holidays_2019() -> dict[date, bool]:
    spans = ((1, 1, 1), (2, 4, 10), (4, 5, 7), (5, 1, 4), (6, 7, 9), (9, 13, 15), (10, 1, 7))
    closed = {
        date(2019, month, first) + timedelta(days=offset): False
        for month, first, last in spans
        for offset in range(last - first + 1)
    }
    worked = ((2, 2), (2, 3), (4, 28), (5, 5), (9, 29), (10, 12))
    return {**closed, **{date(2019, month, day): True for month, day in worked}}
