"""Telling staff: one row, once, in the caller's transaction."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from dispatch.domain.notifications import notify_department, notify_staff
from dispatch.enums import NotificationKind
from dispatch.models import Announcement, Notification, Ticket
from tests.dispatch.factories import NOW, make_cast, make_ticket

pytestmark = pytest.mark.django_db


def _tell(**more: Any) -> None:
    cast = more.pop("cast")
    values: dict[str, Any] = {
        "users": [cast.handler.user_id, cast.head.user_id],
        "ticket": make_ticket(cast=cast),
        "text": "请看一下",
        "now": NOW,
        "key": "note/1",
        **more,
    }
    notify_staff(NotificationKind.MENTION, **values)


def test_people_have_it_in_their_inbox_at_once() -> None:
    cast = make_cast()
    _tell(cast=cast)
    rows = Notification.objects.order_by("user_id")
    assert [row.user_id for row in rows] == sorted(
        [cast.handler.user_id or 0, cast.head.user_id or 0]
    )
    ticket = Ticket.objects.get()
    due = timezone.localtime(ticket.next_due_at).strftime("%m-%d %H:%M")
    line = f"请看一下：{ticket.number} {ticket.title}，期限 {due}"
    assert {(row.text, row.read_at) for row in rows} == {(line, None)}


def test_a_confidential_ticket_is_named_by_its_number_alone() -> None:
    cast = make_cast()
    ticket = make_ticket(cast=cast)
    ticket.confidential = True
    _tell(cast=cast, ticket=ticket)
    text = Notification.objects.earliest("id").text
    assert ticket.number in text
    assert ticket.title not in text


def test_the_same_key_again_changes_nothing() -> None:
    cast = make_cast()
    _tell(cast=cast)
    _tell(cast=cast, text="另一句话")
    assert Announcement.objects.filter(key="note/1").count() == 1
    assert {row.text[:4] for row in Notification.objects.all()} == {"请看一下"}


def test_a_telephone_in_the_text_is_masked() -> None:
    cast = make_cast()
    _tell(cast=cast, text="打 13812345678 问问")
    assert "12345678" not in Notification.objects.earliest("id").text


def test_what_is_rolled_back_was_never_told() -> None:
    cast = make_cast()

    def tell_and_fail() -> None:
        with transaction.atomic():
            notify_department(
                NotificationKind.TASK,
                department_id=cast.sanitation.pk,
                ticket=None,
                text="新的任务",
                now=NOW,
                key="department/1",
            )
            raise RuntimeError

    with pytest.raises(RuntimeError):
        tell_and_fail()
    assert not Announcement.objects.filter(key="department/1").exists()
