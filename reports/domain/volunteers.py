"""Joining and leaving the volunteers; how a row ends is ``reports.domain.volunteer_ends``."""

from __future__ import annotations

import logging
import secrets
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from reports.domain.consents import write_consents
from reports.domain.identity import is_known_person
from reports.domain.volunteer_ends import end_volunteer
from reports.enums import AgeBand, ConsentHow, ConsentKind, ResidentRole
from reports.models import Resident, Volunteer
from reports.queries.notices import current_notice
from xiangcun.lib.errors import (
    ConflictError,
    DomainError,
    InvalidInputError,
    NotAllowedError,
    NotFoundError,
)
from xiangcun.lib.text import mask_contacts, strip_links

logger = logging.getLogger(__name__)

_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
_NUMBER_LENGTH, _TRIES = 6, 5


@dataclass(frozen=True, slots=True)
class Joining:
    """What a person said on the page: how to be called, of age or not, which notice they read."""

    nickname: str
    adult: bool
    version: str


def refusal_of(resident: Resident) -> DomainError | None:
    """Return why this person cannot join, ``None`` when they can.

    Where anybody may sign in under any name (a demonstration), a browser's guest is as good.
    """
    if not (is_known_person(resident) or settings.DEV_LOGIN):
        return NotAllowedError(
            "volunteer_unverified", _("请先用微信登录，或在“我的”里验证手机号，再加入志愿者")
        )
    if resident.role == ResidentRole.GRID:
        return NotAllowedError(
            "volunteer_grid_officer", _("网格员巡查和上报是本职工作，不参加志愿者积分")
        )
    if resident.needs_guardian:
        return NotAllowedError(
            "guardian_needed", _("未满 14 周岁，要监护人同意以后才能加入。上报不受影响")
        )
    return None


def join_volunteers(resident: Resident, joining: Joining, *, now: datetime) -> Volunteer:
    """Make a volunteer of the person; a second tap finds the first one's row.

    Raises ``volunteer_unverified``, ``volunteer_grid_officer``, ``guardian_needed``, ``notice_outdated``, ``nickname_required``.
    """
    refusal = refusal_of(resident)
    if refusal is not None:
        raise refusal
    if joining.version != current_notice().version:
        raise ConflictError("notice_outdated", _("说明有更新，请重新打开页面看过再加入"))
    nickname = strip_links(mask_contacts(joining.nickname)).strip()
    if not nickname:
        raise InvalidInputError.of_field("nickname", "nickname_required", _("请写一个称呼"))
    for _attempt in range(_TRIES):
        known = volunteer_of(resident)
        if known is not None:
            return known
        try:
            return _join(resident, nickname, adult=_is_adult(resident, joining), now=now)
        except IntegrityError:  # two taps at once, or once in a long time the same number
            continue
    raise ConflictError("volunteer_busy", _("系统繁忙，请稍后重试"))


def volunteer_of(resident: Resident) -> Volunteer | None:
    """Return the person's row as an active volunteer."""
    return Volunteer.objects.filter(resident=resident, left_at__isnull=True).first()


def require_volunteer(resident: Resident) -> Volunteer:
    """Return the person's row or raise ``not_a_volunteer``."""
    volunteer = volunteer_of(resident)
    if volunteer is None:
        raise NotAllowedError("not_a_volunteer", _("您还没有加入平安志愿者"))
    return volunteer


def leave_volunteers(resident: Resident, *, now: datetime) -> None:
    """Take the consent back: the points end, what was reserved goes back, nothing names the person."""
    with transaction.atomic():
        if resident.consents.get(ConsentKind.VOLUNTEER.value):
            answer = {ConsentKind.VOLUNTEER: False}
            write_consents(resident, answer, how=ConsentHow.GIVEN, now=now)
        end_volunteer(resident.pk, now=now)


def find_volunteer(number: str) -> Volunteer:
    """Return an active volunteer by number; raises ``volunteer_not_found``."""
    found = Volunteer.objects.filter(number=number.strip().upper(), left_at__isnull=True).first()
    if found is None:
        raise NotFoundError("volunteer_not_found", _("没有这位志愿者，或本人已退出"))
    return found


@transaction.atomic
def _join(resident: Resident, nickname: str, *, adult: bool, now: datetime) -> Volunteer:
    volunteer = Volunteer.objects.create(
        resident=resident,
        number="".join(secrets.choice(_ALPHABET) for _digit in range(_NUMBER_LENGTH)),
        nickname=nickname[: Volunteer.NICKNAME_MAX],
        adult=adult,
        joined_at=now,
    )
    answer = {ConsentKind.VOLUNTEER: True}
    write_consents(resident, answer, how=ConsentHow.GIVEN, now=now)
    logger.info("volunteer_joined volunteer=%s", volunteer.pk)
    return volunteer


def _is_adult(resident: Resident, joining: Joining) -> bool:
    """Believe the word, unless the person said otherwise to the privacy notice."""
    return joining.adult and resident.age_band in {"", AgeBand.ADULT}
