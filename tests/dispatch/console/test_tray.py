from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from dispatch.domain.fields import Fields
from dispatch.domain.lifecycle import perform
from dispatch.enums import TicketAction, TicketStatus
from dispatch.models import Staff, Ticket, TicketSeen
from tests.dispatch.factories import Cast, make_ticket

Browser = Callable[[str], Client]


def html_of(client: Client, url: str, **query: Any) -> str:
    response = client.get(url, query)
    assert response.status_code == 200
    return response.content.decode()


def colleagues(client: Client, ticket: Ticket, words: str = "") -> list[str]:
    answer = client.get(reverse("colleagues", args=(ticket.pk,)), {"q": words})
    assert answer.status_code == 200
    return [row["token"] for row in answer.json()["colleagues"]]


def make_here(status: TicketStatus, cast: Cast) -> Ticket:
    return make_ticket(status, cast=cast, now=timezone.now())


def note(ticket: Ticket, cast: Cast, text: str) -> None:
    fields = Fields(note=text)
    perform(ticket.pk, TicketAction.NOTE, actor=cast.dispatcher, now=timezone.now(), fields=fields)


def test_it_works(browser: Browser, cast: Cast) -> None:
    ticket = make_here(TicketStatus.DISPATCHED, cast)
    client = browser("sanitation")
    html = html_of(client, reverse("tray"))
    assert ticket.number in html
    assert 'aria-label="未读"' in html
    assert "全部标为已读" in html

    html_of(client, reverse("admin:dispatch_ticket_change", args=(ticket.pk,)))
    assert ticket.number not in html_of(client, reverse("tray"))
    html = html_of(client, reverse("tray"), tab="dispatched")
    assert ticket.number in html
    assert 'aria-label="未读"' not in html


def test_one_tap_signs(browser: Browser, cast: Cast) -> None:
    ticket = make_here(TicketStatus.DISPATCHED, cast)
    client = browser("sanitation")
    url = reverse("admin:dispatch_ticket_action", args=(ticket.pk, "accept"))
    assert f'action="{url}"' in html_of(client, reverse("tray"))
    client.post(url, {"version": ticket.version})
    ticket.refresh_from_db()
    assert ticket.status == TicketStatus.HANDLING


def test_an_assisting_department_gets_no_button(browser: Browser, cast: Cast) -> None:
    ticket = make_here(TicketStatus.DISPATCHED, cast)
    ticket.assignments.create(
        department=cast.enforcement, kind="assist", assigned_at=timezone.now()
    )
    html = html_of(browser("enforcement"), reverse("tray"))
    assert ticket.number in html
    assert "/do/accept/" not in html


def test_everything_is_marked_as_read(browser: Browser, cast: Cast) -> None:
    make_here(TicketStatus.DISPATCHED, cast)
    client = browser("sanitation")
    assert client.get(reverse("tray-read-all")).status_code == 405
    response = client.post(reverse("tray-read-all"), follow=True)
    assert "已将 1 件工单标为已读" in response.content.decode()
    assert "都看过了" in html_of(client, reverse("tray"))


@pytest.mark.parametrize("username", ["administrator", "gridworker"])
def test_it_is_not_for_who_has_no_cases(browser: Browser, username: str) -> None:
    client = browser(username)
    assert client.get(reverse("tray")).status_code in {403, 200}
    if username == "administrator":
        assert client.get(reverse("tray")).status_code == 403
        assert client.post(reverse("tray-read-all")).status_code == 403


def test_it_wants_a_login(client: Client, cast: Cast) -> None:
    ticket = make_here(TicketStatus.DISPATCHED, cast)
    for url in (reverse("tray"), reverse("colleagues", args=(ticket.pk,))):
        assert client.get(url).status_code == 302


@pytest.mark.parametrize("query", ["?tab=nothing", "?tab=mentions&before=abc", "?tab=%00"])
def test_it_handles_bad_input(browser: Browser, cast: Cast, query: str) -> None:
    assert browser("sanitation").get(reverse("tray") + query).status_code == 200


def test_the_other_department_sees_nothing(browser: Browser, cast: Cast) -> None:
    ticket = make_here(TicketStatus.DISPATCHED, cast)
    client = browser("enforcement")
    for tab in ("unread", "soon", "dispatched", "handling", "mentions"):
        assert ticket.number not in html_of(client, reverse("tray"), tab=tab)
    assert client.get(reverse("colleagues", args=(ticket.pk,))).status_code == 404


def test_the_command_room_finds_what_names_it(browser: Browser, cast: Cast) -> None:
    ticket = make_here(TicketStatus.HANDLING, cast)
    note(ticket, cast, "@lead 请定 <b>13812345678</b>")
    html = html_of(browser("lead"), reverse("tray"))
    assert '<b class="xc-mention">@lead</b> 请定 &lt;b&gt;138****5678&lt;/b&gt;' in html
    assert "全部标为已读" not in html


def test_the_named_are_highlighted_in_the_ledger(browser: Browser, cast: Cast) -> None:
    ticket = make_here(TicketStatus.HANDLING, cast)
    note(ticket, cast, "第一行\n@sanitation 看 <script>")
    html = html_of(
        browser("sanitation"), reverse("admin:dispatch_ticket_change", args=(ticket.pk,))
    )
    assert '第一行<br><b class="xc-mention">@sanitation</b> 看 &lt;script&gt;' in html


def test_who_is_offered_behind_the_at(browser: Browser, cast: Cast) -> None:
    ticket = make_here(TicketStatus.HANDLING, cast)
    room = {"dispatcher", "lead", "verifier", "auditor"}
    assert set(colleagues(browser("dispatcher"), ticket)) == (
        room - {"dispatcher"} | {"sanitation", "sanitation_head"}
    )
    assert set(colleagues(browser("sanitation"), ticket)) == room | {"sanitation_head"}
    assert colleagues(browser("dispatcher"), ticket, "sanitation_h") == ["sanitation_head"]
    assert colleagues(browser("dispatcher"), ticket, "没有\x00") == []

    ticket.assignments.create(
        department=cast.enforcement, kind="assist", assigned_at=timezone.now()
    )
    assert "enforcement" in colleagues(browser("dispatcher"), ticket)
    assert "enforcement" not in colleagues(browser("sanitation"), ticket)


def test_namesakes_are_offered_by_account(browser: Browser, cast: Cast) -> None:
    ticket = make_here(TicketStatus.HANDLING, cast)
    Staff.objects.filter(username__in=["lead", "sanitation"]).update(display_name="张伟")
    assert sorted(colleagues(browser("dispatcher"), ticket, "张")) == ["lead", "sanitation"]


def test_a_refused_mention_stays_on_the_form(browser: Browser, cast: Cast) -> None:
    ticket = make_here(TicketStatus.HANDLING, cast)
    url = reverse("admin:dispatch_ticket_action", args=(ticket.pk, "note"))
    client = browser("sanitation")
    assert "data-mentions-url" in html_of(client, url)
    response = client.post(url, {"version": ticket.version, "note": "@enforcement 请看"})
    assert response.status_code == 400
    html = response.content.decode()
    assert "“enforcement”没有查看这张工单的权限" in html
    assert "@enforcement 请看</textarea>" in html


@pytest.mark.parametrize(
    ("url", "query"),
    [
        ("tray", {"tab": "unread"}),
        ("tray", {"tab": "handling"}),
        ("tray", {"tab": "mentions"}),
        ("admin:index", {}),
        ("admin:dispatch_ticket_changelist", {"queue": "handling"}),
    ],
)
def test_its_queries_do_not_grow(
    browser: Browser, cast: Cast, url: str, query: dict[str, str]
) -> None:
    client, counts = browser("sanitation"), []
    for rows in (1, 2):
        for _row in range(rows):
            note(make_here(TicketStatus.HANDLING, cast), cast, "@sanitation 看")
        html_of(client, reverse(url), **query)
        with CaptureQueriesContext(connection) as queries:
            html = html_of(client, reverse(url), **query)
        counts.append(len(queries))
        assert html.count("GD") >= rows
    assert counts[0] == counts[1]
    assert counts[0] <= 32


def test_the_landing_page_and_the_list_show_what_is_new(browser: Browser, cast: Cast) -> None:
    ticket = make_here(TicketStatus.DISPATCHED, cast)
    client = browser("sanitation")
    home = html_of(client, reverse("admin:index"))
    assert ticket.number in home
    assert 'data-tab="soon"' in home
    queue = html_of(client, reverse("admin:dispatch_ticket_changelist"), queue="dispatched")
    assert "1 未读" in queue
    assert 'class="xc-title xc-unread"' in queue
    room = html_of(browser("dispatcher"), reverse("admin:dispatch_ticket_changelist"))
    assert "未读" not in room
    assert 'data-tab="soon"' not in html_of(browser("dispatcher"), reverse("admin:index"))


def test_reading_the_page_again_writes_nothing(browser: Browser, cast: Cast) -> None:
    ticket = make_here(TicketStatus.HANDLING, cast)
    client = browser("sanitation")
    url = reverse("admin:dispatch_ticket_change", args=(ticket.pk,))
    html_of(client, url)
    assert TicketSeen.objects.get().version == ticket.version
    with CaptureQueriesContext(connection) as queries:
        html_of(client, url)
    written = ("INSERT", "UPDATE", "DELETE")
    assert not [row["sql"] for row in queries if row["sql"].startswith(written)]
