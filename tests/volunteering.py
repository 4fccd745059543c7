"""Volunteers, rewards and patrols for tests: one row each."""

from __future__ import annotations

import itertools
from datetime import date, datetime, timedelta
from typing import Any

from reports.domain.points import Line, append_line, ledger_faults
from reports.models import Patrol, PatrolSignup, PointsEntry, Resident, Reward, Volunteer
from reports.volunteer_enums import PointsKind, SignupState
from tests.factories import NOW, make_resident

_numbers = itertools.count(1)


def make_volunteer(resident: Resident | None = None, **extra: Any) -> Volunteer:
    """Return an adult volunteer without points."""
    values = {
        "resident": resident or make_resident(),
        "number": f"T{next(_numbers):05d}",
        "nickname": "王阿姨",
        "adult": True,
        "joined_at": NOW,
        **extra,
    }
    return Volunteer.objects.create(**values)


def give_points(volunteer: Volunteer, points: int, *, now: datetime = NOW) -> PointsEntry:
    """Book points by hand."""
    line = Line(
        kind=PointsKind.CORRECTION, amount=points, about=f"test/{next(_numbers)}", reason="测试"
    )
    volunteer.refresh_from_db()
    return append_line(volunteer, line, now=now)


def make_reward(**extra: Any) -> Reward:
    """Return a reward for 20 points, three of them."""
    values = {
        "name": "毛巾",
        "points": 20,
        "stock": 3,
        "person_limit": 1,
        "valid_to": date(2027, 12, 31),
        "pickup_place": "便民服务中心",
        "created_at": NOW,
        **extra,
    }
    return Reward.objects.create(**values)


def make_patrol(**extra: Any) -> Patrol:
    """Return a patrol of the circle of 300 m around 30.31 N 120.50 E, now under way."""
    values = {
        "title": "夜间巡查",
        "place_text": "临江村文化礼堂一带",
        "look_for": "路灯、井盖、堆放的杂物",
        "lat": 30.31,
        "lng": 120.50,
        "radius_m": 300,
        "starts_at": NOW - timedelta(minutes=10),
        "ends_at": NOW + timedelta(hours=2),
        "places": 3,
        "posted_by": "综合信息指挥室",
        "created_at": NOW - timedelta(days=1),
        **extra,
    }
    return Patrol.objects.create(**values)


def make_signup(patrol: Patrol, volunteer: Volunteer, **extra: Any) -> PatrolSignup:
    """Return a sign-up."""
    values = {"state": SignupState.JOINED, "joined_at": NOW, **extra}
    return PatrolSignup.objects.create(patrol=patrol, volunteer=volunteer, **values)


def check_ledger(volunteer: Volunteer) -> None:
    """Hold counters and seals to the lines."""
    volunteer.refresh_from_db()
    assert ledger_faults(volunteer) == []
