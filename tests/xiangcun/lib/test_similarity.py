from __future__ import annotations

import pytest

from xiangcun.lib.similarity import (
    compare_names,
    first_sentence,
    likeness,
    named_places,
    numbered_places,
    places_agree,
    print_of,
)


@pytest.mark.parametrize(
    ("left", "right", "low", "high"),
    [
        ("路口井盖不见了", "路口，井盖不见了！", 1.0, 1.0),
        ("路口井盖不见了", "路口的井盖不见了啊", 0.9, 1.0),
        ("路口井盖不见了", "公厕马桶堵了", 0.0, 0.2),
        ("路灯不亮", "村口那盏路灯坏了三天，晚上不亮，黑乎乎的，老人走路害怕", 0.3, 0.8),
        ("请尽快处理", "请尽快处理一下，谢谢", 0.0, 1.0),
        ("", "", 0.0, 0.0),
        ("。", "！", 0.0, 0.0),
        ("脏", "脏", 1.0, 1.0),
        ("脏", "臭", 0.0, 0.0),
    ],
)
def test_it_works(left: str, right: str, low: float, high: float) -> None:
    one, two = print_of(left), print_of(right)
    assert low <= likeness(one, two) <= high
    assert likeness(one, two) == likeness(two, one)


def test_the_opening_counts_more_than_the_body() -> None:
    body = "我家住在街上二十年，孩子上学天天走过。"
    one = print_of("路口井盖不见了。" + body)
    same_opening = print_of("路口井盖不见了。大伙心里都慌，万一掉下去谁负责呀。")
    same_body = print_of("公厕马桶堵住好几回。" + body)
    assert likeness(one, same_opening) > likeness(one, same_body)


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        ("3幢楼道灯坏了", "5幢楼道灯坏了", False),
        ("三幢楼道灯坏了", "3幢楼道灯坏了", True),
        ("3幢2单元", "3幢1单元", False),
        ("三丰村路灯坏了", "临江村路灯坏了", False),
        ("投诉三丰村路灯", "三丰村的路灯", True),
        ("A市涉外经济学院强制实习", "经济学院强制实习", True),
        ("我们小区停水", "桂花小区停水", None),
        ("路灯坏了", "井盖坏了", None),
    ],
)
def test_it_hears_places_that_agree_or_contradict(
    left: str, right: str, expected: bool | None
) -> None:
    assert places_agree(print_of(left), print_of(right)) is expected


def test_it_reads_names_and_numbers() -> None:
    assert numbered_places("12号楼二单元") == {"号楼": {"12"}, "单元": {"2"}}
    assert named_places("关于桂花苑的事") == {"苑": {"桂花"}}
    assert compare_names({}, {"苑": frozenset({"桂花"})}) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("路灯不亮了。请来修", "路灯不亮了"),
        ("你好！\n路口井盖不见了。", "你好路口井盖不见了"),
        ("字" * 100, "字" * 40),
        ("", ""),
    ],
)
def test_the_first_sentence_says_something(text: str, expected: str) -> None:
    assert first_sentence(text) == expected
