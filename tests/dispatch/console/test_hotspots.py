from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from dispatch.domain.lifecycle import perform
from dispatch.enums import TicketAction, TicketStatus
from dispatch.models import Hotspot, HotspotReport, Ticket
from tests.dispatch.factories import Cast, fields_for, make_report, make_resident, make_ticket

Browser = Callable[[str], Client]
ROOM = ("dispatcher", "lead", "verifier", "auditor")
OTHERS = ("sanitation", "sanitation_head", "enforcement", "administrator", "gridworker")


def make_hotspot(cast: Cast, *, people: int = 3, **extra: object) -> tuple[Hotspot, list[Ticket]]:
    now = timezone.now()
    values: dict[str, object] = {
        "title": "路灯不亮，晚上漆黑", "place_name": "三丰村", "category": cast.category,
        "lat": 30.31, "lng": 120.5, "radius_m": 80, "report_count": people,
        "resident_count": people, "recent_residents": 12, "previous_residents": 4,
        "growth_low": 3.1, "trend": "rising", "day_count": 3,
        "first_at": now - timedelta(days=9), "last_at": now, "refreshed_at": now,
    }  # fmt: skip
    hotspot = Hotspot.objects.create(**{**values, **extra})
    tickets = []
    for index in range(people):
        report = make_report(text="路灯不亮", resident=make_resident(f"h{index}"), now=now)
        tickets.append(make_ticket(cast=cast, report=report, now=now))
        HotspotReport.objects.create(hotspot=hotspot, report=report)
    return hotspot, tickets


def url_of(hotspot: Hotspot) -> str:
    return reverse("hotspot", args=(hotspot.pk,))


def test_it_works(browser: Browser, cast: Cast) -> None:
    hotspot, tickets = make_hotspot(cast)
    client = browser("dispatcher")
    listing = client.get(reverse("hotspots")).content.decode()
    assert "近 7 天 12 人反映三丰村的“路灯不亮，晚上漆黑”，上周 4 人" in listing
    assert "至少为前三周平均的 3.1 倍" in listing
    page = client.get(url_of(hotspot)).content.decode()
    for ticket in tickets:
        assert ticket.number in page
    assert "alice" not in page
    assert "h0" not in page


def test_it_says_when_there_is_none(browser: Browser) -> None:
    assert "近 28 天没有热点" in browser("lead").get(reverse("hotspots")).content.decode()


@pytest.mark.parametrize("username", ROOM + OTHERS)
def test_it_is_the_command_rooms(browser: Browser, cast: Cast, username: str) -> None:
    hotspot, _ = make_hotspot(cast)
    expected = 200 if username in ROOM else 403
    client = browser(username)
    assert client.get(reverse("hotspots")).status_code == expected
    page = client.get(url_of(hotspot))
    assert page.status_code == expected
    if username in {"dispatcher", "lead"}:
        assert 'id="xc-merge"' in page.content.decode()
    else:
        assert 'id="xc-merge"' not in page.content.decode()


def test_it_forbids_strangers(client: Client, cast: Cast) -> None:
    hotspot, _ = make_hotspot(cast)
    for url in (reverse("hotspots"), url_of(hotspot)):
        assert client.get(url).status_code == 302


def test_a_hotspot_of_yesterday_is_not_found(browser: Browser) -> None:
    assert browser("lead").get(reverse("hotspot", args=(999_999,))).status_code == 404
    assert browser("lead").get(reverse("hotspot", args=(10**30,))).status_code == 404


def test_confidential_tickets_are_not_listed(browser: Browser, cast: Cast) -> None:
    hotspot, tickets = make_hotspot(cast)
    Ticket.objects.filter(pk=tickets[0].pk).update(confidential=True)
    page = browser("lead").get(url_of(hotspot)).content.decode()
    assert tickets[0].number not in page
    assert tickets[1].number in page


def test_the_chosen_tickets_go_into_the_first(browser: Browser, cast: Cast) -> None:
    _, (first, second, third) = make_hotspot(cast)
    client = browser("dispatcher")
    bulk = reverse("admin:dispatch_ticket_bulk", args=("merge",))
    picked = [str(ticket.pk) for ticket in (second, third, first)]
    form = client.get(bulk, {"ids": picked, "target": [first.number]})
    assert [row["number"] for row in form.context["tickets"]] == [second.number, third.number]
    assert form.context["form"].initial["target_ticket"] == first.number
    chosen = form.context["form"].initial["chosen"]
    decision = {"version": 0, "chosen": chosen, "target_ticket": first.number}
    seen = client.post(bulk, decision).context["previewed"]
    done = client.post(bulk, {**decision, "step": "confirm", "previewed": seen})
    assert done.context["done"] == 2
    first.refresh_from_db()
    assert first.report_count == 3


def test_the_list_costs_the_same_for_many_rows(browser: Browser, cast: Cast) -> None:
    client = browser("lead")
    counts = []
    for _ in range(2):
        make_hotspot(cast, people=0)
        client.get(reverse("hotspots"))
        with CaptureQueriesContext(connection) as queries:
            client.get(reverse("hotspots"))
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_one_click_merges_into_a_lookalike(browser: Browser, cast: Cast) -> None:
    now = timezone.now()
    old = make_ticket(cast=cast, report=make_report(text="路口井盖不见了"), now=now)
    new = make_ticket(cast=cast, report=make_report(text="路口的井盖不见了"), now=now)
    client = browser("dispatcher")
    page = client.get(reverse("admin:dispatch_ticket_change", args=(new.pk,))).content.decode()
    assert f'data-merge="{old.number}"' in page
    url = reverse("admin:dispatch_ticket_action", args=(new.pk, "merge"))
    pressed = {"version": new.version, "target_ticket": old.number}
    assert client.post(url, pressed).status_code == 302
    new.refresh_from_db()
    assert (new.status, new.merged_into) == (TicketStatus.MERGED, old)
    # The second dispatcher, whose page still shows the button, is told what happened.
    late = browser("lead").post(url, pressed)
    assert late.status_code == 409
    assert new.events.filter(action=TicketAction.MERGE).count() == 1


def test_one_click_on_an_old_page_is_refused(browser: Browser, cast: Cast) -> None:
    now = timezone.now()
    old, new = make_ticket(cast=cast, now=now), make_ticket(cast=cast, now=now)
    url = reverse("admin:dispatch_ticket_action", args=(new.pk, "merge"))
    seen = new.version
    perform(
        new.pk, TicketAction.NOTE, actor=cast.lead, now=now,
        fields=fields_for(TicketAction.NOTE, cast),
    )  # fmt: skip
    answer = browser("dispatcher").post(url, {"version": seen, "target_ticket": old.number})
    assert answer.status_code == 409
    new.refresh_from_db()
    assert new.status == TicketStatus.ASSESSING


@pytest.mark.parametrize("username", ["verifier", "auditor", "sanitation"])
def test_others_get_no_merge_button(browser: Browser, cast: Cast, username: str) -> None:
    now = timezone.now()
    old = make_ticket(TicketStatus.DISPATCHED, cast=cast, now=now)
    new = make_ticket(TicketStatus.DISPATCHED, cast=cast, now=now)
    client = browser(username)
    page = client.get(reverse("admin:dispatch_ticket_change", args=(new.pk,))).content.decode()
    assert "data-merge" not in page
    url = reverse("admin:dispatch_ticket_action", args=(new.pk, "merge"))
    client.post(url, {"version": new.version, "target_ticket": old.number})
    new.refresh_from_db()
    assert new.status == TicketStatus.DISPATCHED


def test_unlike_and_confidential_neighbours_offer_no_merge(browser: Browser, cast: Cast) -> None:
    now = timezone.now()
    unlike = make_ticket(cast=cast, report=make_report(text="我爸养老保险怎么补缴"), now=now)
    secret = make_ticket(cast=cast, report=make_report(text="路口井盖不见了"), now=now)
    Ticket.objects.filter(pk=secret.pk).update(confidential=True)
    new = make_ticket(cast=cast, report=make_report(text="路口的井盖不见了"), now=now)
    page = browser("lead").get(reverse("admin:dispatch_ticket_change", args=(new.pk,)))
    html = page.content.decode()
    assert unlike.number in html
    assert "data-merge" not in html
