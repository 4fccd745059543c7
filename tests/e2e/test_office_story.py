"""A case that wanders: returned, dispatched again, extended, finished badly, sent back, verified."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from bench._client import report_body
from tests.e2e.steps import (
    SignIn,
    dispatch_to,
    find_new_ticket,
    find_ticket,
    make_photo,
    press,
    status_of,
    wait_for,
)
from tests.e2e.township import Instance

pytestmark = pytest.mark.e2e
LATER = datetime.now(UTC) + timedelta(days=20)
LOCAL_LATER = LATER.astimezone(ZoneInfo("Asia/Shanghai"))


def extend(head: Page, lead: Page, number: str) -> None:
    """The head asks for more time, the lead grants it."""
    press(
        head,
        "request_extension",
        new_due=f"{LOCAL_LATER:%Y-%m-%dT%H:%M}",
        note="需要联系产权单位，施工队下周进场",
    )
    expect(head.locator("body")).to_contain_text("待值班领导审批")
    expect(head.locator("#xc-actions a[data-action=request_extension]")).to_have_count(0)
    find_ticket(lead, number)
    press(lead, "grant_extension", note="同意，请按新期限办结")


def test_a_case_wanders_and_is_brought_home(
    instance: Instance, sign_in: SignIn, tmp_path: Path
) -> None:
    resident = instance.resident("zhaodashu")
    body = report_body("村口那个东西到底归谁管，说了好几回没人理", 30.313, 120.504)
    status, sent = resident.call("POST", "/api/v1/reports", body)
    assert status == 201
    number = sent["number"]

    room = sign_in("dispatcher")
    find_new_ticket(room, number)
    dispatch_to(room, category="建筑垃圾", department="环境卫生")
    wrong = sign_in("sanitation_head")
    find_ticket(wrong, number)
    press(wrong, "return", return_reason="not_our_duty", note="偷倒由执法队查处")
    find_ticket(room, number)
    assert status_of(room) == "待研判"
    dispatch_to(room, category="建筑垃圾", department="综合行政执法队")

    head, lead = sign_in("enforcement_head"), sign_in("lead")
    find_ticket(head, number)
    press(head, "accept")
    extend(head, lead, number)
    told = wait_for(resident, number, lambda row: _is_later(row["due_at"]))
    assert any("延长" in line["text"] for line in told["timeline"])

    handler = sign_in("enforcement", phone=True)
    find_ticket(handler, number)
    finish(handler, "已处理。", make_photo(tmp_path / "bad.jpg", "grey"))
    expect(handler.locator("#xc-actions a[data-action=verify]")).to_have_count(0)

    checker = sign_in("verifier")
    find_ticket(checker, number)
    press(checker, "rework", note="照片看不出是否清走，请补拍全景")
    assert status_of(checker) == "处置中"
    find_ticket(handler, number)
    expect(handler.locator("body")).to_contain_text("请补拍全景")
    finish(handler, "建筑垃圾已清走，现场已围挡。", make_photo(tmp_path / "good.jpg", "green"))
    find_ticket(checker, number)
    press(checker, "verify")
    assert status_of(checker) == "待评价"

    report = wait_for(resident, number, lambda row: row["status"]["code"] == "awaiting_rating")
    texts = [line["text"] for line in report["timeline"]]
    assert any("重新派单" in text for text in texts)
    assert any("已围挡" in text for text in texts)
    assert not any("请补拍全景" in text or "归谁查处" in text for text in texts)


def finish(page: Page, words: str, photo: Path) -> None:
    press(page, "finish", outcome="solved", public_text=words, photos=str(photo))
    assert status_of(page) == "待核查"


def _is_later(due: Any) -> bool:
    return bool(due) and abs(datetime.fromisoformat(due) - LATER) < timedelta(minutes=2)
