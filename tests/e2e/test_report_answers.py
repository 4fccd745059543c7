"""What the server itself says to a phone: repeats, limits, restrictions, swept photos, ended sessions."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from bench._client import ApiClient, report_body
from tests.e2e.office import office_does
from tests.e2e.phone import HERE, Phone, phone_of, photo, stored
from tests.e2e.township import Instance
from tests.e2e.wire import Wire, open_wire

pytestmark = pytest.mark.e2e
REPORTS, PHOTOS = "/api/v1/reports", "/api/v1/photos"
A_MINUTE, LATE, TOO_MANY, PROCESSES = 60, 45, 429, 8
WAITING = "发得太快，要等一分钟"


@pytest.fixture(scope="module")
def wire(instance: Instance) -> Iterator[Wire]:
    with open_wire(instance.port) as opened:
        yield opened


def client_of(phone: Phone, instance: Instance) -> ApiClient:
    """Speak for the guest of this phone."""
    token = phone.page.evaluate(
        "async () => (await import('/static/h5/core/session.js')).token()",
    )
    client = ApiClient(instance.port, token)
    instance.clients.append(client)
    return client


def use_up(client: ApiClient) -> None:
    """Knock until every process of the server has had enough: each lets a few more pass."""
    for _process in range(PROCESSES):
        while client.call("POST", REPORTS, {})[0] != TOO_MANY:
            pass
        client.close()


@pytest.fixture(scope="module")
def hurried(instance: Instance, browser: Browser, wire: Wire) -> Iterator[Phone]:
    """A phone that has used up its minute and is left to itself; the last test looks at it again."""
    with phone_of(browser, wire.base) as phone:
        phone.open("/h5/report")
        phone.fill(WAITING, [])
        # The limit is of a minute by the clock: its last seconds may be over before the phone sends.
        if time.time() % A_MINUTE > LATE:
            time.sleep(A_MINUTE - time.time() % A_MINUTE)
        use_up(client_of(phone, instance))
        phone.send()
        expect(phone.page.locator(".sending-title")).to_have_text("请稍等一下")
        yield phone


@pytest.fixture(scope="module")
def restricted(instance: Instance, browser: Browser, wire: Wire) -> Iterator[Phone]:
    """A phone whose owner may not send any more: all processes know after some seconds."""
    with phone_of(browser, wire.base) as phone:
        phone.open("/h5/report")
        body = report_body("一些无关的话，发了很多遍", HERE["latitude"], HERE["longitude"])
        _status, sent = client_of(phone, instance).call("POST", REPORTS, body)
        office_does(instance, [(sent["number"], "restrict_sender", "lead", {})])
        yield phone


@pytest.fixture(scope="module")
def shared(browser: Browser, wire: Wire, hurried: Phone, restricted: Phone) -> Iterator[Phone]:
    """The phone of most tests; those two have waited as long as possible when their turn comes."""
    assert hurried is not restricted
    with phone_of(browser, wire.base) as switched_on:
        yield switched_on


@pytest.fixture
def phone(shared: Phone, wire: Wire) -> Iterator[Phone]:
    yield shared
    assert wire.faults == [], "the cut of this test was never reached"
    assert shared.faults == []


def last_body(wire: Wire, client_id: str) -> dict[str, Any]:
    sent = [row.sent for row in wire.passed if row.path == REPORTS and row.sent]
    return next(body for body in reversed(sent) if body.get("client_id") == client_id)


def test_what_was_said_already_is_shown_and_may_be_sent_all_the_same(
    phone: Phone, wire: Wire, instance: Instance
) -> None:
    words = "河埠头的水草太多，洗菜要走到桥那边去"
    phone.open("/h5/report")
    phone.fill(words, [])
    phone.send()
    first = phone.wait_sent()
    phone.open("/h5/report")
    phone.fill(words, [])
    phone.send()
    card = phone.page.locator("#report-refusal")
    link = card.get_by_role("link", name="去看那一件")
    expect(link).to_have_attribute("href", f"/h5/reports/{first}")
    client_id = phone.client_id()
    assert stored(instance, client_id) == []
    card.get_by_role("button", name="仍要上报").click()
    second = phone.wait_sent()
    assert phone.client_id() == client_id
    assert last_body(wire, client_id)["repeat_ok"] is True
    assert [row.number for row in stored(instance, client_id)] == [second]
    assert second != first


def test_a_letter_arrives_without_a_place(phone: Phone, wire: Wire) -> None:
    page = phone.open("/h5/report?kind=opinion")
    page.fill("#report-text", "建议村口的公交站加一个雨棚")
    phone.send()
    number = phone.wait_sent()
    assert "location" not in last_body(wire, phone.client_id())
    page.get_by_role("link", name="看办理进展").click()
    expect(page.locator("#case-mine")).to_contain_text("加一个雨棚")
    expect(page.locator("#case-mine")).not_to_contain_text("地点")
    assert number in page.url


def test_a_place_is_told_in_words_alone(browser: Browser, wire: Wire) -> None:
    with phone_of(browser, wire.base) as phone:
        phone.context.clear_permissions()
        page = phone.open("/h5/report")
        expect(page.locator("#report-place")).to_contain_text("手机没有允许定位")
        page.fill("#report-text", "路边的树倒了半截，靠在电话线上")
        page.click("#report-send")
        expect(page.locator("#report-place")).to_contain_text("还不知道在哪里")
        page.fill("#place-address", "张家桥头第三家门前")
        phone.send()
        phone.wait_sent()
        sent = last_body(wire, phone.client_id())["location"]
        assert sent == {"source": "text", "address": "张家桥头第三家门前"}
        phone.agree()
        page.get_by_role("link", name="看办理进展").click()
        expect(page.locator("#case-mine")).to_contain_text("张家桥头第三家门前")
        expect(page.get_by_role("button", name="在地图上看")).to_have_count(0)


def test_what_happens_on_the_server_meanwhile_mends_itself(
    phone: Phone, wire: Wire, instance: Instance, tmp_path: Path
) -> None:
    """The photos were swept and the session has ended while the report was on its way."""
    phone.open("/h5/report")
    phone.fill("照片传好以后断了一天", [photo(tmp_path), photo(tmp_path)])
    hold = wire.fail("POST", REPORTS, "hold")
    told = len(wire.passed)
    phone.send()
    assert hold.reached.wait(15)
    office_does(instance, [("", "sweep_photos", "", {})])
    assert client_of(phone, instance).call("DELETE", "/api/v1/session")[0] == 204
    hold.go.set()
    number = phone.wait_sent()
    [report] = stored(instance, phone.client_id())
    assert (report.number, len(report.photos)) == (number, 2)
    answers = [(row.path, row.status) for row in wire.passed[told:] if row.method == "POST"]
    assert [status for path, status in answers if path == REPORTS] == [401, 400, 201]
    assert [status for path, status in answers if path == PHOTOS] == [201, 201, 201, 201]


def test_a_photo_needs_a_yes_and_gets_it_where_it_is_missing(
    phone: Phone, instance: Instance, tmp_path: Path
) -> None:
    client = client_of(phone, instance)
    version = client.call("GET", "/api/v1/privacy/notice")[1]["version"]
    refused = {"version": version, "consents": {"photo": False}}
    assert client.call("PUT", "/api/v1/me/consents", refused)[0] == 200
    page = phone.open("/h5/report")
    phone.fill("在别的手机上收回了照片的同意", [photo(tmp_path)])
    phone.send()
    card = page.locator("#report-refusal")
    expect(card).to_contain_text("请先在隐私设置里同意")
    card.get_by_role("button", name="同意，继续发送").click()
    number = phone.wait_sent()
    [report] = stored(instance, phone.client_id())
    assert (report.number, len(report.photos)) == (number, 1)


def test_a_case_that_cannot_be_joined_any_more_is_sent_by_itself(
    phone: Phone, instance: Instance
) -> None:
    page = phone.open("/h5/report?join=XC20261101-0001")
    expect(page.locator("#report-join")).to_contain_text("XC20261101-0001")
    phone.fill("别人发给我的链接，那一件已经办完了", [])
    phone.send()
    card = page.locator("#report-refusal")
    expect(card).to_contain_text("没有找到这件公开的事项")
    card.get_by_role("button", name="单独发送这一件").click()
    phone.wait_sent()
    [report] = stored(instance, phone.client_id())
    assert report.join == ""


def test_a_childs_report_is_taken_once_and_known_by_its_number(
    browser: Browser, wire: Wire, instance: Instance, tmp_path: Path
) -> None:
    with phone_of(browser, wire.base) as phone:
        page = phone.open("/h5/")
        page.get_by_label("未满14岁").check()
        page.click("dialog button:has-text('同意'):not(:has-text('不'))")
        page.get_by_role("button", name="知道了").click()
        phone.open("/h5/report")
        phone.fill("放学路上的路灯不亮，看不清路", [photo(tmp_path)])
        lost = wire.fail("POST", REPORTS, "answer")
        phone.send()
        assert lost.reached.wait(15)
        number = phone.wait_sent()
        assert "请记住编号" in page.locator("#report-sending").inner_text()
        expect(page.get_by_role("link", name="看办理进展")).to_have_count(0)
        [report] = stored(instance, phone.client_id())
        assert (report.number, len(report.photos)) == (number, 1)
        assert client_of(phone, instance).call("GET", f"{REPORTS}/{number}")[0] == 404


def test_who_is_restricted_is_told_why_and_may_still_tell_of_danger(restricted: Phone) -> None:
    page = restricted.open("/h5/report")
    restricted.fill("又是一些无关的话，换了一种说法", [])
    restricted.send()
    card = page.locator("#report-refusal")
    expect(card).to_contain_text("如有异议")
    expect(card).to_contain_text("前不能上报")
    expect(card.get_by_role("link", name="拨打 12345")).to_have_attribute("href", "tel:12345")
    page.fill("#report-text", "三楼着火了，有人被困")
    page.click("#report-send")
    page.get_by_role("button", name="继续发送").click()
    restricted.wait_sent()


def test_who_was_too_fast_is_sent_by_itself_after_the_wait(
    hurried: Phone, wire: Wire, instance: Instance
) -> None:
    """Nobody touched that phone: it waited as long as the server asked, and knocked once."""
    expect(hurried.page.locator(".sent-number")).to_be_visible(timeout=(A_MINUTE + 10) * 1000)
    client_id = hurried.client_id()
    [report] = stored(instance, client_id)
    assert report.number == hurried.page.locator(".sent-number strong").inner_text()
    tried = [
        row.status
        for row in wire.passed
        if row.path == REPORTS and row.sent and row.sent.get("client_id") == client_id
    ]
    assert tried == [429, 201]
