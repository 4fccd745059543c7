from __future__ import annotations

import pytest

from dispatch.triage.patterns import clause_around, find_spans, occurs


@pytest.mark.parametrize(
    ("term", "text", "stands"),
    [
        ("井盖", "路口井盖没了", True),
        ("路灯…不亮", "路灯晚上都不亮", True),
        ("路灯…不亮", "路灯不亮", True),
        ("路灯…不亮", "路灯好。家里不亮", False),
        ("路灯…不亮", "路灯一二三四五六七八不亮", True),
        ("路灯…不亮", "路灯一二三四五六七八九不亮", False),
        ("a.c", "abc", False),
        ("", "什么都有", False),
        ("…", "什么都有", False),
        ("…灯", "路灯", True),
    ],
)
def test_it_finds_words_and_gaps(term: str, text: str, stands: bool) -> None:
    assert occurs(term, text) is stands


def test_it_finds_every_place() -> None:
    assert list(find_spans("井盖", "井盖和井盖")) == [(0, 2), (3, 5)]


def test_a_clause_ends_at_commas_and_stops() -> None:
    text = "去年也掉过，现在电线又掉下来了。快来"
    start = text.index("电线")
    assert clause_around(text, start, start + 2) == "现在电线又掉下来了"
    assert clause_around("电线掉了", 0, 2) == "电线掉了"
