from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from dispatch.console import grid_import_forms
from dispatch.domain.grid_imports import KEPT_FOR
from dispatch.enums import GridImportStatus, Role
from dispatch.models import GridImport
from reports.models import Grid
from tests.dispatch.factories import Cast, make_staff, make_ticket
from tests.reports.domain.gridfiles.maps import collection, feature, landmark, ring

Browser = Callable[[str], Client]
UPLOAD = "admin:reports_grid_import_map"
XSS = "<script>alert(1)</script>"


@pytest.fixture(autouse=True)
def _own_storage(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def client(browser: Browser, cast: Cast) -> Client:
    """The administrator, with no grid in use."""
    Grid.objects.all().delete()
    return browser("administrator")


def upload(client: Client, data: bytes, name: str = "网格.geojson", **form: str) -> Any:
    values = {"coord_type": "wgs84", "mode": "merge", **form}
    return client.post(reverse(UPLOAD), {"file": SimpleUploadedFile(name, data), **values})


def preview(client: Client, *rows: Any, **form: str) -> tuple[str, Any]:
    """Upload and return the address of the preview and the page."""
    response = upload(client, collection(*rows), **form)
    assert response.status_code == 302
    return response.url, client.get(response.url)


def confirm(client: Client, url: str, page: Any, **changes: str) -> Any:
    values = {"decision": "confirm", "version": page.context["version"], "read": "1"}
    return client.post(url, {**values, **changes})


def test_it_works(client: Client) -> None:
    url, page = preview(client, feature(1), feature(2), landmark())
    text = page.content.decode()
    assert "1 处提醒，请核对" in text  # nothing to hold the system against
    assert "地标新增 1 个" in text
    assert not Grid.objects.exists()
    answer = confirm(client, url, page)
    assert answer.status_code == 302
    assert answer["Location"] == reverse("admin:reports_grid_changelist")
    assert Grid.objects.count() == 2
    shown = client.get(answer["Location"]).content.decode()
    assert "网格已导入：新增 2" in shown
    assert reverse(UPLOAD) in shown
    # The button pressed again, or the page opened again, does nothing more.
    assert confirm(client, url, page).status_code == 302
    assert client.get(url).status_code == 302
    assert GridImport.objects.get().status == GridImportStatus.APPLIED


@pytest.mark.parametrize("who", ["lead", "dispatcher", "auditor", "sanitation", "gridworker"])
def test_it_forbids_everybody_else(browser: Browser, cast: Cast, who: str) -> None:
    url, _page = preview(browser("administrator"), feature(1))
    other = browser(who)
    assert other.get(reverse(UPLOAD)).status_code == 403
    assert upload(other, collection(feature(1))).status_code == 403
    assert other.get(url).status_code == 403
    assert other.post(url, {"decision": "confirm", "version": "x"}).status_code == 403
    assert GridImport.objects.count() == 1


def test_it_forbids_strangers(client: Client) -> None:
    url, _page = preview(client, feature(1))
    for address in (reverse(UPLOAD), url):
        answer = Client().get(address)
        assert answer.status_code == 302
        assert "/login/" in answer["Location"]


def test_another_administrator_does_not_see_it(
    client: Client, browser: Browser, cast: Cast
) -> None:
    url, page = preview(client, feature(1))
    make_staff("second", Role.ADMINISTRATOR, cast.room)
    assert browser("second").get(url).status_code == 404
    assert confirm(browser("second"), url, page).status_code == 404
    unknown = reverse("admin:reports_grid_import_preview", args=(uuid.uuid4(),))
    assert client.get(unknown).status_code == 404
    assert not Grid.objects.exists()


def test_csrf_is_needed(cast: Cast) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(make_staff("administrator", Role.ADMINISTRATOR, cast.room))
    assert upload(strict, collection(feature(1))).status_code == 403


def test_it_validates_the_form(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    empty = client.post(reverse(UPLOAD), {"coord_type": "utm", "mode": "x"})
    assert empty.status_code == 400
    assert set(empty.context["form"].errors) == {"file", "coord_type", "mode"}
    assert upload(client, b"").status_code == 400
    monkeypatch.setattr(grid_import_forms, "MAX_BYTES", 10)
    large = upload(client, collection(feature(1)))
    assert large.status_code == 400
    assert "超过 10 MB" in large.content.decode()
    assert not GridImport.objects.exists()


@pytest.mark.parametrize("data", [b"{", b"\x00\xff", b"[" * 5000, b'{"type":"FeatureCollection"}'])
def test_any_file_gets_a_page(client: Client, data: bytes) -> None:
    page = client.get(upload(client, data).url)
    assert page.status_code == 200
    assert "不能导入" in page.content.decode()
    assert 'value="confirm"' not in page.content.decode()


def test_errors_are_numbered_as_on_the_map(client: Client) -> None:
    moved = [[x - 0.002, y] for x, y in ring(1)]
    url, page = preview(client, feature(1), feature(2, [moved]), feature(3, code="12"))
    numbers = {row["code"]: row["number"] for row in page.context["faults"]}
    assert {"overlap", "code_invalid"} <= set(numbers)
    drawn = {row["number"]: row for row in page.context["map"]["faults"]}
    assert drawn[numbers["overlap"]]["geometry"]["type"] == "Polygon"
    assert drawn[numbers["code_invalid"]]["error"]
    assert confirm(client, url, page).status_code == 400  # even by hand
    assert not Grid.objects.exists()


def test_warnings_must_have_been_looked_at(client: Client) -> None:
    url, page = preview(client, feature(1))
    refused = client.post(
        url, {"decision": "confirm", "version": page.context["version"], "has_warnings": "1"}
    )
    assert refused.status_code == 400
    assert "已核对" in refused.context["refusal"]
    assert not Grid.objects.exists()


def test_a_map_changed_meanwhile_is_shown_again(client: Client) -> None:
    url, page = preview(client, feature(1))
    other, other_page = preview(client, feature(5))
    confirm(client, other, other_page)
    stale = confirm(client, url, page)
    assert stale.status_code == 409
    assert "预览之后网格或地标有改动" in stale.content.decode()
    assert confirm(client, url, stale).status_code == 302
    assert Grid.objects.count() == 2


def test_it_can_be_given_up_and_expires(client: Client) -> None:
    url, page = preview(client, feature(1))
    assert client.post(url, {"decision": "discard"}).status_code == 302
    assert client.get(url).status_code == 302  # back to the upload, with a message
    old, page = preview(client, feature(1))
    GridImport.objects.filter(status="pending").update(
        expires_at=timezone.now() - KEPT_FOR + timedelta(minutes=1)
    )
    assert confirm(client, old, page)["Location"] == reverse(UPLOAD)
    assert not Grid.objects.exists()


def test_tickets_that_would_move_are_counted_and_stay(browser: Browser, cast: Cast) -> None:
    ticket = make_ticket(cast=cast)
    client = browser("administrator")
    east = [[x + 0.009, y + 0.01] for x, y in ring()]
    url, page = preview(client, feature(2, [east], name="东网格"), mode="replace")
    text = page.content.decode()
    assert "1 件在办工单的位置会落到另一个网格" in text
    assert "东网格" in text
    confirm(client, url, page)
    ticket.refresh_from_db()
    assert ticket.grid == cast.grid
    cast.grid.refresh_from_db()
    assert not cast.grid.is_active


def test_names_are_text(client: Client) -> None:
    rows = (feature(1, name=XSS, village_name=XSS), landmark(XSS), feature(2, code=XSS))
    response = upload(client, collection(*rows), name=f"{XSS}.geojson")
    text = client.get(response.url).content.decode()
    assert XSS not in text
    assert "\\u003Cscript\\u003Ealert" in text  # inside the map's data
    assert "&lt;script&gt;" in text


def test_the_page_asks_as_much_for_one_grid_as_for_many(client: Client) -> None:
    one, _ = preview(client, feature(1))
    many, _ = preview(client, *(feature(number) for number in range(1, 9)))

    def cost(url: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(url).status_code == 200
        return len(queries)

    assert cost(one) == cost(many)


def test_nothing_to_import_is_said(client: Client) -> None:
    url, page = preview(client, feature(1))
    confirm(client, url, page)
    _url, again = preview(client, feature(1))
    assert "没有要导入的内容" in again.content.decode()
    assert "检查通过" in again.content.decode()


def test_the_map_is_plain_json(client: Client) -> None:
    _url, page = preview(client, feature(1), landmark())
    data = json.loads(json.dumps(page.context["map"]))
    assert data["grids"][0]["name"] == "临江村 网格1 330114007200001"
    assert data["grids"][0]["kind"] == "new"
    assert data["landmarks"][0]["point"] == [30.295, 120.495]
    assert data["old"] == []
