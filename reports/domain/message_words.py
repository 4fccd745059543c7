"""The words of every message to residents, and by which ways each of them may leave the house.

A message is our own sentence around ``Facts``: vocabulary of the office, no text that anybody typed.
So nothing of another person, no link and no insult can ever be in one; what the department wrote is
read on the report's page.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType

from reports.enums import MessageTemplate as Tmpl
from reports.enums import ReportKind, ResidentAction
from reports.models.messages import TEXT_LENGTH
from xiangcun.lib.text import clean_text, mask_contacts, strip_links
from xiangcun.lib.workdays import SHANGHAI

SUBJECT = "您反映的“{category}”"
PLAIN_SUBJECT = "您的上报"
LETTER_SUBJECT = "您的{kind}"
MANY = "您有 {count} 件上报有新进展，请打开查看。"
MANY_SUBJECT = "您的 {count} 件上报"


class Subscription(StrEnum):
    """The three WeChat templates that a resident subscribes to; ``WECHAT_TEMPLATES`` has their ids."""

    PROGRESS = "progress"
    ASK = "ask"
    RESULT = "result"


SUBSCRIPTION_TITLES: Mapping[Subscription, str] = MappingProxyType(
    {
        Subscription.PROGRESS: "办理进度提醒",
        Subscription.ASK: "补充材料提醒",
        Subscription.RESULT: "办结评价提醒",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a message may mention. ``due`` is aware UTC; ``reason`` a label of one of our enums.

    ``letter`` is the kind of a letter (opinion, consultation, praise): it is answered, not mended.

    ``category`` stays empty for confidential matters: a telephone shows messages on its lock screen.
    """

    category: str = ""
    department: str = ""
    due: datetime | None = None
    reason: str = ""
    letter: str = ""

    def stored(self) -> dict[str, str]:
        """Return the facts that are given, as JSON."""
        given = {name: value for name, value in asdict(self).items() if value}
        if self.due is not None:
            given["due"] = self.due.isoformat()
        return given


@dataclass(frozen=True, slots=True)
class Words:
    """``says`` with ``{subject} {department} {promise} {due} {reason}``; ``bare`` when facts lack.

    ``letter`` is said instead of a letter, with the same facts. ``needs`` names the facts without which ``bare`` is said. ``subscription`` empty: inbox only.
    ``sms`` says that it is worth a text message. ``asks`` is what the resident should do.
    """

    says: str
    bare: str = ""
    needs: str = ""
    letter: str = ""
    subscription: Subscription | None = None
    sms: bool = False
    asks: ResidentAction | None = None


_PROGRESS, _ASK, _RESULT = Subscription.PROGRESS, Subscription.ASK, Subscription.RESULT

WORDS: Mapping[Tmpl, Words] = MappingProxyType(
    {
        Tmpl.DISPATCHED: Words(
            "{subject}已派给{department}办理{promise}。",
            bare="{subject}已派单{promise}。",
            needs="department",
            letter="{subject}已转给{department}{promise}。",
            subscription=_PROGRESS,
        ),
        Tmpl.REDISPATCHED: Words(
            "{subject}已重新派给{department}办理{promise}。",
            bare="{subject}已重新派单{promise}。",
            needs="department",
            letter="{subject}已重新转给{department}{promise}。",
            subscription=_PROGRESS,
        ),
        Tmpl.ACCEPTED: Words(
            "{subject}已由{department}签收，正在办理{promise}。",
            bare="{subject}已签收，正在办理{promise}。",
            needs="department",
            letter="{subject}已由{department}收到{promise}。",
        ),
        Tmpl.JOINED: Words(
            "{subject}已有其他居民反映，现合并办理，您仍可查看进展并评价。",
            subscription=_PROGRESS,
        ),
        Tmpl.SEPARATED: Words("{subject}经核对改为单独办理。", subscription=_PROGRESS),
        Tmpl.NEED_INFO: Words(
            "{subject}需要您补充情况，请在 3 天内打开上报查看并答复。",
            subscription=_ASK,
            sms=True,
            asks=ResidentAction.SUPPLEMENT,
        ),
        Tmpl.EXTENDED: Words(
            "{subject}的办理期限调整为 {due} 前。",
            bare="{subject}的办理期限有调整，请打开查看。",
            needs="due",
            subscription=_PROGRESS,
        ),
        Tmpl.SUSPENDED: Words(
            "{subject}因客观条件暂缓办理，已挂账跟踪，条件具备后继续办理。",
            subscription=_PROGRESS,
        ),
        Tmpl.RESUMED: Words("{subject}已恢复办理{promise}。"),
        Tmpl.RETURNED: Words("{subject}正在重新确定承办单位，请留意后续进展。"),
        Tmpl.ESCALATED: Words("{subject}已上报区级部门办理。", subscription=_PROGRESS),
        Tmpl.REJECTED: Words(
            "{subject}不予受理：{reason}。请打开查看说明和去向。",
            bare="{subject}不予受理，请打开查看说明和去向。",
            needs="reason",
            subscription=_RESULT,
            sms=True,
        ),
        Tmpl.REPLIED: Words(
            "{subject}已有办理结果：{reason}。请查看答复，并告诉我们是否解决。",
            bare="{subject}已有答复，请查看，并告诉我们您是否满意。",
            needs="reason",
            subscription=_RESULT,
            sms=True,
            asks=ResidentAction.RATE,
        ),
        Tmpl.CLOSED_UNRATED: Words("{subject}未收到评价，已自动办结；30 日内仍可重新打开。"),
        Tmpl.REMIND_INFO: Words(
            "{subject}还在等您补充情况，请在 {due} 前打开上报答复。到时没有答复，会按现有情况继续研判。",
            bare="{subject}还在等您补充情况，请尽快打开上报答复。",
            needs="due",
            subscription=_ASK,
            sms=True,
            asks=ResidentAction.SUPPLEMENT,
        ),
        Tmpl.REMIND_RATING: Words(
            "{subject}的办理结果还没有评价，请在 {due} 前告诉我们是否解决。到时没有评价，会自动办结。",
            bare="{subject}的办理结果还没有评价，请告诉我们是否解决。",
            needs="due",
            letter="{subject}的答复还没有评价，请在 {due} 前告诉我们您是否满意。到时没有评价，会自动办结。",
            subscription=_RESULT,
            sms=True,
            asks=ResidentAction.RATE,
        ),
        Tmpl.PRAISED: Words(
            "您的表扬已转达{department}，谢谢您。",
            bare="您的表扬已转达有关单位，谢谢您。",
            needs="department",
            subscription=_RESULT,
        ),
        Tmpl.REOPENED: Words("{subject}已重新打开，指挥室将重新安排办理。", subscription=_PROGRESS),
        Tmpl.APPEALED: Words("{subject}的申诉已收到，指挥室将重新研判。", subscription=_PROGRESS),
        Tmpl.POINTS_TAKEN: Words(
            "您的志愿者积分被扣回 {reason}。原因写在“志愿者”的积分明细里；有不同意见，可以用“提意见”申诉。",
            bare="您有志愿者积分被扣回。原因写在“志愿者”的积分明细里；有不同意见，可以用“提意见”申诉。",
            needs="reason",
        ),
        Tmpl.POINTS_EXPIRING: Words(
            "您有 {reason}志愿者积分将在 {due} 到期，到期后作废，请及时兑换。",
            bare="您有志愿者积分快要到期，到期后作废，请及时兑换。",
            needs="due",
        ),
        Tmpl.REWARD_EXPIRED: Words(
            "您兑换的“{reason}”没有领取，已取消，积分已经退回。",
            bare="您兑换的物品没有领取，已取消，积分已经退回。",
            needs="reason",
        ),
        Tmpl.PATROL_CANCELLED: Words(
            "您报名的巡查“{reason}”已取消，不用前往。",
            bare="您报名的一次巡查已取消，不用前往。",
            needs="reason",
        ),
    }
)


def render(template: Tmpl, facts: Facts) -> str:
    """Return the sentence that the inbox keeps."""
    words = WORDS[template]
    due = moment_words(facts.due) if facts.due else ""
    lacking = bool(words.needs) and not getattr(facts, words.needs)
    said = (words.letter if facts.letter else "") or words.says
    text = (words.bare if lacking else said).format(
        subject=subject_of(facts),
        department=_plain(facts.department),
        promise=_promise(facts, due),
        due=due,
        reason=_plain(facts.reason),
    )
    return text[:TEXT_LENGTH]


def _promise(facts: Facts, due: str) -> str:
    """Return the date as a part of a sentence; nobody waits for an answer to a praise."""
    if not due or facts.letter == ReportKind.PRAISE:
        return ""
    return f"，{due} 前答复您" if facts.letter else f"，承诺 {due} 前办结"


def subject_of(facts: Facts) -> str:
    """Return how a message calls the matter."""
    if facts.letter:
        return LETTER_SUBJECT.format(kind=ReportKind(facts.letter).label)
    return SUBJECT.format(category=_plain(facts.category)) if facts.category else PLAIN_SUBJECT


def moment_words(moment: datetime) -> str:
    """Return ``2026年12月3日 17:30``, Shanghai time."""
    local = moment.astimezone(SHANGHAI)
    return f"{local.year}年{local.month}月{local.day}日 {local:%H:%M}"


@lru_cache(maxsize=1024)
def _plain(name: str) -> str:
    """Return a name from the office's tables as it may go out: staff can type anything there."""
    return strip_links(mask_contacts(clean_text(name)))
