"""The triage quality tables as an Excel workbook."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import IO

from django.utils.translation import gettext as _
from openpyxl import Workbook

from dispatch.summary.quality_tables import Cell, Column, QualityTable
from dispatch.summary.ratios import Kind
from dispatch.summary.sheets import (
    FIGURE_WIDTH,
    NAME_WIDTH,
    append_header,
    new_sheet,
    number_cell,
    text_cell,
)

Pair = tuple[Kind, float | None]


def write_quality_workbook(
    tables: Sequence[QualityTable], target: IO[bytes], *, scope_lines: Sequence[tuple[str, str]]
) -> None:
    """Write the tables to ``target``; ``scope_lines`` (name, value) say what they cover."""
    book = Workbook(write_only=True)
    sheet = new_sheet(book, _("说明"), [NAME_WIDTH, 100])
    for name, value in scope_lines:
        sheet.append([text_cell(sheet, name), text_cell(sheet, value)])
    sheet.append([])
    append_header(sheet, [_("指标"), _("说明")])
    seen: dict[str, str] = {
        str(column.name): str(column.why) for table in tables for column in table.columns
    }
    for name, why in seen.items():
        sheet.append([text_cell(sheet, name), text_cell(sheet, why)])
    for table in tables:
        _write_table(book, table)
    book.save(target)


def _write_table(book: Workbook, table: QualityTable) -> None:
    names = [name for column in table.columns for name in _headers(column)]
    sheet = new_sheet(book, table.title, [NAME_WIDTH, *[FIGURE_WIDTH] * len(names)])
    sheet.freeze_panes = "B2"
    append_header(sheet, [table.row_title, *names])
    for name, cells in table.rows:
        pairs = [
            pair
            for column, cell in zip(table.columns, cells, strict=True)
            for pair in _values(column, cell)
        ]
        figures = (number_cell(sheet, kind, value) for kind, value in pairs)
        sheet.append([text_cell(sheet, name), *figures])
    if table.note:
        sheet.append([text_cell(sheet, table.note)])


def _headers(column: Column) -> list[str]:
    bounds = [_("区间下限"), _("区间上限")] if column.interval else []
    return [str(column.name), *bounds]


def _values(column: Column, cell: Cell) -> Iterator[Pair]:
    yield cell.kind, cell.value
    if column.interval:
        low, high = cell.interval or (None, None)
        yield cell.kind, low
        yield cell.kind, high
