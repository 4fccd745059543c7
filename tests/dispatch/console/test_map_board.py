"""The map board's data: row scope, masking, one query, and nothing sent twice."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from dispatch.domain.lifecycle import perform
from dispatch.domain.timers import deal_cards
from dispatch.enums import TicketAction, TicketStatus
from dispatch.models import Staff, Ticket
from dispatch.queries import map_board
from tests.dispatch.factories import NOW, Cast, fields_for, make_ticket

Browser = Callable[[str], Client]


def rows_of(client: Client) -> list[dict[str, Any]]:
    data = client.get(reverse("map-data")).json()
    return [dict(zip(data["columns"], row, strict=True)) for row in data["rows"]]


def test_it_works(browser: Browser, cast: Cast) -> None:
    ticket = make_ticket(TicketStatus.HANDLING, cast=cast)
    client = browser("dispatcher")
    page = client.get(reverse("map"))
    assert page.status_code == 200
    assert "vendor/leaflet/markercluster.js" in page.content.decode()
    row = rows_of(client)[0]
    assert (row["number"], row["status"], row["lat"]) == (ticket.number, "handling", 30.31)
    assert ticket.next_due_at is not None
    assert row["next_due_at"] == int(ticket.next_due_at.timestamp() // 60)
    grids = client.get(reverse("map-grids")).json()["grids"]
    assert [grid["name"] for grid in grids] == ["示例网格"]


def test_a_card_is_told_and_changes_the_mark(browser: Browser, cast: Cast) -> None:
    ticket = make_ticket(TicketStatus.HANDLING, cast=cast)
    client = browser("lead")
    first = client.get(reverse("map-data"))
    assert rows_of(client)[0]["card"] == ""
    assert ticket.due_at is not None
    assert deal_cards(now=ticket.due_at) == 1
    mark = {"If-None-Match": first["ETag"]}
    assert client.get(reverse("map-data"), headers=mark).status_code == 200
    assert rows_of(client)[0]["card"] == "red"


def test_only_open_tickets(browser: Browser, cast: Cast) -> None:
    for status in (TicketStatus.CLOSED, TicketStatus.REJECTED, TicketStatus.AWAITING_RATING):
        make_ticket(status, cast=cast)
    assert rows_of(browser("lead")) == []


def test_a_department_sees_what_stands_in_its_queue(browser: Browser, cast: Cast) -> None:
    kept = make_ticket(TicketStatus.HANDLING, cast=cast)
    returned = make_ticket(TicketStatus.DISPATCHED, cast=cast)
    make_ticket(cast=cast)
    fields = fields_for(TicketAction.RETURN, cast)
    perform(returned.pk, TicketAction.RETURN, actor=cast.head, now=NOW, fields=fields)
    assert [row["pk"] for row in rows_of(browser("sanitation"))] == [kept.pk]
    assert rows_of(browser("enforcement")) == []
    assert len(rows_of(browser("auditor"))) == 3


@pytest.mark.parametrize("name", ["map", "map-data", "map-grids"])
@pytest.mark.parametrize("username", ["seatless", "administrator"])
def test_it_is_closed_to_others(browser: Browser, name: str, username: str) -> None:
    Staff.objects.create(username="seatless", is_staff=True)
    assert browser(username).get(reverse(name)).status_code == 403
    assert Client().get(reverse(name)).status_code == 302


def test_a_telephone_in_a_title_is_masked(browser: Browser, cast: Cast) -> None:
    ticket = make_ticket(cast=cast)
    Ticket.objects.filter(pk=ticket.pk).update(title="打13812345678找我")
    assert "13812345678" not in browser("lead").get(reverse("map-data")).content.decode()


def test_it_is_sent_once_and_again_after_a_change(browser: Browser, cast: Cast) -> None:
    ticket = make_ticket(TicketStatus.DISPATCHED, cast=cast)
    client = browser("lead")
    first = client.get(reverse("map-data"))
    mark = {"If-None-Match": first["ETag"]}
    assert client.get(reverse("map-data"), headers=mark).status_code == 304
    # Another person's mark is no answer for this one.
    assert browser("dispatcher").get(reverse("map-data"), headers=mark).status_code == 200
    perform(ticket.pk, TicketAction.ACCEPT, actor=cast.handler, now=NOW)
    assert client.get(reverse("map-data"), headers=mark).status_code == 200
    assert "private" in first["Cache-Control"]


def test_it_is_compressed(browser: Browser, cast: Cast) -> None:
    for _ in range(3):
        make_ticket(cast=cast)
    answer = browser("lead").get(reverse("map-data"), headers={"Accept-Encoding": "gzip"})
    assert answer["Content-Encoding"] == "gzip"
    assert len(json.loads(gzip.decompress(answer.content))["rows"]) == 3


def test_too_many_are_cut_off_and_said(
    browser: Browser, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        make_ticket(cast=cast)
    monkeypatch.setattr(map_board, "CAP", 2)
    monkeypatch.setattr("dispatch.console.map_rows.CAP", 2)
    data = browser("lead").get(reverse("map-data")).json()
    assert (len(data["rows"]), data["capped"], data["cap"]) == (2, True, 2)
    newest = Ticket.objects.order_by("-pk").values_list("pk", flat=True)
    assert data["rows"][0][0] == newest[0]


@pytest.mark.parametrize("name", ["map", "map-data"])
def test_queries_do_not_grow(browser: Browser, cast: Cast, name: str) -> None:
    client, counts = browser("sanitation"), []
    for wanted in (1, 3):
        while Ticket.objects.count() < wanted:
            make_ticket(TicketStatus.HANDLING, cast=cast)
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse(name))
        counts.append(len(queries))
    assert counts[0] == counts[1]
