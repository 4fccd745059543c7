"""Sending: leases, pace, pauses, back-off, and that nobody's failure is anybody else's."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dispatch.domain.channel_settings import mail_setting
from dispatch.domain.outbox import (
    BUSY_PAUSE,
    LEASE,
    MAX_ATTEMPTS,
    ROBOT_PACE,
    channels_due,
    deliver_channel,
    requeue_lapsed,
    retry_delay,
)
from dispatch.enums import NotificationState as State
from dispatch.models import ChannelSetting, Notification
from tests.dispatch.factories import NOW, make_cast
from tests.dispatch.notices import Way, make_message, make_robot
from xiangcun.lib.channels import SendError

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=2)


def states() -> dict[str, str]:
    return dict(Notification.objects.values_list("key", "state"))


def test_what_is_due_goes_out_as_one_message() -> None:
    robot, way = make_robot(make_cast().sanitation), Way()
    for key in "abc":
        make_message(robot, key)
    make_message(robot, "tomorrow", not_before=NOW + timedelta(days=1))
    assert deliver_channel(robot.pk, now=NOW, opener=way) == 1
    (message,) = way.sent
    assert [f"新派单：{key}" in message.text for key in "abc"] == [True] * 3
    assert states() == {"a": State.SENT, "b": State.SENT, "c": State.SENT, "tomorrow": State.QUEUED}
    row = Notification.objects.get(key="a")
    assert (row.sent_at, row.attempts, row.claim) == (NOW, 1, "")


def test_again_sends_nothing_twice() -> None:
    robot, way = make_robot(make_cast().sanitation), Way()
    make_message(robot, "a")
    for moment in (NOW, LATER):
        deliver_channel(robot.pk, now=moment, opener=way)
    assert len(way.sent) == 1


def test_a_robot_keeps_the_pace_of_its_service() -> None:
    robot, way = make_robot(make_cast().sanitation), Way()
    make_message(robot, "a")
    deliver_channel(robot.pk, now=NOW, opener=way)
    make_message(robot, "b")
    assert deliver_channel(robot.pk, now=NOW + ROBOT_PACE / 2, opener=way) == 0
    assert channels_due(now=NOW + ROBOT_PACE / 2) == []
    assert channels_due(now=NOW + ROBOT_PACE) == [(robot.pk, False)]
    assert deliver_channel(robot.pk, now=NOW + ROBOT_PACE, opener=way) == 1


def test_an_alarm_waits_for_no_turn() -> None:
    robot, way = make_robot(make_cast().room), Way()
    ChannelSetting.objects.update(next_send_at=NOW + timedelta(minutes=5))
    make_message(robot, "plain")
    make_message(robot, "alarm", urgent=True)
    assert channels_due(now=NOW) == [(robot.pk, True)]
    assert deliver_channel(robot.pk, now=NOW, urgent=True, opener=way) == 1
    assert way.sent[0].urgent
    assert states() == {"plain": State.QUEUED, "alarm": State.SENT}


def test_a_failure_is_tried_again_later_and_gets_stuck_at_last() -> None:
    robot, way = make_robot(make_cast().sanitation), Way()
    make_message(robot, "a")
    now = NOW
    for attempt in range(1, MAX_ATTEMPTS + 1):
        way.errors = [SendError("away", "连接不上对方服务器")]
        assert deliver_channel(robot.pk, now=now, opener=way) == 0
        row = Notification.objects.get()
        assert row.attempts == attempt
        if attempt < MAX_ATTEMPTS:
            assert row.state == State.QUEUED
            assert row.not_before is not None
            assert row.not_before > now
        now += timedelta(hours=2)
    assert (row.state, row.reason) == (State.STUCK, "连接不上对方服务器")
    robot.refresh_from_db()
    assert (robot.failure_count, robot.last_error) == (MAX_ATTEMPTS, "连接不上对方服务器")
    assert way.sent == []


def test_the_rate_limit_costs_no_attempt() -> None:
    robot, way = make_robot(make_cast().sanitation), Way()
    make_message(robot, "a")
    way.errors = [SendError("busy", "限流")] * (MAX_ATTEMPTS + 2)
    now = NOW
    for _time in range(MAX_ATTEMPTS + 2):
        deliver_channel(robot.pk, now=now, opener=way)
        row = Notification.objects.get()
        assert (row.state, row.attempts) == (State.QUEUED, 0)
        now += 2 * BUSY_PAUSE
    assert deliver_channel(robot.pk, now=now, opener=way) == 1


def test_a_wrong_address_is_stuck_at_once_with_its_reason() -> None:
    robot, way = make_robot(make_cast().sanitation), Way()
    make_message(robot, "a")
    way.errors = [SendError("refused", "群机器人地址无效（93000）")]
    deliver_channel(robot.pk, now=NOW, opener=way)
    row = Notification.objects.get()
    assert (row.state, row.reason) == (State.STUCK, "群机器人地址无效（93000）")


def test_a_dead_channel_does_not_hold_up_the_others() -> None:
    cast = make_cast()
    dead, well = make_robot(cast.sanitation), make_robot(cast.enforcement)
    way = Way(errors=[SendError("away", "没有应答")])
    for index in range(5):
        make_message(dead, f"dead{index}")
    deliver_channel(dead.pk, now=NOW, opener=way)
    make_message(well, "well")
    assert channels_due(now=NOW) == [(well.pk, False)]
    assert deliver_channel(well.pk, now=NOW, opener=way) == 1
    assert states()["well"] == State.SENT


def test_a_killed_worker_costs_one_repetition_and_no_message() -> None:
    robot, way = make_robot(make_cast().sanitation), Way()
    make_message(robot, "a")

    class Killed(BaseException):
        pass

    def die(_setting: ChannelSetting, _address: str) -> Way:
        raise Killed

    with pytest.raises(Killed):
        deliver_channel(robot.pk, now=NOW, opener=die)
    assert states() == {"a": State.SENDING}
    early = NOW + LEASE / 2
    assert requeue_lapsed(now=early) == 0
    assert deliver_channel(robot.pk, now=early, opener=way) == 0
    assert requeue_lapsed(now=NOW + LEASE) == 1
    assert deliver_channel(robot.pk, now=NOW + LEASE, opener=way) == 1
    assert requeue_lapsed(now=LATER) == 0
    assert len(way.sent) == 1


def test_who_lost_the_lease_does_not_overwrite_what_came_after() -> None:
    robot, way = make_robot(make_cast().sanitation), Way()
    make_message(robot, "a")

    def slow(setting: ChannelSetting, address: str) -> Way:
        requeue_lapsed(now=NOW + LEASE)
        deliver_channel(robot.pk, now=NOW + LEASE, opener=way)
        return Way(errors=[SendError("refused", "晚到的失败")])

    deliver_channel(robot.pk, now=NOW, opener=slow)
    row = Notification.objects.get()
    assert (row.state, row.reason) == (State.SENT, "")


def test_a_message_that_kills_every_worker_is_stuck_in_the_end() -> None:
    robot = make_robot(make_cast().sanitation)
    make_message(robot, "a", state=State.SENDING, attempts=MAX_ATTEMPTS, lease_until=NOW)
    requeue_lapsed(now=NOW)
    assert states() == {"a": State.STUCK}


def test_mail_goes_to_each_person_by_itself_and_one_bad_address_stops_nobody() -> None:
    cast, mail = make_cast(), mail_setting()
    way = Way(errors=[SendError("unwanted", "收件地址不被邮件服务器接受")])
    for actor in (cast.handler, cast.head):
        assert actor.user is not None
        actor.user.email = f"{actor.user.username}@example.org"
        actor.user.save()
        for index in range(2):
            make_message(mail, f"{actor.user.username}{index}", user=actor.user)
    assert deliver_channel(mail.pk, now=NOW, opener=way) == 2
    assert way.addresses == ["sanitation@example.org", "sanitation_head@example.org"]
    assert states()["sanitation0"] == states()["sanitation1"] == State.STUCK
    assert states()["sanitation_head0"] == State.SENT
    assert "2 条" in way.sent[0].subject


def test_nothing_is_mailed_to_who_has_left() -> None:
    cast, mail, way = make_cast(), mail_setting(), Way()
    assert cast.handler.user is not None
    cast.handler.user.email = "a@example.org"
    cast.handler.user.is_active = False
    cast.handler.user.save()
    make_message(mail, "a", user=cast.handler.user)
    deliver_channel(mail.pk, now=NOW, opener=way)
    assert (way.addresses, states()) == ([], {"a": State.SKIPPED})


def test_a_channel_that_is_switched_off_sends_nothing() -> None:
    robot, way = make_robot(make_cast().sanitation, is_active=False), Way()
    make_message(robot, "a")
    assert channels_due(now=NOW) == [(robot.pk, False)]
    deliver_channel(robot.pk, now=NOW, opener=way)
    assert (way.sent, states()) == ([], {"a": State.SKIPPED})


def test_the_delay_doubles_within_its_jitter() -> None:
    for attempt, seconds in ((1, 30), (2, 60), (5, 480), (9, 3600), (60, 3600)):
        assert retry_delay(attempt, spread=lambda: 0.0) == timedelta(seconds=seconds * 0.75)
        assert retry_delay(attempt, spread=lambda: 1.0) == timedelta(seconds=seconds * 1.25)
