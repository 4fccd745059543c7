"""Bell, inbox, preferences: one's own messages, within one's present rights."""

from __future__ import annotations

from collections.abc import Callable
from datetime import time

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from dispatch.domain.notifications import notify_staff
from dispatch.enums import NotificationKind, TicketStatus
from dispatch.models import Assignment, Notification, NotificationPreference, Staff
from tests.dispatch.factories import Cast, make_ticket

Browser = Callable[[str], Client]
INBOX = reverse("inbox")


def tell(cast: Cast, key: str, *, status: TicketStatus = TicketStatus.DISPATCHED) -> Notification:
    user_id = cast.handler.user_id or 0
    ticket = make_ticket(status, cast=cast, now=timezone.now())
    notify_staff(
        NotificationKind.MENTION, users=[user_id], ticket=ticket, text="请看", now=timezone.now(),
        key=key,
    )  # fmt: skip
    return Notification.objects.get(key=f"{key}/inbox/{user_id}")


def test_it_works(browser: Browser, cast: Cast) -> None:
    row, client = tell(cast, "a"), browser("sanitation")
    page = client.get(INBOX).content.decode()
    assert row.text in page
    assert "未读" in page
    assert 'id="xc-bell"' in page
    opened = client.get(reverse("inbox-open", args=(row.pk,)))
    assert opened["Location"] == reverse("admin:dispatch_ticket_change", args=(row.ticket_id,))
    row.refresh_from_db()
    assert row.read_at is not None


def test_the_bell_is_on_every_page(browser: Browser) -> None:
    client = browser("administrator")
    for name in ("index", "dispatch_department_changelist", "dispatch_department_add"):
        page = client.get(reverse(f"admin:{name}")).content.decode()
        assert page.count('id="xc-bell"') == 1, name
    assert 'id="xc-bell"' not in Client().get(reverse("admin:login")).content.decode()


def test_the_feed_counts_and_says_when_nothing_is_new(browser: Browser, cast: Cast) -> None:
    client = browser("sanitation")
    tell(cast, "a")
    answer = client.get(reverse("inbox-feed"))
    assert answer.json() == {"unread": "1"}
    again = client.get(reverse("inbox-feed"), headers={"if-none-match": answer["ETag"]})
    assert again.status_code == 304
    tell(cast, "b")
    assert client.get(reverse("inbox-feed")).json() == {"unread": "2"}
    assert browser("lead").get(reverse("inbox-feed")).json() == {"unread": "0", "stuck": "0"}
    room = browser("dispatcher").get(reverse("alarm-feed")).json()
    assert room["notices"] == {"unread": "0"}


def test_nobody_reads_marks_or_opens_anothers(browser: Browser, cast: Cast) -> None:
    row, other = tell(cast, "a"), browser("enforcement")
    assert row.text not in other.get(INBOX).content.decode()
    assert other.get(reverse("inbox-open", args=(row.pk,))).status_code == 404
    other.post(reverse("inbox-read"), {"ids": [row.pk]})
    other.post(reverse("inbox-read"), {"all": "1"})
    row.refresh_from_db()
    assert row.read_at is None
    for name in ("inbox", "inbox-feed", "notice-preferences", "outbox"):
        assert Client().get(reverse(name)).status_code == 302


def test_a_ticket_out_of_reach_keeps_its_number_only(browser: Browser, cast: Cast) -> None:
    row = tell(cast, "a")
    Assignment.objects.all().delete()
    client = browser("sanitation")
    page = client.get(INBOX).content.decode()
    assert row.ticket is not None
    assert row.ticket.title not in page
    assert f"{row.ticket.number} 已不在您的权限范围内" in page
    opened = client.get(reverse("inbox-open", args=(row.pk,)), follow=True)
    assert "该工单已不在您的权限范围内" in opened.content.decode()
    assert row.ticket.title not in opened.content.decode()


def test_an_address_outside_is_not_gone_to(browser: Browser, cast: Cast) -> None:
    row = tell(cast, "a")
    Notification.objects.update(url="https://evil.example/")
    opened = browser("sanitation").get(reverse("inbox-open", args=(row.pk,)))
    assert "evil" not in opened["Location"]


def test_lines_are_marked_read_one_by_one_and_all_at_once(browser: Browser, cast: Cast) -> None:
    rows, client = [tell(cast, key) for key in "abc"], browser("sanitation")
    client.post(reverse("inbox-read"), {"ids": [rows[0].pk, "nonsense", "9" * 40]})
    assert Notification.objects.filter(read_at__isnull=False).count() == 1
    unread = client.get(INBOX, {"unread": "1"}).content.decode()
    assert rows[0].ticket is not None
    assert rows[0].ticket.number not in unread
    client.post(reverse("inbox-read"), {"all": "1"})
    assert "没有未读消息" in client.get(INBOX, {"unread": "1"}).content.decode()


def test_pages_go_by_key_and_bad_keys_show_the_first(browser: Browser, cast: Cast) -> None:
    first = tell(cast, "a")
    values = {"user_id": first.user_id, "kind": "system", "channel": "inbox", "state": "sent"}
    Notification.objects.bulk_create(
        Notification(key=f"k{index}", text=f"第{index}条", created_at=timezone.now(), **values)
        for index in range(31)
    )
    client = browser("sanitation")
    page = client.get(INBOX)
    assert [page.context["rows"][0]["text"], len(page.context["rows"])] == ["第30条", 30]
    older = client.get(INBOX, {"before": page.context["next_before"]})
    assert [row["text"] for row in older.context["rows"]] == ["第0条", first.text]
    for before in ("x", "-1", "9" * 30, "１"):
        assert client.get(INBOX, {"before": before}).context["rows"][0]["text"] == "第30条"


def test_the_list_costs_the_same_for_one_and_for_three(browser: Browser, cast: Cast) -> None:
    client, counts = browser("sanitation"), []
    for keys in ("a", "bc"):
        for key in keys:
            tell(cast, key)
        with CaptureQueriesContext(connection) as queries:
            client.get(INBOX)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_preferences_are_kept_and_alarms_stay(browser: Browser, cast: Cast) -> None:
    client, url = browser("sanitation"), reverse("notice-preferences")
    assert "特急警报（不能关闭）" in client.get(url).content.decode()
    client.post(
        url, {"email_kinds": ["card"], "quiet_from": "22:00", "quiet_to": "06:30"}, follow=True
    )
    row = NotificationPreference.objects.get(user=Staff.objects.get(username="sanitation"))
    assert row.email_kinds == ["alarm", "card"]
    assert (row.quiet_from, row.quiet_to, row.quiet_rest_days) == (time(22), time(6, 30), False)


@pytest.mark.parametrize(
    "data",
    [
        {"quiet_from": "22:00"},
        {"quiet_from": "22:00", "quiet_to": "22:00"},
        {"quiet_from": "25:00", "quiet_to": "06:00"},
        {"email_kinds": ["nonsense"]},
    ],
)
def test_wrong_preferences_are_said_and_not_kept(browser: Browser, data: dict[str, object]) -> None:
    answer = browser("sanitation").post(reverse("notice-preferences"), data)
    assert answer.status_code == 200
    assert "xc-error" in answer.content.decode()
    assert not NotificationPreference.objects.filter(user__username="sanitation").exists()
