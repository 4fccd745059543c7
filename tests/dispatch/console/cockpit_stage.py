"""A township with something in every corner of the cockpit, and with every kind of personal data."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from dispatch.domain.actors import resident_actor
from dispatch.domain.lifecycle import perform
from dispatch.enums import AssignmentKind, Role, TicketStatus
from dispatch.enums import TicketAction as Act
from dispatch.models import Alarm, Assignment, Department, Hotspot, HotspotReport, Staff, Ticket
from dispatch.summary.rollup import fold_all
from reports.models import Category, Dimension, Grid, Rating, Report
from tests.dispatch.factories import (
    Cast,
    fields_for,
    make_category,
    make_department,
    make_report,
    make_resident,
    make_staff,
    make_ticket,
)

PHONE, NICKNAME, OPENID = "13812345678", "绰号甲乙丙", "dev:o-very-secret"
TITLE, COMMENT, ADDRESS = "东头老李家门口堆垃圾", "来的人态度不好，问题没解决", "临江村九组八号"
SECRET_TITLE, SECRET_CATEGORY = "举报某某设赌", "涉赌线索"
SECRETS = (PHONE, PHONE[-4:], NICKNAME, OPENID, TITLE, "老李", COMMENT, ADDRESS, SECRET_TITLE)
"""What no screen on a wall may show in any answer."""


@dataclass
class Town:
    """The rows that tests name."""

    cast: Cast
    now: datetime
    tickets: list[Ticket] = field(default_factory=list)
    secret: Ticket | None = None
    rated: Ticket | None = None
    hotspot: Hotspot | None = None

    @property
    def names(self) -> list[str]:
        """Return every name of staff that could stand in an answer."""
        return list(Staff.objects.values_list("username", flat=True))


def build_town(cast: Cast) -> Town:
    """Open, rate, let lapse, ring, and gather a hotspot; everything is folded into the rollups."""
    now = timezone.now()
    make_staff("leader", Role.LEADERSHIP, cast.room)
    town = Town(cast, now)
    travel = Dimension.objects.get_or_create(code="travel", defaults={"name": "行"})[0]
    cast.category.dimensions.add(travel)
    resident = make_resident("o-very-secret")
    resident.nickname, resident.phone = NICKNAME, PHONE
    resident.save()
    for status in (TicketStatus.ASSESSING, TicketStatus.HANDLING, TicketStatus.AWAITING_RATING):
        report = say(resident=resident, now=now)
        town.tickets.append(make_ticket(status, cast=cast, report=report, now=now))
    Ticket.objects.filter(pk=town.tickets[1].pk).update(
        next_due_at=now - timedelta(days=3, hours=1)
    )
    town.rated = rate(town.tickets[2], cast, now=now)
    town.secret = hide(make_ticket(TicketStatus.HANDLING, cast=cast, now=now), now=now)
    Alarm.objects.create(ticket=town.tickets[1], reason=f"电话{PHONE}", raised_at=now)
    town.hotspot = gather(town.tickets[:2], cast.category, now=now)
    fold_all(now=now)
    return town


def say(**extra: Any) -> Report:
    """Return a report full of personal data."""
    text = f"{TITLE}，请打 {PHONE}"
    return make_report(text=text, contact_phone=PHONE, address=ADDRESS, **extra)


def rate(ticket: Ticket, cast: Cast, *, now: datetime) -> Ticket:
    """Let the resident rate it, in words."""
    report = ticket.ticket_reports.get().report
    fields = fields_for(Act.RATE, cast, now=now)
    perform(ticket.pk, Act.RATE, actor=resident_actor(report.pk), now=now, fields=fields)
    Rating.objects.update_or_create(
        report=report,
        round=0,
        defaults={"solved": False, "score": 2, "comment": f"{COMMENT}，{PHONE}", "at": now},
    )
    ticket.refresh_from_db()
    return ticket


def hide(ticket: Ticket, *, now: datetime) -> Ticket:
    """Make it confidential and overdue."""
    secret = make_category("0202", name=SECRET_CATEGORY, confidential=True)
    Ticket.objects.filter(pk=ticket.pk).update(
        confidential=True,
        category=secret,
        title=SECRET_TITLE,
        next_due_at=now - timedelta(days=9),
    )
    ticket.refresh_from_db()
    return ticket


def gather(
    tickets: list[Ticket], category: Category, *, now: datetime, title: str = TITLE
) -> Hotspot:
    """Make a hotspot of the tickets' reports."""
    hotspot = Hotspot.objects.create(
        title=title, place_name="临江村", category=category, lat=30.31, lng=120.5, radius_m=80,
        report_count=2, resident_count=2, recent_residents=2, previous_residents=1, growth_low=1.2,
        trend="rising", day_count=2, first_at=now, last_at=now, refreshed_at=now,
    )  # fmt: skip
    for ticket in tickets:
        report = ticket.ticket_reports.get().report
        HotspotReport.objects.create(hotspot=hotspot, report=report)
    return hotspot


def grow(town: Town, *, times: int) -> None:
    """Add departments, grids, categories, hotspots and late tickets of each."""
    for number in range(times):
        unit = make_department(f"unit-{number}", name=f"单位{number}")
        category = make_category(f"05{number:02d}", name=f"小类{number}")
        grid = Grid.objects.get(pk=town.cast.grid.pk)
        grid.pk, grid.code, grid.name = None, f"33011400720{number + 1}001", f"网格{number}"
        grid.save()
        ticket = make_ticket(TicketStatus.HANDLING, cast=town.cast, now=town.now)
        late = town.now - timedelta(days=2)
        _move(ticket, unit, category, grid, late)
        gather([ticket], category, now=town.now, title=f"热点{number}")
    fold_all(now=town.now)


def _move(ticket: Ticket, unit: Department, category: Category, grid: Grid, late: datetime) -> None:
    places = {"lead_department": unit, "category": category, "grid": grid}
    Ticket.objects.filter(pk=ticket.pk).update(next_due_at=late, **places)
    Assignment.objects.filter(ticket=ticket, kind=AssignmentKind.LEAD).update(department=unit)
