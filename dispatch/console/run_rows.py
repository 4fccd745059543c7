"""Reading what a run of triage kept: rows of any age, and of any shape."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from dispatch.models import TriageRun

MAX_WORDS = 8
Row = Mapping[str, Any]


def rows_of(value: object) -> list[Row]:
    """Return the dictionaries of a list, nothing for anything else."""
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def steps_of(run: TriageRun) -> dict[str, Row]:
    """Return the steps by name, in order."""
    return {str(row.get("step", "")): row for row in rows_of(run.steps)}


def data_of(steps: Mapping[str, Row], name: str) -> Row:
    """Return what a step kept, empty for a step that did not run."""
    data = steps.get(name, {}).get("data")
    return data if isinstance(data, dict) else {}


def candidates_of(run: TriageRun) -> list[Row]:
    """Return the candidates, best first."""
    return rows_of(run.candidates)


def strings(value: object, *, most: int = MAX_WORDS) -> list[str]:
    """Return the non-empty texts of a list; of dictionaries their word."""
    rows = value if isinstance(value, list) else []
    words = [row.get("term", row.get("name", "")) if isinstance(row, dict) else row for row in rows]
    return [str(word) for word in words if word][:most]


def number(value: object) -> float | None:
    """Return a finite number, ``None`` for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if math.isfinite(value) else None


def percent(value: object) -> str:
    """Return ``93%``; a share that is not quite everything never reads 100%."""
    share = number(value) or 0.0
    return f"{min(share, 0.99):.0%}" if share < 1 else "100%"


def percents(*shares: float) -> list[str]:
    """Return shares beside each other: with a decimal where two would read the same."""
    texts = [percent(share) for share in shares]
    if len(set(texts)) == len(texts) or len(set(shares)) == 1:
        return texts
    return [f"{share:.1%}" for share in shares]
