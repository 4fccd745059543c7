"""A report on a bad line: cut in the middle of each step, it arrives once, with all its photos."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.phone import Phone, phone_of, photo, stored
from tests.e2e.township import Instance, ready
from tests.e2e.wire import Wire, open_wire

pytestmark = pytest.mark.e2e
REPORTS, PHOTOS = "/api/v1/reports", "/api/v1/photos"


@pytest.fixture(scope="module")
def wire(instance: Instance) -> Iterator[Wire]:
    with open_wire(instance.port) as opened:
        yield opened


@pytest.fixture(scope="module")
def shared(browser: Browser, wire: Wire) -> Iterator[Phone]:
    """One phone for all cuts: each is another report of the same person."""
    with phone_of(browser, wire.base) as switched_on:
        switched_on.open()
        switched_on.kept_offline()
        yield switched_on


@pytest.fixture
def phone(shared: Phone, wire: Wire) -> Iterator[Phone]:
    yield shared
    assert wire.faults == [], "the cut of this test was never reached"
    wire.down = False
    assert shared.faults == []


def once(instance: Instance, client_id: str, number: str, photos: int) -> None:
    """Exactly one report has this client_id, and all its photos."""
    [report] = stored(instance, client_id)
    assert (report.number, len(report.photos)) == (number, photos)
    assert report.channel == "h5"


CUTS = {
    "session": ("POST", "/api/v1/session", "refuse"),
    "session answer": ("POST", "/api/v1/session", "answer"),
    "photo": ("POST", PHOTOS, "body"),
    "photo answer": ("POST", PHOTOS, "answer"),
    "report": ("POST", REPORTS, "refuse"),
    "report body": ("POST", REPORTS, "body"),
    "report answer": ("POST", REPORTS, "answer"),
}
WORDS = {
    "session": "桥头的护栏少了一截",
    "session answer": "学校门口的斑马线看不清",
    "photo": "卫生室边上的下水道堵了",
    "photo answer": "有人在竹林里烧垃圾",
    "report": "晒谷场停满了外来的车",
    "report body": "水塘里漂着死鱼",
    "report answer": "三组的广播喇叭不响",
}
"""No two alike: what the same person has said within a day is asked about."""
ANSWERS = {
    "session": [201],
    "session answer": [201, 201],
    "photo": [201, 201],
    "photo answer": [201, 200, 201],
    "report": [201],
    "report body": [201],
    "report answer": [201, 200],
}
"""What the server said to the calls of that step: a lost answer is asked for again, not made anew."""


@pytest.mark.parametrize("step", CUTS)
def test_a_cut_at_a_step_loses_and_doubles_nothing(
    step: str, phone: Phone, wire: Wire, instance: Instance, tmp_path: Path
) -> None:
    phone.open("/h5/report")
    phone.fill(WORDS[step], [photo(tmp_path), photo(tmp_path)])
    if step.startswith("session"):
        # A browser that was never here: its guest is made on the way.
        phone.page.evaluate(
            "async () => (await import('/static/h5/core/session.js')).dropSession()"
        )
    fault = wire.fail(*CUTS[step])
    told = len(wire.passed)
    phone.send()
    assert fault.reached.wait(15)
    number = phone.wait_sent()
    once(instance, phone.client_id(), number, 2)
    statuses = [
        row.status for row in wire.passed[told:] if (row.method, row.path) == CUTS[step][:2]
    ]
    assert statuses == ANSWERS[step]


def test_the_second_photo_is_cut_and_the_first_is_not_sent_again(
    phone: Phone, wire: Wire, instance: Instance, tmp_path: Path
) -> None:
    phone.open("/h5/report")
    phone.fill("三张照片，第二张传到一半断了", [photo(tmp_path) for _ in range(3)])
    hold = wire.fail("POST", PHOTOS, "hold")
    phone.send()
    assert hold.reached.wait(15)
    cut = wire.fail("POST", PHOTOS, "body")
    before = wire.count("POST", PHOTOS)
    hold.go.set()
    assert cut.reached.wait(15)
    number = phone.wait_sent()
    once(instance, phone.client_id(), number, 3)
    assert wire.count("POST", PHOTOS) - before == 3


def test_a_page_of_somebody_else_is_no_answer(
    phone: Phone, wire: Wire, instance: Instance, tmp_path: Path
) -> None:
    """A network that wants a login answers everything with 200 and a page of its own."""
    phone.open("/h5/report")
    phone.fill("连的是别人的无线网，要登录才能上网", [photo(tmp_path)])
    for path in (PHOTOS, REPORTS):
        wire.reply("POST", path, 200, "<html>请登录</html>", Content_Type="text/html")
    phone.send()
    phone.page.get_by_role("button", name="现在重试").click(timeout=15_000)
    number = phone.wait_sent()
    once(instance, phone.client_id(), number, 1)


def test_the_page_is_killed_while_a_photo_is_on_its_way(
    phone: Phone, wire: Wire, instance: Instance, tmp_path: Path
) -> None:
    phone.open("/h5/report")
    phone.fill("传照片时浏览器被系统关掉了", [photo(tmp_path), photo(tmp_path)])
    hold = wire.fail("POST", PHOTOS, "hold")
    phone.send()
    assert hold.reached.wait(15)
    client_id = phone.client_id()
    phone.page.close()
    hold.go.set()
    phone.new_page()
    phone.open("/h5/report")
    phone.until(
        "async () => { const db = await import('/static/h5/core/db.js');"
        f" return (await db.getDraft('{client_id}')).state === 'sent'; }}"
    )
    phone.open(f"/h5/report?draft={client_id}")
    number = phone.wait_sent()
    once(instance, client_id, number, 2)


def test_two_tabs_send_once(phone: Phone, wire: Wire, instance: Instance, tmp_path: Path) -> None:
    first = phone.page
    phone.open("/h5/report")
    phone.fill("两个窗口都开着", [photo(tmp_path)])
    hold = wire.fail("POST", PHOTOS, "hold")
    phone.send()
    assert hold.reached.wait(15)
    client_id = phone.client_id()
    reports = wire.count("POST", REPORTS)
    phone.new_page()
    phone.open(f"/h5/report?draft={client_id}")
    expect(phone.page.locator("#report-sending")).to_be_visible()
    hold.go.set()
    number = phone.wait_sent()
    once(instance, client_id, number, 1)
    assert wire.count("POST", REPORTS) - reports == 1
    expect(first.locator(".sent-number")).to_contain_text(number)
    first.close()


def test_without_a_line_it_waits_in_the_phone_and_the_worker_sends_it(
    phone: Phone, wire: Wire, instance: Instance, tmp_path: Path
) -> None:
    """The page opens without a line, is closed, and nobody opens it again."""
    phone.context.set_offline(True)
    wire.down = True
    phone.open("/h5/report")
    expect(phone.page.locator("#h5-offline")).to_be_visible()
    phone.fill("山里没有信号，回来再发", [photo(tmp_path)])
    phone.page.click("#report-send")
    expect(phone.page.locator(".sending-title")).to_contain_text("有网时自动发送")
    client_id = phone.client_id()
    assert stored(instance, client_id) == []
    phone.page.close()
    wire.down = False
    phone.context.set_offline(False)
    phone.new_page()
    phone.page.goto("/healthz")  # the same origin, none of our pages
    devtools = phone.context.new_cdp_session(phone.page)
    registrations: list[str] = []
    devtools.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda event: registrations.extend(
            row["registrationId"] for row in event["registrations"] if not row["isDeleted"]
        ),
    )
    devtools.send("ServiceWorker.enable")
    phone.page.wait_for_timeout(200)
    devtools.send(
        "ServiceWorker.dispatchSyncEvent",
        {
            "origin": wire.base,
            "registrationId": registrations[-1],
            "tag": "xiangcun-send",
            "lastChance": False,
        },
    )
    for _attempt in range(100):
        if stored(instance, client_id):
            break
        phone.page.wait_for_timeout(100)
    phone.open(f"/h5/report?draft={client_id}")
    once(instance, client_id, phone.wait_sent(), 1)


def web_process(instance: Instance) -> int | None:
    """Return the web server's process, the child of our supervisor that listens on the port, if there is one."""
    needle = f"--port\0{instance.port}\0"
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            command = (entry / "cmdline").read_text(errors="replace")
            ours = parent_of(parent_of(int(entry.name))) == os.getpid()
        except (OSError, IndexError):
            continue
        if needle in command and ours:
            return int(entry.name)
    return None


def parent_of(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1])


def test_the_server_is_started_again_in_between(
    phone: Phone, wire: Wire, instance: Instance, tmp_path: Path
) -> None:
    phone.open("/h5/report")
    phone.fill("发的时候服务器正在重新启动", [photo(tmp_path), photo(tmp_path)])
    hold = wire.fail("POST", PHOTOS, "hold")
    phone.send()
    assert hold.reached.wait(15)
    killed = web_process(instance)
    assert killed is not None
    os.kill(killed, signal.SIGKILL)
    hold.go.set()
    done = phone.page.locator(".sent-number strong")
    retry = phone.page.get_by_role("button", name="现在重试")
    until = time.monotonic() + 60
    while not done.is_visible():
        assert time.monotonic() < until
        if retry.is_visible():
            retry.click()
        phone.page.wait_for_timeout(500)
    once(instance, phone.client_id(), done.inner_text(), 2)
    # Orphans of the killed one may have answered: the next test shall find the new one.
    while web_process(instance) in {None, killed} or not ready(instance.port):
        assert time.monotonic() < until
        time.sleep(0.3)
