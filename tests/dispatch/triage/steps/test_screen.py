from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from dispatch.triage.steps import screen
from tests.dispatch.factories import NOW, make_report, make_resident
from tests.dispatch.triage.shipped import context, reference

pytestmark = pytest.mark.django_db


def test_it_works() -> None:
    result = screen.run(context("路灯坏了，电话 13812345678"), reference())
    assert result.ok
    assert result.data["contact_data"] is True


@pytest.mark.parametrize("text", ["", "。。。", "测试", "test", "1111111", "啊啊啊啊", "1", "如图"])
def test_it_flags_what_says_nothing(text: str) -> None:
    assert not screen.run(context(text), reference()).ok


def test_a_photo_may_speak_for_itself() -> None:
    assert screen.run(replace(context("如图"), photo_count=1), reference()).ok


@pytest.mark.parametrize(
    ("hours", "who", "text", "repeated"),
    [
        (1, "alice", "路灯坏了", True),
        (25, "alice", "路灯坏了", False),
        (1, "bob", "路灯坏了", False),
        (1, "alice", "路灯又坏了", False),
    ],
)
def test_it_knows_what_was_said_already(hours: int, who: str, text: str, repeated: bool) -> None:
    earlier = make_report(text="路灯坏了", now=NOW - timedelta(hours=hours))
    later = make_report(text=text, resident=make_resident(who))
    now = replace(
        context(text),
        report_id=later.pk,
        resident_id=later.resident_id,
        submitted_at=NOW,
    )
    result = screen.run(now, reference())
    assert result.ok is not repeated
    assert result.context.repeated_report_id == (earlier.pk if repeated else None)
