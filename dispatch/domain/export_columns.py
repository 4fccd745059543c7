"""What an export can hold, and who may take which column of it: data, in this one place.

``COLUMNS`` is the order on the sheet; keys are stable names that other programs rely on
(docs/exports.md says the same, a test holds the two together). ``REACH`` names the exceptions to
"whoever reads a ticket may take it along".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import Any

from django.utils import timezone
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from dispatch.domain.actors import Actor
from dispatch.enums import COMMAND_ROLES, DEPARTMENT_ROLES, OPEN_STATUSES, Outcome, Role
from dispatch.enums import TicketStatus as State
from reports.enums import Urgency
from xiangcun.lib.errors import InvalidInputError, NotAllowedError
from xiangcun.lib.text import mask_contacts

CELL_MAX = 2000
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_OPEN = frozenset(OPEN_STATUSES)
Cell = str | int


class Reach(IntEnum):
    """How far somebody may take a column: not at all, of tickets their department leads, of all."""

    NONE = 0
    OWN = 1
    ALL = 2


TAKES = COMMAND_ROLES | DEPARTMENT_ROLES | {Role.GRID, Role.LEADERSHIP}
"""Who may take tickets along at all; which tickets is ``dispatch.queries.access``."""
REACH: Mapping[str, Mapping[Role, Reach]] = {
    "title": {Role.LEADERSHIP: Reach.NONE},
    "result_text": {
        Role.LEADERSHIP: Reach.NONE,
        Role.GRID: Reach.NONE,
        Role.HANDLER: Reach.OWN,
        Role.HEAD: Reach.OWN,
    },
}
"""Column → role → reach, where it is not ``ALL``; of several seats the one that reaches farthest."""
CONFIDENTIAL_WORDS = frozenset({"title", "result_text"})
"""Empty of confidential tickets, whoever exports."""
CONFIDENTIAL_PLACE = frozenset({"grid_name", "grid_code", "village_name"})
"""Empty of confidential tickets but for the command room."""


@dataclass(frozen=True, slots=True)
class Row:
    """What a cell's text depends on beside its own value."""

    now: datetime
    status: str


Reader = Callable[[Any, Row], Cell]


@dataclass(frozen=True, slots=True)
class Column:
    """One column: stable key, Chinese header, what it means, the ticket's field, width in characters."""

    key: str
    title: str
    meaning: str
    field: str
    read: Reader
    width: int = 12


def safe_text(text: str) -> str:
    """Return ``text`` as a cell that is text whatever program opens it."""
    plain = ILLEGAL_CHARACTERS_RE.sub("", text)[:CELL_MAX]
    return f"'{plain}" if plain.lstrip(" ").startswith(_FORMULA) else plain


def _text(value: Any, _row: Row) -> Cell:
    return safe_text(mask_contacts(value)) if value else ""


def _name(value: Any, _row: Row) -> Cell:
    return safe_text(value or "")


def _count(value: Any, _row: Row) -> Cell:
    return int(value or 0)


def _moment(value: Any, _row: Row) -> Cell:
    return f"{timezone.localtime(value):%Y-%m-%d %H:%M}" if value else ""


def _yes(value: Any, _row: Row) -> Cell:
    return "是" if value else "否"


def _late(value: Any, row: Row) -> Cell:
    late = value is not None and value < row.now and row.status in _OPEN
    return "是" if late else "否"


def _label(names: dict[str, str]) -> Reader:
    return lambda value, _row: names.get(value or "", "")


_STATUSES = {row.value: str(row.label) for row in State}
_URGENCIES = {row.value: f"{row.value} {row.label}" for row in Urgency}
_OUTCOMES = {row.value: str(row.label) for row in Outcome}

COLUMNS: tuple[Column, ...] = (
    Column("number", "工单编号", "街道内唯一的编号", "number", _name, 16),
    Column("title", "摘要", "居民上报的摘要，联系方式已遮盖；保密工单为空", "title", _text, 40),
    Column("top_category", "事项大类", "一级分类名称", "category__parent__name", _name, 12),
    Column("category", "事项分类", "二级分类名称", "category__name", _name, 16),
    Column("category_code", "分类编码", "二级分类的四位编码", "category__code", _name, 10),
    Column("urgency", "紧急程度", "P0 特急至 P3 低", "urgency", _label(_URGENCIES), 10),
    Column("status", "状态", "导出时工单所处的状态", "status", _label(_STATUSES), 10),
    Column("grid_name", "网格", "所在网格；保密工单仅指挥室可见", "grid__name", _name, 16),
    Column("grid_code", "网格编码", "15 位网格编码；保密工单同上", "grid__code", _name, 17),
    Column("village_name", "村社", "所在村社；保密工单同上", "grid__village_name", _name, 12),
    Column("department", "主办单位", "现在的主办单位", "lead_department__name", _name, 18),
    Column("report_count", "上报数", "并入这张工单的上报件数", "report_count", _count, 8),
    Column("opened_at", "立案时间", "北京时间", "opened_at", _moment, 17),
    Column("dispatched_at", "派单时间", "最近一次派单，北京时间", "dispatched_at", _moment, 17),
    Column("signed_at", "签收时间", "最近一次签收，北京时间", "signed_at", _moment, 17),
    Column("due_at", "办理期限", "含获准的延期，北京时间", "due_at", _moment, 17),
    Column("handled_at", "办理完成时间", "最近一次提交结果，北京时间", "handled_at", _moment, 17),
    Column("closed_at", "办结时间", "北京时间", "closed_at", _moment, 17),
    Column("dispatch_count", "派单次数", "累计派单次数", "dispatch_count", _count, 8),
    Column("return_count", "退单次数", "累计退单次数", "return_count", _count, 8),
    Column("extension_count", "延期次数", "获准的延期次数", "extension_count", _count, 8),
    Column("rework_count", "返工次数", "累计返工次数", "rework_count", _count, 8),
    Column("reopen_count", "重开次数", "重新打开次数", "reopen_count", _count, 8),
    Column("urge_count", "催办次数", "居民催办次数", "urge_count", _count, 8),
    Column("supervised", "督办", "是否督办过", "supervised_at", _yes, 6),
    Column("outcome", "办理结果", "已解决、部分解决、已解释等", "outcome", _label(_OUTCOMES), 12),
    Column(
        "result_text",
        "办理情况",
        "主办单位写的办理情况，联系方式已遮盖；承办单位只能导出本单位主办的；保密工单为空",
        "result_text",
        _text,
        40,
    ),
    Column("overdue", "是否超期", "在办且已过当前期限", "next_due_at", _late, 8),
)
BY_KEY: Mapping[str, Column] = {column.key: column for column in COLUMNS}


@dataclass(frozen=True, slots=True)
class Table:
    """What is written for whom: ``own_departments`` are those whose ``OWN`` columns are filled."""

    columns: tuple[Column, ...]
    now: datetime
    own_only: frozenset[str] = frozenset()
    own_departments: frozenset[int] = frozenset()
    sees_confidential_places: bool = False
    header_keys: bool = False

    @property
    def header(self) -> list[str]:
        """Return the first line."""
        return [column.key if self.header_keys else column.title for column in self.columns]

    @property
    def fields(self) -> tuple[str, ...]:
        """Return what ``cells`` takes, in its order."""
        own = ("pk", "confidential", "lead_department", "status")
        return (*own, *(column.field for column in self.columns))

    def cells(self, values: tuple[Any, ...]) -> list[Cell]:
        """Return the cells of one ticket, given the values of ``fields``."""
        _pk, confidential, department, status, *rest = values
        row = Row(self.now, status)
        hidden = self._hidden(department, confidential=confidential)
        return [
            "" if column.key in hidden else column.read(value, row)
            for column, value in zip(self.columns, rest, strict=True)
        ]

    def _hidden(self, department: int | None, *, confidential: bool) -> frozenset[str]:
        hidden = self.own_only if department not in self.own_departments else frozenset[str]()
        if not confidential:
            return hidden
        places = frozenset[str]() if self.sees_confidential_places else CONFIDENTIAL_PLACE
        return hidden | CONFIDENTIAL_WORDS | places


def reach_of(actor: Actor, key: str) -> Reach:
    """Return how far ``actor`` may take the column."""
    held = actor.roles & TAKES
    return max((REACH.get(key, {}).get(role, Reach.ALL) for role in held), default=Reach.NONE)


def columns_for(actor: Actor) -> tuple[Column, ...]:
    """Return the columns that ``actor`` may take, in the sheet's order."""
    return tuple(column for column in COLUMNS if reach_of(actor, column.key) > Reach.NONE)


def check_columns(keys: Iterable[str], *, actor: Actor) -> list[str]:
    """Return the chosen keys in the sheet's order; none chosen is all.

    Raises ``InvalidInputError`` for an unknown one, ``NotAllowedError`` for one that is not theirs.
    """
    wanted = set(keys)
    if unknown := wanted - BY_KEY.keys():
        shown = "、".join(sorted(unknown))[:60]
        raise InvalidInputError.of_field("columns", "export_column_unknown", f"没有这些列：{shown}")
    allowed = {column.key for column in columns_for(actor)}
    if denied := wanted - allowed:
        names = "、".join(column.title for column in COLUMNS if column.key in denied)
        raise NotAllowedError("export_column_denied", f"您的岗位不能导出：{names}")
    return [column.key for column in COLUMNS if column.key in wanted]


def table_for(
    actor: Actor, *, now: datetime, keys: Iterable[str] = (), header_keys: bool = False
) -> Table:
    """Return what is written for ``actor``; a column that is not theirs (any more) is left out."""
    wanted = frozenset(keys)
    columns = tuple(c for c in columns_for(actor) if not wanted or c.key in wanted)
    own = frozenset(c.key for c in columns if reach_of(actor, c.key) == Reach.OWN)
    return Table(
        columns=columns,
        now=now,
        own_only=own,
        own_departments=actor.department_ids,
        sees_confidential_places=actor.is_command_room,
        header_keys=header_keys,
    )
