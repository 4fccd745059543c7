"""Spreads of durations: how many fell into which bucket, from which median and P90 are read.

A bucket is at most 12 % of the value wide (below a quarter of an hour 5 minutes), so a quantile read
as the geometric middle of its bucket is at most 6 % off. What lasted longer than the last edge (over a
year) is one open bucket.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from dispatch.enums.measures import BUCKETS

_GROWTH = 1.12
_FIRST = (0, 5, 10, 15)


def _edges(number: int) -> tuple[int, ...]:
    edges = list(_FIRST)
    while len(edges) < number:
        edges.append(max(edges[-1] + 1, int(edges[-1] * _GROWTH)))
    return tuple(edges)


EDGES = _edges(BUCKETS)
"""Lower edges in minutes, ascending: bucket ``i`` is ``EDGES[i]`` ≤ minutes < ``EDGES[i + 1]``."""


def bucket_of(minutes: int) -> int:
    """Return the bucket of a duration in minutes; a negative one is none at all."""
    return bisect_right(EDGES, max(minutes, 0)) - 1


def middle_of(bucket: int) -> float:
    """Return the minutes a bucket stands for: its geometric middle (the first: half its width)."""
    low = EDGES[bucket]
    if bucket + 1 >= len(EDGES):
        return float(low)
    high = EDGES[bucket + 1]
    return float((low * high) ** 0.5) if low else high / 2


def quantile(counts: Sequence[int], share: float) -> float | None:
    """Return the minutes that ``share`` (0–1) of the durations do not exceed; ``None`` without any.

    ``counts`` holds one count per bucket.
    """
    total = sum(counts)
    if total <= 0:
        return None
    wanted, passed = share * total, 0
    for bucket, count in enumerate(counts):
        passed += count
        if count and passed >= wanted:
            return middle_of(bucket)
    return middle_of(len(counts) - 1)
