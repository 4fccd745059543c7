"""The sentences, with the odd numbers that spoil sentences."""

from __future__ import annotations

from datetime import date

import pytest

from dispatch.enums import TicketStatus
from dispatch.summary.insights.words import (
    STEPS,
    late_text,
    longest_step_text,
    most_of_it,
    repeat_text,
    rising_text,
    slow_text,
    span,
)

DAY = date(2026, 11, 21)


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ((14, 5.0, 60, DAY), "“路灯不亮”近 7 天 14 件，往常这个时候约 5 件，是往常的 2.8 倍；11月21日起上升"),
        ((14, 5.04, 60, None), "“路灯不亮”近 7 天 14 件，往常这个时候约 5 件，是往常的 2.8 倍"),
        ((6, 0.2, 0, DAY), "“路灯不亮”近 7 天 6 件，此前 12 周一件也没有；11月21日起上升"),
        ((6, 0.2, 2, None), "“路灯不亮”近 7 天 6 件，往常这个时候难得有一件"),
        ((1, 1.0, 12, None), "“路灯不亮”近 7 天 1 件，往常这个时候约 1 件，是往常的 1 倍"),
        ((250, 12.4, 150, None), "“路灯不亮”近 7 天 250 件，往常这个时候约 12 件，是往常的 20 多倍"),
    ],
)  # fmt: skip
def test_rising(given: tuple[int, float, int, date | None], text: str) -> None:
    count, expected, before, since = given
    told = rising_text(
        name="路灯不亮", is_place=False, days=7, count=count, expected=expected, before=before, since=since
    )  # fmt: skip
    assert told == text


def test_a_place_has_no_quotes() -> None:
    text = rising_text(
        name="前峰村第2网格", is_place=True, days=28, count=14, expected=5, before=9, since=None
    )
    assert text.startswith("前峰村第2网格近 28 天 14 件")
    assert most_of_it(text, "垃圾", 1).endswith("，其中“垃圾” 1 件")


@pytest.mark.parametrize(
    ("repeated", "reopened", "ending"),
    [
        (3, 1, "30 天内反复 4 次（原处再报 3 次，重新打开 1 次）"),
        (3, 0, "30 天内反复 3 次（原处再报 3 次）"),
        (0, 3, "30 天内反复 3 次（重新打开 3 次）"),
    ],
)
def test_repeats(repeated: int, reopened: int, ending: str) -> None:
    told = repeat_text(
        place="前峰村第2网格", category="暴露垃圾", days=30, repeated=repeated, reopened=reopened
    )
    assert told == f"前峰村第2网格的“暴露垃圾”{ending}"


def test_slow_steps() -> None:
    given = {"whose": "城建办", "status": TicketStatus.DISPATCHED, "count": 23}
    assert (
        slow_text(**given, hours=9.5, other=4.13, compared="others")  # type: ignore[arg-type]
        == "城建办的工单从派单到签收平均 9.5 小时，是其他单位的 2.3 倍（近 28 天 23 件）"
    )
    assert (
        slow_text(**given, hours=96, other=0.5, compared="past")  # type: ignore[arg-type]
        == "城建办的工单从派单到签收平均 4.0 天，此前 12 周是 30 分钟（近 28 天 23 件）"
    )
    assert "0.0" not in slow_text(**given, hours=5, other=0.0, compared="others")  # type: ignore[arg-type]
    told = longest_step_text(status=TicketStatus.HANDLING, share=0.456, hours=30, count=230)
    assert "最多的一步是从签收到提交结果，占到答复为止全部时间的 46%" in told
    assert set(STEPS) <= set(TicketStatus)


@pytest.mark.parametrize(
    ("late", "low", "high", "pace", "text"),
    [
        (5, 3, 7, 3.04, "按现在的办理速度（每个工作日约 3 件），环卫所12月4日前到期的 12 件中预计 5 件超期（3–7 件）"),
        (5, 5, 5, 0.4, "按现在的办理速度（每个工作日不到 1 件），环卫所12月4日前到期的 12 件中预计 5 件超期"),
        (12, 11, 12, 1.5, "按现在的办理速度（每个工作日约 1.5 件），环卫所12月4日前到期的 12 件预计都会超期"),
    ],
)  # fmt: skip
def test_late(late: int, low: int, high: int, pace: float, text: str) -> None:
    told = late_text(
        department="环卫所", due=12, late=late, low=low, high=high, until=date(2026, 12, 4), pace=pace
    )  # fmt: skip
    assert told == text


@pytest.mark.parametrize(
    ("hours", "text"),
    [(0.0, "1 分钟"), (0.5, "30 分钟"), (1.0, "1.0 小时"), (71.94, "71.9 小时"), (240, "10.0 天")],
)
def test_spans(hours: float, text: str) -> None:
    assert span(hours) == text
