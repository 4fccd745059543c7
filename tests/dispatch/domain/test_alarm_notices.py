"""A P0 alarm reaches everybody on duty by every channel, and again when nobody answers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from dispatch.domain import alarms
from dispatch.domain.alarm_notices import announce_lost_alarms, send_alarm
from dispatch.domain.alarms import escalate_alarms
from dispatch.domain.channel_settings import mail_setting
from dispatch.domain.opening import Assessment, open_ticket
from dispatch.domain.spreading import spread_announcements
from dispatch.models import Alarm, Announcement, Notification, Ticket
from reports.enums import Urgency
from tests.dispatch.factories import NOW, Cast, make_cast, make_report
from tests.dispatch.notices import make_robot

pytestmark = pytest.mark.django_db
NIGHT = NOW + timedelta(hours=14)


@pytest.fixture
def cast() -> Cast:
    return make_cast()


def ring(cast: Cast, **_more: Any) -> Ticket:
    assessment = Assessment(urgency=Urgency.P0, grid=cast.grid, queue_reason="特急")
    return open_ticket(make_report(text="燃气泄漏", now=NIGHT), assessment, now=NIGHT)


def test_it_is_connected() -> None:
    assert send_alarm in alarms.SENDERS


@pytest.mark.django_db(transaction=True)
def test_everybody_on_duty_hears_it_at_once_by_every_channel(cast: Cast, settings: Any) -> None:
    settings.EMAIL_ENABLED = True
    mail_setting()
    room, department = make_robot(cast.room), make_robot(cast.sanitation)
    assert cast.lead.user is not None
    cast.lead.user.email = "lead@example.org"
    cast.lead.user.save()
    ring(cast)
    spread_announcements(now=NIGHT)
    rows = Notification.objects.filter(kind="alarm")
    inbox = rows.filter(channel="inbox").values_list("user__username", flat=True)
    assert set(inbox) == {"dispatcher", "lead"}
    outbound = rows.exclude(channel="inbox").values_list("channel", "not_before", "urgent")
    assert sorted(outbound) == [("email", NIGHT, True), ("wecom", NIGHT, True)]
    assert not rows.filter(setting=department).exists()
    assert rows.filter(setting=room).exists()


def test_an_alarm_whose_sender_died_is_told_by_the_sweep(cast: Cast) -> None:
    ring(cast)  # the test's transaction never commits: the sender is not called
    assert not Announcement.objects.filter(key__startswith="alarm/").exists()
    assert announce_lost_alarms(now=NIGHT) == 1
    assert announce_lost_alarms(now=NIGHT) == 0


def test_the_leads_hear_again_of_what_nobody_answered(cast: Cast) -> None:
    ring(cast)
    announce_lost_alarms(now=NIGHT)
    later = NIGHT + timedelta(minutes=6)
    escalate_alarms(now=later)
    announce_lost_alarms(now=later)
    spread_announcements(now=later)
    late = Notification.objects.filter(text__startswith="特急警报无人确认")
    assert set(late.values_list("user__username", flat=True)) == {"lead"}
    Alarm.objects.update(acknowledged_at=later, acknowledged_by=cast.lead.user)
    assert announce_lost_alarms(now=later) == 0
