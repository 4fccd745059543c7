"""From an announcement to its deliveries: who, by which channel, and not before when.

A batch is spread in one transaction with a fixed number of queries, however many announcements and
people there are; the keys make a second worker on the same batch harmless.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import connection, transaction

from dispatch.domain.notice_rules import ALWAYS_BY_EMAIL, ANNOUNCED, EMAIL_BY_DEFAULT
from dispatch.domain.notice_text import line_of
from dispatch.domain.notifications import delivery_values, inbox_key
from dispatch.enums import (
    NotificationChannel,
    NotificationKind,
    NotificationState,
    TicketAction,
)
from dispatch.models import Announcement, ChannelSetting, Notification
from dispatch.queries.calendar import work_calendar
from dispatch.queries.notice_people import (
    AddressBook,
    assisting_departments,
    read_address_book,
    recused_people,
)
from xiangcun.lib.quiet import QuietHours, first_moment

BATCH = 200


def default_quiet() -> QuietHours:
    """Return the quiet hours of those who chose none, and of every robot."""
    start, end = settings.QUIET_HOURS or (None, None)
    return QuietHours(start, end, settings.QUIET_REST_DAYS)


def spread_announcements(*, now: datetime, limit: int = BATCH) -> set[int]:
    """Write the deliveries of waiting announcements; return the settings that have something to send.

    Urgent ones come first. Call again while :func:`is_waiting` says so.
    """
    with transaction.atomic():
        waiting = _claimed(limit)
        if not waiting:
            return set()
        rows = list(_Spreader(waiting, now=now).deliveries())
        Notification.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)
        Announcement.objects.filter(pk__in=[row.pk for row in waiting]).update(spread_at=now)
    return {row.setting_id for row in rows if row.setting_id is not None}


def is_waiting() -> bool:
    """Whether an announcement is still to be spread."""
    return Announcement.objects.filter(spread_at__isnull=True).exists()


def _claimed(limit: int) -> list[Announcement]:
    rows = Announcement.objects.filter(spread_at__isnull=True).select_related("ticket")
    if connection.features.has_select_for_update_skip_locked:
        rows = rows.select_for_update(skip_locked=True, of=("self",))
    return list(rows.order_by("-urgent", "pk")[:limit])


@dataclass(frozen=True, slots=True)
class _Told:
    people: set[int]
    robots: list[ChannelSetting]


class _Spreader:
    """One batch with everything that it needs, read beforehand."""

    def __init__(self, waiting: list[Announcement], *, now: datetime) -> None:
        self._waiting, self._now = waiting, now
        self._book: AddressBook = read_address_book()
        widened = [row.ticket_id for row in waiting if row.ticket_id and _assisting(row)]
        self._assisting = assisting_departments(widened) if widened else {}
        self._recused = recused_people({row.ticket_id for row in waiting if row.ticket_id})
        self._calendar = work_calendar()
        self._robot_moment = first_moment(now, default_quiet(), self._calendar)

    def deliveries(self) -> Iterator[Notification]:
        """Return every row to write."""
        for announcement in self._waiting:
            if announcement.action:
                rule = ANNOUNCED[TicketAction(announcement.action)]
                announcement.text = line_of(str(rule.says), announcement.ticket)
            told = self._told(announcement)
            yield from self._inbox(announcement, told.people)
            yield from self._mail(announcement, told.people)
            for robot in told.robots:
                yield self._robot(announcement, robot)

    def _told(self, row: Announcement) -> _Told:
        departments = [row.department_id] if row.department_id else []
        if _assisting(row):
            departments += self._assisting.get(row.ticket_id or 0, [])
        people = self._book.holders(row.roles, departments) | set(row.users)
        people -= {row.actor_id or 0, *self._recused.get(row.ticket_id or 0, ())}
        return _Told(people, self._book.robots_for(row.kind, row.roles, departments))

    def _inbox(self, row: Announcement, people: Iterable[int]) -> Iterator[Notification]:
        for user_id in sorted(people):
            yield Notification(
                key=inbox_key(row.key, user_id),
                user_id=user_id,
                channel=NotificationChannel.INBOX,
                state=NotificationState.SENT,
                sent_at=row.created_at,
                **delivery_values(row),
            )

    def _mail(self, row: Announcement, people: set[int]) -> Iterator[Notification]:
        mail = self._book.mail
        if mail is None or not settings.EMAIL_ENABLED:
            return
        for user_id in sorted(people & self._book.emails.keys()):
            wishes = self._book.wishes.get(user_id)
            kinds = (wishes.kinds if wishes else EMAIL_BY_DEFAULT) | ALWAYS_BY_EMAIL
            if row.kind not in kinds:
                continue
            quiet = default_quiet()
            if wishes:
                quiet = QuietHours(wishes.quiet_from, wishes.quiet_to, wishes.quiet_rest_days)
            moment = self._now if row.urgent else first_moment(self._now, quiet, self._calendar)
            yield Notification(
                key=f"{row.key}/email/{user_id}",
                user_id=user_id,
                setting=mail,
                channel=NotificationChannel.EMAIL,
                state=NotificationState.QUEUED,
                not_before=moment,
                **delivery_values(row),
            )

    def _robot(self, row: Announcement, robot: ChannelSetting) -> Notification:
        values = delivery_values(row)
        if row.ticket_id in self._recused:  # a group cannot leave out the one who is complained of
            rule = ANNOUNCED.get(TicketAction(row.action)) if row.action else None
            says = rule.says if rule else NotificationKind(row.kind).label
            values["text"] = line_of(str(says), row.ticket, titled=False)
        return Notification(
            key=f"{row.key}/robot/{robot.pk}",
            setting=robot,
            department_id=robot.department_id,
            channel=robot.kind,
            state=NotificationState.QUEUED,
            not_before=self._now if row.urgent else self._robot_moment,
            **values,
        )


def _assisting(row: Announcement) -> bool:
    return bool(row.action) and ANNOUNCED[TicketAction(row.action)].assisting
