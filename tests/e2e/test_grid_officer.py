"""A grid officer in the field: sees what waits to be checked in the own grids, checks it on the spot."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from bench._client import report_body
from tests.e2e.steps import SignIn, dispatch_to, find_new_ticket, make_photo, press, wait_for
from tests.e2e.township import Instance

pytestmark = pytest.mark.e2e
OWN, ELSEWHERE = (30.3170, 120.5228), (30.3012, 120.5133)


def finished(
    instance: Instance, sign_in: SignIn, place: tuple[float, float], photo: Path
) -> tuple[str, str, str]:
    """Bring a case to 待核查; return the report's number, the ticket's and the address of its page."""
    name = f"walker{place[0]}".replace(".", "")
    body = report_body("巷口那一摊东西谁来看看，问了几家都说不管", *place)
    status, sent = instance.resident(name).call("POST", "/api/v1/reports", body)
    assert status == 201
    room = sign_in("dispatcher")
    find_new_ticket(room, sent["number"])
    dispatch_to(room, category="建筑垃圾", department="环境卫生")
    ticket = room.locator(".xc-page").get_attribute("data-ticket") or ""
    path = room.url.split("?")[0]
    unit = sign_in("sanitation")
    unit.goto(path)
    press(unit, "accept")
    press(unit, "finish", outcome="solved", public_text="已清理干净。", photos=str(photo))
    return sent["number"], ticket, path


def sideways(page: Page) -> int:
    return int(page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))


def test_it_is_checked_on_the_spot(instance: Instance, sign_in: SignIn, tmp_path: Path) -> None:
    photo = make_photo(tmp_path / "after.jpg", "green")
    number, ticket, _path = finished(instance, sign_in, OWN, photo)
    _number, far, far_path = finished(instance, sign_in, ELSEWHERE, photo)

    officer = sign_in("gridworker", phone=True)
    officer.screenshot(path=tmp_path / "home.png")
    officer.goto("/admin/dispatch/ticket/?queue=handled")
    expect(officer.locator("#result_list")).to_contain_text(ticket)
    expect(officer.locator("#result_list")).not_to_contain_text(far)
    assert sideways(officer) <= 0
    officer.screenshot(path=tmp_path / "queue.png")
    answer = officer.goto(far_path)
    assert answer is not None
    assert "/change/" not in officer.url or answer.status in {403, 404}
    expect(officer.locator("body")).not_to_contain_text(far)

    officer.goto("/admin/dispatch/ticket/?queue=handled")
    officer.locator("#result_list tbody a", has_text=ticket).first.click()
    expect(officer.locator("#xc-status")).to_have_text("待核查")
    officer.screenshot(path=tmp_path / "ticket.png")
    assert sideways(officer) <= 0
    officer.click("#xc-actions a[data-action=verify]")
    officer.set_input_files("#xc-picker [data-kept]", make_photo(tmp_path / "seen.jpg", "navy"))
    expect(officer.locator(".xc-shot")).to_have_count(1)
    officer.fill("[name=note]", "现场看过，已清理干净。")
    officer.screenshot(path=tmp_path / "verify.png", full_page=True)
    officer.click("#xc-submit")
    expect(officer.locator("#xc-status")).to_have_text("待评价")
    officer.screenshot(path=tmp_path / "done.png")
    client = instance.resident(f"walker{OWN[0]}".replace(".", ""))
    told = wait_for(client, number, lambda row: row["status"]["code"] == "awaiting_rating")
    assert any(line["photos"] for line in told["timeline"])
