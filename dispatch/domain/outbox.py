"""Send what is queued: one channel a run, many lines a message, nobody's failure anybody else's.

A run takes its channel's turn (``next_send_at``: the rate limit's pace, and the pause after a
failure), claims the rows of one recipient with a lease, sends them as one message and writes down
what came of it. A worker killed between sending and writing leaves a lease that lapses: the message
goes out again then, at least once and never silently lost.
"""

from __future__ import annotations

import logging
import random
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import gettext as _

from dispatch.domain.channel_ways import open_channel
from dispatch.domain.notice_text import message_of
from dispatch.enums import NotificationChannel, NotificationState
from dispatch.models import ChannelSetting, Notification
from dispatch.models.notifications import OUTBOUND
from xiangcun.lib.channels import Channel, SendError

logger = logging.getLogger(__name__)

MAX_ATTEMPTS = 8
LEASE = timedelta(seconds=120)
ROBOT_PACE = timedelta(seconds=4)
"""15 a minute: the services allow 20, and an urgent message does not wait for its turn."""
BUSY_PAUSE = timedelta(seconds=60)
REFUSED_PAUSE = timedelta(minutes=10)
FIRST_DELAY, LONGEST_DELAY = timedelta(seconds=30), timedelta(hours=1)
LONGEST_PAUSE = timedelta(minutes=10)
MAILS_A_RUN = 20
LINES_A_MESSAGE = 200
Opener = Callable[[ChannelSetting, str], Channel]
_QUEUED = NotificationState.QUEUED


def deliver_channel(
    setting_id: int, *, now: datetime, urgent: bool = False, opener: Opener = open_channel
) -> int:
    """Send what is due on one channel; return how many messages went out.

    ``urgent`` sends urgent rows only, their first time without waiting for the channel's turn.
    """
    setting = ChannelSetting.objects.filter(pk=setting_id).first()
    if setting is None:
        return 0
    if not setting.is_active:
        _skip_all(setting)
        return 0
    sent = 0
    for _turn in range(MAILS_A_RUN if setting.kind == NotificationChannel.EMAIL else 1):
        if not urgent and not _take_turn(setting, now=now):
            break
        claimed = _claim(setting, now=now, urgent=urgent)
        if not claimed:
            break
        if not _send(setting, claimed, now=now, opener=opener):
            break
        sent += 1
    return sent


def requeue_lapsed(*, now: datetime) -> int:
    """Queue again what a killed worker was sending; what was tried too often is stuck."""
    lapsed = Notification.objects.filter(state=NotificationState.SENDING, lease_until__lte=now)
    stuck = lapsed.filter(attempts__gte=MAX_ATTEMPTS)
    stuck.update(state=NotificationState.STUCK, claim="", reason=_("多次发送中断"))
    return lapsed.update(state=_QUEUED, claim="", not_before=now, reason=_("上次发送中断"))


def channels_due(*, now: datetime) -> list[tuple[int, bool]]:
    """Return (setting id, urgent) of the channels that have something to send and may (one query)."""
    due = Notification.objects.filter(state__in=OUTBOUND, state=_QUEUED, not_before__lte=now)
    ready = Q(setting__next_send_at__isnull=True) | Q(setting__next_send_at__lte=now)
    rows = due.filter(ready | Q(urgent=True, attempts=0) | Q(setting__is_active=False))
    found: dict[int, bool] = {}
    for setting_id, urgent in rows.order_by().values_list("setting_id", "urgent").distinct():
        if setting_id is not None:
            found[setting_id] = found.get(setting_id, False) or urgent
    return sorted(found.items())


def retry_delay(attempts: int, *, spread: Callable[[], float] = random.random) -> timedelta:
    """Return the wait after the ``attempts``-th failure: doubling, ± a quarter, an hour at most."""
    doubled: int = 2 ** min(max(0, attempts - 1), 10)
    delay = min(FIRST_DELAY * doubled, LONGEST_DELAY)
    return delay * (0.75 + spread() / 2)


def _take_turn(setting: ChannelSetting, *, now: datetime) -> bool:
    """Take the channel's turn; of two workers one gets it."""
    free = Q(next_send_at__isnull=True) | Q(next_send_at__lte=now)
    robot = setting.kind != NotificationChannel.EMAIL
    turn = ChannelSetting.objects.filter(free, pk=setting.pk)
    return turn.update(next_send_at=now + ROBOT_PACE if robot else None) == 1


@dataclass(frozen=True, slots=True)
class _Claimed:
    token: str
    rows: Sequence[Notification]

    @property
    def mine(self) -> Q:
        """The rows that still carry this run's token: a lapsed lease has lost them."""
        return Q(claim=self.token, state=NotificationState.SENDING)


def _claim(setting: ChannelSetting, *, now: datetime, urgent: bool) -> _Claimed | None:
    """Claim the due rows of the recipient whose turn it is; ``None`` when nothing is due."""
    due = Notification.objects.filter(
        setting=setting, state__in=OUTBOUND, state=_QUEUED, not_before__lte=now
    )
    if urgent:
        due = due.filter(urgent=True)
    first = due.order_by("-urgent", "not_before", "pk").first()
    if first is None:
        return None
    same = due.filter(user_id=first.user_id, urgent=first.urgent)
    same = same.filter(pk=first.pk) if first.body else same.filter(body="")
    wanted = list(same.order_by("pk").values_list("pk", flat=True)[:LINES_A_MESSAGE])
    token = secrets.token_hex(8)
    with transaction.atomic():
        Notification.objects.filter(pk__in=wanted, state=_QUEUED).update(
            state=NotificationState.SENDING,
            claim=token,
            lease_until=now + LEASE,
            attempts=F("attempts") + 1,
        )
        rows = list(
            Notification.objects.filter(claim=token).select_related("user", "ticket").order_by("pk")
        )
    return _Claimed(token, rows) if rows else None


def _send(setting: ChannelSetting, claimed: _Claimed, *, now: datetime, opener: Opener) -> bool:
    """Send one message; True when the next may follow at once."""
    first = claimed.rows[0]
    if first.user is not None and not (first.user.is_active and first.user.email):
        _finish(claimed, NotificationState.SKIPPED, _("收件人已停用或没有邮箱"))
        return True
    try:
        channel = opener(setting, first.user.email if first.user else first.address)
        channel.send(message_of(claimed.rows, key=first.key))
    except SendError as error:
        logger.warning("notice_failed channel=%s trouble=%s", setting.pk, error.trouble)
        _note_failure(setting, claimed, error, now=now)
        return error.trouble == "unwanted"
    _finish(claimed, NotificationState.SENT, "", sent_at=now)
    note_success(setting, now=now)
    return True


def note_success(setting: ChannelSetting, *, now: datetime) -> None:
    """Forget the channel's failures."""
    ChannelSetting.objects.filter(pk=setting.pk).update(
        failure_count=0, last_error="", last_sent_at=now
    )


def _note_failure(
    setting: ChannelSetting, claimed: _Claimed, error: SendError, *, now: datetime
) -> None:
    """Put the rows back or aside, and leave the channel alone for a while."""
    attempts = max(row.attempts for row in claimed.rows)
    rows = Notification.objects.filter(claimed.mine)
    if error.trouble == "busy":
        again = now + BUSY_PAUSE * (1 + random.random() / 4)  # noqa: S311 - jitter, no secret
        rows.update(
            state=_QUEUED, claim="", reason=error.reason, not_before=again,
            attempts=F("attempts") - 1,
        )  # fmt: skip
        pause = BUSY_PAUSE
    elif error.trouble == "away" and attempts < MAX_ATTEMPTS:
        again = now + retry_delay(attempts)
        rows.update(state=_QUEUED, claim="", reason=error.reason, not_before=again)
        pause = min(FIRST_DELAY * 2 ** min(setting.failure_count, 6), LONGEST_PAUSE)
    else:
        _finish(claimed, NotificationState.STUCK, error.reason)
        pause = REFUSED_PAUSE
    if error.trouble == "unwanted":
        return
    ChannelSetting.objects.filter(pk=setting.pk).update(
        next_send_at=now + pause,
        failure_count=F("failure_count") + 1,
        last_error=error.reason[:200],
        last_failed_at=now,
    )


def _finish(
    claimed: _Claimed, state: NotificationState, reason: str, *, sent_at: datetime | None = None
) -> None:
    rows = Notification.objects.filter(claimed.mine)
    rows.update(state=state, reason=reason[:200], sent_at=sent_at, claim="", lease_until=None)


def _skip_all(setting: ChannelSetting) -> None:
    rows = Notification.objects.filter(setting=setting, state__in=OUTBOUND, state=_QUEUED)
    rows.update(state=NotificationState.SKIPPED, reason=_("渠道已停用"))
