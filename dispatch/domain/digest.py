"""The morning's figures (每日汇总): at 8:30 of a working day, to each group and each mailbox once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from dispatch.domain.notice_rules import EMAIL_BY_DEFAULT
from dispatch.enums import (
    COMMAND_ROLES,
    DEPARTMENT_ROLES,
    NotificationChannel,
    NotificationKind,
    NotificationState,
)
from dispatch.models import Notification
from dispatch.queries.calendar import work_calendar
from dispatch.queries.digest import (
    DepartmentFigures,
    RoomFigures,
    department_figures,
    room_figures,
)
from dispatch.queries.notice_people import AddressBook, read_address_book
from xiangcun.lib.workdays import SHANGHAI, WorkCalendar

FIRST_MOMENT = time(8, 30)
_LONGEST_BREAK = 31


def write_digests(*, now: datetime) -> int:
    """Write the day's digests unless that is done; return how many rows there are now.

    Nothing before 8:30 and on days nobody works. A few queries and one insert.
    """
    local, calendar = now.astimezone(SHANGHAI), work_calendar()
    day = local.date()
    if not settings.DIGEST_ENABLED or not calendar.is_workday(day) or local.time() < FIRST_MOMENT:
        return 0
    if Notification.objects.filter(key__startswith=f"digest/{day}/").exists():
        return 0
    rows = department_figures(
        since=_last_morning(day, calendar),
        now=now,
        day_end=datetime.combine(day, time.max, tzinfo=SHANGHAI),
    )
    digest = _Digest(day, rows, room_figures(), read_address_book(), now)
    written = [*digest.robots(), *digest.mails()]
    Notification.objects.bulk_create(written, ignore_conflicts=True, batch_size=500)
    return len(written)


def _last_morning(day: date, calendar: WorkCalendar) -> datetime:
    """Return 8:30 of the working day before."""
    before = day - timedelta(days=1)
    for _step in range(_LONGEST_BREAK):
        if calendar.is_workday(before):
            break
        before -= timedelta(days=1)
    return datetime.combine(before, FIRST_MOMENT, tzinfo=SHANGHAI)


class _Digest:
    """One morning's rows."""

    def __init__(
        self,
        day: date,
        rows: Sequence[DepartmentFigures],
        room: RoomFigures,
        book: AddressBook,
        now: datetime,
    ) -> None:
        self._day, self._rows, self._room = day, rows, room
        self._book, self._now = book, now

    def robots(self) -> Iterator[Notification]:
        """Return one row a group that wants digests and has something to hear."""
        for robot in self._book.robots:
            if robot.kinds and NotificationKind.DIGEST not in robot.kinds:
                continue
            room = robot.department is not None and robot.department.is_command_room
            body = self._body(None if room else {robot.department_id or 0})
            if body:
                yield self._row(
                    f"robot/{robot.pk}",
                    body,
                    setting=robot,
                    channel=robot.kind,
                    department_id=robot.department_id,
                )

    def mails(self) -> Iterator[Notification]:
        """Return one row a person who wants it: all figures for the room, else their departments'."""
        mail = self._book.mail
        if mail is None or not settings.EMAIL_ENABLED:
            return
        for user_id, departments in self._readers().items():
            wishes = self._book.wishes.get(user_id)
            kinds = wishes.kinds if wishes else EMAIL_BY_DEFAULT
            body = self._body(departments) if NotificationKind.DIGEST in kinds else ""
            if body:
                yield self._row(
                    f"email/{user_id}",
                    body,
                    setting=mail,
                    channel=NotificationChannel.EMAIL,
                    user_id=user_id,
                )

    def _readers(self) -> dict[int, set[int] | None]:
        """Return who reads what: ``None`` is everything."""
        found: dict[int, set[int] | None] = {}
        for (role, department_id), people in self._book.seats.items():
            for user_id in set(people) & self._book.emails.keys():
                if role in COMMAND_ROLES:
                    found[user_id] = None
                elif role in DEPARTMENT_ROLES:
                    mine = found.setdefault(user_id, set())
                    if mine is not None:
                        mine.add(department_id)
        return found

    def _body(self, departments: set[int] | None) -> str:
        rows = [
            row for row in self._rows if departments is None or row.department_id in departments
        ]
        room = self._room if departments is None else None
        if not rows and room is None:
            return ""
        context = {"day": self._day, "rows": rows, "room": room, "link": settings.PUBLIC_BASE_URL}
        return render_to_string("notifications/digest.txt", context).strip()

    def _row(self, key: str, body: str, **to: object) -> Notification:
        values = {
            "key": f"digest/{self._day}/{key}",
            "kind": NotificationKind.DIGEST,
            "text": _("乡村小脑每日待办汇总 %s") % self._day,
            "body": body,
            "state": NotificationState.QUEUED,
            "not_before": self._now,
            "created_at": self._now,
            **to,
        }
        return Notification(**values)
