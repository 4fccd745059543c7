"""Browsers that lack something, as iPhones do: no Background Sync, no locks, no store; and a dead line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.phone import Phone, phone_of, photo, stored
from tests.e2e.township import Instance
from tests.e2e.wire import Wire, open_wire

pytestmark = pytest.mark.e2e
REPORTS, PHOTOS = "/api/v1/reports", "/api/v1/photos"
FREE = {"latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
# What Safari of iOS 15.3 does not have.
OLD_PHONE = """
delete Navigator.prototype.locks;
delete window.SyncManager;
delete ServiceWorkerRegistration.prototype.sync;
delete window.BroadcastChannel;
delete Crypto.prototype.randomUUID;
"""
NO_STORE = {
    "missing": "Object.defineProperty(window, 'indexedDB', { value: undefined });",
    "shut": """IDBFactory.prototype.open = () => {
        throw new DOMException("A mutation operation was attempted", "InvalidStateError");
    };""",
}


@pytest.fixture(scope="module")
def wire(instance: Instance) -> Iterator[Wire]:
    with open_wire(instance.port) as opened:
        yield opened


@contextmanager
def old_phone(browser: Browser, wire: Wire, *scripts: str) -> Iterator[Phone]:
    with phone_of(browser, wire.base) as phone:
        for script in (OLD_PHONE, *scripts):
            phone.context.add_init_script(script)
        yield phone


def lacks(page: Page, *names: str) -> None:
    for name in names:
        assert page.evaluate(f"() => typeof {name}") == "undefined", name


def test_without_background_sync_and_locks_the_next_visit_sends(
    browser: Browser, wire: Wire, instance: Instance, tmp_path: Path
) -> None:
    with old_phone(browser, wire) as phone:
        page = phone.open("/h5/report")
        lacks(page, "navigator.locks", "SyncManager", "BroadcastChannel")
        phone.kept_offline()
        phone.fill("苹果手机，山里没有信号", [photo(tmp_path), photo(tmp_path)])
        phone.context.set_offline(True)
        wire.down = True
        page.click("#report-send")
        expect(page.locator("#report-sending")).to_contain_text("请再打开一次这个页面")
        client_id = phone.client_id()
        page.close()
        wire.down = False
        phone.context.set_offline(False)
        assert stored(instance, client_id) == []
        # Any page will do, in two tabs at once: the lease lets one of them send.
        before = wire.count("POST", PHOTOS)
        first, second = phone.new_page(), phone.new_page()
        first.goto("/h5/", wait_until="commit")
        second.goto("/h5/mine", wait_until="commit")
        phone.until(
            "async () => { const db = await import('/static/h5/core/db.js');"
            f" return (await db.getDraft('{client_id}')).state === 'sent'; }}"
        )
        [report] = stored(instance, client_id)
        assert len(report.photos) == 2
        assert wire.count("POST", PHOTOS) - before == 2


def test_a_sender_that_was_killed_leaves_its_lease_to_the_next(
    browser: Browser, wire: Wire, instance: Instance
) -> None:
    with old_phone(browser, wire) as phone:
        phone.open("/h5/report")
        phone.page.evaluate(
            "async () => (await import('/static/h5/core/db.js'))"
            ".kvPut('sender_lease', { owner: 'gone', until: Date.now() + 2500 })"
        )
        phone.fill("上一次发到一半，浏览器被系统关了", [])
        phone.send()
        expect(phone.page.locator(".sent-number")).to_be_visible(timeout=15_000)
        assert len(stored(instance, phone.client_id())) == 1


@pytest.mark.parametrize("lack", NO_STORE)
def test_without_a_store_it_is_sent_and_the_person_warned(
    lack: str, browser: Browser, wire: Wire, instance: Instance, tmp_path: Path
) -> None:
    with old_phone(browser, wire, NO_STORE[lack]) as phone:
        page = phone.open("/h5/report")
        expect(page.locator("#report-resume")).to_contain_text("请不要关掉这个页面")
        phone.fill("用的是无痕窗口", [photo(tmp_path), photo(tmp_path)])
        cut = wire.fail("POST", PHOTOS, "body")
        phone.send()
        assert cut.reached.wait(15)
        expect(page.locator("#report-sending")).to_contain_text("请不要关掉这个页面")
        number = phone.wait_sent()
        [report] = stored(instance, phone.client_id())
        assert (report.number, len(report.photos)) == (number, 2)
        # The tab itself remembers who that was: the next page is no other guest's.
        phone.agree()
        page.get_by_role("link", name="看办理进展").click()
        expect(page.locator("#case-mine")).to_contain_text("用的是无痕窗口")


def test_the_line_is_cut_for_page_and_worker_by_the_browser_itself(
    browser: Browser, wire: Wire, instance: Instance, tmp_path: Path
) -> None:
    """Requests fail inside of the browser, as in flight mode; ``navigator.onLine`` follows."""
    with phone_of(browser, wire.base) as phone:
        page = phone.open("/h5/report")
        phone.kept_offline()
        phone.fill("飞行模式，什么都不通", [photo(tmp_path), photo(tmp_path)])
        hold = wire.fail("POST", PHOTOS, "hold")
        phone.send()
        assert hold.reached.wait(15)
        with no_line(phone, browser):
            hold.go.set()
            expect(page.locator(".sending-title")).to_contain_text("有网时自动发送")
            page.reload()  # the worker opens it from what it keeps
            expect(page.locator(".sending-title")).to_contain_text("有网时自动发送")
            client_id = phone.client_id()
            assert stored(instance, client_id) == []
        expect(page.locator(".sent-number")).to_be_visible(timeout=15_000)
        [report] = stored(instance, client_id)
        assert len(report.photos) == 2


@contextmanager
def no_line(phone: Phone, browser: Browser) -> Iterator[None]:
    """Cut the line over the DevTools protocol, in the page and in its service worker, and mend it."""
    page = phone.context.new_cdp_session(phone.page)
    page.send("Network.enable")
    root = browser.new_browser_cdp_session()
    workers = [
        root.send("Target.attachToTarget", {"targetId": target["targetId"], "flatten": False})
        for target in root.send("Target.getTargets")["targetInfos"]
        if target["type"] == "service_worker" and target["url"].startswith(phone.base)
    ]
    assert workers

    def be(*, offline: bool) -> None:
        page.send("Network.emulateNetworkConditions", {**FREE, "offline": offline})
        for worker in workers:
            for number, method in enumerate(("enable", "emulateNetworkConditions")):
                call = {"id": number, "method": f"Network.{method}"}
                text = json.dumps({**call, "params": {**FREE, "offline": offline}})
                called = {"sessionId": worker["sessionId"], "message": text}
                root.send("Target.sendMessageToTarget", called)

    be(offline=True)
    yield
    be(offline=False)
    root.detach()
