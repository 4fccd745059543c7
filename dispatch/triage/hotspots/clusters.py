"""What many people say: messages joined by average likeness as long as they stay alike.

Two messages are as alike as their titles and openings are (cosine of TF-IDF, mixed), without what
every complaint says. A pair that
names different places of one kind counts a third; a pair with points too far apart counts nothing.
Then, the most alike pair first, groups are joined while the mean over all their pairs stays above
``stop`` (average linkage, on the sparse graph: a pair below ``floor`` counts as zero). Same input,
same groups: ties go to the earlier messages.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from dispatch.triage.hotspots.vectors import alike_pairs, weigh_texts
from xiangcun.lib.geo import distance_m
from xiangcun.lib.similarity import Names, compare_names, named_places, substance_of


@dataclass(frozen=True, slots=True)
class Message:
    """What one person said; ``point`` is WGS-84 (lat, lng), ``None`` where place does not matter."""

    title: str
    body: str = ""
    point: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Settings:
    """How alike is alike. Chosen by reason, and held by the bench to ±20 %.

    ``title_share``: the opening counts twice the title, and holds it;
    ``opening``: characters of the body read, about three sentences; ``other_place``: what is left of
    a pair that names different places; ``reach_m``: how far apart one matter's points may lie, and
    ``named_reach_m`` how far when both name the same place (a road is long); ``same_spot``: what
    points close together add, for people write less to a map than to an office.
    """

    stop: float = 0.19
    floor: float = 0.06
    title_share: float = 0.33
    opening: int = 100
    other_place: float = 0.3
    reach_m: float = 500.0
    named_reach_m: float = 2000.0
    same_spot: float = 1.6


DEFAULT = Settings()


def find_clusters(messages: Sequence[Message], settings: Settings = DEFAULT) -> list[list[int]]:
    """Return groups of positions in ``messages``, the largest first; loners are groups of one."""
    if not messages:
        return []
    openings = [f"{row.title} {row.body[: settings.opening]}" for row in messages]
    parts = (
        (settings.title_share, weigh_texts([substance_of(row.title) for row in messages])),
        (1 - settings.title_share, weigh_texts([substance_of(text) for text in openings])),
    )
    places = [_Places(named_places(row.title), named_places(text), row.point)
              for row, text in zip(messages, openings, strict=True)]  # fmt: skip
    edges = (
        (one, two, value * _same_place(places[one], places[two], settings))
        for one, two, value in alike_pairs(parts, floor=settings.floor)
    )
    return join_by_average(len(messages), edges, stop=settings.stop)


@dataclass(frozen=True, slots=True)
class _Places:
    title: Names
    opening: Names
    point: tuple[float, float] | None


def _same_place(one: _Places, two: _Places, settings: Settings) -> float:
    """Return what a pair's likeness is multiplied by; what the titles name goes first."""
    agree = compare_names(one.title, two.title)
    if agree is None:
        agree = compare_names(one.opening, two.opening)
    weight = settings.other_place if agree is False else 1.0
    if one.point is None or two.point is None:
        return weight
    distance = distance_m(*one.point, *two.point)
    if distance <= settings.reach_m:
        return weight * settings.same_spot
    return weight if agree and distance <= settings.named_reach_m else 0.0


def join_by_average(
    count: int, edges: Iterable[tuple[int, int, float]], *, stop: float
) -> list[list[int]]:
    """Return the groups of average linkage down to ``stop`` over a sparse graph of ``count`` rows."""
    sums: list[dict[int, float]] = [{} for _ in range(count)]
    for one, two, value in edges:
        if value > 0:
            sums[one][two] = sums[two][one] = value
    groups: list[list[int]] = [[row] for row in range(count)]
    heap = [
        (-value, one, two)
        for one, near in enumerate(sums)
        for two, value in near.items()
        if one < two and value >= stop
    ]
    heapq.heapify(heap)
    while heap:
        value, one, two = heapq.heappop(heap)
        if not groups[one] or not groups[two] or value != -_mean(sums, groups, one, two):
            continue
        for near in _join(sums, groups, one, two):
            mean = _mean(sums, groups, one, near)
            if mean >= stop:
                heapq.heappush(heap, (-mean, min(one, near), max(one, near)))
    return sorted((sorted(group) for group in groups if group), key=lambda row: (-len(row), row))


def _mean(sums: list[dict[int, float]], groups: list[list[int]], one: int, two: int) -> float:
    return sums[one].get(two, 0.0) / (len(groups[one]) * len(groups[two]))


def _join(
    sums: list[dict[int, float]], groups: list[list[int]], one: int, two: int
) -> dict[int, float]:
    """Give everything of group ``two`` to ``one``; return the groups it now touches."""
    groups[one] += groups[two]
    groups[two] = []
    sums[one].pop(two, None)
    for near, value in sums[two].items():
        if near == one:
            continue
        total = sums[one].get(near, 0.0) + value
        sums[one][near] = sums[near][one] = total
        sums[near].pop(two, None)
    sums[two] = {}
    return sums[one]
