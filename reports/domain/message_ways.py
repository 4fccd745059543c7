"""By which way a message may reach a person beside the inbox: what is set up, agreed to and left."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext as _

from reports.domain.identity import wechat_openid
from reports.domain.message_words import WORDS
from reports.domain.subscriptions import offers_for, template_ids
from reports.enums import MessageChannel, MessageTemplate
from reports.models import MessagePreference, Resident
from reports.queries.messages import balances, preferences
from xiangcun.lib import sms
from xiangcun.lib.errors import ConflictError
from xiangcun.lib.text import mask_phone


@dataclass(frozen=True, slots=True)
class Way:
    """A channel, and WeChat's template there."""

    channel: MessageChannel
    template_id: str = ""


@dataclass(frozen=True, slots=True)
class WayBook:
    """What the ways of some people depend on, read with two queries however many they are."""

    chosen: Mapping[int, MessagePreference]
    left: Mapping[tuple[int, str], int]
    templates: Mapping[str, str]

    def first_way(self, resident: Resident, template: MessageTemplate) -> Way | None:
        """Return the cheapest way that works: WeChat, else a text message where it is worth one."""
        return self._by_wechat(resident, template) or self.by_sms(resident, template)

    def by_sms(self, resident: Resident, template: MessageTemplate) -> Way | None:
        """Return the way by text message when the template is worth it and the person wants it."""
        if WORDS[template].sms and not self.sms_hindrance(resident) and self.wants_sms(resident):
            return Way(MessageChannel.SMS)
        return None

    def wants_wechat(self, resident: Resident) -> bool:
        """Whether the person has not switched WeChat messages off."""
        chosen = self.chosen.get(resident.pk)
        return chosen is None or chosen.wechat

    def wants_sms(self, resident: Resident) -> bool:
        """Whether the person has switched text messages on: this is the consent to them."""
        chosen = self.chosen.get(resident.pk)
        return chosen is not None and chosen.sms

    def sms_hindrance(self, resident: Resident) -> str:
        """Return why no text message can be sent to the person ("" when it can)."""
        if not sms.configured():
            return _("街道尚未开通短信提醒")
        if not resident.phone or resident.phone_verified_at is None:
            return _("请先填写并验证手机号")
        return ""

    def _by_wechat(self, resident: Resident, template: MessageTemplate) -> Way | None:
        subscription = WORDS[template].subscription
        template_id = self.templates.get(subscription) if subscription else None
        if template_id is None or not reachable_by_wechat(resident):
            return None
        if not self.wants_wechat(resident) or not self.left.get((resident.pk, template_id)):
            return None
        return Way(MessageChannel.WECHAT, template_id)


def read_ways(resident_ids: Iterable[int]) -> WayBook:
    """Read the book for these people."""
    ids = set(resident_ids)
    return WayBook(preferences(ids), balances(ids), template_ids())


def reachable_by_wechat(resident: Resident) -> bool:
    """Whether WeChat knows the person and we may speak to WeChat."""
    return bool(settings.WECHAT_APPID and wechat_openid(resident))


@dataclass(frozen=True, slots=True)
class NoticeSettings:
    """What the resident sees of their switches."""

    wechat: bool
    wechat_available: bool
    wechat_left: int
    sms: bool
    sms_hindrance: str
    phone: str


def notice_settings(resident: Resident) -> NoticeSettings:
    """Return one's switches with what they can do now."""
    book = read_ways([resident.pk])
    reachable = reachable_by_wechat(resident) and bool(book.templates)
    return NoticeSettings(
        wechat=book.wants_wechat(resident),
        wechat_available=reachable,
        wechat_left=sum(offer.left for offer in offers_for(resident.pk)) if reachable else 0,
        sms=book.wants_sms(resident),
        sms_hindrance=book.sms_hindrance(resident),
        phone=mask_phone(resident.phone) if resident.phone_verified_at else "",
    )


def change_notices(
    resident: Resident, *, wechat: bool | None, sms_on: bool | None, now: datetime
) -> None:
    """Switch; ``notices_unavailable`` for switching on what cannot be sent."""
    hindrance = read_ways([resident.pk]).sms_hindrance(resident)
    if sms_on and hindrance:
        raise ConflictError("notices_unavailable", hindrance)
    changes: dict[str, object] = {"changed_at": now}
    if wechat is not None:
        changes["wechat"] = wechat
    if sms_on is not None:
        changes["sms"] = sms_on
    MessagePreference.objects.update_or_create(resident=resident, defaults=changes)
