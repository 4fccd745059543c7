from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from dispatch.domain.sessions import SEEN, STARTED, sweep_sign_ins
from dispatch.enums import Role
from dispatch.models import AuditRecord, SignInAttempt, Staff, StaffSession
from tests.dispatch.console.test_sign_in import bind, enter
from tests.dispatch.factories import Cast, make_staff

OWN, OFFICE = "/admin/sessions/", "/admin/sign-ins/"


@pytest.fixture
def officer(cast: Cast) -> Client:
    make_staff("security", Role.SECURITY, cast.room)
    return enter("security")[0]


def age(client: Client, *, seen: int = 0, started: int = 0) -> None:
    """Let so many seconds have passed."""
    session = client.session
    session[SEEN] -= seen
    session[STARTED] -= started
    session.save()


def test_it_works(cast: Cast) -> None:
    here, _answer = enter("dispatcher", HTTP_USER_AGENT="Mozilla (Windows NT 10.0) Chrome/140")
    enter("dispatcher", HTTP_USER_AGENT="Mozilla (Linux; Android 15) MicroMessenger")
    enter("lead")
    page = here.get(OWN).content.decode()
    assert "Windows · Chrome" in page
    assert "安卓 · 微信" in page
    assert page.count(">下线</button>") == 1
    assert "本机" in page


def test_idle_ends_on_the_server(cast: Cast, settings: Any) -> None:
    client, _answer = enter("dispatcher")
    age(client, seen=settings.IDLE_MINUTES * 60 - 5)
    assert client.get("/admin/").status_code == 200
    age(client, seen=settings.IDLE_MINUTES * 60)
    answer = client.get("/admin/summary/?days=7")
    assert (
        answer.headers["Location"] == "/admin/login/?next=%2Fadmin%2Fsummary%2F%3Fdays%3D7&why=idle"
    )
    assert "已自动退出" in client.get(answer.headers["Location"]).content.decode()
    assert not StaffSession.objects.exists()
    assert AuditRecord.objects.filter(action="idle_logout").count() == 1


def test_half_a_day_is_enough_for_anybody(cast: Cast, settings: Any) -> None:
    client, _answer = enter("dispatcher")
    age(client, started=settings.SESSION_HOURS * 3600)
    assert "why=idle" in client.get("/admin/").headers["Location"]


def test_what_asks_by_itself_keeps_nobody_signed_in(cast: Cast, settings: Any) -> None:
    client, _answer = enter("dispatcher")
    age(client, seen=1000)
    before = client.session[SEEN]
    for url, headers in (
        ("/admin/alarms/feed", {}),
        ("/admin/session/state", {}),
        ("/admin/summary/", {"X-Background": "1"}),
    ):
        assert client.get(url, headers=headers).status_code == 200
        assert client.session[SEEN] == before
    client.get("/admin/summary/")
    assert client.session[SEEN] > before
    age(client, seen=settings.IDLE_MINUTES * 60)
    assert client.get("/admin/alarms/feed").status_code == 401
    assert client.get("/admin/").status_code == 302


def test_continuing_counts_and_asking_does_not(cast: Cast, settings: Any) -> None:
    client, _answer = enter("dispatcher")
    age(client, seen=1700)
    assert client.get("/admin/session/state").json()["seconds"] <= 100
    said = client.post("/admin/session/continue").json()
    assert said["seconds"] > 1790
    assert said["user"] == str(Staff.objects.get(username="dispatcher").pk)
    assert client.get("/admin/session/continue").status_code == 405
    assert Client().get("/admin/session/state").status_code == 401
    assert Client().post("/admin/session/continue").status_code == 401


def test_a_lost_form_is_not_lost_in_silence(cast: Cast, settings: Any) -> None:
    client, _answer = enter("dispatcher")
    age(client, seen=settings.IDLE_MINUTES * 60)
    answer = client.post("/admin/session/continue", headers={"Sec-Fetch-Mode": "cors"})
    assert (answer.status_code, answer.json()["code"]) == (401, "signed_out")
    client, _answer = enter("dispatcher")
    age(client, seen=settings.IDLE_MINUTES * 60)
    came_from = "http://testserver/admin/dispatch/ticket/"
    answer = client.post("/admin/sessions/others/revoke/", headers={"Referer": came_from})
    assert "next=%2Fadmin%2Fdispatch%2Fticket%2F&why=lost" in answer.headers["Location"]
    assert "没有保存" in client.get(answer.headers["Location"]).content.decode()
    client, _answer = enter("dispatcher")
    age(client, seen=settings.IDLE_MINUTES * 60)
    answer = client.post(
        "/admin/sessions/others/revoke/", headers={"Referer": "https://evil.example/x"}
    )
    assert "evil" not in answer.headers["Location"]


def test_a_session_without_stamps_is_over(cast: Cast) -> None:
    client, _answer = enter("dispatcher")
    session = client.session
    del session[SEEN]
    session.save()
    assert client.get("/admin/").status_code == 302


def test_revoking_ones_own(cast: Cast) -> None:
    here, _answer = enter("dispatcher")
    there, _answer = enter("dispatcher")
    row = StaffSession.objects.get(session_key=there.session.session_key)
    here.post(reverse("session-revoke", args=(row.pk,)))
    assert there.get("/admin/").status_code == 302
    assert here.get("/admin/").status_code == 200
    third, _answer = enter("dispatcher")
    here.post(reverse("sessions-revoke"))
    assert third.get("/admin/").status_code == 302
    assert here.get("/admin/").status_code == 200
    assert AuditRecord.objects.filter(action="session_revoked").count() == 2


def test_it_forbids_other_peoples(cast: Cast) -> None:
    victim, _answer = enter("lead")
    row = StaffSession.objects.get()
    for name in ("dispatcher", "administrator", "sanitation", "auditor"):
        client = enter(name)[0]
        page = client.post(reverse("session-revoke", args=(row.pk,)), follow=True)
        assert "这个会话已经退出" in page.content.decode()  # nor does it tell that there is one
        assert client.get(OFFICE).status_code == 403
        assert client.get(reverse("second-factor-reset", args=(row.user_id,))).status_code == 403
        assert client.post(reverse("sign-in-unlock"), {"name": "lead"}).status_code == 403
    assert victim.get("/admin/").status_code == 200
    for url in (OWN, OFFICE, reverse("second-factor-bind")):
        assert Client().get(url).headers["Location"].startswith("/admin/login/")
    assert enter("dispatcher")[0].get(reverse("session-revoke", args=(row.pk,))).status_code == 405


def test_the_officer_sees_and_ends_anybodys(officer: Client, cast: Cast) -> None:
    victim, _answer = enter("sanitation", HTTP_USER_AGENT="Mozilla Windows Firefox/140")
    page = officer.get(OFFICE).content.decode()
    assert "Windows · Firefox" in page
    assert "127.0.0.*" in page
    assert "Windows · Firefox" not in officer.get(OFFICE, {"q": "nobody\x00"}).content.decode()
    row = StaffSession.objects.get(user__username="sanitation")
    answer = officer.post(reverse("session-revoke", args=(row.pk,)), {"page": "sign-ins"})
    assert answer.headers["Location"] == OFFICE
    assert victim.get("/admin/").status_code == 302
    again = officer.post(reverse("session-revoke", args=(row.pk,)), follow=True)
    assert "已经退出" in again.content.decode()


def test_the_officer_unlocks(officer: Client, cast: Cast) -> None:
    for _ in range(5):
        enter("lead", "x")
    assert "<b>lead</b> 失败 5 次" in officer.get(OFFICE).content.decode()
    page = officer.post(reverse("sign-in-unlock"), {"name": "lead"}, follow=True)
    assert "已解除锁定" in page.content.decode()
    assert enter("lead")[1].status_code == 302
    assert (
        "没有被锁定"
        in officer.post(reverse("sign-in-unlock"), {"name": "\x00x"}, follow=True).content.decode()
    )


def test_the_officer_resets_a_lost_telephone(officer: Client, cast: Cast) -> None:
    bind("lead")
    lead = Staff.objects.get(username="lead")
    url = reverse("second-factor-reset", args=(lead.pk,))
    assert "请填写重置理由" in officer.post(url, {"reason": " "}).content.decode()
    assert officer.post(url, {"reason": "手机遗失"}).headers["Location"] == OFFICE
    assert enter("lead")[1].headers["Location"] == "/admin/"
    mine = reverse("second-factor-reset", args=(Staff.objects.get(username="security").pk,))
    assert "不能重置自己的动态口令" in officer.post(mine, {"reason": "忘了"}).content.decode()
    assert officer.get(reverse("second-factor-reset", args=(10**9,))).status_code == 404


def test_switching_an_account_off_ends_its_sessions(cast: Cast) -> None:
    victim, _answer = enter("sanitation")
    user = Staff.objects.get(username="sanitation")
    admin, _answer = enter("administrator")
    seat = user.memberships.get()
    body = {
        "username": "sanitation", "display_name": "x", "memberships-TOTAL_FORMS": 1,
        "memberships-INITIAL_FORMS": 1, "memberships-0-id": seat.pk, "memberships-0-user": user.pk,
        "memberships-0-department": seat.department_id, "memberships-0-role": seat.role,
        "memberships-0-is_active": "on",
    }  # fmt: skip
    url = reverse("admin:dispatch_staff_change", args=(user.pk,))
    assert admin.post(url, body).status_code == 302
    assert not StaffSession.objects.filter(user=user).exists()
    assert victim.get("/admin/").status_code == 302


def test_signing_out_leaves_nothing(cast: Cast) -> None:
    client, _answer = enter("dispatcher")
    client.post(reverse("admin:logout"))
    assert not StaffSession.objects.exists()
    assert not Session.objects.exists()
    assert AuditRecord.objects.filter(action="sign_out").count() == 1


def test_what_is_over_is_swept(cast: Cast) -> None:
    enter("dispatcher")
    enter("lead")
    StaffSession.objects.filter(user__username="lead").update(
        last_seen_at=timezone.now() - timedelta(hours=1)
    )
    SignInAttempt.objects.create(name="x", step="code", at=timezone.now() - timedelta(hours=1))
    sweep_sign_ins(now=timezone.now())
    assert [row.user.username for row in StaffSession.objects.all()] == ["dispatcher"]
    assert Session.objects.count() == 1
    assert not SignInAttempt.objects.exists()


@pytest.mark.parametrize("url", [OWN, OFFICE])
def test_more_sessions_are_no_more_queries(officer: Client, url: str) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert officer.get(url).status_code == 200
        return len(queries)

    officer.get(url)
    one = count()
    for name in ("lead", "dispatcher", "security"):
        enter(name)
        for _ in range(5):
            enter(f"{name}-x", "x")
        bind(name) if name != "security" else None
    assert count() == one


def test_a_request_costs_no_query_for_the_guard(cast: Cast) -> None:
    client, _answer = enter("dispatcher")
    client.get("/admin/session/state")
    with CaptureQueriesContext(connection) as queries:
        client.get("/admin/session/state")
    assert len(queries) == 2, queries.captured_queries  # the session, the account


def test_the_operator_helps_from_the_shell(cast: Cast) -> None:
    bind("lead")
    for _ in range(5):
        enter("lead", "x")
    call_command("staff_access", "lead", "--unlock", "--reset-second-factor", "--sign-off")
    assert enter("lead")[1].headers["Location"] == "/admin/"
    for wrong in (("nobody", "--unlock"), ("lead",)):
        with pytest.raises(CommandError):
            call_command("staff_access", *wrong)
