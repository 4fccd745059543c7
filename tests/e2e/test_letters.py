"""A letter answered and a sender restricted, in a browser."""

from __future__ import annotations

import uuid
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from bench._client import ApiClient
from tests.e2e.steps import SignIn, find_new_ticket, find_ticket, press, wait_for
from tests.e2e.township import Instance

pytestmark = pytest.mark.e2e

LETTER = "建议在文化礼堂门口多摆几张长椅，让老人歇歇脚"
ANSWER = "谢谢您的建议，下个月加装四张长椅。"


def look(page: Page, tmp_path: Path, name: str) -> None:
    page.screenshot(path=str(tmp_path / f"{name}.png"), full_page=True)


def test_a_letter_is_answered_and_a_sender_restricted(
    instance: Instance, sign_in: SignIn, tmp_path: Path
) -> None:
    resident = instance.resident("letter-writer")
    body = {"client_id": str(uuid.uuid4()), "kind": "opinion", "text": LETTER, "anonymous": True}
    status, sent = resident.call("POST", "/api/v1/reports", body)
    assert (status, sent["location"]) == (201, None)
    wait_for(resident, sent["number"], lambda row: row["due_at"] is not None)

    lead = sign_in("lead")
    find_new_ticket(lead, sent["number"])
    expect(lead.locator("#xc-kind")).to_have_text("意见建议")
    look(lead, tmp_path, "ticket")

    dispatcher = sign_in("dispatcher")
    find_ticket(dispatcher, sent["number"])
    press(dispatcher, "accept")
    assert dispatcher.locator("#xc-status").inner_text().strip() == "办理中"
    assert dispatcher.locator("#xc-actions a[data-action=finish]").count() == 0
    dispatcher.click("#xc-actions a[data-action=reply]")
    look(dispatcher, tmp_path, "reply")
    dispatcher.fill("#xc-form [name=public_text]", ANSWER)
    dispatcher.click("#xc-form button[type=submit]")
    assert dispatcher.locator("#xc-status").inner_text().strip() == "答复待核查"

    find_ticket(lead, sent["number"])
    press(lead, "verify")
    told = wait_for(resident, sent["number"], lambda row: row["status"]["code"] != "processing")
    assert told["status"]["code"] == "awaiting_rating"
    assert (told["timeline"][-1]["kind"], told["timeline"][-1]["text"]) == ("replied", ANSWER)
    assert told["reopen"]["left"] == 2

    restrict_and_allow_again(lead, resident, sent["number"], body, tmp_path)


def restrict_and_allow_again(
    lead: Page, resident: ApiClient, number: str, body: dict[str, object], tmp_path: Path
) -> None:
    """Restrict who sent ``number``, be refused as they are, and let them send again."""
    lead.goto("/admin/senders/")
    before = lead.locator("#xc-senders tbody tr").count()  # another story may have blocked somebody
    find_ticket(lead, number)
    lead.click(f"[data-block='{number}']")
    lead.check("input[name=kinds][value=resident]")
    lead.select_option("[name=reason]", "spam")
    lead.fill("[name=note]", "一天之内四十件无关内容")
    look(lead, tmp_path, "block")
    lead.click("#xc-sender-block button[type=submit]")
    lead.goto("/admin/senders/")
    expect(lead.locator("#xc-senders tbody tr")).to_have_count(before + 1)
    ours = lead.locator("#xc-senders tbody tr", has_text="一天之内四十件无关内容")
    look(lead, tmp_path, "blocks")
    expect(lead.locator("#xc-senders")).not_to_contain_text("letter-writer")

    again = {**body, "client_id": str(uuid.uuid4()), "text": "再提一条完全不同的意见：延长开放时间"}
    wait_for_block(resident, again)
    ours.locator("input[name=note]").fill("申诉成立")
    ours.locator("button").click()
    expect(ours).to_have_count(0)
    expect(lead.locator("#xc-senders tbody tr")).to_have_count(before)


def wait_for_block(resident: object, body: dict[str, object]) -> None:
    """Send until the restriction holds in every process: five seconds at most."""
    import time

    until = time.monotonic() + 8
    while True:
        status, answer = resident.call(  # type: ignore[attr-defined]
            "POST", "/api/v1/reports", {**body, "client_id": str(uuid.uuid4()), "repeat_ok": True}
        )
        if status == 403:
            assert answer["code"] == "sender_blocked"
            return
        assert time.monotonic() < until, answer
        time.sleep(0.5)
