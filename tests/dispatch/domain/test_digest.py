"""The morning's figures: once, on working days, to those whose figures they are."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from dispatch.domain.channel_settings import mail_setting
from dispatch.domain.digest import write_digests
from dispatch.enums import NotificationKind
from dispatch.enums import TicketStatus as St
from dispatch.models import Notification
from tests.dispatch.factories import NOW, Cast, make_cast, make_ticket
from tests.dispatch.notices import make_robot

pytestmark = pytest.mark.django_db
EIGHT = NOW - timedelta(hours=2)  # a Tuesday, 08:00 in Shanghai
HALF_PAST = EIGHT + timedelta(minutes=30)
SATURDAY = HALF_PAST + timedelta(days=4)


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def bodies() -> dict[int | None, str]:
    return dict(Notification.objects.values_list("setting_id", "body"))


def test_each_group_reads_its_own_figures(cast: Cast) -> None:
    mine, other, room = (
        make_robot(department) for department in (cast.sanitation, cast.enforcement, cast.room)
    )
    make_robot(cast.sanitation, kinds=[NotificationKind.CARD])
    make_ticket(St.DISPATCHED, cast=cast, now=HALF_PAST - timedelta(hours=1))
    late = make_ticket(St.HANDLING, cast=cast, now=HALF_PAST - timedelta(days=30))
    assert late.due_at is not None
    assert late.due_at < HALF_PAST
    make_ticket(St.ASSESSING, cast=cast, now=HALF_PAST)
    assert write_digests(now=HALF_PAST) == 2
    found = bodies()
    assert set(found) == {mine.pk, room.pk}
    assert other.pk not in found
    line = "环卫所：昨日以来新派 1 件，待签收 1 件，今日到期 0 件，已超期 1 件"
    assert line in found[mine.pk]
    assert "指挥室" not in found[mine.pk]
    assert line in found[room.pk]
    assert "待研判 1 件" in found[room.pk]


def test_once_a_day_however_often_it_runs(cast: Cast) -> None:
    make_robot(cast.room)
    counts = [write_digests(now=HALF_PAST + timedelta(minutes=10 * step)) for step in range(3)]
    assert counts == [1, 0, 0]
    assert write_digests(now=HALF_PAST + timedelta(days=1)) == 1


@pytest.mark.parametrize("now", [EIGHT, SATURDAY])
def test_not_before_half_past_eight_and_not_on_rest_days(cast: Cast, now: Any) -> None:
    make_robot(cast.room)
    assert write_digests(now=now) == 0


def test_by_mail_to_who_wants_it(cast: Cast, settings: Any) -> None:
    settings.EMAIL_ENABLED = True
    mail_setting()
    for actor in (cast.handler, cast.outsider, cast.lead):
        assert actor.user is not None
        actor.user.email = f"{actor.user.username}@example.org"
        actor.user.save()
    make_ticket(St.DISPATCHED, cast=cast)
    write_digests(now=HALF_PAST)
    rows = Notification.objects.order_by("user__username")
    assert [row.user.username for row in rows if row.user] == ["lead", "sanitation"]


def test_it_costs_the_same_for_many_tickets(cast: Cast) -> None:
    make_robot(cast.room)
    counts = []
    for number in (1, 3):
        Notification.objects.all().delete()
        for _ticket in range(number):
            make_ticket(St.DISPATCHED, cast=cast)
        with CaptureQueriesContext(connection) as queries:
            write_digests(now=HALF_PAST)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 9
