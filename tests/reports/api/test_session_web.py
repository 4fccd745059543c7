"""Through WeChat's browser: the way there, the way back, and one person behind two doors."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from django.utils import timezone
from pytest_django import Settings

from reports.domain import web_login
from reports.domain.web_login import STATE_COOKIE, depart
from reports.models import Report, Resident
from tests.factories import make_report, make_resident
from tests.fakes.wechat import FakeWechat, fake_wechat
from tests.reports.conftest import Api


@pytest.fixture
def server(settings: Settings) -> Iterator[FakeWechat]:
    with fake_wechat() as fake:
        settings.DEV_LOGIN = False
        settings.WECHAT_APPID = "wx1234"
        settings.WECHAT_SECRET = "s"
        settings.WECHAT_H5_APPID = "mp5678"
        settings.WECHAT_H5_SECRET = "s5"
        settings.WECHAT_API_BASE = fake.base_url
        settings.PUBLIC_BASE_URL = "https://town.example"
        yield fake


def state_of(browser: Api, path: str = "/h5/report?g=1") -> str:
    """Ask for the way as a page does, and return the state that WeChat will bring back."""
    way = browser.get("/session/options", next=path).json()["wechat_h5"]
    query = parse_qs(urlsplit(way["authorize_url"]).query)
    assert query["redirect_uri"] == [f"https://town.example{path}"]
    return str(query["state"][0])


def body_of(browser: Api, code: str, **more: str) -> dict[str, str]:
    return {"code": code, "via": "h5", "state": state_of(browser), **more}


@pytest.mark.django_db
def test_it_works(nobody: Api, server: FakeWechat) -> None:
    answer = nobody.post("/session", body_of(nobody, "c1"))
    assert answer.status_code == 201
    assert answer.json()["resident"]["guest"] is False
    assert Resident.objects.get().openid == "h5:web-c1"
    assert server.seen[-1] == (
        "/sns/oauth2/access_token",
        {"appid": "mp5678", "secret": "s5", "code": "c1", "grant_type": "authorization_code"},
    )


@pytest.mark.django_db
def test_the_cookie_is_for_the_login_alone(nobody: Api, server: FakeWechat) -> None:
    state_of(nobody)
    cookie = nobody.client.cookies[STATE_COOKIE]
    assert cookie["httponly"]
    assert cookie["secure"]
    assert (cookie["path"], cookie["samesite"], cookie["max-age"]) == (
        "/api/v1/session",
        "Lax",
        600,
    )


@pytest.mark.django_db
def test_two_open_pages_do_not_spoil_each_others_way(nobody: Api, server: FakeWechat) -> None:
    first = state_of(nobody)
    state_of(nobody, "/h5/mine")
    answer = nobody.post("/session", {"code": "c1", "via": "h5", "state": first})
    assert answer.status_code == 201


@pytest.mark.django_db
def test_a_stranger_cannot_log_somebody_in(nobody: Api, server: FakeWechat) -> None:
    strangers = body_of(Api(), "c1")
    for state in (strangers["state"], "", "x", "a:b:c"):
        answer = nobody.post("/session", {**strangers, "state": state})
        assert (answer.status_code, answer.json()["code"]) == (400, "wechat_state_invalid")
    state_of(nobody)
    assert nobody.post("/session", strangers).json()["code"] == "wechat_state_invalid"
    assert not server.calls


@pytest.mark.django_db
def test_the_way_is_open_for_ten_minutes(
    nobody: Api, server: FakeWechat, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = body_of(nobody, "c1")
    monkeypatch.setattr(web_login, "STATE_LIFE", -web_login.STATE_LIFE)
    assert nobody.post("/session", body).json()["code"] == "wechat_state_invalid"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path", ["", "/admin/", "//evil.example", "/h5//evil", "https://evil", "/h5/\\x", "/h5/村"]
)
def test_the_way_back_ends_at_our_phone_pages(path: str, server: FakeWechat) -> None:
    way = depart(path, now=timezone.now())
    assert way is not None
    assert parse_qs(urlsplit(way.url).query)["redirect_uri"] == ["https://town.example/h5/"]


@pytest.mark.django_db
def test_a_preview_has_no_person(nobody: Api, server: FakeWechat) -> None:
    answer = nobody.post("/session", body_of(nobody, "snapshot1"))
    assert (answer.status_code, answer.json()["code"]) == (400, "wechat_snapshot")
    assert not Resident.objects.exists()


@pytest.mark.django_db
def test_it_is_off_where_it_is_not_set_up(
    nobody: Api, server: FakeWechat, settings: Settings
) -> None:
    body = body_of(nobody, "c1")
    settings.WECHAT_H5_APPID = ""
    assert nobody.get("/session/options").json()["wechat_h5"] is None
    answer = nobody.post("/session", body)
    assert (answer.status_code, answer.json()["code"]) == (403, "wechat_h5_off")


@pytest.mark.django_db
def test_it_brings_the_guest_along(nobody: Api, server: FakeWechat) -> None:
    device = "c3" * 32
    guest = nobody.post("/session", {"device": device}).json()
    report = make_report(Resident.objects.get(pk=guest["resident"]["id"]))
    answer = nobody.post("/session", body_of(nobody, "c1", device=device))
    assert answer.status_code == 201
    report.refresh_from_db()
    assert report.resident_id == int(answer.json()["resident"]["id"])


@pytest.mark.django_db
def test_both_doors_lead_to_one_person(nobody: Api, server: FakeWechat) -> None:
    server.platform.unionids = {"openid-a": "u1", "web-b": "u1", "web-c": "u1"}
    mini = nobody.post("/session", {"code": "a"}).json()["resident"]["id"]
    for code in ("b", "c"):
        web = nobody.post("/session", body_of(nobody, code)).json()["resident"]["id"]
        assert web == mini
    assert Resident.objects.get().openid == "openid-a"


@pytest.mark.django_db
def test_the_mini_programs_openid_is_the_one_kept(nobody: Api, server: FakeWechat) -> None:
    server.platform.unionids = {"openid-a": "u1", "web-b": "u1"}
    web = nobody.post("/session", body_of(nobody, "b")).json()["resident"]["id"]
    mini = nobody.post("/session", {"code": "a"}).json()["resident"]["id"]
    assert web == mini
    assert Resident.objects.get().openid == "openid-a"


@pytest.mark.django_db
@pytest.mark.parametrize("through_web", [True, False])
def test_two_rows_of_one_person_become_one(
    nobody: Api, server: FakeWechat, through_web: bool
) -> None:
    """They come from before the apps were bound to one platform, or from two first logins at once."""
    by_mini = make_resident("", openid="openid-a", unionid="u1")
    by_web = make_resident("", openid="h5:web-b", unionid="u1")
    make_report(by_mini)
    make_report(by_web)
    server.platform.unionids = {"openid-a": "u1", "web-b": "u1"}
    body = body_of(nobody, "b") if through_web else {"code": "a"}
    answer = nobody.post("/session", body).json()
    assert answer["resident"]["id"] == str(by_mini.pk)
    assert Report.objects.filter(resident=by_mini).count() == 2
    by_web.refresh_from_db()
    assert by_web.erased_at is not None


@pytest.mark.django_db
def test_a_disabled_account_is_closed_by_both_doors(nobody: Api, server: FakeWechat) -> None:
    make_resident("", openid="openid-a", unionid="u1", is_active=False)
    server.platform.unionids = {"web-b": "u1"}
    answer = nobody.post("/session", body_of(nobody, "b"))
    assert (answer.status_code, answer.json()["code"]) == (403, "account_disabled")
