"""Tickets as an xlsx sheet, written row by row: memory does not grow with the rows.

Every text goes through ``mask_contacts``; a cell that a spreadsheet might take for a formula starts
with an apostrophe, as the spreadsheet itself would write it.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import IO, Any

from django.db.models import QuerySet
from django.utils import timezone
from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from dispatch.enums import OPEN_STATUSES, Outcome, TicketStatus
from dispatch.models import Ticket
from reports.enums import Urgency
from xiangcun.lib.text import mask_contacts

CHUNK = 1000
CELL_MAX = 2000
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_OPEN = frozenset(OPEN_STATUSES)

Progress = Callable[[int], bool]
Cell = str | int
Reader = Callable[[Any, datetime], Cell]


class ExportStoppedError(Exception):
    """Somebody cancelled the export, or another worker has taken it over."""


def safe_text(text: str) -> str:
    """Return ``text`` as a cell that is text whatever program opens it."""
    plain = ILLEGAL_CHARACTERS_RE.sub("", text)[:CELL_MAX]
    return f"'{plain}" if plain.lstrip(" ").startswith(_FORMULA) else plain


def _text(value: Any, _now: datetime) -> Cell:
    return safe_text(mask_contacts(value)) if value else ""


def _name(value: Any, _now: datetime) -> Cell:
    return safe_text(value or "")


def _count(value: Any, _now: datetime) -> Cell:
    return int(value or 0)


def _moment(value: Any, _now: datetime) -> Cell:
    return f"{timezone.localtime(value):%Y-%m-%d %H:%M}" if value else ""


def _yes(value: Any, _now: datetime) -> Cell:
    return "是" if value else "否"


def _label(names: dict[str, str]) -> Reader:
    return lambda value, _now: names.get(value or "", "")


_STATUSES = {row.value: str(row.label) for row in TicketStatus}
_URGENCIES = {row.value: f"{row.value} {row.label}" for row in Urgency}
_OUTCOMES = {row.value: str(row.label) for row in Outcome}

COLUMNS: tuple[tuple[str, str, Reader, int], ...] = (
    ("工单编号", "number", _name, 16),
    ("摘要", "title", _text, 40),
    ("事项大类", "category__parent__name", _name, 12),
    ("事项分类", "category__name", _name, 16),
    ("紧急程度", "urgency", _label(_URGENCIES), 10),
    ("状态", "status", _label(_STATUSES), 10),
    ("网格", "grid__name", _name, 16),
    ("村社", "grid__village_name", _name, 12),
    ("主办单位", "lead_department__name", _name, 18),
    ("上报数", "report_count", _count, 8),
    ("立案时间", "opened_at", _moment, 17),
    ("派单时间", "dispatched_at", _moment, 17),
    ("签收时间", "signed_at", _moment, 17),
    ("办理期限", "due_at", _moment, 17),
    ("办理完成时间", "handled_at", _moment, 17),
    ("办结时间", "closed_at", _moment, 17),
    ("派单次数", "dispatch_count", _count, 8),
    ("退单次数", "return_count", _count, 8),
    ("延期次数", "extension_count", _count, 8),
    ("返工次数", "rework_count", _count, 8),
    ("重开次数", "reopen_count", _count, 8),
    ("催办次数", "urge_count", _count, 8),
    ("督办", "supervised_at", _yes, 6),
    ("办理结果", "outcome", _label(_OUTCOMES), 12),
    ("办理情况", "result_text", _text, 40),
)
_NAMES = tuple(name for _title, name, _read, _width in COLUMNS)
_LATE = "是否超期"


def write_sheet(
    tickets: QuerySet[Ticket], *, now: datetime, limit: int, progress: Progress
) -> tuple[IO[bytes], int]:
    """Write up to ``limit`` tickets, latest first; return the file (rewound) and the rows.

    ``progress`` is told the rows after every ``CHUNK`` and stops the export by returning false
    (``ExportStoppedError``).
    """
    book = Workbook(write_only=True)
    sheet = book.create_sheet("工单")
    for index, (*_rest, width) in enumerate(COLUMNS):
        sheet.column_dimensions[chr(ord("A") + index)].width = width
    sheet.freeze_panes = "B2"
    sheet.append([title for title, *_rest in COLUMNS] + [_LATE])
    written = 0
    for rows in _chunks(tickets, limit):
        for row in rows:
            sheet.append(_cells(row, now))
        written += len(rows)
        if not progress(written):
            sheet.close()
            raise ExportStoppedError
    file = tempfile.TemporaryFile()  # noqa: SIM115 - handed to the caller, who closes it
    book.save(file)
    file.seek(0)
    return file, written


def _chunks(tickets: QuerySet[Ticket], limit: int) -> Iterator[list[tuple[Any, ...]]]:
    """Yield rows by falling id: no cursor stays open between chunks, no row comes twice."""
    last: int | None = None
    left = limit
    while left > 0:
        page = tickets if last is None else tickets.filter(pk__lt=last)
        names = ("pk", "next_due_at", *_NAMES)
        rows = list(page.order_by("-pk").values_list(*names)[: min(CHUNK, left)])
        if not rows:
            return
        last, left = rows[-1][0], left - len(rows)
        yield rows


def _cells(row: tuple[Any, ...], now: datetime) -> list[Cell]:
    _pk, next_due, *values = row
    cells = [read(value, now) for (_t, _n, read, _w), value in zip(COLUMNS, values, strict=True)]
    status = values[_NAMES.index("status")]
    late = next_due is not None and next_due < now and status in _OPEN
    return [*cells, "是" if late else "否"]
