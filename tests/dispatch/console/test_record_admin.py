from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from dispatch.enums import TicketStatus
from tests.dispatch.console.test_ticket_page import make_run
from tests.dispatch.factories import Cast, make_ticket

Browser = Callable[[str], Client]
PAGES = ("reports_report", "dispatch_triagerun", "dispatch_ticketevent")


def test_it_works(browser: Browser, cast: Cast) -> None:
    ticket = make_ticket(TicketStatus.HANDLING, cast=cast, now=timezone.now())
    run = make_run(ticket)
    report = ticket.ticket_reports.get().report
    event = ticket.events.order_by("-seq").first()
    assert event is not None
    client = browser("auditor")
    for page, pk, words in (
        ("reports_report", report.pk, ticket.number),
        ("dispatch_triagerun", run.pk, "转人工研判"),
        ("dispatch_ticketevent", event.pk, "待签收 → 处置中"),
    ):
        listing = client.get(reverse(f"admin:{page}_changelist"))
        detail = client.get(reverse(f"admin:{page}_change", args=(pk,)))
        assert (listing.status_code, detail.status_code) == (200, 200)
        assert words in detail.content.decode()
        assert client.post(reverse(f"admin:{page}_change", args=(pk,)), {}).status_code == 403
        assert client.post(reverse(f"admin:{page}_delete", args=(pk,))).status_code == 403


@pytest.mark.parametrize("page", PAGES)
def test_it_finds_by_whole_number(browser: Browser, cast: Cast, page: str) -> None:
    ticket = make_ticket(cast=cast)
    make_run(ticket)
    number = ticket.number
    if page != "dispatch_ticketevent":
        number = ticket.ticket_reports.get().report.number
    url = reverse(f"admin:{page}_changelist")
    client = browser("lead")
    assert client.get(f"{url}?q={number.lower()}").context["cl"].result_count == 1
    assert client.get(f"{url}?q=无").context["cl"].result_count == 0


@pytest.mark.parametrize("page", PAGES)
def test_it_takes_the_same_queries_for_1_and_3_rows(
    browser: Browser, cast: Cast, page: str
) -> None:
    client = browser("lead")
    counts = []
    for more in (1, 2):
        for _ in range(more):
            make_run(make_ticket(TicketStatus.DISPATCHED, cast=cast, now=timezone.now()))
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse(f"admin:{page}_changelist"))
        counts.append(len(queries))
    assert counts[0] == counts[1]
