"""The triage desk in browsers: a session by keys alone, and two dispatchers who meet at one case."""

from __future__ import annotations

import time

import pytest
from playwright.sync_api import Page, expect

from bench._client import ApiClient, report_body
from tests.e2e.steps import SignIn
from tests.e2e.township import Instance

pytestmark = pytest.mark.e2e

PATIENCE_SECONDS = 40
UNSURE = "路边垃圾堆成山，旁边还有人在烧，烟很大，路灯杆也好像有点漏电"
VAGUE = "有个情况想请你们来看一看，具体说不清楚"


def send(resident: ApiClient, text: str, *, lat: float) -> str:
    """Send a report and return its number."""
    status, sent = resident.call("POST", "/api/v1/reports", report_body(text, lat, 120.50))
    assert status == 201
    return str(sent["number"])


def status_of(page: Page, ticket: str) -> str:
    """Read the ticket's status on its own page."""
    page.goto(f"/admin/dispatch/ticket/?q={ticket}")
    page.locator("#result_list tbody a").first.click()
    return page.locator("#xc-status").inner_text().strip()


def open_desk(page: Page, *, waiting: int) -> None:
    """Open the desk once so many cases wait there."""
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        page.goto("/admin/desk/")
        if page.locator(".xd-row").count() >= waiting:
            break
        assert time.monotonic() < until, page.locator(".xd-rows").inner_text()
        time.sleep(0.3)
    expect(page.locator(".xd-case[data-state=mine]")).to_be_visible()


def current(page: Page) -> str:
    return str(page.locator(".xd-case").get_attribute("data-number"))


def press(page: Page, key: str) -> None:
    """Press a key once the case may be decided: never in the moment it comes up."""
    page.wait_for_timeout(450)
    page.keyboard.press(key)


def leaves(page: Page, number: str) -> None:
    """Wait until another case, or none, is open."""
    expect(page.locator(f'.xd-case[data-number="{number}"]')).to_have_count(0)


def go_to(page: Page, text: str) -> str:
    """Walk down the list by key until the case with ``text`` is open."""
    told = page.locator(".xd-report .xc-text")
    for _ in range(30):
        # A case that somebody decided meanwhile shows what happened, and no words.
        if told.count() and text in told.first.inner_text():
            return current(page)
        number = current(page)
        page.keyboard.press("j")
        leaves(page, number)
    raise AssertionError(page.locator(".xd-rows").inner_text())


def back_to_top(page: Page) -> None:
    page.goto("/admin/desk/")
    expect(page.locator(".xd-case")).to_be_visible()


def walk_the_list(page: Page) -> None:
    """Next, previous, the address, refresh, the browser's way back, and the help."""
    first = current(page)
    page.keyboard.press("j")
    leaves(page, first)
    second = current(page)
    page.keyboard.press("k")
    leaves(page, second)
    assert current(page) == first
    page.keyboard.press("ArrowDown")
    leaves(page, first)
    page.reload()
    expect(page.locator(f'.xd-case[data-number="{second}"]')).to_be_visible()
    page.go_back()
    leaves(page, second)
    assert current(page) == first
    page.keyboard.press("?")
    expect(page.locator("#xd-help")).to_be_visible()
    press(page, "1")  # decides nothing while the help is open
    page.keyboard.press("Escape")
    expect(page.locator("#xd-help")).to_be_hidden()
    assert current(page) == first


def reject(page: Page) -> str:
    """Reject by keys: what is typed stays text, and what is missing is said inline."""
    number = go_to(page, "有点事不知道找谁")
    press(page, "r")
    expect(page.locator("#xd-form form")).to_be_visible()
    page.keyboard.press("Control+Enter")
    expect(page.locator("#xd-form .xc-error").first).to_be_visible()
    page.keyboard.press("ArrowDown")
    expect(page.locator("#xd-form [name=public_text]")).not_to_have_value("")  # where to go instead
    while page.evaluate("document.activeElement.name") != "public_text":
        page.keyboard.press("Tab")
    page.keyboard.press("Control+A")
    answer = "j1 不属于本街道的事情，请联系区里"
    page.keyboard.type(answer)
    expect(page.locator("#xd-form [name=public_text]")).to_have_value(answer)
    page.keyboard.press("Control+Enter")
    leaves(page, number)
    return number


def ask(page: Page) -> str:
    """Ask by keys, after Escape closed the form once."""
    number = go_to(page, "这里说不清楚")
    press(page, "a")
    expect(page.locator("#xd-form form")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#xd-form form")).to_have_count(0)
    press(page, "a")
    expect(page.locator("#xd-form form")).to_be_visible()
    page.keyboard.type("请补充具体位置")
    page.keyboard.press("Control+Enter")
    leaves(page, number)
    return number


def test_a_session_by_keys_alone(instance: Instance, sign_in: SignIn) -> None:
    resident = instance.resident("desk-keys")
    for index in range(3):
        send(resident, f"{UNSURE}，第{index + 1}处", lat=30.301 + index / 100)
    for index, what in enumerate(("想咨询一件小事", "有点事不知道找谁", "这里说不清楚")):
        send(resident, f"{VAGUE}，{what}", lat=30.302 + index / 100)
    send(resident, f"{VAGUE}，想咨询一件小事情", lat=30.302)
    page = sign_in("dispatcher")
    open_desk(page, waiting=7)
    walk_the_list(page)

    # One press dispatches to a candidate, and the next case is there without loading the page again.
    page.evaluate("window.stayed = true")
    done = {}
    for key in ("1", "2"):
        done[key] = go_to(page, UNSURE)
        press(page, key)
        leaves(page, done[key])
    merged = go_to(page, "想咨询一件小事情")
    target = page.locator(".xd-target").get_attribute("data-number")
    press(page, "m")
    leaves(page, merged)
    assert page.evaluate("window.stayed")
    back_to_top(page)
    rejected = reject(page)
    back_to_top(page)
    asked = ask(page)

    assert status_of(page, done["1"]) == "待签收"
    assert status_of(page, done["2"]) == "待签收"
    expect(page.locator("body")).to_contain_text("采用第二候选（按候选按钮派出）")
    assert status_of(page, merged) == "已并案"
    expect(page.locator("body")).to_contain_text(f"已并入 {target}")
    assert status_of(page, rejected) == "不予受理"
    assert status_of(page, asked) == "待补充"


def test_two_dispatchers_meet_at_one_case(instance: Instance, sign_in: SignIn) -> None:
    resident = instance.resident("desk-race")
    for index in range(2):
        send(resident, f"{UNSURE}，同一处第{index + 1}次", lat=30.341 + index / 100)
    one, two = sign_in("dispatcher"), sign_in("dispatcher2")
    open_desk(one, waiting=2)
    number = go_to(one, "同一处")
    case = one.url.split("case=")[1]

    # The second sees who works on it, may read it and decide nothing.
    two.goto(f"/admin/desk/?case={case}")
    expect(two.locator("#xd-held")).to_contain_text("示例坐席一 正在研判")
    expect(two.locator(f'.xd-row[data-case="{case}"]')).to_contain_text("示例坐席一 正在研判")
    press(two, "1")
    two.wait_for_timeout(600)
    assert two.locator(".xd-case").get_attribute("data-state") == "held"
    two.keyboard.press("j")  # the next one is free
    leaves(two, number)
    expect(two.locator(".xd-case[data-state=mine]")).to_be_visible()

    # The second decides the first's case elsewhere: the first reads who did what, not an error.
    two.goto(f"/admin/dispatch/ticket/{case}/change/")
    two.keyboard.press("1")
    two.locator("#xc-confirm-1 button[type=submit]").click()
    expect(two.locator("#xc-status")).to_have_text("待签收")
    press(one, "2")
    expect(one.locator("#xd-decided")).to_contain_text("示例坐席二")
    expect(one.locator("#xd-decided")).to_contain_text("已派给")
    press(one, "j")
    leaves(one, number)


def test_the_lead_takes_over_with_a_reason(instance: Instance, sign_in: SignIn) -> None:
    resident = instance.resident("desk-lead")
    send(resident, f"{UNSURE}，等领导接手", lat=30.361)
    one, lead = sign_in("dispatcher"), sign_in("lead")
    open_desk(one, waiting=1)
    go_to(one, "等领导接手")
    case = one.url.split("case=")[1]
    lead.goto(f"/admin/desk/?case={case}")
    lead.locator("[data-take] button").click()
    expect(lead.locator("#xd-banner")).to_contain_text("请填写接手理由")
    lead.fill("[data-take] input[name=reason]", "情况紧急")
    lead.locator("[data-take] button").click()
    expect(lead.locator(".xd-case[data-state=mine]")).to_be_visible()
    press(one, "1")
    expect(one.locator("#xd-held")).to_contain_text("示例值班领导 正在研判")
    expect(one.locator("#xd-banner")).to_contain_text("本次操作没有提交")
    press(lead, "1")
    expect(lead.locator(".xd-toast")).to_contain_text("派单成功")


def test_a_phone_shows_one_column(instance: Instance, sign_in: SignIn) -> None:
    resident = instance.resident("desk-phone")
    send(resident, f"{UNSURE}，手机上看", lat=30.371)
    page = sign_in("lead", phone=True)
    open_desk(page, waiting=1)
    wide = page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    assert wide <= 0
    page.locator(".xd-actions [data-action=reject]").click()
    expect(page.locator("#xd-form form")).to_be_visible()
    page.locator("[data-close-form]").click()
    expect(page.locator("#xd-form form")).to_have_count(0)
