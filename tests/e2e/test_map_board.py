"""The map board in a browser: a case to click, five thousand to move about in, filters in the address."""

from __future__ import annotations

import json
import random
import time
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from bench._client import report_body
from tests.e2e.steps import SignIn
from tests.e2e.township import Instance

pytestmark = pytest.mark.e2e

MANY = 5000
PATIENCE_SECONDS = 30


def drawn(page: Page, count: int) -> None:
    expect(page.locator("#map")).to_have_attribute("data-drawn", str(count))


def synthetic() -> dict[str, Any]:
    rnd, now = random.Random(7), int(time.time() // 60)
    statuses = ("assessing", "dispatched", "handling", "suspended", "handled")
    rows = []
    for pk in range(1, MANY + 1):
        status = rnd.choice(statuses)
        due = None if status in {"suspended", "handled"} else now + rnd.randint(-4000, 9000)
        place = (30.29 + rnd.random() * 0.04, 120.48 + rnd.random() * 0.05)
        paused = now if status == "suspended" else None
        opened = now - rnd.randint(0, 40_000)
        rows.append(
            [pk, f"GD-{pk}", "路灯不亮", status, "P2", None, None, None, *place, opened, due, paused, ""]
        )  # fmt: skip
    columns = [
        "pk", "number", "title", "status", "urgency", "category_id", "lead_department_id", "grid_id",
        "lat", "lng", "opened_at", "next_due_at", "paused_at", "card",
    ]  # fmt: skip
    return {"columns": columns, "rows": rows, "capped": False, "cap": 20_000}


def test_a_case_is_clicked_on_the_map(instance: Instance, sign_in: SignIn) -> None:
    resident = instance.resident("map")
    text = "村口的路灯坏了，晚上一片漆黑"
    status, sent = resident.call("POST", "/api/v1/reports", report_body(text, 30.3105, 120.5005))
    assert status == 201
    page = sign_in("dispatcher")
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        page.goto("/admin/map/")
        expect(page.locator("#map[data-drawn]")).to_have_count(1)
        line = page.locator("#map-list button", has_text="路灯坏了")
        if line.count():
            break
        assert time.monotonic() < until, sent
        time.sleep(0.5)
    line.first.click()
    popup = page.locator(".map-popup")
    expect(popup).to_contain_text("路灯坏了")
    popup.locator("a").click()
    page.wait_for_url("**/admin/dispatch/ticket/*/change/")


def test_five_thousand_are_drawn_moved_and_filtered(sign_in: SignIn) -> None:
    page = sign_in("lead")
    body = json.dumps(synthetic())

    def answer(route: Route) -> None:
        route.fulfill(body=body, content_type="application/json")

    page.route("**/admin/map/data.json", answer)
    page.goto("/admin/map/")
    drawn(page, MANY)
    area = page.locator("#map").bounding_box()
    assert area is not None
    x, y = area["x"] + area["width"] / 2, area["y"] + area["height"] / 2
    for step in (150, -150):
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x + step, y + step / 3, steps=20)
        page.mouse.up()

    page.click("#map-legend [data-due=late]")
    late = sum(1 for row in synthetic()["rows"] if row[11] and row[11] < time.time() // 60 - 2)
    shown = int(page.get_attribute("#map", "data-drawn") or "0")
    assert abs(shown - late) <= 10
    page.click("#map-legend [data-status=handling]")
    page.click("[data-view=heat]")
    expect(page.locator("canvas.leaflet-heatmap-layer")).to_have_count(1)
    assert "due=late" in page.url
    assert "view=heat" in page.url
    kept = page.get_attribute("#map", "data-drawn") or ""
    page.reload()
    drawn(page, int(kept))
    expect(page.locator("[data-view=heat]")).to_have_attribute("aria-pressed", "true")
    page.click("button[type=reset]")
    drawn(page, MANY)


def test_a_department_on_a_phone_sees_an_empty_map(sign_in: SignIn) -> None:
    page = sign_in("hr", phone=True)
    page.goto("/admin/map/")
    drawn(page, 0)
    expect(page.locator("#map-note")).to_have_text("现在没有在办工单")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_server_that_does_not_answer_is_said(sign_in: SignIn) -> None:
    page = sign_in("lead")
    page.route("**/admin/map/data.json", lambda route: route.abort())
    page.goto("/admin/map/")
    expect(page.locator("#map-note")).to_contain_text("数据没有读到")


def hurry(route: Route) -> None:
    """Let the page refresh every two seconds instead of every minute."""
    page = route.fetch()
    text = page.text()
    assert '"refreshSeconds": 60' in text
    route.fulfill(response=page, body=text.replace('"refreshSeconds": 60', '"refreshSeconds": 2'))


def test_cards_are_marked_and_the_view_outlives_a_refresh(sign_in: SignIn, tmp_path: Path) -> None:
    page = sign_in("lead")
    data, marks = synthetic(), []
    data["rows"] = data["rows"][:40]
    for row, card in zip(data["rows"], ("red", "yellow", "yellow"), strict=False):
        row[-1] = card

    def answer(route: Route) -> None:
        marks.append(route.request.headers.get("if-none-match", ""))
        if marks[-1]:
            assert route.request.headers["x-background"] == "1"
        if marks[-1] == f'"{len(data["rows"])}"':
            route.fulfill(status=304)
            return
        route.fulfill(
            body=json.dumps(data),
            content_type="application/json",
            headers={"ETag": f'"{len(data["rows"])}"'},
        )

    page.route("**/admin/map/data.json", answer)
    page.route("**/admin/map/?*", hurry)
    page.goto("/admin/map/?card=any")
    drawn(page, 3)
    expect(page.locator(".map-pin-yellow")).to_have_count(1)  # the other two are one cluster
    page.locator("#map-list button", has_text="红牌").first.click()
    popup = page.locator(".map-popup .map-card-red")
    expect(popup).to_have_text("红牌")
    page.screenshot(path=tmp_path / "popup.png")
    before = page.locator(".leaflet-map-pane").get_attribute("style")

    data["rows"].append([*data["rows"][0][:-1], "red"])
    data["rows"][-1][0] = 99_999
    drawn(page, 4)
    assert marks[:2] == ["", '"40"']
    expect(popup).to_have_count(1)
    assert page.locator(".leaflet-map-pane").get_attribute("style") == before
    expect(page.locator("#map-fresh")).to_contain_text("更新")
    expect(page.locator("#map-filters [name=card]")).to_have_value("any")
    page.select_option("#map-filters [name=card]", "yellow")
    drawn(page, 2)
    assert "card=yellow" in page.url
    page.screenshot(path=tmp_path / "map.png")
