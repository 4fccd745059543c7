"""A hotspot in plain Chinese."""

from __future__ import annotations

from django.utils.translation import gettext as _

from dispatch.console.wording import moment_text
from dispatch.models import Hotspot
from dispatch.queries.hotspots import WINDOW
from xiangcun.lib.similarity import named_places

COUNTED_DAYS = WINDOW.days
_TRENDS = {
    "rising": ("上升", "danger"),
    "falling": ("回落", "success"),
    "unclear": ("升降不明显", "plain"),
}
_FEW = 5
_TITLE_LENGTH = 40


def sentence_of(hotspot: Hotspot) -> str:
    """Return e.g. ``近 7 天 12 人反映“三丰村路灯不亮”，上周 4 人``."""
    title = hotspot.title.rstrip("。！？!?，,；; ")
    title = title if len(title) <= _TITLE_LENGTH else f"{title[: _TITLE_LENGTH - 1]}…"
    place = hotspot.place_name
    where = "" if not place or named_places(title) else _("%s的") % place
    if not hotspot.recent_residents:
        return _("近 7 天无人再反映%(where)s“%(title)s”，上周 %(before)d 人") % {
            "where": where,
            "title": title,
            "before": hotspot.previous_residents,
        }
    return _("近 7 天 %(recent)d 人反映%(where)s“%(title)s”，上周 %(before)d 人") % {
        "recent": hotspot.recent_residents,
        "where": where,
        "title": title,
        "before": hotspot.previous_residents,
    }


def trend_text(hotspot: Hotspot) -> str:
    """Return the trend in a word; few people show none."""
    if hotspot.trend == "unclear" and hotspot.resident_count <= _FEW:
        return _("人数少，看不出升降")
    return _(_TRENDS.get(hotspot.trend, _TRENDS["unclear"])[0])


def trend_tone(hotspot: Hotspot) -> str:
    """Return the colour of the trend's badge."""
    return _TRENDS.get(hotspot.trend, _TRENDS["unclear"])[1]


def growth_text(hotspot: Hotspot) -> str:
    """Return what may be claimed of the growth, "" when that is nothing."""
    if hotspot.trend != "rising":
        return ""
    return _("至少为前三周平均的 %.1f 倍") % hotspot.growth_low


def facts_of(hotspot: Hotspot) -> list[tuple[str, str]]:
    """Return the facts of one hotspot's page."""
    category = hotspot.category
    facts = [
        (_("事项分类"), category.name if category else _("未定")),
        (_("地点"), hotspot.place_name or (_("分散") if hotspot.radius_m else _("不限地点"))),
        (_("范围"), _("半径约 %d 米") % hotspot.radius_m if hotspot.radius_m else ""),
        (_("近四周"), _("%(people)d 人，%(reports)d 件上报，涉及 %(days)d 天") % {
            "people": hotspot.resident_count,
            "reports": hotspot.report_count,
            "days": hotspot.day_count,
        }),
        (_("近 7 天 / 上周"), _("%(recent)d 人 / %(before)d 人") % {
            "recent": hotspot.recent_residents,
            "before": hotspot.previous_residents,
        }),
        (_("趋势"), "，".join(filter(None, [trend_text(hotspot), growth_text(hotspot)]))),
        (_("最早"), moment_text(hotspot.first_at)),
        (_("最近"), moment_text(hotspot.last_at)),
        (_("更新时间"), moment_text(hotspot.refreshed_at)),
    ]  # fmt: skip
    return [fact for fact in facts if fact[1]]
