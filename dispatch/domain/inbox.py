"""What a person does with their inbox, and what they change about being told."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, time

from django.utils.translation import gettext as _

from dispatch.domain.notice_rules import ALWAYS_BY_EMAIL
from dispatch.enums import NotificationKind
from dispatch.models import NotificationPreference, Staff
from dispatch.queries.inbox import inbox_rows
from xiangcun.lib.errors import InvalidInputError


def mark_read(user: Staff, *, ids: Iterable[int] | None, now: datetime) -> int:
    """Mark the person's own lines read (all when ``ids`` is None); others' ids change nothing."""
    rows = inbox_rows(user.pk).filter(read_at__isnull=True)
    if ids is not None:
        rows = rows.filter(pk__in=list(ids))
    return rows.update(read_at=now)


def save_preferences(
    user: Staff,
    *,
    email_kinds: Iterable[str],
    quiet_from: time | None,
    quiet_to: time | None,
    quiet_rest_days: bool,
) -> NotificationPreference:
    """Store what the person wants; alarms come by mail whatever they say."""
    if (quiet_from is None) != (quiet_to is None):
        message = _("免打扰的开始和结束时间须同时填写或同时留空")
        raise InvalidInputError.of_field("quiet_to", "quiet_pair", message)
    if quiet_from is not None and quiet_from == quiet_to:
        message = _("免打扰的开始和结束时间不能相同")
        raise InvalidInputError.of_field("quiet_to", "quiet_empty", message)
    known = set(NotificationKind.values)
    kinds = ({str(kind) for kind in email_kinds} & known) | {str(k.value) for k in ALWAYS_BY_EMAIL}
    values = {
        "email_kinds": sorted(kinds),
        "quiet_from": quiet_from,
        "quiet_to": quiet_to,
        "quiet_rest_days": quiet_rest_days,
    }
    return NotificationPreference.objects.update_or_create(user=user, defaults=values)[0]
