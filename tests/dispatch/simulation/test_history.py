"""A made-up history is lived through the real workflow, can be told apart, and can be taken away."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.management import CommandError, call_command
from django.db.models import F

from dispatch.domain.ledger import verify
from dispatch.domain.opening import Assessment, open_ticket
from dispatch.domain.workflow import OPENING, find
from dispatch.enums import NotificationState, TicketStatus
from dispatch.enums import TicketAction as Act
from dispatch.models import (
    Alarm,
    Announcement,
    ChannelSetting,
    Department,
    Notification,
    Ticket,
    TicketEvent,
)
from dispatch.simulation.cast import DOOR, NICKNAME
from dispatch.simulation.clearing import clear_history
from dispatch.simulation.history import simulate
from dispatch.simulation.words import read_words
from dispatch.summary.recount import find_differences
from dispatch.triage.reference import forget_reference
from reports.enums import Urgency
from reports.models import Photo, Report, Resident, ResidentMessage
from tests.dispatch.factories import make_report
from xiangcun.lib.errors import ConflictError

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
USUAL = {Act.OPEN, Act.DISPATCH, Act.ACCEPT, Act.FINISH, Act.REPLY, Act.VERIFY, Act.RATE}
USUAL |= {Act.CLOSE_UNRATED, Act.YELLOW_CARD, Act.RED_CARD, Act.ATTACH}


@pytest.fixture
def township(db: None, settings: Any, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path
    settings.MEDIA_ROOT = tmp_path / "media"
    call_command("seed_township", demo=True, verbosity=0)
    forget_reference()


def _real_ticket() -> Ticket:
    return open_ticket(make_report(now=NOW), Assessment(urgency=Urgency.P2), now=NOW)


def _live(days: int, reports: int, *, seed: int = 1) -> Any:
    return simulate(days=days, reports=reports, seed=seed, until=NOW, tick=lambda _count: None)


def _steps() -> list[tuple[object, ...]]:
    """What was decided, without keys and numbers."""
    lines = TicketEvent.objects.order_by("at", "ticket_id", "seq")
    names = ("at", "action", "to_status", "role", "category__code", "lead_department__code")
    return list(lines.values_list(*names, "grid__code", "urgency", "ticket__title"))


def test_a_history_is_true_to_the_workflow_and_goes_without_a_trace(
    township: None, django_capture_on_commit_callbacks: Any
) -> None:
    kept = _real_ticket()
    before = set(Photo.objects.values_list("pk", flat=True))
    room = Department.objects.get(is_command_room=True)
    ChannelSetting.objects.create(kind="wecom", name="群", department=room, hint="x")

    with django_capture_on_commit_callbacks() as callbacks:
        told = _live(20, 60)

    assert callbacks == []  # nobody is rung
    assert told.reports > 50
    tickets = Ticket.objects.exclude(pk=kept.pk)
    states = set(tickets.values_list("status", flat=True))
    assert {TicketStatus.CLOSED, TicketStatus.AWAITING_RATING, TicketStatus.HANDLING} <= states
    lines = list(TicketEvent.objects.filter(ticket__in=tickets))
    assert {line.action for line in lines} >= USUAL
    for line in lines:
        assert line.action == OPENING or find(line.from_status, line.action) is not None
        assert line.at < NOW
    assert not TicketEvent.objects.filter(tallied=False).exclude(ticket=kept).exists()
    assert list(verify()) == []
    assert find_differences() == []

    # Everybody can see that it is an example.
    reports = Report.objects.filter(resident__openid__startswith=DOOR)
    assert reports.count() == told.reports
    assert all(report.text.endswith(read_words().mark) for report in reports)
    assert all(row.resident and row.resident.nickname.startswith(NICKNAME) for row in reports)
    # Nothing waits to be sent.
    assert not Announcement.objects.filter(spread_at__isnull=True).exists()
    assert not ResidentMessage.objects.filter(spread_at__isnull=True).exists()
    outside = Notification.objects.filter(setting__isnull=False)
    assert not outside.exclude(state=NotificationState.SKIPPED).exists()
    assert not Alarm.objects.filter(acknowledged_at__isnull=True).exists()

    clear_history(now=NOW)

    assert list(Ticket.objects.all()) == [kept]
    assert not Report.objects.exclude(ticket_report__ticket=kept).exists()
    assert not Resident.objects.filter(openid__startswith=DOOR).exists()
    assert set(Photo.objects.values_list("pk", flat=True)) == before
    assert list(verify()) == []
    assert find_differences() == []


def test_the_same_seed_tells_the_same_story(township: None) -> None:
    _live(5, 14, seed=3)
    first = _steps()
    clear_history(now=NOW)
    _live(5, 14, seed=3)
    assert _steps() == first
    clear_history(now=NOW)
    _live(5, 14, seed=4)
    assert _steps() != first


def test_working_hours_are_kept_by_who_need_not_hurry(township: None) -> None:
    _live(9, 20)
    signed = TicketEvent.objects.filter(action=Act.ACCEPT, urgency__in=["P2", "P3"])
    days = {event.at.astimezone(ZoneInfo("Asia/Shanghai")).weekday() for event in signed}
    assert signed.exists()
    assert not days & {5, 6}
    assert not TicketEvent.objects.filter(at__lt=F("ticket__opened_at")).exists()
    assert not TicketEvent.objects.filter(at__lt=NOW - timedelta(days=11)).exists()


@pytest.mark.parametrize("options", [{}, {"force": True}, {"clear": True}])
def test_production_is_never_filled_nor_cleared(
    township: None, settings: Any, options: dict[str, bool]
) -> None:
    settings.PRODUCTION = True
    with pytest.raises(CommandError, match="正式环境"):
        call_command("simulate", days=2, reports=2, verbosity=0, **options)
    assert not Report.objects.exists()


def test_real_reports_are_not_mixed_with_examples_unless_asked_to(township: None) -> None:
    _real_ticket()
    with pytest.raises(CommandError, match="--force"):
        call_command("simulate", days=2, reports=2, verbosity=0)
    call_command("simulate", days=2, reports=3, verbosity=0, force=True)
    with pytest.raises(CommandError, match="--clear"):
        call_command("simulate", days=2, reports=2, verbosity=0, force=True)
    assert Ticket.objects.filter(ticket_reports__report__resident__openid__startswith=DOOR)


def test_a_real_report_in_an_examples_ticket_stops_the_clearing(township: None) -> None:
    _live(2, 4)
    ticket = _real_ticket()
    example = Ticket.objects.exclude(pk=ticket.pk).exclude(status="merged").first()
    assert example is not None
    ticket.ticket_reports.update(ticket=example)
    with pytest.raises(ConflictError, match="real_reports"):
        clear_history(now=NOW)
    assert Ticket.objects.filter(pk=example.pk).exists()


@pytest.mark.parametrize(("days", "reports"), [(0, 5), (5, 0), (5000, 5)])
def test_silly_figures_are_refused(township: None, days: int, reports: int) -> None:
    with pytest.raises(CommandError, match="须在"):
        call_command("simulate", days=days, reports=reports, verbosity=0)


def test_without_demo_staff_it_says_what_to_do(db: None) -> None:
    call_command("seed_township", verbosity=0)
    with pytest.raises(CommandError, match="seed_township --demo"):
        call_command("simulate", days=2, reports=2, verbosity=0)
