"""A volunteer's way: join, report, points once it is verified, redeem, fetch; and a patrol on the spot."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from bench._client import report_body
from tests.e2e.office import office_does
from tests.e2e.steps import SignIn, wait_for
from tests.e2e.test_resident_cases import GARBAGE, Phone, signed_in
from tests.e2e.township import Instance
from xiangcun.lib.workdays import SHANGHAI

pytestmark = pytest.mark.e2e

SPOT = (30.3175, 120.4925)
FAR = {"latitude": 30.345, "longitude": 120.50, "accuracy": 15}
NEAR = {"latitude": SPOT[0], "longitude": SPOT[1], "accuracy": 15}


@pytest.fixture(scope="module")
def phone(instance: Instance, browser: Browser) -> Iterator[Phone]:
    phone = signed_in(instance, browser)
    yield phone
    phone.context.close()
    assert phone.faults == []


def fits(page: Page) -> None:
    """Nothing is wider than the screen, in both sizes of type."""
    width = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert width <= 0
    page.click("#h5-large")
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    page.click("#h5-large")


def join(page: Page) -> None:
    for name in ("同意", "知道了"):
        button = page.get_by_role("button", name=name, exact=True)
        if button.count():
            button.first.click()
    page.get_by_role("link", name="志愿者").click()
    page.get_by_label("怎么称呼您").fill("王阿姨")
    page.get_by_role("button", name="加入志愿者").click()
    expect(page.get_by_text("要先勾选同意，才能加入")).to_be_visible()
    page.get_by_label("我已满 18 周岁").check()
    page.get_by_label("同意保存我的称呼").check()
    page.get_by_role("button", name="加入志愿者").click()
    expect(page.get_by_text("见习志愿者")).to_be_visible()
    expect(page.get_by_text("还没有积分")).to_be_visible()
    fits(page)


def earn(page: Page, phone: Phone, instance: Instance) -> None:
    """Points come with the verification and not before."""
    body = report_body(GARBAGE, *SPOT)
    status, sent = phone.client.call("POST", "/api/v1/reports", body)
    assert status == 201, sent
    number = sent["number"]
    wait_for(phone.client, number, lambda row: row["status"]["code"] == "processing")
    result = {"outcome": "solved", "public_text": "已清运。", "photos": ["green"]}
    office_does(
        instance,
        [(number, "accept", "sanitation_head", {}), (number, "finish", "sanitation", result)],
    )
    page.reload()
    expect(page.get_by_text("还没有积分")).to_be_visible()
    office_does(instance, [(number, "verify", "dispatcher", {})])
    page.reload()
    line = page.locator("#volunteer-ledger li")
    expect(line).to_contain_text("上报核实")
    expect(line).to_contain_text("+10")
    expect(line).to_contain_text(number)
    fits(page)


def put_on_the_shelf(office: Page) -> None:
    office.goto("/admin/volunteers/rewards/new/")
    for name, value in (
        ("name", "雨伞一把"), ("points", "10"), ("stock", "2"), ("valid_to", "2099-12-31"),
        ("pickup_place", "便民服务中心一楼窗口"),
    ):  # fmt: skip
        office.fill(f"[name={name}]", value)
    office.get_by_role("button", name="保存").click()
    expect(office.get_by_text("已保存")).to_be_visible()


def redeem(page: Page) -> str:
    page.get_by_role("link", name="积分兑换").click()
    card = page.locator("article", has_text="雨伞一把").filter(
        has=page.get_by_role("button", name="兑换", exact=True)
    )
    fits(page)
    card.filter(has_text="10 分").get_by_role("button", name="兑换", exact=True).click()
    page.locator("dialog").get_by_role("button", name="兑换", exact=True).click()
    shown = page.locator(".vol-code")
    expect(shown).to_be_visible()
    code = shown.inner_text()
    assert re.fullmatch(r"[2-9A-HJ-NP-Z]{5} [2-9A-HJ-NP-Z]{5}", code)
    assert page.locator(".vol-qr").evaluate("image => image.naturalWidth") > 0
    page.get_by_role("button", name="知道了").click()
    expect(page.get_by_text("待领取")).to_be_visible()
    return code


def hand_over(office: Page, code: str) -> None:
    office.goto("/admin/volunteers/counter/")
    office.fill("[name=code]", code[:-1] + ("2" if code[-1] != "2" else "3"))
    office.get_by_role("button", name="查兑换码").click()
    expect(office.get_by_text("兑换码不对")).to_be_visible()
    office.fill("[name=code]", code.lower())
    office.get_by_role("button", name="查兑换码").click()
    expect(office.locator("#xc-found")).to_contain_text("雨伞一把")
    office.get_by_role("button", name="已交给本人，核销").click()
    expect(office.get_by_text("已核销")).to_be_visible()


def test_from_joining_to_the_counter(phone: Phone, instance: Instance, sign_in: SignIn) -> None:
    page, office = phone.open("/h5/"), sign_in("dispatcher")
    join(page)
    earn(page, phone, instance)
    put_on_the_shelf(office)
    hand_over(office, redeem(page))
    page.reload()
    expect(page.get_by_text("已领取")).to_be_visible()
    page.goto("/h5/volunteer")
    expect(page.locator("#volunteer-ledger li").first).to_contain_text("−10")


def test_a_patrol_is_checked_into_on_the_spot_only(
    phone: Phone, instance: Instance, sign_in: SignIn
) -> None:
    now = datetime.now(SHANGHAI)
    start = min(now, now.replace(hour=21, minute=0))
    office = sign_in("dispatcher")
    office.goto("/admin/volunteers/patrols/new/")
    for name, value in (
        ("title", "村口夜间巡查"), ("place_text", "文化礼堂一带"), ("look_for", "路灯、井盖"),
        ("day", f"{now:%Y-%m-%d}"), ("start", f"{start:%H:%M}"),
        ("end", "23:59" if start + timedelta(hours=2) > start.replace(hour=23, minute=58)
         else f"{start + timedelta(hours=2):%H:%M}"),
        ("lat", str(SPOT[0])), ("lng", str(SPOT[1])), ("radius_m", "200"),
    ):  # fmt: skip
        office.fill(f"[name={name}]", value)
    office.get_by_role("button", name="发布").click()
    expect(office.get_by_text("已发布，志愿者可以报名")).to_be_visible()

    page = phone.open("/h5/volunteer/patrols")
    page.get_by_role("link", name="村口夜间巡查").click()
    fits(page)
    page.get_by_role("button", name="报名参加").click()
    expect(page.get_by_text("已报名。到了现场，请点“签到”。")).to_be_visible()
    phone.context.set_geolocation(FAR)  # type: ignore[arg-type]
    page.get_by_role("button", name="签到").click()
    consent = page.locator("dialog").get_by_role("button", name="同意", exact=True)
    alarm = page.locator("dialog").get_by_text("您不在巡查范围内")
    expect(consent.or_(alarm).first).to_be_visible()
    if consent.count():
        consent.click()
    expect(alarm).to_be_visible()
    expect(page.locator("dialog")).to_contain_text("公里")
    page.locator("dialog").get_by_role("button").last.click()
    phone.context.set_geolocation(NEAR)  # type: ignore[arg-type]
    page.get_by_role("button", name="签到").click()
    expect(page.get_by_text("已签到。走完一圈")).to_be_visible()
    page.get_by_role("button", name="签退").click()
    page.locator("dialog textarea").fill("都好，没有发现问题")
    page.locator("dialog").get_by_role("button", name="签退").click()
    expect(page.get_by_text("指挥室确认以后")).to_be_visible()

    office.reload()
    expect(office.locator("tr[data-signup]")).to_contain_text("都好，没有发现问题")
    office.get_by_role("button", name="确认，记积分").click()
    expect(office.get_by_text("已确认，积分已记")).to_be_visible()
    page.goto("/h5/volunteer")
    expect(page.locator("#volunteer-ledger li").first).to_contain_text("参加巡查")
