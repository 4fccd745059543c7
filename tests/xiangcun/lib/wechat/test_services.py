"""The services against a server that behaves as WeChat's documentation says, errors included."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime

import pytest

from reports.domain.wechat_tokens import RowTokenStore
from tests.fakes.wechat import FakeWechat
from tests.xiangcun.lib.test_caches import free_port
from xiangcun.lib.errors import DomainError
from xiangcun.lib.outbound import HttpClient
from xiangcun.lib.wechat import (
    CheckOutcome,
    CheckState,
    SubscribeMessage,
    SubscribeState,
    WechatApi,
    build_api,
    media_verdict,
)

OPENID, TEMPLATE = "openid-ma", "tmpl-1"
TOKEN_PATH = "/cgi-bin/stable_token"


def message(**changes: object) -> SubscribeMessage:
    values: dict[str, object] = {
        "openid": OPENID,
        "template_id": TEMPLATE,
        "fields": {
            "thing1": "暴露垃圾",
            "phrase2": "已办结",
            "time3": datetime(2026, 11, 28, tzinfo=UTC),
        },
        "page": "/pages/report/index?number=XC1",
        **changes,
    }
    return SubscribeMessage(**values)  # type: ignore[arg-type]


@pytest.fixture
def consent(server: FakeWechat) -> None:
    server.platform.templates[TEMPLATE] = ["thing1", "phrase2", "time3"]
    server.platform.consents[OPENID, TEMPLATE] = 1


@pytest.mark.usefixtures("consent")
def test_a_message_goes_out_once_a_consent(api: WechatApi, server: FakeWechat) -> None:
    first, second = api.send_subscribe(message()), api.send_subscribe(message())
    assert (first.state, first.final, first.reason) == (SubscribeState.SENT, True, "")
    assert (second.state, second.errcode, second.final) == (SubscribeState.NO_QUOTA, 43101, True)
    assert server.platform.sent[0]["page"] == "pages/report/index?number=XC1"
    assert server.platform.sent[0]["miniprogram_state"] == "formal"
    assert server.platform.sent[0]["data"]["time3"] == {"value": "2026年11月28日 08:00"}
    assert server.platform.desk.fetched == 1


@pytest.mark.usefixtures("consent")
def test_a_long_value_is_cut_instead_of_refused(api: WechatApi) -> None:
    long = message(fields={"thing1": "村" * 500, "phrase2": "已办结，请评价", "time3": "15:01"})
    assert api.send_subscribe(long).state == SubscribeState.SENT


@pytest.mark.usefixtures("consent")
@pytest.mark.parametrize(
    ("changes", "state", "reason"),
    [
        ({"openid": "nobody"}, SubscribeState.BAD_RECEIVER, "不认识"),
        ({"template_id": "x"}, SubscribeState.BAD_TEMPLATE, "模板编号"),
        ({"page": "pages/none"}, SubscribeState.BAD_PAGE, "页面"),
        ({"fields": {"thing1": "a"}}, SubscribeState.BAD_FIELD, "phrase2"),
    ],
)
def test_a_message_is_refused_for_good(
    api: WechatApi, changes: dict[str, object], state: SubscribeState, reason: str
) -> None:
    outcome = api.send_subscribe(message(**changes))
    assert (outcome.state, outcome.final) == (state, True)
    assert reason in outcome.reason
    assert OPENID not in outcome.reason


@pytest.mark.usefixtures("consent")
@pytest.mark.parametrize(
    ("answer", "state", "maybe_sent"),
    [
        ({"errcode": -1}, SubscribeState.RETRY, False),
        ({"errcode": 45009}, SubscribeState.RETRY, False),
        (502, SubscribeState.RETRY, False),
        (None, SubscribeState.RETRY, True),
        (b"<html>", SubscribeState.RETRY, True),
        (b"[]", SubscribeState.RETRY, True),
        ({"errcode": 48001}, SubscribeState.MISCONFIGURED, False),
    ],
)
def test_trouble_of_wechat_is_an_outcome_and_no_error(
    api: WechatApi,
    server: FakeWechat,
    answer: dict[str, object] | bytes | int | None,
    state: SubscribeState,
    maybe_sent: bool,
) -> None:
    api.check_text("a", openid=OPENID)
    server.script = [answer]
    outcome = api.send_subscribe(message())
    assert (outcome.state, outcome.maybe_sent) == (state, maybe_sent)
    assert outcome.reason


@pytest.mark.django_db
def test_nobody_listening_is_certainly_not_sent() -> None:
    client = HttpClient(connect=0.3, read=0.3)
    gone = build_api(
        app_id="wx1234", secret="s", base_url=f"http://127.0.0.1:{free_port()}",
        store=RowTokenStore(), client=client,
    )  # fmt: skip
    outcome = gone.send_subscribe(message())
    assert (outcome.state, outcome.maybe_sent) == (SubscribeState.RETRY, False)
    assert gone.check_text("a", openid=OPENID).state == CheckState.RETRY
    with pytest.raises(DomainError) as caught:
        gone.phone_number("phone-13800000000")
    assert caught.value.code == "wechat_unreachable"
    client.close()


@pytest.mark.parametrize(
    ("content", "state", "label"),
    [
        ("路灯不亮", CheckState.PASS, 100),
        ("赌博" + "字" * 3000, CheckState.RISKY, 20006),
        ("贷款", CheckState.REVIEW, 21000),
    ],
)
def test_words_are_checked(api: WechatApi, content: str, state: CheckState, label: int) -> None:
    outcome = api.check_text(content, openid=OPENID)
    assert (outcome.state, outcome.label, outcome.final) == (state, label, True)
    assert outcome.trace_id


def test_words_of_somebody_long_gone_are_too_late(api: WechatApi, server: FakeWechat) -> None:
    server.platform.visits[OPENID] -= 7201
    assert api.check_text("路灯", openid=OPENID).state == CheckState.TOO_LATE
    assert api.check_media("https://town.example/p", openid=OPENID).state == CheckState.TOO_LATE


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        ({"errcode": 40003}, CheckState.REFUSED),
        ({"errcode": 45009}, CheckState.RETRY),
        ({"errcode": 87014}, CheckState.RISKY),
        (None, CheckState.RETRY),
        ({"errcode": 0, "result": {"suggest": "unheard"}}, CheckState.REVIEW),
        ({"errcode": 0, "result": {"suggest": "accepted"}}, CheckState.REVIEW),
        ({"errcode": 0}, CheckState.REVIEW),
    ],
)
def test_a_check_never_raises(
    api: WechatApi,
    server: FakeWechat,
    answer: dict[str, object] | None,
    state: CheckState,
) -> None:
    api.check_text("a", openid=OPENID)
    server.script = [answer]
    assert api.check_text("路灯", openid=OPENID).state == state


def test_a_picture_is_handed_in_and_judged_later(api: WechatApi, server: FakeWechat) -> None:
    handed = api.check_media("https://town.example/p?sign=1", openid=OPENID)
    assert (handed.state, handed.final) == (CheckState.ACCEPTED, False)
    assert server.platform.pictures == {handed.trace_id: "https://town.example/p?sign=1"}
    push = json.loads(server.platform.picture_verdict(handed.trace_id, "risky", 20002))
    verdict = media_verdict(push)
    assert verdict == CheckOutcome(state=CheckState.RISKY, trace_id=handed.trace_id, label=20002)
    push["errcode"] = "-1008"
    assert media_verdict(push).state == CheckState.RETRY


def test_a_picture_without_a_trace_is_asked_again(api: WechatApi, server: FakeWechat) -> None:
    api.check_text("a", openid=OPENID)
    server.script = [{"errcode": 0}]
    assert api.check_media("https://t.example", openid=OPENID).state == CheckState.RETRY


def test_a_telephone_number_is_learned_once(api: WechatApi) -> None:
    number = api.phone_number("phone-13800000000", openid=OPENID)
    assert (number.number, number.country_code) == ("13800000000", "86")
    assert "138" not in repr(number)
    for code in ("phone-13800000000", "abc"):
        with pytest.raises(DomainError) as caught:
            api.phone_number(code)
        assert (caught.value.code, caught.value.status) == ("wechat_code_invalid", 400)


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ({"errcode": 40244}, "wechat_code_invalid"),
        ({"errcode": 48001}, "wechat_misconfigured"),
        ({"errcode": 45011}, "too_many_requests"),
        ({"errcode": 0}, "wechat_unreachable"),
        (None, "wechat_unreachable"),
    ],
)
def test_a_telephone_number_is_not_learned(
    api: WechatApi, server: FakeWechat, answer: dict[str, object] | None, code: str
) -> None:
    api.check_text("a", openid=OPENID)
    server.script = [answer]
    with pytest.raises(DomainError) as caught:
        api.phone_number("phone-13800000000")
    assert caught.value.code == code


def test_a_code_is_a_picture(api: WechatApi, server: FakeWechat) -> None:
    picture = api.mini_program_code(scene="g=330114007001001", page="/pages/report/index")
    assert picture.startswith(b"\x89PNG")
    body = server.seen[-1][1]
    assert (body["page"], body["check_path"]) == ("pages/report/index", True)


@pytest.mark.parametrize(
    ("scene", "page", "code"),
    [
        ("g=" + "1" * 31, "pages/report/index", "wechat_scene_invalid"),
        ("g=村", "pages/report/index", "wechat_scene_invalid"),
        ("g=1", "pages/none", "wechat_page_unknown"),
    ],
)
def test_a_code_is_refused(api: WechatApi, scene: str, page: str, code: str) -> None:
    with pytest.raises(DomainError) as caught:
        api.mini_program_code(scene=scene, page=page)
    assert caught.value.code == code


def test_a_code_may_be_an_error_that_begins_like_json(api: WechatApi, server: FakeWechat) -> None:
    api.check_text("a", openid=OPENID)
    server.script = [b"{not json"]
    with pytest.raises(DomainError) as caught:
        api.mini_program_code(scene="g=1")
    assert caught.value.code == "wechat_unreachable"


@pytest.mark.usefixtures("consent")
def test_a_revoked_token_is_fetched_once_more(api: WechatApi, server: FakeWechat) -> None:
    api.check_text("a", openid=OPENID)
    server.platform.desk.revoke()
    assert api.send_subscribe(message()).state == SubscribeState.SENT
    server.platform.desk.revoke()
    assert api.mini_program_code(scene="g=1").startswith(b"\x89PNG")
    assert server.platform.desk.fetched == 3
    assert not server.platform.desk.forced


def test_tokens_that_are_refused_time_and_again_are_no_loop(
    api: WechatApi, server: FakeWechat
) -> None:
    api.check_text("a", openid=OPENID)
    refusal = {"errcode": 40001, "errmsg": "invalid credential"}
    server.platform.desk.revoke()
    before = server.calls
    server.script = [refusal, {"access_token": "t", "expires_in": 7200}, refusal]
    assert api.check_text("a", openid=OPENID).state == CheckState.RETRY
    assert server.calls == before + 3


def test_nothing_personal_is_logged(
    api: WechatApi, server: FakeWechat, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    api.phone_number("phone-13800000000")
    api.check_text("路灯不亮", openid=OPENID)
    api.send_subscribe(message())
    for secret in (OPENID, "13800000000", "路灯", server.platform.desk.current):
        assert secret not in caplog.text
