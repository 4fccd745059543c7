"""Binding a telephone, signing in with it, and the bar before the session ends, in a real browser."""

from __future__ import annotations

import base64
from collections.abc import Callable

import pytest
from django_otp.oath import totp
from playwright.sync_api import Browser, Page, expect

from tests.e2e.township import PHONE_SCREEN, Instance

pytestmark = pytest.mark.e2e
SignIn = Callable[..., Page]
STATE = "**/admin/session/state"


def code_of(key: str) -> str:
    return f"{totp(base64.b32decode(key.replace(' ', ''))):06d}"


def send_name(page: Page, instance: Instance, username: str) -> None:
    page.goto("/admin/login/?next=/admin/sessions/")
    page.fill("input[name=username]", username)
    page.fill("input[name=password]", instance.password)
    page.click("button[type=submit]")


def test_binding_a_telephone_and_signing_in_with_it(
    instance: Instance, browser: Browser, sign_in: SignIn
) -> None:
    page = sign_in("gas_head")
    page.goto("/admin/sessions/")
    page.click("text=绑定手机")
    expect(page.locator("#xc-qr")).to_be_visible()
    assert page.evaluate("document.getElementById('xc-qr').naturalWidth") > 100
    key = page.inner_text("#xc-key")
    used = code_of(key)
    page.fill("input[name=code]", used)
    page.click("text=确认绑定")
    recovery = page.locator("#xc-codes code").all_inner_texts()
    assert len(recovery) == 10
    page.click("text=我已保存")
    page.wait_for_url("**/admin/")

    context = browser.new_context(viewport=PHONE_SCREEN, base_url=instance.base)  # type: ignore[arg-type]
    phone = context.new_page()
    send_name(phone, instance, "gas_head")
    phone.wait_for_url("**/login/code/")
    phone.fill("input[name=code]", used)
    phone.click("text=确认登录")
    expect(phone.locator("text=口令不正确或已用过")).to_be_visible()
    phone.fill("input[name=code]", recovery[0])
    phone.click("text=确认登录")
    phone.wait_for_url("**/admin/sessions/")
    expect(phone.locator("text=未用的恢复码还有 9 个")).to_be_visible()
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")

    phone.click("text=退出其他所有登录")
    expect(phone.locator("text=已退出其他 1 个登录")).to_be_visible()
    page.goto("/admin/sessions/")
    assert "/admin/login/" in page.url
    context.close()


def test_the_bar_warns_and_continues(sign_in: SignIn) -> None:
    page = sign_in("gas")
    page.clock.install()
    page.goto("/admin/sessions/")
    bar = page.locator("#xc-session")
    expect(bar).to_be_hidden()
    page.clock.fast_forward("28:30")
    page.clock.run_for(2000)
    page.wait_for_timeout(500)
    expect(bar).to_be_hidden()  # the server says that another tab was busy meanwhile
    user = page.get_attribute("#xc-session", "data-user")
    page.route(
        STATE, lambda route: route.fulfill(json={"seconds": 100, "user": user, "token": "x" * 64})
    )
    page.clock.fast_forward("28:30")
    page.clock.run_for(2000)
    expect(bar).to_contain_text("后自动退出")
    page.unroute(STATE)
    page.reload()  # the token above was none
    page.route(STATE, lambda route: route.fulfill(json={"seconds": 100, "user": user}))
    page.clock.fast_forward("28:30")
    page.clock.run_for(2000)
    bar.locator("text=继续").click()
    expect(bar).to_be_hidden()


def test_what_was_typed_stays_and_can_be_sent_after_signing_in_again(
    instance: Instance, sign_in: SignIn
) -> None:
    other, page = sign_in("power"), sign_in("power")
    page.clock.install()
    page.goto("/admin/sessions/")
    page.evaluate(
        """() => { const box = document.createElement('textarea'); box.id = 'typed';
        document.querySelector('form[action$="others/revoke/"]').prepend(box); }"""
    )
    page.type("#typed", "现场已清理")
    other.goto("/admin/sessions/")
    other.click("text=退出其他所有登录")
    page.clock.fast_forward("28:30")
    page.clock.run_for(2000)
    bar = page.locator("#xc-session")
    expect(bar).to_contain_text("您填写的内容还在本页，没有保存")
    assert page.input_value("#typed") == "现场已清理"

    with page.context.expect_page() as opened:
        bar.get_by_role("link", name="在新页面登录").click()
    again = opened.value
    send_name(again, instance, "power")
    again.wait_for_url("**/admin/sessions/")
    again.close()
    page.evaluate("window.dispatchEvent(new Event('focus'))")
    expect(bar).to_be_hidden()
    page.click("text=退出其他所有登录")  # with the token of the new session
    expect(page.locator("text=已退出其他 1 个登录")).to_be_visible()
