"""Hotspots and duplicates: what is found, how surely, how fast.

``python bench/hotspots.py --hotspots FILE --topics FILE [--json]``. Hotspots: for every topic the
best-matching group (by F1), mean recall and precision, and the same with every setting 20 % lower and
higher. Duplicates: precision and recall of suggestion and of joining unasked on our own pairs, and the
milliseconds of the step against 10,000 open tickets on SQLite and, where reachable, PostgreSQL.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from statistics import mean
from typing import Any

if __package__ in {None, ""}:
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench._pairs import PAIRS
from dispatch.triage.hotspots.clusters import DEFAULT, Message, Settings, find_clusters
from dispatch.triage.likeness import compare

ROOT = Path(__file__).resolve().parent.parent
SCRIPT = Path(__file__).with_name("_duplicates.py")
RADIUS_M = 100.0
SWING = 0.2
Figures = dict[str, Any]


def read_messages(path: Path) -> tuple[list[int], list[Message]]:
    """Return ids and messages of a JSON-lines file."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]
    return [row["id"] for row in rows], [Message(row["title"], row["body"]) for row in rows]


def best_match(wanted: set[int], groups: Sequence[set[int]]) -> Figures:
    """Return recall, precision and size of the group that fits best."""
    best = {"recall": 0.0, "precision": 0.0, "size": 0, "f1": 0.0}
    for group in groups:
        hits = len(group & wanted)
        if hits:
            recall, precision = hits / len(wanted), hits / len(group)
            f1 = 2 * recall * precision / (recall + precision)
            if f1 > best["f1"]:
                best = {"recall": recall, "precision": precision, "size": len(group), "f1": f1}
    return best


def measure_hotspots(
    ids: Sequence[int],
    messages: Sequence[Message],
    topics: Mapping[str, Sequence[int]],
    settings: Settings = DEFAULT,
) -> Figures:
    """Group the messages and compare with the topics; seconds are of this process's processor."""
    started = time.process_time()
    found = find_clusters(messages, settings)
    seconds = time.process_time() - started
    groups = [{ids[index] for index in group} for group in found if len(group) > 1]
    rows = {name: best_match(set(wanted), groups) for name, wanted in topics.items()}
    return {
        "recall": mean(row["recall"] for row in rows.values()),
        "precision": mean(row["precision"] for row in rows.values()),
        "topics": rows,
        "sizes": [len(group) for group in groups[:10]],
        "groups_of_3": sum(len(group) > 2 for group in groups),
        "seconds": round(seconds, 2),
    }


def measure_stability(
    ids: Sequence[int], messages: Sequence[Message], topics: Mapping[str, Sequence[int]]
) -> dict[str, tuple[float, float]]:
    """Return (recall, precision) with each setting that matters here 20 % lower and higher."""
    found = {}
    for name in ("stop", "floor", "title_share", "opening", "other_place"):
        for factor in (1 - SWING, 1 + SWING):
            value = asdict(DEFAULT)[name]
            settings = replace(DEFAULT, **{name: type(value)(value * factor)})
            figures = measure_hotspots(ids, messages, topics, settings)
            found[f"{name} ×{factor:.1f}"] = (figures["recall"], figures["precision"])
    return found


def measure_pairs() -> Figures:
    """Return precision and recall of suggestion and of joining unasked on the pairs of one day."""
    counts = {name: [0, 0] for name in ("suggested", "joined")}
    same = sum(pair[-1] for pair in PAIRS)
    for old, new, metres, category, is_same in PAIRS:
        seen = compare(new, old, distance_m=metres, radius_m=RADIUS_M, same_category=category)
        for name, says in (("suggested", seen.is_suggested), ("joined", seen.is_repetition)):
            counts[name][0] += says
            counts[name][1] += says and is_same
    return {
        "pairs": len(PAIRS),
        **{
            name: {"precision": right / (told or 1), "recall": right / same, "told": told}
            for name, (told, right) in counts.items()
        },
    }


def measure_duplicates() -> dict[str, Figures]:
    """Return milliseconds and statements of the step by database."""
    from bench._stack import stack  # noqa: PLC0415 - needs the clients of PostgreSQL and Redis

    figures = {}
    with tempfile.TemporaryDirectory(prefix="xiangcun-bench-") as folder:
        kept = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
        figures["sqlite"] = _run({**kept, "XIANGCUN_DATA": folder}, seed=True)
    try:
        with contextlib.redirect_stderr(sys.stderr), stack() as running:
            figures["postgres"] = _run(running.environment, seed=False)
    except Exception as error:  # noqa: BLE001 - the bench also runs where there is no PostgreSQL
        print(f"  postgres: not measured ({type(error).__name__})")
    return figures


def _run(environment: Mapping[str, str], *, seed: bool) -> Figures:
    settings = {"DJANGO_SETTINGS_MODULE": "xiangcun.settings", "PYTHONPATH": str(ROOT)}
    env = {**environment, **settings, "LOG_LEVEL": "ERROR"}
    for command in (["migrate", "-v0"], ["seed_township"]) if seed else ():
        subprocess.run(
            [sys.executable, "manage.py", *command],
            cwd=ROOT, env=env, check=True, stdout=subprocess.DEVNULL,
        )  # fmt: skip
    done = subprocess.run(
        [sys.executable, str(SCRIPT)], cwd=ROOT, env=env, check=True, capture_output=True, text=True
    )
    figures: Figures = json.loads(done.stdout.splitlines()[-1])
    return figures


def print_hotspots(figures: Figures, stability: Mapping[str, tuple[float, float]]) -> None:
    """Print the figures of the hotspots."""
    print(
        f"hotspots: mean recall {figures['recall']:.3f}, mean precision {figures['precision']:.3f},"
        f" {figures['seconds']} s of one core, {figures['groups_of_3']} groups of 3 or more,"
        f" largest {figures['sizes']}"
    )
    for name, row in figures["topics"].items():
        print(
            f"  {name}: recall {row['recall']:.2f}, precision {row['precision']:.2f}, {row['size']}"
        )
    for name, (recall, precision) in stability.items():
        print(f"  {name:18} recall {recall:.3f}, precision {precision:.3f}")


def print_duplicates(pairs: Figures, speed: Mapping[str, Figures]) -> None:
    """Print the figures of the duplicates."""
    for name in ("suggested", "joined"):
        row = pairs[name]
        print(
            f"duplicates {name}: precision {row['precision']:.3f}, recall {row['recall']:.3f}"
            f" ({row['told']} of {pairs['pairs']} pairs)"
        )
    for engine, figures in speed.items():
        for name in ("town", "square"):
            row = figures[name]
            print(
                f"duplicates on {engine}, {figures['tickets']} open tickets, {name}: p50 {row['p50_ms']}"
                f" ms, p95 {row['p95_ms']} ms ({row['cpu_ms']} ms of processor), {row['statements']} statements"
            )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hotspots", type=Path)
    parser.add_argument("--topics", type=Path)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--no-database", action="store_true", help="leave the milliseconds out")
    options = parser.parse_args()
    result: Figures = {"pairs": measure_pairs(), "duplicates": {}}
    if options.hotspots and options.topics:
        ids, messages = read_messages(options.hotspots)
        topics = json.loads(options.topics.read_text(encoding="utf-8"))
        result["hotspots"] = measure_hotspots(ids, messages, topics)
        result["stability"] = measure_stability(ids, messages, topics)
        print_hotspots(result["hotspots"], result["stability"])
    if not options.no_database:
        result["duplicates"] = measure_duplicates()
    print_duplicates(result["pairs"], result["duplicates"])
    if options.json:
        print(json.dumps(result, ensure_ascii=False))


if __name__ == "__main__":
    main()
