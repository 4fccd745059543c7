from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from dispatch.domain.alerts import Alert
from dispatch.domain.opening import Assessment, open_ticket
from dispatch.models import Alarm
from reports.enums import Urgency
from tests.dispatch.console.conftest import Browser
from tests.dispatch.factories import NOW, Cast, make_report

FEED = "/admin/alarms/feed"
BOOK = "/admin/dispatch/alarm/"
NASTY = "<img src=x onerror=alert(1)>着火了"


def ring(cast: Cast, text: str = "三楼着火了", count: int = 1) -> list[Alarm]:
    for index in range(count):
        report = make_report(text=text, address="临江路 1 号 13800138000")
        alert = Alert(Urgency.P0, "险情词“着火”", hazard="fire", report_id=report.pk)
        assessment = Assessment(urgency=Urgency.P0, grid=cast.grid, alert=alert)
        open_ticket(report, assessment, now=NOW + timedelta(seconds=index))
    return list(Alarm.objects.order_by("pk"))


def test_the_feed_says_what_and_where(cast: Cast, browser: Browser) -> None:
    (alarm,) = ring(cast)
    answer = browser("dispatcher").get(FEED)
    row = answer.json()["alarms"][0]
    assert (row["number"], row["title"]) == (alarm.ticket.number, "三楼着火了")
    assert row["place"] == "示例网格 临江路 1 号 138****8000"
    assert row["raised_at"] == int(NOW.timestamp())
    assert answer.json()["may_acknowledge"] is True
    assert browser("lead").get(FEED).json()["is_lead"] is True


def test_nothing_new_is_a_304(cast: Cast, browser: Browser) -> None:
    client = browser("dispatcher")
    empty = client.get(FEED)
    assert empty.json()["alarms"] == []
    assert client.get(FEED, headers={"If-None-Match": empty["ETag"]}).status_code == 304
    ring(cast)
    changed = client.get(FEED, headers={"If-None-Match": empty["ETag"]})
    assert changed.status_code == 200
    again = client.get(FEED, headers={"If-None-Match": changed["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    Alarm.objects.update(escalated_at=NOW)
    assert client.get(FEED, headers={"If-None-Match": changed["ETag"]}).status_code == 200


@pytest.mark.parametrize("count", [1, 3])
def test_three_queries_beside_the_login(
    cast: Cast, browser: Browser, django_assert_num_queries: Callable[..., object], count: int
) -> None:
    ring(cast, count=count)
    client = browser("dispatcher")
    with django_assert_num_queries(5):  # type: ignore[attr-defined]  # login (2), role, alarms, unread
        client.get(FEED)


@pytest.mark.parametrize(
    "username", ["sanitation", "sanitation_head", "gridworker", "administrator"]
)
def test_departments_see_no_alarm(cast: Cast, browser: Browser, username: str) -> None:
    (alarm,) = ring(cast)
    client = browser(username)
    assert client.get(FEED).status_code == 403
    assert client.post(f"/admin/alarms/{alarm.pk}/acknowledge").status_code == 403
    assert client.get(BOOK).status_code == 403
    assert "xc-alarms" not in client.get("/admin/").content.decode()
    alarm.refresh_from_db()
    assert alarm.acknowledged_at is None


def test_nobody_without_a_login(cast: Cast) -> None:
    (alarm,) = ring(cast)
    assert Client().get(FEED).status_code == 302
    assert Client().post(f"/admin/alarms/{alarm.pk}/acknowledge").status_code == 302


@pytest.mark.parametrize("username", ["dispatcher", "lead", "verifier", "auditor"])
def test_the_command_room_has_the_bar_and_the_book(
    cast: Cast, browser: Browser, username: str
) -> None:
    ring(cast)
    client = browser(username)
    for page in ("/admin/", "/admin/dispatch/ticket/", "/admin/summary/", BOOK):
        assert 'id="xc-alarms"' in client.get(page).content.decode(), page
    assert client.get(FEED).json()["may_acknowledge"] is (username in {"dispatcher", "lead"})


def test_the_second_to_acknowledge_reads_who_was_first(cast: Cast, browser: Browser) -> None:
    (alarm,) = ring(cast)
    url = f"/admin/alarms/{alarm.pk}/acknowledge"
    first, second = browser("lead").post(url), browser("dispatcher").post(url)
    assert (first.status_code, first.json()["first"]) == (200, True)
    assert (second.status_code, second.json()["first"], second.json()["by"]) == (200, False, "lead")
    assert browser("dispatcher").get(FEED).json()["count"] == "0"


def test_what_is_not_there_and_wrong_methods(cast: Cast, browser: Browser) -> None:
    client = browser("dispatcher")
    assert client.post("/admin/alarms/999/acknowledge").status_code == 404
    assert client.get("/admin/alarms/999/acknowledge").status_code == 405
    assert client.post(FEED).status_code == 405


def test_acknowledging_needs_the_token(cast: Cast) -> None:
    (alarm,) = ring(cast)
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.dispatcher.user)  # type: ignore[arg-type]
    assert client.post(f"/admin/alarms/{alarm.pk}/acknowledge").status_code == 403


def test_a_nasty_title_stays_text(cast: Cast, browser: Browser) -> None:
    ring(cast, text=NASTY)
    client = browser("auditor")
    assert client.get(FEED)["Content-Type"].startswith("application/json")
    assert "<img src=x" not in client.get(BOOK).content.decode()


def test_the_book_lists_open_and_past(
    cast: Cast, browser: Browser, django_assert_max_num_queries: Callable[..., object]
) -> None:
    client = browser("auditor")
    assert client.get(BOOK).status_code == 200
    alarms = ring(cast, count=3)
    alarms[0].acknowledged_at = NOW + timedelta(minutes=3)
    alarms[0].acknowledged_by = cast.lead.user
    alarms[0].save()
    text = client.get(BOOK).content.decode()
    assert "3 分钟" in text
    assert "已等待" in text
    assert alarms[0].ticket.number not in client.get(f"{BOOK}?answered=no").content.decode()
    with django_assert_max_num_queries(14):  # type: ignore[attr-defined]
        client.get(BOOK)
    assert client.get(f"{BOOK}{alarms[0].pk}/change/").status_code == 200
    assert client.post(f"{BOOK}{alarms[0].pk}/delete/").status_code == 403
