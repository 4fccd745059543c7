"""The redaction page in a browser: mouse, keys and a finger draw what the public then cannot see."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Page, expect

from bench._client import report_body
from tests.e2e.steps import SignIn, wait_for
from tests.e2e.township import Instance

pytestmark = pytest.mark.e2e
PLATE, FACE = (0.3, 0.5, 0.5, 0.65), (0.7, 0.2, 0.8, 0.4)


def _picture(path: Path) -> Path:
    """Draw a grey scene with a red plate and a green face."""
    picture = Image.new("RGB", (1000, 800), (150, 150, 150))
    brush = ImageDraw.Draw(picture)
    for box, colour in ((PLATE, (255, 0, 0)), (FACE, (0, 255, 0))):
        brush.rectangle([box[0] * 1000, box[1] * 800, box[2] * 1000, box[3] * 800], fill=colour)
    picture.save(path, "JPEG", quality=92)
    return path


def _loud(data: bytes) -> tuple[int, int]:
    """Count clearly red and clearly green pixels."""
    raw = Image.open(io.BytesIO(data)).convert("RGB").tobytes()
    pairs = list(zip(raw[::3], raw[1::3], strict=True))
    red = sum(r > 160 and g < 100 for r, g in pairs)
    return red, sum(g > 160 and r < 100 for r, g in pairs)


def _drag(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    frame = page.locator("#xc-layer").bounding_box()
    assert frame is not None
    for index, (x, y) in enumerate((start, end)):
        page.mouse.move(frame["x"] + x * frame["width"], frame["y"] + y * frame["height"], steps=4)
        page.mouse.up() if index else page.mouse.down()


def _public(instance: Instance, number: str) -> list[dict[str, Any]]:
    status, case = instance.resident("passer-by").call("GET", f"/api/v1/public/reports/{number}")
    assert status == 200
    return list(case["photos"])


def _path(photo: dict[str, Any]) -> str:
    return urlsplit(str(photo["url"])).path


def _report(instance: Instance, folder: Path) -> str:
    """Send a report with the scene; return its number once a department has it."""
    resident = instance.resident("redaction")
    version = resident.call("GET", "/api/v1/privacy/notice")[1]["version"]
    agreed = {"version": version, "consents": {"publication": True}}
    assert resident.call("PUT", "/api/v1/me/consents", agreed)[0] == 200
    status, photo = resident.upload(_picture(folder / "scene.jpg"))
    assert status == 201
    body = report_body("村口垃圾堆了三天没人清运", 30.31, 120.50, photos=[photo["id"]])
    status, sent = resident.call("POST", "/api/v1/reports", body)
    assert status == 201
    wait_for(
        resident,
        sent["number"],
        lambda now: now["status"]["code"] == "processing" and bool(now["photos"][0]["url"]),
    )
    return str(sent["number"])


def _cover(page: Page) -> None:
    """Cover the plate with the mouse and the face by keys, and release what is left."""
    page.locator("#xc-source").evaluate("image => image.decode()")
    page.click("#xc-save")  # nothing covered and nothing said
    expect(page.locator("#xc-say")).to_contain_text("请先画出要遮盖的地方")
    _drag(page, (0.28, 0.47), (0.52, 0.68))
    expect(page.locator(".xp-box")).to_have_count(1)
    page.click("#xc-add")  # in the middle; the arrows bring it to the face
    expect(page.locator(".xp-box").nth(1)).to_be_focused()
    for key, times in (("ArrowRight", 28), ("ArrowUp", 22), ("Shift+ArrowDown", 3)):
        for _ in range(times):
            page.keyboard.press(key)
    page.click("#xc-add")
    page.keyboard.press("Delete")
    expect(page.locator(".xp-box")).to_have_count(2)
    page.click("#xc-save")
    expect(page.locator("#photos .xc-success")).to_have_text("已公开")


def test_what_is_covered_is_gone(instance: Instance, sign_in: SignIn, tmp_path: Path) -> None:
    number = _report(instance, tmp_path)
    assert _public(instance, number) == []
    page = sign_in("dispatcher")
    page.goto("/admin/publicity/?tab=public")
    page.locator(f"[data-report='{number}'] a").first.click()
    page.click("text=遮盖并公开")
    _cover(page)
    [shown] = _public(instance, number)
    assert _loud(page.request.get(_path(shown)).body()) == (0, 0)

    # On a telephone a finger removes one box: the face is seen again and the old link is dead.
    small = sign_in("lead", phone=True)
    small.goto(page.url)
    small.click("text=修改遮盖")
    small.locator("#xc-source").evaluate("image => image.decode()")
    assert small.evaluate("document.documentElement.scrollWidth <= innerWidth")
    small.get_by_label("删除遮盖区域 2").click()
    small.click("#xc-save")
    expect(small.locator("#photos .xc-success")).to_have_text("已公开")
    [again] = _public(instance, number)
    red, green = _loud(small.request.get(_path(again)).body())
    assert (red, green > 1000) == (0, True)
    assert small.request.get(_path(shown)).status == 404

    small.locator("#photos form button").click()
    expect(small.locator("#photos .xp-photo")).to_have_attribute("data-public", "0")
    assert _public(instance, number) == []
    assert small.request.get(_path(again)).status == 404
