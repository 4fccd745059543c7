"""Every write of the working calendar: the rows, what they mean for open tickets, and who did it.

A change stores its rows and rings; the due dates follow in ``dispatch.domain.calendar_rounds``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction

from dispatch.domain.audit import record_audit
from dispatch.domain.calendar_rounds import RECOMPUTE_TASK, start_of
from dispatch.domain.recomputing import moves_of
from dispatch.enums import AuditAction, CalendarChangeKind, CalendarDayType
from dispatch.models import CalendarChange, CalendarDay, Staff
from dispatch.queries.calendar import DayRow, calendar_with, forget_calendar, work_calendar
from dispatch.queries.running import running_tickets
from xiangcun.lib import bell
from xiangcun.lib.errors import ConflictError, FieldError, InvalidInputError

MOST_DAYS = 62
NAME_MAX, SOURCE_MAX = 40, 120
_FIRST_YEAR, _LAST_YEAR = 2020, 2100
_COUNTED = 20_000
_LABELS = {
    CalendarDayType.CLOSURE: "停工",
    CalendarDayType.HOLIDAY: "放假",
    CalendarDayType.MAKEUP: "上班",
    CalendarDayType.WORKDAY: "上班",
}


@dataclass(frozen=True, slots=True)
class DayWish:
    """What somebody wants the days from ``first`` to ``last`` to be; no ``type``: as their weekday."""

    first: date
    last: date
    type: CalendarDayType | None
    name: str = ""

    @property
    def days(self) -> list[date]:
        """Every day of the span."""
        return [self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1)]


@dataclass(frozen=True, slots=True)
class NoticeDay:
    """One day of an announced year."""

    date: date
    type: CalendarDayType
    name: str


@dataclass(frozen=True, slots=True)
class Effect:
    """What a change would do to the open tickets; ``capped`` when not all of them were looked at."""

    later: int
    earlier: int
    capped: bool

    @property
    def count(self) -> int:
        """How many tickets would get another date."""
        return self.later + self.earlier


def check_wish(wish: DayWish) -> None:
    """Raise ``InvalidInputError`` for what the form cannot mean."""
    errors = []
    if wish.last < wish.first:
        errors.append(FieldError("last", "before_first", "结束日期不能早于开始日期"))
    elif (wish.last - wish.first).days >= MOST_DAYS:
        errors.append(FieldError("last", "too_long", f"一次最多设置 {MOST_DAYS} 天"))
    if not all(_FIRST_YEAR <= day.year <= _LAST_YEAR for day in (wish.first, wish.last)):
        errors.append(
            FieldError("first", "out_of_range", f"日期须在 {_FIRST_YEAR}—{_LAST_YEAR} 年之间")
        )
    name = wish.name.strip()
    if wish.type is not None and not name:
        errors.append(FieldError("name", "required", "请填写名称，如“台风停工”；居民会看到它"))
    if len(name) > NAME_MAX:
        errors.append(FieldError("name", "too_long", f"名称不能超过 {NAME_MAX} 字"))
    if errors:
        raise InvalidInputError("invalid", errors[0].message, errors=tuple(errors))


def effect_of(changes: Mapping[date, DayRow | None]) -> Effect:
    """Count the open tickets that ``changes`` would move; nothing is written."""
    calendar = calendar_with(changes)
    later = earlier = 0
    looked = running_tickets(due_since=start_of(min(changes)))[: _COUNTED + 1]
    seen = 0
    for ticket in looked.iterator(chunk_size=2000):
        seen += 1
        moves = moves_of(ticket, calendar)
        if moves:
            later += moves[-1].after > moves[-1].before
            earlier += moves[-1].after < moves[-1].before
    return Effect(later, earlier, seen > _COUNTED)


def wished_rows(wish: DayWish) -> dict[date, DayRow | None]:
    """Return the rows a wish comes to; a year nobody announced stays provisional."""
    known = work_calendar().known_years
    if wish.type is None:
        return dict.fromkeys(wish.days)
    return {day: DayRow(day, wish.type, day.year in known) for day in wish.days}


def notice_rows(year: int, days: Sequence[NoticeDay]) -> dict[date, DayRow | None]:
    """Return the rows an announced year comes to: old ones go, closures of the place stay."""
    stored = CalendarDay.objects.filter(date__year=year)
    rows: dict[date, DayRow | None] = {
        row.date: DayRow(row.date, row.type, confirmed=True)
        if row.type == CalendarDayType.CLOSURE
        else None
        for row in stored
    }
    rows.update({day.date: DayRow(day.date, day.type, confirmed=True) for day in days})
    return rows


def set_days(wish: DayWish, *, user: Staff | None, now: datetime) -> CalendarChange:
    """Make the days what ``wish`` says, and have the open due dates follow."""
    check_wish(wish)
    name = wish.name.strip()
    forget_calendar()
    rows = wished_rows(wish)
    label = _LABELS[wish.type] if wish.type else "恢复为平常日"
    summary = f"{_span(wish)} {'设为' if wish.type else ''}{label}{f'（{name}）' if name else ''}"
    change = CalendarChange(
        created_at=now,
        actor=user,
        kind=CalendarChangeKind.DAYS,
        summary=summary[:200],
        reason=(name or "恢复正常上班安排")[:60],
        first_day=wish.first,
        last_day=wish.last,
    )
    names = dict.fromkeys(wish.days, (name, _by_hand(user)))
    return _store(change, rows, names)


def import_year(
    year: int, days: Sequence[NoticeDay], *, source: str, user: Staff | None, now: datetime
) -> CalendarChange:
    """Replace a year's rows by the announced arrangement and mark the year as announced."""
    if not days or any(day.date.year != year for day in days):
        raise InvalidInputError("invalid", "放假安排须是同一年的日期，且至少一天")
    source = source.strip()[:SOURCE_MAX] or f"国务院办公厅关于{year}年部分节假日安排的通知"
    change = CalendarChange(
        created_at=now,
        actor=user,
        kind=CalendarChangeKind.IMPORT,
        summary=f"导入 {year} 年放假安排（{source}）"[:200],
        reason=f"{year} 年放假安排公布",
        first_day=date(year, 1, 1),
        last_day=date(year, 12, 31),
    )
    names = {day.date: (day.name[:NAME_MAX], source) for day in days}
    return _store(change, notice_rows(year, days), names)


def _store(
    change: CalendarChange,
    rows: Mapping[date, DayRow | None],
    names: Mapping[date, tuple[str, str]],
) -> CalendarChange:
    """Write rows and change in one transaction; a change that changes nothing is refused."""
    with transaction.atomic():
        stored = {
            row.date: row for row in CalendarDay.objects.select_for_update().filter(date__in=rows)
        }
        wanted = [_row(row, stored.get(row.date), names) for row in rows.values() if row]
        change.before, change.after = _as_json(stored.values()), _as_json(wanted)
        if change.before == change.after:
            raise ConflictError("calendar_unchanged", "日历本来就是这样，没有改动")
        CalendarDay.objects.filter(date__in=rows).delete()
        CalendarDay.objects.bulk_create(wanted)
        change.save(force_insert=True)
        _audit(change)
        transaction.on_commit(forget_calendar)
        bell.ring_on_commit(RECOMPUTE_TASK, change.pk)
    return change


def _audit(change: CalendarChange) -> None:
    """Write who did it into the audit trail, last of the transaction as its chain asks."""
    record_audit(
        AuditAction.CALENDAR_CHANGED,
        actor=change.actor,
        now=change.created_at,
        reason=change.summary,
        data={"change": change.pk, "before": len(change.before), "after": len(change.after)},
    )


def _row(
    row: DayRow, stored: CalendarDay | None, names: Mapping[date, tuple[str, str]]
) -> CalendarDay:
    """Return the row to be stored; a day that is only confirmed keeps its name."""
    kept = (stored.name, stored.source) if stored else ("", "")
    name, source = names.get(row.date, kept)
    return CalendarDay(
        date=row.date, type=row.type, name=name, source=source, confirmed=row.confirmed
    )


def _as_json(rows: Iterable[CalendarDay]) -> list[list[str | bool]]:
    return [
        [row.date.isoformat(), str(row.type), row.name, row.confirmed]
        for row in sorted(rows, key=lambda row: row.date)
    ]


def _span(wish: DayWish) -> str:
    return f"{wish.first}" if wish.first == wish.last else f"{wish.first} 至 {wish.last}"


def _by_hand(user: Staff | None) -> str:
    return f"手工设置{f'：{user}' if user else ''}"[:SOURCE_MAX]
