"""Whose a finding is: a department's alone, or the township's."""

from __future__ import annotations

from collections.abc import Iterable

from dispatch.summary.reading import Place, read_by
from dispatch.summary.scopes import Scope


def only_department(scope: Scope, codes: Iterable[str]) -> int | None:
    """Return the department that has everything these measures count in ``scope``; ``None`` if several.

    Its head may then read the finding: the list behind it shows them exactly what was counted.
    """
    wanted = tuple(codes)
    holders = [
        pk
        for pk, sums in read_by(scope, Place.DEPARTMENT).items()
        if any(sums.counts[code] for code in wanted)
    ]
    return (holders[0] or None) if len(holders) == 1 else None
