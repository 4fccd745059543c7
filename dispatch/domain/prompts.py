"""What a resident in mortal danger is told to do first: never nothing."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from dispatch.enums import Hazard
from dispatch.models import Ticket
from reports.enums import Urgency

GENERAL = "如有人身危险，请先拨打 110（警情）、119（火警、救援）或 120（急救）。"
PROMPTS: Mapping[str, str] = MappingProxyType(
    {
        Hazard.GAS: "请立即开窗、关阀、离开，不要开关电器和打火，到室外后拨打 119；有人不适请拨打 120。",
        Hazard.FIRE: "请先撤到安全地方并拨打 119，不要返回取物；有人受伤请拨打 120。",
        Hazard.ELECTRIC: "请远离断线和积水至少 8 米，不要触碰；请拨打 95598 或 119，有人触电请拨打 120。",
        Hazard.COLLAPSE: "请远离倒塌处并提醒他人；有人被埋、被压请先拨打 119，有人受伤请拨打 120。",
        Hazard.FALLING: "请绕开并提醒他人；有人被砸、被压请先拨打 119，有人受伤请拨打 120。",
        Hazard.ROAD: "请远离并提醒他人；有人坠落请先拨打 119 和 120，影响通行请拨打 110。",
        Hazard.WATER: "请先拨打 110 或 119，可抛绳子、救生圈，不要盲目下水；救起后请拨打 120。",
        Hazard.TRAPPED: "请先拨打 119，让被困的人不要乱动；有人不适请拨打 120。",
        Hazard.INJURY: "请先拨打 120，不要随意搬动伤者；有交通事故或打斗请同时拨打 110。",
        Hazard.POISON: "请先拨打 120，保留吃剩的食物和呕吐物；多人不适请说明人数。",
        Hazard.CHEMICAL: "请往上风方向撤离并拨打 119；有人不适请拨打 120。",
        Hazard.ANIMAL: "请先到安全处；有人被咬、被蜇请冲洗伤口并拨打 120，动物仍在伤人请拨打 110 或 119。",
        Hazard.CRIME: "请先到安全处并拨打 110；有人受伤请拨打 120。",
        Hazard.LIFE: "请先拨打 110 和 120，尽量陪着他、移开危险物品，不要刺激。",
        Hazard.ALONE: "请先拨打 110 协助开门，拨打 120 准备救护，并联系家属。",
        Hazard.MISSING: "请先拨打 110，不需要等 24 小时；请准备照片和衣着特征。",
    }
)


def safety_prompt(ticket: Ticket) -> str:
    """Return the prompt of a P0 ticket, "" for any other.

    A category that is P0 by itself knows best (the office may have put a local number there);
    otherwise the danger that was told decides, then the category, then the three numbers.
    """
    if ticket.urgency != Urgency.P0:
        return ""
    category = ticket.category
    own = category.safety_prompt if category else ""
    if own and category and category.default_urgency == Urgency.P0:
        return own
    return PROMPTS.get(ticket.hazard, "") or own or GENERAL
