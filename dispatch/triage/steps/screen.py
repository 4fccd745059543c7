"""Screen: is there anything to work on, and has the same person just said the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from dispatch.triage.context import StepResult, TriageContext
from dispatch.triage.reference import Reference
from reports.models import Report
from xiangcun.lib.rows import RowQuery
from xiangcun.lib.text import mask_contacts

NAME = "screen"
REPEAT_WINDOW = timedelta(days=1)
MIN_LETTERS = 2
MIN_DIFFERENT = 2
MEANINGLESS = frozenset(
    {"测试", "测试一下", "test", "testing", "试试", "试一下", "你好", "您好", "哈哈", "如图"}
)


def run(context: TriageContext, _reference: Reference) -> StepResult:
    """Flag empty or meaningless words and repetitions; note contact data (masked wherever shown)."""
    letters = "".join(char for char in context.text if char.isalnum())
    data = {"characters": len(letters), "contact_data": mask_contacts(context.text) != context.text}
    if _is_meaningless(letters, context.photo_count):
        return StepResult(NAME, context, "内容过少，看不出诉求", ok=False, data=data)
    if context.restricted:
        reason = "上报人在限制名单内，因内容涉及险情仍予受理，请先核实"
        return StepResult(NAME, context, reason, ok=False, data={**data, "restricted": True})
    earlier = _find_repeated(context)
    if earlier is not None:
        repeated_id, number = earlier
        return StepResult(
            NAME,
            replace(context, repeated_report_id=repeated_id),
            f"同一居民一天内上报过相同内容（{number}）",
            ok=False,
            data={**data, "repeats": number},
        )
    return StepResult(NAME, context, "内容有效", data=data)


def _is_meaningless(letters: str, photo_count: int) -> bool:
    if letters.lower() in MEANINGLESS:
        return photo_count == 0 or letters != "如图"
    has_words = any(char.isalpha() for char in letters)
    return not has_words or len(letters) < MIN_LETTERS or len(set(letters)) < MIN_DIFFERENT


# Asked of every report: compiled once; id, start of the window, resident and words in this order.
_REPEATED = RowQuery(
    lambda: (
        Report.objects.filter(pk__lt=0)
        .filter(submitted_at__gte=datetime.min.replace(tzinfo=UTC))
        .filter(resident_id=0, text="")
        .filter(anonymous=False)  # naming it here would say whose it is
        .order_by("-pk")
        .values_list("pk", "number")[:1]
    )
)


def _find_repeated(context: TriageContext) -> tuple[int, str] | None:
    """Return id and number of an earlier report of the same words by the same resident."""
    if context.resident_id is None:
        return None
    since = context.submitted_at - REPEAT_WINDOW
    row = _REPEATED.first(context.report_id, since, context.resident_id, context.own_words)
    return (row[0], row[1]) if row else None
