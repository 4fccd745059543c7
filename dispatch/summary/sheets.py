"""Cells and sheets of the workbooks: written row by row, and no text is ever run as a formula."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill

from dispatch.summary.ratios import Kind

if TYPE_CHECKING:
    from openpyxl.worksheet._write_only import WriteOnlyWorksheet

FORMATS = {Kind.COUNT: "#,##0", Kind.PERCENT: "0.0%", Kind.HOURS: "#,##0.0", Kind.SCORE: "0.0"}
HEADER_FILL = PatternFill("solid", fgColor="DDE7F0")
NAME_WIDTH, FIGURE_WIDTH = 26, 15


def new_sheet(book: Workbook, title: str, widths: Iterable[float]) -> WriteOnlyWorksheet:
    """Add a sheet with columns of these widths (characters)."""
    sheet: WriteOnlyWorksheet = book.create_sheet(title)
    for index, width in enumerate(widths):
        sheet.column_dimensions[chr(ord("A") + index)].width = width  # type: ignore[attr-defined]  # missing in the stubs
    return sheet


def append_header(sheet: WriteOnlyWorksheet, names: Iterable[str]) -> None:
    """Append a row of bold column names."""
    cells = []
    for name in names:
        cell = text_cell(sheet, name)
        cell.font = Font(bold=True)
        cell.fill = HEADER_FILL
        cell.alignment = Alignment(wrap_text=True, vertical="center")
        cells.append(cell)
    sheet.append(cells)


def text_cell(sheet: WriteOnlyWorksheet, value: str) -> Cell:
    """Return a cell that is text whatever it begins with: a name like ``=1+1`` must not run."""
    cell: Cell = WriteOnlyCell(sheet, value=value)
    cell.data_type = "s"
    return cell


def number_cell(sheet: WriteOnlyWorksheet, kind: Kind, value: float | None) -> Cell:
    """Return a cell with the number format of its kind; empty for an unknown value."""
    cell: Cell = WriteOnlyCell(sheet, value=value)
    cell.number_format = FORMATS[kind]
    return cell
