import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import responses
from django.db import connection
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from reports.domain.sessions import sweep_expired_tokens
from reports.models import Resident, ResidentToken
from tests.factories import make_resident, make_token
from tests.reports.conftest import Api


@pytest.mark.django_db
def test_it_works(nobody: Api) -> None:
    answer = nobody.post("/session", {"code": "dev:张三"})
    assert answer.status_code == 201
    body = answer.json()
    assert body["resident"]["nickname"] == "张三"
    assert body["expires_at"].endswith("+08:00")
    me = Api(body["token"]).get("/me")
    assert me.json() == body["resident"]


@pytest.mark.django_db
def test_it_knows_the_same_person_again(nobody: Api) -> None:
    first = nobody.post("/session", {"code": "dev:张三"}).json()
    second = nobody.post("/session", {"code": "dev:张三"}).json()
    assert first["resident"]["id"] == second["resident"]["id"]
    assert first["token"] != second["token"]


@pytest.mark.django_db
def test_it_forbids_the_developers_login_in_production(nobody: Api, settings: Settings) -> None:
    settings.DEV_LOGIN = False
    answer = nobody.post("/session", {"code": "dev:张三"})
    assert (answer.status_code, answer.json()["code"]) == (403, "dev_login_forbidden")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("code", "error"),
    [("", "required"), (7, "wrong_type"), (None, "required"), ("x" * 201, "too_long")],
)
def test_it_validates_the_code(nobody: Api, code: object, error: str) -> None:
    answer = nobody.post("/session", {"code": code})
    assert answer.status_code == 400
    assert answer.json()["errors"][0] == {
        "field": "code",
        "code": error,
        "message": answer.json()["errors"][0]["message"],
    }


@pytest.mark.django_db
@pytest.mark.parametrize("code", ["dev:", "dev:\u200b", "dev:" + "字" * 41, "071abcdef"])
def test_it_validates_a_code_it_cannot_use(nobody: Api, code: str) -> None:
    answer = nobody.post("/session", {"code": code})
    assert (answer.status_code, answer.json()["code"]) == (400, "wechat_code_invalid")


@pytest.fixture
def wechat(settings: Settings) -> None:
    settings.DEV_LOGIN = False
    settings.WECHAT_APPID = "wx1234"
    settings.WECHAT_SECRET = "s"
    settings.WECHAT_API_BASE = "https://wechat.test"


@pytest.mark.django_db
@pytest.mark.usefixtures("wechat")
@responses.activate
def test_it_asks_wechat_who_it_is(nobody: Api) -> None:
    responses.get(
        "https://wechat.test/sns/jscode2session",
        body=json.dumps({"openid": "oAbc", "session_key": "k", "unionid": "u1"}),
        content_type="text/plain",
    )
    answer = nobody.post("/session", {"code": "0a1b"})
    assert answer.status_code == 201
    resident = Resident.objects.get()
    assert (resident.openid, resident.unionid) == ("oAbc", "u1")
    assert "oAbc" not in answer.content.decode()


@pytest.mark.django_db
@pytest.mark.usefixtures("wechat")
@responses.activate
def test_it_passes_on_that_wechat_refuses(nobody: Api) -> None:
    responses.get(
        "https://wechat.test/sns/jscode2session", json={"errcode": 40029, "errmsg": "invalid code"}
    )
    answer = nobody.post("/session", {"code": "0a1b"})
    assert (answer.status_code, answer.json()["code"]) == (400, "wechat_code_invalid")


@pytest.mark.django_db
def test_production_may_run_without_wechat(nobody: Api, settings: Settings) -> None:
    settings.DEV_LOGIN = False
    answer = nobody.post("/session", {"code": "0a1b"})
    assert (answer.status_code, answer.json()["code"]) == (403, "wechat_off")
    assert nobody.post("/session", {"device": "a1" * 32}).status_code == 201


@pytest.mark.django_db
def test_it_forbids_a_disabled_account(nobody: Api) -> None:
    make_resident(openid="dev:李四", is_active=False)
    answer = nobody.post("/session", {"code": "dev:李四"})
    assert (answer.status_code, answer.json()["code"]) == (403, "account_disabled")


@pytest.mark.django_db
def test_it_ends(api: Api) -> None:
    assert api.delete("/session").status_code == 204
    assert api.get("/me").status_code == 401


@pytest.mark.django_db
def test_it_forbids_an_expired_token(zhang: Resident) -> None:
    api = Api(make_token(zhang, expiry=timedelta(seconds=-1)))
    answer = api.get("/me")
    assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert sweep_expired_tokens(now=timezone.now()) == 1
    assert not ResidentToken.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "header",
    ["Bearer", "Bearer a b", "Bearer xyz", "Bearer \u00e9", "Basic YTpi", "", "Bearer " + "a" * 64],
)
def test_it_forbids_what_is_no_token(nobody: Api, header: str) -> None:
    nobody.headers = {"authorization": header}
    assert nobody.get("/me").status_code == 401


@pytest.mark.django_db
def test_it_ignores_a_stale_token_at_login(nobody: Api) -> None:
    nobody.headers = {"authorization": "Bearer " + "a" * 64}
    assert nobody.post("/session", {"code": "dev:张三"}).status_code == 201


@pytest.mark.django_db
def test_it_costs_one_query_to_know_who_calls(
    zhang: Resident, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(3):
        make_token(zhang, expiry=timedelta(seconds=-1))
    api = Api(make_token(zhang))
    with django_assert_num_queries(1):
        assert api.get("/me").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_it_makes_one_resident_of_two_first_logins() -> None:
    def log_in(_: int) -> str:
        try:
            return str(Api().post("/session", {"code": "dev:王五"}).json()["resident"]["id"])
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        ids = set(pool.map(log_in, range(4)))
    assert len(ids) == 1
    assert Resident.objects.count() == 1
