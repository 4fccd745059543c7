from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from dispatch.console import bulk
from dispatch.enums import AuditAction, TicketAction, TicketStatus
from dispatch.models import AuditRecord, Ticket
from tests.dispatch.factories import Cast, make_ticket

Browser = Callable[[str], Client]
LIST = "admin:dispatch_ticket_changelist"


def url_of(action: TicketAction) -> str:
    return reverse("admin:dispatch_ticket_bulk", args=(action,))


def carry_out(client: Client, url: str, data: dict[str, Any]) -> Any:
    """Preview, then confirm exactly that."""
    seen = client.post(url, data)
    assert seen.status_code == 200
    seal = seen.context["previewed"]
    return client.post(url, {**data, "step": "confirm", "previewed": seal})


def chosen(*tickets: Ticket) -> str:
    return ",".join(f"{ticket.pk}:{ticket.version}" for ticket in tickets)


def dispatch_input(cast: Cast, *tickets: Ticket) -> dict[str, Any]:
    return {
        "version": 0,
        "chosen": chosen(*tickets),
        "category": cast.category.pk,
        "urgency": "P1",
        "lead_department": cast.sanitation.pk,
    }


def test_it_works(browser: Browser, cast: Cast) -> None:
    now = timezone.now()
    first, second = make_ticket(cast=cast, now=now), make_ticket(cast=cast, now=now)
    gone = make_ticket(TicketStatus.DISPATCHED, cast=cast, now=now)
    client = browser("dispatcher")
    picked = client.post(
        reverse(LIST) + "?queue=all",
        {"action": "bulk_dispatch", "_selected_action": [first.pk, second.pk, gone.pk]},
    )
    assert picked.status_code == 302
    form = client.get(picked["Location"])
    assert [row["number"] for row in form.context["tickets"]] == [
        first.number,
        second.number,
        gone.number,
    ]
    done = carry_out(client, picked["Location"], dispatch_input(cast, first, second, gone))

    refusals = {row.number: row.refusal for row in done.context["results"]}
    assert refusals[first.number] == refusals[second.number] == ""
    assert "待签收" in refusals[gone.number]
    assert (done.context["done"], done.context["refused"]) == (2, 1)
    for ticket in (first, second):
        stored = Ticket.objects.get(pk=ticket.pk)
        assert (stored.status, stored.urgency) == (TicketStatus.DISPATCHED, "P1")


def test_it_merges_many_into_one(browser: Browser, cast: Cast) -> None:
    now = timezone.now()
    first, second, target = (make_ticket(cast=cast, now=now) for _ in range(3))
    data = {
        "version": 0,
        "chosen": chosen(first, second, target),
        "target_ticket": target.number,
    }
    done = carry_out(browser("lead"), url_of(TicketAction.MERGE), data)

    refusals = {row.number: row.refusal for row in done.context["results"]}
    assert refusals == {first.number: "", second.number: "", target.number: refusals[target.number]}
    assert refusals[target.number]
    assert Ticket.objects.get(pk=target.pk).report_count == 3


def test_it_refuses_what_has_changed_since(browser: Browser, cast: Cast) -> None:
    ticket = make_ticket(cast=cast, now=timezone.now())
    data = {**dispatch_input(cast, ticket), "chosen": f"{ticket.pk}:{ticket.version + 5}"}
    done = carry_out(browser("dispatcher"), url_of(TicketAction.DISPATCH), data)
    assert "刚被其他人处理过" in done.context["results"][0].refusal


def test_it_validates_input(browser: Browser, cast: Cast) -> None:
    ticket = make_ticket(cast=cast, now=timezone.now())
    client = browser("dispatcher")
    for changes in ({"category": ""}, {"chosen": "x"}, {"chosen": ""}, {"chosen": "1:2:3"}):
        data = {**dispatch_input(cast, ticket), **changes}
        assert client.post(url_of(TicketAction.DISPATCH), data).status_code == 400
    assert (
        client.get(f"{url_of(TicketAction.DISPATCH)}?ids=x,,9999999999999999999999").status_code
        == 200
    )
    assert client.get(reverse("admin:dispatch_ticket_bulk", args=("accept",))).status_code == 404
    assert Ticket.objects.get(pk=ticket.pk).status == TicketStatus.ASSESSING


def test_it_offers_no_bulk_action_to_a_department(browser: Browser, cast: Cast) -> None:
    make_ticket(TicketStatus.HANDLING, cast=cast, now=timezone.now())
    page = browser("sanitation").get(reverse(LIST) + "?queue=handling").content.decode()
    assert "批量派单" not in page
    assert "批量办理" not in page
    for code in bulk.KINDS:
        url = reverse("admin:dispatch_ticket_bulk", args=(code,))
        for username in ("sanitation", "sanitation_head", "verifier", "auditor"):
            assert browser(username).get(url).status_code == 403


def test_it_foresees_each_ticket_and_changes_nothing(browser: Browser, cast: Cast) -> None:
    now = timezone.now()
    good = make_ticket(cast=cast, now=now)
    third = make_ticket(cast=cast, now=now)
    gone = make_ticket(TicketStatus.DISPATCHED, cast=cast, now=now)
    Ticket.objects.filter(pk=third.pk).update(dispatch_count=2)
    client = browser("dispatcher")
    url = url_of(TicketAction.DISPATCH)
    asked = client.get(f"{url}?ids={good.pk},{third.pk},{gone.pk}")
    seen = client.post(url, dispatch_input(cast, good, third, gone))
    for answer in (asked, seen):
        refusals = {row.ticket["number"]: row.refusal for row in answer.context["verdicts"]}
        assert refusals[good.number] == ""
        assert "第三次派单" in refusals[third.number]
        assert "待签收" in refusals[gone.number]
    # Fields matter, too: the lead department may not assist itself.
    doubled = {**dispatch_input(cast, good), "assisting": [cast.sanitation.pk]}
    assert "协办" in client.post(url, doubled).context["verdicts"][0].refusal
    assert Ticket.objects.get(pk=good.pk).version == good.version


def test_it_carries_out_only_what_was_foreseen(browser: Browser, cast: Cast) -> None:
    ticket = make_ticket(cast=cast, now=timezone.now())
    client, url = browser("dispatcher"), url_of(TicketAction.DISPATCH)
    data = dispatch_input(cast, ticket)
    seal = client.post(url, data).context["previewed"]
    for changes in (
        {"previewed": ""},
        {"previewed": seal, "urgency": "P2"},
        {"previewed": seal, "chosen": chosen(make_ticket(cast=cast))},
    ):
        again = client.post(url, {**data, "step": "confirm", **changes})
        assert again.context["results"] == ()
        assert again.context["previewed"]
    assert Ticket.objects.get(pk=ticket.pk).status == TicketStatus.ASSESSING
    client.post(url, {**data, "step": "confirm", "previewed": seal})
    assert Ticket.objects.get(pk=ticket.pk).status == TicketStatus.DISPATCHED
    record = AuditRecord.objects.get(action=AuditAction.BULK_ACTION)
    assert record.data == {"action": "dispatch", "done": 1, "refused": 0}


def test_it_reminds_units_and_supervises(browser: Browser, cast: Cast) -> None:
    now = timezone.now()
    theirs = make_ticket(TicketStatus.HANDLING, cast=cast, now=now)
    ours = make_ticket(cast=cast, now=now)
    remind = reverse("admin:dispatch_ticket_bulk", args=("remind",))
    data = {"version": 0, "chosen": chosen(theirs, ours), "note": "今天办完"}
    done = carry_out(browser("dispatcher"), remind, data)
    refusals = {row.number: row.refusal for row in done.context["results"]}
    assert refusals[theirs.number] == ""
    assert "不在承办单位" in refusals[ours.number]
    event = theirs.events.latest("seq")
    assert (event.action, event.note) == (TicketAction.NOTE, "【催办】今天办完")

    supervise = reverse("admin:dispatch_ticket_bulk", args=("supervise",))
    assert browser("dispatcher").get(supervise).status_code == 403
    theirs.refresh_from_db()
    data = {"version": 0, "chosen": chosen(theirs), "note": "限今日反馈"}
    carry_out(browser("lead"), supervise, data)
    theirs.refresh_from_db()
    assert theirs.supervised_at is not None


def test_it_takes_everything_the_filter_finds(
    browser: Browser, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = timezone.now()
    made = [make_ticket(cast=cast, now=now) for _ in range(3)]
    make_ticket(TicketStatus.HANDLING, cast=cast, now=now)
    client = browser("dispatcher")
    page = client.get(reverse(LIST) + "?queue=assessing")
    link = next(row["url"] for row in page.context["bulk_kinds"] if row["code"] == "dispatch")
    asked = client.get(link)
    assert {row["number"] for row in asked.context["tickets"]} == {row.number for row in made}
    assert not asked.context["capped"]
    monkeypatch.setattr(bulk, "MAX_BULK", 2)
    asked = client.get(link)
    assert len(asked.context["tickets"]) == 2
    assert "只列出前 2 件" in asked.content.decode()
    assert {row["code"] for row in page.context["bulk_kinds"]} == {"dispatch", "merge", "remind"}
