"""The cockpit in a browser: a number is the rows behind it, a view is its address, an old number is never a new one."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Browser, Page, Route, expect

from bench._client import report_body
from tests.e2e import cockpit_data
from tests.e2e.steps import SignIn
from tests.e2e.township import Instance

pytestmark = pytest.mark.e2e

AXE = settings.NODE_MODULES / "axe-core" / "axe.min.js"
RUN_AXE = """async () => (await axe.run(document, { resultTypes: ["violations"] })).violations
  .filter((one) => ["serious", "critical"].includes(one.impact)).map((one) => [one.id, one.nodes.map((node) => node.html)])"""
TEXTS = (
    ("村口的路灯坏了，晚上一片漆黑", 30.3105, 120.5005),
    ("垃圾桶满了三天没人清", 30.315, 120.51),
    ("路面有个大坑，骑车摔了一跤", 30.305, 120.495),
)
PATIENCE_SECONDS = 45
LOST_MS = 40_000
SCREENS = ((1920, 1080), (1366, 768), (3840, 2160))

Answers = dict[str, Callable[[dict[str, str]], dict[str, Any]]]


@pytest.fixture(scope="session")
def reported(instance: Instance) -> int:
    """Send reports and wait until each is a ticket that the office counts."""
    resident = instance.resident("cockpit")
    for text, lat, lng in TEXTS:
        status, sent = resident.call("POST", "/api/v1/reports", report_body(text, lat, lng))
        assert status == 201, sent
    return len(TEXTS)


def opened(page: Page) -> str:
    return page.locator("#desk-tiles [data-code=opened] .ck-value a").inner_text().strip()


def open_desk(page: Page, query: str, least: int = 0) -> None:
    """Open the desk and wait until triage and the rollup have come as far as ``least``."""
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        page.goto(f"/cockpit/{query}")
        expect(page.locator("body")).to_have_attribute("data-state", "ready")
        tiles = page.locator("#desk-tiles [data-code=opened] .ck-value")
        if not least or (tiles.is_visible() and int(opened(page).replace(",", "")) >= least):
            return
        assert time.monotonic() < until
        time.sleep(0.5)


def follow_the_number(page: Page, query: str, least: int) -> str:
    """Open the list behind the tile; again, should a report have been counted between the two pages."""
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        open_desk(page, query, least)
        everything = opened(page)
        page.locator("#desk-tiles [data-code=opened] .ck-value a").click()
        rows = page.locator(".summary-list tbody tr")
        expect(rows.first).to_be_visible()
        if rows.count() == int(everything):
            return everything
        assert time.monotonic() < until, (rows.count(), everything)


def asked(name: str) -> re.Pattern[str]:
    """Match what the pages ask for, and no script of that name."""
    return re.compile(rf"/cockpit/(k/[^/]+/)?{name}(\?|$)")


def answering(page: Page, answers: Answers) -> None:
    """Let the page hear what no township says on demand."""

    def answer(route: Route) -> None:
        path, _mark, query = route.request.url.partition("?")
        given = dict(part.split("=", 1) for part in query.split("&") if part)
        body = answers[path.rsplit("/", 1)[-1]](given)
        route.fulfill(body=json.dumps(body), content_type="application/json")

    for name in answers:
        page.route(asked(name), answer)


def full(*, links: bool = True, ticket: bool | None = None) -> Answers:
    scale = 1 if ticket is None else int(ticket)
    quiet = ticket is not None
    return {
        "live": lambda _query: cockpit_data.live(scale=scale, links=links),
        "map": lambda _query: cockpit_data.outlines(scale=scale, links=links),
        "data": lambda query: (
            cockpit_data.quiet(query, ticket=bool(ticket), links=links)
            if quiet
            else cockpit_data.board(query, links=links)
        ),
    }


def barriers(page: Page) -> list[Any]:
    page.add_script_tag(path=AXE)
    return list(page.evaluate(RUN_AXE))


def test_a_number_is_the_rows_behind_it_and_a_view_is_its_address(
    sign_in: SignIn, reported: int
) -> None:
    page = sign_in("lead")
    everything = follow_the_number(page, "?period=day", reported)

    page.go_back()
    expect(page.locator("body")).to_have_attribute("data-state", "ready")
    page.locator("#desk-tree ~ .ck-scroll").wait_for(state="attached")
    page.locator("section", has=page.locator("#desk-tree")).locator(".desk-swap").click()
    leaf = page.locator("#desk-tree-table tbody tr").nth(1)
    name = leaf.locator("th").inner_text().strip()
    expected = leaf.locator("td").first.inner_text().strip()
    option = page.locator("#desk-filters [name=category] option", has_text=name).first
    page.select_option("#desk-filters [name=category]", option.get_attribute("value"))
    expect(page.locator("#desk-chips button")).to_contain_text(name)
    expect(page.locator("#desk-tiles [data-code=opened] .ck-value a")).to_have_text(expected)
    copied = page.url
    assert "category=" in copied
    assert "period=day" in copied
    page.locator("#desk-tiles [data-code=opened] .ck-value a").click()
    expect(page.locator(".summary-list tbody tr")).to_have_count(int(expected))

    page.goto(copied)
    expect(page.locator("#desk-tiles [data-code=opened] .ck-value a")).to_have_text(expected)
    page.locator("#desk-chips button").click()
    expect(page.locator("#desk-chips button")).to_have_count(0)
    expect(page.locator("#desk-tiles [data-code=opened] .ck-value a")).to_have_text(everything)
    page.go_back()
    expect(page.locator("#desk-chips button")).to_contain_text(name)
    expect(page.locator("#desk-tiles [data-code=opened] .ck-value a")).to_have_text(expected)


def test_a_grid_leads_to_its_list_and_to_a_ticket(sign_in: SignIn, reported: int) -> None:
    page = sign_in("lead")
    open_desk(page, "", reported)
    page.locator("section", has=page.locator("#desk-map")).locator(".desk-swap").click()
    rows = page.locator("#desk-map-table tbody tr")
    line = rows.filter(has=page.locator("td:nth-child(2) a")).first
    number = int(line.locator("td:nth-child(2)").inner_text())
    line.locator("td:nth-child(2) a").click()
    listed = page.locator(".summary-list tbody tr")
    expect(listed).to_have_count(number)
    listed.first.locator("a").click()
    page.wait_for_url("**/admin/dispatch/ticket/*/change/")


def kiosk_address(page: Page) -> str:
    """Make a link for a wall and return its address."""
    page.goto("/admin/kiosk/")
    page.fill("input[name=name]", "大厅")
    page.click("#xc-kiosk button.xc-primary")
    return page.locator("#xc-kiosk-fresh input").input_value()


def test_a_kiosk_shows_numbers_and_no_links_and_says_when_the_line_is_lost(
    sign_in: SignIn, browser: Browser, reported: int
) -> None:
    staff = sign_in("lead")
    open_desk(staff, "?period=day", reported)
    today = opened(staff)
    context = browser.new_context(viewport={"width": 1920, "height": 1080}, locale="zh-CN")
    wall = context.new_page()
    wall.clock.install()
    wall.goto(kiosk_address(staff))
    number = wall.locator("#wall-today [data-code=opened] .ck-value")
    expect(number).to_have_text(today)
    badge = wall.locator("#wall-fresh")
    expect(badge).to_contain_text("更新于")
    expect(wall.locator("#wall-dimensions .ck-dimension")).to_have_count(8)
    assert wall.locator("a").count() == 0
    words = wall.locator("body").inner_text()
    assert not any(text[:6] in words for text, _lat, _lng in TEXTS)

    wall.route(asked("live"), lambda route: route.abort())
    for _second in range(LOST_MS // 4000):
        wall.clock.fast_forward(4000)
    expect(badge).to_contain_text("线路中断，数字停在")
    expect(wall.locator("body")).to_have_class(re.compile(r"\bck-lost\b"))
    wall.unroute(asked("live"))
    wall.clock.fast_forward(10_000)
    expect(badge).to_contain_text("更新于")
    expect(wall.locator("body")).not_to_have_class(re.compile(r"\bck-lost\b"))
    context.close()


def test_the_last_question_wins_and_a_failure_is_said(sign_in: SignIn) -> None:
    page = sign_in("lead")
    answering(page, full())
    page.goto("/cockpit/?period=month")
    expect(page.locator("body")).to_have_attribute("data-state", "ready")
    held: list[Route] = []

    def answer(route: Route) -> None:
        if "period=week" in route.request.url:
            held.append(route)
            return
        board = cockpit_data.board({"period": "year"})
        board["tiles"][0].update(value=777, text="777")
        route.fulfill(body=json.dumps(board), content_type="application/json")

    page.route(asked("data"), answer)
    gone: list[str] = []
    page.on("requestfailed", lambda request: gone.append(request.url))
    page.select_option("#desk-filters [name=period]", "week")
    expect(page.locator("body")).to_have_attribute("data-state", "loading")
    page.select_option("#desk-filters [name=period]", "year")
    expect(page.locator("#desk-tiles [data-code=opened] .ck-value a")).to_have_text("777")
    assert held
    assert any("period=week" in url for url in gone)

    page.route(asked("data"), lambda route: route.fulfill(status=400, body=json.dumps({"message": "日期不对"}), content_type="application/json"))  # fmt: skip
    page.select_option("#desk-filters [name=period]", "day")
    expect(page.locator("#desk-error")).to_contain_text("日期不对")
    expect(page.locator("#desk-board")).to_be_hidden()


@pytest.mark.parametrize("ticket", [None, False, True], ids=["full", "empty", "one"])
def test_every_state_fits_and_has_no_barriers(
    sign_in: SignIn,
    ticket: bool | None,
) -> None:
    page = sign_in("lead")
    answering(page, full(ticket=ticket))
    page.goto("/cockpit/")
    expect(page.locator("body")).to_have_attribute("data-state", "ready")
    expect(page.locator("#desk-empty")).to_be_visible(visible=ticket is False)
    assert barriers(page) == []
    assert "NaN" not in page.locator("main").inner_text()
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    why = page.locator(".ck-why").first
    why.focus()
    expect(page.locator("#ck-tip")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#ck-tip")).to_be_hidden()

    page.goto("/cockpit/wall/")
    for width, height in SCREENS:
        page.set_viewport_size({"width": width, "height": height})
        expect(page.locator("#wall-map svg" if ticket is None else "#wall-map")).to_be_visible()
        room = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.scrollHeight]")  # fmt: skip
        assert room == [width, height]
        overflowing = page.evaluate(
            """() => [...document.querySelectorAll(".wall-panel, .wall-column, .wall-main")]
              .filter((node) => node.scrollHeight > node.clientHeight + 2).map((node) => node.innerText.slice(0, 20))"""
        )
        assert overflowing == []
    assert barriers(page) == []
    assert "NaN" not in page.locator("body").inner_text()
