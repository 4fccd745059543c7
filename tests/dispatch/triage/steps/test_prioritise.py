from __future__ import annotations

from dataclasses import replace

import pytest

from dispatch.triage.context import TriageContext
from dispatch.triage.steps import prioritise
from reports.enums import ReportKind, Urgency
from tests.dispatch.triage.shipped import context, reference


def filed(text: str, code: str | None, confidence: float = 0.9, **extra: object) -> TriageContext:
    category = reference().categories[code] if code else None
    return replace(context(text, **extra), category=category, confidence=confidence)


@pytest.mark.parametrize(
    ("text", "code", "confidence", "urgency", "ok"),
    [
        ("垃圾没人清", "0401", 0.9, "P2", True),
        ("瓶装气黑点", "0105", 0.9, "P0", True),
        ("瓶装气黑点", "0105", 0.4, "P1", True),
        ("路面塌陷了一大块", "0301", 0.9, "P0", True),
        ("路面塌陷了一大块", "0301", 0.7, "P0", False),
        ("树倒了", "0605", 0.9, "P1", True),
        ("什么也看不出", None, 0.0, "P2", True),
        ("有人落水了", None, 0.0, "P0", True),
    ],
)
def test_the_more_urgent_of_category_and_danger_counts(
    text: str, code: str | None, confidence: float, urgency: str, ok: bool
) -> None:
    result = prioritise.run(filed(text, code, confidence), reference())
    assert result.context.urgency == Urgency(urgency)
    assert result.ok is ok


def test_praise_raises_no_alarm() -> None:
    said = filed("楼上着火了，感谢及时赶到", "1006", kind=ReportKind.PRAISE)
    assert prioritise.run(said, reference()).context.urgency == Urgency.P3


def test_what_a_long_letter_tells_later_is_at_most_urgent() -> None:
    letter = "物业收费不合理。" * 30 + "楼道里着火了。"
    assert prioritise.run(filed(letter, "0706"), reference()).context.urgency == Urgency.P1


def test_the_wish_of_the_resident_decides_nothing() -> None:
    wish = filed("特急！！！P0！马上派人！垃圾没人清", "0401")
    assert prioritise.run(wish, reference()).context.urgency == Urgency.P2
