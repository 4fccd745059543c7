"""By which way a message leaves the house, and not before when."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from reports.domain.message_spreading import SETTLING, earliest, spread_messages
from reports.enums import MessageTemplate as T
from reports.models import MessageDelivery, MessagePreference, Resident
from tests.factories import NOW, make_resident
from tests.reports.messaging import IDS, states, subscribe, tell, use_wechat, want_sms

NIGHT = NOW + timedelta(hours=12)  # 22:00 in Shanghai
MORNING = NOW + timedelta(hours=22)


@pytest.fixture(autouse=True)
def _channels(settings: Any) -> None:
    use_wechat(settings)
    settings.SMS_URL = "http://127.0.0.1:9/send"


def test_it_works(zhang: Resident) -> None:
    subscribe(zhang)
    message = tell(zhang)
    assert spread_messages(now=NOW) == 1
    row = MessageDelivery.objects.get()
    assert (row.message, row.channel, row.template_id) == (message, "wechat", IDS["result"])
    assert (row.state, row.not_before) == ("queued", NOW + SETTLING)
    message.refresh_from_db()
    assert message.spread_at == NOW
    assert spread_messages(now=NOW) == 0


def test_who_has_agreed_to_nothing_is_told_in_the_inbox_only(zhang: Resident) -> None:
    tell(zhang)
    spread_messages(now=NOW)
    assert states() == []


@pytest.mark.parametrize("openid", ["guest:" + "0" * 64, "h5:o1", "dev:张三"])
def test_wechat_reaches_people_of_the_mini_program_only(zhang: Resident, openid: str) -> None:
    subscribe(zhang)
    Resident.objects.filter(pk=zhang.pk).update(openid=openid)
    tell(zhang)
    spread_messages(now=NOW)
    assert states() == []


def test_another_templates_consent_is_none(zhang: Resident) -> None:
    subscribe(zhang, "progress")
    tell(zhang, T.REPLIED)
    tell(zhang, T.DISPATCHED)
    spread_messages(now=NOW)
    assert MessageDelivery.objects.get().message.template == "dispatched"


def test_a_text_message_goes_where_wechat_cannot_and_only_for_what_is_worth_it(
    zhang: Resident,
) -> None:
    want_sms(zhang)
    for template in (T.REPLIED, T.NEED_INFO, T.REJECTED, T.DISPATCHED, T.ACCEPTED):
        tell(zhang, template)
    spread_messages(now=NOW)
    rows = MessageDelivery.objects.values_list("channel", "message__template")
    assert set(rows) == {("sms", "replied"), ("sms", "need_info"), ("sms", "rejected")}


def test_wechat_goes_first(zhang: Resident) -> None:
    want_sms(zhang)
    subscribe(zhang)
    tell(zhang)
    spread_messages(now=NOW)
    assert states() == [("wechat", "queued")]


@pytest.mark.parametrize(
    "change", [{"phone_verified_at": None}, {"phone": "", "phone_verified_at": None}]
)
def test_an_unverified_number_gets_nothing(zhang: Resident, change: dict[str, Any]) -> None:
    want_sms(zhang)
    Resident.objects.filter(pk=zhang.pk).update(**change)
    tell(zhang)
    spread_messages(now=NOW)
    assert states() == []


def test_what_is_switched_off_stays_off(zhang: Resident) -> None:
    subscribe(zhang)
    want_sms(zhang)
    MessagePreference.objects.update(wechat=False, sms=False)
    tell(zhang)
    spread_messages(now=NOW)
    assert states() == []


def test_nothing_leaves_the_house_where_nothing_is_set_up(zhang: Resident, settings: Any) -> None:
    subscribe(zhang)
    want_sms(zhang)
    settings.WECHAT_APPID = settings.SMS_URL = ""
    tell(zhang)
    assert spread_messages(now=NOW) == 1
    assert states() == []


def test_the_night_is_quiet_but_for_danger(zhang: Resident, settings: Any) -> None:
    subscribe(zhang, times=2)
    tell(zhang, now=NIGHT)
    tell(zhang, now=NIGHT, urgent=True)
    spread_messages(now=NIGHT)
    rows = dict(MessageDelivery.objects.values_list("urgent", "not_before"))
    assert rows == {True: NIGHT, False: MORNING}
    settings.RESIDENT_QUIET_HOURS = None
    assert earliest(False, NIGHT) == NIGHT


@pytest.mark.parametrize("count", [1, 3])
def test_it_costs_the_same_for_many_people(count: int, db: None) -> None:
    for index in range(count):
        resident = make_resident(f"居民{index}")
        subscribe(resident)
        tell(resident)
    with CaptureQueriesContext(connection) as seen:
        spread_messages(now=NOW)
    statements = [query["sql"] for query in seen if "SAVEPOINT" not in query["sql"]]
    assert len(statements) == 5
    assert MessageDelivery.objects.count() == count
