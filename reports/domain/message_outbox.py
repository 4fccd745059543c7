"""Send what is queued: one letter after the other, nobody's failure anybody else's.

A run claims the due rows of one person on its channel with a lease, sends them as one letter and
writes down what came of it. A worker killed in between leaves a lease that lapses: a WeChat message
goes out again then; a text message, which costs money and cannot be told from one that arrived, waits
for staff. A channel in trouble rests for a minute, so that an outage costs one call a minute.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import random
from time import monotonic

from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from reports.domain.message_letters import put_together
from reports.domain.message_senders import SENDERS, Carried, Sender
from reports.domain.message_spreading import earliest, fall_back_to_sms
from reports.domain.message_ways import WayBook, read_ways
from reports.domain.subscriptions import record_empty, record_use
from reports.enums import DeliveryState, MessageChannel, PublicStatus
from reports.models import MessageDelivery, Resident, ResidentMessage
from reports.models.messages import OUTBOUND
from reports.queries.messages import notices_sent_since

logger = logging.getLogger(__name__)

DELIVER_TASK = "reports.deliver_messages"
MAX_ATTEMPTS = 8
LEASE = timedelta(seconds=120)
FIRST_DELAY, LONGEST_DELAY = timedelta(seconds=30), timedelta(hours=1)
REST_SECONDS = 60
STALE = timedelta(days=2)
LETTERS_A_RUN = 40
SECONDS_A_RUN = 20.0
LINES_A_LETTER = 100
_QUEUED, _SENDING = DeliveryState.QUEUED, DeliveryState.SENDING


def deliver_messages(
    channel: str, *, now: datetime, senders: Mapping[str, Sender] = SENDERS
) -> int:
    """Send what is due on one channel; return how many letters went out."""
    if cache.get(_rest_key(channel)):
        return 0
    until, sent = monotonic() + SECONDS_A_RUN, 0
    for _turn in range(LETTERS_A_RUN):
        claimed = _claim(channel, now=now)
        if claimed is None or monotonic() > until:
            break
        carried = _send(claimed, senders[channel], now=now)
        sent += carried is not None and not carried.trouble
        if carried is not None and carried.trouble in {"away", "busy"}:
            cache.set(_rest_key(channel), 1, REST_SECONDS)
            break
    return sent


def requeue_lapsed(*, now: datetime) -> int:
    """Queue again what a killed worker was sending; what may be out already waits for staff."""
    lapsed = MessageDelivery.objects.filter(state=_SENDING, lease_until__lte=now)
    doubtful = Q(channel=MessageChannel.SMS) | Q(attempts__gte=MAX_ATTEMPTS)
    lapsed.filter(doubtful).update(
        state=DeliveryState.STUCK, claim="", reason=_("发送中断，可能已送达"), ended_at=now
    )
    return lapsed.update(state=_QUEUED, claim="", not_before=now, reason=_("上次发送中断"))


def resend_stuck(ids: Sequence[int] | None, *, now: datetime, most: int = 1000) -> list[int]:
    """Queue stuck deliveries again (all when ``ids`` is ``None``); return their ids."""
    stuck = MessageDelivery.objects.filter(state=DeliveryState.STUCK)
    if ids is not None:
        stuck = stuck.filter(pk__in=list(ids))
    chosen = list(stuck.order_by("pk").values_list("pk", flat=True)[:most])
    again = MessageDelivery.objects.filter(pk__in=chosen, state=DeliveryState.STUCK)
    quiet = earliest(False, now)
    again.filter(urgent=True).update(not_before=now)
    again.filter(urgent=False).update(not_before=quiet)
    # A message that staff send again is fresh: the resident asked for it, or the service was mended.
    again.update(state=_QUEUED, attempts=0, reason="", ended_at=None, created_at=now)
    for channel in MessageChannel.values:
        cache.delete(_rest_key(channel))
    return chosen


def retry_delay(attempts: int, *, spread: Callable[[], float] = random) -> timedelta:
    """Return the wait after the ``attempts``-th failure: doubling, ± a quarter, an hour at most."""
    delay = min(FIRST_DELAY * int(2 ** min(max(0, attempts - 1), 10)), LONGEST_DELAY)
    return delay * (0.75 + spread() / 2)


@dataclass(frozen=True, slots=True)
class _Claimed:
    token: str
    rows: Sequence[MessageDelivery]

    @property
    def mine(self) -> Q:
        """The rows that still carry this run's token: a lapsed lease has lost them."""
        return Q(claim=self.token, state=_SENDING)

    @property
    def resident(self) -> Resident:
        """Whose letter it is."""
        return self.rows[0].message.resident


def _claim(channel: str, *, now: datetime) -> _Claimed | None:
    """Claim the due rows of the person whose turn it is; ``None`` when nothing is due."""
    due = MessageDelivery.objects.filter(
        channel=channel, state__in=OUTBOUND, state=_QUEUED, not_before__lte=now
    )
    while (first := due.order_by("-urgent", "not_before", "pk").first()) is not None:
        same = due.filter(
            resident_id=first.resident_id, urgent=first.urgent, template_id=first.template_id
        )
        wanted = list(same.order_by("pk").values_list("pk", flat=True)[:LINES_A_LETTER])
        token = secrets.token_hex(8)
        with transaction.atomic():
            MessageDelivery.objects.filter(pk__in=wanted, state=_QUEUED).update(
                state=_SENDING, claim=token, lease_until=now + LEASE, attempts=F("attempts") + 1
            )
            rows = MessageDelivery.objects.filter(claim=token, state=_SENDING)
            rows = rows.select_related("message__report", "message__resident")
            found = list(rows.order_by("pk"))
        if found:
            return _Claimed(token, found)
    return None


def _send(claimed: _Claimed, sender: Sender, *, now: datetime) -> Carried | None:
    """Send one letter and write down what came of it; ``None`` when nothing was left to send."""
    live = _sort_out(claimed, now=now)
    if not live:
        return None
    first = live[0]
    letter = put_together([row.message for row in live])
    kept = {message.pk for message in letter.messages}
    merged = [row.pk for row in live if row.message_id not in kept]
    carried = sender(letter, claimed.resident, first.template_id, now)
    if not carried.trouble:
        _end(claimed, merged, DeliveryState.SKIPPED, _("已并入同件上报的后一条"), now=now)
        _end(claimed, None, DeliveryState.SENT, "", now=now, reference=carried.reference)
        _take_quota(first, now=now)
        return carried
    logger.info("message_not_sent channel=%s trouble=%s", first.channel, carried.trouble)
    _note_trouble(claimed, live, carried, now=now)
    return carried


def _sort_out(claimed: _Claimed, *, now: datetime) -> list[MessageDelivery]:
    """End the rows that need no sending any more; return the others."""
    book = read_ways([claimed.resident.pk])
    full = _day_is_full(claimed, now=now)
    live = []
    for row in claimed.rows:
        reason = full or _moot(row, book, now=now)
        if reason:
            _end(claimed, [row.pk], DeliveryState.SKIPPED, reason, now=now)
        else:
            live.append(row)
    return live


def _moot(row: MessageDelivery, book: WayBook, *, now: datetime) -> str:
    """Return why a delivery is not sent any more ("" = send it)."""
    message, resident = row.message, row.message.resident
    by_sms = row.channel == MessageChannel.SMS
    withdrawn = message.report and message.report.public_status == PublicStatus.WITHDRAWN
    cases = (
        (message.read_at is not None, _("居民已在站内看过")),
        (now - row.created_at > STALE, _("超过两天，不再发送")),
        (not resident.is_active, _("账号已停用")),
        (bool(withdrawn), _("上报已撤回")),
        (by_sms and not book.wants_sms(resident), _("居民没有开启短信提醒")),
        (by_sms and bool(book.sms_hindrance(resident)), _("没有可用的已验证手机号")),
        (not by_sms and not book.wants_wechat(resident), _("居民已关闭微信提醒")),
    )
    return next((reason for applies, reason in cases if applies), "")


def _day_is_full(claimed: _Claimed, *, now: datetime) -> str:
    """Return a reason when the person was sent enough text messages within a day."""
    first = claimed.rows[0]
    if first.channel != MessageChannel.SMS or first.urgent:
        return ""
    limit = settings.SMS_DAILY_NOTICES
    if notices_sent_since(claimed.resident.pk, now - timedelta(days=1)) < limit:
        return ""
    return _("一天内已发过 %(count)s 条短信") % {"count": limit}


def _note_trouble(
    claimed: _Claimed, live: Sequence[MessageDelivery], carried: Carried, *, now: datetime
) -> None:
    """Put the rows back, or end them and try the other way."""
    first, rows = live[0], MessageDelivery.objects.filter(claimed.mine)
    attempts = max(row.attempts for row in live)
    if carried.trouble == "busy":
        again = now + timedelta(seconds=REST_SECONDS)
        rows.update(
            state=_QUEUED, claim="", reason=carried.reason[:200], not_before=again,
            attempts=F("attempts") - 1,
        )  # fmt: skip
        return
    doubtful = carried.maybe_sent and first.channel == MessageChannel.SMS
    if carried.trouble == "away" and attempts < MAX_ATTEMPTS and not doubtful:
        again = now + retry_delay(attempts)
        rows.update(state=_QUEUED, claim="", reason=carried.reason[:200], not_before=again)
        return
    normal = carried.trouble in {"no_quota", "unwanted"}
    _end(
        claimed, None, DeliveryState.SKIPPED if normal else DeliveryState.STUCK,
        carried.reason, now=now,
    )  # fmt: skip
    if first.channel == MessageChannel.WECHAT:
        if carried.trouble == "no_quota":
            record_empty(first.resident_id, first.template_id, key=f"empty/{first.pk}", now=now)
        fall_back_to_sms(_messages(live), now=now)


def _take_quota(first: MessageDelivery, *, now: datetime) -> None:
    if first.channel == MessageChannel.WECHAT:
        key = f"used/{first.pk}/{first.attempts}"
        record_use(first.resident_id, first.template_id, key=key, now=now)


def _messages(rows: Sequence[MessageDelivery]) -> list[ResidentMessage]:
    return [row.message for row in rows]


def _end(
    claimed: _Claimed,
    ids: Sequence[int] | None,
    state: DeliveryState,
    reason: str,
    *,
    now: datetime,
    reference: str = "",
) -> None:
    """End these rows of the claim, or all that are left of it."""
    rows = MessageDelivery.objects.filter(claimed.mine)
    if ids is not None:
        if not ids:
            return
        rows = rows.filter(pk__in=ids)
    rows.update(
        state=state,
        reason=reason[:200],
        reference=reference,
        claim="",
        lease_until=None,
        ended_at=now,
    )


def _rest_key(channel: str) -> str:
    return f"messages:rest:{channel}"
