"""Who holds which seat and how each of them wants to be told: read once for a batch of messages."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import time

from dispatch.enums import (
    COMMAND_ROLES,
    DEPARTMENT_ROLES,
    AssignmentKind,
    NotificationChannel,
    NotificationKind,
    Role,
)
from dispatch.models import (
    Assignment,
    ChannelSetting,
    Membership,
    NotificationPreference,
    Recusal,
    Staff,
)


@dataclass(frozen=True, slots=True)
class Wishes:
    """What one person changed; ``kinds`` are those that also come by mail."""

    kinds: frozenset[str]
    quiet_from: time | None
    quiet_to: time | None
    quiet_rest_days: bool


@dataclass(slots=True)
class AddressBook:
    """Every active seat, mail address, changed preference and active channel (four queries)."""

    seats: dict[tuple[str, int], list[int]] = field(default_factory=lambda: defaultdict(list))
    emails: dict[int, str] = field(default_factory=dict)
    wishes: dict[int, Wishes] = field(default_factory=dict)
    robots: list[ChannelSetting] = field(default_factory=list)
    mail: ChannelSetting | None = None

    def holders(self, roles: Iterable[str], department_ids: Iterable[int]) -> set[int]:
        """Return who holds one of the roles; department roles in these departments only.

        A department without a handler is told by its head, so that nothing lies unseen.
        """
        departments = list(department_ids)
        found: set[int] = set()
        for role in roles:
            if role not in DEPARTMENT_ROLES:
                found |= set(self.seats[role, 0])
                continue
            for department_id in departments:
                people = self.seats[role, department_id]
                if not people and role == Role.HANDLER:
                    people = self.seats[Role.HEAD, department_id]
                found |= set(people)
        return found

    def robots_for(
        self, kind: str, roles: Iterable[str], department_ids: Iterable[int]
    ) -> list[ChannelSetting]:
        """Return the groups that hear of it: the departments', the command room's for its roles.

        No group can be spared an alarm.
        """
        told, room = set(department_ids), bool(COMMAND_ROLES & set(roles))
        in_departments = bool(DEPARTMENT_ROLES & set(roles))
        return [
            robot
            for robot in self.robots
            if (not robot.kinds or kind in robot.kinds or kind == NotificationKind.ALARM)
            and robot.department is not None
            and (
                room
                if robot.department.is_command_room
                else in_departments and robot.department_id in told
            )
        ]


def read_address_book() -> AddressBook:
    """Read everything; a township has a few hundred staff at most."""
    book = AddressBook()
    seats = Membership.objects.filter(
        is_active=True, user__is_active=True, department__is_active=True
    )
    for role, department_id, user_id in seats.values_list("role", "department_id", "user_id"):
        book.seats[role, department_id if role in DEPARTMENT_ROLES else 0].append(user_id)
    people = Staff.objects.filter(is_active=True).exclude(email="")
    book.emails.update(people.values_list("pk", "email"))
    for row in NotificationPreference.objects.all():
        kinds = frozenset(row.email_kinds)
        book.wishes[row.user_id] = Wishes(kinds, row.quiet_from, row.quiet_to, row.quiet_rest_days)
    for setting in ChannelSetting.objects.filter(is_active=True).select_related("department"):
        if setting.kind == NotificationChannel.EMAIL:
            book.mail = setting
        else:
            book.robots.append(setting)
    return book


def assisting_departments(ticket_ids: Iterable[int]) -> dict[int, list[int]]:
    """Return the departments that assist in each ticket now (one query)."""
    rows = Assignment.objects.filter(
        ticket_id__in=list(ticket_ids), kind=AssignmentKind.ASSIST, ended_at__isnull=True
    )
    found: dict[int, list[int]] = defaultdict(list)
    for ticket_id, department_id in rows.values_list("ticket_id", "department_id"):
        found[ticket_id].append(department_id)
    return found


def recused_people(ticket_ids: Iterable[int]) -> dict[int, set[int]]:
    """Return whom each ticket complains of: nothing about it goes to them (one query)."""
    rows = Recusal.objects.filter(ticket_id__in=list(ticket_ids))
    found: dict[int, set[int]] = defaultdict(set)
    for ticket_id, user_id in rows.values_list("ticket_id", "user_id"):
        found[ticket_id].add(user_id)
    return found
