from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from dispatch.console.wording import count_text, due_text, span_text
from dispatch.enums import TicketStatus
from dispatch.models import Ticket
from tests.dispatch.factories import Cast, make_report, make_ticket

Browser = Callable[[str], Client]
LIST = "admin:dispatch_ticket_changelist"


def rows(client: Client, query: str = "") -> list[str]:
    response = client.get(f"{reverse(LIST)}?{query}")
    assert response.status_code == 200
    return [ticket.number for ticket in response.context["cl"].result_list]


def test_it_works(browser: Browser, cast: Cast) -> None:
    now = timezone.now()
    made = {
        status: make_ticket(status, cast=cast, now=now)
        for status in (
            TicketStatus.ASSESSING,
            TicketStatus.DISPATCHED,
            TicketStatus.HANDLING,
            TicketStatus.HANDLED,
            TicketStatus.SUSPENDED,
            TicketStatus.AWAITING_RATING,
        )
    }
    client = browser("dispatcher")

    for status, ticket in made.items():
        assert rows(client, f"queue={status}") == [ticket.number]
    assert rows(client) == [made[TicketStatus.ASSESSING].number]
    assert len(rows(client, "queue=all")) == len(made)


def test_it_puts_what_is_due_first_and_counts_what_is_overdue(browser: Browser, cast: Cast) -> None:
    now = timezone.now()
    late = make_ticket(cast=cast, now=now - timedelta(days=30))
    later = make_ticket(cast=cast, now=now - timedelta(days=20))
    fresh = make_ticket(cast=cast, now=now)
    client = browser("dispatcher")

    assert rows(client, "queue=assessing") == [late.number, later.number, fresh.number]
    assert rows(client, "queue=overdue") == [late.number, later.number]
    page = client.get(reverse(LIST))
    tabs = {tab["code"]: tab["count"] for tab in page.context["queue_tabs"]}
    assert (tabs["assessing"], tabs["overdue"], tabs["all"]) == ("3", "2", "")
    assert "超期" in page.content.decode()


def test_a_department_sees_its_own_queue(browser: Browser, cast: Cast) -> None:
    ticket = make_ticket(TicketStatus.DISPATCHED, cast=cast, now=timezone.now())
    make_ticket(cast=cast, now=timezone.now())

    assert rows(browser("sanitation"), "queue=dispatched") == [ticket.number]
    assert rows(browser("sanitation"), "queue=all") == [ticket.number]
    assert rows(browser("enforcement"), "queue=all") == []
    tabs = browser("sanitation").get(reverse(LIST)).context["queue_tabs"]
    assert "assessing" not in {tab["code"] for tab in tabs}


def test_it_finds_by_number_and_title(browser: Browser, cast: Cast) -> None:
    report = make_report(text="路灯坏了三天")
    ticket = make_ticket(cast=cast, report=report)
    make_ticket(cast=cast)
    client = browser("dispatcher")

    assert rows(client, f"q={ticket.number.lower()}") == [ticket.number]
    assert rows(client, f"q={report.number}") == [ticket.number]
    assert rows(client, "q=路灯") == [ticket.number]
    assert rows(client, "queue=handled&q=路灯") == [ticket.number]
    assert rows(client, "q=没有这样的词") == []


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("status__exact=assessing", 1),
        ("status__exact=closed", 0),
        ("urgency__exact=P2", 1),
        ("urgency__exact=P0", 0),
        ("auto_dispatched__exact=0", 1),
        ("auto_dispatched__exact=1", 0),
        ("top=999999", 0),
        ("top=nonsense", 1),
        ("opened_at_from=2000-01-01", 1),
        ("opened_at_from=2999-01-01", 0),
        ("opened_at_to=2000-01-01", 0),
        ("opened_at_to=2999-01-01", 1),
        ("opened_at_from=2026-02-31", 1),
        ("opened_at_from=yesterday", 1),
    ],
)
def test_it_filters(browser: Browser, cast: Cast, query: str, found: int) -> None:
    make_ticket(cast=cast, now=timezone.now())
    assert len(rows(browser("dispatcher"), f"queue=all&{query}")) == found


@pytest.mark.parametrize("query", ["queue=nonsense", "p=999", "o=1.-2", "p=x", "queue="])
def test_it_handles_addresses_typed_by_hand(browser: Browser, cast: Cast, query: str) -> None:
    make_ticket(cast=cast)
    assert browser("dispatcher").get(f"{reverse(LIST)}?{query}").status_code in {200, 302}


@pytest.mark.parametrize("username", ["dispatcher", "sanitation"])
def test_it_takes_the_same_queries_for_1_and_3_rows(
    browser: Browser, cast: Cast, username: str
) -> None:
    counts = []
    client = browser(username)
    for more in (1, 2):
        for _ in range(more):
            make_ticket(TicketStatus.HANDLING, cast=cast, now=timezone.now())
        with CaptureQueriesContext(connection) as queries:
            assert len(rows(client, "queue=handling")) == Ticket.objects.count()
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert counts[0] <= 22


def test_it_says_numbers_and_spans_in_few_words() -> None:
    now = timezone.now()
    assert count_text(12, 1000) == "12"
    assert count_text(1000, 1000) == "999+"
    assert span_text(timedelta(seconds=30)) == "不到 1 分钟"
    assert span_text(timedelta(minutes=25)) == "25 分钟"
    assert span_text(timedelta(hours=5, minutes=2)) == "5 小时 2 分"
    assert span_text(timedelta(days=3, hours=4)) == "3 天 4 小时"
    assert span_text(timedelta(days=3)) == "3 天"
    assert due_text(now + timedelta(days=1), now=now) == "剩 1 天"
    assert due_text(now - timedelta(hours=2), now=now) == "超期 2 小时 0 分"
    assert due_text(None, now=now) == ""
