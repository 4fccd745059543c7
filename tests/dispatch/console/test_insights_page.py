"""The page of insights: who reads it, putting one away, the queue behind a warning."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from dispatch.domain.insights import Finding, keep_insights
from dispatch.enums import InsightKind, TicketStatus
from dispatch.models import Insight
from tests.dispatch.factories import Cast, make_category, make_report, make_ticket

Browser = Callable[[str], Client]
KINDS = tuple(InsightKind)
SCOPE = {
    "first": "2026-11-01",
    "last": "2026-11-28",
    "category_ids": [7],
    "department_ids": None,
    "grid_ids": None,
}


def make_insights(*findings: dict[str, Any]) -> None:
    values: dict[str, Any] = {
        "kind": InsightKind.SLOW_STEP,
        "text": "城建办的工单从派单到签收平均 9.5 小时，是其他单位的 2.3 倍（近 28 天 23 件）",
        "advice": "提醒专人每天早晚各看一次待签收",
        "strength": 0.5,
        "certainty": "fair",
        "scope": SCOPE,
        "figures": {},
        "evidence": [{"label": "离开“待签收”", "figure": "wait_dispatched", "scope": SCOPE}],
    }
    found = [
        Finding(**{**values, "key": f"k{index}", **extra}) for index, extra in enumerate(findings)
    ]
    keep_insights(found, kinds=KINDS, now=timezone.now())


def test_it_works(browser: Browser) -> None:
    make_insights({}, {"kind": InsightKind.LATE_QUEUE, "text": "环卫所要超期"})
    client = browser("dispatcher")
    page = client.get(reverse("insights")).content.decode()
    assert "是其他单位的 2.3 倍" in page
    assert "环卫所要超期" in page
    assert "把握：一般" in page
    assert "figure=wait_dispatched&amp;first=2026-11-01" in page
    only = client.get(reverse("insights"), {"kind": "late_queue"}).content.decode()
    assert "是其他单位的 2.3 倍" not in only
    assert client.get(reverse("insights"), {"kind": "\x00' or 1"}).status_code == 200


def test_it_says_when_there_is_nothing(browser: Browser) -> None:
    client = browser("lead")
    assert "现在没有要提醒的" in client.get(reverse("insights")).content.decode()
    page = client.get(reverse("insights"), {"kind": "slow_step"}).content.decode()
    assert "现在没有这一类" in page


def test_a_head_reads_and_puts_away_the_own_only(browser: Browser, cast: Cast) -> None:
    make_insights(
        {"department_id": cast.sanitation.pk, "text": "环卫所慢了"}, {"text": "全街道慢了"}
    )
    own, general = Insight.objects.order_by("key")
    client = browser("sanitation_head")
    page = client.get(reverse("insights")).content.decode()
    assert "环卫所慢了" in page
    assert "全街道慢了" not in page
    assert "环卫所慢了" not in browser("enforcement_head").get(reverse("insights")).content.decode()
    reason = {"reason": "已知"}
    assert client.post(reverse("insight-dismiss", args=(general.pk,)), reason).status_code == 404
    assert client.post(reverse("insight-dismiss", args=(own.pk,)), reason).status_code == 302
    own.refresh_from_db()
    assert own.dismissed_reason == "已知"


@pytest.mark.parametrize("username", ["sanitation", "gridworker", "security", "enforcement"])
def test_it_forbids_others(browser: Browser, username: str) -> None:
    make_insights({})
    pk = Insight.objects.get().pk
    client = browser(username)
    assert client.get(reverse("insights")).status_code == 403
    assert client.post(reverse("insight-dismiss", args=(pk,)), {"reason": "x"}).status_code == 403


@pytest.mark.parametrize("username", ["auditor", "verifier", "administrator"])
def test_who_only_looks_puts_nothing_away(browser: Browser, username: str) -> None:
    make_insights({})
    pk = Insight.objects.get().pk
    client = browser(username)
    assert "不再提示…" not in client.get(reverse("insights")).content.decode()
    assert client.post(reverse("insight-dismiss", args=(pk,)), {"reason": "x"}).status_code == 403


def test_putting_away_and_back(browser: Browser) -> None:
    make_insights({})
    row, client = Insight.objects.get(), browser("dispatcher")
    away, back = (reverse(name, args=(row.pk,)) for name in ("insight-dismiss", "insight-restore"))
    assert client.get(away).status_code == 405
    said = client.post(away, {"reason": " "}, follow=True).content.decode()
    assert "请写明不再提示的原因" in said
    client.post(away, {"reason": "<b>已知</b>"})
    assert "2.3 倍" not in client.get(reverse("insights")).content.decode()
    page = client.get(reverse("insights"), {"dismissed": "1"}).content.decode()
    assert "&lt;b&gt;已知&lt;/b&gt;" in page
    assert (
        "已经结束，或刚刚被别人改动"
        in client.post(away, {"reason": "x"}, follow=True).content.decode()
    )
    client.post(back)
    assert "2.3 倍" in client.get(reverse("insights")).content.decode()


def test_its_queries_do_not_grow(browser: Browser) -> None:
    client, counts = browser("lead"), []
    for rows in (1, 3):
        make_insights(*({} for _ in range(rows)))
        client.get(reverse("insights"))
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("insights"))
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_the_queue_behind_a_warning(browser: Browser, cast: Cast) -> None:
    now = timezone.now() - timedelta(minutes=5)
    report = make_report(text="垃圾没人清，电话 13812345678", now=now)
    ticket = make_ticket(TicketStatus.HANDLING, cast=cast, report=report, now=now)
    url = reverse("insight-queue", args=(cast.sanitation.pk,))
    page = browser("lead").get(url).content.decode()
    assert ticket.number in page
    assert "13812345678" not in page
    assert ticket.number in browser("sanitation_head").get(url).content.decode()
    assert browser("enforcement_head").get(url).status_code == 404
    assert browser("sanitation").get(url).status_code == 403
    unseen = browser("administrator").get(url).content.decode()
    assert ticket.number not in unseen
    assert "另有 1 件计入，您不能查看" in unseen
    assert browser("lead").get(reverse("insight-queue", args=(987_654,))).status_code == 404


def test_a_confidential_ticket_shows_neither_title_nor_place(browser: Browser, cast: Cast) -> None:
    now = timezone.now() - timedelta(minutes=5)
    ticket = make_ticket(TicketStatus.HANDLING, cast=cast, now=now)
    secret = make_category("0202", name="涉赌线索", confidential=True)
    type(ticket).objects.filter(pk=ticket.pk).update(confidential=True, category=secret)
    page = (
        browser("lead").get(reverse("insight-queue", args=(cast.sanitation.pk,))).content.decode()
    )
    assert ticket.number in page
    assert ticket.title not in page
    assert "涉赌线索" not in page
