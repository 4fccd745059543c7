from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from dispatch.triage.candidate import Candidate
from dispatch.triage.steps import classify
from reports.enums import ReportKind
from tests.dispatch.triage.shipped import context, reference


def test_it_works() -> None:
    result = classify.run(context("路边垃圾堆成山，臭得不行"), reference())
    assert result.ok
    assert result.context.category is not None
    assert result.context.category.code == "0401"
    assert "垃圾" in result.reason
    assert result.data["threshold"] == 0.6
    assert result.data["version"] == reference().classifier.version


def test_it_names_two_candidates_when_unsure() -> None:
    result = classify.run(context("学校旁边的河"), reference())
    assert not result.ok
    assert "%" in result.reason
    assert len(result.context.candidates) >= 2


def test_a_mere_guess_is_not_shown() -> None:
    result = classify.run(context("晚上"), reference())
    assert not result.ok
    assert result.context.category is None


def test_nothing_known_is_said_so() -> None:
    result = classify.run(context("嗯嗯哦哦"), reference())
    assert not result.ok
    assert result.context.candidates == ()


def test_a_category_switched_off_is_no_candidate() -> None:
    rest = {code: row for code, row in reference().categories.items() if code != "0401"}
    result = classify.run(context("路边垃圾堆成山"), replace(reference(), categories=rest))
    assert "0401" not in [row.code for row in result.context.candidates]


def test_the_kind_is_a_hint() -> None:
    said = context("小王帮我把车推上坡", kind=ReportKind.PRAISE)
    result = classify.run(said, reference())
    assert result.ok
    assert result.context.category is not None
    assert result.context.category.code == "1006"


class Sure:
    """A classifier with one answer, and a line of its own for it."""

    version = "model-0123456789"

    def __init__(self, confidence: float, line: float) -> None:
        self.found = (
            Candidate("0303", 2.0, confidence, ("路灯",), (1.5,)),
            Candidate("0601", 1.0, 0.05),
        )
        self.line = line

    def rank(self, text: str, *, hints: tuple[str, ...], chosen: str) -> tuple[Candidate, ...]:
        return self.found

    def threshold(self, code: str) -> float:
        return self.line if code == "0303" else 0.0

    def stands_out(self, candidates: Sequence[Candidate]) -> bool:
        return True


@pytest.mark.parametrize(
    ("confidence", "line", "ok", "said"),
    [
        (0.93, 0.88, True, "把握 93%，达到自动派单线 88%"),
        (0.88, 0.88, True, "达到自动派单线 88%"),
        (0.87, 0.88, False, "分类把握不足（把握 87%，自动派单线 88%）"),
        (0.99, 1.01, False, "这一类的记录还不够，暂不自动派单"),
    ],
)
def test_the_line_of_the_category_decides(
    confidence: float, line: float, ok: bool, said: str
) -> None:
    with_model = replace(reference(), classifier=Sure(confidence, line))
    result = classify.run(context("路灯坏了"), with_model)
    assert result.ok is ok
    assert said in result.reason
    assert result.data["threshold"] == line
    assert result.data["version"] == "model-0123456789"


def test_two_that_are_nearly_as_likely_are_for_a_person() -> None:
    class Torn(Sure):
        def stands_out(self, candidates: Sequence[Candidate]) -> bool:
            return False

    close = Torn(0.7, 0.6)
    result = classify.run(context("路灯坏了"), replace(reference(), classifier=close))
    assert not result.ok
    assert "两类难分" in result.reason
