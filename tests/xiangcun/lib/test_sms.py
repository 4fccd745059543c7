"""Text messages against a service on a real socket: what it takes, refuses, and never answers."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest

from tests.fakes.sms import FakeSms, fake_sms, use_sms
from xiangcun.lib import sms
from xiangcun.lib.outbound import HttpClient

PHONE, CODE = "13900001234", "493817"


@pytest.fixture
def service(settings: Any) -> Iterator[FakeSms]:
    with fake_sms() as server:
        use_sms(settings, server)
        yield server


def test_it_works(service: FakeSms) -> None:
    outcome = sms.send_code(PHONE, CODE, minutes=5)
    assert outcome
    assert (outcome.reference, outcome.trouble, outcome.reason) == ("msg-1", "", "")
    assert service.taken == [
        {
            "phone": PHONE,
            "text": f"验证码 {CODE}，5 分钟内有效。如非本人操作请忽略。",
            "template": "T-CODE",
            "params": f'{{"code": "{CODE}", "minutes": "5"}}',
            "sign": "前进街道",
        }
    ]


def test_a_notice_has_its_own_template(service: FakeSms) -> None:
    assert sms.send_notice(PHONE, "您反映的“路灯”已办结。", url="https://a.gov.cn/h5/inbox")
    taken = service.taken[0]
    assert (taken["template"], taken["text"]) == ("T-NOTICE", "您反映的“路灯”已办结。")
    assert "https://a.gov.cn/h5/inbox" in taken["params"]


def test_a_form_is_signed_as_it_is_sent(service: FakeSms, settings: Any) -> None:
    settings.SMS_ENCODING = "form"
    settings.SMS_BODY = {"phone": "{phone}", "text": "{text}", "extra": {"a": ["{code}", 1]}}
    assert sms.send_code(PHONE, CODE)
    assert service.taken[0]["extra"] == f'{{"a": ["{CODE}", 1]}}'


def test_nothing_is_sent_where_no_service_is_set(settings: Any) -> None:
    settings.SMS_URL = ""
    assert not sms.configured()
    outcome = sms.send_code(PHONE, CODE)
    assert not outcome
    assert outcome.trouble == "off"


@pytest.mark.parametrize(
    ("answer", "trouble", "maybe_sent"),
    [
        ({"code": "LIMITED"}, "busy", False),
        ({"code": "BLACKLISTED"}, "unwanted", False),
        ({"code": "NO_BALANCE"}, "refused", False),
        ({"code": None}, "refused", False),
        ({}, "refused", False),
        ([], "refused", False),
        (b"<html>", "away", True),
        (429, "busy", False),
        (403, "refused", False),
        (500, "away", True),
    ],
)
def test_each_answer_has_its_meaning(
    service: FakeSms, answer: Any, trouble: str, maybe_sent: bool
) -> None:
    service.script.append(answer)
    outcome = sms.send_code(PHONE, CODE)
    assert (outcome.trouble, outcome.maybe_sent) == (trouble, maybe_sent)
    assert outcome.reason
    assert PHONE not in outcome.reason


def test_a_strange_code_is_not_quoted(service: FakeSms) -> None:
    service.script.append({"code": f"blocked {PHONE}"})
    assert PHONE not in sms.send_code(PHONE, CODE).reason
    service.script.append({"code": "E-1007"})
    assert "E-1007" in sms.send_code(PHONE, CODE).reason


def test_a_wrong_key_or_secret_is_the_settings_fault(service: FakeSms, settings: Any) -> None:
    settings.SMS_SIGN_SECRET = "another"
    assert "BAD_SIGNATURE" in sms.send_code(PHONE, CODE).reason
    settings.SMS_HEADERS = {"X-Api-Key": "another"}
    assert "FORBIDDEN" in sms.send_code(PHONE, CODE).reason
    assert service.taken == []


def test_a_service_that_hangs_is_left(
    service: FakeSms, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = HttpClient(read=0.2)
    monkeypatch.setattr(sms, "CLIENT", client)
    service.script.append(None)
    outcome = sms.send_code(PHONE, CODE)
    client.close()
    assert (outcome.trouble, outcome.maybe_sent) == ("away", True)


def test_a_service_that_is_not_there(settings: Any) -> None:
    with fake_sms() as server:
        use_sms(settings, server)
    outcome = sms.send_code(PHONE, CODE)
    assert (outcome.trouble, outcome.maybe_sent) == ("away", False)


def test_the_number_may_stand_in_the_address(service: FakeSms, settings: Any) -> None:
    settings.SMS_URL = f"{service.url}?to={{phone}}&text={{text}}"
    assert sms.send_notice(PHONE, "您的上报&有进展")
    assert len(service.taken) == 1


def test_nothing_of_it_is_logged(service: FakeSms, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    sms.send_code(PHONE, CODE)
    service.script.append(403)
    sms.send_notice(PHONE, "您反映的“路灯”已办结。")
    words = caplog.text
    assert "sms_sent purpose=code trouble=none" in words
    assert "sms_sent purpose=notice trouble=refused" in words
    for secret in (PHONE, CODE, "路灯", "fake-sms"):
        assert secret not in words


@pytest.mark.parametrize("form", ["hex", "base64"])
def test_the_signature_may_be_a_part_of_the_body(
    service: FakeSms, settings: Any, form: str
) -> None:
    settings.SMS_SIGN_OVER, settings.SMS_SIGN_FORM = "{phone}{nonce}", form
    settings.SMS_BODY = {"phone": "{phone}", "sign": "{signature}", "nonce": "{nonce}"}
    seen: list[bytes] = []

    class Client:
        def send_bytes(
            self, _method: str, _url: str, body: bytes, *, headers: dict[str, str]
        ) -> Any:
            seen.append(body)
            return {"code": "OK"}

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sms, "CLIENT", Client())
        assert sms.send_code(PHONE, CODE)
    said = json.loads(seen[0])
    digest = hmac.new(
        settings.SMS_SIGN_SECRET.encode(), f"{PHONE}{said['nonce']}".encode(), hashlib.sha256
    ).digest()
    wanted = digest.hex() if form == "hex" else base64.b64encode(digest).decode()
    assert said["sign"] == wanted
