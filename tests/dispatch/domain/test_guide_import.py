"""Sheets of guides: faults by line and column, all or nothing, the same again changes nothing."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from dispatch.domain import guide_import
from dispatch.domain.actors import Actor
from dispatch.domain.guide_import import (
    apply_import,
    cells_of,
    plan_import,
    read_file,
)
from dispatch.domain.guide_sheet import COLUMNS, typed_of, write_sheet
from dispatch.models import AuditRecord
from reports.domain.guides import publish_guide
from reports.domain.seeding import SeedMode, seed_dimensions
from reports.models import Guide
from tests.dispatch.factories import NOW, Cast, make_cast
from xiangcun.lib.errors import ConflictError, InvalidInputError, NotAllowedError

pytestmark = pytest.mark.django_db
HEAD = ["编号", "名称", "类别", "别称", "电话", "营业时间", "所需材料", "负责部门", "经度", "纬度"]
CARD = ["sbk-01", "社保卡补办", "便", "市民卡", "0571-0000 0001", "周一至周五 8:30-12:00", "身份证；照片", "环卫所", "120.5", "30.31"]  # fmt: skip


@pytest.fixture
def cast() -> Cast:
    seed_dimensions(mode=SeedMode.FILL)
    return make_cast()


@pytest.fixture
def room(cast: Cast) -> Actor:
    return cast.dispatcher


def book(*rows: list[Any]) -> bytes:
    made = Workbook()
    for row in rows:
        made.worksheets[0].append(row)
    file = io.BytesIO()
    made.save(file)
    return file.getvalue()


def faults(actor: Actor, *rows: list[Any]) -> list[tuple[int, str]]:
    plan = plan_import(read_file(book(*rows), "a.xlsx"), actor=actor)
    return [(fault.line, fault.column) for fault in plan.faults]


def bring(actor: Actor, *rows: list[Any], publish: bool = True) -> Any:
    cells = read_file(book(*rows), "a.xlsx")
    plan = plan_import(cells, actor=actor)
    return apply_import(cells_of(plan.as_json()), mark=plan.mark, publish=publish, actor=actor, now=NOW)  # fmt: skip


def test_it_works(room: Actor) -> None:
    plan = bring(room, HEAD, CARD)
    assert (len(plan.new), len(plan.changed), plan.same) == (1, 0, 0)
    guide = Guide.objects.get()
    assert (guide.code, guide.state, guide.department_code) == ("sbk-01", "published", "sanitation")
    assert guide.documents == ["身份证", "照片"]
    assert (guide.lat, guide.lng) == (30.31, 120.5)
    assert [tag.code for tag in guide.dimensions.all()] == ["convenience"]
    assert AuditRecord.objects.get().data == {"step": "import", "new": 1, "changed": 0}


def test_the_same_again_changes_nothing_and_a_change_updates_by_code(room: Actor) -> None:
    bring(room, HEAD, CARD)
    assert bring(room, HEAD, CARD).same == 1
    assert Guide.objects.get().version == 1
    plan = bring(room, HEAD, ["sbk-01", "社保卡办理", "便教"])
    assert len(plan.changed) == 1
    guide = Guide.objects.get()
    assert (guide.title, guide.version, guide.phones, guide.state) == ("社保卡办理", 2, [], "published")  # fmt: skip
    assert guide.dimensions.count() == 2


def test_our_own_export_is_read_as_no_change(room: Actor) -> None:
    bring(room, HEAD, CARD, ["y-2", "'=1+1", "文", "+号码", "", "每天 18:00-次日2:00", "-清单"])
    rows = [typed_of(row, [tag.code for tag in row.dimensions.all()]) for row in Guide.objects.all()]  # fmt: skip
    data = write_sheet(rows)
    values = [cell.value for row in load_workbook(io.BytesIO(data)).worksheets[0].iter_rows(min_row=2) for cell in row]  # fmt: skip
    assert not [one for one in values if isinstance(one, str) and one[:1] in {"=", "+", "@"}]
    plan = plan_import(read_file(data, "guides.xlsx"), actor=room)
    assert (plan.faults, plan.new, plan.changed, plan.same) == ([], [], [], 2)


def test_every_fault_has_its_line_and_column(room: Actor) -> None:
    bad = ["x y", "", "飞", "", "abc", "周八", "", "没有的部门", "30.3", "120.5"]
    assert set(faults(room, HEAD, CARD, bad, ["", "没编号", "便"], CARD)) == {
        (3, "编号"), (3, "名称"), (3, "类别"), (3, "电话"), (3, "营业时间"), (3, "负责部门"), (3, "纬度"),
        (4, "编号"), (5, "编号"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ([], (0, "")),
        ([["随便", "写"]], (0, "")),
        ([HEAD], (0, "")),
        ([[*HEAD, "身高"], CARD], (1, "身高")),
        ([[*HEAD, "名称"], CARD], (1, "名称")),
        ([["编号", "名称"], ["a", "b"]], (1, "类别")),
        ([HEAD, *[[f"c{at}", "名", "便"] for at in range(501)]], (0, "")),
    ],
)
def test_a_sheet_of_another_shape_says_so(
    room: Actor, rows: list[list[Any]], found: tuple[int, str]
) -> None:
    assert faults(room, *rows) == [found]


def test_a_title_above_the_headings_does_no_harm(room: Actor) -> None:
    assert faults(room, ["某街道便民服务"], HEAD, CARD) == []


def bomb() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet1.xml", b" " * (guide_import.MAX_UNPACKED + 1))
    return file.getvalue()


@pytest.mark.parametrize(
    ("data", "name", "code"),
    [
        (b"PK\x03\x04broken", "a.xlsx", "unreadable"),
        (b"\xd0\xcf\x11\xe0", "a.xls", "unreadable"),
        (b"%PDF-1.7", "a.pdf", "unreadable"),
        (b"", "a.xlsx", "unreadable"),
        (b"\xff\xfe\x80\x81\x00", "a.csv", "encoding"),
        (b"x" * (guide_import.MAX_BYTES + 1), "a.csv", "file_too_large"),
        (bomb(), "a.xlsx", "file_too_large"),
    ],
)
def test_what_is_no_sheet_is_refused(data: bytes, name: str, code: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        read_file(data, name)
    assert refused.value.code == code


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-8", "gb18030"])
def test_csv_of_any_encoding(room: Actor, encoding: str) -> None:
    text = "编号,名称,类别\nsbk-01,社保卡补办,便\n"
    plan = plan_import(read_file(text.encode(encoding), "a.csv"), actor=room)
    assert (plan.faults, len(plan.new)) == ([], 1)


def test_nothing_is_half_written(room: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail_at_the_second(guide_id: int, *, now: datetime) -> Guide:
        if Guide.objects.count() > 1:
            raise ConflictError("x", "坏了")
        return publish_guide(guide_id, now=now)

    monkeypatch.setattr("dispatch.domain.guide_import.publish_guide", fail_at_the_second)
    with pytest.raises(ConflictError, match="x"):
        bring(room, HEAD, CARD, ["b", "第二条", "便"])
    assert Guide.objects.count() == 0
    assert AuditRecord.objects.count() == 0


def test_what_changed_since_the_preview_is_looked_at_again(room: Actor) -> None:
    cells = read_file(book(HEAD, CARD), "a.xlsx")
    mark = plan_import(cells, actor=room).mark
    bring(room, HEAD, ["other", "别的", "便"])
    with pytest.raises(ConflictError):
        apply_import(cells, mark=mark, publish=True, actor=room, now=NOW)
    assert Guide.objects.count() == 1


@pytest.mark.parametrize("text", ["", "x", "[1]", '[["a", 1]]', "[[" * 5000])
def test_cells_that_are_none_are_refused(text: str) -> None:
    with pytest.raises(InvalidInputError):
        cells_of(text)


def test_a_department_does_not_import(cast: Cast) -> None:
    with pytest.raises(NotAllowedError):
        plan_import([HEAD, CARD], actor=cast.handler)


def test_every_column_of_the_template_is_explained() -> None:
    sheets = load_workbook(io.BytesIO(write_sheet(()))).worksheets
    assert [cell.value for cell in sheets[0][1]] == [column.heading for column in COLUMNS]
    assert sheets[1].max_row == len(COLUMNS) + 1
