"""Guards named by the state table: each refuses with a sentence fit for the person who pressed the button."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Final

from dispatch.domain import cards, clocks
from dispatch.domain.attempts import Attempt
from dispatch.domain.child_guards import CHILD_GUARDS, CHILD_STATE_GUARDS
from dispatch.domain.conflicts import complaints_in_ticket
from dispatch.domain.contacts import check_contact
from dispatch.domain.recomputing import lags_behind_parent, moves_of
from dispatch.domain.workflow import IN_OFFICE
from dispatch.enums import PHYSICAL_OUTCOMES, LimitStage, Role
from dispatch.queries.calendar import work_calendar
from dispatch.queries.lead_asked import lead_asked
from dispatch.queries.parties import any_works_on
from reports.enums import Urgency
from xiangcun.lib.errors import ConflictError, FieldError, InvalidInputError, NotAllowedError

SAFETY_CATEGORY = "01"
MAX_EXTENSIONS: Final = 2
MAX_REOPENINGS: Final = 2
MAX_DISPATCHES: Final = 3
REOPEN_DAYS: Final = 30
RATING_DAYS: Final = 7
SUSPENSION_DAYS: Final = 90
RETURN_WORKDAYS: Final = 1
SUPERVISION_DAYS: Final = 30
EXTENSION, SUSPENSION = "extension", "suspension"


def _safety_needs_lead(attempt: Attempt) -> None:
    ticket = attempt.ticket
    is_safety = ticket.urgency in {Urgency.P0, Urgency.P1} or (
        ticket.category is not None and ticket.category.code.startswith(SAFETY_CATEGORY)
    )
    if is_safety and attempt.seat.role != Role.LEAD:
        raise NotAllowedError("lead_only", "安全隐患和紧急事项只有值班领导可以不予受理")


def _one_appeal(attempt: Attempt) -> None:
    if attempt.ticket.appeal_count >= 1:
        raise ConflictError("appeal_used", "每件事项只能申诉一次")


def _mergeable(attempt: Attempt) -> None:
    target = attempt.fields.target_ticket
    if target is None or target.pk == attempt.ticket.pk:
        raise InvalidInputError.of_field("target_ticket", "merge_into_itself", "不能并入自身")
    if target.parent_id is not None:
        raise ConflictError("merge_into_child", "不能并入子工单，请并入它的主工单")
    if target.status not in IN_OFFICE:
        raise ConflictError("merge_target_closed", f"工单 {target.number} 已不在办理中，不能并入")
    if target.confidential != attempt.ticket.confidential:
        raise ConflictError("merge_confidential", "保密事项不能与普通事项并案")


def _unmergeable(attempt: Attempt) -> None:
    target = attempt.ticket.merged_into
    if target is None or target.status not in IN_OFFICE:
        raise ConflictError("merge_target_closed", "并入的工单已不在办理中，不能撤销并案")


def _third_dispatch_needs_lead(attempt: Attempt) -> None:
    if attempt.ticket.dispatch_count >= MAX_DISPATCHES - 1 and attempt.seat.role != Role.LEAD:
        raise NotAllowedError("lead_only", "第三次派单须由值班领导指定承办单位")


def _not_to_itself(attempt: Attempt) -> None:
    lead = attempt.fields.lead_department
    if lead is not None and not lead.is_active:
        raise InvalidInputError.of_field("lead_department", "department_inactive", "该单位已停用")
    if lead is not None and lead.pk in {department.pk for department in attempt.fields.assisting}:
        raise InvalidInputError.of_field("assisting", "lead_assists", "主办单位不能同时是协办单位")


def _promise_within_limit(attempt: Attempt) -> None:
    """A promise may be earlier than the limit; later only by the lead, who says why."""
    fields, ticket = attempt.fields, attempt.ticket
    promised = fields.promised_due
    if promised is None or fields.category is None or fields.urgency is None:
        return
    if promised <= attempt.now:
        raise InvalidInputError.of_field("promised_due", "not_future", "承诺期限须晚于现在")
    limit = clocks.limit_for(
        LimitStage.HANDLE,
        category_id=fields.category.pk,
        grid_id=ticket.grid_id,
        urgency=fields.urgency,
    )
    if promised <= clocks.deadline(attempt.now, limit):
        return
    if Role.LEAD not in {attempt.seat.role, *attempt.actor.roles}:
        raise InvalidInputError.of_field(
            "promised_due", "later_than_limit", "承诺期限超过规定时限，只有值班领导可以放宽"
        )
    if not fields.note.strip():
        raise InvalidInputError.of_field("note", "required", "承诺期限超过规定时限，请写明理由")


def _conflict_needs_reason(attempt: Attempt) -> None:
    """Nobody gets a complaint about themselves unless the dispatcher says why it must be them.

    Triage has read the same words before it dispatches, so the system is not asked twice.
    """
    fields, ticket = attempt.fields, attempt.ticket
    lead = fields.lead_department
    if lead is None or attempt.seat.role == Role.SYSTEM or fields.conflict_reason.strip():
        return
    complained = complaints_in_ticket(ticket.parent or ticket)
    for name, row in (("lead_department", lead), *(("assisting", row) for row in fields.assisting)):
        if row.pk in complained:
            message = (
                f"居民反映的正是“{row.name}”的问题（{complained[row.pk].value}），一般不派给该单位；"
                "确需派给它，请在“回避说明”里写明理由"
            )
            raise InvalidInputError(
                "conflict_of_interest",
                message,
                errors=(
                    FieldError(name, "conflict_of_interest", message),
                    FieldError("conflict_reason", "required", "请填写回避说明"),
                ),
            )


def _merge_conflict_needs_note(attempt: Attempt) -> None:
    """A merge gives the reports to the target's departments, too."""
    target = attempt.fields.target_ticket
    if target is None or attempt.fields.note.strip():
        return
    complained = complaints_in_ticket(attempt.ticket)
    if complained and any_works_on(target.pk, complained):
        raise InvalidInputError.of_field(
            "note",
            "conflict_of_interest",
            f"居民反映的正是 {target.number} 承办单位的问题，一般不并入；确需并案，请写明理由",
        )


def _return_window(attempt: Attempt) -> None:
    dispatched_at = attempt.ticket.dispatched_at
    if dispatched_at is None:
        raise ConflictError("not_dispatched", "该工单没有派单记录")
    if attempt.now > work_calendar().add_workdays(dispatched_at, RETURN_WORKDAYS):
        raise ConflictError("return_window_over", "派单已超过 1 个工作日，不能退单")


def _third_dispatch_final(attempt: Attempt) -> None:
    if attempt.ticket.dispatch_count >= MAX_DISPATCHES:
        raise ConflictError("designated", "值班领导指定的承办单位不能退单")


def _no_pending_request(attempt: Attempt) -> None:
    if attempt.ticket.pending_request:
        raise ConflictError("request_pending", "已有一项申请在等待值班领导审批")


def _pending(kind: str, name: str) -> Callable[[Attempt], None]:
    def guard(attempt: Attempt) -> None:
        if (attempt.ticket.pending_request or {}).get("kind") != kind:
            raise ConflictError("nothing_pending", f"没有待审批的{name}申请")

    return guard


def _before_due(attempt: Attempt) -> None:
    due = attempt.ticket.due_at
    if due is not None and attempt.now >= due:
        raise ConflictError("already_overdue", "期限已过，延期须在到期前申请")


def _two_extensions(attempt: Attempt) -> None:
    if attempt.ticket.extension_count >= MAX_EXTENSIONS:
        raise ConflictError("extensions_used", "最多延期两次")


def _later_than_due(attempt: Attempt) -> None:
    new_due, due = attempt.fields.new_due, attempt.ticket.due_at
    if new_due is None or new_due <= attempt.now or (due is not None and new_due <= due):
        raise InvalidInputError.of_field("new_due", "not_later", "新的期限必须晚于原期限")


def _review_within_90_days(attempt: Attempt) -> None:
    review_at = attempt.fields.review_at
    today = attempt.now.astimezone(work_calendar().tz).date()
    if review_at is None or not today < review_at <= today + timedelta(days=SUSPENSION_DAYS):
        raise InvalidInputError.of_field(
            "review_at", "review_out_of_range", "复核日期须在今天之后 90 天之内"
        )


def _review_due(attempt: Attempt) -> None:
    if cards.due_action(attempt.ticket, now=attempt.now) is not attempt.transition.action:
        raise ConflictError("not_due", "还没到挂账复核日期，或已经提醒过")


def _card_due(attempt: Attempt) -> None:
    if cards.due_action(attempt.ticket, now=attempt.now) is not attempt.transition.action:
        raise ConflictError("not_due", "还没到发牌时间，或已经发过")


def _reply_due_ahead(attempt: Attempt) -> None:
    due = attempt.fields.reply_due
    last = attempt.now + timedelta(days=SUPERVISION_DAYS)
    if due is None or not attempt.now < due <= last:
        raise InvalidInputError.of_field(
            "reply_due", "reply_due_out_of_range", "督办回复期限须在现在之后 30 天之内"
        )


def _supervision_open(attempt: Attempt) -> None:
    if attempt.ticket.supervise_due_at is None:
        raise ConflictError("not_supervised", "没有等待回复的督办")


def _after_photo(attempt: Attempt) -> None:
    ticket, fields = attempt.ticket, attempt.fields
    wants = ticket.category is not None and ticket.category.after_photo_required
    if wants and fields.outcome in PHYSICAL_OUTCOMES and not fields.photos:
        raise InvalidInputError.of_field(
            "photos", "after_photo_required", "该类事项办结须上传办理后的照片"
        )


def _second_person(attempt: Attempt) -> None:
    finished_by = attempt.ticket.finished_by_id
    if finished_by is not None and attempt.actor.user_id == finished_by:
        raise NotAllowedError("second_person", "办理人不能核查自己办理的工单")


def _not_escalated_result(attempt: Attempt) -> None:
    if attempt.ticket.lead_department_id is None:
        raise ConflictError(
            "escalated_result", "区级办理的事项不能退给本街道单位返工，可核查后重新打开"
        )


def _reopen_window(attempt: Attempt) -> None:
    if attempt.seat.role == Role.LEAD:
        return
    since = attempt.ticket.closed_at or attempt.ticket.verified_at
    if since is not None and attempt.now > since + timedelta(days=REOPEN_DAYS):
        raise ConflictError("reopen_window_over", "办结已超过 30 天，请重新上报")


def _two_reopenings(attempt: Attempt) -> None:
    if attempt.seat.role != Role.LEAD and attempt.ticket.reopen_count >= MAX_REOPENINGS:
        raise ConflictError("reopenings_used", "已重新打开两次，请联系指挥室")


def _reopenings_over(attempt: Attempt) -> None:
    if attempt.ticket.reopen_count < MAX_REOPENINGS:
        raise ConflictError("reopenings_left", "还可以重新打开，不用请值班领导复核")


def _lead_not_asked(attempt: Attempt) -> None:
    if lead_asked(attempt.ticket):
        raise ConflictError("lead_asked", "已经请值班领导复核过了，请等待答复")


def _lead_was_asked(attempt: Attempt) -> None:
    if attempt.ticket.lead_asked_at is None:
        raise ConflictError("lead_not_asked", "居民没有请值班领导复核，或已经答复过")


def _only_a_letter(attempt: Attempt) -> None:
    if not attempt.ticket.is_letter:
        raise ConflictError(
            "not_a_letter", "只有意见建议、咨询和表扬可以直接答复，问题须办理后核查"
        )


def _not_a_letter(attempt: Attempt) -> None:
    if attempt.ticket.is_letter:
        raise ConflictError("is_a_letter", "意见建议、咨询和表扬不用现场处置，请用“答复居民”")


def _confidential_contact_is_leads(attempt: Attempt) -> None:
    if attempt.ticket.confidential and Role.LEAD not in attempt.actor.roles:
        raise NotAllowedError("lead_only", "保密事项的联系方式只有值班领导可以查看")


def _contact_may_be_shown(attempt: Attempt) -> None:
    report = attempt.fields.report
    if report is not None:  # check_fields has made sure
        check_contact(report, attempt.ticket, reason=attempt.fields.note)


def _due_moves(attempt: Attempt) -> None:
    ticket = attempt.ticket
    if not (moves_of(ticket, work_calendar()) or lags_behind_parent(ticket)):
        raise ConflictError("due_unchanged", "工作日历和主工单都没有改变这张工单的期限")


GUARDS: Mapping[str, Callable[[Attempt], None]] = MappingProxyType(
    {
        "safety_needs_lead": _safety_needs_lead,
        "one_appeal": _one_appeal,
        "mergeable": _mergeable,
        "unmergeable": _unmergeable,
        "third_dispatch_needs_lead": _third_dispatch_needs_lead,
        "not_to_itself": _not_to_itself,
        "conflict_needs_reason": _conflict_needs_reason,
        "merge_conflict_needs_note": _merge_conflict_needs_note,
        "return_window": _return_window,
        "third_dispatch_final": _third_dispatch_final,
        "no_pending_request": _no_pending_request,
        "pending_extension": _pending(EXTENSION, "延期"),
        "pending_suspension": _pending(SUSPENSION, "挂账"),
        "before_due": _before_due,
        "two_extensions": _two_extensions,
        "later_than_due": _later_than_due,
        "review_within_90_days": _review_within_90_days,
        "after_photo": _after_photo,
        "second_person": _second_person,
        "not_escalated_result": _not_escalated_result,
        "reopen_window": _reopen_window,
        "two_reopenings": _two_reopenings,
        "reopenings_over": _reopenings_over,
        "lead_not_asked": _lead_not_asked,
        "lead_was_asked": _lead_was_asked,
        "only_a_letter": _only_a_letter,
        "not_a_letter": _not_a_letter,
        "promise_within_limit": _promise_within_limit,
        "review_due": _review_due,
        "card_due": _card_due,
        "reply_due_ahead": _reply_due_ahead,
        "supervision_open": _supervision_open,
        **CHILD_GUARDS,
        "confidential_contact_is_leads": _confidential_contact_is_leads,
        "contact_may_be_shown": _contact_may_be_shown,
        "due_moves": _due_moves,
    }
)

# Guards that look at the ticket and the actor only: they also decide whether a button is shown.
STATE_GUARDS = frozenset(
    {
        "safety_needs_lead",
        "one_appeal",
        "unmergeable",
        "third_dispatch_needs_lead",
        "return_window",
        "third_dispatch_final",
        "no_pending_request",
        "pending_extension",
        "pending_suspension",
        "before_due",
        "two_extensions",
        "second_person",
        "not_escalated_result",
        "reopen_window",
        "two_reopenings",
        "reopenings_over",
        "lead_not_asked",
        "lead_was_asked",
        "only_a_letter",
        "not_a_letter",
        "review_due",
        "card_due",
        "supervision_open",
        *CHILD_STATE_GUARDS,
        "confidential_contact_is_leads",
    }
)


def check_guards(attempt: Attempt, *, only: frozenset[str] | None = None) -> None:
    """Raise the first refusal among the guards of the attempt's transition (``only`` narrows them)."""
    for name in attempt.transition.guards:
        if only is None or name in only:
            GUARDS[name](attempt)
