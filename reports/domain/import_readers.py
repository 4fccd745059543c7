"""Reading the files a township has: JSON lines, CSV in whatever encoding, Excel.

Every reader yields rows as mappings from header to value; a line that cannot be read is a row with
a ``fault`` and stops nothing. The header of a table is its first line that looks like one, because
spreadsheets like to begin with a title.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

HEADER_WITHIN = 10
_CSV_FIELD_LIMIT = 1024 * 1024
_CHUNK = 1024 * 1024
_ENCODINGS = ("utf-8-sig", "gb18030")
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")

Values = Mapping[str, Any]
IsHeader = Callable[[Sequence[str]], bool]


class UnreadableFileError(Exception):
    """The file as a whole cannot be read; the message is Chinese and says what to do."""


@dataclass(frozen=True, slots=True)
class RawRow:
    """A row as it stands in the file; ``line`` is what a person counts, from 1."""

    line: int
    values: Values = field(default_factory=dict)
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """A readable file: its headers, the number of rows (for a progress bar), the rows once."""

    headers: tuple[str, ...]
    total: int
    rows: Iterator[RawRow]


def open_source(path: Path, *, is_header: IsHeader, sheet: str = "") -> Source:
    """Open ``path`` by its suffix. Raises ``UnreadableFileError``.

    ``is_header`` tells whether a line of cells is the header; ``sheet`` names one of a workbook.
    """
    readers = {".jsonl": _open_jsonl, ".ndjson": _open_jsonl, ".csv": _open_csv, ".txt": _open_csv}
    suffix = path.suffix.lower()
    try:
        if suffix == ".xlsx":
            return _open_xlsx(path, is_header, sheet)
        if suffix in readers:
            return readers[suffix](path, is_header)
    except (OSError, csv.Error) as error:
        raise UnreadableFileError(f"无法读取文件 {path.name}：{error}") from error
    advice = "旧版 .xls 请在 Excel 中另存为 .xlsx。" if suffix == ".xls" else ""
    raise UnreadableFileError(f"只能导入 .jsonl、.csv 和 .xlsx 文件。{advice}")


def detect_encoding(path: Path) -> str:
    """Return the encoding of a text file; Excel on a Chinese Windows saves CSV as GB18030."""
    with path.open("rb") as file:
        if file.read(2) in _UTF16_MARKS:
            return "utf-16"
    for encoding in _ENCODINGS:
        try:
            with path.open(encoding=encoding) as text:
                while text.read(_CHUNK):
                    pass
        except UnicodeDecodeError:
            continue
        return encoding
    raise UnreadableFileError(f"文件 {path.name} 的编码无法识别，请另存为 UTF-8 编码")


def _open_jsonl(path: Path, _is_header: IsHeader) -> Source:
    encoding = detect_encoding(path)
    headers: dict[str, None] = {}
    total = 0
    for row in _jsonl_rows(path, encoding):
        headers.update(dict.fromkeys(row.values))
        total += 1
    return Source(tuple(headers), total, _jsonl_rows(path, encoding))


def _jsonl_rows(path: Path, encoding: str) -> Iterator[RawRow]:
    with path.open(encoding=encoding) as file:
        for number, line in enumerate(file, start=1):
            if line.strip():
                yield _jsonl_row(number, line)


def _jsonl_row(number: int, line: str) -> RawRow:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return RawRow(number, {}, "这一行不是有效的 JSON")
    if not isinstance(value, dict):
        return RawRow(number, {}, "这一行不是一个 JSON 对象")
    return RawRow(number, value)


def _open_csv(path: Path, is_header: IsHeader) -> Source:
    encoding = detect_encoding(path)
    delimiter = _delimiter(path, encoding)
    start, headers = _find_header(_csv_lines(path, encoding, delimiter), is_header)
    total = sum(1 for _ in _csv_lines(path, encoding, delimiter)) - start - 1
    return Source(
        headers, total, _table_rows(_csv_lines(path, encoding, delimiter), start, headers)
    )


def _delimiter(path: Path, encoding: str) -> str:
    with path.open(encoding=encoding, newline="") as file:
        head = "".join(islice(file, HEADER_WITHIN))
    return max(",\t;", key=head.count)


def _csv_lines(path: Path, encoding: str, delimiter: str) -> Iterator[list[Any]]:
    csv.field_size_limit(_CSV_FIELD_LIMIT)
    with path.open(encoding=encoding, newline="") as file:
        yield from csv.reader((line.replace("\0", "") for line in file), delimiter=delimiter)


def _open_xlsx(path: Path, is_header: IsHeader, sheet: str) -> Source:
    try:
        book = load_workbook(path, read_only=True, data_only=True)
    except (InvalidFileException, BadZipFile, KeyError, ValueError) as error:
        raise UnreadableFileError(
            f"文件 {path.name} 不是有效的 Excel 工作簿，或者有密码"
        ) from error
    if sheet and sheet not in book.sheetnames:
        raise UnreadableFileError(f"没有名为“{sheet}”的工作表，只有：{'、'.join(book.sheetnames)}")
    page: Any = book[sheet] if sheet else book.worksheets[0]
    # Some programs write a wrong dimension, which a read-only sheet would believe.
    page.reset_dimensions()
    start, headers = _find_header(page.iter_rows(values_only=True), is_header)
    total = sum(1 for _ in page.iter_rows(values_only=True)) - start - 1

    def rows() -> Iterator[RawRow]:
        try:
            yield from _table_rows(page.iter_rows(values_only=True), start, headers)
        finally:
            book.close()

    return Source(headers, total, rows())


def _find_header(
    lines: Iterable[Sequence[Any]], is_header: IsHeader
) -> tuple[int, tuple[str, ...]]:
    """Return the index of the header line and its names."""
    seen: list[str] = []
    for index, cells in enumerate(islice(lines, HEADER_WITHIN)):
        names = tuple("" if cell is None else str(cell).strip() for cell in cells)
        if is_header(names):
            return index, names
        seen.extend(name for name in names if name)
    found = "、".join(seen[:12]) or "空"
    raise UnreadableFileError(
        f"前 {HEADER_WITHIN} 行里没有找到表头（看到的是：{found}）。请用 --map text=列名 指明诉求内容在哪一列"
    )


def _table_rows(
    lines: Iterable[Sequence[Any]], start: int, headers: tuple[str, ...]
) -> Iterator[RawRow]:
    for number, cells in enumerate(lines, start=1):
        if number <= start + 1 or all(cell is None or str(cell).strip() == "" for cell in cells):
            continue
        values = {name: cell for name, cell in zip(headers, cells, strict=False) if name}
        yield RawRow(number, values)
