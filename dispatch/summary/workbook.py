"""The summary as an Excel workbook, written row by row."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import IO, TYPE_CHECKING

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill

from dispatch.summary.figures import Summary, Table
from dispatch.summary.ratios import FIGURES, Figure, Kind

if TYPE_CHECKING:
    from openpyxl.worksheet._write_only import WriteOnlyWorksheet

Value = str | float | int | None
FORMATS = {Kind.COUNT: "#,##0", Kind.PERCENT: "0.0%", Kind.HOURS: "#,##0.0", Kind.SCORE: "0.0"}
_HEADER_FILL = PatternFill("solid", fgColor="DDE7F0")
_NAME_WIDTH, _FIGURE_WIDTH = 26, 15


def write_workbook(
    summary: Summary, target: IO[bytes], *, scope_lines: Sequence[tuple[str, str]]
) -> None:
    """Write ``summary`` to ``target``; ``scope_lines`` (name, value) say what it covers."""
    book = Workbook(write_only=True)
    _write_overview(book, summary, scope_lines)
    for table in summary.tables:
        _write_table(book, table)
    _write_dictionary(book)
    book.save(target)


def _write_overview(
    book: Workbook, summary: Summary, scope_lines: Sequence[tuple[str, str]]
) -> None:
    sheet = _new_sheet(book, _("汇总"), [_NAME_WIDTH, 24, 80])
    for name, value in scope_lines:
        sheet.append([_text(sheet, name), _text(sheet, value)])
    sheet.append([])
    _append_header(sheet, [_("指标"), _("数值"), _("说明")])
    for figure in FIGURES.values():
        figure_cell = _number(sheet, figure, summary.total.value(figure))
        name_cell, why_cell = _text(sheet, str(figure.name)), _text(sheet, str(figure.explanation))
        sheet.append([name_cell, figure_cell, why_cell])
    sheet.append([])
    _append_header(sheet, [_("状态"), _("截至结束日期的工单数")])
    for status, count in summary.statuses:
        sheet.append([_text(sheet, str(status.label)), count])


def _write_table(book: Workbook, table: Table) -> None:
    sheet = _new_sheet(book, table.title, [_NAME_WIDTH, *[_FIGURE_WIDTH] * len(table.columns)])
    sheet.freeze_panes = "B2"
    _append_header(sheet, [table.row_title, *(str(figure.name) for figure in table.columns)])
    for row in table.rows:
        values = (_number(sheet, figure, row.sums.value(figure)) for figure in table.columns)
        sheet.append([_text(sheet, row.name), *values])
    if table.note:
        sheet.append([_text(sheet, table.note)])


def _write_dictionary(book: Workbook) -> None:
    sheet = _new_sheet(book, _("指标说明"), [_NAME_WIDTH, 100])
    _append_header(sheet, [_("指标"), _("说明")])
    for figure in FIGURES.values():
        sheet.append([_text(sheet, str(figure.name)), _text(sheet, str(figure.explanation))])


def _new_sheet(book: Workbook, title: str, widths: Iterable[float]) -> WriteOnlyWorksheet:
    sheet: WriteOnlyWorksheet = book.create_sheet(title)
    for index, width in enumerate(widths):
        sheet.column_dimensions[chr(ord("A") + index)].width = width  # type: ignore[attr-defined]  # missing in the stubs
    return sheet


def _append_header(sheet: WriteOnlyWorksheet, names: Iterable[str]) -> None:
    cells = []
    for name in names:
        cell = _text(sheet, name)
        cell.font = Font(bold=True)
        cell.fill = _HEADER_FILL
        cell.alignment = Alignment(wrap_text=True, vertical="center")
        cells.append(cell)
    sheet.append(cells)


def _text(sheet: WriteOnlyWorksheet, value: str) -> Cell:
    """Return a cell that is text whatever it begins with: a name like ``=1+1`` must not run."""
    cell: Cell = WriteOnlyCell(sheet, value=value)
    cell.data_type = "s"
    return cell


def _number(sheet: WriteOnlyWorksheet, figure: Figure, value: float | None) -> Cell:
    cell: Cell = WriteOnlyCell(sheet, value=value)
    cell.number_format = FORMATS[figure.kind]
    return cell
