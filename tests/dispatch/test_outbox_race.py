"""Two workers on one outbox: each message goes out once, each announcement is spread once."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from django.db import close_old_connections, connection

from dispatch.domain.outbox import deliver_channel
from dispatch.domain.spreading import spread_announcements
from dispatch.enums import NotificationState, TicketStatus
from dispatch.models import Announcement, ChannelSetting, Notification
from tests.dispatch.factories import NOW, make_cast, make_ticket
from tests.dispatch.notices import Way, make_message, make_robot

pytestmark = pytest.mark.django_db(transaction=True)
WORKERS = 4


def at_once(work: Callable[[], object]) -> None:
    """Run the same work in several threads that begin together."""
    barrier = threading.Barrier(WORKERS)
    failures: list[BaseException] = []

    def run() -> None:
        try:
            barrier.wait(5)
            work()
        except BaseException as error:  # noqa: BLE001 - shown by the assertion below
            failures.append(error)
        finally:
            close_old_connections()
            connection.close()

    threads = [threading.Thread(target=run) for _worker in range(WORKERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert failures == []


def test_of_workers_on_one_channel_one_sends() -> None:
    robot, way = make_robot(make_cast().sanitation), Way()
    for index in range(10):
        make_message(robot, f"m{index}")
    at_once(lambda: deliver_channel(robot.pk, now=NOW, opener=way))
    assert len(way.sent) == 1
    assert set(Notification.objects.values_list("state", "attempts")) == {
        (NotificationState.SENT, 1)
    }


def test_urgent_messages_are_claimed_by_one_worker() -> None:
    robot, way = make_robot(make_cast().room), Way()
    ChannelSetting.objects.update(next_send_at=NOW)
    for index in range(10):
        make_message(robot, f"m{index}", urgent=True)
    at_once(lambda: deliver_channel(robot.pk, now=NOW, urgent=True, opener=way))
    lines = [line for message in way.sent for line in message.text.splitlines() if "新派单" in line]
    assert sorted(line.strip() for line in lines) == sorted(f"新派单：m{i}" for i in range(10))


def test_announcements_are_spread_once() -> None:
    cast = make_cast()
    for _ticket in range(6):
        make_ticket(TicketStatus.DISPATCHED, cast=cast)
    at_once(lambda: spread_announcements(now=NOW))
    assert not Announcement.objects.filter(spread_at__isnull=True).exists()
    assert Notification.objects.filter(user=cast.handler.user_id, channel="inbox").count() == 6
