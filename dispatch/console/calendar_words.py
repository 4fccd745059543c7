"""How changes of the calendar read on the screen."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from dispatch.console.calendar_year import WEEKDAYS
from dispatch.console.people import actor_of
from dispatch.console.wording import moment_text
from dispatch.domain.calendar import DayWish
from dispatch.enums import CalendarChangeStatus, CalendarDayType, LimitStage
from dispatch.models import CalendarChange
from dispatch.queries.access import visible_tickets
from dispatch.queries.calendar import work_calendar

MOST_SHOWN_DAYS = 12
_TONE = {
    CalendarChangeStatus.WAITING: "warning",
    CalendarChangeStatus.SETTLING: "info",
    CalendarChangeStatus.DONE: "success",
}


def change_line(change: CalendarChange) -> dict[str, Any]:
    """Return a change as a line of the log."""
    return {
        "pk": change.pk,
        "at": moment_text(change.created_at),
        "who": str(change.actor) if change.actor else _("系统"),
        "summary": change.summary,
        "status": change.get_status_display(),
        "tone": _TONE[CalendarChangeStatus(change.status)],
        "open": change.status != CalendarChangeStatus.DONE,
        "examined": change.examined,
        "moved": change.moved,
        "finished": moment_text(change.finished_at),
    }


def change_page_of(request: HttpRequest, change: CalendarChange) -> dict[str, Any]:
    """Return a change with its days and the tickets that moved, as far as this person may read them."""
    pks = [row[0] for row in change.moves]
    readable = set(
        visible_tickets(actor_of(request)).filter(pk__in=pks).values_list("pk", flat=True)
    )
    moves = [_move(row) for row in change.moves if row[0] in readable]
    return {
        "change": change_line(change),
        "reason": change.reason,
        "before": [_day(row) for row in change.before],
        "after": [_day(row) for row in change.after],
        "moves": moves,
        "more": max(0, change.moved - len(change.moves)),
        "hidden": len(change.moves) - len(moves),
    }


def day_words(wish: DayWish) -> list[str]:
    """Return the days of a wish with their weekday and what they are now."""
    calendar = work_calendar()
    lines = [
        _("%(day)s 星期%(weekday)s，现为%(now)s")
        % {
            "day": day,
            "weekday": WEEKDAYS[day.weekday()],
            "now": _("上班") if calendar.is_workday(day) else _("不上班"),
        }
        for day in wish.days[:MOST_SHOWN_DAYS]
    ]
    more = len(wish.days) - MOST_SHOWN_DAYS
    return [*lines, _("……共 %d 天") % len(wish.days)] if more > 0 else lines


def _day(row: list[Any]) -> dict[str, str]:
    return {
        "date": str(row[0]),
        "type": str(CalendarDayType(row[1]).label),
        "name": str(row[2]),
        "state": "" if row[3] else _("暂定"),
    }


def _move(row: list[Any]) -> dict[str, Any]:
    pk, number, stage, before, after = row
    return {
        "url": reverse("admin:dispatch_ticket_change", args=(pk,)),
        "number": number,
        "stage": str(LimitStage(stage).label),
        "before": moment_text(datetime.fromisoformat(before)),
        "after": moment_text(datetime.fromisoformat(after)),
        "later": after > before,
    }
