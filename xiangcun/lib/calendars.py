"""Which working calendar is in force, for who may not ask the office for it.

The calendar's rows are the office's; the residents' side only needs to know whether a day is a holiday.
The office registers how to get it (``dispatch.apps``); without one the plain week and the statutory days count.
"""

from __future__ import annotations

from collections.abc import Callable

from xiangcun.lib.workdays import WorkCalendar

Provider = Callable[[], WorkCalendar]
_PLAIN = WorkCalendar({})
_providers: list[Provider] = []


def register(provider: Provider) -> None:
    """Let ``provider`` answer from now on; it keeps its own copy and is asked often."""
    _providers[:] = [provider]


def current_calendar() -> WorkCalendar:
    """Return the calendar in force."""
    return _providers[0]() if _providers else _PLAIN
