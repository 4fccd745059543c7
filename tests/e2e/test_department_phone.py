"""A department's day on a phone: sign with one tap, take photos, finish; nothing scrolls sideways."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from bench._client import report_body
from tests.e2e.steps import SignIn, dispatch_to, find_new_ticket, make_photo, press, status_of
from tests.e2e.township import Instance

pytestmark = pytest.mark.e2e
# The theme writes a chosen file's name into the nearest text box it finds.
DEFAULTS = "[...document.querySelectorAll('input[type=text]')].map((e) => [e.name, e.value])"


def expect_no_sideways(page: Page) -> None:
    wide, room = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    assert wide <= room, page.url


def test_a_case_is_done_on_a_phone(instance: Instance, sign_in: SignIn, tmp_path: Path) -> None:
    resident = instance.resident("qianshifu")
    body = report_body("巷子里那一摊东西谁来看看，问了几家都说不管", 30.309, 120.497)
    status, sent = resident.call("POST", "/api/v1/reports", body)
    assert status == 201
    room = sign_in("dispatcher")
    find_new_ticket(room, sent["number"])
    dispatch_to(room, category="建筑垃圾", department="环境卫生")
    ticket = room.locator(".xc-page").get_attribute("data-ticket")

    phone = sign_in("sanitation", phone=True)
    card = phone.locator(f"[data-number={ticket}]").first
    expect(card.locator("[aria-label=未读]")).to_be_visible()
    expect_no_sideways(phone)
    card.locator("button").click()
    expect(phone.locator("#xc-status")).to_have_text("处置中")
    expect_no_sideways(phone)

    press(room, "note", note="@示例环卫所经办 先拍照再清理")
    phone.goto("/admin/tray/?tab=mentions")
    mention = phone.locator(f"[data-number={ticket}]")
    expect(mention.locator(".xc-mention")).to_have_text("@示例环卫所经办")
    expect(mention.locator("[aria-label=未读]")).to_be_visible()
    mention.locator("a").click()

    finish = phone.locator("#xc-actions a[data-action=finish]")
    expect(finish).to_be_in_viewport()
    finish.click()
    expect(phone.locator("#xc-picker")).to_be_visible()
    phone.wait_for_load_state()  # Without its script a second picture takes the place of the first.
    untouched = phone.evaluate(DEFAULTS)
    phone.set_input_files("#xc-picker input[capture]", make_photo(tmp_path / "1.jpg", "green"))
    phone.set_input_files("#xc-picker input[capture]", make_photo(tmp_path / "2.jpg", "navy"))
    expect(phone.locator(".xc-shot")).to_have_count(2)
    assert phone.evaluate(DEFAULTS) == untouched
    expect(phone.locator("#xc-submit")).to_be_in_viewport()
    expect_no_sideways(phone)
    phone.select_option("[name=outcome]", "solved")
    phone.fill("[name=public_text]", "已清理干净，并安排每日巡查。")
    phone.click("#xc-submit")
    expect(phone.locator("#xc-status")).to_have_text("待核查")
    expect(phone.locator(".xc-event .xc-photo")).to_have_count(2)

    room.reload()
    assert status_of(room) == "待核查"
    answer = room.request.get(f"{room.url.split('/change')[0]}/print.pdf")
    assert (answer.status, answer.body()[:5]) == (200, b"%PDF-")
    printed = room.request.get(f"{room.url.split('/change')[0]}/print/")
    assert ticket is not None
    assert ticket in printed.text()
