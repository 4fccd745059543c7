"""The sentences: numbers, place, comparison, since when, in words a village head uses."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dispatch.enums import TicketStatus

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

_RARE = 0.95
"""Below this many expected, "about 0" or "about 1" would mislead: it is called rare."""
_TIMES_SHOWN = 10.0

STEPS: Mapping[str, _StrPromise] = {
    TicketStatus.ASSESSING: gettext_lazy("从受理到派单"),
    TicketStatus.NEED_INFO: gettext_lazy("等居民补充"),
    TicketStatus.DISPATCHED: gettext_lazy("从派单到签收"),
    TicketStatus.ESCALATED: gettext_lazy("上报区级等结果"),
    TicketStatus.HANDLING: gettext_lazy("从签收到提交结果"),
    TicketStatus.SUSPENDED: gettext_lazy("挂账"),
    TicketStatus.HANDLED: gettext_lazy("从提交结果到核查答复"),
}
"""Between which two events a ticket stands while in a state."""


def short_day(day: date) -> str:
    """Return e.g. ``11月21日``."""
    return _("%(month)d月%(day)d日") % {"month": day.month, "day": day.day}


def rising_text(
    *,
    name: str,
    is_place: bool,
    days: int,
    count: int,
    expected: float,
    before: int,
    since: date | None,
) -> str:
    """Return e.g. ``“路灯不亮”近 7 天 14 件，往常这个时候约 5 件，是往常的 2.8 倍；11月21日起上升``."""
    subject = name if is_place else _("“%s”") % name
    facts = {"days": days, "subject": subject, "count": count}
    text = _("%(subject)s近 %(days)d 天 %(count)d 件，") % facts
    if before == 0:
        text += _("此前 12 周一件也没有")
    elif expected < _RARE:
        text += _("往常这个时候难得有一件")
    else:
        text += _("往常这个时候约 %(usual)s 件，是往常的 %(times)s倍") % {
            "usual": _number(expected),
            "times": _times(count / expected),
        }
    return text + (_("；%s起上升") % short_day(since) if since else "")


def most_of_it(text: str, name: str, count: int) -> str:
    """Say of a place which matter most of it is about."""
    return text + _("，其中“%(name)s” %(count)d 件") % {"name": name, "count": count}


def repeat_text(*, place: str, category: str, days: int, repeated: int, reopened: int) -> str:
    """Return e.g. ``前峰村第2网格的“暴露垃圾”30 天内反复 4 次（原处再报 3 次，重新打开 1 次）``."""
    parts = [
        _("原处再报 %d 次") % repeated if repeated else "",
        _("重新打开 %d 次") % reopened if reopened else "",
    ]
    return _("%(place)s的“%(category)s”%(days)d 天内反复 %(times)d 次（%(parts)s）") % {
        "place": place,
        "category": category,
        "days": days,
        "times": repeated + reopened,
        "parts": "，".join(filter(None, parts)),
    }


def slow_text(
    *, whose: str, status: str, hours: float, count: int, other: float, compared: str
) -> str:
    """Return e.g. ``城建办的工单从派单到签收平均 9.5 小时，是其他单位的 2.3 倍（近 28 天 23 件）``.

    ``compared`` is ``others`` or ``past``; ``other`` their mean hours.
    """
    facts = {
        "whose": whose,
        "step": STEPS[status],
        "long": span(hours),
        "times": _times(hours / other) if other else "",
        "other": span(other),
        "count": count,
    }
    if compared == "others":
        return (
            _(
                "%(whose)s的工单%(step)s平均 %(long)s，是其他单位的 %(times)s倍（近 28 天 %(count)d 件）"
            )
            % facts
        )
    return (
        _("%(whose)s的工单%(step)s平均 %(long)s，此前 12 周是 %(other)s（近 28 天 %(count)d 件）")
        % facts
    )


def longest_step_text(*, status: str, share: float, hours: float, count: int) -> str:
    """Return which step takes most of the whole time."""
    return _(
        "近 28 天全街道工单花时间最多的一步是%(step)s，占到答复为止全部时间的 %(share)d%%"
        "（平均 %(long)s，%(count)d 件）"
    ) % {
        "step": STEPS[status],
        "share": round(share * 100),
        "long": span(hours),
        "count": count,
    }


def late_text(
    *, department: str, due: int, late: int, low: int, high: int, until: date, pace: float
) -> str:
    """Return e.g. ``按现在的办理速度（每天约 3 件），环卫所12月4日前到期的 12 件中预计 5 件超期（3–7 件）``."""
    speed = _("每个工作日约 %s 件") % _number(pace) if pace >= 1 else _("每个工作日不到 1 件")
    facts = {
        "speed": speed,
        "department": department,
        "until": short_day(until),
        "due": due,
        "late": late,
    }
    between = _("（%(low)d–%(high)d 件）") % {"low": low, "high": high} if low != high else ""
    if due == late:
        text = _(
            "按现在的办理速度（%(speed)s），%(department)s%(until)s前到期的 %(due)d 件预计都会超期"
        )
        return text % facts
    text = _(
        "按现在的办理速度（%(speed)s），%(department)s%(until)s前到期的 %(due)d 件中预计 %(late)d 件超期"
    )
    return text % facts + between


def span(hours: float) -> str:
    """Return a duration as people say it: minutes, hours, or days from three days on."""
    if hours < 1:
        return _("%d 分钟") % max(round(hours * 60), 1)
    if hours >= 72:  # noqa: PLR2004 - three days
        return _("%s 天") % f"{hours / 24:.1f}"
    return _("%s 小时") % f"{hours:.1f}"


def _number(value: float) -> str:
    return f"{value:.0f}" if value >= _TIMES_SHOWN else f"{value:.1f}".removesuffix(".0")


def _times(ratio: float) -> str:
    """Return what stands before 倍: ``2.8 `` or ``20 多``."""
    return _("%d 多") % int(ratio) if ratio >= _TIMES_SHOWN else f"{_number(ratio)} "
