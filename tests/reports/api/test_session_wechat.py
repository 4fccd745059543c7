"""Login against a server on a real socket that speaks as WeChat does."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from pytest_django import Settings

from reports.models import Resident
from tests.fakes.wechat import FakeWechat, fake_wechat
from tests.reports.conftest import Api
from xiangcun.lib import wechat


@pytest.fixture
def server(settings: Settings) -> Iterator[FakeWechat]:
    with fake_wechat() as fake:
        settings.DEV_LOGIN = False
        settings.WECHAT_APPID = "wx1234"
        settings.WECHAT_SECRET = "s"
        settings.WECHAT_API_BASE = fake.base_url
        yield fake
        wechat.CLIENT.close()


@pytest.mark.django_db
@pytest.mark.usefixtures("server")
def test_it_works(nobody: Api) -> None:
    answer = nobody.post("/session", {"code": "abc"})
    assert answer.status_code == 201
    assert Resident.objects.get().openid == "openid-abc"
    assert "openid-abc" not in answer.content.decode()
    assert Api(answer.json()["token"]).get("/me").status_code == 200


@pytest.mark.django_db
@pytest.mark.usefixtures("server")
def test_it_refuses_a_used_code(nobody: Api) -> None:
    nobody.post("/session", {"code": "abc"})
    answer = nobody.post("/session", {"code": "abc"})
    assert (answer.status_code, answer.json()["code"]) == (400, "wechat_code_used")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("script", "status", "code"),
    [
        ([{"errcode": 45011}], 429, "too_many_requests"),
        ([{"errcode": 40226}], 403, "wechat_account_blocked"),
        ([{"errcode": -1}, {"errcode": -1}], 503, "wechat_busy"),
        ([{"errcode": 40125}], 503, "wechat_misconfigured"),
        ([b"<html>bad gateway</html>"], 503, "wechat_unreachable"),
    ],
)
def test_it_passes_on_the_trouble_of_wechat(
    nobody: Api,
    server: FakeWechat,
    script: list[dict[str, object] | bytes | int | None],
    status: int,
    code: str,
) -> None:
    server.script.extend(script)
    answer = nobody.post("/session", {"code": "abc"})
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert not Resident.objects.exists()


@pytest.mark.django_db
def test_it_learns_the_unionid_later(nobody: Api, server: FakeWechat) -> None:
    server.script.append({"openid": "o1", "session_key": "k"})
    server.script.append({"openid": "o1", "session_key": "k", "unionid": "u1"})
    nobody.post("/session", {"code": "a"})
    nobody.post("/session", {"code": "b"})
    assert Resident.objects.get().unionid == "u1"


@pytest.mark.django_db(transaction=True)
def test_it_makes_one_resident_of_first_logins_at_once(server: FakeWechat) -> None:
    server.script.extend({"openid": "o1", "session_key": "k"} for _ in range(8))

    def log_in(number: int) -> int:
        try:
            return int(Api().post("/session", {"code": f"c{number}"}).status_code)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(log_in, range(8))) == {201}
    assert Resident.objects.count() == 1
