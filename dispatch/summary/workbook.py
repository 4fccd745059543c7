"""The summary as an Excel workbook, written row by row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import IO

from django.utils.translation import gettext as _
from openpyxl import Workbook

from dispatch.summary.figures import Summary, Table
from dispatch.summary.ratios import FIGURES
from dispatch.summary.sheets import (
    FIGURE_WIDTH,
    NAME_WIDTH,
    append_header,
    new_sheet,
    number_cell,
    text_cell,
)

Value = str | float | int | None


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
    sheet = new_sheet(book, _("汇总"), [NAME_WIDTH, 24, 80])
    for name, value in scope_lines:
        sheet.append([text_cell(sheet, name), text_cell(sheet, value)])
    sheet.append([])
    append_header(sheet, [_("指标"), _("数值"), _("说明")])
    for figure in FIGURES.values():
        figure_cell = number_cell(sheet, figure.kind, summary.total.value(figure))
        name_cell, why_cell = (
            text_cell(sheet, str(figure.name)),
            text_cell(sheet, str(figure.explanation)),
        )
        sheet.append([name_cell, figure_cell, why_cell])
    sheet.append([])
    append_header(sheet, [_("状态"), _("截至结束日期的工单数")])
    for status, count in summary.statuses:
        sheet.append([text_cell(sheet, str(status.label)), count])


def _write_table(book: Workbook, table: Table) -> None:
    sheet = new_sheet(book, table.title, [NAME_WIDTH, *[FIGURE_WIDTH] * len(table.columns)])
    sheet.freeze_panes = "B2"
    append_header(sheet, [table.row_title, *(str(figure.name) for figure in table.columns)])
    for row in table.rows:
        values = (
            number_cell(sheet, figure.kind, row.sums.value(figure)) for figure in table.columns
        )
        sheet.append([text_cell(sheet, row.name), *values])
    if table.note:
        sheet.append([text_cell(sheet, table.note)])


def _write_dictionary(book: Workbook) -> None:
    sheet = new_sheet(book, _("指标说明"), [NAME_WIDTH, 100])
    append_header(sheet, [_("指标"), _("说明")])
    for figure in FIGURES.values():
        sheet.append(
            [text_cell(sheet, str(figure.name)), text_cell(sheet, str(figure.explanation))]
        )
