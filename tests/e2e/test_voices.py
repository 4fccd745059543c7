"""民意 in a browser: a guest is sent to sign in, a vote whose answer is cut is one vote, the lead sees the result."""

from __future__ import annotations

import re
import sqlite3
import uuid
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.phone import Phone, phone_of
from tests.e2e.steps import SignIn
from tests.e2e.township import Instance
from tests.e2e.wire import open_wire

pytestmark = pytest.mark.e2e

QUESTION = "文化礼堂门口放几张长椅"
OPTIONS = ("两张", "四张", "六张")


VOTERS = "select voters from reports_poll where id = ?"
VOTES = 'select votes from reports_polloption where poll_id = ? order by "order"'


def rows(instance: Instance, sql: str, poll: str) -> list[tuple[int, ...]]:
    """Read from the database itself."""
    path = f"file:{instance.data_dir / 'xiangcun.sqlite3'}?mode=ro"
    with closing(sqlite3.connect(path, uri=True, timeout=10)) as base:
        return base.execute(sql, [poll]).fetchall()


def publish_poll(dispatcher: Page, lead: Page) -> str:
    """Draft as one and publish as another; return the poll's id."""
    dispatcher.goto("/admin/voices/polls/new/")
    dispatcher.fill("[name=question]", QUESTION)
    dispatcher.fill("[name=options]", "\n".join(OPTIONS))
    dispatcher.fill("[name=opens_at]", "2026-01-01T08:00")
    dispatcher.fill("[name=closes_at]", "2099-12-31T18:00")
    dispatcher.select_option("[name=result_visibility]", "after_vote")
    dispatcher.click("#xc-poll-new button.xc-primary")
    expect(dispatcher.locator("#xc-poll-state")).to_have_text("草稿")
    expect(dispatcher.locator("#xc-publish")).to_have_count(0)
    lead.on("dialog", lambda dialog: dialog.accept())
    lead.goto(dispatcher.url)
    lead.click("#xc-publish")
    expect(lead.locator("#xc-poll-state")).to_have_text("正在投票")
    found = re.search(r"/polls/(\d+)/", lead.url)
    assert found
    return found[1]


def choose(phone: Phone, poll: str, option: str) -> Page:
    page = phone.open(f"/h5/voices/poll?id={poll}")
    page.locator(".poll-option", has_text=option).click()
    page.click("#poll-next")
    expect(page.locator(".poll-review")).to_have_text(option)
    return page


def test_a_poll_from_the_draft_to_its_result(
    instance: Instance, sign_in: SignIn, browser: Browser, tmp_path: Path
) -> None:
    lead = sign_in("lead")
    poll = publish_poll(sign_in("dispatcher"), lead)
    path = f"/api/v1/polls/{poll}/vote"
    with open_wire(instance.port) as wire, phone_of(browser, wire.base) as phone:
        page = choose(phone, poll, OPTIONS[1])
        expect(page.locator("main")).to_contain_text("一人只算一次")
        page.get_by_role("button", name="确定投票").click()
        asked = page.locator("dialog", has_text="请先登录")
        expect(asked).to_contain_text("请先在微信里登录")
        assert rows(instance, VOTERS, poll) == [(0,)]
        cut = wire.fail("POST", path, "answer")
        asked.get_by_role("button", name="用示例居民登录").click()
        expect(page.locator("#poll-voted")).to_contain_text("您已经投票", timeout=30_000)
        assert cut.reached.is_set()
        sent = [row for row in wire.passed if (row.method, row.path) == ("POST", path)]
        assert [row.status for row in sent] == [403, 200, 200]
        assert len({row.sent["client_id"] for row in sent}) == 1
        expect(page.locator("#poll-result")).to_contain_text("还不到 5 个")
        page.screenshot(path=str(tmp_path / "voted.png"), full_page=True)
        page.reload()
        expect(page.locator("#poll-voted")).to_be_visible()
        expect(page.locator(".poll-option")).to_have_count(0)
    assert rows(instance, VOTERS, poll) == [(1,)]
    assert rows(instance, VOTES, poll) == [(0,), (1,), (0,)]
    vote_as_four_others(instance, poll)
    lead.reload()
    expect(lead.locator("#xc-poll-result")).to_contain_text("共 5 人投票")
    expect(lead.locator("#xc-poll-result tbody tr").nth(2)).to_contain_text("80.0%")
    lead.screenshot(path=str(tmp_path / "result.png"), full_page=True)


def vote_as_four_others(instance: Instance, poll: str) -> None:
    for number in range(4):
        resident = instance.resident(f"voter-{uuid.uuid4().hex[:6]}-{number}")
        _status, shown = resident.call("GET", f"/api/v1/polls/{poll}")
        body = {"client_id": str(uuid.uuid4()), "options": [shown["options"][2]["id"]]}
        assert resident.call("POST", f"/api/v1/polls/{poll}/vote", body)[0] == 200


def test_a_topic_from_letters_to_its_answer(
    instance: Instance, sign_in: SignIn, browser: Browser
) -> None:
    text = f"建议礼堂门口添几盏灯 {uuid.uuid4().hex[:6]}"
    writer = instance.resident("lamp-writer")
    body = {"client_id": str(uuid.uuid4()), "kind": "opinion", "text": text, "anonymous": True}
    status, letter = writer.call("POST", "/api/v1/reports", body)
    assert status == 201
    dispatcher, lead = sign_in("dispatcher"), sign_in("lead")
    lead.on("dialog", lambda dialog: dialog.accept())
    row = dispatcher.locator(f"[data-letter='{letter['number']}']")
    for _try in range(40):
        dispatcher.goto("/admin/voices/letters/?only=free")
        if row.count():
            break
        dispatcher.wait_for_timeout(500)
    row.locator("input[name=report]").check()
    dispatcher.click("#xc-make-topic")
    expect(dispatcher.locator("#xc-sources")).to_contain_text("添几盏灯")
    title = f"礼堂门口添灯 {uuid.uuid4().hex[:6]}"
    dispatcher.fill("[name=title]", title)
    dispatcher.fill("[name=text]", "有居民提出礼堂门口夜里太暗。")
    dispatcher.fill("[name=closes_at]", "2099-12-31T18:00")
    dispatcher.click("#xc-topic-new button.xc-primary")
    lead.goto(dispatcher.url)
    lead.click("#xc-publish")
    with phone_of(browser, instance.base) as phone:
        page = phone.open("/h5/voices")
        page.locator(".voice-card", has_text=title).click()
        expect(page.locator("main")).not_to_contain_text(text)
        page.click("#topic-support")
        page.get_by_role("button", name="用示例居民登录").click()
        expect(page.locator("#topic-support")).to_have_attribute("aria-pressed", "true")
        expect(page.locator(".voice-count strong")).to_have_text("1")
        lead.reload()
        lead.fill("[name=unit]", "文化站")
        lead.fill("[name=reply]", "下个月添两盏太阳能灯。")
        lead.click("#xc-answer")
        expect(lead.locator("#xc-topic-state")).to_have_text("已答复")
        page.reload()
        expect(page.locator("#topic-reply")).to_contain_text("下个月添两盏太阳能灯。")
        expect(page.locator("main")).to_contain_text("您支持了这个话题")
