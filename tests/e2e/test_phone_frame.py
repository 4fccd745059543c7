"""The phone pages' frame in a browser: no barriers, large type, sign-in by itself, no network, privacy."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from bench._client import ApiClient, report_body
from tests.e2e.township import PHONE_SCREEN, Instance

pytestmark = pytest.mark.e2e

AXE = settings.NODE_MODULES / "axe-core" / "axe.min.js"
# Axe's own rule sets: WCAG 2.2 A and AA, and what it holds for good practice.
RUN_AXE = """async () => {
  const found = await axe.run(document, { resultTypes: ["violations"] });
  return found.violations.map((one) => ({
    id: one.id, impact: one.impact, nodes: one.nodes.map((node) => node.html.slice(0, 160)),
  }));
}"""
PAGES = (
    "", "report", "report?kind=opinion", "mine", "inbox", "near", "me", "me/privacy", "privacy",
    "offline", "guardian",
)  # fmt: skip
SESSION = "async () => (await import('/static/h5/core/session.js')).ensureSession()"
PLACE = {"latitude": 30.3105, "longitude": 120.5003, "accuracy": 12}
OpenPhone = Callable[..., Page]


@pytest.fixture
def phone(instance: Instance, browser: Browser) -> Iterator[OpenPhone]:
    """Open a phone of one's own; a script's error or a 5xx fails the test."""
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def open_phone(*, large: bool = False, asked: bool = True, **options: Any) -> Page:
        context = browser.new_context(
            viewport=PHONE_SCREEN,  # type: ignore[arg-type]
            locale="zh-CN",
            base_url=instance.base,
            has_touch=True,
            is_mobile=True,
            geolocation=PLACE,  # type: ignore[arg-type]
            permissions=["geolocation"],
            **options,
        )
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on(
            "console",
            lambda line: (
                faults.append(line.text) if "Content Security Policy" in line.text else None
            ),
        )
        page.on(
            "response",
            lambda answer: (
                faults.append(f"{answer.status} {answer.url}") if answer.status >= 500 else None
            ),
        )
        page.goto("/h5/offline")
        if large:
            page.click("#h5-large")
        if asked:
            agree_once(page)
        return page

    yield open_phone
    for context in contexts:
        context.close()
    assert faults == []


def agree_once(page: Page) -> None:
    """Answer the sheet of the first visit."""
    page.goto("/h5/")
    with page.expect_response("**/api/v1/me/consents"):  # no person leaves in the same millisecond
        page.click("dialog button:has-text('同意'):not(:has-text('不'))")
    expect(page.locator("dialog")).to_have_count(0)


def settle(page: Page) -> None:
    """Wait until nothing loads any more; the longer wait for an idle line would cost a minute in all."""
    page.wait_for_function("() => !document.querySelector('.skeleton, [aria-busy=true]')")
    page.wait_for_timeout(150)


def barriers(page: Page) -> list[dict[str, Any]]:
    if not page.evaluate("'axe' in window"):
        page.add_script_tag(path=AXE)
    found: list[dict[str, Any]] = page.evaluate(RUN_AXE)
    return [one for one in found if one["impact"] in {"serious", "critical"}]


def expect_fits(page: Page) -> None:
    wide, room = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    assert wide <= room, page.url


def small_targets(page: Page) -> list[str]:
    """What can be pressed and is lower or narrower than 44 px; links inside a sentence are text."""
    found: list[str] = page.evaluate(
        """() => [...document.querySelectorAll("button, a.btn, a.row, .tabs a, .home-report, .home-tile, select, .chip-choice, .input")]
          .map((node) => [node, node.getBoundingClientRect()])
          .filter(([, box]) => box.width > 0 && (box.height < 43.5 || box.width < 43.5))
          .map(([node, box]) => `${node.outerHTML.slice(0, 120)} ${box.width}x${box.height}`)"""
    )
    return found


def test_no_page_has_a_barrier_in_either_size(instance: Instance, phone: OpenPhone) -> None:
    page = phone(bypass_csp=True)
    token = page.evaluate(SESSION)["token"]
    client = ApiClient(instance.port, token)
    instance.clients.append(client)
    body = report_body("路灯不亮，晚上看不见路", 30.31, 120.5)
    status, sent = client.call("POST", "/api/v1/reports", body)
    assert status == 201, sent
    for path in (*PAGES, f"reports/{sent['number']}"):
        page.goto(f"/h5/{path}")
        settle(page)
        # In both sizes; the switch is on every page.
        for _size in range(2):
            assert barriers(page) == [], path
            assert small_targets(page) == [], path
            expect_fits(page)
            page.click("#h5-large")
    page.goto("/h5/me/privacy")
    page.click("#rights-erase-button")
    expect(page.locator("dialog")).to_contain_text("马上删除")
    assert barriers(page) == []


def test_the_check_for_barriers_finds_one(phone: OpenPhone) -> None:
    page = phone(asked=False, bypass_csp=True)
    page.goto("/h5/offline")
    page.evaluate(
        """() => {
          const grey = document.createElement("p");
          grey.textContent = "看不清的字";
          grey.style.color = "#bbb";
          document.querySelector("main").append(grey, document.createElement("button"));
        }"""
    )
    assert {one["id"] for one in barriers(page)} == {"button-name", "color-contrast"}
    assert len(small_targets(page)) == 1


def test_large_type_is_there_before_the_first_paint_and_stays(phone: OpenPhone) -> None:
    page = phone()
    size = "parseFloat(getComputedStyle(document.body).fontSize)"
    before = page.evaluate(size)
    page.goto("/h5/me")
    page.click("#h5-large")
    expect(page.locator("#me-display [role=switch]")).to_be_checked()
    page.goto("/h5/")
    assert page.evaluate(size) >= before * 1.25
    expect(page.locator("#h5-large")).to_have_attribute("aria-pressed", "true")
    # Fewer words, the same things to do.
    expect(page.locator(".home-report")).to_have_text("报问题", use_inner_text=True)
    assert page.locator(".home-tile").count() == 8
    # boot.js does it while the head is read; none of the modules is needed.
    page.route("**/h5/core/**", lambda route: route.abort())
    page.goto("/h5/mine")
    assert page.evaluate(size) >= before * 1.25
    page.unroute("**/h5/core/**")
    page.goto("/h5/me")
    page.click("label:has-text('大字版')")
    page.goto("/h5/")
    assert page.evaluate(size) == before


def test_the_narrowest_phone_has_room_for_large_type(phone: OpenPhone) -> None:
    page = phone(large=True)
    page.set_viewport_size({"width": 320, "height": 640})
    for path in ("", "mine", "near", "report"):
        page.goto(f"/h5/{path}")
        settle(page)
        expect_fits(page)
        torn = page.evaluate(
            """() => [...document.querySelectorAll("h1, .tabs span:not(.badge), .photo-button, .home-tile strong")]
              .filter((node) => node.scrollWidth > node.clientWidth + 1
                || node.getBoundingClientRect().right > innerWidth - 4)
              .map((node) => node.textContent)"""
        )
        assert [text for text in torn if text.strip()] == [], path
    # The field stays free when the keyboard takes half of the screen.
    page.set_viewport_size({"width": 320, "height": 400})
    assert page.evaluate("getComputedStyle(document.querySelector('#report-foot')).position") == (
        "static"
    )


def test_a_part_that_does_not_arrive_leaves_no_empty_page(phone: OpenPhone) -> None:
    page = phone(service_workers="block")
    page.route("**/h5/report/form*", lambda route: route.abort())
    page.goto("/h5/report")
    expect(page.locator("#h5-broken")).to_contain_text("这一页没有打开")
    page.unroute("**/h5/report/form*")
    page.get_by_role("link", name="再试一次").click()
    expect(page.locator("#report-form")).to_be_visible()
    expect(page.locator("#h5-broken")).to_be_hidden()


def test_a_letter_begins_with_its_words_and_a_place_can_be_told(phone: OpenPhone) -> None:
    page = phone()
    first = "document.querySelector('#report-form .card:not([hidden])').id"
    page.goto("/h5/report?kind=praise")
    expect(page.locator("#report-ask")).to_contain_text("想表扬谁")
    assert page.evaluate(first) == "report-text-card"
    page.context.clear_permissions()
    page.goto("/h5/report")
    expect(page.locator("#report-place")).to_contain_text("或者写下地点")
    assert page.evaluate(first) == "report-photos-card"


def test_a_page_is_read_aloud_where_the_phone_has_a_voice(phone: OpenPhone) -> None:
    page = phone(large=True)
    page.add_init_script(
        """window.spoken = [];
        window.SpeechSynthesisUtterance = function (text) { this.text = text; };
        Object.defineProperty(window, "speechSynthesis", { value: {
          speaking: false, pending: false,
          speak(line) { window.spoken.push(line.text); this.speaking = true; },
          cancel() { this.speaking = false; },
        } });"""
    )
    page.goto("/h5/offline")
    page.click("#h5-read")
    spoken = "".join(page.evaluate("window.spoken"))
    assert "没有网络" in spoken
    assert "写好的上报不会丢" in spoken
    assert "大字版" not in spoken
    expect(page.locator("#h5-read")).to_have_text("停止")
    page.click("#h5-read")
    expect(page.locator("#h5-read")).to_have_text("朗读")


def test_the_first_visit_asks_once_and_refusing_closes_nothing(phone: OpenPhone) -> None:
    page = phone(asked=False)
    page.goto("/h5/")
    sheet = page.locator("dialog")
    expect(sheet).to_contain_text("您的信息怎么用")
    sheet.locator("button:has-text('先不同意')").click()
    expect(sheet).to_have_count(0)
    page.click(".home-report")
    page.wait_for_url("**/h5/report")
    expect(page.locator("main")).to_contain_text("拍照片")
    # Not again on the way home, but at the next visit.
    page.goto("/h5/")
    settle(page)
    expect(sheet).to_have_count(0)
    page.evaluate("sessionStorage.clear()")
    agree_once(page)
    with page.expect_response(lambda answer: "/api/v1/" in answer.url and answer.ok):
        page.goto("/h5/me/privacy")
    expect(page.locator("[data-consent=privacy]")).to_be_checked()
    page.evaluate("sessionStorage.clear()")
    with page.expect_response("**/api/v1/privacy/notice"):
        page.goto("/h5/")
    settle(page)
    expect(page.locator("dialog")).to_have_count(0)


def test_looking_makes_nobody_a_guest_and_a_refused_token_is_renewed(phone: OpenPhone) -> None:
    page = phone(asked=False, service_workers="block")
    posted: list[str] = []
    page.on(
        "request",
        lambda request: posted.append(request.url) if request.method == "POST" else None,
    )
    for path in ("me", "me/privacy", "near", "privacy"):
        page.goto(f"/h5/{path}")
        settle(page)
    assert posted == []
    first = page.evaluate(SESSION)
    refused: list[str] = []

    def refuse_once(route: Route) -> None:
        if refused:
            route.continue_()
            return
        refused.append(route.request.headers["authorization"])
        body = {"code": "not_authenticated", "message": "请先登录", "errors": [], "request_id": ""}
        route.fulfill(status=401, content_type="application/json", body=json.dumps(body))

    page.route("**/api/v1/me", refuse_once)
    page.goto("/h5/me")
    expect(page.locator("#me-profile")).to_contain_text("还没有称呼")
    second = page.evaluate(SESSION)
    assert refused == [f"Bearer {first['token']}"]
    assert second["token"] != first["token"]
    assert second["resident"]["id"] == first["resident"]["id"]


def test_wechat_is_asked_once_and_brings_the_guest_along(phone: OpenPhone) -> None:
    agent = "Mozilla/5.0 (Linux; Android 13) AppleWebKit/537.36 Chrome/116 MicroMessenger/8.0.44"
    page = phone(asked=False, user_agent=agent, service_workers="block")
    guest = page.evaluate(SESSION)
    back = "/h5/mine?from=poster&code=061abc&state=s1"
    sent: list[dict[str, Any]] = []

    def options(route: Route) -> None:
        body = {"guest": True, "wechat_h5": {"authorize_url": back}, "dev": True, "sms": False}
        route.fulfill(content_type="application/json", body=json.dumps(body))

    def session(route: Route) -> None:
        sent.append(json.loads(route.request.post_data or "{}"))
        route.fulfill(
            status=201, content_type="application/json", body=json.dumps({**guest, "by": None})
        )

    page.context.route("**/api/v1/session/options?*", options)
    page.context.route("**/api/v1/session", session)
    page.goto("/h5/mine?from=poster")
    page.wait_for_url("**/h5/mine?from=poster")
    expect(page.locator("main")).to_contain_text("还没有上报")
    assert [one["code"] for one in sent] == ["061abc"]
    assert sent[0]["via"] == "h5"
    assert sent[0]["state"] == "s1"
    assert len(sent[0]["device"]) == 64
    page.goto("/h5/me")
    expect(page.locator("#me-session")).to_contain_text("退出登录")
    assert len(sent) == 1, "asked once"


def test_name_telephone_and_erasing(phone: OpenPhone) -> None:
    page = phone()
    page.goto("/h5/me")
    page.click("#me-profile .row >> nth=0")
    page.fill("dialog input", "王阿姨")
    page.click("dialog button:has-text('保存')")
    expect(page.locator("#me-profile")).to_contain_text("王阿姨")
    page.click("#me-profile .row >> nth=1")
    page.fill("dialog input[type=tel]", "123")
    page.click("dialog button:has-text('保存')")
    expect(page.locator("dialog .field-error")).to_have_text("请填11位手机号")
    page.fill("dialog input[type=tel]", "13800000000")
    page.click("dialog button:has-text('保存')")
    page.locator("dialog.dialog-sheet button:has-text('同意'):not(:has-text('不'))").click()
    expect(page.locator("#me-profile")).to_contain_text("138****0000")
    old = page.evaluate(SESSION)
    page.goto("/h5/me/privacy")
    expect(page.locator("[data-consent=phone]")).to_be_checked()
    expect(page.locator("#rights-access")).to_contain_text("还没有人看过")
    with page.expect_download() as download:
        page.click("#rights-export-button")
    assert download.value.suggested_filename.endswith(".zip")
    page.click("#rights-erase-button")
    page.click("dialog button:has-text('注销'):not(:has-text('不'))")
    expect(page.locator("dialog [role=alert]")).to_have_text("请先勾选“我明白”")
    page.check("#erase-sure")
    page.click("dialog button:has-text('注销'):not(:has-text('不'))")
    page.click("dialog button:has-text('知道了')")
    page.wait_for_url("**/h5/")
    new = page.evaluate(SESSION)
    assert new["resident"]["id"] != old["resident"]["id"]


def test_no_network_is_said_and_the_page_stays(phone: OpenPhone) -> None:
    page = phone()
    page.goto("/h5/mine")
    expect(page.locator("#h5-offline")).to_be_hidden()
    page.context.set_offline(offline=True)
    expect(page.locator("#h5-offline")).to_contain_text("有网了再发")
    page.context.set_offline(offline=False)
    expect(page.locator("#h5-offline")).to_be_hidden()
