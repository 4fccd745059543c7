"""Messages of WeChat: proved, opened, understood in both formats."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from tests.fakes.wechat_push import AES_KEY, in_xml, popup, query_of, sealed_call
from tests.fakes.wechat_rules import Platform
from xiangcun.lib.wechat import (
    PushError,
    PushKeys,
    media_verdict,
    push,
    register,
    subscribe_results,
)
from xiangcun.lib.wechat.push import check_call, deliver, open_push

NOW = datetime(2026, 11, 28, 2, tzinfo=UTC)
AT = NOW.timestamp()
PLAIN = PushKeys("wx1234", "word")
SAFE = PushKeys("wx1234", "word", AES_KEY)
_LAUGHS = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 9))
BOMB = f'<!DOCTYPE x [<!ENTITY a0 "ha">{_LAUGHS}]><xml><Event>&a8;</Event></xml>'


def test_it_knows_a_call_of_wechat() -> None:
    query = query_of("word", at=AT)
    assert check_call(PLAIN, query, now=NOW) == query["signature"]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"signature": ""}, "signature"),
        ({"signature": "é"}, "signature"),
        ({"nonce": "other"}, "signature"),
        ({"timestamp": "1"}, "signature"),
    ],
)
def test_it_refuses_a_call_of_somebody_else(changes: dict[str, str], reason: str) -> None:
    with pytest.raises(PushError) as caught:
        check_call(PLAIN, {**query_of("word", at=AT), **changes}, now=NOW)
    assert caught.value.reason == reason


@pytest.mark.parametrize("at", [AT - 601, AT + 601, 0, 1e15])
def test_it_refuses_a_call_of_another_hour(at: float) -> None:
    with pytest.raises(PushError) as caught:
        check_call(PLAIN, query_of("word", at=at), now=NOW)
    assert caught.value.reason in {"stale", "timestamp"}


def test_a_call_without_a_time_is_refused() -> None:
    query = query_of("word", at=AT)
    query["timestamp"] = "soon"
    query["signature"] = push._signed("word", "soon", query["nonce"])
    with pytest.raises(PushError) as caught:
        check_call(PLAIN, query, now=NOW)
    assert caught.value.reason == "timestamp"


def test_it_reads_json() -> None:
    event = open_push(PLAIN, query_of("word"), popup("oMa", "tmpl", at=AT).encode())
    assert (event.event, event.openid, event.created_at) == (
        "subscribe_msg_popup_event",
        "oMa",
        NOW,
    )
    (row,) = subscribe_results(event)
    assert (row.template_id, row.accepted, row.status) == ("tmpl", True, "accept")


def test_it_reads_xml_with_one_or_more_templates() -> None:
    def row(template: str, status: str) -> str:
        return (
            f"<List><TemplateId>{template}</TemplateId>"
            f"<SubscribeStatusString>{status}</SubscribeStatusString></List>"
        )

    rows = row("a", "accept"), row("b", "reject")
    for count in (1, 2):
        inner = f"<SubscribeMsgPopupEvent>{''.join(rows[:count])}</SubscribeMsgPopupEvent>"
        text = in_xml("oMa", "subscribe_msg_popup_event", inner, at=AT)
        results = subscribe_results(open_push(PLAIN, {}, text.encode()))
        assert [(r.template_id, r.accepted) for r in results] == [("a", True), ("b", False)][:count]


def test_it_reads_what_became_of_a_message() -> None:
    inner = (
        "<SubscribeMsgSentEvent><List><TemplateId>a</TemplateId><MsgID>18</MsgID>"
        "<ErrorCode>0</ErrorCode><ErrorStatus>success</ErrorStatus></List></SubscribeMsgSentEvent>"
    )
    text = in_xml("oMa", "subscribe_msg_sent_event", inner, at=AT)
    (row,) = subscribe_results(open_push(PLAIN, {}, text.encode()))
    assert (row.accepted, row.msg_id, row.error_code, row.status) == (None, "18", "0", "success")


def test_it_reads_a_verdict_in_xml() -> None:
    inner = (
        "<trace_id>t1</trace_id><errcode>0</errcode>"
        "<result><suggest>review</suggest><label>21000</label></result>"
    )
    event = open_push(PLAIN, {}, in_xml("oWx", "wxa_media_check", inner).encode())
    verdict = media_verdict(event.data)
    assert (verdict.state, verdict.trace_id, verdict.label) == ("review", "t1", 21000)


def test_it_opens_a_sealed_message() -> None:
    message = Platform().picture_verdict("t1", "pass")
    query, body = sealed_call("word", message, at=AT)
    event = open_push(SAFE, query, body.encode())
    assert (event.event, event.data["trace_id"]) == ("wxa_media_check", "t1")


def test_it_opens_a_sealed_message_in_xml() -> None:
    query, body = sealed_call("word", in_xml("oMa", "some_event", at=AT))
    sealed = json.loads(body)["Encrypt"]
    outer = f"<xml><Encrypt><![CDATA[{sealed}]]></Encrypt></xml>"
    assert open_push(SAFE, query, outer.encode()).event == "some_event"


def test_with_a_key_nothing_open_is_taken() -> None:
    with pytest.raises(PushError) as caught:
        open_push(SAFE, query_of("word"), popup("oMa", "tmpl").encode())
    assert caught.value.reason == "not_sealed"


@pytest.mark.parametrize(
    ("app_id", "key", "spoil", "reasons"),
    [
        ("wx9999", AES_KEY, {}, {"app_id"}),
        ("wx1234", AES_KEY[::-1], {}, {"app_id", "sealed", "body"}),
        ("wx1234", AES_KEY, {"msg_signature": "0" * 40}, {"msg_signature"}),
    ],
)
def test_it_refuses_what_was_sealed_by_somebody_else(
    app_id: str, key: str, spoil: dict[str, str], reasons: set[str]
) -> None:
    query, body = sealed_call("word", popup("oMa", "tmpl"), app_id=app_id, key=key)
    with pytest.raises(PushError) as caught:
        open_push(SAFE, {**query, **spoil}, body.encode())
    assert caught.value.reason in reasons


@pytest.mark.parametrize("sealed", ["", "AAAA", "not base64!", "A" * 44, "村"])
def test_it_refuses_a_sealed_message_that_is_none(sealed: str) -> None:
    query = query_of("word")
    proof = push._signed("word", query["timestamp"], query["nonce"], sealed)
    body = json.dumps({"Encrypt": sealed})
    with pytest.raises(PushError):
        open_push(SAFE, {**query, "msg_signature": proof}, body.encode())


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{",
        b"\xff\xfe",
        b"<xml>",
        b"<xml>text</xml>",
        b'<!DOCTYPE x [<!ENTITY a "b">]><xml><Event>&a;</Event></xml>',
        # The same in encodings in which a search of the bytes finds no document type.
        f"<?xml version='1.0' encoding='utf-16'?>{BOMB}".encode("utf-16"),
        f"<?xml version='1.0' encoding='utf-16le'?>{BOMB}".encode("utf-16-le"),
        f"<?xml version='1.0' encoding='utf-16be'?>{BOMB}".encode("utf-16-be"),
        BOMB.replace("DOCTYPE", "doctype").encode(),
        b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]><xml><Event>&a;</Event></xml>',
        b"<a>" * 40 + b"x" + b"</a>" * 40,
        b'{"a":' * 5000,
        b'{"CreateTime": "soon"}',
        b'{"CreateTime": 1e30}',
    ],
)
def test_it_refuses_what_is_no_message(body: bytes) -> None:
    with pytest.raises(PushError):
        open_push(PLAIN, {}, body)


def test_a_typed_message_has_no_event() -> None:
    body = b'{"MsgType": "text", "Content": "hi", "FromUserName": "oMa", "CreateTime": 1}'
    assert open_push(PLAIN, {}, body).event == ""


def test_handlers_are_called_once_each_and_after_a_failure_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(push, "HANDLERS", {})
    seen: list[str] = []

    def failing(event: push.PushEvent) -> None:
        seen.append("failing")
        raise LookupError("no row")

    def working(event: push.PushEvent) -> None:
        seen.append(event.openid)

    for handler in (failing, working, working):
        register("subscribe_msg_popup_event", handler)
    event = open_push(PLAIN, {}, popup("oMa", "tmpl").encode())
    with pytest.raises(LookupError, match="no row"):
        deliver(event)
    assert seen == ["failing", "oMa"]
