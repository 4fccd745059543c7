"""What is kept how long: each rule finds what is over its time and clears it away, some at a time.

Every batch leaves a tombstone (``Disposal``): which rule, when, how many, which rows, nothing of what
they held. Another table with residents' data brings a rule of its own (``RULES``). The days are
settings and stand in the privacy notice.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from reports.domain.erasing import erase_resident, scrub_database_file
from reports.domain.message_retention import (
    drop_messages,
    drop_sms_lines,
    messages_due,
    sms_lines_due,
)
from reports.domain.originals import strip_originals
from reports.domain.phone_codes import DAY as CODE_LIFE
from reports.domain.senders import KEPT as SENDER_KEPT
from reports.domain.volunteer_retention import (
    drop_positions,
    drop_volunteers,
    positions_due,
    volunteers_due,
)
from reports.enums import AgeBand, GuardianState, PublicStatus
from reports.models import (
    AccessRecord,
    ContentCheck,
    Disposal,
    GuardianRequest,
    PhoneCode,
    Photo,
    PollMark,
    PollParticipation,
    Report,
    Resident,
    ResidentToken,
)
from reports.models.publication import UNSETTLED
from reports.voice_enums import PollState

logger = logging.getLogger(__name__)

BATCH = 500
VOTED_DAYS = 365
"""How long somebody may read in their export that they took part in a poll."""
MOST_BATCHES = 200
"""A night's work of one rule; the first night of an old installation is followed by others."""
_ENDED = (PublicStatus.CLOSED, PublicStatus.REJECTED, PublicStatus.WITHDRAWN)

Keys = Sequence[Any]


@dataclass(frozen=True, slots=True)
class Rule:
    """One kind of data and its time. ``due`` finds rows, ``clear`` takes their keys and clears them.

    A cleared row must not be due any more: that is what ends the loop.
    """

    name: str
    label: str | Promise
    due: Callable[[datetime], QuerySet[Any]]
    clear: Callable[[Keys, datetime], None]


def run_retention(
    *, now: datetime, dry_run: bool = False, only: Sequence[str] = ()
) -> dict[str, int]:
    """Clear away what is due; return how many by rule. ``dry_run`` only counts.

    Safe to run twice and at the same time: batches are short transactions, and each looks again.
    """
    rules = [rule for rule in RULES if not only or rule.name in only]
    if dry_run:
        return {rule.name: rule.due(now).count() for rule in rules}
    gone = {rule.name: sum(_batches(rule, now)) for rule in rules}
    if sum(gone.values()):
        scrub_database_file()
    while strip_originals(now=now):
        pass
    return gone


def _batches(rule: Rule, now: datetime) -> Iterator[int]:
    for _number in range(MOST_BATCHES):
        with transaction.atomic():
            keys = list(rule.due(now).order_by("pk").values_list("pk", flat=True)[:BATCH])
            if not keys:
                return
            rule.clear(keys, now)
            Disposal.objects.create(
                rule=rule.name, at=now, count=len(keys), refs=[str(key) for key in keys]
            )
        logger.info("retention_cleared rule=%s count=%d", rule.name, len(keys))
        yield len(keys)


def _days_ago(now: datetime, days: int) -> datetime:
    return now - timedelta(days=days)


def _ended_before(limit: datetime, prefix: str = "") -> Q:
    """Reports that ended before ``limit``: by the day of closing, else by their last change."""
    ended = Q(**{f"{prefix}public_status__in": _ENDED})
    closed = Q(**{f"{prefix}closed_at__lt": limit})
    silent = Q(**{f"{prefix}closed_at__isnull": True, f"{prefix}updated_at__lt": limit})
    return ended & (closed | silent)


def _originals_due(now: datetime) -> QuerySet[Any]:
    """Photos all of whose reports ended long ago, residents' and the office's alike."""
    old = _ended_before(_days_ago(now, settings.PHOTO_ORIGINAL_DAYS))
    holders = Report.objects.filter(Q(photos=OuterRef("pk")) | Q(updates__photos=OuterRef("pk")))
    photos = Photo.objects.filter(strip_at__isnull=True, claimed_at__isnull=False)
    photos = photos.exclude(original="")
    return photos.filter(Exists(holders.filter(old)), ~Exists(holders.exclude(old)))


def _ask_strip(keys: Keys, now: datetime) -> None:
    Photo.objects.filter(pk__in=keys).update(strip_at=now)


def _phones_due(now: datetime) -> QuerySet[Any]:
    limit = _days_ago(now, settings.CONTACT_PHONE_DAYS)
    return Report.objects.filter(_ended_before(limit)).exclude(contact_phone="")


def _drop_phones(keys: Keys, now: datetime) -> None:  # noqa: ARG001 - the shape of a rule
    """Not a change that anybody should be told of: ``updated_at`` stays."""
    Report.objects.filter(pk__in=keys).update(contact_phone="")


def _idle_due(now: datetime) -> QuerySet[Any]:
    """Residents who neither can be signed in any more nor wrote for long, with nothing under way."""
    limit = _days_ago(now, settings.IDLE_RESIDENT_DAYS)
    mine = Report.objects.filter(resident=OuterRef("pk"))
    recent = mine.filter(Q(submitted_at__gte=limit) | Q(updated_at__gte=limit))
    under_way = mine.exclude(public_status__in=_ENDED)
    tokens = ResidentToken.objects.filter(user=OuterRef("pk"))
    seen = tokens.filter(Q(expiry__gte=now) | Q(created__gte=limit))
    people = Resident.objects.filter(erased_at__isnull=True, created_at__lt=limit)
    return people.filter(~Exists(recent), ~Exists(under_way), ~Exists(seen))


def _children_due(now: datetime) -> QuerySet[Any]:
    limit = _days_ago(now, settings.GUARDIAN_DAYS)
    children = Resident.objects.filter(age_band=AgeBand.CHILD, guardian_at__isnull=True)
    waiting = GuardianRequest.objects.filter(
        resident=OuterRef("pk"), state=GuardianState.WAITING, expires_at__gt=now
    )
    return children.filter(~Exists(waiting), erased_at__isnull=True, created_at__lt=limit)


def _erase(keys: Keys, now: datetime) -> None:
    for resident in Resident.objects.filter(pk__in=keys, erased_at__isnull=True):
        erase_resident(resident, now=now)


def _leftovers_due(now: datetime) -> QuerySet[Any]:  # noqa: ARG001 - the shape of a rule
    """Reports that came in while their resident was being erased: the link leads to a tombstone."""
    stones = Report.objects.filter(resident__erased_at__isnull=False)
    return stones.filter(resident__absorbed_by__isnull=True)  # those are brought after


def _cut_leftovers(keys: Keys, now: datetime) -> None:
    for resident in Resident.objects.filter(reports__in=keys).distinct():
        erase_resident(resident, now=now)


def _looks_due(now: datetime) -> QuerySet[Any]:
    return AccessRecord.objects.filter(at__lt=_days_ago(now, settings.ACCESS_LOG_DAYS))


def _drop_looks(keys: Keys, now: datetime) -> None:  # noqa: ARG001 - the shape of a rule
    AccessRecord.objects.filter(pk__in=keys).delete()


def _requests_due(now: datetime) -> QuerySet[Any]:
    over = GuardianRequest.objects.exclude(state=GuardianState.CONFIRMED)
    return over.filter(expires_at__lt=now)


def _drop_requests(keys: Keys, now: datetime) -> None:  # noqa: ARG001 - the shape of a rule
    GuardianRequest.objects.filter(pk__in=keys).delete()


def _codes_due(now: datetime) -> QuerySet[Any]:
    """What the hourly sweep left: digests of numbers that a code was sent to."""
    return PhoneCode.objects.filter(created_at__lt=now - CODE_LIFE)


def _drop_codes(keys: Keys, now: datetime) -> None:  # noqa: ARG001 - the shape of a rule
    PhoneCode.objects.filter(pk__in=keys).delete()


def _senders_due(now: datetime) -> QuerySet[Any]:
    """What the hourly sweep left: digests of a device or an address."""
    unknown = Q(sender_device="", sender_address="")
    return Report.objects.filter(submitted_at__lt=now - SENDER_KEPT).exclude(unknown)


def _drop_senders(keys: Keys, now: datetime) -> None:  # noqa: ARG001 - the shape of a rule
    Report.objects.filter(pk__in=keys).update(sender_device="", sender_address="")


def _checks_due(now: datetime) -> QuerySet[Any]:
    """Verdicts of the platform about cases that ended as long ago as their photos' originals go."""
    old = _ended_before(_days_ago(now, settings.PHOTO_ORIGINAL_DAYS), "report__")
    return ContentCheck.objects.filter(old).exclude(state__in=UNSETTLED)


def _drop_checks(keys: Keys, now: datetime) -> None:  # noqa: ARG001 - the shape of a rule
    ContentCheck.objects.filter(pk__in=keys).delete()


def _votes_due(now: datetime) -> QuerySet[Any]:
    """That somebody took part in a poll that ended long ago."""
    return PollParticipation.objects.filter(poll__closes_at__lt=_days_ago(now, VOTED_DAYS))


def _drop_votes(keys: Keys, now: datetime) -> None:  # noqa: ARG001 - the shape of a rule
    PollParticipation.objects.filter(pk__in=keys).delete()


def _marks_due(now: datetime) -> QuerySet[Any]:
    """Digests of who has voted go with the end of a poll; a net below that."""
    over = Q(poll__state=PollState.WITHDRAWN) | Q(poll__frozen_at__lt=now)
    return PollMark.objects.filter(over)


def _drop_marks(keys: Keys, now: datetime) -> None:  # noqa: ARG001 - the shape of a rule
    PollMark.objects.filter(pk__in=keys).delete()


RULES: tuple[Rule, ...] = (
    Rule("leftovers", _("注销时刚提交的上报"), _leftovers_due, _cut_leftovers),
    Rule("children", _("没有监护人同意的孩子账号"), _children_due, _erase),
    Rule("idle_residents", _("长期不用的账号"), _idle_due, _erase),
    Rule("contact_phones", _("已办结上报的联系电话"), _phones_due, _drop_phones),
    Rule("photo_originals", _("已办结上报的照片原件"), _originals_due, _ask_strip),
    Rule("access_log", _("查看联系方式的记录"), _looks_due, _drop_looks),
    Rule("messages", _("过期的居民消息"), messages_due, drop_messages),
    Rule("sms_log", _("过期的短信记录"), sms_lines_due, drop_sms_lines),
    Rule("phone_codes", _("过期的短信验证码"), _codes_due, _drop_codes),
    Rule("sender_digests", _("上报来源的设备和地址摘要"), _senders_due, _drop_senders),
    Rule("content_checks", _("已办结上报的内容检查结果"), _checks_due, _drop_checks),
    Rule("patrol_positions", _("巡查签到、签退的位置"), positions_due, drop_positions),
    Rule("volunteer_ledgers", _("已退出志愿者的积分流水"), volunteers_due, drop_volunteers),
    Rule("guardian_requests", _("过期的监护人确认"), _requests_due, _drop_requests),
    Rule("poll_participations", _("参加投票的记录"), _votes_due, _drop_votes),
    Rule("poll_marks", _("已结束投票的防重复摘要"), _marks_due, _drop_marks),
)
"""In this order: an erasure may make the others' work less."""
