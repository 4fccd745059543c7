"""Insights: false alarms, power and delay of "rising"; whether the early warning of late tickets is right.

    .venv/bin/python bench/insights.py [--hotspots FILE --topics FILE] [--years 4] [--quick]

Rising: made-up townships of sixty categories and forty grids without a rise (a year's wave, weekdays,
holidays, overdispersion), then with injected ones, and 2019's real messages with their times shuffled;
beside this method two rules one would try first, on the same evenings of the same series. Early warning:
departments' queues simulated day by day under three ways of working, forecast against what came.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from statistics import median

import numpy as np

if __package__ in {None, ""}:
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xiangcun.settings")
os.environ.setdefault("XIANGCUN_DATA", tempfile.gettempdir())
import django

django.setup()

from bench._insight_queues import measure_queues  # noqa: E402 - needs Django set up
from bench._insight_series import (  # noqa: E402 - needs Django set up
    OURS,
    SERIES,
    Messages,
    make_township,
    onsets,
    read_messages,
    states,
    with_rise,
)

YEAR = 365
SHUFFLES = 8
AFTER = 7
"""A rise may still be found so many days after it ended."""


def measure_quiet(*, history: bool, season: float, spread: float, years: int, seed: int) -> None:
    """Print the false alarms of a year in which nothing rises; with last year to look at, or without."""
    found: dict[str, int] = defaultdict(int)
    for run in range(years):
        rng = np.random.default_rng(seed + run)
        before = 530 if history else 7 * 18
        town = make_township(rng, days=before + YEAR, season=season, spread=spread)
        alive = states(town, first=before, last=before + YEAR - 1)
        for name, table in alive.items():
            found[name] += len(onsets(table))
    weeks = years * YEAR / 7
    title = (
        f"quiet, {'with' if history else 'without'} last year, wave ±{season:.0%}, spread {spread}"
    )
    _print_alarms(title, found, weeks, SERIES)


def measure_rises(*, history: bool, times: float, days: int, runs: int, seed: int) -> None:
    """Print how many injected rises are found and after how many days, by how busy the series is."""
    bins = (("1–3 a week", 1, 3), ("3–8", 3, 8), ("8–25", 8, 25))
    hits: dict[tuple[str, str], list[float]] = defaultdict(list)
    for run in range(runs):
        rng = np.random.default_rng(seed + run)
        at = (530 if history else 7 * 18) + int(rng.integers(30, 200))
        town = make_township(rng, days=at + days + AFTER + 1)
        weekly = town.counts[:, at - 56 : at].sum(axis=1) / 8
        chosen = {
            int(pick): name
            for name, low, high in bins
            for pick in rng.permutation(np.flatnonzero((weekly >= low) & (weekly < high)))[:3]
        }
        raised = with_rise(rng, town, chosen, at=at, days=days, times=times)
        last = at + days + AFTER - 1
        for name, table in states(raised, first=at - 14, last=last).items():
            for series, group in chosen.items():
                first = np.flatnonzero(table[14:, series])
                quiet = not table[13, series]
                hits[name, group].append(float(first[0] + 1) if len(first) and quiet else np.nan)
    print(f"rise ×{times:g} for {days} days, {'with' if history else 'without'} last year:")
    for name in dict.fromkeys(key[0] for key in hits):
        cells = []
        for group, _low, _high in bins:
            delays = hits[name, group]
            seen = [delay for delay in delays if delay > 0]
            middle = f"{median(seen):.0f} d" if seen else "–"
            cells.append(f"{group}: {len(seen) / len(delays):4.0%} after {middle}")
        print(f"  {name:22} {'   '.join(cells)}")


def measure_messages(messages: Messages, topics: dict[str, int]) -> None:
    """Print alarms on the real messages, on shuffled ones, and when the topics were noticed."""
    first = 7 * 17
    weeks = (messages.length - first) / 7
    series = messages.member.shape[1]
    shuffled: dict[str, int] = defaultdict(int)
    for run in range(SHUFFLES):
        days = np.random.default_rng(run).permutation(messages.days)
        alive = states(messages.township(days), first=first, last=messages.length - 1)
        for name, table in alive.items():
            shuffled[name] += len(onsets(table))
    _print_alarms("2019's messages, times shuffled", shuffled, weeks * SHUFFLES, series)
    alive = states(messages.township(), first=first, last=messages.length - 1)
    _print_alarms(
        "2019's messages as they were", {n: len(onsets(t)) for n, t in alive.items()}, weeks, series
    )
    for topic, number in topics.items():
        told = int(messages.member[:, number].sum())
        for name, table in alive.items():
            at = [
                str(np.datetime64(messages.first) + first + e)
                for e, s in onsets(table)
                if s == number
            ]
            print(f"  {topic} ({told} messages), {name}: {', '.join(at[:6]) or 'not found'}")
    ours = [(e, messages.names[s]) for e, s in onsets(alive[OURS])]
    print(
        "  said:",
        "；".join(f"{np.datetime64(messages.first) + first + e} {n}" for e, n in sorted(ours)),
    )


def _print_alarms(title: str, found: dict[str, int], weeks: float, series: int) -> None:
    print(f"{title} ({series} series, {weeks:.0f} weeks):")
    for name, count in found.items():
        per_week = count / weeks
        print(
            f"  {name:22} {per_week:7.3f} alarms a week in the township,"
            f" {per_week / series:.5f} per series and week"
        )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hotspots", type=Path)
    parser.add_argument("--topics", type=Path)
    parser.add_argument("--years", type=int, default=4)
    parser.add_argument("--runs", type=int, default=40)
    parser.add_argument("--queues", type=int, default=2)
    options = parser.parse_args()
    started = time.perf_counter()
    for history in (True, False):
        for season, spread in ((0.5, 0.02), (0.5, 0.1), (0.0, 0.05)):
            measure_quiet(
                history=history, season=season, spread=spread, years=options.years, seed=100
            )
    for history in (True, False):
        for times, days in ((2.0, 7), (2.0, 14), (3.0, 7), (3.0, 14)):
            measure_rises(history=history, times=times, days=days, runs=options.runs, seed=900)
    if options.hotspots and options.topics:
        measure_messages(*read_messages(options.hotspots, options.topics))
    measure_queues(options.queues)
    print(f"{time.perf_counter() - started:.0f} s")


if __name__ == "__main__":
    main()
