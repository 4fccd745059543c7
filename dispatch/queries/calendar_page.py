"""What the calendar page reads: a year's rows, and the latest changes with their progress."""

from __future__ import annotations

from datetime import date

from django.db.models import QuerySet

from dispatch.enums import CalendarChangeStatus
from dispatch.models import CalendarChange, CalendarDay

SHOWN_CHANGES = 20


def named_days(year: int) -> dict[date, CalendarDay]:
    """Return the stored rows of a year by date."""
    return {row.date: row for row in CalendarDay.objects.filter(date__year=year)}


def latest_changes() -> QuerySet[CalendarChange]:
    """Return the latest changes, newest first, without their lists."""
    rows = CalendarChange.objects.select_related("actor").defer("moves", "before", "after")
    return rows.order_by("-pk")[:SHOWN_CHANGES]


def change_for_page(pk: int) -> CalendarChange | None:
    """Return one change with everything it did."""
    return CalendarChange.objects.select_related("actor").filter(pk=pk).first()


def open_changes() -> QuerySet[CalendarChange]:
    """Return the changes that the due dates have not followed yet."""
    return CalendarChange.objects.exclude(status=CalendarChangeStatus.DONE).only(
        "status", "examined", "moved"
    )
