"""How a volunteer's row ends: by leaving, with an erasure, or because two rows are one person.

What stays is a tombstone: lines that say when points came and went, and lead to nobody and no case.
"""

from __future__ import annotations

import logging
from collections import Counter
from datetime import date, datetime

from django.db import transaction
from django.db.models import Max, Sum

from reports.domain.points import Line, append_line, lock_volunteer
from reports.domain.reward_ends import drop_open_redemptions
from reports.models import PatrolSignup, PointsEntry, Redemption, Report, Resident, Volunteer
from reports.queries.point_rules import point_rules
from reports.volunteer_enums import EARNING, PointsKind, SignupState

logger = logging.getLogger(__name__)


def end_volunteer(resident_id: int, now: datetime) -> None:
    """Turn the person's row into a tombstone; free for who is no volunteer (an effect of consents)."""
    found = Volunteer.objects.filter(resident=resident_id, left_at__isnull=True)
    for key in list(found.values_list("pk", flat=True)):
        with transaction.atomic():
            volunteer = lock_volunteer(key)
            if volunteer is not None:
                about = f"ended/{volunteer.pk}"
                _close(volunteer, Line(kind=PointsKind.ENDED, amount=0, about=about), now=now)
                logger.info("volunteer_left volunteer=%s", volunteer.pk)


def end_with_erasure(person: Resident, now: datetime) -> None:
    """Be a step of an erasure."""
    end_volunteer(person.pk, now)


def join_ledgers(old: Resident, kept: Resident, *, now: datetime) -> None:
    """Bring the points of the one row to the other before two rows of one person become one.

    With one volunteer among the two there is nothing to do: the row moves. With two, the points of
    ``old`` are carried over as one line, without what both together earned beyond a day's cap; the
    carried points end with the newest of them, reserved rewards and sign-ups go along.
    """
    rows = Volunteer.objects.filter(resident__in=[old.pk, kept.pk], left_at__isnull=True)
    locked = {row.resident_id: row for row in rows.select_for_update(no_key=True).order_by("pk")}
    source, target = locked.get(old.pk), locked.get(kept.pk)
    if source is None or target is None:
        return
    excess, newest = _excess(source, target), _newest_day(source)
    carried = max(0, source.balance - excess) if source.balance > 0 else source.balance
    earned = max(0, source.earned - excess)
    Redemption.objects.filter(volunteer=source).exclude(
        client_id__in=Redemption.objects.filter(volunteer=target).values("client_id")
    ).update(volunteer=target)
    there = PatrolSignup.objects.filter(volunteer=target).values("patrol")
    PatrolSignup.objects.filter(volunteer=source).exclude(patrol__in=there).update(volunteer=target)
    _close(source, Line(kind=PointsKind.JOINED_OUT, amount=0, about=f"out/{source.pk}"), now=now)
    line = Line(kind=PointsKind.JOINED_IN, amount=carried, about=f"in/{source.pk}", day=newest)
    # ``nominal`` carries what the rank counts.
    append_line(target, line, now=now, nominal=earned)
    Volunteer.objects.filter(pk=target.pk).update(adult=target.adult and source.adult)


def _close(volunteer: Volunteer, line: Line, *, now: datetime) -> None:
    """End a ledger with a line that brings it to nothing, and cut every link from it to a person."""
    drop_open_redemptions(volunteer, now=now)
    ending = Line(kind=line.kind, amount=-volunteer.balance, about=line.about)
    append_line(volunteer, ending, now=now)
    PointsEntry.objects.filter(volunteer=volunteer, report__isnull=False).update(report=None)
    waiting = PatrolSignup.objects.filter(volunteer=volunteer)
    waiting.filter(state=SignupState.JOINED).update(state=SignupState.LEFT)
    waiting.update(
        note="", in_lat=None, in_lng=None, in_distance_m=None, out_lat=None, out_lng=None
    )
    Report.patrol_signups.through.objects.filter(patrolsignup__volunteer=volunteer).delete()
    volunteer.resident = None
    volunteer.nickname = ""
    volunteer.left_at = now
    volunteer.save(update_fields=["resident", "nickname", "left_at"])


def _excess(source: Volunteer, target: Volunteer) -> int:
    """Return what both together earned beyond the cap, over all days."""
    cap, one, two = point_rules().daily_cap, _by_day(source), _by_day(target)
    return sum(max(0, points + two[day] - cap) for day, points in one.items() if two[day])


def _by_day(volunteer: Volunteer) -> Counter[date]:
    rows = PointsEntry.objects.filter(volunteer=volunteer, kind__in=EARNING).order_by()
    return Counter(dict(rows.values("day").annotate(sum=Sum("amount")).values_list("day", "sum")))


def _newest_day(volunteer: Volunteer) -> date | None:
    rows = PointsEntry.objects.filter(volunteer=volunteer, amount__gt=0)
    newest: date | None = rows.aggregate(day=Max("day"))["day"]
    return newest
