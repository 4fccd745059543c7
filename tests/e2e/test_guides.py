"""便民服务 and 公告 in real browsers: found by initials and called, brought in by a sheet, a banner."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from openpyxl import load_workbook
from playwright.sync_api import Browser, Page, expect

from tests.e2e.phone import Phone, phone_of
from tests.e2e.township import Instance

pytestmark = pytest.mark.e2e

SignIn = Callable[..., Page]


@pytest.fixture
def phone(browser: Browser, instance: Instance) -> Iterator[Phone]:
    with phone_of(browser, instance.base) as one:
        yield one


def first_use_done(page: Page) -> None:
    """Answer what the first visit asks, where it asks."""
    page.evaluate("() => document.querySelectorAll('dialog').forEach((box) => box.remove())")


def test_a_resident_finds_the_card_by_its_initials_and_can_call(phone: Phone) -> None:
    page = phone.open("/h5/guides/")
    expect(page.locator(".guide-tile")).to_have_count(7)
    page.fill("#guide-words", "sbk")
    card = page.locator(".guide-card")
    expect(card).to_have_count(1)
    expect(card).to_contain_text("社保卡补办")
    expect(page).to_have_url(re.compile("q=sbk"))
    card.click()
    call = page.locator("#guide-foot a")
    expect(call).to_have_attribute("href", "tel:057100001601")
    expect(page.locator(".guide-docs .check")).to_have_count(2)
    page.locator(".guide-docs input").first.check()
    page.click("text=在地图上看")
    expect(page.locator(".case-map.leaflet-container")).to_be_visible()
    # 大字版 has the same, larger.
    page.click("#h5-large")
    expect(call).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.click("text=信息有误")
    page.locator("dialog").get_by_text("电话打不通或不对").click()
    expect(page.locator(".toast")).to_contain_text("谢谢")
    # Back is the list as it was.
    page.click("#h5-back")
    expect(page.locator("#guide-words")).to_have_value("sbk")


def test_near_ones_first_open_ones_only_and_a_miss_helps(phone: Phone) -> None:
    page = phone.open("/h5/guides/")
    page.click("#guide-near")
    expect(page.locator(".guide-card").first).to_contain_text("米")
    page.get_by_role("button", name=re.compile("出行")).click()
    expect(page.locator(".guide-card")).to_have_count(4)
    page.click("#guide-open")
    expect(page).to_have_url(re.compile("open=1"))
    expect(page.locator("#guide-list")).not_to_contain_text("休息中")
    phone.open("/h5/guides/?q=社保卡冻结")
    expect(page.locator("#guide-list .state")).to_contain_text("没有找到")
    expect(page.get_by_role("link", name="社保卡补办（示例）")).to_be_visible()
    expect(page.get_by_role("link", name=re.compile("便民热线"))).to_have_attribute("href", re.compile("^tel:"))  # fmt: skip


def test_what_was_seen_stays_without_a_line(phone: Phone) -> None:
    page = phone.open("/h5/guides/")
    expect(page.locator(".guide-card").first).to_be_visible()
    page.locator(".guide-card", has_text="示例图书分馆").click()
    expect(page.locator(".guide-head")).to_contain_text("示例图书分馆")
    phone.kept_offline()
    phone.context.set_offline(True)
    phone.open(page.url)
    expect(page.locator(".case-stale")).to_be_visible()
    expect(page.locator(".guide-head")).to_contain_text("示例图书分馆")
    phone.open("/h5/guides/")
    expect(page.locator(".case-stale")).to_be_visible()
    expect(page.locator(".guide-card").first).to_be_visible()
    phone.context.set_offline(False)


def test_staff_bring_a_sheet_and_the_resident_sees_it(
    phone: Phone, sign_in: SignIn, tmp_path: Path
) -> None:
    page = sign_in("dispatcher")
    page.goto("/admin/guides/import/")
    with page.expect_download() as download:
        page.click("text=下载模板")
    sheet = tmp_path / "guides.xlsx"
    download.value.save_as(sheet)
    book = load_workbook(sheet)
    book.worksheets[0].append(["kuaidi-01", "示例快递驿站", "便", "取快递、菜鸟"])
    book.worksheets[0].append(["kuaidi-01", "", "飞"])
    book.save(sheet)
    page.set_input_files("[name=file]", sheet)
    page.get_by_role("button", name="预览").click()
    faults = page.locator("#guide-import-faults")
    expect(faults).to_contain_text("有 3 处错误，什么都没有导入")
    expect(faults).to_contain_text("编号与第 2 行重复")
    book.worksheets[0].delete_rows(3)
    book.save(sheet)
    page.click("text=重新选择文件")
    page.set_input_files("[name=file]", sheet)
    page.get_by_role("button", name="预览").click()
    expect(page.locator("#guide-import-counts")).to_contain_text("新增 1 条")
    page.get_by_role("button", name="确认导入").click()
    expect(page.locator("body")).to_contain_text("已导入：新增 1 条")
    seen = phone.open("/h5/guides/?q=kdyz")
    expect(seen.locator(".guide-card")).to_contain_text("示例快递驿站")


def test_an_urgent_bulletin_is_a_banner(phone: Phone, sign_in: SignIn) -> None:
    page = sign_in("lead")
    page.goto("/admin/bulletins/new/")
    page.fill("[name=title]", "示例台风蓝色预警")
    page.fill("[name=body]", "今晚有大风，请收好阳台物品。\n\n有险情请打 110。")
    page.fill("[name=source]", "应急消防管理站")
    page.check("[name=urgent]")
    page.get_by_role("button", name="保存").click()
    expect(page.locator(".xc-error")).to_contain_text("紧急公告要写到期时间")
    end = timezone.localtime() + timedelta(days=2)
    page.fill("[name=expire_at]", f"{end:%Y-%m-%dT%H:%M}")
    page.get_by_role("button", name="保存").click()
    expect(page.locator("body")).to_contain_text("已存为草稿")
    page.once("dialog", lambda box: box.accept())
    page.get_by_role("button", name="发布", exact=True).click()
    expect(page.locator("body")).to_contain_text("已发布，到了公布时间")
    home = phone.open("/h5/")
    banner = home.locator("#home-urgent a")
    expect(banner).to_contain_text("示例台风蓝色预警")
    expect(home.locator("#home-bulletins-body a")).to_have_count(3)
    first_use_done(home)
    banner.click()
    expect(home.locator("article")).to_contain_text("请收好阳台物品")
    expect(home.locator("article a[href='tel:110']")).to_be_visible()
    page.once("dialog", lambda box: box.accept())
    page.get_by_role("button", name="撤下").click()
    expect(page.locator("body")).to_contain_text("已撤下")
    home.reload()
    expect(home.locator("#bulletin .state")).to_contain_text("没有这条公告")
