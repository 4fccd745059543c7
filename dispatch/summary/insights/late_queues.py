"""Which department's queue will miss its dates at the present pace."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import QuerySet
from django.utils import timezone

from dispatch.domain.insights import Finding
from dispatch.enums import Certainty, InsightKind, LimitUnit, TicketStatus
from dispatch.models import Ticket
from dispatch.queries.calendar import work_calendar
from dispatch.summary.insights.evidence import queue_evidence
from dispatch.summary.insights.names import Names
from dispatch.summary.insights.pace import (
    AHEAD_DAYS,
    PACE_DAYS,
    STUCK_DAYS,
    Forecast,
    Record,
    forecast,
)
from dispatch.summary.insights.words import late_text
from dispatch.summary.reading import read_days
from dispatch.summary.scopes import Scope
from xiangcun.lib.workdays import WorkCalendar

KINDS = (InsightKind.LATE_QUEUE,)
IN_HAND = (TicketStatus.DISPATCHED, TicketStatus.HANDLING)
MOST_TICKETS = 5000
LEAST_FINISHED = 5
LEAST_LATE, LEAST_SHARE = 2.0, 0.25
_ADVICE = "先办快到期的；确实来不及的，到期前申请延期并告知居民"
_MINUTES_A_DAY = 24 * 60


@dataclass(frozen=True, slots=True)
class Due:
    """A ticket in a department's hands, and how many working days it has left (negative: overdue)."""

    ticket_id: int
    left: float


def is_warning(told: Forecast) -> bool:
    """Whether a forecast is worth a word: two or more, a quarter of what comes due, and hardly none."""
    return told.late >= LEAST_LATE and told.late >= LEAST_SHARE * told.due and told.low >= 1


@dataclass(frozen=True, slots=True)
class QueueNow:
    """A department's queue as it stands: the forecast, its record, what is due ahead with its chances."""

    told: Forecast
    record: Record
    until: date
    ahead: tuple[tuple[Due, float], ...]


def find_late_queues(now: datetime, names: Names) -> list[Finding]:
    """Return a warning for each department that will miss dates; one bounded query of open tickets.

    The pace is that of the last ten whole working days, read once a department with dates ahead.
    """
    calendar = work_calendar()
    until = last_day(now, calendar)
    found = []
    for department_id, queue in read_queues(now, calendar).items():
        some = sum(due.left >= 0 for due in queue) >= LEAST_LATE
        if department_id not in names.departments or not some:
            continue
        record = read_record(department_id, now, calendar)
        told = forecast([due.left for due in queue], record)
        if sum(record.finished) >= LEAST_FINISHED and is_warning(told):
            found.append(_finding(department_id, told, record, until, names))
    return found


def queue_now(department_id: int, now: datetime) -> QueueNow:
    """Return one department's queue at this moment; three reads."""
    calendar = work_calendar()
    queue = read_queues(now, calendar, department_id).get(department_id, [])
    record = read_record(department_id, now, calendar)
    told = forecast([due.left for due in queue], record)
    ahead = sorted((due for due in queue if due.left >= 0), key=lambda due: due.left)
    pairs = tuple(zip(ahead, told.chances, strict=True))
    return QueueNow(told, record, last_day(now, calendar), pairs)


def last_day(now: datetime, calendar: WorkCalendar) -> date:
    """Return the last of the working days ahead, today included when it is one with time left."""
    end = calendar.add_workdays(now, AHEAD_DAYS)
    return timezone.localdate(end)


def read_queues(
    now: datetime, calendar: WorkCalendar, department_id: int | None = None
) -> Mapping[int, list[Due]]:
    """Return by department what it has in hand and is due within the days ahead, or lately overdue."""
    horizon = calendar.add_workdays(now, AHEAD_DAYS)
    rows = due_tickets(now, horizon).order_by("next_due_at")
    if department_id is not None:
        rows = rows.filter(lead_department=department_id)
    columns = ("pk", "lead_department_id", "due_at", "due_unit")
    queues: defaultdict[int, list[Due]] = defaultdict(list)
    for pk, holder, due_at, unit in rows.values_list(*columns)[:MOST_TICKETS]:
        left = _days_left(now, due_at, unit, calendar)
        if -STUCK_DAYS <= left <= AHEAD_DAYS:
            queues[holder].append(Due(pk, left))
    return queues


def due_tickets(now: datetime, horizon: datetime) -> QuerySet[Ticket]:
    """Return what departments have in hand with a date until ``horizon``; children are their parent's.

    A ticket that is not signed yet stands under its signing deadline, which comes first.
    """
    return Ticket.objects.filter(
        status__in=IN_HAND,
        next_due_at__gte=now - timedelta(days=30),
        next_due_at__lte=horizon,
        due_at__lte=horizon,
        lead_department__isnull=False,
        parent__isnull=True,
    )


def read_record(department_id: int, now: datetime, calendar: WorkCalendar) -> Record:
    """Return what the department finished on each of the last ten working days, and how much was late."""
    days: list[date] = []
    day = timezone.localdate(now)
    for _ in range(60):
        day -= timedelta(days=1)
        if calendar.is_workday(day):
            days.append(day)
        if len(days) == PACE_DAYS * 2:
            break
    scope = Scope(
        first=day,
        last=timezone.localdate(now) - timedelta(days=1),
        department_ids=frozenset({department_id}),
    )
    sums = read_days(scope)
    finished = [sums[day].counts["finished"] for day in days[:PACE_DAYS]]
    done = sum(one.counts["finished"] for one in sums.values())
    on_time = sum(one.counts["finished_on_time"] for one in sums.values())
    return Record([max(count, 0) for count in finished], max(done - on_time, 0), max(done, 0))


def _days_left(now: datetime, due: datetime, unit: str, calendar: WorkCalendar) -> float:
    if unit == LimitUnit.WORK:
        return calendar.work_minutes_between(now, due) / calendar.minutes_per_day
    return (due - now).total_seconds() / 60 / _MINUTES_A_DAY


def _finding(
    department_id: int, told: Forecast, record: Record, until: date, names: Names
) -> Finding:
    pace = sum(record.finished) / len(record.finished)
    late = min(round(told.late), told.due)
    share = told.late / told.due
    return Finding(
        kind=InsightKind.LATE_QUEUE,
        key=f"late:{department_id}",
        text=late_text(
            department=names.departments[department_id],
            due=told.due,
            late=late,
            low=told.low,
            high=told.high,
            until=until,
            pace=pace,
        ),
        advice=_ADVICE,
        strength=round(min(0.5 + 0.25 * share + 0.25 * min(told.late / 20, 1.0), 1.0), 3),
        certainty=Certainty.HIGH if told.low * 2 >= told.late else Certainty.FAIR,
        figures={
            "due": told.due,
            "late": late,
            "late_low": told.low,
            "late_high": told.high,
            "pace": round(pace, 1),
            "until": until.isoformat(),
        },
        department_id=department_id,
        **queue_evidence(department_id, until),
    )
