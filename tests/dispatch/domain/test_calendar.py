"""Changing the calendar: open due dates follow, what people promised stays, and it can be done twice."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from dispatch.domain.actors import SYSTEM
from dispatch.domain.calendar import (
    DayWish,
    NoticeDay,
    effect_of,
    import_year,
    set_days,
    wished_rows,
)
from dispatch.domain.calendar_rounds import SETTLE, recompute_dues, sweep_changes
from dispatch.domain.fields import Fields
from dispatch.domain.ledger import verify
from dispatch.domain.lifecycle import perform
from dispatch.enums import AuditAction, CalendarChangeStatus, CalendarDayType, TicketStatus
from dispatch.enums import TicketAction as Act
from dispatch.models import AuditRecord, CalendarChange, CalendarDay, Ticket, TicketEvent
from dispatch.queries.calendar import forget_calendar, work_calendar
from reports.models import ReportUpdate
from tests.dispatch.factories import NOW, fields_for, make_cast, make_ticket
from xiangcun.lib.errors import ConflictError, InvalidInputError

pytestmark = pytest.mark.django_db

TYPHOON = DayWish(date(2026, 11, 25), date(2026, 11, 26), CalendarDayType.CLOSURE, "台风停工")
TWO_DAYS = timedelta(days=2)


def announce(year: int = 2026) -> None:
    CalendarDay.objects.create(date=date(year, 1, 1), type=CalendarDayType.HOLIDAY, name="元旦")
    forget_calendar()


def ledger_lines(ticket: Ticket) -> list[TicketEvent]:
    return list(TicketEvent.objects.filter(ticket=ticket, action=Act.RECOMPUTE_DUE).order_by("seq"))


def test_a_typhoon_moves_the_open_due_dates() -> None:
    announce()
    cast = make_cast()
    assessing = make_ticket(cast=cast)
    handling = make_ticket(TicketStatus.HANDLING, cast=cast)
    before = handling.due_at
    assert effect_of(wished_rows(TYPHOON)).later == 1  # the desk's four hours end before it
    change = set_days(TYPHOON, user=cast.lead.user, now=NOW)
    audited = AuditRecord.objects.get(action=AuditAction.CALENDAR_CHANGED)
    assert (audited.actor, audited.reason) == (cast.lead.user, change.summary)
    recompute_dues(change.pk, now=NOW)
    handling.refresh_from_db()
    assert before is not None
    assert handling.due_at == before + TWO_DAYS
    assert handling.next_due_at == handling.due_at
    line = ledger_lines(handling)[0]
    assert (line.due_before, line.due_after) == (before, handling.due_at)
    assert line.data["calendar_change"] == change.pk
    assert "台风停工" in line.note
    assert list(verify(ticket_ids=[handling.pk])) == []
    assert ledger_lines(assessing) == []
    change.refresh_from_db()
    assert (change.status, change.moved) == (CalendarChangeStatus.SETTLING, 1)
    assert change.moves[0][1] == handling.number


def test_the_resident_sees_the_new_date() -> None:
    announce()
    cast = make_cast()
    ticket = make_ticket(TicketStatus.HANDLING, cast=cast)
    recompute_dues(set_days(TYPHOON, user=None, now=NOW).pk, now=NOW)
    ticket.refresh_from_db()
    report = ticket.ticket_reports.get().report
    assert report.promised_at == ticket.due_at
    line = ReportUpdate.objects.filter(report=report).order_by("-pk")[0]
    assert "因工作日历调整（台风停工），办理期限由 " in line.text


def test_a_second_round_finds_what_an_old_copy_computed() -> None:
    announce()
    cast = make_cast()
    stale = work_calendar()
    change = set_days(TYPHOON, user=None, now=NOW)
    recompute_dues(change.pk, now=NOW)
    # Another process still holds its copy and dispatches with it.
    from dispatch.queries import calendar as module

    module._Cache.calendar, module._Cache.loaded_at = stale, __import__("time").monotonic()
    ticket = make_ticket(TicketStatus.HANDLING, cast=cast)
    assert sweep_changes(now=NOW + timedelta(seconds=10)) == 0
    assert sweep_changes(now=NOW + SETTLE) == 1
    assert len(ledger_lines(ticket)) == 1
    change.refresh_from_db()
    assert change.status == CalendarChangeStatus.DONE
    assert sweep_changes(now=NOW + SETTLE + SETTLE) == 0


def test_a_lost_bell_is_swept_and_doing_it_twice_changes_nothing() -> None:
    announce()
    cast = make_cast()
    ticket = make_ticket(TicketStatus.HANDLING, cast=cast)
    change = set_days(TYPHOON, user=None, now=NOW)
    assert sweep_changes(now=NOW + timedelta(seconds=6)) == 1
    CalendarChange.objects.filter(pk=change.pk).update(status="waiting", cursor=0)
    recompute_dues(change.pk, now=NOW)
    assert len(ledger_lines(ticket)) == 1


def test_granted_extensions_and_paused_clocks_stay() -> None:
    announce()
    cast = make_cast()
    extended = make_ticket(TicketStatus.HANDLING, cast=cast)
    for action, actor in ((Act.REQUEST_EXTENSION, cast.head), (Act.GRANT_EXTENSION, cast.lead)):
        fields = fields_for(action, cast)
        extended = perform(extended.pk, action, actor=actor, now=NOW, fields=fields)
    paused = make_ticket(TicketStatus.SUSPENDED, cast=cast)
    was = (extended.due_at, paused.remaining_minutes)
    change = set_days(TYPHOON, user=None, now=NOW)
    recompute_dues(change.pk, now=NOW)
    extended.refresh_from_db()
    paused.refresh_from_db()
    assert (extended.due_at, paused.remaining_minutes) == was
    assert ledger_lines(extended) == ledger_lines(paused) == []


def test_a_resumed_clock_follows_again() -> None:
    announce()
    cast = make_cast()
    paused = make_ticket(TicketStatus.SUSPENDED, cast=cast)
    resumed = perform(paused.pk, Act.RESUME, actor=cast.lead, now=NOW, fields=Fields())
    before = resumed.due_at
    recompute_dues(set_days(TYPHOON, user=None, now=NOW).pk, now=NOW)
    resumed.refresh_from_db()
    assert before is not None
    assert resumed.due_at == before + TWO_DAYS


def test_back_to_normal_brings_the_old_date_back() -> None:
    announce()
    cast = make_cast()
    ticket = make_ticket(TicketStatus.HANDLING, cast=cast)
    before = ticket.due_at
    recompute_dues(set_days(TYPHOON, user=None, now=NOW).pk, now=NOW)
    normal = DayWish(TYPHOON.first, TYPHOON.last, None)
    assert effect_of(wished_rows(normal)).earlier == 1
    recompute_dues(set_days(normal, user=None, now=NOW).pk, now=NOW)
    ticket.refresh_from_db()
    assert ticket.due_at == before
    assert not CalendarDay.objects.filter(type=CalendarDayType.CLOSURE).exists()


def test_recomputing_equals_computing_fresh() -> None:
    """Whatever is changed in whatever order, the date is the one a new ticket would get."""
    announce()
    cast = make_cast()
    starts = [NOW + timedelta(hours=7 * n) for n in range(12)]
    tickets = [make_ticket(TicketStatus.HANDLING, cast=cast, now=start) for start in starts]
    wishes = [
        TYPHOON,
        DayWish(date(2026, 11, 28), date(2026, 11, 29), CalendarDayType.MAKEUP, "补班"),
        DayWish(date(2026, 11, 26), date(2026, 12, 1), None),
        DayWish(date(2026, 12, 1), date(2026, 12, 4), CalendarDayType.HOLIDAY, "放假"),
        DayWish(date(2026, 11, 24), date(2026, 11, 24), CalendarDayType.CLOSURE, "停电"),
    ]
    for wish in wishes:
        recompute_dues(set_days(wish, user=None, now=NOW).pk, now=NOW)
        for start, ticket in zip(starts, tickets, strict=True):
            ticket.refresh_from_db()
            fresh = make_ticket(TicketStatus.HANDLING, cast=cast, now=start)
            assert ticket.due_at == fresh.due_at, (wish, start)


def test_a_killed_worker_is_taken_up_where_it_stood(monkeypatch: pytest.MonkeyPatch) -> None:
    announce()
    cast = make_cast()
    tickets = [make_ticket(TicketStatus.HANDLING, cast=cast) for _ in range(5)]
    monkeypatch.setattr("dispatch.domain.calendar_rounds.BATCH", 2)
    change = set_days(TYPHOON, user=None, now=NOW)
    calls = []

    def dying(pk: int, *args: Any, **kwargs: Any) -> Ticket:
        calls.append(pk)
        if len(calls) == 4:
            raise SystemExit
        return perform(pk, *args, **kwargs)

    monkeypatch.setattr("dispatch.domain.calendar_rounds.perform", dying)
    with pytest.raises(SystemExit):
        recompute_dues(change.pk, now=NOW)
    change.refresh_from_db()
    assert (change.cursor, change.examined) == (tickets[1].pk, 2)
    recompute_dues(change.pk, now=NOW)
    change.refresh_from_db()
    assert (change.status, change.examined) == (CalendarChangeStatus.SETTLING, 5)
    assert [len(ledger_lines(ticket)) for ticket in tickets] == [1] * 5


def test_a_hand_set_day_does_not_announce_a_year() -> None:
    announce()
    day = date(2027, 3, 1)
    set_days(DayWish(day, day, CalendarDayType.CLOSURE, "台风停工"), user=None, now=NOW)
    forget_calendar()
    calendar = work_calendar()
    assert calendar.is_provisional(day)
    assert not calendar.is_workday(day)
    assert not calendar.is_workday(date(2027, 10, 1))  # still guessed


def test_an_import_replaces_the_year_and_announces_it() -> None:
    announce()
    day = date(2027, 3, 1)
    set_days(DayWish(day, day, CalendarDayType.CLOSURE, "台风停工"), user=None, now=NOW)
    set_days(
        DayWish(date(2027, 1, 5), date(2027, 1, 5), CalendarDayType.HOLIDAY, "猜测"),
        user=None,
        now=NOW,
    )
    days = [
        NoticeDay(date(2027, 1, 1), CalendarDayType.HOLIDAY, "元旦"),
        NoticeDay(date(2027, 1, 3), CalendarDayType.MAKEUP, "元旦调休上班"),
    ]
    change = import_year(2027, days, source="国办发明电〔2026〕7号", user=None, now=NOW)
    kept = {row.date: row for row in CalendarDay.objects.filter(date__year=2027)}
    assert set(kept) == {date(2027, 1, 1), date(2027, 1, 3), day}
    assert all(row.confirmed for row in kept.values())
    assert kept[day].name == "台风停工"
    assert len(change.before) == 2
    forget_calendar()  # on commit, which a test has none of
    assert not work_calendar().is_provisional(day)
    with pytest.raises(ConflictError):
        import_year(2027, days, source="国办发明电〔2026〕7号", user=None, now=NOW)


def test_an_import_moves_due_dates_over_the_new_year() -> None:
    announce()
    cast = make_cast()
    eve = datetime(2026, 12, 30, 2, tzinfo=UTC)
    ticket = make_ticket(TicketStatus.HANDLING, cast=cast, now=eve)
    before = ticket.due_at
    days = [NoticeDay(date(2027, 1, day), CalendarDayType.HOLIDAY, "元旦") for day in (1, 2, 3, 4)]
    recompute_dues(import_year(2027, days, source="", user=None, now=eve).pk, now=eve)
    ticket.refresh_from_db()
    assert before is not None
    assert ticket.due_at == before + timedelta(days=1)  # the Monday that nobody had guessed


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        (
            DayWish(date(2026, 5, 2), date(2026, 5, 1), CalendarDayType.CLOSURE, "停"),
            "before_first",
        ),
        (DayWish(date(2026, 5, 1), date(2026, 8, 1), CalendarDayType.CLOSURE, "停"), "too_long"),
        (DayWish(date(2026, 5, 1), date(2026, 5, 1), CalendarDayType.CLOSURE, " "), "required"),
        (
            DayWish(date(1999, 5, 1), date(1999, 5, 1), CalendarDayType.CLOSURE, "停"),
            "out_of_range",
        ),
    ],
)
def test_it_refuses_nonsense(wish: DayWish, code: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        set_days(wish, user=None, now=NOW)
    assert refused.value.errors[0].code == code
    assert not CalendarDay.objects.exists()
    assert not CalendarChange.objects.exists()


def test_only_the_system_recomputes() -> None:
    cast = make_cast()
    ticket = make_ticket(TicketStatus.HANDLING, cast=cast)
    with pytest.raises(ConflictError) as refused:
        perform(ticket.pk, Act.RECOMPUTE_DUE, actor=SYSTEM, now=NOW, fields=Fields(note="x"))
    assert refused.value.code == "due_unchanged"
