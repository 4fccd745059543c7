"""The summary as an Excel workbook, written row by row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import IO, TYPE_CHECKING

from django.utils.translation import gettext as _
from openpyxl import Workbook

from dispatch.summary.comparing import compare
from dispatch.summary.dictionary import entries
from dispatch.summary.figures import Summary, Table
from dispatch.summary.metrics import STOCK_PREFIX
from dispatch.summary.ratios import FIGURES, shown
from dispatch.summary.sheets import (
    FIGURE_WIDTH,
    NAME_WIDTH,
    append_header,
    new_sheet,
    number_cell,
    text_cell,
)

if TYPE_CHECKING:
    from openpyxl.cell import Cell
    from openpyxl.worksheet._write_only import WriteOnlyWorksheet

    from dispatch.summary.kinds import Figure


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
    sheet = new_sheet(book, _("汇总"), [NAME_WIDTH, 24, 8, 14, 44, 44, 80])
    for name, value in scope_lines:
        sheet.append([text_cell(sheet, name), text_cell(sheet, value)])
    sheet.append([])
    append_header(
        sheet, [_("指标"), _("数值"), _("单位"), _("基数"), _("环比"), _("同比"), _("说明")]
    )
    for figure in FIGURES.values():
        if not figure.code.startswith(STOCK_PREFIX):
            sheet.append(_overview_row(sheet, figure, summary))
    sheet.append([])
    append_header(sheet, [_("状态"), _("截至结束日期的工单数")])
    for status, count in summary.statuses:
        sheet.append([text_cell(sheet, str(status.label)), count])


def _overview_row(sheet: WriteOnlyWorksheet, figure: Figure, summary: Summary) -> list[Cell]:
    value, change = shown(figure, summary.total), compare(figure, summary.compared)
    base = "" if value.base is None else value.mark or str(value.base)
    texts = (
        str(figure.unit),
        base,
        change.before.text,
        change.year.text,
        figure.explanation,
    )
    return [
        text_cell(sheet, str(figure.name)),
        number_cell(sheet, figure.kind, value.value),
        *(text_cell(sheet, text) for text in texts),
    ]


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
    sheet = new_sheet(book, _("指标说明"), [NAME_WIDTH, 60, 40, 40, 40, 90, 8, 12])
    append_header(
        sheet,
        [
            _("指标"),
            _("算法"),
            _("分子（或所数）"),
            _("分母"),
            _("记在哪天、哪里"),
            _("说明与不计"),
            _("单位"),
            _("好坏"),
        ],
    )
    for row in entries():
        texts = (row.name, row.formula, row.part, row.over, row.booked, row.note, row.unit, row.direction)  # fmt: skip
        sheet.append([text_cell(sheet, text.replace("`", "")) for text in texts])
