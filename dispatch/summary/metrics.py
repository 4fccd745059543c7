"""The dictionary of metrics: what is counted, under which name, explained once.

A flow says which events count and for how many minutes; a stock follows the state a ticket is in;
``opened`` follows the ticket: it stands on the day of the report, under the category, department and
grid the ticket has now. All of them are pure functions of an event and of what the ledger says about
the same ticket before it, so that tallies are a fold over the ledger, in any order of tickets.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from dispatch.domain.workflow import TRANSITIONS
from dispatch.enums import TicketAction as Act
from dispatch.enums import TicketStatus
from dispatch.enums.measures import (
    FLOW_CODES,
    OPENED,
    STOCK_PREFIX,
    TIMED_CODES,
    WAIT_PREFIX,
    WAIT_STATUSES,
)
from dispatch.summary import conditions as asks
from dispatch.summary.definitions import Booked, Metric

__all__ = ["FLOWS", "METRICS", "OPENED", "STOCKS", "STOCK_PREFIX", "Booked", "Metric"]


_CLOSING = frozenset({Act.RATE, Act.CLOSE_UNRATED})
_RATING = frozenset({Act.RATE, Act.RATE_JOINED})


def _wait(status: TicketStatus) -> Metric:
    label = status.label
    return Metric(
        code=f"{WAIT_PREFIX}{status}",
        name=format_lazy(_("离开“{status}”"), status=label),
        explanation=format_lazy(
            _(
                "工单结束“{status}”这一步的次数；用时是在这一步停留的时间，按自然时间计。记在离开当日、原来的单位。"
            ),
            status=label,
        ),
        actions=frozenset(
            row.action
            for row in TRANSITIONS
            if status in row.sources
            and (row.target or row.child_target or row.lead_target or row.praise_target)
        ),
        when=asks.leaves(status),
        since=asks.since_entering,
        booked=Booked.PLACE_BEFORE,
    )


FLOWS: tuple[Metric, ...] = (
    Metric(
        code="reported",
        name=_("上报量"),
        explanation=_(
            "居民上报进入办理的件数：立案的和并入已有工单的各计一件，记在立案或并入当日。"
        ),
        actions=frozenset({Act.OPEN, Act.ATTACH}),
        when=asks.by_system,
    ),
    Metric(
        code="attached",
        name=_("重复上报并入量"),
        explanation=_("上报量中反映同一件事、并入已有工单一并办理的件数。"),
        actions=frozenset({Act.ATTACH}),
        when=asks.by_system,
    ),
    Metric(
        code="first_dispatched",
        name=_("首次派单量"),
        explanation=_("工单第一次派给承办单位的件数；退回重派、重新打开后再派不再计。"),
        actions=frozenset({Act.DISPATCH}),
        when=asks.is_first_dispatch,
    ),
    Metric(
        code="repeated",
        name=_("重复发生量"),
        explanation=_(
            "首次派单的工单中，此前 30 天内 200 米以内另有同一分类工单立案的件数；并入其他工单的和撤回的不算。"
        ),
        actions=frozenset({Act.DISPATCH}),
        when=asks.is_repeat,
    ),
    Metric(
        code="dispatched",
        name=_("派单量"),
        explanation=_("派给承办单位的次数，记在派单当日和被派单位；退回后重新派单再计一次。"),
        actions=frozenset({Act.DISPATCH}),
    ),
    Metric(
        code="auto_dispatched",
        name=_("自动派单量"),
        explanation=_("派单量中由系统研判直接派出、没有经过人工的次数。"),
        actions=frozenset({Act.DISPATCH}),
        when=asks.by_system,
    ),
    Metric(
        code="dispatched_timed",
        name=_("有期限的派单量"),
        explanation=_("派单量中派单时有研判期限的次数。"),
        actions=frozenset({Act.DISPATCH}),
        when=asks.has_deadline,
    ),
    Metric(
        code="dispatched_on_time",
        name=_("及时派单量"),
        explanation=_("有期限的派单量中，派单时没有超过研判期限的次数。"),
        actions=frozenset({Act.DISPATCH}),
        when=asks.before_deadline,
    ),
    Metric(
        code="dispatch_signed",
        name=_("派单已签收量"),
        explanation=_(
            "派单量中后来由承办单位签收的次数，记在派单当日和被派单位；逾期由系统代为签收的不算。"
        ),
        actions=frozenset({Act.ACCEPT}),
        when=asks.by_person,
        booked=Booked.DISPATCH,
    ),
    Metric(
        code="dispatch_signed_on_time",
        name=_("派单及时签收量"),
        explanation=_("派单已签收量中没有超过签收期限的次数，记在派单当日和被派单位。"),
        actions=frozenset({Act.ACCEPT}),
        when=asks.signed_on_time,
        booked=Booked.DISPATCH,
    ),
    Metric(
        code="dispatch_responded",
        name=_("派单已响应量"),
        explanation=_(
            "派单量中，承办单位及时签收，并在办理期限内给了居民说法的次数：提交结果或答复，或者获准延期、挂账并告知居民。记在派单当日和被派单位。"
        ),
        actions=frozenset(asks.WORDS),
        when=asks.responded,
        booked=Booked.DISPATCH,
    ),
    Metric(
        code="signed",
        name=_("签收量"),
        explanation=_("承办单位签收的次数；用时从派单到签收，按自然时间计。"),
        actions=frozenset({Act.ACCEPT}),
        since=asks.since(Act.DISPATCH),
    ),
    Metric(
        code="returned",
        name=_("退单量"),
        explanation=_("承办单位退回指挥室的次数，记在退单的单位。"),
        actions=frozenset({Act.RETURN}),
        booked=Booked.PLACE_BEFORE,
    ),
    Metric(
        code="finished",
        name=_("办理完成量"),
        explanation=_(
            "承办单位提交办理结果或答复来信的次数，返工后再提交再计一次；用时从签收（返工后从返工）算起，按自然时间计，含挂账。"
        ),
        actions=frozenset(asks.RESULTS),
        when=asks.is_result,
        since=asks.since(Act.ACCEPT, Act.REWORK),
    ),
    Metric(
        code="finished_on_time",
        name=_("按期办理量"),
        explanation=_("办理完成量中，提交时没有超过办理期限（含获准的延期）的次数。"),
        actions=frozenset(asks.RESULTS),
        when=asks.on_time,
    ),
    Metric(
        code="finished_unit",
        name=_("计时办理量"),
        explanation=_(
            "办理完成量中记有承办单位用时的次数；用时从派单（返工后从返工）到提交结果，按该工单的计时方式（工作时间或自然时间）计，挂账时停表。"
        ),
        actions=frozenset(asks.RESULTS),
        when=asks.unit_time_known,
        spent=asks.unit_minutes,
    ),
    Metric(
        code="rework",
        name=_("返工量"),
        explanation=_("核查不通过、退回承办单位重办的次数。"),
        actions=frozenset({Act.REWORK}),
    ),
    Metric(
        code="verified",
        name=_("核查通过量"),
        explanation=_(
            "核查通过并答复居民的次数，值班领导直接答复来信的也计；用时从居民上报到答复，按自然时间计，不因挂账、退单停表。"
        ),
        actions=frozenset({Act.VERIFY, Act.REPLY}),
        when=asks.tells_result,
        since=asks.since_opening,
    ),
    Metric(
        code="thanked",
        name=_("表扬转达量"),
        explanation=_("表扬转告有关单位并致谢的件数；表扬不评价，不计入办结量和满意率。"),
        actions=frozenset({Act.REPLY}),
        when=asks.closes,
        since=asks.since_opening,
    ),
    Metric(
        code="closed",
        name=_("办结量"),
        explanation=_(
            "居民评价后办结，或 7 天未评价到期办结的工单；重新打开后再办结再计一次。用时从居民上报算起。"
        ),
        actions=_CLOSING,
        since=asks.since_opening,
    ),
    Metric(
        code="closed_timed",
        name=_("有期限的办结量"),
        explanation=_("办结量中由本街道单位办理的；上报区级办理的没有本级期限，不计。"),
        actions=_CLOSING,
        when=asks.has_limit,
    ),
    Metric(
        code="closed_on_time",
        name=_("按期办结量"),
        explanation=_("有期限的办结量中，承办单位最后一次提交结果没有超过办理期限的。"),
        actions=_CLOSING,
        when=asks.closed_on_time,
    ),
    Metric(
        code="closed_rated",
        name=_("有评价的办结量"),
        explanation=_("办结量中至少有一位上报居民作了评价的。"),
        actions=_CLOSING,
        when=asks.answered,
    ),
    Metric(
        code="auto_judged",
        name=_("自动派单已见分晓"),
        explanation=_("办结量中第一次由系统自动派单的工单。"),
        actions=_CLOSING,
        when=asks.auto_judged,
    ),
    Metric(
        code="auto_right",
        name=_("自动派单准确量"),
        explanation=_("其中办结时的分类和主办单位与系统第一次派单时相同的。"),
        actions=_CLOSING,
        when=asks.auto_right,
    ),
    Metric(
        code="rejected",
        name=_("不予受理量"),
        explanation=_("指挥室决定不予受理的次数。"),
        actions=frozenset({Act.REJECT}),
    ),
    Metric(
        code="withdrawn",
        name=_("撤回量"),
        explanation=_("签收前由居民撤回的工单。"),
        actions=frozenset({Act.WITHDRAW}),
    ),
    Metric(
        code="merged",
        name=_("并案量"),
        explanation=_("并入其他工单一并办理的工单；撤销并案不减。"),
        actions=frozenset({Act.MERGE}),
    ),
    Metric(
        code="escalated",
        name=_("上报区级量"),
        explanation=_("超出街道职权、上报区级办理的次数。"),
        actions=frozenset({Act.ESCALATE}),
    ),
    Metric(
        code="extended",
        name=_("延期量"),
        explanation=_("值班领导同意延期的次数。"),
        actions=frozenset({Act.GRANT_EXTENSION}),
    ),
    Metric(
        code="suspended",
        name=_("挂账量"),
        explanation=_("值班领导同意挂账的次数。"),
        actions=frozenset({Act.GRANT_SUSPENSION}),
    ),
    Metric(
        code="reopened",
        name=_("重新打开量"),
        explanation=_("居民不满意或值班领导要求重新办理的次数，记在原承办单位。"),
        actions=frozenset({Act.REOPEN}),
        booked=Booked.PLACE_BEFORE,
    ),
    Metric(
        code="urged",
        name=_("催办量"),
        explanation=_("居民催办的次数。"),
        actions=frozenset({Act.URGE}),
    ),
    Metric(
        code="supervised",
        name=_("督办量"),
        explanation=_("值班领导督办的次数。"),
        actions=frozenset({Act.SUPERVISE}),
    ),
    Metric(
        code="rated",
        name=_("评价数"),
        explanation=_("居民作出的评价；并案的工单每位居民各评一次。"),
        actions=_RATING,
    ),
    Metric(
        code="solved",
        name=_("评价已解决"),
        explanation=_("评价中居民认为问题已解决的。"),
        actions=_RATING,
        when=asks.solved,
    ),
    Metric(
        code="satisfied",
        name=_("评价满意"),
        explanation=_("评价中打 4 分或 5 分的；没有评价的不算满意。"),
        actions=_RATING,
        when=asks.satisfied,
    ),
    Metric(
        code="score",
        name=_("评分合计"),
        explanation=_("评价的分数之和，用来计算平均分。"),
        actions=_RATING,
        weight=asks.score,
    ),
    *(_wait(status) for status in WAIT_STATUSES),
)

OPENED_METRIC = Metric(
    code=OPENED,
    name=_("受理量"),
    explanation=_(
        "立案的工单数，记在居民上报当日；分类、单位、网格按工单现在的情况，改派或改分类后随之改记。"
    ),
)

STOCKS: Mapping[TicketStatus, str] = MappingProxyType(
    {status: f"{STOCK_PREFIX}{status}" for status in TicketStatus}
)
"""The stock metric of each state: +1 on entering, −1 on leaving; the stock is the sum over all days."""

METRICS: Mapping[str, Metric] = MappingProxyType(
    {metric.code: metric for metric in (OPENED_METRIC, *FLOWS)}
)


def _check_columns() -> None:
    """Refuse a dictionary that is not what the rollup's columns hold."""
    codes = tuple(metric.code for metric in FLOWS)
    timed = {metric.code for metric in FLOWS if metric.timed}
    if sorted(codes) != sorted(FLOW_CODES) or timed != set(TIMED_CODES):
        raise RuntimeError("dispatch.enums.measures and dispatch.summary.metrics differ")


_check_columns()
