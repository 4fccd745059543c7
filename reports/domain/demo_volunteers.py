"""Example volunteers, rewards and patrols of a demonstration township, all marked 示例; invented."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from django.db import transaction

from reports.domain.patrol_places import middle_of_grid
from reports.domain.points import Line, append_line, day_of, lock_volunteer
from reports.domain.volunteers import Joining, join_volunteers
from reports.models import Grid, Patrol, Resident, Reward, Volunteer
from reports.queries.notices import current_notice
from reports.volunteer_enums import PointsKind
from xiangcun.lib.errors import DomainError
from xiangcun.lib.workdays import SHANGHAI

_PEOPLE = (("示例王阿姨", 60), ("示例老李", 180))
_REWARDS = (
    ("示例：毛巾一条", "纯棉，颜色随机", 20, 50, 2),
    ("示例：洗衣液 1 瓶", "1 千克装", 60, 30, 1),
    ("示例：应急手电筒", "可充电，巡查时用得上", 120, 12, 1),
)
_PATROLS = (
    ("示例：夜间安全巡查", "路灯亮不亮、井盖在不在、楼道有没有堆东西；电瓶车有没有飞线充电。", 19),
    (
        "示例：河道沿线巡查",
        "河面有没有漂浮物、护栏牢不牢、有没有污水流进河里。只在岸上看，不要下水。",
        15,
    ),
)
_PLACE = "便民服务中心一楼窗口（示例）"
_OFFICE = "综合信息指挥室"


@transaction.atomic
def seed_demo_volunteers(*, now: datetime) -> int:
    """Put the examples into a township that has none of its own; return how many volunteers.

    Their points are a correction that says so: no case is invented for them.
    """
    if Reward.objects.exists() or Patrol.objects.exists() or Volunteer.objects.exists():
        return 0
    Reward.objects.bulk_create(
        Reward(
            name=name, note=note, points=points, stock=stock, person_limit=limit,
            valid_to=day_of(now) + timedelta(days=365), pickup_place=_PLACE, created_at=now,
        )
        for name, note, points, stock, limit in _REWARDS
    )  # fmt: skip
    for days, ((title, look_for, hour), grid) in enumerate(
        zip(_PATROLS, _grids(), strict=False), 1
    ):
        _post(title, look_for, hour, grid, days=days, now=now)
    for name, points in _PEOPLE:
        _volunteer(name, points, now=now)
    return len(_PEOPLE)


def _grids() -> list[Grid]:
    """Return a grid of each of the first villages."""
    by_village: dict[str, Grid] = {}
    for grid in Grid.objects.filter(is_active=True).order_by("code"):
        by_village.setdefault(grid.village_code, grid)
    return list(by_village.values())[: len(_PATROLS)]


def _post(title: str, look_for: str, hour: int, grid: Grid, *, days: int, now: datetime) -> None:
    try:
        lat, lng, radius = middle_of_grid(grid)
    except DomainError:
        return
    start = datetime.combine(day_of(now) + timedelta(days=days), time(hour), tzinfo=SHANGHAI)
    Patrol.objects.create(
        title=title, place_text=f"{grid.village_name}（示例）", look_for=look_for, grid=grid, lat=lat,
        lng=lng, radius_m=radius, starts_at=start, ends_at=start + timedelta(minutes=90), places=6,
        posted_by=_OFFICE, created_at=now,
    )  # fmt: skip


def _volunteer(name: str, points: int, *, now: datetime) -> None:
    resident, _made = Resident.objects.get_or_create(
        openid=f"dev:{name}", defaults={"nickname": name}
    )
    joining = Joining(name, adult=True, version=current_notice().version)
    volunteer = lock_volunteer(join_volunteers(resident, joining, now=now).pk)
    if volunteer is not None:
        about = f"demo/{volunteer.number}"
        line = Line(
            kind=PointsKind.CORRECTION, amount=points, about=about, reason="示例积分，仅供演示"
        )
        append_line(volunteer, line, now=now)
