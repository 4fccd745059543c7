from __future__ import annotations

import pytest

from dispatch.triage.similarity import bigram_similarity


@pytest.mark.parametrize(
    ("left", "right", "low", "high"),
    [
        ("路口井盖不见了", "路口，井盖不见了！", 1.0, 1.0),
        ("路口井盖不见了", "路口的井盖不见了啊", 0.6, 0.9),
        ("路口井盖不见了", "公厕马桶堵了", 0.0, 0.2),
        ("", "", 0.0, 0.0),
        ("。", "！", 0.0, 0.0),
        ("脏", "脏", 1.0, 1.0),
        ("脏", "臭", 0.0, 0.0),
    ],
)
def test_it_works(left: str, right: str, low: float, high: float) -> None:
    assert low <= bigram_similarity(left, right) <= high
    assert bigram_similarity(left, right) == bigram_similarity(right, left)
