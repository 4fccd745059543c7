from __future__ import annotations

from dataclasses import replace

from dispatch.triage.steps import classify
from reports.enums import ReportKind
from tests.dispatch.triage.shipped import context, reference


def test_it_works() -> None:
    result = classify.run(context("路边垃圾堆成山，臭得不行"), reference())
    assert result.ok
    assert result.context.category is not None
    assert result.context.category.code == "0401"
    assert "垃圾" in result.reason


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
