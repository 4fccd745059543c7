"""WeChat login against a real local server."""

import pytest

from tests.fakes.wechat import FakeWechat, fake_wechat
from xiangcun.lib.errors import DomainError
from xiangcun.lib.outbound import HttpClient
from xiangcun.lib.wechat import (
    WebIdentity,
    WechatSession,
    authorize_url,
    code2session,
    web_identity,
)


def login(server: FakeWechat, code: str = "abc") -> WechatSession:
    client = HttpClient(read=0.3)
    try:
        return code2session(code, app_id="wx", secret="s", base_url=server.base_url, client=client)
    finally:
        client.close()


def test_it_works() -> None:
    with fake_wechat() as server:
        session = login(server)

    assert (session.openid, session.unionid) == ("openid-abc", None)
    assert repr(session) == "WechatSession()"


@pytest.mark.parametrize(
    ("script", "code", "status", "calls"),
    [
        ([{"errcode": 40029}], "wechat_code_invalid", 400, 1),
        ([{"errcode": 40163}], "wechat_code_used", 400, 1),
        ([{"errcode": 45011}], "too_many_requests", 429, 1),
        ([{"errcode": 40226}], "wechat_account_blocked", 403, 1),
        ([{"errcode": -1}, {"errcode": -1}], "wechat_busy", 503, 2),
        ([{"errcode": 40125}], "wechat_misconfigured", 503, 1),
        ([b"<html>"], "wechat_unreachable", 503, 1),
        ([b"[]"], "wechat_unreachable", 503, 1),
        ([{}], "wechat_unreachable", 503, 1),
        ([None], "wechat_unreachable", 503, 1),
    ],
)
def test_it_maps_errors(
    script: list[dict[str, object] | bytes | int | None], code: str, status: int, calls: int
) -> None:
    with fake_wechat() as server:
        server.script = script
        with pytest.raises(DomainError) as caught:
            login(server)
        assert server.calls == calls

    assert (caught.value.code, caught.value.status) == (code, status)


def test_it_tries_once_more_when_busy() -> None:
    with fake_wechat() as server:
        server.script = [{"errcode": -1}]
        assert login(server).openid == "openid-abc"


def web_login(server: FakeWechat, code: str = "abc") -> WebIdentity:
    client = HttpClient(read=0.3)
    try:
        return web_identity(code, app_id="mp", secret="s", base_url=server.base_url, client=client)
    finally:
        client.close()


def test_it_knows_who_comes_through_wechats_browser() -> None:
    with fake_wechat() as server:
        server.platform.unionids["web-abc"] = "u1"
        person = web_login(server)

    assert (person.openid, person.unionid) == ("web-abc", "u1")
    assert repr(person) == "WebIdentity()"


@pytest.mark.parametrize(
    ("code", "script", "error", "status"),
    [
        ("snapshot1", [], "wechat_snapshot", 400),
        ("abc", [{"errcode": 40029}], "wechat_code_invalid", 400),
        ("abc", [{"errcode": 40163}], "wechat_code_used", 400),
        ("abc", [b"<html>"], "wechat_unreachable", 503),
        ("abc", [502, 502, 502], "wechat_unreachable", 503),
        ("abc", [{"openid": 7}], "wechat_unreachable", 503),
    ],
)
def test_it_maps_errors_of_the_browser(
    code: str, script: list[dict[str, object] | bytes | int | None], error: str, status: int
) -> None:
    with fake_wechat() as server:
        server.script = script
        with pytest.raises(DomainError) as caught:
            web_login(server, code)

    assert (caught.value.code, caught.value.status) == (error, status)


def test_it_sends_the_browser_to_wechat() -> None:
    url = authorize_url(
        app_id="mp",
        redirect_uri="https://town.example/h5/",
        state="a:b",
        base_url="https://o.test/",
    )
    assert url == (
        "https://o.test/connect/oauth2/authorize?appid=mp&redirect_uri=https%3A%2F%2Ftown.example"
        "%2Fh5%2F&response_type=code&scope=snsapi_base&state=a%3Ab#wechat_redirect"
    )
