"""Importing guides from a sheet: every fault by line and column, then all of it or nothing.

A file is read into plain cells; what is confirmed is checked again from the same cells, against the
directory as it is then (``mark``), so that nobody confirms what they have not seen.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zipfile import BadZipFile, ZipFile

from django.db import transaction
from django.utils.translation import gettext as _
from openpyxl import load_workbook

from dispatch.domain.actors import Actor
from dispatch.domain.audit import record_audit
from dispatch.domain.guide_sheet import BY_FIELD, COLUMNS
from dispatch.domain.guides import keeps_all
from dispatch.enums import AuditAction
from dispatch.queries.offices import offices
from reports.domain.guide_fields import GuideWords, Township, read_guide
from reports.domain.guides import change_guide, create_guide, publish_guide
from reports.models import Guide
from reports.queries.township import township_circle
from xiangcun.lib.errors import ConflictError, InvalidInputError, NotAllowedError

MAX_BYTES = 1024 * 1024
MAX_UNPACKED = 20 * 1024 * 1024
MOST_ROWS = 500
MOST_CHARACTERS = 600_000
_FIELDS = {column.heading: column.field for column in COLUMNS}
_HEADING_WITHIN = 5
_RUNS = ("=", "+", "-", "@")

Cells = list[list[str]]


@dataclass(frozen=True, slots=True)
class LineFault:
    """What is wrong in a cell; line 0 speaks of the whole file, ``column`` may be empty."""

    line: int
    column: str
    message: str


@dataclass(slots=True)
class ImportPlan:
    """What an import would do; with a fault it does nothing. ``mark`` is the directory's state."""

    cells: Cells
    faults: list[LineFault] = field(default_factory=list)
    new: list[GuideWords] = field(default_factory=list)
    changed: list[tuple[int, int, GuideWords]] = field(default_factory=list)
    same: int = 0
    mark: str = ""

    def as_json(self) -> str:
        """Return the cells, to be sent back with the confirmation."""
        return json.dumps(self.cells, ensure_ascii=False)


def read_file(data: bytes, file_name: str) -> Cells:
    """Return the cells of an xlsx or csv file; ``InvalidInputError`` for anything else."""
    if len(data) > MAX_BYTES:
        raise _refuse("file_too_large", _("文件超过 1 MB，请分几次导入"))
    name = file_name.lower()
    if name.endswith(".xls"):
        raise _refuse("unreadable", _("旧版 .xls 请在 Excel 或 WPS 中另存为 .xlsx"))
    if data[:2] == b"PK":
        return _sheet(data)
    if name.endswith((".csv", ".txt")):
        return _csv(data)
    raise _refuse("unreadable", _("只能导入 .xlsx 或 .csv 文件，请使用模板"))


def cells_of(text: str) -> Cells:
    """Read what :meth:`ImportPlan.as_json` wrote."""
    try:
        cells = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _refuse("unreadable", _("内容不完整，请重新上传")) from error
    if not isinstance(cells, list) or not all(_is_row(row) for row in cells):
        raise _refuse("unreadable", _("内容不完整，请重新上传"))
    return cells


def plan_import(cells: Cells, *, actor: Actor) -> ImportPlan:
    """Check every line; three queries."""
    _check_actor(actor)
    plan = ImportPlan(cells)
    if sum(len(cell) for row in cells for cell in row) > MOST_CHARACTERS:
        plan.faults.append(LineFault(0, "", _("内容太多，请分几次导入")))
        return plan
    heading, names = _headings(cells, plan)
    if plan.faults:
        return plan
    lines = [(at, row) for at, row in enumerate(cells, 1) if at > heading and any(row)]
    if not lines or len(lines) > MOST_ROWS:
        text = _("表里没有内容") if not lines else _("超过 %s 行，请分几次导入") % MOST_ROWS
        plan.faults.append(LineFault(0, "", text))
        return plan
    _read_lines(plan, lines, names)
    return plan


def apply_import(
    cells: Cells, *, mark: str, publish: bool, actor: Actor, now: datetime
) -> ImportPlan:
    """Write all of it in one transaction; 409 when the directory is not as it was looked at.

    ``publish`` shows new guides at once; those that are there keep their state.
    """
    with transaction.atomic():
        # Who imports at the same time waits here, and then sees another mark.
        list(Guide.objects.select_for_update().order_by("pk").values_list("pk"))
        plan = plan_import(cells, actor=actor)
        if plan.faults:
            raise InvalidInputError("guide_import_faulty", _("还有错误，没有导入"))
        if plan.mark != mark:
            raise ConflictError("guides_changed", _("预览之后便民服务有改动，请核对新的预览"))
        for words in plan.new:
            guide = create_guide(words, now=now)
            if publish:
                publish_guide(guide.pk, now=now)
        for guide_id, version, words in plan.changed:
            change_guide(guide_id, words, version=version, now=now)
        data = {"step": "import", "new": len(plan.new), "changed": len(plan.changed)}
        record_audit(AuditAction.GUIDE, actor=actor.user, now=now, data=data)
    return plan


def _check_actor(actor: Actor) -> None:
    if not keeps_all(actor):
        raise NotAllowedError("not_allowed", _("导入由指挥室坐席或值班领导办理"))


def _headings(cells: Cells, plan: ImportPlan) -> tuple[int, list[str]]:
    """Return the line of the headings and the field of each column ("" for one that is empty)."""
    for at, row in enumerate(cells[:_HEADING_WITHIN], 1):
        if "名称" in row and "编号" in row:
            unknown = [cell for cell in row if cell and cell not in _FIELDS]
            plan.faults.extend(LineFault(at, cell, _("没有这一列，请使用模板")) for cell in unknown)
            twice = {cell for cell in row if cell and row.count(cell) > 1}
            plan.faults.extend(LineFault(at, cell, _("这一列有两个")) for cell in sorted(twice))
            missing = [one.heading for one in COLUMNS if one.required and one.heading not in row]
            plan.faults.extend(LineFault(at, name, _("缺少这一列")) for name in missing)
            return at, [_FIELDS.get(cell, "") for cell in row]
    plan.faults.append(LineFault(0, "", _("没有找到表头（编号、名称、类别……），请使用模板")))
    return 0, []


def _read_lines(plan: ImportPlan, lines: Sequence[tuple[int, list[str]]], names: list[str]) -> None:
    township = Township(offices(), township_circle())
    known = {row.code: row for row in Guide.objects.prefetch_related("dimensions")}
    seen: dict[str, int] = {}
    for line, row in lines:
        typed = {name: cell for name, cell in zip(names, row, strict=False) if name}
        words = read_guide(typed, township)
        if not words.code:
            words.faults.setdefault("code", _("缺少编号"))
        elif words.code in seen:
            words.faults["code"] = _("编号与第 %s 行重复") % seen[words.code]
        seen.setdefault(words.code, line)
        if words.faults:
            plan.faults.extend(
                LineFault(line, BY_FIELD[name].heading, text) for name, text in words.faults.items()
            )
            continue
        _sort_in(plan, words, known.get(words.code))
    plan.mark = _mark(known)


def _sort_in(plan: ImportPlan, words: GuideWords, row: Guide | None) -> None:
    if row is None:
        plan.new.append(words)
        return
    there = {tag.code for tag in row.dimensions.all()}
    alike = all(getattr(row, name) == value for name, value in words.columns.items())
    if alike and there == set(words.dimensions):
        plan.same += 1
    else:
        plan.changed.append((row.pk, row.version, words))


def _mark(known: dict[str, Guide]) -> str:
    state = "|".join(f"{row.pk}:{row.version}" for row in known.values())
    return hashlib.sha256(state.encode()).hexdigest()[:16]


def _sheet(data: bytes) -> Cells:
    try:
        _check_unpacked(data)
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        most = MOST_ROWS + _HEADING_WITHIN + 2
        rows = book.worksheets[0].iter_rows(max_row=most, max_col=40, values_only=True)
        return _trimmed([[_cell(value) for value in row] for row in rows])
    except InvalidInputError:
        raise
    except BadZipFile as error:
        raise _refuse("unreadable", _("表格损坏，无法读取，请重新另存为 .xlsx")) from error
    except Exception as error:  # a broken book fails in the reader wherever it breaks
        raise _refuse("unreadable", _("表格无法读取，请使用模板")) from error


def _check_unpacked(data: bytes) -> None:
    """Refuse a book that is small only while it is packed, before anything of it is read."""
    with ZipFile(io.BytesIO(data)) as packed:
        size = sum(part.file_size for part in packed.infolist())
    if size > MAX_UNPACKED:
        raise _refuse("file_too_large", _("表格展开后过大，请分几次导入"))


def _csv(data: bytes) -> Cells:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = data.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise _refuse("encoding", _("文件编码无法识别，请另存为 .xlsx"))
    try:
        rows = [[_cell(value) for value in row] for row in csv.reader(io.StringIO(text))]
    except csv.Error as error:
        raise _refuse("unreadable", _("文件无法读取，请使用模板")) from error
    return _trimmed(rows[: MOST_ROWS + _HEADING_WITHIN + 2])


def _trimmed(rows: Cells) -> Cells:
    """Drop the empty end of a sheet that somebody once scrolled far down in."""
    while rows and not any(rows[-1]):
        rows.pop()
    return rows


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime | date):
        return value.isoformat()[:10]
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    text = str(value).strip()
    # Our own export puts an apostrophe before what a spreadsheet would run.
    return text[1:] if text[:1] == "'" and text[1:].lstrip().startswith(_RUNS) else text


def _is_row(row: object) -> bool:
    return isinstance(row, list) and all(isinstance(cell, str) for cell in row)


def _refuse(code: str, message: str) -> InvalidInputError:
    return InvalidInputError.of_field("file", code, message)
