"""Telling staff: one row, once, in the caller's transaction."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction

from dispatch.domain.notifications import notify_department, notify_staff
from dispatch.enums import NotificationKind
from dispatch.models import Announcement, Notification
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
    assert [row.user_id for row in rows] == sorted([cast.handler.user_id, cast.head.user_id])
    assert {(row.text, row.read_at) for row in rows} == {("请看一下", None)}


def test_the_same_key_again_changes_nothing() -> None:
    cast = make_cast()
    _tell(cast=cast)
    _tell(cast=cast, text="另一句话")
    assert Announcement.objects.filter(key="note/1").count() == 1
    assert {row.text for row in Notification.objects.all()} == {"请看一下"}


def test_a_telephone_in_the_text_is_masked() -> None:
    cast = make_cast()
    _tell(cast=cast, text="打 13812345678 问问")
    assert "12345678" not in Notification.objects.earliest("id").text


def test_what_is_rolled_back_was_never_told() -> None:
    cast = make_cast()
    with pytest.raises(RuntimeError), transaction.atomic():
        notify_department(
            NotificationKind.TASK,
            department_id=cast.sanitation.pk,
            ticket=None,
            text="新的任务",
            now=NOW,
            key="department/1",
        )
        raise RuntimeError
    assert not Announcement.objects.filter(key="department/1").exists()
