"""The candidate buttons in a browser: keys press them, not while somebody types, and nothing is sent unasked."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from bench._client import report_body
from tests.e2e.steps import SignIn, find_new_ticket
from tests.e2e.township import Instance

pytestmark = pytest.mark.e2e

UNSURE = "路边垃圾堆成山，旁边还有人在烧，烟很大，路灯杆也好像有点漏电"


def test_keys_press_the_candidates(instance: Instance, sign_in: SignIn) -> None:
    resident = instance.resident("candidates")
    status, sent = resident.call("POST", "/api/v1/reports", report_body(UNSURE, 30.31, 120.50))
    assert status == 201
    page = sign_in("dispatcher")
    find_new_ticket(page, sent["number"])
    expect(page.locator("#xc-candidates")).to_be_visible()
    expect(page.locator("mark.xc-mark-danger").first).to_have_text("漏电")

    page.keyboard.press("1")
    dialog = page.locator("#xc-confirm-1")
    expect(dialog).to_be_visible()
    page.keyboard.press("2")  # one question at a time
    expect(page.locator("#xc-confirm-2")).to_be_hidden()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    assert page.locator("#xc-status").inner_text().strip() == "待研判"

    page.click("#xc-actions a[data-action=dispatch]")
    note = page.locator("#xc-form [name=note]")
    note.press("2")
    expect(note).to_have_value("2")
    assert "candidate=" not in page.url
    page.locator(".xc-head h2").click()
    page.keyboard.press("2")
    page.wait_for_url("**candidate=1")

    page.go_back()
    page.go_back()
    page.keyboard.press("2")
    page.locator("#xc-confirm-2 button[type=submit]").click()
    expect(page.locator("#xc-status")).to_have_text("待签收")
    expect(page.locator("body")).to_contain_text("采用第二候选（按候选按钮派出）")
