"""A day before an answer or a rating lapses, whoever still owes it is told, once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from dispatch.domain.lifecycle import perform
from dispatch.domain.opening import attach_report
from dispatch.domain.resident_reminders import remind_residents
from dispatch.enums import Role, TicketStatus
from dispatch.enums import TicketAction as Act
from dispatch.tasks import run_timers
from reports.models import Rating, Report, ResidentMessage
from tests.dispatch.factories import Cast, fields_for, make_cast, make_ticket
from tests.factories import NOW, make_report, make_resident

SECOND = timedelta(seconds=1)
DAYS = {TicketStatus.NEED_INFO: 3, TicketStatus.AWAITING_RATING: 7}
TEMPLATES = {
    TicketStatus.NEED_INFO: "remind_info",
    TicketStatus.AWAITING_RATING: "remind_rating",
}


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


def reminded(template: str) -> list[int | None]:
    rows = ResidentMessage.objects.filter(template=template).order_by("report")
    return list(rows.values_list("report", flat=True))


@pytest.mark.parametrize("status", list(DAYS))
def test_it_works(cast: Cast, status: TicketStatus) -> None:
    report = make_report(make_resident())
    make_ticket(status, cast=cast, report=report)
    lapses = NOW + timedelta(days=DAYS[status])
    assert remind_residents(now=lapses - timedelta(days=1) - SECOND) == 0
    assert remind_residents(now=lapses - timedelta(days=1)) == 1
    assert remind_residents(now=lapses - SECOND) == 0
    assert reminded(TEMPLATES[status]) == [report.pk]
    text = ResidentMessage.objects.get(template=TEMPLATES[status]).text
    assert f"{lapses.day}日 10:00 前" in text


def test_what_has_lapsed_is_not_reminded_of(cast: Cast) -> None:
    make_ticket(TicketStatus.NEED_INFO, cast=cast, report=make_report(make_resident()))
    assert remind_residents(now=NOW + timedelta(days=3)) == 0


def test_only_those_are_told_who_have_not_rated(cast: Cast) -> None:
    first, second, gone = (make_report(make_resident()) for _ in range(3))
    ticket = make_ticket(TicketStatus.HANDLING, cast=cast, report=first)
    for report in (second, gone):
        attach_report(report, ticket, now=NOW)
    for action, role in ((Act.FINISH, Role.HANDLER), (Act.VERIFY, Role.VERIFIER)):
        perform(ticket.pk, action, actor=cast.staff(role), now=NOW, fields=fields_for(action, cast))
    Rating.objects.create(report=first, solved=True, score=5, at=NOW)
    Report.objects.filter(pk=gone.pk).update(public_status="withdrawn")
    day = NOW + timedelta(days=6)
    assert remind_residents(now=day) == 1
    assert reminded("remind_rating") == [second.pk]
    assert remind_residents(now=day + SECOND) == 0


def test_a_case_that_is_nobodys_does_not_stand_in_the_way(cast: Cast) -> None:
    make_ticket(TicketStatus.NEED_INFO, cast=cast, report=make_report(None))
    assert remind_residents(now=NOW + timedelta(days=2)) == 0


def test_who_was_asked_twice_is_reminded_twice(cast: Cast) -> None:
    report = make_report(make_resident())
    ticket = make_ticket(TicketStatus.NEED_INFO, cast=cast, report=report)
    assert remind_residents(now=NOW + timedelta(days=2)) == 1
    type(ticket).objects.update(status_since=NOW + timedelta(days=9), version=ticket.version + 2)
    assert remind_residents(now=NOW + timedelta(days=11)) == 1
    assert reminded("remind_info") == [report.pk] * 2


@pytest.mark.parametrize("many", [1, 3])
def test_it_finds_them_with_one_question(cast: Cast, many: int) -> None:
    for _ in range(many):
        make_ticket(TicketStatus.NEED_INFO, cast=cast, report=make_report(make_resident()))
    remind_residents(now=NOW + timedelta(days=2))
    with CaptureQueriesContext(connection) as asked:
        remind_residents(now=NOW + timedelta(days=2))
    assert len(asked) == 2


def test_the_timers_bell_brings_it_about(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    make_ticket(TicketStatus.NEED_INFO, cast=cast, report=make_report(make_resident()))
    monkeypatch.setattr("dispatch.tasks.timezone.now", lambda: NOW + timedelta(days=2, hours=1))
    run_timers()
    assert len(reminded("remind_info")) == 1
