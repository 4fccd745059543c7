"""P0 alarms by every channel: to all on duty at once, whatever the hour and whatever they muted."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from dispatch.domain.notice_text import line_of
from dispatch.domain.notifications import write_announcement
from dispatch.enums import NotificationKind, Role
from dispatch.models import Alarm, Announcement

ON_DUTY = (Role.DISPATCHER, Role.LEAD)
LOOK_BACK = timedelta(hours=24)


def send_alarm(alarm: Alarm) -> None:
    """Tell the command room of a fresh alarm; ``alarms.SENDERS`` calls this once it is committed."""
    says = _("特急警报，请立即处置")
    _write(alarm, key=f"alarm/{alarm.pk}", says=says, roles=ON_DUTY, at=alarm.raised_at)


def announce_lost_alarms(*, now: datetime) -> int:
    """Tell of alarms whose sender died, and tell the leads of those that nobody answered.

    Two queries while no alarm is open.
    """
    open_alarms = Alarm.objects.filter(acknowledged_at__isnull=True, raised_at__gte=now - LOOK_BACK)
    alarms = list(open_alarms.select_related("ticket"))
    if not alarms:
        return 0
    wanted = {f"alarm/{alarm.pk}": alarm for alarm in alarms}
    late = {f"alarm/{alarm.pk}/late": alarm for alarm in alarms if alarm.escalated_at}
    keys = Announcement.objects.filter(key__in=[*wanted, *late]).values_list("key", flat=True)
    known = set(keys)
    for key, alarm in wanted.items():
        if key not in known:
            send_alarm(alarm)
    for key, alarm in late.items():
        if key not in known:
            says = _("特急警报无人确认，已升级")
            _write(alarm, key=key, says=says, roles=(Role.LEAD,), at=now)
    return len((wanted.keys() | late.keys()) - known)


def _write(alarm: Alarm, *, key: str, says: str, roles: tuple[Role, ...], at: datetime) -> None:
    write_announcement(
        Announcement(
            key=key,
            kind=NotificationKind.ALARM,
            ticket_id=alarm.ticket_id,
            roles=[str(role.value) for role in roles],
            text=line_of(says, alarm.ticket),
            urgent=True,
            created_at=at,
        )
    )
