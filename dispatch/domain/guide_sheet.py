"""The sheet of guides: its columns, the empty form of it, and the directory written into it."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from dispatch.domain.export_columns import safe_text
from reports.domain.guide_fields import phones_text
from reports.enums import DIMENSION_TITLES, DimensionCode, HolidayRule
from reports.models import Guide
from reports.queries.guides import hours_of
from xiangcun.lib.hours_text import exceptions_text, week_text

SHEET = "便民服务"


@dataclass(frozen=True, slots=True)
class SheetColumn:
    """A column: the field it fills, its heading, what belongs in it, an example."""

    field: str
    heading: str
    meaning: str
    example: str = ""
    required: bool = False
    width: int = 16


COLUMNS = (
    SheetColumn("code", "编号", "自己起的、不再改的编号；再次导入时靠它认出是哪一条。字母、数字、横线", "sbk-01", required=True),
    SheetColumn("title", "名称", "居民怎么叫就怎么写，最多 60 字", "社保卡补办", required=True, width=24),
    SheetColumn("dimensions", "类别", "文教娱康养行便 中的一个或几个，也可写 文化、教育、娱乐、健康、养老、出行、便民", "便", required=True, width=10),
    SheetColumn("synonyms", "别称", "其他叫法，用顿号隔开，搜索时也能找到", "市民卡、医保卡", width=24),
    SheetColumn("summary", "一句话说明", "列表里显示，最多 120 字", "卡丢了、坏了都可以补办", width=30),
    SheetColumn("department", "负责部门", "部门的全称或简称；这个部门的人可以修改", "人社窗口"),
    SheetColumn("address", "地址", "最多 120 字", "示例路 1 号便民中心 3 号窗口", width=28),
    SheetColumn("lng", "经度", "没有就空着，不要猜", "120.4865", width=12),
    SheetColumn("lat", "纬度", "没有就空着，不要猜", "30.3245", width=12),
    SheetColumn("coord_type", "坐标系", "WGS-84（天地图、GPS）、GCJ-02（高德、腾讯）或 BD-09（百度）；空着算 WGS-84", "GCJ-02", width=10),
    SheetColumn("phones", "电话", "多个用分号隔开，号码前可写说明", "窗口 0571-0000 0001；夜间 0571-0000 0002", width=26),
    SheetColumn("week", "营业时间", "各段用逗号、各天用分号隔开；跨夜写 次日；不清楚就空着", "周一至周五 8:30-12:00，13:30-17:30；周六 9:00-12:00", width=36),
    SheetColumn("holidays", "法定节假日", "休息、照常 或 电话询问；空着算休息", "休息", width=12),
    SheetColumn("exceptions", "特殊日期", "一行一条", "2026-12-01至2026-12-05 休息 内部装修", width=30),
    SheetColumn("hours_note", "时间补充说明", "最多 120 字", "抢修电话 24 小时有人接", width=22),
    SheetColumn("documents", "所需材料", "一行一样，或用分号隔开", "本人身份证；一寸照片", width=28),
    SheetColumn("fee", "费用", "最多 120 字", "免费", width=12),
    SheetColumn("time_limit", "办理时限", "最多 120 字", "当场办结"),
    SheetColumn("body", "详细说明", "最多 5000 字，可以分段", "先挂失再补卡，卡里的钱不会少。", width=40),
    SheetColumn("valid_from", "有效期从", "如 2026-12-01，没有就空着", "", width=12),
    SheetColumn("valid_to", "有效期到", "过了这一天自动不再显示", "2027-06-30", width=12),
    SheetColumn("order", "顺序", "0 到 9999，小的在前；空着算 100", "100", width=8),
)  # fmt: skip
BY_FIELD = {column.field: column for column in COLUMNS}


def typed_of(guide: Guide, dimensions: Iterable[str]) -> dict[str, str]:
    """Return a row as it would be typed: what the form shows and the sheet holds."""
    hours = hours_of(guide)
    holidays = {HolidayRule.CLOSED: "休息", HolidayRule.SAME: "照常", HolidayRule.ASK: "电话询问"}
    plain = ("code", "title", "synonyms", "summary", "address", "hours_note", "fee", "time_limit")
    return {
        **{name: str(getattr(guide, name)) for name in (*plain, "body", "order")},
        "dimensions": "、".join(str(DIMENSION_TITLES[DimensionCode(code)]) for code in dimensions),
        "department": guide.department_name,
        "lng": "" if guide.lng is None else f"{guide.lng:.7f}".rstrip("0"),
        "lat": "" if guide.lat is None else f"{guide.lat:.7f}".rstrip("0"),
        "coord_type": "" if guide.lat is None else "WGS-84",
        "phones": phones_text(guide.phones),
        "week": week_text(hours.week),
        "holidays": holidays[HolidayRule(guide.holidays)],
        "exceptions": exceptions_text(hours.exceptions),
        "documents": "\n".join(guide.documents),
        "valid_from": guide.valid_from.isoformat() if guide.valid_from else "",
        "valid_to": guide.valid_to.isoformat() if guide.valid_to else "",
    }


def write_sheet(rows: Iterable[Mapping[str, str]]) -> bytes:
    """Return a workbook with ``rows`` (none: the empty form) and a sheet that explains the columns."""
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = SHEET
    sheet.append([column.heading for column in COLUMNS])
    for at, column in enumerate(COLUMNS, 1):
        sheet.column_dimensions[get_column_letter(at)].width = column.width
        sheet.cell(1, at).font = Font(bold=True)
    sheet.freeze_panes = "C2"
    for row in rows:
        sheet.append([safe_text(row.get(column.field, "")) for column in COLUMNS])
    about = book.create_sheet("填写说明")
    about.append(["列", "必填", "怎么填", "例子"])
    for column in COLUMNS:
        about.append(
            [column.heading, "是" if column.required else "", column.meaning, column.example]
        )
    for letter, width in (("A", 14), ("B", 6), ("C", 60), ("D", 50)):
        about.column_dimensions[letter].width = width
    for line in about.iter_rows():
        for cell in line:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()
