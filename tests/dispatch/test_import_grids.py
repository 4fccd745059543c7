from __future__ import annotations

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from dispatch.enums import GridImportStatus
from dispatch.models import GridImport
from reports.models import Grid
from tests.dispatch.factories import make_cast, make_ticket
from tests.reports.domain.gridfiles.maps import collection, feature, ring

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_storage(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


def run(tmp_path: Path, *rows: Any, **options: Any) -> str:
    path = tmp_path / "grids.geojson"
    path.write_bytes(collection(*rows))
    out = StringIO()
    call_command("import_grids", str(path), stdout=out, **options)
    return out.getvalue()


def test_it_works(tmp_path: Path) -> None:
    said = run(tmp_path, feature(1), feature(2))
    assert "网格新增 2" in said
    assert said.endswith("已导入\n")
    assert Grid.objects.count() == 2
    row = GridImport.objects.get()
    assert row.user is None
    assert row.status == GridImportStatus.APPLIED


def test_a_dry_run_writes_nothing(tmp_path: Path) -> None:
    said = run(tmp_path, feature(1), dry_run=True)
    assert "网格新增 1" in said
    assert "已导入" not in said
    assert not Grid.objects.exists()
    assert GridImport.objects.get().status == GridImportStatus.DISCARDED


def test_errors_stop_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = StringIO()
    path = tmp_path / "grids.geojson"
    path.write_bytes(collection(feature(1), feature(2, code="1")))
    with pytest.raises(CommandError, match="有 1 处错误，没有导入"):
        call_command("import_grids", str(path), stdout=out)
    assert "1. [错误] 第 2 个要素的网格编码“1”不是 15 位数字（code_invalid）" in out.getvalue()
    assert not Grid.objects.exists()


def test_replace_says_what_goes_and_which_tickets_move(tmp_path: Path) -> None:
    cast = make_cast()
    make_ticket(cast=cast)
    east = [[x + 0.009, y + 0.01] for x, y in ring()]
    said = run(tmp_path, feature(2, [east], name="东网格"), replace=True)
    assert "停用 1" in said
    assert "在办工单 1 件的位置：示例网格 → 东网格（工单保留原网格）" in said
    cast.grid.refresh_from_db()
    assert not cast.grid.is_active


def test_columns_can_be_named(tmp_path: Path) -> None:
    row = feature(1)
    row["properties"] = {"BH": row["properties"]["code"], "MC": "一", "SSC": "临江村"}
    fields = {"code_field": "BH", "name_field": "MC", "village_field": "SSC"}
    assert "已导入" in run(tmp_path, row, coord_type="gcj02", **fields)
    west, south = Grid.objects.get().polygon["coordinates"][0][0]
    assert abs(west - 120.49) > 0.003
    assert abs(south - 30.29) > 0.001


def test_it_handles_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="读不到文件"):
        call_command("import_grids", str(tmp_path / "none.geojson"))
