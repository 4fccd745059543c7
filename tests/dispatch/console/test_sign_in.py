from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from dispatch.domain.second_factor import begin_enrolment, confirm_enrolment
from dispatch.enums import Role
from dispatch.models import AuditRecord, KnownAddress, Staff, StaffSession
from tests.dispatch.domain.test_second_factor import shown
from tests.dispatch.factories import PASSWORD, Cast, make_staff

LOGIN, CODE = "/admin/login/", "/admin/login/code/"
NEW = "Quiet-river-stone-8"


def enter(
    name: str, password: str = PASSWORD, *, then: str = "", **extra: str
) -> tuple[Client, Any]:
    client = Client(**extra)  # type: ignore[arg-type]  # headers of the test client
    answer = client.post(f"{LOGIN}?next={then}", {"username": name, "password": password})
    return client, answer


def bind(name: str) -> tuple[str, list[str]]:
    """Bind a telephone some minutes ago, so that the code it shows now is a fresh one."""
    user = Staff.objects.get(username=name)
    past = timezone.now() - timedelta(minutes=5)
    secret = begin_enrolment(user, now=past)
    codes = confirm_enrolment(user, shown(secret, past), keep_session=None, address="", now=past)
    return secret, codes


def test_it_works(cast: Cast) -> None:
    client, answer = enter(
        "dispatcher", then="/admin/dispatch/ticket/", HTTP_USER_AGENT="Mozilla Windows Edg/9"
    )
    assert answer.headers["Location"] == "/admin/dispatch/ticket/"
    assert client.get("/admin/dispatch/ticket/").status_code == 200
    row = StaffSession.objects.get()
    assert (row.user.username, row.device, row.address) == (
        "dispatcher",
        "Windows · Edge",
        "127.0.0.1",
    )
    assert KnownAddress.objects.get().address == "127.0.0.1"
    assert AuditRecord.objects.get(action="sign_in").username == "dispatcher"


def test_the_page_says_whom_to_ask(client: Client, db: None) -> None:
    html = client.get(LOGIN).content.decode()
    for words in ("用户名", "密码", "忘记密码", "安全管理员", "欢迎使用"):
        assert words in html
    assert "记住" not in html


def test_wrong_is_one_sentence_and_the_sixth_says_how_long(cast: Cast) -> None:
    said = set()
    for name in ("dispatcher", "nobody"):
        for _ in range(5):
            said.add(enter(name, "x")[1].context["form"].non_field_errors()[0])
        assert "15 分钟后再试" in enter(name, PASSWORD)[1].content.decode()
    assert said == {"用户名或密码不正确，请重新输入"}
    assert not StaffSession.objects.exists()


@pytest.mark.parametrize(
    "bad",
    [
        "https://evil.example/",
        "//evil.example/x",
        "/\\evil.example",
        "javascript:alert(1)",
        "http:///evil",
    ],
)
def test_next_stays_on_this_host(cast: Cast, bad: str) -> None:
    assert enter("dispatcher", then=bad)[1].headers["Location"] == "/admin/"
    secret, _codes = bind("dispatcher")
    client, _answer = enter("dispatcher", then=bad)
    answer = client.post(CODE, {"code": shown(secret, timezone.now())})
    assert answer.headers["Location"] == "/admin/"


@pytest.mark.parametrize(
    "body",
    [{}, {"username": "\x00", "password": "x"}, {"username": "a" * 9000, "password": "b" * 9000}],
)
def test_it_handles_nonsense(client: Client, db: None, body: dict[str, str]) -> None:
    assert client.post(LOGIN, body).status_code == 200


def test_it_wants_a_csrf_token(cast: Cast) -> None:
    strict = Client(enforce_csrf_checks=True)
    body = {"username": "dispatcher", "password": PASSWORD}
    assert strict.post(LOGIN, body).status_code == 403
    strict.force_login(Staff.objects.get(username="dispatcher"))
    for url in (
        "/admin/sessions/others/revoke/",
        "/admin/session/continue",
        "/admin/password_change/",
    ):
        assert strict.post(url, {}).status_code == 403


def test_the_key_of_the_session_changes_at_every_step(cast: Cast) -> None:
    secret, _codes = bind("dispatcher")
    client, _answer = enter("dispatcher")
    waiting = client.session.session_key
    assert client.get("/admin/").status_code == 302  # the password alone opens nothing
    client.post(CODE, {"code": shown(secret, timezone.now())})
    assert client.session.session_key != waiting
    assert client.get("/admin/").status_code == 200


def test_signing_in_over_somebody_else_leaves_nothing_of_theirs(cast: Cast) -> None:
    client, _answer = enter("dispatcher")
    client.post(LOGIN, {"username": "lead", "password": PASSWORD})
    assert [row.user.username for row in StaffSession.objects.all()] == ["lead"]
    assert AuditRecord.objects.filter(action="sign_out", username="dispatcher").exists()


def test_the_second_step(cast: Cast) -> None:
    secret, codes = bind("lead")
    client, answer = enter("lead", then="/admin/summary/")
    assert answer.headers["Location"] == CODE
    page = client.get(CODE).content.decode()
    assert "6 位数字" in page
    assert "口令不正确" in client.post(CODE, {"code": "000000"}).content.decode()
    code = shown(secret, timezone.now())
    assert client.post(CODE, {"code": code}).headers["Location"] == "/admin/summary/"
    assert StaffSession.objects.get().second_factor
    again, _answer = enter("lead")
    assert "已用过" in again.post(CODE, {"code": code}).content.decode()
    assert again.post(CODE, {"code": codes[0]}).status_code == 302
    assert again.get("/admin/").status_code == 200


def test_the_second_step_needs_a_fresh_first(client: Client, cast: Cast) -> None:
    secret, _codes = bind("lead")
    assert client.get(CODE).headers["Location"] == LOGIN
    late, _answer = enter("lead")
    session = late.session
    session["xc_pending"] = {**session["xc_pending"], "at": session["xc_pending"]["at"] - 301}
    session.save()
    answer = late.post(CODE, {"code": shown(secret, timezone.now())})
    assert answer.headers["Location"] == f"{LOGIN}?why=late"
    stale, _answer = enter("lead")
    user = Staff.objects.get(username="lead")
    user.set_password(NEW)
    user.save()
    assert (
        stale.post(CODE, {"code": shown(secret, timezone.now())})
        .headers["Location"]
        .startswith(LOGIN)
    )


def test_a_session_from_before_the_binding_is_no_way_in(cast: Cast) -> None:
    client, _answer = enter("lead")
    bind("lead")
    assert client.get("/admin/").headers["Location"].startswith(LOGIN)


def test_binding(cast: Cast) -> None:
    client, _answer = enter("lead")
    other, _answer = enter("lead")
    page = client.get(reverse("second-factor-bind"))
    assert page.context["picture"].startswith("data:image/svg+xml")
    assert "no-store" in page.headers["Cache-Control"]
    assert (
        "口令不正确" in client.post(reverse("second-factor-bind"), {"code": "12"}).content.decode()
    )
    secret = page.context["key"].replace(" ", "")
    done = client.post(reverse("second-factor-bind"), {"code": shown(secret, timezone.now())})
    assert done.content.decode().count("<li><code>") == 10
    assert client.get("/admin/").status_code == 200
    assert other.get("/admin/").status_code == 302
    assert client.get(reverse("second-factor-bind")).status_code == 302  # shown once
    assert "已绑定" in client.get(reverse("own-sessions")).content.decode()


def test_who_must_bind_gets_nothing_else(cast: Cast, settings: Any) -> None:
    settings.SECOND_FACTOR = True
    for name in ("lead", "auditor", "administrator"):
        client, _answer = enter(name)
        for url in ("/admin/", "/admin/sessions/", "/admin/summary/"):
            assert client.get(url).headers["Location"] == reverse("second-factor-bind")
        assert client.get("/admin/alarms/feed", headers={"X-Background": "1"}).status_code == 403
        assert client.get(reverse("second-factor-bind")).status_code == 200
        assert client.post(reverse("admin:logout")).status_code == 200
    for name in ("dispatcher", "sanitation", "sanitation_head"):
        assert enter(name)[0].get("/admin/").status_code == 200


def test_managing_the_telephone_costs_a_code(cast: Cast) -> None:
    secret, _codes = bind("lead")
    client, _answer = enter("lead")
    client.post(CODE, {"code": shown(secret, timezone.now())})
    for name in ("second-factor-codes", "second-factor-replace"):
        assert client.get(reverse(name)).status_code == 200
        assert "口令不正确" in client.post(reverse(name), {"code": "000000"}).content.decode()
    nobody = enter("dispatcher")[0]
    assert nobody.get(reverse("second-factor-codes")).headers["Location"] == reverse(
        "second-factor-bind"
    )


def test_an_initial_password_lets_nothing_else_through(cast: Cast) -> None:
    Staff.objects.filter(username="sanitation").update(must_change_password=True)
    client, _answer = enter("sanitation")
    for url in (
        "/admin/",
        "/admin/dispatch/ticket/",
        "/admin/sessions/",
        "/admin/second-factor/bind/",
    ):
        assert client.get(url).headers["Location"] == "/admin/password_change/"
    assert (
        client.post("/admin/sessions/others/revoke/").headers["Location"]
        == "/admin/password_change/"
    )
    page = client.get("/admin/password_change/").content.decode()
    assert "初始密码" in page
    assert "至少 10 个字符" in page
    body = {"old_password": "wrong", "new_password1": NEW, "new_password2": NEW}
    assert "原密码不正确" in client.post("/admin/password_change/", body).content.decode()
    body |= {"old_password": PASSWORD, "new_password2": "other"}
    assert "两次输入的新密码不一致" in client.post("/admin/password_change/", body).content.decode()
    body |= {"new_password1": "Qwe@123456", "new_password2": "Qwe@123456"}
    assert "密码太常见" in client.post("/admin/password_change/", body).content.decode()
    body |= {"new_password1": PASSWORD, "new_password2": PASSWORD}
    assert "用过的密码" in client.post("/admin/password_change/", body).content.decode()
    body |= {"new_password1": NEW, "new_password2": NEW}
    assert client.post("/admin/password_change/", body).headers["Location"] == "/admin/"
    assert client.get("/admin/").status_code == 200
    assert StaffSession.objects.get().session_key == client.session.session_key


def test_an_old_password_must_go(cast: Cast) -> None:
    long_ago = timezone.now() - timedelta(days=91)
    Staff.objects.filter(username="sanitation").update(password_changed_at=long_ago)
    client, _answer = enter("sanitation")
    assert client.get("/admin/").headers["Location"] == "/admin/password_change/"
    assert "已满 90 天" in client.get("/admin/password_change/").content.decode()


def test_a_password_set_by_an_officer_is_initial(cast: Cast) -> None:
    make_staff("officer", Role.SECURITY, cast.room)
    victim, _answer = enter("sanitation")
    admin, _answer = enter("officer")
    user = Staff.objects.get(username="sanitation")
    url = reverse("admin:auth_user_password_change", args=(user.pk,))
    body = {"password1": NEW, "password2": NEW, "usable_password": "true"}
    assert admin.post(url, body).status_code == 302
    assert victim.get("/admin/").status_code == 302
    assert (
        enter("sanitation", NEW)[0].get("/admin/").headers["Location"] == "/admin/password_change/"
    )
    record = AuditRecord.objects.get(action="password_changed")
    assert (record.actor.username if record.actor else "", record.data["username"]) == (
        "officer",
        "sanitation",
    )
    assert admin.get("/admin/").status_code == 200
    mine = reverse(
        "admin:auth_user_password_change", args=(Staff.objects.get(username="officer").pk,)
    )
    assert admin.get(mine).headers["Location"] == "/admin/password_change/"


def test_cookies_are_closed_to_scripts(cast: Cast) -> None:
    client, _answer = enter("dispatcher")
    cookie = client.cookies["sessionid"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert cookie["max-age"] == 12 * 3600
