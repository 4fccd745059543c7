"""Standard replies: which placeholders there are, what a ticket puts in them, and which stay open.

A placeholder that a box of the form decides (``FROM_FORM``) is filled in the browser from what is
chosen there. One that nobody filled is refused when the form is sent, so that no resident reads
``{办理期限}``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime

from django.utils import timezone

from dispatch.domain.workflow import TRANSITIONS
from dispatch.enums import Outcome, ReplyField, Role, TicketAction
from dispatch.models import Ticket
from xiangcun.lib.errors import FieldError, InvalidInputError
from xiangcun.lib.text import mask_contacts

PLACEHOLDERS = (
    "工单编号",
    "承办单位",
    "单位电话",
    "事项分类",
    "网格",
    "办理期限",
    "办理结果",
    "办理情况",
    "新的期限",
    "复核日期",
    "不予受理原因",
    "退单原因",
    "今天",
)
FROM_FORM: Mapping[str, str] = {
    "承办单位": "lead_department",
    "事项分类": "category",
    "办理结果": "outcome",
    "新的期限": "new_due",
    "复核日期": "review_at",
    "不予受理原因": "reject_reason",
    "退单原因": "return_reason",
}
TEXT_MAX = 1000
_BRACES = re.compile(r"\{([^{}\n]{0,30})\}")
_UNATTENDED = frozenset({Role.SYSTEM, Role.RESIDENT})


def texts_of(action: str) -> frozenset[str]:
    """Return which text boxes the forms of ``action`` have."""
    names: set[str] = set()
    for row in TRANSITIONS:
        if row.action == action and row.roles - _UNATTENDED:
            names |= {*row.required, *row.optional} & set(ReplyField.values)
    return frozenset(names)


def actions_with_texts() -> list[TicketAction]:
    """Return the actions that a standard reply can be for, in the order of the vocabulary."""
    return [action for action in TicketAction if texts_of(action)]


def check_reply(*, action: str, field: str, text: str) -> None:
    """Raise ``InvalidInputError`` for a box the action lacks or a placeholder nobody knows."""
    errors = []
    if field not in texts_of(action):
        label = TicketAction(action).label if action in TicketAction.values else action
        errors.append(FieldError("field", "no_such_box", f"“{label}”的表单没有这一栏"))
    unknown = [name for name in _BRACES.findall(text) if name not in PLACEHOLDERS]
    left = _BRACES.sub("", text)
    if unknown:
        known = "、".join(f"{{{name}}}" for name in PLACEHOLDERS)
        shown = "、".join(f"{{{name}}}" for name in unknown[:5])
        errors.append(
            FieldError("text", "unknown_placeholder", f"不认识的占位符 {shown}；可以用：{known}")
        )
    elif "{" in left or "}" in left:
        errors.append(FieldError("text", "broken_placeholder", "占位符的花括号不成对"))
    if not text.strip() or len(text) > TEXT_MAX:
        errors.append(FieldError("text", "text_length", f"请填写内容，不超过 {TEXT_MAX} 字"))
    if errors:
        raise InvalidInputError("invalid", errors[0].message, errors=tuple(errors))


def values_of(ticket: Ticket, *, now: datetime) -> dict[str, str]:
    """Return placeholder → what the ticket says; "" where it says nothing (yet)."""
    lead = ticket.lead_department
    due, today = ticket.due_at, timezone.localtime(now)
    return {
        "工单编号": ticket.number,
        "承办单位": lead.name if lead else "",
        "单位电话": lead.phone if lead else "",
        "事项分类": ticket.category.name if ticket.category else "",
        "网格": ticket.grid.name if ticket.grid else "",
        "办理期限": f"{timezone.localtime(due):%Y年%m月%d日 %H:%M}" if due else "",
        "办理结果": str(Outcome(ticket.outcome).label) if ticket.outcome else "",
        "办理情况": mask_contacts(ticket.result_text),
        "新的期限": "",
        "复核日期": f"{ticket.review_at:%Y年%m月%d日}" if ticket.review_at else "",
        "不予受理原因": "",
        "退单原因": "",
        "今天": f"{today:%Y年%m月%d日}",
    }


def left_open(text: str) -> list[str]:
    """Return the placeholders that still stand in a text about to be sent."""
    return [name for name in _BRACES.findall(text) if name in PLACEHOLDERS]
