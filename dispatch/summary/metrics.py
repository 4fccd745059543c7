"""The dictionary of metrics: what is counted, under which name, explained once.

A flow says which events count and for how many minutes; a stock follows the state a ticket is in;
``opened`` follows the ticket: it stands on the day of the report, under the category, department and
grid the ticket has now. All of them are pure functions of an event and of what the ledger says about
the same ticket before it, so that tallies are a fold over the ledger, in any order of tickets.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from dispatch.enums import Role, TicketStatus
from dispatch.enums import TicketAction as Act
from dispatch.summary.lines import Line, Past

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

STOCK_PREFIX = "status:"
OPENED = "opened"
SATISFIED_FROM = 4


_RESULTS = (Act.FINISH, Act.REPLY)
"""By what a department says that it is done: work, or the answer to a letter."""

Start = Callable[[Line, Past], datetime | None]


def _always(_line: Line, _past: Past) -> bool:
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """One definition.

    ``when`` narrows ``actions``; ``since`` makes it a duration in natural minutes; ``weight`` counts
    more than one; ``before`` books it on the department the ticket is taken from.
    """

    code: str
    name: _StrPromise
    explanation: _StrPromise
    actions: frozenset[Act] = frozenset()
    when: Callable[[Line, Past], bool] = _always
    since: Start | None = None
    weight: Callable[[Line], int] | None = None
    before: bool = False


def _by_system(line: Line, _past: Past) -> bool:
    return line.role == Role.SYSTEM


def _on_time(line: Line, _past: Past) -> bool:
    return bool(line.data.get("on_time"))


def _has_limit(_line: Line, past: Past) -> bool:
    result = past.latest(*_RESULTS, Act.REPORT_BACK)
    return result is not None and result.action in _RESULTS


def _closed_on_time(line: Line, past: Past) -> bool:
    finish = past.latest(*_RESULTS)
    return finish is not None and _has_limit(line, past) and bool(finish.data.get("on_time"))


def _is_result(line: Line, _past: Past) -> bool:
    """Whether it is a result: the lead's word to a resident who asked for it changes no state."""
    return line.action != Act.REPLY or "on_time" in line.data


def _tells_result(line: Line, _past: Past) -> bool:
    """Whether the resident reads a result by it that they may judge."""
    rated = line.to_status == TicketStatus.AWAITING_RATING
    return line.action == Act.VERIFY or (rated and "on_time" in line.data)


def _closes(line: Line, _past: Past) -> bool:
    return line.to_status == TicketStatus.CLOSED and "on_time" in line.data


def _solved(line: Line, _past: Past) -> bool:
    return line.data.get("solved") is True


def _score(line: Line) -> int:
    return int(line.data.get("score") or 0)


def _satisfied(line: Line, _past: Past) -> bool:
    return _score(line) >= SATISFIED_FROM


def _answered(line: Line, past: Past) -> bool:
    """Between verification and closing only residents' ratings happen: the line before tells all."""
    joined = past.previous is not None and past.previous.action == Act.RATE_JOINED
    return line.action == Act.RATE or joined


def _since_opening(line: Line, _past: Past) -> datetime | None:
    return line.opened_at


def _since(*actions: Act) -> Start:
    def start(_line: Line, past: Past) -> datetime | None:
        begun = past.latest(*actions)
        return begun.at if begun else None

    return start


_CLOSING = frozenset({Act.RATE, Act.CLOSE_UNRATED})
_RATING = frozenset({Act.RATE, Act.RATE_JOINED})

FLOWS: tuple[Metric, ...] = (
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
        when=_by_system,
    ),
    Metric(
        code="signed",
        name=_("签收量"),
        explanation=_("承办单位签收的次数；用时从派单到签收，按自然时间计。"),
        actions=frozenset({Act.ACCEPT}),
        since=_since(Act.DISPATCH),
    ),
    Metric(
        code="returned",
        name=_("退单量"),
        explanation=_("承办单位退回指挥室的次数，记在退单的单位。"),
        actions=frozenset({Act.RETURN}),
        before=True,
    ),
    Metric(
        code="finished",
        name=_("办理完成量"),
        explanation=_(
            "承办单位提交办理结果或答复来信的次数，返工后再提交再计一次；用时从签收（返工后从返工）算起，按自然时间计，含挂账。"
        ),
        actions=frozenset(_RESULTS),
        when=_is_result,
        since=_since(Act.ACCEPT, Act.REWORK),
    ),
    Metric(
        code="finished_on_time",
        name=_("按期办理量"),
        explanation=_("办理完成量中，提交时没有超过办理期限（含获准的延期）的次数。"),
        actions=frozenset(_RESULTS),
        when=_on_time,
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
        when=_tells_result,
        since=_since_opening,
    ),
    Metric(
        code="thanked",
        name=_("表扬转达量"),
        explanation=_("表扬转告有关单位并致谢的件数；表扬不评价，不计入办结量和满意率。"),
        actions=frozenset({Act.REPLY}),
        when=_closes,
        since=_since_opening,
    ),
    Metric(
        code="closed",
        name=_("办结量"),
        explanation=_(
            "居民评价后办结，或 7 天未评价到期办结的工单；重新打开后再办结再计一次。用时从居民上报算起。"
        ),
        actions=_CLOSING,
        since=_since_opening,
    ),
    Metric(
        code="closed_timed",
        name=_("有期限的办结量"),
        explanation=_("办结量中由本街道单位办理的；上报区级办理的没有本级期限，不计。"),
        actions=_CLOSING,
        when=_has_limit,
    ),
    Metric(
        code="closed_on_time",
        name=_("按期办结量"),
        explanation=_("有期限的办结量中，承办单位最后一次提交结果没有超过办理期限的。"),
        actions=_CLOSING,
        when=_closed_on_time,
    ),
    Metric(
        code="closed_rated",
        name=_("有评价的办结量"),
        explanation=_("办结量中至少有一位上报居民作了评价的。"),
        actions=_CLOSING,
        when=_answered,
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
        before=True,
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
        when=_solved,
    ),
    Metric(
        code="satisfied",
        name=_("评价满意"),
        explanation=_("评价中打 4 分或 5 分的；没有评价的不算满意。"),
        actions=_RATING,
        when=_satisfied,
    ),
    Metric(
        code="score",
        name=_("评分合计"),
        explanation=_("评价的分数之和，用来计算平均分。"),
        actions=_RATING,
        weight=_score,
    ),
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
