from __future__ import annotations

import pytest

from bench.hotspots import measure_pairs
from dispatch.triage.likeness import compare


def test_it_works() -> None:
    seen = compare(
        "路口的井盖不见了", "路口井盖不见了", distance_m=5, radius_m=50, same_category=True
    )
    assert seen.is_suggested
    assert seen.is_repetition


@pytest.mark.parametrize(
    ("new", "old", "metres", "same_category"),
    [
        ("路口井盖不见了", "路口井盖不见了", 31, True),
        ("路口井盖不见了", "路口井盖不见了", 5, False),
        ("5幢楼道灯坏了", "3幢楼道灯坏了", 5, True),
        ("村口路灯亮了", "村口路灯不亮", 5, True),
        ("村口路灯修好了，路灯亮", "村口路灯坏了，路灯暗", 5, True),
    ],
)
def test_doubt_joins_nothing(new: str, old: str, metres: float, same_category: bool) -> None:
    seen = compare(new, old, distance_m=metres, radius_m=100, same_category=same_category)
    assert not seen.is_repetition


def test_another_building_is_not_even_suggested() -> None:
    seen = compare("5幢楼道灯坏了", "3幢楼道灯坏了", distance_m=5, radius_m=100, same_category=True)
    assert not seen.is_suggested


def test_another_category_is_suggested_for_nearly_the_same_words_only() -> None:
    words = {"distance_m": 10.0, "radius_m": 100.0, "same_category": False}
    assert compare("绿化带里有人种菜", "绿化带有人种菜", **words).is_suggested  # type: ignore[arg-type]
    assert not compare("绿化带有人种菜", "绿化带树枝挡住了路", **words).is_suggested  # type: ignore[arg-type]


def test_a_radius_of_nothing_divides_by_nothing() -> None:
    seen = compare("路灯不亮", "路灯不亮", distance_m=0, radius_m=0, same_category=True)
    assert 0 <= seen.score <= 1


def test_no_pair_of_the_bench_is_joined_wrongly() -> None:
    figures = measure_pairs()
    assert figures["pairs"] >= 60
    assert figures["joined"]["precision"] == 1.0
    assert figures["suggested"]["recall"] >= 0.8
    assert figures["suggested"]["precision"] >= 0.7
