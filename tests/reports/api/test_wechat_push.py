"""``/wechat/push`` over HTTP."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from tests.fakes.wechat_push import AES_KEY, popup, query_of, sealed_call
from xiangcun.lib.wechat import PushEvent, push, register

URL = "/wechat/push"


@pytest.fixture
def client() -> Client:
    return Client(raise_request_exception=False)


@pytest.fixture
def seen(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> list[PushEvent]:
    settings.WECHAT_PUSH_TOKEN = "word"
    settings.WECHAT_APPID = "wx1234"
    monkeypatch.setattr(push, "HANDLERS", {})
    events: list[PushEvent] = []
    register("subscribe_msg_popup_event", events.append)
    return events


def post(client: Client, query: dict[str, str], body: str) -> Any:
    address = f"{URL}?{'&'.join(f'{name}={value}' for name, value in query.items())}"
    return client.post(address, body, content_type="application/json")


@pytest.mark.usefixtures("seen")
def test_wechat_tests_the_address(client: Client) -> None:
    answer = client.get(URL, {**query_of("word"), "echostr": "4375120948345356249"})
    assert (answer.status_code, answer.content) == (200, b"4375120948345356249")
    assert answer.headers["Content-Type"].startswith("text/plain")


def test_a_message_reaches_its_handler_once(client: Client, seen: list[PushEvent]) -> None:
    query = query_of("word")
    for _ in range(3):
        answer = post(client, query, popup("oMa", "tmpl"))
        assert (answer.status_code, answer.content) == (200, b"success")
    assert [event.openid for event in seen] == ["oMa"]
    post(client, query_of("word"), popup("oLi", "tmpl"))
    assert [event.openid for event in seen] == ["oMa", "oLi"]


def test_a_call_that_was_overheard_is_not_good_for_another_message(
    client: Client, seen: list[PushEvent]
) -> None:
    """The signature is not of the body: with it, whatever stands beside it, one message is taken."""
    query = query_of("word")
    assert post(client, query, popup("oMa", "tmpl")).status_code == 200
    for forged in ({"msg_signature": "1"}, {"msg_signature": "2"}, {"encrypt_type": "aes"}):
        post(client, {**query, **forged}, popup("oEvil", "tmpl"))
    assert [event.openid for event in seen] == ["oMa"]


def test_a_failed_handler_is_called_again(client: Client, seen: list[PushEvent]) -> None:
    failures = [ValueError("once")]

    def fail_once(_event: PushEvent) -> None:
        if failures:
            raise failures.pop()

    register("subscribe_msg_popup_event", fail_once)
    query = query_of("word")
    assert post(client, query, popup("oMa", "tmpl")).status_code == 500
    assert post(client, query, popup("oMa", "tmpl")).status_code == 200
    assert len(seen) == 2


def test_a_sealed_message_is_opened(
    client: Client, seen: list[PushEvent], settings: Settings
) -> None:
    settings.WECHAT_PUSH_AES_KEY = AES_KEY
    query, body = sealed_call("word", popup("oMa", "tmpl"))
    assert post(client, query, body).status_code == 200
    assert [event.openid for event in seen] == ["oMa"]
    assert post(client, query_of("word"), popup("oMa", "tmpl")).status_code == 403


def test_what_nobody_wants_is_taken_all_the_same(client: Client, seen: list[PushEvent]) -> None:
    body = popup("oMa", "tmpl").replace("subscribe_msg_popup_event", "user_enter_tempsession")
    assert post(client, query_of("word"), body).content == b"success"
    assert not seen


@pytest.mark.parametrize(
    "query", [{}, {"signature": "x"}, query_of("other"), query_of("word", at=1)]
)
def test_it_forbids_what_is_not_of_wechat(
    client: Client, seen: list[PushEvent], query: dict[str, str]
) -> None:
    assert post(client, query, popup("oMa", "tmpl")).status_code == 403
    assert client.get(URL, {**query, "echostr": "1"}).status_code == 403
    assert not seen


def test_it_takes_nothing_too_large(client: Client, seen: list[PushEvent]) -> None:
    assert post(client, query_of("word"), " " * 262_145).status_code == 413


def test_it_is_off_without_a_token(client: Client) -> None:
    assert client.get(URL, {**query_of(""), "echostr": "1"}).status_code == 404


@pytest.mark.usefixtures("seen")
def test_other_methods_are_not_for_it(client: Client) -> None:
    assert client.put(URL).status_code == 405
