"""The main job: a report reaches the right department, is handled, and comes back."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from bench._client import ApiClient, report_body
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


def sign_and_handle(sign_in: SignIn, number: str, after: Path) -> None:
    """Sign as the head at a desk, finish as the handler on a phone."""
    head = sign_in("sanitation_head")
    find_ticket(head, number)
    assert status_of(head) == "待签收"
    expect(head.locator("body")).not_to_contain_text("wangdashen")
    press(head, "accept")
    assert status_of(head) == "处置中"

    handler = sign_in("sanitation", phone=True)
    find_ticket(handler, number)
    press(
        handler,
        "finish",
        outcome="solved",
        public_text="垃圾已清运，垃圾桶周围已冲洗。",
        photos=str(after),
    )
    assert status_of(handler) == "待核查"


def rate_once(resident: ApiClient, number: str) -> None:
    """Rate the closing; a second rating is refused."""
    answer = {"solved": True, "score": 5, "comment": "很快，谢谢"}
    status, rated = resident.call("POST", f"/api/v1/reports/{number}/rate", answer)
    assert (status, rated["status"]["code"]) == (200, "closed")
    status, refused = resident.call("POST", f"/api/v1/reports/{number}/rate", answer)
    assert (status, refused["code"]) == (409, "action_not_allowed")


def test_a_report_goes_all_the_way_and_comes_back(
    instance: Instance, sign_in: SignIn, tmp_path: Path
) -> None:
    resident = instance.resident("wangdashen")
    status, photo = resident.upload(make_photo(tmp_path / "before.jpg", "brown"))
    assert (status, photo["width"], photo["height"]) == (201, 900, 1200)
    body = report_body(
        # Away from where the other files of the session report: a joined case is another story.
        "路边一大堆垃圾，堆积如山，臭气熏天，暴露垃圾没人管",
        30.318,
        120.49,
        photos=[photo["id"]],
    )
    status, sent = resident.call("POST", "/api/v1/reports", body)
    assert status == 201
    number = sent["number"]
    assert resident.call("POST", "/api/v1/reports", body)[0] == 200
    report = wait_for(resident, number, lambda row: row["status"]["code"] == "processing")
    assert "环境卫生" in report["department"]
    assert report["due_at"]

    sign_and_handle(sign_in, number, make_photo(tmp_path / "after.jpg", "green"))
    room = sign_in("dispatcher")
    find_ticket(room, number)
    press(room, "verify")
    assert status_of(room) == "待评价"

    report = wait_for(
        resident,
        number,
        lambda row: (
            row["status"]["code"] == "awaiting_rating"
            and all(
                photo["status"] == "ready" for line in row["timeline"] for photo in line["photos"]
            )
        ),
    )
    texts = [line["text"] for line in report["timeline"]]
    assert any("派单" in text for text in texts)
    assert any("垃圾已清运" in text for text in texts)
    after = next(line for line in report["timeline"] if "垃圾已清运" in line["text"])
    assert len(after["photos"]) == 1
    rate_once(resident, number)
    room.reload()
    assert status_of(room) == "办结"


def test_what_triage_is_unsure_of_is_dispatched_returned_and_dispatched_again(
    instance: Instance, sign_in: SignIn
) -> None:
    resident = instance.resident("lidage")
    status, sent = resident.call(
        "POST",
        "/api/v1/reports",
        report_body("这件事情你们到底管不管啊，都反映好多次了", 30.312, 120.503),
    )
    assert status == 201
    number = sent["number"]

    room = sign_in("dispatcher")
    find_new_ticket(room, number)
    assert status_of(room) == "待研判"
    press(room, "ask", public_text="请说明具体地点和情况")
    report = wait_for(resident, number, lambda row: row["status"]["code"] == "need_info")
    assert report["allowed_actions"] == ["supplement", "withdraw"]
    status, _ = resident.call(
        "POST", f"/api/v1/reports/{number}/supplement", {"text": "临江村口，有人把建筑垃圾倒在路边"}
    )
    assert status == 200

    find_ticket(room, number)
    assert status_of(room) == "待研判"
    dispatch_to(room, category="建筑垃圾", department="环境卫生")
    head = sign_in("sanitation_head")
    find_ticket(head, number)
    press(head, "return", return_reason="not_our_duty", note="建筑垃圾偷倒由执法队查处")
    find_ticket(room, number)
    assert status_of(room) == "待研判"
    expect(room.locator("body")).to_contain_text("不属于本单位职责")
    dispatch_to(room, category="建筑垃圾", department="综合行政执法队")
    report = wait_for(resident, number, lambda row: row["status"]["code"] == "processing")
    assert "执法" in report["department"]
    assert any("重新派单" in line["text"] for line in report["timeline"])
    enforcement = sign_in("enforcement_head")
    find_ticket(enforcement, number)
    assert status_of(enforcement) == "待签收"
