"""Tickets as xlsx or csv, written row by row: memory does not grow with the rows.

Every text goes through ``mask_contacts``; a cell that a spreadsheet might take for a formula starts
with an apostrophe, as the spreadsheet itself would write it. csv is RFC 4180 in UTF-8 with a mark
at its beginning, without which Excel takes it for GBK.
"""

from __future__ import annotations

import contextlib
import csv
import io
import tempfile
from collections.abc import Callable, Iterator
from typing import IO, Any, Protocol

from django.db.models import QuerySet
from openpyxl import Workbook
from openpyxl.utils import get_column_letter

from dispatch.domain.export_columns import Cell, Table
from dispatch.enums import ExportFormat
from dispatch.models import Ticket

CHUNK = 1000
BOM = "\ufeff"
Progress = Callable[[int], bool]


class ExportStoppedError(Exception):
    """Somebody cancelled the export, or another worker has taken it over."""


class Writer(Protocol):
    """Takes lines and becomes a file."""

    def append(self, cells: list[Cell]) -> None:
        """Write one line."""

    def finish(self) -> IO[bytes]:
        """Return the file, rewound; the caller closes it."""

    def drop(self) -> None:
        """Throw away what was written."""


class XlsxWriter:
    """A workbook with the tickets and a second sheet that explains the columns."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._book = Workbook(write_only=True)
        self._sheet = self._book.create_sheet("工单")
        for index, column in enumerate(table.columns, 1):
            self._sheet.column_dimensions[get_column_letter(index)].width = column.width
        self._sheet.freeze_panes = "B2"
        self._sheet.append(table.header)

    def append(self, cells: list[Cell]) -> None:
        """Write one line."""
        self._sheet.append(cells)

    def finish(self) -> IO[bytes]:
        """Return the file."""
        about = self._book.create_sheet("列说明")
        for letter, width in (("A", 18), ("B", 16), ("C", 70)):
            about.column_dimensions[letter].width = width
        about.append(["英文列名", "表头", "说明"])
        for column in self._table.columns:
            about.append([column.key, column.title, column.meaning])
        file = tempfile.TemporaryFile()  # noqa: SIM115 - handed to the caller, who closes it
        self._book.save(file)
        file.seek(0)
        return file

    def drop(self) -> None:
        """Throw away what was written."""
        self._sheet.close()


class CsvWriter:
    """Lines of csv in a temporary file; ``header`` is left out of all parts but the first."""

    def __init__(self, table: Table, *, header: bool = True) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed by whom it is handed to
        self._text = io.TextIOWrapper(self._file, encoding="utf-8", newline="", write_through=False)
        self._lines = csv.writer(self._text, lineterminator="\r\n")
        if header:
            self._text.write(BOM)
            self._lines.writerow(table.header)

    def append(self, cells: list[Cell]) -> None:
        """Write one line."""
        self._lines.writerow(cells)

    def finish(self) -> IO[bytes]:
        """Return the file."""
        self._text.detach()  # flushes, and leaves the file open
        self._file.seek(0)
        return self._file

    def drop(self) -> None:
        """Close the file, whether or not it was finished."""
        self._file.close()


def writer_for(form: str, table: Table) -> Writer:
    """Return an empty file of that format, with its header."""
    return CsvWriter(table) if form == ExportFormat.CSV else XlsxWriter(table)


def write_sheet(
    tickets: QuerySet[Ticket],
    *,
    table: Table,
    form: str = ExportFormat.XLSX,
    limit: int,
    progress: Progress,
) -> tuple[IO[bytes], int]:
    """Write up to ``limit`` tickets, latest first; return the file (rewound) and the rows.

    ``progress`` is told the rows after every ``CHUNK`` and stops the export by returning false
    (``ExportStoppedError``).
    """
    writer, written = writer_for(form, table), 0
    with contextlib.ExitStack() as failing:
        failing.callback(writer.drop)
        for rows in chunks(tickets, table, limit=limit):
            for row in rows:
                writer.append(table.cells(row))
            written += len(rows)
            if not progress(written):
                raise ExportStoppedError
        file = writer.finish()
        failing.pop_all()
    return file, written


def chunks(
    tickets: QuerySet[Ticket], table: Table, *, limit: int, after: int | None = None
) -> Iterator[list[tuple[Any, ...]]]:
    """Yield rows by falling id, those below ``after``: no cursor stays open between chunks, no row comes twice."""
    last, left = after, limit
    while left > 0:
        page = tickets if last is None else tickets.filter(pk__lt=last)
        rows = list(page.order_by("-pk").values_list(*table.fields)[: min(CHUNK, left)])
        if not rows:
            return
        last, left = rows[-1][0], left - len(rows)
        yield rows
