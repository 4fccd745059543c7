"""Points end after their months, the oldest first, and are announced before.

What was spent was spent from the oldest. So what is left of all that came up to a day is the sum of
what came up to it minus all that ever went out: no lots are kept.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q, Sum

from reports.domain.messages import Facts, tell_resident
from reports.domain.points import Line, append_line, day_of, is_booked, lock_volunteer
from reports.enums import MessageTemplate
from reports.models import PointsEntry, Volunteer
from reports.queries.point_rules import point_rules
from reports.volunteer_enums import PointsKind
from xiangcun.lib.workdays import SHANGHAI

_BATCH = 500
_CAME = ~Q(kind=PointsKind.REDEEM_BACK) & Q(amount__gt=0)


def expire_points(*, now: datetime) -> int:
    """Book what has ended, and tell whom it will soon; return how many volunteers lost points.

    Safe to run twice: a run of the same day finds its line there already.
    """
    lost, last = 0, 0
    while keys := list(_candidates(now, after=last)):
        for key in keys:
            lost += _expire(key, now=now)
            _warn(key, now=now)
        last = keys[-1]
    return lost


def left_of(volunteer_id: int, *, up_to: date) -> int:
    """Return how many of the points that came up to a day (included) are still there."""
    rows = PointsEntry.objects.filter(volunteer=volunteer_id)
    sums = rows.aggregate(
        came=Sum("amount", filter=_CAME & Q(day__lte=up_to)), went=Sum("amount", filter=~_CAME)
    )
    return max(0, (sums["came"] or 0) + (sums["went"] or 0))


def last_day_gone(today: date) -> date:
    """Return the newest day whose points have ended by ``today``."""
    months = today.year * 12 + today.month - 1 - point_rules().expiry_months
    year, month = divmod(months, 12)
    first_of_next = date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1)
    last_of_month = first_of_next - timedelta(days=1)
    same_day = date(year, month + 1, min(today.day, last_of_month.day))
    return same_day - timedelta(days=1)


def expiring_soon(volunteer_id: int, *, now: datetime) -> tuple[int, datetime] | None:
    """Return how many points end within the days of warning, and the end of the last of these days."""
    day = day_of(now) + timedelta(days=point_rules().warn_days)
    ending = left_of(volunteer_id, up_to=last_day_gone(day))
    return (ending, datetime(day.year, day.month, day.day, tzinfo=SHANGHAI)) if ending else None


def _candidates(now: datetime, *, after: int) -> list[int]:
    soon = last_day_gone(day_of(now) + timedelta(days=point_rules().warn_days))
    rows = Volunteer.objects.filter(left_at__isnull=True, balance__gt=0, pk__gt=after)
    old = rows.filter(entries__day__lte=soon, entries__amount__gt=0)
    return list(old.order_by("pk").distinct().values_list("pk", flat=True)[:_BATCH])


@transaction.atomic
def _expire(volunteer_id: int, *, now: datetime) -> bool:
    volunteer = lock_volunteer(volunteer_id)
    if volunteer is None:
        return False
    today = day_of(now)
    amount = min(volunteer.balance, left_of(volunteer_id, up_to=last_day_gone(today)))
    about = f"expire/{volunteer_id}/{today.isoformat()}"
    if amount <= 0 or is_booked(about):
        return False
    append_line(volunteer, Line(kind=PointsKind.EXPIRY, amount=-amount, about=about), now=now)
    return True


def _warn(volunteer_id: int, *, now: datetime) -> None:
    """Tell once a month, of all that ends within the days of warning."""
    found = expiring_soon(volunteer_id, now=now)
    person = Volunteer.objects.filter(pk=volunteer_id, left_at__isnull=True).first()
    if found is None or person is None or person.resident_id is None:
        return
    points, until = found
    tell_resident(
        person.resident_id,
        MessageTemplate.POINTS_EXPIRING,
        Facts(reason=f"{points} 分", due=until),
        key=f"points_expiring/{volunteer_id}/{day_of(now):%Y-%m}",
        now=now,
    )
