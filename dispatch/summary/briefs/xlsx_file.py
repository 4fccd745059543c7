"""A brief's tables as an Excel workbook: whole, with their bases, and every text as text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.worksheet.properties import PageSetupProperties

from dispatch.models import BriefVersion
from dispatch.summary.briefs.document import build_document, facts_grid, period_text
from dispatch.summary.ratios import Kind
from dispatch.summary.sheets import (
    FIGURE_WIDTH,
    NAME_WIDTH,
    append_header,
    new_sheet,
    number_cell,
    text_cell,
)

if TYPE_CHECKING:
    from openpyxl.worksheet._write_only import WriteOnlyWorksheet

_WIDE, _A4 = 90, 9


def write_xlsx(version: BriefVersion) -> bytes:
    """Return the workbook."""
    book = Workbook(write_only=True)
    data = version.snapshot.content
    _write_cover(book, version, data)
    _write_facts(book, data)
    for table in data["tables"]:
        _write_table(book, table)
    _write_lines(book, _("突出问题"), [row["text"] for row in data["problems"]])
    target = BytesIO()
    book.save(target)
    return target.getvalue()


def _write_cover(book: Workbook, version: BriefVersion, data: Mapping[str, Any]) -> None:
    paper = build_document(version)
    sheet = _sheet(book, _("说明"), [NAME_WIDTH, _WIDE])
    rows = [
        (_("名称"), paper.heading + paper.draft),
        (_("期号"), paper.number),
        (_("时段"), period_text(data)),
        (_("编发单位"), paper.issuer),
        (_("签发人"), version.signature or _("（未签发）")),
        (_("数据"), paper.code),
        (_("样本少"), _("基数不足 10 件的比率仅供参考；表中为全部行，文档中只列最多的若干行。")),
    ]
    for name, value in rows:
        sheet.append([_text(sheet, name), _text(sheet, value)])


def _write_facts(book: Workbook, data: Mapping[str, Any]) -> None:
    grid = facts_grid(data)
    sheet = _sheet(book, grid.title, [NAME_WIDTH, *[22] * len(grid.head)])
    sheet.freeze_panes = "B2"
    append_header(sheet, [grid.head[0], _("数值"), *grid.head[1:]])
    for fact, row in zip(data["facts"], grid.rows, strict=True):
        value = number_cell(sheet, Kind(fact["kind"]), fact["value"])
        sheet.append([_text(sheet, row[0]), value, *(_text(sheet, text) for text in row[1:])])


def _write_table(book: Workbook, table: Mapping[str, Any]) -> None:
    columns = table["columns"]
    widths = [NAME_WIDTH, *[FIGURE_WIDTH] * (2 * len(columns))]
    sheet = _sheet(book, table["title"], widths[:26])
    sheet.freeze_panes = "B2"
    head = [table["row_title"]]
    for column in columns:
        head.append(column["name"])
        if _has_base(column):
            head.append(_("%s基数") % column["name"])
    append_header(sheet, head)
    rows = [*table["rows"], *([table["total"]] if table["total"] else [])]
    for row in rows:
        cells = [_text(sheet, row["name"])]
        for column, cell in zip(columns, row["cells"], strict=True):
            cells += _cells(sheet, column, cell)
        sheet.append(cells)
    if table["note"]:
        sheet.append([_text(sheet, table["note"])])


def _sheet(book: Workbook, title: str, widths: Sequence[float]) -> Any:
    """Return a sheet that prints across, all columns on one page."""
    sheet: Any = new_sheet(book, title, widths)  # the stubs know no page of it
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = _A4
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    return sheet


def _cells(
    sheet: WriteOnlyWorksheet, column: Mapping[str, Any], cell: Mapping[str, Any]
) -> list[Cell]:
    if column["kind"] == "text":
        return [_text(sheet, cell["text"])]
    found = [number_cell(sheet, Kind(column["kind"]), cell["value"])]
    if _has_base(column):
        found.append(_text(sheet, cell["base"]))
    return found


def _has_base(column: Mapping[str, Any]) -> bool:
    return column["kind"] not in {"text", str(Kind.COUNT)}


def _write_lines(book: Workbook, title: str, lines: list[str]) -> None:
    sheet = _sheet(book, title, [8, _WIDE])
    append_header(sheet, [_("序号"), title])
    for number, line in enumerate(lines, 1):
        sheet.append([_text(sheet, str(number)), _text(sheet, line)])


def _text(sheet: WriteOnlyWorksheet, value: str) -> Cell:
    return text_cell(sheet, ILLEGAL_CHARACTERS_RE.sub("", value))
