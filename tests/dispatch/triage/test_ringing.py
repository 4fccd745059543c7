"""Triage and later words of residents ring the command room's bell."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, connections, transaction

from dispatch.domain.seeding import seed_township
from dispatch.enums import Hazard, TicketStatus
from dispatch.models import Alarm, HandlingLimit
from dispatch.triage.pipeline import STEPS, run_triage
from reports.domain.seeding import SeedMode
from reports.enums import ResidentAction
from reports.models import Report
from reports.signals import resident_acted
from tests.dispatch.factories import NOW, make_cast, make_report, make_ticket
from tests.dispatch.triage.conftest import forget_everything


@pytest.mark.usefixtures("township")
def test_triage_rings_once_however_often_it_runs() -> None:
    report = make_report(text="三楼着火了快来")
    run = run_triage(report.pk, now=NOW)
    assert run is not None
    assert run_triage(report.pk, now=NOW) is None
    alarm = Alarm.objects.get()
    assert (alarm.ticket, alarm.report, alarm.round) == (run.ticket, report, 1)
    assert alarm.hazard == Hazard.FIRE
    assert "着火" in alarm.reason
    report.refresh_from_db()
    assert "119" in report.safety_prompt


@pytest.mark.usefixtures("township")
def test_a_calm_report_costs_the_bell_no_statement() -> None:
    report = make_report(text="村口垃圾堆成山没人清运")
    with connection.execute_wrapper(_refuse_alarm_statements):
        assert run_triage(report.pk, now=NOW) is not None
    assert not Alarm.objects.exists()


def _refuse_alarm_statements(execute: Any, sql: str, *rest: Any) -> Any:
    assert "dispatch_alarm" not in sql
    return execute(sql, *rest)


@pytest.mark.usefixtures("township")
def test_a_broken_classifier_does_not_silence_the_bell(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_args: object) -> object:
        raise RuntimeError("model")

    steps = tuple((name, broken if name == "classify" else step) for name, step in STEPS)
    monkeypatch.setattr("dispatch.triage.pipeline.STEPS", steps)
    run = run_triage(make_report(text="三楼着火了快来").pk, now=NOW)
    assert run is not None
    assert run.decision == "failed"
    assert Alarm.objects.get().ticket.urgency == "P0"


def say(report: Report, text: str, action: ResidentAction = ResidentAction.SUPPLEMENT) -> None:
    with transaction.atomic():
        resident_acted.send(
            sender=Report, report=report, action=action, payload={"text": text}, now=NOW
        )


@pytest.mark.usefixtures("township")
def test_a_supplement_with_danger_rings_and_a_calm_one_does_not() -> None:
    cast = make_cast()
    ticket = make_ticket(TicketStatus.DISPATCHED, cast=cast)
    report = Report.objects.get(ticket_report__ticket=ticket)
    say(report, "还是没人来")
    say(report, "没有着火，就是臭")
    assert not Alarm.objects.exists()
    say(report, "垃圾堆着火了")
    alarm = Alarm.objects.get()
    assert "补充" in alarm.reason
    ticket.refresh_from_db()
    assert ticket.urgency == "P0"
    say(report, "火苗烧到房子了")
    assert Alarm.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_workers_on_one_report_ring_once() -> None:
    forget_everything()
    seed_township(mode=SeedMode.FILL, folder=None, say=lambda _line: None)
    report = make_report(text="三楼着火了快来")
    together = threading.Barrier(2)

    def work() -> None:
        try:
            together.wait()
            run_triage(report.pk, now=NOW)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    forget_everything()
    assert Alarm.objects.count() == 1


@pytest.mark.usefixtures("township")
@pytest.mark.parametrize(
    ("text", "urgency", "minutes"),
    [("三楼着火了快来", "P0", 15), ("台风把大树刮倒了横在路上", "P1", 60)],
)
def test_danger_is_assessed_by_the_clock_on_a_holiday_night(
    text: str, urgency: str, minutes: int
) -> None:
    holiday_night = datetime(2026, 10, 2, 18, 30, tzinfo=UTC)  # National Day, 02:30 in Shanghai
    report = make_report(text=text, now=holiday_night)
    run = run_triage(report.pk, now=holiday_night)
    assert run is not None
    ticket = run.ticket
    assert ticket.urgency == urgency
    assert ticket.assess_due_at == holiday_night + timedelta(minutes=minutes)
    if ticket.due_at is not None:
        assert ticket.due_at - holiday_night <= timedelta(hours=24)


@pytest.mark.usefixtures("township")
def test_p0_and_p1_limits_are_natural_hours() -> None:
    rows = HandlingLimit.objects.filter(urgency__in=["P0", "P1"])
    assert rows.exists()
    assert set(rows.values_list("unit", flat=True)) == {"natural_hours"}
