"""The report page on a phone: one screen, few taps, nothing lost, and a no that helps."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from bench._client import report_body
from tests.e2e.phone import HERE, Phone, phone_of, photo, stored
from tests.e2e.township import Instance
from tests.e2e.wire import Wire, open_wire

pytestmark = pytest.mark.e2e
REPORTS, PHOTOS = "/api/v1/reports", "/api/v1/photos"
MOST_TAPS = 3


@pytest.fixture(scope="module")
def wire(instance: Instance) -> Iterator[Wire]:
    with open_wire(instance.port) as opened:
        yield opened


@pytest.fixture(scope="module")
def shared(browser: Browser, wire: Wire) -> Iterator[Phone]:
    with phone_of(browser, wire.base) as switched_on:
        yield switched_on


@pytest.fixture
def phone(shared: Phone) -> Iterator[Phone]:
    yield shared
    assert shared.faults == []
    shared.page.evaluate("async () => (await import('/static/h5/core/db.js')).wipe()")


def sent_bodies(wire: Wire, client_id: str) -> list[dict[str, object]]:
    return [
        row.sent
        for row in wire.passed
        if row.path == REPORTS and row.sent and row.sent["client_id"] == client_id
    ]


def test_three_photos_one_of_them_heic_in_three_taps(
    phone: Phone, instance: Instance, tmp_path: Path
) -> None:
    page = phone.open("/h5/report")
    expect(page.locator("#report-place .place-name")).to_contain_text("网格")
    expect(page.locator("#report-place .hint")).to_contain_text("误差约 18 米")
    wide = photo(tmp_path, size=(2800, 2100))
    page.set_input_files(
        "#report-photos input[multiple]", [wide, photo(tmp_path), photo(tmp_path, kind="HEIF")]
    )
    expect(page.locator(".photo-tile .photo-open")).to_have_count(3)
    expect(page.locator(".photo-unseen")).to_have_count(1)
    page.evaluate("addEventListener('click', () => { window.taps = (window.taps || 0) + 1 }, true)")
    page.get_by_role("button", name="太吵了，影响休息").click()
    expect(page.locator("#report-text")).to_have_value("太吵了，影响休息")
    phone.send()
    assert page.evaluate("window.taps") <= MOST_TAPS
    number = phone.wait_sent()
    [report] = stored(instance, phone.client_id())
    assert (report.number, report.channel) == (number, "h5")
    assert [shape[:2] for shape in report.photos] == [(1920, 2560), (750, 1000), (1000, 750)]
    assert [known for _width, _height, known, _mime in report.photos] == [True, True, False]
    assert report.photos[2][3] == "image/heic"
    phone.agree()
    page.get_by_role("link", name="看办理进展").click()
    page.wait_for_url(f"**/h5/reports/{number}")


def test_a_killed_page_leaves_its_draft(phone: Phone, instance: Instance, tmp_path: Path) -> None:
    phone.open("/h5/report")
    phone.fill("写到一半，来了个电话", [photo(tmp_path), photo(tmp_path)])
    phone.page.locator(".photo-open").nth(1).click()
    phone.page.get_by_role("button", name="往前移").click()
    order = phone.page.locator(".photo-tile").evaluate_all("all => all.map(e => e.dataset.photo)")
    phone.page.fill("#report-text", "写到一半，来了个电话，回来接着写")
    phone.page.get_by_label("匿名").check()
    phone.page.wait_for_timeout(1000)  # what is typed is written down twice a second or so
    phone.page.close(run_before_unload=False)
    page = phone.new_page()
    phone.open("/h5/report")
    card = page.locator("#report-resume")
    expect(card).to_contain_text("2 张照片")
    card.get_by_role("button", name="继续上次的草稿").click()
    expect(page.locator("#report-text")).to_have_value("写到一半，来了个电话，回来接着写")
    expect(page.get_by_label("匿名")).to_be_checked()
    tiles = page.locator(".photo-tile")
    expect(tiles).to_have_count(2)
    assert tiles.evaluate_all("all => all.map(e => e.dataset.photo)") == order
    tiles.first.get_by_role("button", name="删除第 1 张照片").click()
    expect(tiles).to_have_count(1)
    phone.send()
    number = phone.wait_sent()
    [report] = stored(instance, phone.client_id())
    assert (report.number, len(report.photos)) == (number, 1)
    phone.open("/h5/report")
    expect(page.locator("#report-form")).to_be_visible()
    expect(card).to_be_hidden()


def test_photos_may_be_shown_to_others_only_after_a_word_of_ones_own(
    phone: Phone, tmp_path: Path
) -> None:
    page = phone.open()
    phone.fill("文化礼堂旁边的围栏倒了一截", [photo(tmp_path)])
    phone.send()
    phone.wait_sent()
    # Asked when it is sent, after the sheet of the first use, and once.
    first = page.locator("dialog", has_text="您的信息怎么用")
    offer = page.locator("#sent-publication")
    expect(first.or_(offer).first).to_be_visible()
    if first.is_visible():
        first.get_by_role("button", name="同意", exact=True).click()
    offer.get_by_role("button", name="看一看，再决定").click()
    page.locator("dialog").get_by_role("button", name="不同意", exact=True).click()
    expect(offer).to_have_count(0)
    page.goto("/h5/me/privacy")
    expect(page.locator("[data-consent=publication]")).not_to_be_checked()
    expect(page.locator("#rights-consents")).to_contain_text("没有同意")


def test_who_met_it_too_joins(phone: Phone, instance: Instance, tmp_path: Path) -> None:
    place = (HERE["latitude"], HERE["longitude"])
    neighbour = instance.resident("joined")
    body = report_body("路口的垃圾桶满了好几天，垃圾堆在外面", *place, category="0401")
    _status, public = neighbour.call("POST", REPORTS, body)
    near = f"{REPORTS}/nearby?lat={place[0]}&lng={place[1]}"
    until = time.monotonic() + 30
    while public["number"] not in json.dumps(neighbour.call("GET", near)[1]):
        assert time.monotonic() < until
        time.sleep(0.3)
    phone.open("/h5/report")
    phone.fill("路口的垃圾桶满了好几天，垃圾堆在外面", [photo(tmp_path)])
    phone.page.click("#report-send")
    sheet = phone.page.locator("dialog")
    expect(sheet).to_contain_text("附近有人报过")
    expect(sheet.locator(".near-row")).not_to_have_count(0)
    sheet.get_by_role("button", name="我也遇到").first.click()
    phone.wait_sent()
    [report] = stored(instance, phone.client_id())
    assert report.join == public["number"]
    expect(phone.page.locator(".sending-title")).to_contain_text("并在一起办")


def test_danger_is_answered_with_a_telephone_first(phone: Phone, wire: Wire) -> None:
    page = phone.open("/h5/report")
    phone.fill("上个月演练着火那次", [])
    expect(page.locator("#report-danger")).to_be_empty()
    page.fill("#report-text", "楼下电线断了掉在地上")
    card = page.locator("#report-danger")
    expect(card.get_by_role("link", name="拨打 119")).to_have_attribute("href", "tel:119")
    expect(card).to_contain_text("8 米以外")
    before = wire.count("POST", REPORTS)
    page.click("#report-send")
    expect(page.locator("dialog")).to_contain_text("先打电话")
    assert wire.count("POST", REPORTS) == before
    page.get_by_role("button", name="继续发送").click()
    phone.wait_sent()


def test_what_is_missing_is_said_at_its_place(phone: Phone, wire: Wire) -> None:
    page = phone.open("/h5/report")
    expect(page.locator("#report-place .place-name")).to_contain_text("网格")
    page.click("#report-send")
    expect(page.locator("#report-text-error")).to_have_text("请写一句话，说说是什么问题")
    expect(page.locator("#report-text")).to_be_focused()
    page.get_by_role("button", name="车乱停，挡住路").click()
    expect(page.locator("#report-category")).to_contain_text("机动车")
    before = wire.count("POST", REPORTS)
    page.click("#report-send")
    expect(page.locator("#report-photos")).to_contain_text("需要至少一张现场照片")
    assert wire.count("POST", REPORTS) == before
    expect(page.locator("#report-form")).to_be_visible()


def test_a_place_the_server_refuses_is_mended_and_sent_as_the_same(
    phone: Phone, instance: Instance, wire: Wire
) -> None:
    phone.context.set_geolocation({"latitude": 48.85, "longitude": 2.35, "accuracy": 20})
    page = phone.open("/h5/report")
    expect(page.locator("#report-place")).to_contain_text("不在本街道")
    page.fill("#report-text", "人在外地，定位错了")
    page.click("#report-send")
    expect(page.locator("#report-refusal")).to_contain_text("位置不在服务范围内")
    client_id = phone.client_id()
    phone.context.set_geolocation(HERE)  # type: ignore[arg-type]
    page.get_by_role("button", name="重新定位").click()
    expect(page.locator("#report-place .place-name")).to_contain_text("网格")
    phone.send()
    number = phone.wait_sent()
    assert phone.client_id() == client_id
    assert [row.number for row in stored(instance, client_id)] == [number]
    assert len(sent_bodies(wire, client_id)) == 2


def test_the_pin_is_moved_and_the_words_follow(phone: Phone, wire: Wire) -> None:
    page = phone.open("/h5/report")
    phone.fill("图钉拖到隔壁网格", [])
    pin = page.locator(".map-pin")
    expect(pin).to_be_visible()
    before = page.locator("#report-place .place-name").inner_text()
    page.locator(".place-map").scroll_into_view_if_needed()
    box = page.locator(".place-map").bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] - 12, box["y"] + box["height"] / 2)
    expect(page.locator("#report-place")).to_contain_text("您在地图上选的位置")
    expect(page.locator("#report-place .place-name")).not_to_have_text(before)
    phone.send()
    phone.wait_sent()
    [body] = sent_bodies(wire, phone.client_id())
    place = body["location"]
    assert isinstance(place, dict)
    assert (place["source"], place["coord_type"], place["accuracy"]) == ("picked", "wgs84", None)
    assert place["lng"] > HERE["longitude"]


def test_a_poster_names_its_grid_where_the_phone_knows_no_place(
    browser: Browser, wire: Wire
) -> None:
    with phone_of(browser, wire.base) as stranger:
        stranger.context.clear_permissions()
        page = stranger.open("/h5/report?g=330114007001003")
        expect(page.locator("#report-place .place-name")).to_contain_text("网格03")
        expect(page.locator("#report-place")).to_contain_text("海报所在网格的中间")
        page.get_by_label("更多").or_(page.locator("#report-more summary")).first.click()
        page.get_by_label("联系电话").fill("12345")
        page.fill("#report-text", "扫了村口海报上的码，号码写错了")
        page.click("#report-send")
        expect(page.locator("#report-refusal")).to_contain_text("请填写正确的手机号")
        expect(page.get_by_label("联系电话")).to_be_focused()
        page.get_by_label("联系电话").fill("13800000000")
        stranger.send()
        stranger.wait_sent()
        first, last = sent_bodies(wire, stranger.client_id())
        place = last["location"]
        assert isinstance(place, dict)
        assert place["source"] == "picked"
        assert 100 < place["accuracy"] < 2000
        assert (first["contact_phone"], last["contact_phone"]) == ("12345", "13800000000")


def test_a_wait_that_the_server_asks_for_is_kept(phone: Phone, wire: Wire) -> None:
    page = phone.open("/h5/report")
    phone.fill("发得太快，被要求等一等", [])
    error = {"code": "too_many_requests", "message": "操作太频繁，请 2 秒后再试", "errors": []}
    wire.reply("POST", REPORTS, 429, error, Retry_After="2", Content_Type="application/json")
    phone.send()
    expect(page.locator(".sending")).to_contain_text("操作太频繁，请 2 秒后再试")
    expect(page.locator(".sent-number")).to_be_visible(timeout=10_000)


def test_a_repeated_report_is_shown_and_may_be_sent_all_the_same(phone: Phone, wire: Wire) -> None:
    page = phone.open("/h5/report")
    phone.fill("昨天已经报过一次", [])
    error = {
        "code": "repeated_report",
        "message": "您今天已经报过一件差不多的事",
        "errors": [],
        "details": {"number": "XC261127-AAAAAA", "allowed_actions": ["urge"]},
    }
    wire.reply("POST", REPORTS, 409, error, Content_Type="application/json")
    phone.send()
    card = page.locator("#report-refusal")
    expect(card).to_contain_text("您今天已经报过一件差不多的事")
    link = card.get_by_role("link", name="去看那一件")
    expect(link).to_have_attribute("href", "/h5/reports/XC261127-AAAAAA")
    card.get_by_role("button", name="仍要上报").click()
    phone.wait_sent()
    [body] = sent_bodies(wire, phone.client_id())
    assert body["repeat_ok"] is True


def test_a_photo_the_server_swept_and_an_ended_session_mend_themselves(
    phone: Phone, wire: Wire, instance: Instance, tmp_path: Path
) -> None:
    phone.open("/h5/report")
    phone.fill("照片在服务器上放得太久，被清掉了", [photo(tmp_path), photo(tmp_path)])
    lost = {"field": "photos[1]", "code": "photo_not_found", "message": "照片不存在或已过期"}
    error = {"code": "photo_not_found", "message": "照片不存在或已过期", "errors": [lost]}
    wire.reply("POST", REPORTS, 400, error, Content_Type="application/json")
    ended = {"code": "not_signed_in", "message": "请先登录", "errors": []}
    wire.reply("POST", REPORTS, 401, ended, Content_Type="application/json")
    photos, sessions = wire.count("POST", PHOTOS), wire.count("POST", "/api/v1/session")
    phone.send()
    number = phone.wait_sent()
    [report] = stored(instance, phone.client_id())
    assert (report.number, len(report.photos)) == (number, 2)
    assert wire.count("POST", PHOTOS) - photos == 3
    assert wire.count("POST", "/api/v1/session") - sessions == 1


def test_a_letter_needs_neither_photo_nor_place(phone: Phone, wire: Wire) -> None:
    page = phone.open("/h5/report?kind=opinion")
    expect(page.locator("#h5-heading")).to_have_text("提意见")
    expect(page.locator("#report-place-card")).to_be_hidden()
    page.get_by_label("表扬").check()
    page.fill("#report-text", "三组的网格员冒雨疏通了下水道")
    answer = {"number": "XC261128-LETTER", "safety_prompt": None}
    wire.reply("POST", REPORTS, 201, answer, Content_Type="application/json")
    page.click("#report-send")
    expect(page.locator(".sent-number")).to_contain_text("XC261128-LETTER")
    expect(page.locator(".sent")).to_contain_text("转告")


def test_large_type_has_everything_without_hidden_gestures(phone: Phone) -> None:
    page = phone.open("/h5/report")
    page.click("#h5-large")
    expect(page.locator("#report-place .place-name")).to_contain_text("网格")
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    small = page.locator("main").evaluate(
        """main => [...main.querySelectorAll("button, a, input:not([type=file]), textarea")]
            .filter(e => e.offsetParent && !e.closest(".fine, .leaflet-container"))
            .filter(e => e.getBoundingClientRect().height < 43.5 && !e.matches(".switch"))
            .map(e => e.outerHTML.slice(0, 80))"""
    )
    assert small == []
    chips = page.locator("#report-common")
    assert chips.evaluate("e => e.scrollWidth - e.clientWidth") <= 0
    page.click("#h5-large")
