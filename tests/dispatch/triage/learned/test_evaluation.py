from __future__ import annotations

import numpy as np
import pytest

from dispatch.triage.learned import Example, evaluate
from dispatch.triage.learned.evaluation import calibration_error, class_f1, macro_f1
from dispatch.triage.lexicon import Entry, Lexicon

LEXICON = Lexicon([Entry("a", "路灯", 4.0), Entry("b", "垃圾", 4.0), Entry("b", "路灯", 3.0)])


def test_it_works() -> None:
    rows = [Example("垃圾", "b"), Example("路灯", "b"), Example("别的", "a"), Example("垃圾", "b")]
    found = evaluate(LEXICON, rows)
    assert found["examples"] == 4
    assert found["accuracy"] == 0.5
    assert found["top2"] == 0.75
    assert found["auto_share"] == 0.5
    assert found["auto_accuracy"] == 1.0


def test_nothing_to_look_at() -> None:
    assert evaluate(LEXICON, [])["accuracy"] == 0.0
    assert macro_f1([], []) == 0.0
    assert calibration_error(np.zeros(0), np.zeros(0, dtype=bool)) == 0.0


def test_f1_by_category() -> None:
    assert class_f1(["a", "a", "b"], ["a", "b", "b"]) == pytest.approx({"a": 2 / 3, "b": 2 / 3})


def test_the_calibration_error_is_the_mean_gap() -> None:
    confidence = np.array([0.9] * 10 + [0.5] * 10)
    right = np.array([True] * 8 + [False] * 2 + [True] * 5 + [False] * 5)
    assert calibration_error(confidence, right) == pytest.approx(0.05)
