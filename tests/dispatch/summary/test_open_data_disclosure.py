"""Attacks on what is published: whoever knows the method and all the files learns no small count."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Mapping
from itertools import combinations, product

import pytest

from dispatch.summary.open_data.disclosure import Block, Key, Shown, correct, disclose

K = 5


def key(index: int) -> Key:
    return ("g", "c", str(index))


def block_of(cells: tuple[int, ...]) -> Block:
    large = {key(i): n for i, n in enumerate(cells) if n >= K}
    return Block(sum(cells), large, len(cells))


def output(shown: Shown | None) -> object:
    return None if shown is None else (shown.total, tuple(sorted(shown.cells.items())))


@pytest.mark.parametrize(("size", "top"), [(1, 14), (2, 14), (3, 11), (4, 7)])
def test_whoever_tries_every_world_finds_no_small_group(size: int, top: int) -> None:
    """All that could have led to the same publication, by somebody who knows the program.

    No set of unpublished cells has one and the same sum between 1 and k − 1 in all these worlds. The
    top is far enough for what may be large; worlds at its edge are not concluded from.
    """
    worlds: defaultdict[object, list[tuple[int, ...]]] = defaultdict(list)
    for cells in product(range(top + 1), repeat=size):
        if sum(cells) <= top:  # every world of that total is there
            worlds[output(disclose(block_of(cells), k=K))].append(cells)
    for told, possible in worlds.items():
        if told is None:
            continue
        open_keys = {k[2] for k, _n in told[1]}  # type: ignore[index]
        hidden = [i for i in range(size) if str(i) not in open_keys]
        for many in range(1, len(hidden) + 1):
            for group in combinations(hidden, many):
                sums = {sum(cells[i] for i in group) for cells in possible}
                assert len(sums) > 1 or sums.isdisjoint(range(1, K)), (told, group, sums)


def bounds(shown: Shown, hidden: int) -> tuple[int, int]:
    """Return the least and most that an unpublished cell can be, all being below k."""
    return max(0, shown.rest - (hidden - 1) * (K - 1)), min(K - 1, shown.rest)


def test_subtracting_what_is_shown_tells_nothing_new() -> None:
    chance = random.Random(6)
    partly = 0
    for _ in range(3000):
        size = chance.choice((2, 3, 8, 60, 400))
        cells = tuple(
            chance.choice((0, 0, 0, 1, 2, 4, 5, 9)) if chance.random() < 0.3 else 0
            for _ in range(size)
        )
        shown = disclose(block_of(cells), k=K)
        if shown is None:
            assert sum(cells) < K
            continue
        assert shown.total == sum(cells)
        assert min(shown.cells.values(), default=K) >= K
        assert shown.rest == 0 or shown.rest >= K
        if shown.cells and shown.rest:
            partly += 1
            assert bounds(shown, size - len(shown.cells)) == (0, K - 1)
    assert partly > 100


def shown(total: int, **cells: int) -> Shown:
    return Shown(total, {("g", "c", day): n for day, n in cells.items()})


@pytest.mark.parametrize(
    ("old", "new", "taken"),
    [
        (shown(20), shown(20), True),
        (shown(20), shown(25), True),
        (shown(20), shown(14), True),
        (shown(20), shown(21), False),
        (shown(20), shown(16), False),
        (shown(20), None, False),
        (None, shown(9), False),
        (None, None, True),
        (shown(40, a=6), shown(40, a=6), True),
        (shown(40, a=6), shown(40, b=6), False),
        (shown(40, a=6), shown(40), False),
        (shown(40, a=6), shown(46, a=12), True),
        (shown(40, a=6), shown(46, a=11), False),  # the rest grew by one
        (shown(40, a=6), shown(41, a=7), False),
    ],
)
def test_two_versions_tell_no_small_difference(
    old: Shown | None, new: Shown | None, taken: bool
) -> None:
    assert correct([old], new, k=K) is (new if taken else old)


def test_every_earlier_version_counts() -> None:
    first, second = shown(20), shown(26)
    assert correct([first, second], shown(21), k=K) is second
    assert correct([first, second], shown(31), k=K) == shown(31)


def test_a_chain_of_corrections_never_differs_by_little() -> None:
    chance = random.Random(7)
    versions: list[Shown | None] = [disclose(block_of((9, 3, 8, 0, 0, 4, 2, 1, 1, 1)), k=K)]
    for _ in range(300):
        small = tuple(chance.choice((0, 1, 3, 4)) for _ in range(8))
        cells = (chance.choice((9, 10, 14, 20)), chance.choice((0, 3)), 8, *small[1:])
        versions.append(correct(versions, disclose(block_of(cells), k=K), k=K))
    different: Mapping[object, Shown | None] = {output(v): v for v in versions}
    assert len(different) > 1
    for one, two in combinations(different.values(), 2):
        assert one is not None
        assert two is not None
        gaps = [one.total - two.total, one.rest - two.rest]
        gaps += [one.cells[k] - two.cells[k] for k in one.cells]
        assert all(gap == 0 or abs(gap) >= K for gap in gaps)
