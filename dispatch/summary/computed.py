"""The dictionary's computed figures: shares, means, medians, and what stands where when a day ends.

Names, numerators and denominators are those of the field (GB/T 30428.4, 12345): whoever changes one
changes what the township's reports mean, and writes it into ``docs/metrics.md`` by the test that
holds both equal.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from dispatch.enums import OPEN_STATUSES, TicketStatus
from dispatch.summary.kinds import Direction, Figure, Group, Kind
from dispatch.summary.measure_words import CASES, POINTS
from dispatch.summary.metrics import STOCKS

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

IN_HAND = "in_hand"
_MORE, _LESS = Direction.MORE, Direction.LESS
_HOURS = _("小时")
_MEDIAN, _P90 = 0.5, 0.9
_SPREAD_NOTE = _("按时长分段计算，与逐件计算相差不超过 6%。")
_RATED_NOTE = _("没有评价的不算满意也不算不满意，须与评价率一起看；评价率低时只代表少数居民。")


def _share(
    code: str,
    name: _StrPromise,
    formula: _StrPromise,
    parts: tuple[str, str],
    group: Group,
    *,
    direction: Direction = _MORE,
    note: _StrPromise | str = "",
    beside: str = "",
) -> Figure:
    return Figure(
        code,
        name,
        formula,
        Kind.PERCENT,
        *parts,
        note=note,
        unit="%",
        direction=direction,
        group=group,
        beside=beside,
    )


def _hours(
    code: str,
    name: _StrPromise | str,
    formula: _StrPromise | str,
    part: str,
    *,
    note: _StrPromise | str = "",
    quantile: float | None = None,
    group: Group = Group.TIME,
) -> Figure:
    return Figure(
        code,
        name,
        formula,
        Kind.HOURS,
        part,
        quantile=quantile,
        note=note or (_SPREAD_NOTE if quantile else ""),
        unit=_HOURS,
        direction=_LESS,
        group=group,
    )


def _stock(code: str, name: _StrPromise, formula: _StrPromise, *states: TicketStatus) -> Figure:
    stocks = tuple(STOCKS[state] for state in states)
    return Figure(code, name, formula, part=code, stocks=stocks, unit=CASES, direction=_LESS)


_STOCKS = (
    _stock(
        IN_HAND,
        _("在办量"),
        _(
            "截至结束日期尚未答复居民的工单：待研判、待补充、待签收、上报区级、处置中、挂账、待核查。"
        ),
        *OPEN_STATUSES,
    ),
    _stock(
        "suspended_now",
        _("挂账数"),
        _("截至结束日期处于挂账状态的工单。"),
        TicketStatus.SUSPENDED,
    ),
    *(
        Figure(
            STOCKS[status],
            format_lazy("“{state}”工单数", state=status.label),
            format_lazy("截至结束日期处于“{state}”的工单。", state=status.label),
            part=STOCKS[status],
            stocks=(STOCKS[status],),
            unit=CASES,
        )
        for status in TicketStatus
    ),
)

_DISPATCH = (
    _share(
        "dispatch_on_time_rate",
        _("派单及时率"),
        _("及时派单量 ÷ 有研判期限的派单量。"),
        ("dispatched_on_time", "dispatched_timed"),
        Group.DISPATCH,
        note=_("派单时没有超过研判期限为及时；没有研判期限的派单不计。"),
    ),
    _share(
        "sign_rate",
        _("签收率"),
        _("已签收的派单 ÷ 派单量。"),
        ("dispatch_signed", "dispatched"),
        Group.DISPATCH,
        note=_(
            "单位自己签收的才算，逾期由系统自动签收的不算；记在派单当日和被派单位，所以不超过 100%；"
            "最近几天派出、还没来得及签收的也在分母里，以后还会上升。"
        ),
    ),
    _share(
        "sign_on_time_rate",
        _("按时签收率"),
        _("在签收期限内签收的派单 ÷ 派单量。"),
        ("dispatch_signed_on_time", "dispatched"),
        Group.DISPATCH,
        note=_("记在派单当日和被派单位；退单、由系统自动签收的不算，也在分母里。"),
    ),
    _share(
        "response_rate",
        _("响应率"),
        _("按期响应的派单 ÷ 派单量。"),
        ("dispatch_responded", "dispatched"),
        Group.DISPATCH,
        note=_(
            "单位按时签收，并在办理期限内给了居民说法（办理结果、获准的延期或挂账说明），为按期响应，只签收不算；"
            "记在派单当日和被派单位，最近几天期限未到的也在分母里，以后还会上升。"
        ),
    ),
    _share(
        "return_rate",
        _("退单率"),
        _("退单量 ÷ 派单量。"),
        ("returned", "dispatched"),
        Group.DISPATCH,
        direction=_LESS,
        note=_("退单记在退单当日，派单记在派单当日；跨期的退单可能使单日超过 100%。"),
    ),
    _share(
        "repeat_rate",
        _("重复率"),
        _("重复发生量 ÷ 首次派单量。"),
        ("repeated", "first_dispatched"),
        Group.DISPATCH,
        direction=_LESS,
        note=_("首次派单时，200 米内、30 天内有同一小类的另一件工单，为重复发生。"),
    ),
    _share(
        "joined_rate",
        _("并案上报率"),
        _("并入已有工单的上报 ÷ 上报量。"),
        ("attached", "reported"),
        Group.DISPATCH,
        direction=Direction.NEUTRAL,
        note=_("同一件事多位居民上报、只办一次的比例。"),
    ),
)

_HANDLING = (
    _share(
        "on_time_rate",
        _("按期办结率"),
        _("按期办结量 ÷ 有期限的办结量。"),
        ("closed_on_time", "closed_timed"),
        Group.HANDLING,
        note=_(
            "承办单位最后一次提交结果没有超过办理期限（含获准的延期）；上报区级办理的没有本级期限，不计。"
        ),
    ),
    _share(
        "finished_on_time_rate",
        _("按期办理率"),
        _("按期办理量 ÷ 办理完成量。"),
        ("finished_on_time", "finished"),
        Group.HANDLING,
        note=_("每次提交结果各计一次，包括返工后再提交。"),
    ),
    _share(
        "rework_rate",
        _("返工率"),
        _("返工量 ÷ 办理完成量。"),
        ("rework", "finished"),
        Group.HANDLING,
        direction=_LESS,
    ),
    _share(
        "extension_rate",
        _("延期率"),
        _("延期量 ÷ 签收量。"),
        ("extended", "signed"),
        Group.HANDLING,
        direction=_LESS,
        note=_("只计值班领导同意的；一件工单最多延期两次，各计一次。"),
    ),
    _share(
        "reopen_rate",
        _("重开率"),
        _("重新打开量 ÷ 核查通过量。"),
        ("reopened", "verified"),
        Group.HANDLING,
        direction=_LESS,
        note=_("居民不满意或值班领导要求重新办理的；记在重开当日和原承办单位。"),
    ),
)

_RESIDENT = (
    _share(
        "solved_rate",
        _("解决率"),
        _("评价中认为已解决的 ÷ 评价数。"),
        ("solved", "rated"),
        Group.RESIDENT,
        note=_RATED_NOTE,
        beside="rating_rate",
    ),
    _share(
        "satisfied_rate",
        _("满意率"),
        _("打 4 分或 5 分的评价 ÷ 评价数。"),
        ("satisfied", "rated"),
        Group.RESIDENT,
        note=_RATED_NOTE,
        beside="rating_rate",
    ),
    _share(
        "rating_rate",
        _("评价率"),
        _("有评价的办结量 ÷ 办结量。"),
        ("closed_rated", "closed"),
        Group.RESIDENT,
        note=_("7 天没有评价、到期办结的，在分母里、不在分子里。"),
    ),
    Figure(
        "mean_score",
        _("平均分"),
        _("评分合计 ÷ 评价数，满分 5 分。"),
        Kind.SCORE,
        "score",
        "rated",
        unit=POINTS,
        direction=_MORE,
        group=Group.RESIDENT,
        beside="rating_rate",
        note=_("没有评价的不计分。"),
    ),
)

_MACHINE = (
    _share(
        "auto_rate",
        _("自动派单率"),
        _("自动派单量 ÷ 派单量。"),
        ("auto_dispatched", "dispatched"),
        Group.MACHINE,
    ),
    _share(
        "auto_accuracy",
        _("自动派单准确率"),
        _("判定正确的自动派单 ÷ 已办结的自动派单。"),
        ("auto_right", "auto_judged"),
        Group.MACHINE,
        note=_(
            "首次由系统派出的工单办结时才判定：分类和主办单位与首次派单时相同为正确；没有办结的不计。"
            "研判质量页按退单、改派判定，口径更细。"
        ),
    ),
)

_RESIDENT_CLOCK = _("居民时钟从上报起，按自然时间计，不因挂账、退单、节假日停表。")
_UNIT_CLOCK = _(
    "单位时钟从派单（返工后从返工）起到提交结果，按工单自己的计时方式（工作时间或自然时间），扣除挂账的停表时间。"
)

_TIMES_TAKEN = (
    _hours(
        "sign_hours",
        _("平均签收用时"),
        _("从派单到签收的平均小时数。"),
        "signed",
        note=_("按自然时间计；没有签收的不计。"),
    ),
    _hours(
        "handle_hours",
        _("平均办理用时"),
        _("从签收（返工后从返工）到提交结果的平均小时数。"),
        "finished",
        note=_("按自然时间计，含挂账。"),
    ),
    _hours(
        "answer_hours",
        _("平均答复用时"),
        _("从居民上报到核查后答复居民的平均小时数。"),
        "verified",
        note=_RESIDENT_CLOCK,
    ),
    _hours(
        "answer_median",
        _("答复用时中位数"),
        _("一半的答复用时不超过的小时数（居民时钟）。"),
        "verified",
        quantile=_MEDIAN,
    ),
    _hours(
        "answer_p90",
        _("答复用时 P90"),
        _("九成的答复用时不超过的小时数（居民时钟）。"),
        "verified",
        quantile=_P90,
    ),
    _hours(
        "close_hours",
        _("平均办结时长"),
        _("从居民上报到办结的平均小时数。"),
        "closed",
        note=_("居民时钟从不停表，含等待评价的最多 7 天；重新打开的从最初上报算起。"),
    ),
    _hours(
        "close_median",
        _("办结时长中位数"),
        _("一半的办结时长不超过的小时数（居民时钟）。"),
        "closed",
        quantile=_MEDIAN,
    ),
    _hours(
        "close_p90",
        _("办结时长 P90"),
        _("九成的办结时长不超过的小时数（居民时钟）。"),
        "closed",
        quantile=_P90,
    ),
    _hours(
        "unit_hours",
        _("平均办理时长（单位时钟）"),
        _("承办单位用掉的平均小时数。"),
        "finished_unit",
        note=_UNIT_CLOCK,
    ),
    _hours(
        "unit_median",
        _("办理时长中位数（单位时钟）"),
        _("一半的办理时长不超过的小时数（单位时钟）。"),
        "finished_unit",
        quantile=_MEDIAN,
    ),
    _hours(
        "unit_p90",
        _("办理时长 P90（单位时钟）"),
        _("九成的办理时长不超过的小时数（单位时钟）。"),
        "finished_unit",
        quantile=_P90,
    ),
)

WAITED = (*OPEN_STATUSES, TicketStatus.AWAITING_RATING)
"""States in which a ticket waits for somebody."""

_WAITS = tuple(
    _hours(
        f"wait_hours_{status}",
        format_lazy("“{state}”平均停留", state=status.label),
        format_lazy("离开“{state}”的工单在这一环节平均停留的小时数。", state=status.label),
        f"wait_{status}",
        note=_("按自然时间计，记在离开当日；还停在这一环节的不计。"),
        group=Group.WAIT,
    )
    for status in WAITED
)

COMPUTED: tuple[Figure, ...] = (
    *_STOCKS,
    *_DISPATCH,
    *_HANDLING,
    *_RESIDENT,
    *_MACHINE,
    *_TIMES_TAKEN,
    *_WAITS,
)
