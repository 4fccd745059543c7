"""Which counts may be published, so that no small one can be computed from those that are.

A month is cut into blocks: one village × one top category. A block's total is a row of the coarse
table, its cells (grid × category × day) are rows of the fine one; blocks share no cell, and nothing
above them is published, so each stands for itself.

``k`` is the least count shown. A total below ``k`` is not shown, and none of its cells is. Cells of at
least ``k`` are shown only if the rest of their block (total less shown cells) tells nothing more of the
others than that each is below ``k``: the rest is nothing, or it is at least ``k`` and so far below what
the others could hold together that any of them may still be anything from 0 to ``k`` − 1. Otherwise
none of the block's cells is shown: the coarse table has the precedence, for it says more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

Key = tuple[str, str, str]
"""Grid code, category code, day (ISO)."""


@dataclass(frozen=True, slots=True)
class Block:
    """What was counted: ``large`` are the cells of at least ``k``, ``size`` how many cells there are."""

    total: int
    large: Mapping[Key, int]
    size: int


@dataclass(frozen=True, slots=True)
class Shown:
    """What is published of a block."""

    total: int
    cells: Mapping[Key, int] = field(default_factory=dict)

    @property
    def rest(self) -> int:
        """Return what anybody can compute: the sum of the cells that are not shown."""
        return self.total - sum(self.cells.values())


def disclose(block: Block, *, k: int) -> Shown | None:
    """Return what may be shown of one block."""
    if block.total < k:
        return None
    shown = Shown(block.total, dict(block.large))
    others = block.size - len(block.large)
    harmless = shown.rest == 0 or k <= shown.rest <= (others - 1) * (k - 1)
    return shown if harmless else Shown(block.total)


def correct(earlier: Iterable[Shown | None], new: Shown | None, *, k: int) -> Shown | None:
    """Return what a corrected version may show, ``earlier`` being every version before, oldest first.

    Whoever kept an earlier file subtracts it: the new block is shown only where each difference that
    can be computed is nothing or at least ``k``, and the same cells are shown; else the last stays.
    """
    versions = list(earlier)
    if all(_may_follow(old, new, k) for old in versions):
        return new
    return versions[-1]


def _may_follow(old: Shown | None, new: Shown | None, k: int) -> bool:
    if old is None or new is None:
        return old is new
    if old.cells.keys() != new.cells.keys():
        return False
    changes = [new.cells[key] - old.cells[key] for key in old.cells]
    changes += [new.total - old.total, new.rest - old.rest]
    return all(change == 0 or abs(change) >= k for change in changes)
