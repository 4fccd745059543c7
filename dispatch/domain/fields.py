"""What an actor fills in: one typed bag for every action, checked before any row is touched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from dispatch.domain.alerts import Alert
from dispatch.domain.transitions import Transition
from dispatch.enums import Outcome, RejectReason, ReturnReason
from dispatch.models import Department, Ticket
from reports.enums import AccessReason, Urgency
from reports.models import Category, Report
from xiangcun.lib.errors import FieldError, InvalidInputError

NOTE_MAX = 2000

LABELS = {
    "note": "说明",
    "public_text": "给居民的答复",
    "reject_reason": "不予受理原因",
    "return_reason": "退单原因",
    "suggested_department": "建议承办单位",
    "category": "事项分类",
    "urgency": "紧急程度",
    "lead_department": "主办单位",
    "assisting": "协办单位",
    "conflict_reason": "回避说明",
    "target_ticket": "并入的工单",
    "external_number": "区级编号",
    "outcome": "办理结果",
    "photos": "照片",
    "new_due": "新的期限",
    "review_at": "复核日期",
    "promised_due": "承诺办结时间",
    "reply_due": "督办回复期限",
    "departments": "子工单承办单位",
    "task": "任务内容",
    "solved": "是否解决",
    "score": "评分",
    "report": "上报",
}


@dataclass(frozen=True, slots=True)
class Fields:
    """Input of an action. Moments are aware UTC, ``score`` 1–5, texts up to 2,000 characters.

    ``alert`` is no input: it is what the words of a report or supplement were found to tell.
    ``candidate`` is the button (1 or 2) of triage's candidate that was pressed to dispatch, 0 for none.
    ``access_reason`` is the word in which a resident reads why their number was looked at.
    ``calendar_change`` is the id of the change for which a due date is computed anew.
    """

    note: str = ""
    public_text: str = ""
    reject_reason: RejectReason | None = None
    return_reason: ReturnReason | None = None
    suggested_department: Department | None = None
    category: Category | None = None
    urgency: Urgency | None = None
    lead_department: Department | None = None
    assisting: Sequence[Department] = field(default_factory=tuple)
    conflict_reason: str = ""
    target_ticket: Ticket | None = None
    external_number: str = ""
    outcome: Outcome | None = None
    photos: Sequence[UUID] = field(default_factory=tuple)
    new_due: datetime | None = None
    review_at: date | None = None
    promised_due: datetime | None = None
    reply_due: datetime | None = None
    departments: Sequence[Department] = field(default_factory=tuple)
    task: str = ""
    solved: bool | None = None
    score: int | None = None
    report: Report | None = None
    alert: Alert | None = None
    candidate: int = 0
    calendar_change: int | None = None
    access_reason: AccessReason = AccessReason.OTHER

    @property
    def reason_code(self) -> str:
        """The coded reason, whichever the action uses."""
        return str(self.reject_reason or self.return_reason or self.outcome or "")


def check_fields(transition: Transition, fields: Fields) -> None:
    """Raise ``InvalidInputError`` for what ``transition`` requires and ``fields`` lacks."""
    errors = [
        FieldError(name, "required", f"请填写{LABELS[name]}")
        for name in transition.required
        if _is_empty(getattr(fields, name))
    ]
    errors += [
        FieldError(name, "too_long", f"{LABELS[name]}不能超过 {NOTE_MAX} 字")
        for name in ("note", "public_text", "conflict_reason", "task")
        if len(getattr(fields, name)) > NOTE_MAX
    ]
    if fields.category is not None and fields.category.parent_id is None:
        errors.append(FieldError("category", "not_a_leaf", "请选择到二级分类"))
    if errors:
        raise InvalidInputError("invalid", errors[0].message, errors=tuple(errors))


def _is_empty(value: object) -> bool:
    if isinstance(value, str):
        return not value.strip()
    return value is None or value == ()
