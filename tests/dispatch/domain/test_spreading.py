"""Who is told of what, by which channel, and when."""

from __future__ import annotations

from datetime import time, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from dispatch.domain.announcing import announce
from dispatch.domain.channel_settings import mail_setting
from dispatch.domain.inbox import save_preferences
from dispatch.domain.lifecycle import perform
from dispatch.domain.notice_rules import ANNOUNCED
from dispatch.domain.notifications import notify_department, notify_staff
from dispatch.domain.spreading import spread_announcements
from dispatch.enums import NotificationChannel, NotificationKind, Role
from dispatch.enums import TicketAction as Act
from dispatch.enums import TicketStatus as St
from dispatch.models import Announcement, Notification, Staff
from tests.dispatch.factories import NOW, Cast, fields_for, make_cast, make_staff, make_ticket
from tests.dispatch.notices import make_robot

pytestmark = pytest.mark.django_db
NIGHT = NOW + timedelta(hours=12)  # 22:00 in Shanghai
MORNING = NOW + timedelta(hours=21, minutes=30)  # 07:30 the day after


def told(kind: NotificationKind | None = None) -> set[str]:
    rows = Notification.objects.filter(channel=NotificationChannel.INBOX)
    if kind is not None:
        rows = rows.filter(kind=kind)
    return set(rows.values_list("user__username", flat=True))


def forget() -> None:
    Announcement.objects.all().delete()
    Notification.objects.all().delete()


def give_mail(*people: Staff | None) -> None:
    for person in people:
        assert person is not None
        person.email = f"{person.username}@example.org"
        person.save()


@pytest.fixture
def cast() -> Cast:
    return make_cast()


@pytest.mark.parametrize(
    ("status", "action", "role", "people"),
    [
        (St.ASSESSING, Act.DISPATCH, Role.DISPATCHER, {"sanitation"}),
        (St.DISPATCHED, Act.RETURN, Role.HEAD, {"dispatcher"}),
        (St.HANDLING, Act.REQUEST_EXTENSION, Role.HEAD, {"lead"}),
        (St.HANDLING, Act.FINISH, Role.HANDLER, {"verifier"}),
        (St.HANDLED, Act.REWORK, Role.VERIFIER, {"sanitation"}),
        (St.HANDLING, Act.SUPERVISE, Role.LEAD, {"sanitation", "sanitation_head"}),
        (St.CLOSED, Act.REOPEN, Role.LEAD, {"dispatcher"}),
    ],
)
def test_those_are_told_who_have_to_act(
    cast: Cast, status: St, action: Act, role: Role, people: set[str]
) -> None:
    ticket = make_ticket(status, cast=cast)
    forget()
    perform(ticket.pk, action, actor=cast.staff(role), now=NOW, fields=fields_for(action, cast))
    spread_announcements(now=NOW)
    assert told() == people


def test_a_department_without_a_handler_is_told_by_its_head(cast: Cast) -> None:
    cast.handler.user.memberships.update(is_active=False)  # type: ignore[union-attr]  # staff
    make_ticket(St.DISPATCHED, cast=cast)
    spread_announcements(now=NOW)
    assert told(NotificationKind.TASK) == {"sanitation_head"}


def test_what_is_in_no_table_writes_nothing(cast: Cast) -> None:
    ticket = make_ticket(St.HANDLING, cast=cast)
    forget()
    fields = fields_for(Act.NOTE, cast)
    perform(ticket.pk, Act.NOTE, actor=cast.handler, now=NOW, fields=fields)
    assert not Announcement.objects.exists()


def test_the_hook_costs_one_statement(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    costs: list[int] = []

    def counted(attempt: Any, event: Any) -> None:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            announce(attempt, event)
        costs.append(len(queries))

    monkeypatch.setattr("dispatch.domain.lifecycle.announce", counted)
    make_ticket(St.HANDLED, cast=cast)
    assert costs == [1, 0, 1]  # dispatch, accept, finish


def test_twice_changes_nothing(cast: Cast) -> None:
    make_ticket(St.DISPATCHED, cast=cast)
    make_robot(cast.sanitation)
    spread_announcements(now=NOW)
    before = set(Notification.objects.values_list("key", flat=True))
    Announcement.objects.update(spread_at=None)
    spread_announcements(now=NOW)
    assert set(Notification.objects.values_list("key", flat=True)) == before


def test_a_batch_costs_the_same_for_one_and_for_three(cast: Cast) -> None:
    counts = []
    for number in (1, 3):
        forget()
        for _ticket in range(number):
            make_ticket(St.DISPATCHED, cast=cast)
        with CaptureQueriesContext(connection) as queries:
            spread_announcements(now=NOW)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 12


def test_robots_hear_what_concerns_their_department(cast: Cast) -> None:
    mine, other = make_robot(cast.sanitation), make_robot(cast.enforcement)
    picky = make_robot(cast.sanitation, kinds=[NotificationKind.CARD])
    room = make_robot(cast.room)
    ticket = make_ticket(St.DISPATCHED, cast=cast)
    assert spread_announcements(now=NOW) == {mine.pk}
    fields = fields_for(Act.RETURN, cast)
    perform(ticket.pk, Act.RETURN, actor=cast.head, now=NOW, fields=fields)
    assert spread_announcements(now=NOW) == {room.pk}
    assert not Notification.objects.filter(setting__in=[other, picky]).exists()


def test_at_night_mail_and_robots_wait_and_the_inbox_does_not(cast: Cast, settings: Any) -> None:
    settings.EMAIL_ENABLED = True
    mail_setting()
    give_mail(cast.handler.user)
    make_robot(cast.sanitation)
    make_ticket(St.DISPATCHED, cast=cast, now=NIGHT)
    spread_announcements(now=NIGHT)
    moments = dict(Notification.objects.values_list("channel", "not_before"))
    assert moments == {"inbox": None, "email": MORNING, "wecom": MORNING}


def test_an_urgent_message_waits_for_no_morning(cast: Cast, settings: Any) -> None:
    settings.EMAIL_ENABLED = True
    mail_setting()
    give_mail(cast.handler.user)
    save_preferences(
        cast.handler.user,  # type: ignore[arg-type]  # staff
        email_kinds=[], quiet_from=time(0), quiet_to=time(23, 59), quiet_rest_days=True,
    )  # fmt: skip
    notify_staff(
        NotificationKind.ALARM, users=[cast.handler.user_id or 0], ticket=None, text="险情",
        now=NIGHT, urgent=True, key="x",
    )  # fmt: skip
    spread_announcements(now=NIGHT)
    assert Notification.objects.get(channel="email").not_before == NIGHT


def test_a_person_chooses_what_comes_by_mail(cast: Cast, settings: Any) -> None:
    settings.EMAIL_ENABLED = True
    mail_setting()
    second = make_staff("second", Role.HANDLER, cast.sanitation)
    give_mail(cast.handler.user, second)
    save_preferences(
        second, email_kinds=[NotificationKind.CARD], quiet_from=None, quiet_to=None,
        quiet_rest_days=False,
    )  # fmt: skip
    make_ticket(St.DISPATCHED, cast=cast)
    spread_announcements(now=NOW)
    mails = Notification.objects.filter(channel="email")
    assert [row.user_id for row in mails] == [cast.handler.user_id]
    assert told() == {"sanitation", "second"}


def test_without_a_mail_server_nothing_is_queued_for_it(cast: Cast) -> None:
    mail_setting()
    give_mail(cast.handler.user)
    make_ticket(St.DISPATCHED, cast=cast)
    spread_announcements(now=NOW)
    assert not Notification.objects.filter(channel="email").exists()


def test_a_department_hears_a_message_of_its_own(cast: Cast) -> None:
    make_robot(cast.sanitation)
    notify_department(
        NotificationKind.SYSTEM, department_id=cast.sanitation.pk, ticket=None,
        text="请核对值班表", now=NOW, key="roster",
    )  # fmt: skip
    spread_announcements(now=NOW)
    assert told() == {"sanitation", "sanitation_head"}
    assert Notification.objects.filter(channel="wecom", text="请核对值班表").count() == 1


def test_a_confidential_ticket_is_a_number(cast: Cast) -> None:
    make_robot(cast.sanitation)
    ticket = make_ticket(St.DISPATCHED, cast=cast)
    ticket.confidential = True
    ticket.save()
    spread_announcements(now=NOW)
    for row in Notification.objects.all():
        assert ticket.number in row.text
        assert ticket.title not in row.text


def test_every_rule_tells_staff_of_something() -> None:
    for action, rule in ANNOUNCED.items():
        assert rule.roles, action
        assert Role.RESIDENT not in rule.roles
        assert str(rule.says)
