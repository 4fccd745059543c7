"""A typhoon in a browser: two clicks, a look at what moves, and the resident reads the new date."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from bench._client import ApiClient, report_body
from tests.e2e.township import Instance

pytestmark = pytest.mark.e2e

SignIn = Callable[..., Page]
PATIENCE_SECONDS = 40


def wait_for(
    resident: ApiClient, number: str, wanted: Callable[[dict[str, Any]], Any]
) -> dict[str, Any]:
    """Return the resident's case once it is as wanted."""
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        case: dict[str, Any] = resident.call("GET", f"/api/v1/reports/{number}")[1]
        if wanted(case):
            return case
        assert time.monotonic() < until, case
        time.sleep(0.5)


def test_a_typhoon_moves_what_residents_were_promised(instance: Instance, sign_in: SignIn) -> None:
    resident = instance.resident("typhoon")
    text = "垃圾堆在路边没人清运"
    status, sent = resident.call("POST", "/api/v1/reports", report_body(text, 30.311, 120.501))
    assert status == 201
    before = wait_for(resident, sent["number"], lambda case: case["due_at"])["due_at"]
    page = sign_in("lead")
    page.goto("/admin/calendar/")
    today = timezone.localdate()
    days = [today + timedelta(days=ahead) for ahead in range(6)]
    days = [day for day in days if day.year == today.year]
    page.click(f"[data-day='{days[0]}']")
    page.click(f"[data-day='{days[-1]}']")
    expect(page.locator("[name=first]")).to_have_value(str(days[0]))
    expect(page.locator("[name=last]")).to_have_value(str(days[-1]))
    page.fill("#cal-form [name=name]", "台风停工")
    page.click("#cal-form button[type=submit]")
    expect(page.locator("#cal-effect")).to_contain_text("期限推后")
    page.click("button:has-text('确认保存')")
    expect(page.locator(f"[data-day='{days[0]}']")).to_have_class(re.compile("cal-closure"))
    after = wait_for(resident, sent["number"], lambda case: case["due_at"] != before)
    assert after["due_at"] > before
    assert any("因工作日历调整（台风停工）" in line["text"] for line in after["timeline"])
    moved = page.locator("#cal-changes [data-moved]").first
    expect(moved).not_to_have_text("0", timeout=PATIENCE_SECONDS * 1000)


def test_a_chosen_file_leaves_the_other_fields_alone(sign_in: SignIn, tmp_path: Path) -> None:
    page = sign_in("lead")
    page.goto("/admin/calendar/import/")
    file = tmp_path / "notice.csv"
    file.write_text("2027-01-01,holiday,元旦\n", encoding="utf-8")
    page.set_input_files("[name=file]", str(file))
    expect(page.locator("[name=source]")).to_have_value("")
