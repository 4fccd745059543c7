"""A telephone number that is proved to be one's own: by text message, or by WeChat's word."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.utils import timezone
from pytest_django import Settings

from reports.domain.phone_codes import sweep_phone_codes
from reports.models import PhoneCode, Resident
from tests.factories import make_resident, make_token
from tests.fakes.sms import FakeSms, fake_sms, use_sms
from tests.fakes.wechat import FakeWechat, fake_wechat
from tests.reports.conftest import Api
from xiangcun.lib.drf import throttling

PHONE = "13812345678"


@pytest.fixture
def sms(settings: Settings) -> Iterator[FakeSms]:
    with fake_sms() as server:
        use_sms(settings, server)
        yield server


def code_in(sms: FakeSms) -> str:
    found = re.search(r"\d{6}", str(sms.taken[-1]["text"]))
    assert found
    return found[0]


def backdate(minutes: float) -> None:
    """Let time pass: move everything that was sent into the past."""
    passed = timedelta(minutes=minutes)
    for row in PhoneCode.objects.all():
        row.created_at -= passed
        row.expires_at -= passed
        row.save()
    from django.core.cache import cache

    cache.clear()


def other_code(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


@pytest.mark.django_db
def test_it_works(api: Api, sms: FakeSms, zhang: Resident) -> None:
    assert api.get("/session/options").json()["sms"] is True
    answer = api.post("/me/phone/sms", {"phone": f"+86 {PHONE}"})
    assert (answer.status_code, answer.json()) == (202, {"expires_in": 300, "retry_after": 60})
    assert sms.taken[-1]["phone"] == PHONE
    body = {"phone": PHONE, "sms_code": code_in(sms)}
    me = api.put("/me/phone", body)
    assert me.status_code == 200
    assert (me.json()["phone"], me.json()["phone_verified"]) == (PHONE, True)
    # Used up.
    assert api.put("/me/phone", body).json()["code"] == "sms_code_expired"


@pytest.mark.django_db
def test_a_number_typed_in_is_not_verified(api: Api, zhang: Resident) -> None:
    Resident.objects.filter(pk=zhang.pk).update(phone=PHONE, phone_verified_at=timezone.now())
    assert api.put("/me", {"phone": PHONE}).json()["phone_verified"] is True
    assert api.put("/me", {"phone": "13912345678"}).json()["phone_verified"] is False


@pytest.mark.django_db
def test_a_wrong_code_is_counted(api: Api, sms: FakeSms) -> None:
    api.post("/me/phone/sms", {"phone": PHONE})
    code = code_in(sms)
    for _ in range(5):
        answer = api.put("/me/phone", {"phone": PHONE, "sms_code": other_code(code)})
        assert (answer.status_code, answer.json()["code"]) == (400, "sms_code_wrong")
        assert answer.json()["errors"][0]["field"] == "sms_code"
    answer = api.put("/me/phone", {"phone": PHONE, "sms_code": code})
    assert answer.json()["code"] == "sms_code_expired"


@pytest.mark.django_db
def test_a_code_is_for_one_person_one_number_and_five_minutes(
    api: Api, other: Api, sms: FakeSms
) -> None:
    api.post("/me/phone/sms", {"phone": PHONE})
    code = code_in(sms)
    for who, phone in ((other, PHONE), (api, "13912345678")):
        answer = who.put("/me/phone", {"phone": phone, "sms_code": code})
        assert answer.json()["code"] == "sms_code_expired"
    backdate(5)
    answer = api.put("/me/phone", {"phone": PHONE, "sms_code": code})
    assert answer.json()["code"] == "sms_code_expired"


@pytest.mark.django_db
def test_only_the_latest_code_counts(api: Api, sms: FakeSms) -> None:
    api.post("/me/phone/sms", {"phone": PHONE})
    first = code_in(sms)
    backdate(2)
    api.post("/me/phone/sms", {"phone": PHONE})
    second = code_in(sms)
    if first != second:
        answer = api.put("/me/phone", {"phone": PHONE, "sms_code": first})
        assert answer.json()["code"] == "sms_code_wrong"
    assert api.put("/me/phone", {"phone": PHONE, "sms_code": second}).status_code == 200


@pytest.mark.django_db
def test_a_telephone_is_not_flooded(api: Api, other: Api, sms: FakeSms) -> None:
    assert api.post("/me/phone/sms", {"phone": PHONE}).status_code == 202
    for who in (api, other):
        answer = who.post("/me/phone/sms", {"phone": PHONE})
        assert (answer.status_code, answer.json()["code"]) == (429, "too_many_requests")
        assert 1 <= int(answer.headers["Retry-After"]) <= 60
    for _ in range(4):
        backdate(2)
        assert other.post("/me/phone/sms", {"phone": PHONE}).status_code == 202
    backdate(2)
    answer = api.post("/me/phone/sms", {"phone": PHONE})
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 23 * 3600
    assert len(sms.taken) == 5


@pytest.mark.django_db
def test_a_person_does_not_flood_many_telephones(api: Api, sms: FakeSms) -> None:
    def ask(numbers: range) -> list[int]:
        return [
            api.post("/me/phone/sms", {"phone": f"139123400{number}"}).status_code
            for number in numbers
        ]

    assert ask(range(11, 18)) == [202] * 6 + [429]  # six an hour
    throttling.TAB.forget()
    cache.clear()
    assert ask(range(21, 26)) == [202] * 4 + [429]  # ten a day, counted in rows


@pytest.mark.django_db
def test_a_thousand_guests_send_no_more_than_the_office_pays(
    sms: FakeSms, settings: Settings
) -> None:
    """Accounts are free, numbers are many: what is left is the sum."""
    settings.SMS_CODES_A_DAY = 3
    found = [
        Api(make_token(make_resident(f"机器{number}")))
        .post("/me/phone/sms", {"phone": f"1391234567{number}"})
        .json()
        .get("code")
        for number in range(5)
    ]
    assert found == [None, None, None, "sms_used_up", "sms_used_up"]
    assert len(sms.taken) == 3


@pytest.mark.django_db
def test_erasing_oneself_does_not_reset_the_limit(api: Api, other: Api, sms: FakeSms) -> None:
    api.post("/me/phone/sms", {"phone": PHONE})
    assert api.delete("/me").status_code == 204
    row = PhoneCode.objects.get()
    assert (row.resident, row.code_hash) == (None, "")
    assert other.post("/me/phone/sms", {"phone": PHONE}).status_code == 429
    assert sweep_phone_codes(now=timezone.now() + timedelta(days=1, seconds=1)) == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("script", "phone", "status", "code", "kept"),
    [
        ([500], PHONE, 503, "sms_failed", 1),
        ([{"code": "FORBIDDEN"}], PHONE, 503, "sms_failed", 0),
        ([], "13912340000", 400, "phone_invalid", 0),
        ([], "057188888888", 400, "phone_invalid", 0),
        ([], "12", 400, "phone_invalid", 0),
    ],
)
def test_it_may_fail(
    api: Api, sms: FakeSms, script: list[Any], phone: str, status: int, code: str, kept: int
) -> None:
    sms.script = script
    answer = api.post("/me/phone/sms", {"phone": phone})
    if kept:
        # It may have arrived: the resident is told to wait for it, and it counts.
        assert answer.status_code == 202
    else:
        told = {answer.json()["code"], *(error["code"] for error in answer.json()["errors"])}
        assert answer.status_code == status
        assert code in told
        assert api.post("/me/phone/sms", {"phone": PHONE}).status_code == 202
        assert PhoneCode.objects.count() == 1


@pytest.mark.django_db
def test_it_is_off_without_a_service(api: Api) -> None:
    answer = api.post("/me/phone/sms", {"phone": PHONE})
    assert (answer.status_code, answer.json()["code"]) == (503, "sms_off")


@pytest.mark.django_db
def test_a_refused_consent_and_a_child_come_first(
    api: Api, other: Api, sms: FakeSms, zhang: Resident, li: Resident
) -> None:
    Resident.objects.filter(pk=zhang.pk).update(consents={"phone": False})
    Resident.objects.filter(pk=li.pk).update(age_band="child")
    for who, status, code in ((api, 403, "consent_needed"), (other, 409, "guardian_needed")):
        answer = who.post("/me/phone/sms", {"phone": PHONE})
        assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert not sms.taken
    assert not PhoneCode.objects.exists()


@pytest.mark.django_db
def test_it_needs_a_login(nobody: Api) -> None:
    assert nobody.post("/me/phone/sms", {"phone": PHONE}).status_code == 401
    assert nobody.put("/me/phone", {"phone": PHONE, "sms_code": "1"}).status_code == 401
    assert nobody.post("/me/phone", {"code": "x"}).status_code == 401


@pytest.mark.django_db
def test_neither_number_nor_code_is_kept_or_logged(
    api: Api, sms: FakeSms, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    api.post("/me/phone/sms", {"phone": PHONE})
    code = code_in(sms)
    row = PhoneCode.objects.get()
    told = [str(getattr(row, field.attname)) for field in PhoneCode._meta.concrete_fields]
    assert not any(PHONE in text or text == code for text in told)
    assert PHONE not in caplog.text
    assert not re.search(rf"\b{code}\b", caplog.text)


@pytest.mark.django_db(transaction=True)
def test_many_requests_at_once_send_one_message(settings: Settings) -> None:
    with fake_sms() as server:
        use_sms(settings, server)
        tokens = [make_token(make_resident(name)) for name in ("甲", "乙", "丙", "丁")]

        def send(token: str) -> int:
            try:
                return int(Api(token).post("/me/phone/sms", {"phone": PHONE}).status_code)
            finally:
                connection.close()

        with ThreadPoolExecutor(4) as pool:
            statuses = sorted(pool.map(send, tokens * 2))
        assert statuses == [202] + [429] * 7
        assert len(server.taken) == 1


@pytest.fixture
def wechat(settings: Settings) -> Iterator[FakeWechat]:
    with fake_wechat() as server:
        settings.WECHAT_APPID = "wx1234"
        settings.WECHAT_SECRET = "s"
        settings.WECHAT_API_BASE = server.base_url
        yield server


@pytest.mark.django_db
@pytest.mark.usefixtures("wechat")
def test_wechat_tells_the_number(api: Api) -> None:
    answer = api.post("/me/phone", {"code": f"phone-{PHONE}"})
    assert answer.status_code == 200
    assert (answer.json()["phone"], answer.json()["phone_verified"]) == (PHONE, True)
    again = api.post("/me/phone", {"code": f"phone-{PHONE}"})
    assert (again.status_code, again.json()["code"]) == (400, "wechat_code_invalid")


@pytest.mark.django_db
def test_wechat_is_told_whose_code_it_should_be(wechat: FakeWechat) -> None:
    wechat.platform.log_in("ma")
    mini = Api(make_token(make_resident(openid="openid-ma")))
    mini.post("/me/phone", {"code": f"phone-{PHONE}"})
    assert wechat.seen[-1][1]["openid"] == "openid-ma"
    guest = Api(make_token(make_resident(openid="guest:aa")))
    guest.post("/me/phone", {"code": "phone-13912345678"})
    assert "openid" not in wechat.seen[-1][1]


@pytest.mark.django_db
def test_a_foreign_number_is_not_taken(api: Api, wechat: FakeWechat) -> None:
    api.post("/me/phone", {"code": "warm-up"})
    info = {"phoneNumber": "+4915112345678", "purePhoneNumber": "15112345678", "countryCode": "49"}
    wechat.script = [{"errcode": 0, "phone_info": info}]
    answer = api.post("/me/phone", {"code": "x"})
    assert (answer.status_code, answer.json()["code"]) == (400, "phone_invalid")


@pytest.mark.django_db
def test_it_is_off_without_wechat(api: Api) -> None:
    answer = api.post("/me/phone", {"code": "x"})
    assert (answer.status_code, answer.json()["code"]) == (403, "wechat_phone_off")
