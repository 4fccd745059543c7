"""Points end after their months, the oldest first, and are announced before.

What was spent was spent from the oldest. So what is left of all that came up to a day is the sum of
what came up to it minus all that ever went out: no lots are kept.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

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


def ends_on(day: date) -> date:
    """Return the first day on which points that came on ``day`` are gone."""
    after = day + timedelta(days=1)
    year, month = divmod(after.year * 12 + after.month - 1 + point_rules().expiry_months, 12)
    try:
        return date(year, month + 1, after.day)
    except ValueError:  # a day that this month has not
        return date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1)


def expiring_soon(volunteer_id: int, *, now: datetime) -> tuple[int, date] | None:
    """Return how many points end next within the days of warning, and the day they came on."""
    last = last_day_gone(day_of(now) + timedelta(days=point_rules().warn_days))
    rows = PointsEntry.objects.filter(volunteer=volunteer_id).order_by()
    came = rows.filter(_CAME, day__lte=last).values("day").annotate(sum=Sum("amount"))
    by_day = list(came.order_by("day").values_list("day", "sum"))
    if not by_day:
        return None
    left = rows.exclude(_CAME).aggregate(sum=Sum("amount"))["sum"] or 0
    for day, points in by_day:
        left += points
        if left > 0:
            return left, day
    return None


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
    """Tell once of what came on one day, before it ends."""
    found = expiring_soon(volunteer_id, now=now)
    person = Volunteer.objects.filter(pk=volunteer_id, left_at__isnull=True).first()
    if found is None or person is None or person.resident_id is None:
        return
    points, day = found
    ends = ends_on(day)
    tell_resident(
        person.resident_id,
        MessageTemplate.POINTS_EXPIRING,
        Facts(reason=f"{points} 分", due=datetime.combine(ends, time(), tzinfo=SHANGHAI)),
        key=f"points_expiring/{volunteer_id}/{day}",
        now=now,
    )
