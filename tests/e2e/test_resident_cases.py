"""What a resident does with a case on a phone: answer, rate, reopen, appeal, read without a line, 大字版."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from bench._client import ApiClient, report_body
from tests.e2e.office import office_does
from tests.e2e.steps import make_photo, wait_for
from tests.e2e.township import PHONE_SCREEN, Instance

pytestmark = pytest.mark.e2e

HERE = (30.31, 120.50)
THUMB_PX = 44
GARBAGE = "路边一大堆垃圾，堆积如山，臭气熏天，暴露垃圾没人管"
UNCLEAR = "这件事情你们到底管不管啊，都反映好多次了"
ELSEWHERE = "我家在隔壁街道的老房子漏水，楼上邻居不肯修"
LAMP = "村口的路灯坏了三天，晚上一片漆黑"
LONG = "村口那条河漂着很多浮萍和塑料瓶，" + "从上游一直漂到下游，味道很大，" * 60


@dataclass
class Phone:
    """A guest's browser and a client that speaks for the same guest."""

    context: BrowserContext
    client: ApiClient
    numbers: dict[str, str] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    def new_page(self) -> Page:
        page = self.context.new_page()
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        return page

    def open(self, path: str) -> Page:
        page = self.new_page()
        page.goto(path)
        return page

    def case(self, name: str) -> Page:
        # The kept copy is drawn first; what the office says now must be there before a test cuts the line.
        page = self.new_page()
        with page.expect_response(f"**/api/v1/reports/{self.numbers[name]}"):
            page.goto(f"/h5/reports/{self.numbers[name]}")
        expect(page.locator("#case")).to_be_visible()
        return page

    def read(self, name: str) -> dict[str, Any]:
        status, report = self.client.call("GET", f"/api/v1/reports/{self.numbers[name]}")
        assert status == 200
        return dict(report)


def signed_in(instance: Instance, browser: Browser) -> Phone:
    """Open the list once, which makes the guest, and take over the token it uses."""
    context = browser.new_context(
        viewport=PHONE_SCREEN,  # type: ignore[arg-type]
        locale="zh-CN",
        base_url=instance.base,
        has_touch=True,
        geolocation={"latitude": HERE[0], "longitude": HERE[1]},
        permissions=["geolocation"],
    )
    page = context.new_page()
    with page.expect_request("**/api/v1/reports/counts") as asked:
        page.goto("/h5/mine")
    expect(page.get_by_text("还没有上报")).to_be_visible()
    token = asked.value.headers["authorization"].removeprefix("Bearer ")
    page.close()
    client = ApiClient(instance.port, token)
    instance.clients.append(client)
    return Phone(context, client)


def send(phone: Phone, name: str, text: str, photo: Path | None = None) -> None:
    ids = [phone.client.upload(photo)[1]["id"]] if photo else []
    body = report_body(text, *HERE, photos=ids)
    status, sent = phone.client.call("POST", "/api/v1/reports", body)
    assert status == 201, sent
    phone.numbers[name] = sent["number"]


@pytest.fixture(scope="module")
def phone(
    instance: Instance, browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Phone]:
    """A resident with a case in each of the states that ask for something."""
    phone = signed_in(instance, browser)
    before = make_photo(tmp_path_factory.mktemp("before") / "before.jpg", "brown")
    send(phone, "done", GARBAGE, before)
    send(phone, "asked", UNCLEAR)
    send(phone, "refused", ELSEWHERE)
    send(phone, "open", LONG)
    for name in ("done", "open"):
        wait_for(
            phone.client, phone.numbers[name], lambda row: row["status"]["code"] == "processing"
        )
    numbers = phone.numbers
    result = {
        "outcome": "solved",
        "public_text": "垃圾已清运，垃圾桶周围已冲洗。",
        "photos": ["green"],
    }
    refusal = {
        "reject_reason": "not_our_area",
        "public_text": "请联系房屋所在地的街道，或拨打 12345。",
    }
    office_does(
        instance,
        [
            (numbers["done"], "accept", "sanitation_head", {}),
            (numbers["done"], "finish", "sanitation", result),
            (numbers["done"], "verify", "dispatcher", {}),
            (numbers["asked"], "ask", "dispatcher", {"public_text": "请说明具体地点和情况"}),
            (numbers["refused"], "reject", "lead", refusal),
        ],
    )
    yield phone
    phone.context.close()
    assert phone.faults == []


def test_a_message_leads_to_its_case_and_is_read(phone: Phone) -> None:
    page = phone.open("/h5/inbox")
    number = phone.numbers["refused"]
    message = page.locator(f"a.inbox-new[href$='{number}']")
    expect(message).to_have_count(1)
    expect(page.locator(".tabs [data-unread]")).to_be_visible()
    message.click()
    expect(page.locator("#case-head")).to_contain_text("不予受理")
    page.go_back()
    expect(page.locator(f"a.inbox-row[href$='{number}']")).to_have_count(1)
    expect(message).to_have_count(0)
    page.get_by_role("button", name="全部标为已读").click()
    expect(page.locator(".inbox-new")).to_have_count(0)
    expect(page.locator(".tabs [data-unread]")).to_be_hidden()
    page.close()


def test_a_question_is_answered_with_words_and_a_photo(phone: Phone, tmp_path: Path) -> None:
    page = phone.open("/h5/mine")
    page.get_by_role("button", name="等我处理").click()
    page.locator("a.case-card", has_text=UNCLEAR).click()
    expect(page.locator("#case-ask")).to_contain_text("请说明具体地点和情况")
    # To give up is possible, but not what lies under the thumb.
    expect(page.locator("#case-bar")).to_be_empty()
    expect(page.locator("#case-mine").get_by_role("button", name="撤回")).to_be_visible()
    page.get_by_role("button", name="提交回答").click()
    expect(page.locator("#case-ask")).to_contain_text("请先写下回答")

    page.get_by_label("您的回答").fill("临江村口，有人把建筑垃圾倒在路边")
    page.get_by_role("button", name="添加照片").click()
    page.locator("dialog").get_by_role("button", name="同意", exact=True).click()
    chosen = make_photo(tmp_path / "answer.jpg", "gray")
    page.locator("#case-ask input[type=file]").last.set_input_files(str(chosen))
    page.get_by_role("button", name="提交回答").click()
    expect(page.locator("#case-head")).to_contain_text("已受理")
    report = phone.read("asked")
    said = [line for line in report["timeline"] if line["kind"] == "supplement"]
    assert [line["text"] for line in said] == ["临江村口，有人把建筑垃圾倒在路边"]
    assert len(said[0]["photos"]) == 1
    page.close()


def test_what_was_typed_survives_the_page(phone: Phone) -> None:
    page = phone.case("open")
    page.locator("[data-action=supplement]").click()
    page.get_by_label("补充说明").fill("现在更严重了")
    page.wait_for_timeout(500)
    page.close()
    page = phone.case("open")
    page.locator("[data-action=supplement]").click()
    expect(page.get_by_label("补充说明")).to_have_value("现在更严重了")
    page.close()


def test_an_urge_whose_answer_is_lost_is_sent_once(phone: Phone) -> None:
    page = phone.case("open")
    lost: list[int] = []

    def lose(route: Route) -> None:
        lost.append(route.fetch().status)
        route.abort("connectionreset")

    page.route("**/urge", lose)
    page.locator("[data-action=urge]").click()
    page.get_by_role("button", name="催一下").click()
    expect(page.locator("[data-action=urge]")).to_be_disabled()
    assert lost == [200]
    assert [line["kind"] for line in phone.read("open")["timeline"]].count("urge") == 1
    page.close()


def test_a_supplement_whose_answer_is_lost_goes_again_by_itself_and_counts_once(
    phone: Phone,
) -> None:
    page = phone.case("open")
    answers: list[int] = []

    def lose_the_first(route: Route) -> None:
        answer = route.fetch()
        answers.append(answer.status)
        if len(answers) == 1:
            route.abort("connectionreset")
        else:
            route.fulfill(response=answer)

    page.route("**/supplement", lose_the_first)
    # Nor can the phone look whether it has arrived.
    page.route(f"**/api/v1/reports/{phone.numbers['open']}", lambda route: route.abort())
    page.locator("[data-action=supplement]").click()
    words = page.get_by_label("补充说明")
    expect(words).to_have_value("现在更严重了")  # kept from the page before
    words.fill("水退了一点，味道还在")
    page.get_by_role("button", name="提交补充").click()
    expect(page.locator("dialog")).to_have_count(0)
    assert answers == [200, 200]
    said = [line["text"] for line in phone.read("open")["timeline"] if line["kind"] == "supplement"]
    assert said.count("水退了一点，味道还在") == 1
    page.close()


def test_a_result_is_looked_at_rated_and_reopened(phone: Phone) -> None:
    page = phone.case("done")
    expect(page.locator("#case-result")).to_contain_text("垃圾已清运")
    expect(page.locator("#case-result h3")).to_have_text(["办理前", "办理后"])
    page.locator("#case-result .case-photo").last.click()
    expect(page.locator(".viewer-container img.viewer-move")).to_be_visible()
    page.keyboard.press("Escape")

    page.get_by_role("button", name="提交评价").click()
    expect(page.get_by_text("请先选择是否解决")).to_be_visible()
    page.get_by_label("没有解决").check()
    page.get_by_role("radio", name="一般", exact=True).check()
    page.get_by_label("还想说的话").fill("只清了一半")
    page.get_by_role("button", name="提交评价").click()
    expect(page.locator("#case-head")).to_contain_text("已办结")
    expect(page.locator("#case-ratings")).to_contain_text("一般，没有解决")
    rated = phone.read("done")["ratings"]
    assert [(row["solved"], row["score"], row["comment"]) for row in rated] == [
        (False, 3, "只清了一半")
    ]

    page.locator("[data-action=reopen]").click()
    page.get_by_label("哪里还没有办好").fill("河边还有一堆")
    page.get_by_role("button", name="申请重新办理").click()
    expect(page.locator("#case-head")).to_contain_text("已受理")
    assert phone.read("done")["status"]["code"] == "received"
    expect(page.locator("#case-way .case-line-turn").first).to_be_visible()
    page.close()


def test_a_refusal_tells_where_to_go_and_takes_one_appeal(phone: Phone) -> None:
    page = phone.case("refused")
    expect(page.locator("#case-ask")).to_contain_text("请联系房屋所在地的街道")
    expect(page.locator("#case-ask a[href='tel:12345']").first).to_be_visible()
    page.get_by_role("button", name="不同意，我要申诉").click()
    page.get_by_role("button", name="提交申诉").click()
    expect(page.get_by_text("请写明申诉理由")).to_be_visible()
    page.get_by_label("申诉理由").fill("房子在本街道，门牌是临江村 8 号")
    page.get_by_role("button", name="提交申诉").click()
    expect(page.locator("#case-head")).to_contain_text("已受理")
    page.close()


def test_a_case_is_read_without_a_line(phone: Phone) -> None:
    page = phone.case("open")
    page.evaluate("navigator.serviceWorker.ready.then(() => null)")
    page.reload()
    expect(page.locator("#case")).to_be_visible()
    phone.context.set_offline(True)
    try:
        page.reload()
        expect(page.locator("#case-stale")).to_contain_text("只能查看")
        expect(page.locator("#case-mine")).to_contain_text("村口那条河")
        expect(page.locator("#case-bar")).to_be_empty()
    finally:
        phone.context.set_offline(False)
    expect(page.locator("#case-stale")).to_be_empty()
    expect(page.locator("[data-action=supplement]")).to_be_visible()
    page.close()


def test_everybody_sees_what_is_near_without_signing_in(
    instance: Instance, browser: Browser
) -> None:
    context = browser.new_context(
        viewport=PHONE_SCREEN,  # type: ignore[arg-type]
        locale="zh-CN",
        base_url=instance.base,
        geolocation={"latitude": HERE[0], "longitude": HERE[1]},
        permissions=["geolocation"],
    )
    page = context.new_page()
    tokens: list[str] = []
    page.on(
        "request",
        lambda asked: tokens.append(asked.url) if "authorization" in asked.headers else None,
    )
    page.goto("/h5/near")
    card = page.locator("#near-list .case-card").first
    expect(card).to_be_visible()
    page.get_by_role("button", name="看离我近的").click()
    expect(page.locator("#near-list .near-far").first).to_be_visible()
    page.get_by_role("button", name="地图").click()
    expect(page.locator("#near-map[data-drawn]")).to_be_visible()
    assert int(page.locator("#near-map").get_attribute("data-drawn") or 0) >= 1
    page.get_by_role("button", name="列表").click()
    card.click()
    expect(page.locator("dialog")).to_contain_text("精确到约 100 米")
    assert tokens == []
    context.close()


def test_large_type_fits_the_screen_and_the_thumb(phone: Phone) -> None:
    for path in ("/h5/mine", f"/h5/reports/{phone.numbers['open']}", "/h5/inbox", "/h5/near"):
        page = phone.open(path)
        small = float(page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)"))
        page.locator("#h5-large").click()
        page.reload()
        expect(page.locator("html")).to_have_class(re.compile(r"\blarge\b"))
        page.wait_for_load_state("networkidle")
        assert float(page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)")) > small
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), path
        low = page.evaluate(
            """least => [...document.querySelectorAll("main a, main button, main select, #case-bar button")]
            .filter(node => node.getClientRects().length && !node.matches(".case-tel"))
            .filter(node => node.getBoundingClientRect().height < least)
            .map(node => node.outerHTML.slice(0, 80))""",
            THUMB_PX,
        )
        assert low == [], path
        page.locator("#h5-large").click()
        page.close()


def test_the_promise_is_told_in_words(phone: Phone) -> None:
    page = phone.open("/h5/mine")
    told = page.evaluate(
        """async () => {
            const words = await import(document.querySelector('link[href*="case/words"]').href);
            const now = new Date("2026-11-28T11:00:00Z");
            const case_ = (code, rest) => words.promiseWords({status: {code}, kind: {code: "problem"}, ...rest}, now);
            const due = "2026-11-30T13:45:00+08:00", past = "2026-11-26T19:00:00+08:00";
            return [
                case_("processing", {due_at: due}).note,
                case_("processing", {due_at: past, allowed_actions: ["urge"]}),
                case_("closed", {due_at: past, closed_at: "2026-11-26T20:30:00+08:00"}).note,
                case_("closed", {due_at: due, closed_at: "2026-11-28T09:05:00+08:00"}),
                case_("received", {due_at: null}).text,
                case_("withdrawn", {due_at: null}),
                words.withPhones("离桥 120 米，请拨 110 或 0571-82345678").filter(one => one.tel).map(one => one.tel),
            ];
        }"""
    )
    assert told == [
        "还有 1 天",
        {
            "text": "承诺 11月26日（周四）19:00 前办结",
            "note": "已超过 2 天，可以催办",
            "late": True,
        },
        "实际 11月26日 20:30 办结，晚了 1 小时",
        {
            "text": "承诺 11月30日（周一）13:45 前办结",
            "note": "实际 今天 09:05 办结，按时",
            "late": False,
        },
        "派单后，这里会写明承诺办结的时间",
        None,
        ["110", "0571-82345678"],
    ]
    page.close()
