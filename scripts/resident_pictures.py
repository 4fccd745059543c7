"""The pictures of the residents' handbook: one person's phone, from the first visit to the rating."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from playwright.sync_api import Browser, Page, expect  # noqa: E402 - after the path

from bench._client import ApiClient, report_body  # noqa: E402
from tests.e2e.office import office_does  # noqa: E402
from tests.e2e.steps import wait_for  # noqa: E402
from tests.e2e.township import PHONE_SCREEN, Instance  # noqa: E402

NAMES = (
    "resident-home",
    "resident-large",
    "resident-report",
    "resident-near",
    "resident-sent",
    "resident-case",
    "resident-rate",
    "resident-inbox",
    "resident-privacy",
)
HERE = (30.3105, 120.5003)
LAMP = "村口的路灯坏了三天，晚上接孩子看不清路"
GARBAGE = "广场边的垃圾桶满了没人清，苍蝇很多"
RUBBLE = "路边倒了一大堆垃圾，臭气熏天，好几天没人管"
LETTER = "建议在文化礼堂门口多摆几张长椅，让老人歇歇脚"
PLACE = (
    "() => document.querySelector('.place-name').textContent.includes('网格')"
    " && document.querySelector('.place-map .map-pin')"
)
SETTLED = "() => !document.querySelector('.skeleton, [aria-busy=true]')"
CLOSE_SHEET = "dialog button:has-text('同意'):not(:has-text('不'))"
TALLEST = 1200
HEIGHT = f"Math.min({TALLEST}, document.documentElement.scrollHeight)"

Draw = Callable[[str, str], Path]
"""Name and colour of a photo to be drawn → its file."""
Keep = Callable[[Page, str], None]
"""Store what the page shows under a name."""


@dataclass(frozen=True, slots=True)
class Person:
    """A phone, and a client that speaks for the same person."""

    page: Page
    client: ApiClient


def switch_on(browser: Browser, instance: Instance) -> Person:
    """Open the pages for the first time and answer the sheet of the first visit."""
    context = browser.new_context(
        viewport=PHONE_SCREEN,  # type: ignore[arg-type]
        locale="zh-CN",
        base_url=instance.base,
        has_touch=True,
        is_mobile=True,
        geolocation={"latitude": HERE[0], "longitude": HERE[1], "accuracy": 12},
        permissions=["geolocation"],
    )
    page = context.new_page()
    page.goto("/h5/")
    page.click(CLOSE_SHEET)
    with page.expect_request("**/api/v1/reports/counts") as asked:
        page.goto("/h5/mine")
    token = asked.value.headers["authorization"].removeprefix("Bearer ")
    client = ApiClient(instance.port, token)
    instance.clients.append(client)
    return Person(page, client)


def send(client: ApiClient, text: str, photos: list[Path], *, north: float = 0.0) -> str:
    """Send a report and wait until a department has it."""
    ids = [client.upload(path)[1]["id"] for path in photos]
    body = report_body(text, HERE[0] + north, HERE[1], photos=ids)
    status, answer = client.call("POST", "/api/v1/reports", body)
    if status != 201:  # noqa: PLR2004 - HTTP
        raise RuntimeError(answer)
    number = str(answer["number"])
    wait_for(client, number, lambda row: row["status"]["code"] == "processing")
    return number


def prepare(instance: Instance, person: Person, draw: Draw) -> dict[str, str]:
    """Bring a few cases to where the pictures want them."""
    letter = {"client_id": "5b0f1c52-5c1e-4a2f-9a52-3f0f5a1d7c10", "kind": "opinion"}
    person.client.call("POST", "/api/v1/reports", {**letter, "text": LETTER, "anonymous": False})
    numbers = {
        "rate": send(person.client, GARBAGE, [draw("rate", "brown")], north=0.002),
        "case": send(person.client, LAMP, [draw("lamp", "navy")], north=-0.002),
    }
    send(instance.resident("邻居"), RUBBLE, [draw("rubble", "olive")], north=0.0004)
    result = {
        "outcome": "solved",
        "public_text": "垃圾已清运，垃圾桶周围已冲洗，并在路口加了一个桶。",
        "photos": ["darkseagreen"],
    }
    office_does(
        instance,
        [
            (numbers["rate"], "accept", "sanitation_head", {}),
            (numbers["rate"], "finish", "sanitation", result),
            (numbers["rate"], "verify", "dispatcher", {}),
            (numbers["case"], "accept", "construction_head", {}),
        ],
    )
    return numbers


def show(page: Page, path: str, *, tall: bool = False) -> None:
    """Open a page and let it settle; ``tall``: all of it at once, with the bar at its foot."""
    page.set_viewport_size(PHONE_SCREEN)  # type: ignore[arg-type]
    page.goto(path)
    page.wait_for_function(SETTLED)
    page.wait_for_timeout(900)
    if tall:
        page.set_viewport_size({"width": PHONE_SCREEN["width"], "height": page.evaluate(HEIGHT)})
        page.wait_for_timeout(300)


def report_something(person: Person, draw: Draw, keep: Keep) -> None:
    """Fill the page in, be asked about a case near by, say that it is another one, and send."""
    page = person.page
    show(page, "/h5/report")
    photos = [draw("one", "brown"), draw("two", "saddlebrown")]
    page.set_input_files("#report-photos input[multiple]", [str(path) for path in photos])
    expect(page.locator(".photo-tile .photo-open")).to_have_count(len(photos))
    page.fill("#report-text", "路边一大堆垃圾没人清，味道很大")
    page.wait_for_function(PLACE)
    page.locator("#report-text").blur()
    page.set_viewport_size({"width": PHONE_SCREEN["width"], "height": 1120})
    page.wait_for_timeout(900)
    keep(page, "resident-report")
    page.set_viewport_size(PHONE_SCREEN)  # type: ignore[arg-type]
    page.click("#report-send")
    other = page.get_by_role("button", name="都不是，照样发送")
    expect(other).to_be_visible()
    page.wait_for_timeout(600)
    keep(page, "resident-near")
    other.click()
    expect(page.locator(".sent-number")).to_be_visible(timeout=20_000)
    page.wait_for_timeout(600)
    keep(page, "resident-sent")


def resident_pictures(browser: Browser, instance: Instance, draw: Draw, keep: Keep) -> None:
    """Take all pictures of the residents' handbook."""
    person = switch_on(browser, instance)
    numbers = prepare(instance, person, draw)
    page = person.page
    for name, path, tall in (
        ("resident-home", "/h5/", False),
        ("resident-inbox", "/h5/inbox", False),
        ("resident-rate", f"/h5/reports/{numbers['rate']}", True),
        ("resident-case", f"/h5/reports/{numbers['case']}", True),
        ("resident-privacy", "/h5/me/privacy", False),
    ):
        show(page, path, tall=tall)
        keep(page, name)
    report_something(person, draw, keep)
    page.click("#h5-large")
    show(page, "/h5/")
    keep(page, "resident-large")
    page.context.close()
