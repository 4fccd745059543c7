"""Reading a year's announced arrangement from a small file: faults by line, nothing written.

Three columns, whatever the format: ``date`` (2027-01-01), ``type`` (holiday/放假 or makeup/上班, also
workday and closure) and ``name``. CSV (UTF-8 or GBK, comma or tab), XLSX (first sheet) or JSON (a list
of objects, or one under ``days``, as in ``dispatch/data/calendar_days.json``).
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from zipfile import ZipFile

from openpyxl import load_workbook

from dispatch.domain.calendar import NAME_MAX, NoticeDay
from dispatch.enums import CalendarDayType
from xiangcun.lib.errors import InvalidInputError

MAX_BYTES = 256 * 1024
MAX_UNPACKED = 8 * 1024 * 1024
MOST_LINES = 400
_WEEKEND = 5
_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?$")
_HEADS = frozenset({"date", "日期"})
_TYPES = {
    "holiday": CalendarDayType.HOLIDAY,
    "放假": CalendarDayType.HOLIDAY,
    "节假日": CalendarDayType.HOLIDAY,
    "休": CalendarDayType.HOLIDAY,
    "makeup": CalendarDayType.MAKEUP,
    "上班": CalendarDayType.MAKEUP,
    "调休上班": CalendarDayType.MAKEUP,
    "班": CalendarDayType.MAKEUP,
    "workday": CalendarDayType.WORKDAY,
    "工作日": CalendarDayType.WORKDAY,
    "closure": CalendarDayType.CLOSURE,
    "停工": CalendarDayType.CLOSURE,
}
TEMPLATE = """日期,类型,名称
2027-01-01,放假,元旦
2027-01-02,放假,元旦（示例：请按通知填写）
2027-01-03,上班,元旦调休上班（示例）
"""
"""What can be downloaded: the shape, with days of which only 1 January is certain."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in a line; line 0 speaks of the whole file."""

    line: int
    message: str


@dataclass(slots=True)
class Reading:
    """What a file says. ``days`` are in order; with a fault nothing may be imported."""

    days: list[NoticeDay] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    @property
    def year(self) -> int:
        """The year of the file, 0 while there is none."""
        return self.days[0].date.year if self.days else 0

    def as_csv(self) -> str:
        """Return the days as the CSV that reads the same again."""
        return "\n".join(
            f"{day.date},{day.type},{day.name.replace(',', '，')}" for day in self.days
        )


def read_notice(data: bytes, file_name: str = "") -> Reading:
    """Read a file of any of the three formats; raises ``InvalidInputError`` for what is none."""
    if len(data) > MAX_BYTES:
        raise _refuse("file_too_large", "文件超过 256 KB，不像一年的放假安排")
    lines = _lines_of(data, file_name.lower())
    if len(lines) > MOST_LINES:
        raise _refuse("too_many_lines", f"超过 {MOST_LINES} 行，不像一年的放假安排")
    return _check(lines)


def _refuse(code: str, message: str) -> InvalidInputError:
    return InvalidInputError.of_field("file", code, message)


def _lines_of(data: bytes, name: str) -> list[tuple[int, list[str]]]:
    if name.endswith((".xlsx", ".xlsm")) or data[:2] == b"PK":
        return _sheet_lines(data)
    text = _decoded(data)
    if name.endswith(".json") or text.lstrip()[:1] in {"{", "["}:
        return _json_lines(text)
    delimiter = "\t" if "\t" in text.partition("\n")[0] else ","
    try:
        rows = list(csv.reader(io.StringIO(text.replace("，", ",")), delimiter=delimiter))
    except csv.Error as error:
        raise _refuse("unreadable", "文件无法读取，请使用模板") from error
    return list(enumerate(rows, start=1))


def _decoded(data: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise _refuse("encoding", "文件编码无法识别，请另存为 UTF-8 的 CSV")


def _sheet_lines(data: bytes) -> list[tuple[int, list[str]]]:
    try:
        _check_unpacked(data)
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        rows = sheet.iter_rows(max_row=MOST_LINES + 2, max_col=3, values_only=True)
        return [(at, [_cell(value) for value in row]) for at, row in enumerate(rows, start=1)]
    except InvalidInputError:
        raise
    except Exception as error:  # a broken book fails in the reader wherever it breaks
        raise _refuse("unreadable", "表格无法读取，请使用模板或另存为 CSV") from error


def _check_unpacked(data: bytes) -> None:
    """Refuse a book that is small only while it is packed, before anything of it is read."""
    with ZipFile(io.BytesIO(data)) as packed:
        size = sum(part.file_size for part in packed.infolist())
    if size > MAX_UNPACKED:
        raise _refuse("file_too_large", "表格展开后过大，不像一年的放假安排")


def _cell(value: object) -> str:
    if isinstance(value, datetime):
        return value.date().isoformat()
    return "" if value is None else str(value)


def _json_lines(text: str) -> list[tuple[int, list[str]]]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _refuse("unreadable", "JSON 无法读取") from error
    rows = found.get("days") if isinstance(found, dict) else found
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise _refuse("unreadable", "JSON 应是对象的列表，每个对象有 date、type、name")
    keys = ("date", "type", "name")
    return [(at, [str(row.get(key) or "") for key in keys]) for at, row in enumerate(rows, start=1)]


def _check(lines: Iterable[tuple[int, Sequence[str]]]) -> Reading:
    reading, seen = Reading(), dict[date, int]()
    for number, cells in lines:
        row = [*(cell.strip() for cell in cells), "", "", ""][:3]
        if not any(row) or row[0].lower() in _HEADS or row[0].startswith("#"):
            continue
        day = _day_of(row, number, reading)
        if day is None:
            continue
        if day.date in seen:
            text = f"{day.date} 与第 {seen[day.date]} 行重复"
            reading.faults.append(Fault(number, text))
            continue
        seen[day.date] = number
        reading.days.append(day)
    reading.days.sort(key=lambda day: day.date)
    _check_whole(reading, seen)
    return reading


def _day_of(row: Sequence[str], number: int, reading: Reading) -> NoticeDay | None:
    """Return the day of a line, or note what is wrong with it."""
    day, kind = _date_of(row[0]), _TYPES.get(row[1].lower())
    problem = ""
    if day is None:
        problem = f"日期“{row[0][:20]}”无法识别，应如 2027-01-01"
    elif kind is None:
        problem = f"类型“{row[1][:20]}”无法识别，应为“放假”或“上班”"
    elif not row[2]:
        problem = "缺少名称"
    elif len(row[2]) > NAME_MAX:
        problem = f"名称超过 {NAME_MAX} 字"
    elif kind == CalendarDayType.MAKEUP and day.weekday() < _WEEKEND:
        problem = f"{day} 不是周末，不能是调休上班日"
    if problem or day is None or kind is None:
        reading.faults.append(Fault(number, problem))
        return None
    return NoticeDay(day, kind, row[2])


def _date_of(text: str) -> date | None:
    found = _DATE.match(text)
    if found is None:
        return None
    try:
        return date(*(int(part) for part in found.groups()))
    except ValueError:
        return None


def _check_whole(reading: Reading, seen: dict[date, int]) -> None:
    """Look at the file as a whole: one year, some holidays, the days the law fixes."""
    if not reading.days:
        if not reading.faults:
            reading.faults.append(Fault(0, "文件里没有任何日期"))
        return
    year = reading.year
    for day in reading.days:
        if day.date.year != year:
            text = f"{day.date} 不在 {year} 年；一个文件只能是一年"
            reading.faults.append(Fault(seen[day.date], text))
    holidays = {day.date for day in reading.days if day.type == CalendarDayType.HOLIDAY}
    for month, name in ((1, "元旦"), (5, "劳动节"), (10, "国庆节")):
        if date(year, month, 1) not in holidays:
            reading.warnings.append(f"没有 {month} 月 1 日（{name}）放假，请确认文件是否完整")
    if not any(day.type == CalendarDayType.MAKEUP for day in reading.days):
        reading.warnings.append("没有调休上班日，请对照通知确认")
