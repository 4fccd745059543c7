"""The township's rules of points: ``reports/data/points.json``, read once a process."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

_FILE = Path(__file__).resolve().parent.parent / "data" / "points.json"


@dataclass(frozen=True, slots=True)
class Rank:
    """A rank 等级 by points ever earned; ``level`` 0 is the first."""

    level: int
    name: str
    earned: int


@dataclass(frozen=True, slots=True)
class PointRules:
    """What is given for what. ``daily_cap`` is by the day of earning (Shanghai), for all kinds together.

    ``report`` and ``duplicate`` are for a verified problem, ``urgency_extra`` on top of them by its
    urgency. A reserved reward waits ``pickup_days``; points live ``expiry_months`` and are announced
    ``warn_days`` before their end.
    """

    report: int
    duplicate: int
    urgency_extra: Mapping[str, int]
    patrol: int
    daily_cap: int
    expiry_months: int
    warn_days: int
    pickup_days: int
    ranks: tuple[Rank, ...]

    def rank_of(self, earned: int) -> Rank:
        """Return the rank that so many points ever earned give."""
        return next(rank for rank in reversed(self.ranks) if rank.earned <= max(0, earned))

    def next_rank(self, earned: int) -> Rank | None:
        """Return the rank after the present one, ``None`` at the top."""
        level = self.rank_of(earned).level + 1
        return self.ranks[level] if level < len(self.ranks) else None


@lru_cache(maxsize=1)
def point_rules() -> PointRules:
    """Return the rules in force."""
    raw = json.loads(_FILE.read_text("utf-8"))
    rows = sorted(raw.pop("ranks"), key=lambda row: row["from"])
    ranks = tuple(Rank(level, row["name"], row["from"]) for level, row in enumerate(rows))
    extra = MappingProxyType({str(key): int(value) for key, value in raw["urgency_extra"].items()})
    return PointRules(**{**raw, "urgency_extra": extra, "ranks": ranks})
