"""``/me/notices``: the switches of WeChat and text messages, and why one cannot be switched on."""

from __future__ import annotations

from typing import Any

import pytest

from reports.models import MessagePreference, Resident
from tests.factories import NOW
from tests.reports.conftest import Api
from tests.reports.messaging import subscribe, use_wechat

OFF = {"on": False, "available": False, "phone": "", "reason": "街道尚未开通短信提醒"}


@pytest.fixture
def _channels(settings: Any) -> None:
    use_wechat(settings)
    settings.SMS_URL = "http://127.0.0.1:9/send"


def verify(resident: Resident) -> None:
    resident.phone, resident.phone_verified_at = "13900001234", NOW
    resident.save()


def test_without_any_channel_it_says_so(api: Api, zhang: Resident) -> None:
    wechat = {"on": True, "available": False, "left": 0}
    assert api.get("/me/notices").json() == {"wechat": wechat, "sms": OFF}
    answer = api.put("/me/notices", {"sms": True})
    assert (answer.status_code, answer.json()["code"]) == (409, "notices_unavailable")
    assert answer.json()["message"] == OFF["reason"]


@pytest.mark.usefixtures("_channels")
def test_it_works(api: Api, zhang: Resident) -> None:
    subscribe(zhang, times=2)
    verify(zhang)
    assert api.get("/me/notices").json() == {
        "wechat": {"on": True, "available": True, "left": 2},
        "sms": {"on": False, "available": True, "phone": "139****1234", "reason": ""},
    }
    assert api.put("/me/notices", {"sms": True}).json()["sms"]["on"] is True
    assert api.put("/me/notices", {"wechat": False}).json()["wechat"]["on"] is False
    row = MessagePreference.objects.get()
    assert (row.sms, row.wechat) == (True, False)


@pytest.mark.usefixtures("_channels")
def test_a_number_nobody_checked_is_not_enough(api: Api, zhang: Resident) -> None:
    Resident.objects.update(phone="13900001234")
    assert api.get("/me/notices").json()["sms"]["reason"] == "请先填写并验证手机号"
    assert api.put("/me/notices", {"sms": True, "wechat": False}).status_code == 409
    assert not MessagePreference.objects.exists()
    assert api.put("/me/notices", {"sms": False}).status_code == 200


def test_it_validates_and_forbids(api: Api, nobody: Api, zhang: Resident) -> None:
    assert api.put("/me/notices", {"sms": "yes"}).status_code == 400
    assert nobody.get("/me/notices").status_code == 401
    assert nobody.put("/me/notices", {"sms": True}).status_code == 401


def test_one_switches_for_oneself_only(api: Api, other: Api, li: Resident) -> None:
    api.put("/me/notices", {"wechat": False})
    assert other.get("/me/notices").json()["wechat"]["on"] is True


@pytest.mark.usefixtures("_channels")
def test_who_refused_notices_is_asked_first(api: Api, zhang: Resident) -> None:
    verify(zhang)
    Resident.objects.update(consents={"notices": False})
    shown = api.get("/me/notices").json()
    assert (shown["wechat"]["on"], shown["sms"]["on"]) == (False, False)
    answer = api.put("/me/notices", {"sms": True})
    assert (answer.status_code, answer.json()["code"]) == (403, "consent_needed")
    assert not MessagePreference.objects.exists()
    assert api.put("/me/notices", {"wechat": False}).status_code == 200


@pytest.mark.usefixtures("_channels")
def test_switching_on_is_noted_as_a_consent(api: Api, zhang: Resident) -> None:
    verify(zhang)
    api.put("/me/notices", {"sms": True})
    zhang.refresh_from_db()
    assert zhang.consents["notices"] is True
