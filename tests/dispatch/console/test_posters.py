"""Posters of the grids: who prints them, what the codes lead to, and that a broken WeChat is no obstacle."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path

import pypdfium2
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image
from pytest_django import Settings

from dispatch.console.posters import build_posters
from dispatch.enums import AuditAction, Role
from dispatch.models import AuditRecord, Membership, Staff
from reports.models import Grid
from tests.dispatch.factories import Cast, make_grid
from tests.fakes.wechat import FakeWechat, fake_wechat
from xiangcun.lib.errors import FontMissingError

Browser = Callable[[str], Client]
CODE_PATH = "/wxa/getwxacodeunlimit"


@pytest.fixture
def grid(cast: Cast) -> Grid:
    return cast.grid


@pytest.fixture
def wechat(settings: Settings) -> Iterator[FakeWechat]:
    with fake_wechat() as server:
        settings.WECHAT_APPID = "wx1234"
        settings.WECHAT_SECRET = "s"
        settings.WECHAT_API_BASE = server.base_url
        yield server


def text_of(content: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(content)
    try:
        return ["".join(page.get_textpage().get_text_range().split()) for page in document]
    finally:
        document.close()


def test_it_works(browser: Browser, grid: Grid, settings: Settings) -> None:
    settings.PUBLIC_BASE_URL = "https://town.example"
    client = browser("dispatcher")
    listed = client.get(reverse("posters")).content.decode()
    assert grid.name in listed
    assert reverse("poster", args=(grid.code,)) in listed
    shown = client.get(reverse("poster", args=(grid.code,))).content.decode()
    for words in (grid.village_name, "扫码就能报", "先拨 110、119、120", "综合信息指挥室"):
        assert words in shown
    assert f"https://town.example/h5/report?g={grid.code}" in shown
    assert "小程序码" not in shown
    answer = client.get(reverse("poster-pdf", args=(grid.code,)))
    assert answer["Content-Type"] == "application/pdf"
    (page,) = text_of(answer.content)
    for words in (grid.village_name, "扫码就能报", "先拨110、119、120"):
        assert words in page


def test_the_plain_code_leads_to_the_report_page(grid: Grid) -> None:
    posters, trouble = build_posters([grid], origin="https://town.example")
    assert trouble == ""
    assert posters[0].link == f"https://town.example/h5/report?g={grid.code}"
    code = posters[0].link_code()
    assert code.error == "Q"
    drawn = BytesIO()
    code.save(drawn, kind="png", scale=4)
    assert Image.open(drawn).width >= 4 * 29
    assert posters[0].link_picture.startswith("data:image/svg+xml")


def test_the_mini_programs_code_carries_the_grid(
    browser: Browser, grid: Grid, wechat: FakeWechat
) -> None:
    client = browser("lead")
    for _ in range(2):
        shown = client.get(reverse("poster", args=(grid.code,))).content.decode()
        assert "data:image/png;base64," in shown
        assert "打开小程序" in shown
    codes = [body for path, body in wechat.seen if path == CODE_PATH]
    assert [body["scene"] for body in codes] == [f"g={grid.code}"]  # kept for the second time
    (page,) = text_of(client.get(reverse("poster-pdf", args=(grid.code,))).content)
    assert "打开小程序" in page


def test_a_broken_wechat_leaves_the_plain_code(
    browser: Browser, grid: Grid, wechat: FakeWechat
) -> None:
    wechat.platform.pages.clear()
    client = browser("lead")
    shown = client.get(reverse("poster", args=(grid.code,))).content.decode()
    assert "没有小程序码：小程序还没有发布上报页面" in shown
    assert "data:image/svg+xml" in shown
    make_grid("330114007200002")
    calls = wechat.calls
    answer = client.get(reverse("posters-of-village", args=(grid.village_code,)))
    assert len(text_of(answer.content)) == 2
    assert wechat.calls == calls + 1  # not asked for the second grid
    told = client.get(reverse("posters")).content.decode()
    assert "没有小程序码" in told


def test_a_grid_officer_prints_their_own(browser: Browser, grid: Grid) -> None:
    foreign = make_grid("330114007201009")
    seat = Membership.objects.get(user__username="gridworker", role=Role.GRID)
    seat.grids.add(grid)
    client = browser("gridworker")
    listed = client.get(reverse("posters")).content.decode()
    assert grid.code in listed
    assert foreign.code not in listed
    assert client.get(reverse("poster-pdf", args=(grid.code,))).status_code == 200
    assert client.get(reverse("poster", args=(foreign.code,))).status_code == 404


def test_printing_is_audited(browser: Browser, grid: Grid) -> None:
    client = browser("dispatcher")
    client.get(reverse("poster", args=(grid.code,)))
    client.get(reverse("poster-pdf", args=(grid.code,)))
    client.get(reverse("posters-of-village", args=(grid.village_code,)))
    lines = AuditRecord.objects.filter(action=AuditAction.POSTER).order_by("seq")
    assert [line.data["form"] for line in lines] == ["page", "pdf", "pdf"]
    assert all(line.data["grids"] == [grid.code] for line in lines)
    assert lines[0].actor == Staff.objects.get(username="dispatcher")


def test_the_list_is_searched_and_ends(
    browser: Browser, grid: Grid, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_grid("330114007201009")
    client = browser("dispatcher")
    found = client.get(reverse("posters"), {"q": "330114007201"}).content.decode()
    assert "330114007201009" in found
    assert grid.code not in found
    assert "没有找到网格" in client.get(reverse("posters"), {"q": "火星\x00"}).content.decode()
    monkeypatch.setattr("dispatch.console.poster_views.MAX_ROWS", 1)
    assert "只列出前 1 个网格" in client.get(reverse("posters")).content.decode()


def test_the_list_costs_the_same_for_one_and_three(browser: Browser, grid: Grid) -> None:
    client = browser("dispatcher")
    client.get(reverse("posters"))
    with CaptureQueriesContext(connection) as one:
        client.get(reverse("posters"))
    for number in (2, 3):
        make_grid(f"33011400720100{number}")
    with CaptureQueriesContext(connection) as three:
        client.get(reverse("posters"))
    assert len(three) == len(one)


def test_a_village_of_many_is_cut(
    browser: Browser, grid: Grid, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_grid("330114007200002")
    monkeypatch.setattr("dispatch.console.poster_views.MAX_POSTERS", 1)
    client = browser("dispatcher")
    answer = client.get(reverse("posters-of-village", args=(grid.village_code,)))
    assert len(text_of(answer.content)) == 1
    assert "一次最多打印 1 张" in client.get(reverse("posters")).content.decode()


def test_without_the_typeface_it_says_so(
    browser: Browser, grid: Grid, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(_folder: Path) -> None:
        raise FontMissingError("font_missing", "没有安装打印字体")

    monkeypatch.setattr("xiangcun.lib.pdf.register_fonts", missing)
    client = browser("dispatcher")
    answer = client.get(reverse("poster-pdf", args=(grid.code,)), follow=True)
    assert "没有安装打印字体" in answer.content.decode()
    assert not AuditRecord.objects.filter(data__form="pdf").exists()


def test_a_long_name_stays_on_the_page(browser: Browser, grid: Grid) -> None:
    Grid.objects.filter(pk=grid.pk).update(name="第一网格" * 15, village_name="前新社区" * 10)
    answer = browser("dispatcher").get(reverse("poster-pdf", args=(grid.code,)))
    (page,) = text_of(answer.content)
    assert "先拨110、119、120" in page
    assert "综合信息指挥室" in page
