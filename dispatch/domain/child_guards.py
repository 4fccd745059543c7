"""Guards about children 子工单: what may be split off, and what a parent and a child may not do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from dispatch.domain.attempts import Attempt
from dispatch.domain.conflicts import complaints_in_text, complaints_in_ticket
from dispatch.domain.workflow import IN_OFFICE
from dispatch.queries.children import has_open_children
from xiangcun.lib.errors import ConflictError, FieldError, InvalidInputError

MAX_CHILDREN: Final = 20


def _not_a_child(attempt: Attempt) -> None:
    if attempt.ticket.parent_id is not None:
        raise ConflictError(
            "is_a_child",
            f"子工单没有上报居民，不能{attempt.transition.action.label}，请在主工单上操作",
        )


def _is_a_child(attempt: Attempt) -> None:
    if attempt.ticket.parent_id is None:
        raise ConflictError("not_a_child", "只有子工单可以取消")


def _splittable(attempt: Attempt) -> None:
    ticket, departments = attempt.ticket, attempt.fields.departments
    if ticket.child_count + len(departments) > MAX_CHILDREN:
        raise ConflictError("too_many_children", f"一张工单最多拆分 {MAX_CHILDREN} 张子工单")
    for department in departments:
        if department.pk == ticket.lead_department_id:
            raise InvalidInputError.of_field(
                "departments", "lead_assists", "主办单位本身就在办理，不用再拆分子工单"
            )
        if not department.is_active:
            raise InvalidInputError.of_field(
                "departments", "department_inactive", f"“{department.name}”已停用"
            )


def _child_promise(attempt: Attempt) -> None:
    """A child cannot be promised for later than the matter it is a part of."""
    promised, due = attempt.fields.promised_due, attempt.ticket.due_at
    if promised is None:
        return
    if promised <= attempt.now:
        raise InvalidInputError.of_field("promised_due", "not_future", "承诺期限须晚于现在")
    if due is not None and promised > due:
        raise InvalidInputError.of_field(
            "promised_due", "later_than_parent", "子工单的期限不能晚于主工单的办理期限"
        )


def _split_conflict_needs_reason(attempt: Attempt) -> None:
    """The task's own words never complain of who gets them; the residents' do with a reason only."""
    fields, ticket = attempt.fields, attempt.ticket
    told = complaints_in_text(fields.task, ticket)
    for department in fields.departments:
        if department.pk in told:
            raise InvalidInputError.of_field(
                "task",
                "conflict_of_interest",
                f"任务内容里写了对“{department.name}”的投诉，不能发给该单位，请改写为要办的事",
            )
    if fields.conflict_reason.strip():
        return
    complained = complaints_in_ticket(ticket)
    for department in fields.departments:
        if department.pk in complained:
            message = (
                f"居民反映的正是“{department.name}”的问题（{complained[department.pk].value}），"
                "一般不交给该单位；确需由它协办，请在“回避说明”里写明理由"
            )
            raise InvalidInputError(
                "conflict_of_interest",
                message,
                errors=(
                    FieldError("departments", "conflict_of_interest", message),
                    FieldError("conflict_reason", "required", "请填写回避说明"),
                ),
            )


def _children_done(attempt: Attempt) -> None:
    if has_open_children(attempt.ticket):
        raise ConflictError("children_open", "还有子工单没有核查通过，主工单暂不能核查")


def _children_ended(attempt: Attempt) -> None:
    if has_open_children(attempt.ticket):
        raise ConflictError("children_open", "还有未办结的子工单，请先办结或取消，再并案")


def _parent_at_work(attempt: Attempt) -> None:
    """A closed matter is reopened itself: a child alone would have nobody to wait for it."""
    parent = attempt.ticket.parent
    if parent is not None and parent.status not in IN_OFFICE:
        raise ConflictError("parent_closed", "主工单已不在办理中，请重新打开主工单")


def _within_parent(attempt: Attempt) -> None:
    parent, new_due = attempt.ticket.parent, attempt.fields.new_due
    if parent is None or new_due is None or parent.due_at is None:
        return
    if new_due > parent.due_at:
        raise InvalidInputError.of_field(
            "new_due", "later_than_parent", "子工单的期限不能晚于主工单的办理期限"
        )


CHILD_GUARDS: Mapping[str, Callable[[Attempt], None]] = MappingProxyType(
    {
        "not_a_child": _not_a_child,
        "is_a_child": _is_a_child,
        "splittable": _splittable,
        "child_promise": _child_promise,
        "split_conflict_needs_reason": _split_conflict_needs_reason,
        "children_done": _children_done,
        "children_ended": _children_ended,
        "parent_at_work": _parent_at_work,
        "within_parent": _within_parent,
    }
)
CHILD_STATE_GUARDS = frozenset(
    {"not_a_child", "is_a_child", "children_done", "children_ended", "parent_at_work"}
)
