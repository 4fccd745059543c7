"""One phone, two people: what the first leaves behind is not for the second."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from bench._client import ApiClient, report_body
from tests.e2e.township import PHONE_SCREEN, Instance

pytestmark = pytest.mark.e2e
SECRET, DRAFT = "王家后院的井盖丢了", "还没有发出去的话"
DUMP = """async () => {
  const all = {};
  for (const { name } of await indexedDB.databases()) {
    const base = await new Promise((done, fail) => {
      const request = indexedDB.open(name);
      request.onsuccess = () => done(request.result);
      request.onerror = () => fail(request.error);
    });
    for (const store of base.objectStoreNames) {
      const read = (what) => new Promise((done) => {
        const request = base.transaction(store).objectStore(store)[what]();
        request.onsuccess = () => done(request.result);
      });
      all[`${name}/${store}`] = [await read("getAllKeys"), await read("getAll")];
    }
    base.close();
  }
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    all[`cache/${name}`] = (await cache.keys()).map((request) => new URL(request.url).pathname);
  }
  return JSON.stringify({ ...all, local: { ...localStorage } });
}"""
WRITE = """async (text) => {
  const link = document.querySelector('link[rel=modulepreload][href*="core/db"]');
  const db = await import(link.href);
  await db.saveDraft({ ...db.newDraft(), text });
}"""


def come_back_from_wechat(page: Page, session: dict[str, Any], code: str) -> None:
    """Open a page as WeChat leads back to it; the server's part of it is played."""

    def answer(route: Route) -> None:
        if route.request.method != "POST":
            route.continue_()
            return
        route.fulfill(status=201, content_type="application/json", body=json.dumps(session))

    page.context.unroute("**/api/v1/session")
    page.context.route("**/api/v1/session", answer)
    page.goto(f"/h5/mine?code={code}&state=s{code}")
    page.wait_for_url("**/h5/mine")


def test_nothing_of_the_first_is_for_the_second(instance: Instance, browser: Browser) -> None:
    first, second = ApiClient(instance.port), ApiClient(instance.port)
    instance.clients.extend((first, second))
    wang, zhao = first.log_in("共用手机的王"), second.log_in("共用手机的赵")
    status, _sent = first.call("POST", "/api/v1/reports", report_body(SECRET, 30.31, 120.5))
    assert status == 201
    context = browser.new_context(
        viewport=PHONE_SCREEN,  # type: ignore[arg-type]
        locale="zh-CN",
        base_url=instance.base,
        service_workers="block",
    )
    page = context.new_page()
    try:
        come_back_from_wechat(page, wang, "1")
        expect(page.locator("#mine-list")).to_contain_text(SECRET)
        page.evaluate(WRITE, DRAFT)
        page.reload()
        expect(page.locator("#mine-pending")).to_contain_text(DRAFT)
        kept = page.evaluate(DUMP)
        assert SECRET in kept
        assert DRAFT in kept
        # The same person again loses nothing.
        come_back_from_wechat(page, wang, "2")
        expect(page.locator("#mine-pending")).to_contain_text(DRAFT)
        joined = {**wang, "resident": {**wang["resident"], "id": "999999"}}
        come_back_from_wechat(page, {**joined, "formerly": [wang["resident"]["id"]]}, "3")
        expect(page.locator("#mine-pending")).to_contain_text(DRAFT)
        # Another one finds nothing.
        come_back_from_wechat(page, zhao, "4")
        expect(page.locator("#mine-list")).to_contain_text("还没有上报")
        expect(page.locator("main")).not_to_contain_text(DRAFT)
        kept = page.evaluate(DUMP)
        assert SECRET not in kept
        assert DRAFT not in kept
        assert wang["token"] not in kept
        sign_out_and_look(page, zhao)
    finally:
        context.close()


def sign_out_and_look(page: Page, session: dict[str, Any]) -> None:
    """Who signs out is told what gets lost, and leaves nothing but the phone's own id."""
    page.evaluate(WRITE, DRAFT)
    page.goto("/h5/me")
    page.click("#me-session button:has-text('退出登录')")
    expect(page.locator("dialog")).to_contain_text("还有1件没有发出去")
    page.click("dialog button:has-text('退出')")
    expect(page.locator("#me-session")).to_contain_text("您还没有登录")
    kept = json.loads(page.evaluate(DUMP))
    assert DRAFT not in json.dumps(kept, ensure_ascii=False)
    assert session["token"] not in json.dumps(kept)
    assert sorted(kept["xc-kv/values"][0]) == ["device-id", "wechat-tried"]
    assert kept["xiangcun/drafts"] == kept["xiangcun/copies"] == kept["xiangcun/photos"] == [[], []]
