"""A township's old spreadsheet comes in once, whatever its shape; a bad row stops nothing."""

from __future__ import annotations

import csv
import json
import re
import threading
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connections
from django.utils import timezone
from openpyxl import Workbook

from reports.domain import importing
from reports.domain.import_readers import RawRow
from reports.enums import Channel, LocationSource, ReportKind
from reports.models import Grid, Report, ReportUpdate
from reports.signals import report_submitted
from xiangcun.lib.geo import distance_m, from_wgs84

HEADERS = ["编号", "标题", "诉求内容", "受理时间", "经度", "纬度", "地址", "联系电话"]
ROWS: list[list[Any]] = [
    ["A1", "垃圾无人清运", "临江村口垃圾好几天没人清运", "2018/12/14 11:20:26", 120.50, 30.31, "临江村口", "13800000001"],
    ["A2", "", "路灯不亮", "2018年12月15日 9时05分", "", "", "前进大道 12 号", "0571-8200 0000"],
    ["A3", "噪音", "", "2018-12-16", None, None, "", "无"],
]  # fmt: skip


@pytest.fixture(autouse=True)
def _grid(db: None) -> Grid:
    ring = [[120.48, 30.30], [120.52, 30.30], [120.52, 30.34], [120.48, 30.34], [120.48, 30.30]]
    return Grid.objects.create(
        code="330114007200001",
        name="示例网格",
        village_code="330114007200",
        village_name="临江村",
        polygon={"type": "Polygon", "coordinates": [ring]},
    )


def run(path: Path, *options: str) -> str:
    out = StringIO()
    call_command("import_reports", str(path), *options, stdout=out)
    return out.getvalue()


def write_csv(
    path: Path, rows: list[list[Any]], *, encoding: str = "utf-8-sig", headers: list[str] = HEADERS
) -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file).writerows([headers, *rows])
    return path


def errors_of(path: Path) -> list[dict[str, str]]:
    with path.with_name(f"{path.name}.errors.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.django_db
def test_it_works(tmp_path: Path) -> None:
    said = run(write_csv(tmp_path / "old.csv", ROWS))
    assert "新增 3 条，已存在 0 条，错误 0 条" in said
    assert "其中 2 条没有坐标" in said
    first, second, third = Report.objects.order_by("source_key")
    assert first.source_key == "import:12345:A1"
    assert first.text == "垃圾无人清运\n临江村口垃圾好几天没人清运"
    assert first.submitted_at == datetime(2018, 12, 14, 3, 20, 26, tzinfo=UTC)
    assert (first.lat, first.lng, first.address) == (30.31, 120.50, "临江村口")
    assert (first.channel, first.location_source, first.accuracy_m) == (
        Channel.IMPORT,
        LocationSource.PICKED,
        None,
    )
    assert (first.resident, first.contact_phone, first.allowed_actions) == (None, "13800000001", [])
    assert second.submitted_at == datetime(2018, 12, 15, 1, 5, tzinfo=UTC)
    assert second.location_source == LocationSource.TEXT
    assert second.accuracy_m == importing.UNLOCATED_ACCURACY_M
    assert distance_m(second.lat, second.lng, 30.32, 120.50) < 1
    assert second.contact_phone == "057182000000"
    assert "没有坐标" in ReportUpdate.objects.get(report=second).text
    assert (third.text, third.contact_phone) == ("噪音", "")
    assert Report.objects.filter(triaged_at__isnull=True).count() == 3
    assert not (tmp_path / "old.csv.errors.csv").exists()


@pytest.mark.django_db(transaction=True)
def test_triage_is_rung_for_each_after_commit(tmp_path: Path) -> None:
    heard: list[int] = []

    def listen(report_id: int, **_: object) -> None:
        heard.append(report_id)

    report_submitted.connect(listen)
    try:
        run(write_csv(tmp_path / "old.csv", ROWS))
    finally:
        report_submitted.disconnect(listen)
    assert sorted(heard) == sorted(Report.objects.values_list("pk", flat=True))
    assert len(heard) == 3


@pytest.mark.django_db
def test_the_same_rows_come_in_once(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "old.csv", [*ROWS, ROWS[0]])
    assert "新增 3 条，已存在 1 条" in run(path)
    assert "新增 0 条，已存在 4 条" in run(path)
    more = write_csv(tmp_path / "other.csv", [ROWS[1], ["A4", "", "井盖缺失", "", "", "", "", ""]])
    assert "新增 1 条，已存在 1 条" in run(more)
    assert "新增 2 条" in run(more, "--namespace", "county")
    without = [row[1:] for row in ROWS]
    plain = write_csv(tmp_path / "plain.csv", without, headers=HEADERS[1:])
    assert "新增 3 条" in run(plain)
    assert "新增 0 条，已存在 3 条" in run(plain)


@pytest.mark.django_db
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_any_encoding_of_a_csv(tmp_path: Path, encoding: str) -> None:
    run(write_csv(tmp_path / "old.csv", ROWS, encoding=encoding))
    assert Report.objects.filter(text="路灯不亮").exists()


@pytest.mark.django_db
def test_an_excel_workbook_with_a_title_above_its_header(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["二〇一八年热线诉求汇总表"])
    sheet.append([])
    sheet.append(["编号", "诉求内容", "受理时间", "联系电话", "坐标系", "经度", "纬度"])
    lat, lng = from_wgs84(30.31, 120.50, "bd09")
    clock = datetime(2018, 12, 14, 11, 20)  # noqa: DTZ001 - Excel knows no zones
    sheet.append([1001.0, "河道漂浮物", clock, 13800000001.0, "百度", lng, lat])
    sheet.append([None, None, None])
    book.save(tmp_path / "old.xlsx")
    assert "新增 1 条" in run(tmp_path / "old.xlsx")
    report = Report.objects.get()
    assert (report.source_key, report.contact_phone) == ("import:12345:1001", "13800000001")
    assert report.submitted_at == datetime(2018, 12, 14, 3, 20, tzinfo=UTC)
    assert report.coord_type == "bd09"
    assert distance_m(report.lat, report.lng, 30.31, 120.50) < 0.01


@pytest.mark.django_db
def test_json_lines_with_a_mapping(tmp_path: Path) -> None:
    path = tmp_path / "old.jsonl"
    lines = [
        {"k": "1", "what": "路面坑洼", "x": 120.5, "y": 30.31, "sort": "咨询"},
        {"k": "2", "what": "想办健康证"},
    ]
    path.write_text(
        "\n".join(json.dumps(line, ensure_ascii=False) for line in lines) + "\n{bad\n[1]\n",
        encoding="utf-8",
    )
    mapping = tmp_path / "columns.json"
    mapping.write_text('{"id": "k", "kind": "sort"}', encoding="utf-8")
    with pytest.raises(CommandError, match="有 2 行没有导入") as failed:
        run(path, "--map", "text=what", "--mapping", str(mapping), "--coord-type", "gcj02")
    assert failed.value.returncode == 1
    assert [row["行号"] for row in errors_of(path)] == ["3", "4"]
    report = Report.objects.get(source_key="import:12345:1")
    assert (report.kind, report.coord_type) == (ReportKind.CONSULTATION, "gcj02")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"标题": "", "诉求内容": "\u200b "}, "没有诉求内容"),
        ({"诉求内容": "长" * 10_001}, "超过"),
        ({"受理时间": "前天下午"}, "看不懂受理时间"),
        ({"受理时间": "2999-01-01"}, "将来"),
        ({"受理时间": "0018-01-01"}, "太早"),
        ({"经度": "30.31", "纬度": "120.50"}, "填反了"),
        ({"经度": "abc"}, "经度不是数字"),
        ({"纬度": "nan"}, "纬度不是数字"),
        ({"纬度": ""}, "只填了一个"),
        ({"经度": "2.35", "纬度": "48.85"}, "不在国内"),
    ],
)
def test_it_validates_rows(tmp_path: Path, change: dict[str, str], reason: str) -> None:
    bad = dict(zip(HEADERS, ROWS[0], strict=True)) | change
    path = write_csv(tmp_path / "old.csv", [[*bad.values()], ROWS[1]])
    with pytest.raises(CommandError):
        run(path)
    assert list(Report.objects.values_list("source_key", flat=True)) == ["import:12345:A2"]
    (row,) = errors_of(path)
    assert reason in row["错误原因"]
    assert (row["行号"], row["编号"]) == ("2", "A1")


@pytest.mark.django_db
def test_the_error_file_is_harmless_and_can_be_imported(tmp_path: Path) -> None:
    path = write_csv(
        tmp_path / "old.csv", [["A9", "=1+1 违建", "有人违建", "什么时候", "", "", "", ""]]
    )
    with pytest.raises(CommandError):
        run(path)
    (row,) = errors_of(path)
    assert row["标题"] == "'=1+1 违建"
    mended = path.with_name("old.csv.errors.csv")
    mended.write_text(
        mended.read_text(encoding="utf-8").replace("什么时候", "2019-01-02 03:04"), encoding="utf-8"
    )
    assert "新增 1 条" in run(mended)
    assert Report.objects.get().text == "=1+1 违建\n有人违建"


@pytest.mark.django_db
def test_a_dry_run_writes_nothing(tmp_path: Path) -> None:
    said = run(write_csv(tmp_path / "old.csv", ROWS), "--dry-run")
    assert "可新增 3 条" in said
    assert not Report.objects.exists()


@pytest.mark.django_db
def test_a_batch_that_fails_is_tried_row_by_row(tmp_path: Path) -> None:
    """Whatever the database refuses in a batch, here a number twice, the other rows come in."""
    now = timezone.now()
    plan = importing.ImportPlan(namespace="12345")
    candidates = [
        importing._candidate(
            RawRow(line, {"text": text}), plan, {"text": "text"}, centre=(30.32, 120.50), now=now
        )
        for line, text in enumerate(["路灯不亮", "井盖缺失", "占道经营"])
    ]
    candidates[2].report.number = candidates[0].report.number
    result = importing.ImportResult()
    with importing.ErrorFile(tmp_path / "errors.csv", ["text"]) as errors:
        importing._store(candidates, plan, result, errors, now=now)
        assert (result.created, result.failed) == (3, 0)
        assert not importing._insert_alone(candidates[0], result, errors, now=now)
    assert (result.existing, result.failed) == (1, 0)
    assert Report.objects.count() == ReportUpdate.objects.count() == 3


@pytest.mark.django_db(transaction=True)
def test_two_imports_at_once_bring_each_row_once(tmp_path: Path) -> None:
    rows = [[f"N{number}", "", f"第 {number} 件", "", "", "", "", ""] for number in range(450)]
    path = write_csv(tmp_path / "old.csv", rows)
    said: list[str] = []

    def work(name: str) -> None:
        try:
            said.append(run(path, "--errors", str(tmp_path / name)))
        finally:
            connections.close_all()

    workers = [threading.Thread(target=work, args=(f"{number}.csv",)) for number in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    told = [tuple(map(int, re.findall(r"(?:新增|已存在|错误) (\d+) 条", text))) for text in said]
    assert [sum(column) for column in zip(*told, strict=True)] == [450, 450, 0]
    assert Report.objects.count() == ReportUpdate.objects.count() == 450


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "content", "options", "reason"),
    [
        ("old.xls", b"", (), "另存为 .xlsx"),
        ("old.xlsx", b"no workbook", (), "不是有效的 Excel 工作簿"),
        ("old.csv", "甲,乙\n1,2\n".encode(), (), "没有找到表头"),
        ("old.csv", b"\x81\x20\xff\n", (), "编码无法识别"),
        ("old.csv", "内容\n路灯不亮\n".encode(), ("--map", "text=没有"), "没有找到表头"),
        ("old.csv", "内容\n路灯不亮\n".encode(), ("--map", "colour=内容"), "不认识的列对应"),
        ("old.csv", "内容\n路灯不亮\n".encode(), ("--namespace", "n" * 41), "不能超过"),
        ("old.jsonl", b'{"label": 1}\n', (), "没有找到诉求内容"),
        ("missing.csv", None, (), "无法读取文件"),
    ],
)
def test_it_says_what_is_wrong_with_a_file(
    tmp_path: Path, name: str, content: bytes | None, options: tuple[str, ...], reason: str
) -> None:
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(CommandError, match=reason) as failed:
        run(path, *options)
    assert failed.value.returncode == 2
    assert not Report.objects.exists()


@pytest.mark.django_db
def test_it_needs_grids(tmp_path: Path) -> None:
    Grid.objects.all().delete()
    with pytest.raises(CommandError, match="seed_township"):
        run(write_csv(tmp_path / "old.csv", ROWS))


@pytest.mark.django_db
def test_real_complaints_come_in_whole(shared_data: Path, tmp_path: Path) -> None:
    path = shared_data / "complaints" / "dev.jsonl"
    said = run(path, "--errors", str(tmp_path / "errors.csv"))
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert f"新增 {len(lines)} 条，已存在 0 条，错误 0 条" in said
    assert "新增 0 条" in run(path, "--errors", str(tmp_path / "errors.csv"))
    report = Report.objects.get(source_key=f"import:12345:{lines[0]['id']}")
    assert report.text.startswith(lines[0]["title"])
    assert "病危" in report.text
