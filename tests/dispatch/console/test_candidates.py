"""The two candidate buttons: filled form or one confirmation, by who may, once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from dispatch.domain.lifecycle import perform
from dispatch.enums import TicketAction as Act
from dispatch.enums import TicketStatus
from dispatch.models import CategoryDuty, Department, Ticket, TriageRun
from tests.dispatch.factories import Cast, fields_for
from tests.dispatch.summary.judged import LAMPS, do, lamps, triaged

Browser = Callable[[str], Client]


@pytest.fixture
def ticket(cast: Cast) -> Ticket:
    """A ticket triage was unsure of; both candidates have a duty."""
    opened = triaged(cast, auto=False, now=timezone.now(), confidence=0.6)
    duty = CategoryDuty.objects.create(category=cast.category, lead=cast.sanitation)
    duty.assisting.add(cast.enforcement)
    lamps().default_urgency = "P1"
    category = lamps()
    category.default_urgency = "P1"
    category.save()
    CategoryDuty.objects.create(category=category, lead=cast.enforcement)
    return opened


def page_of(client: Client, ticket: Ticket) -> Any:
    return client.get(reverse("admin:dispatch_ticket_change", args=(ticket.pk,)))


def dispatch_url(ticket: Ticket) -> str:
    return reverse("admin:dispatch_ticket_action", args=(ticket.pk, Act.DISPATCH))


def inputs_of(response: Any, key: int) -> dict[str, Any]:
    row = next(row for row in response.context["candidates"] if row["key"] == key)
    found: dict[str, Any] = {}
    for name, value in row["inputs"]:
        found.setdefault(name, []).append(value)
    return found


def test_one_confirmation_dispatches(browser: Browser, cast: Cast, ticket: Ticket) -> None:
    client = browser("dispatcher")
    response = page_of(client, ticket)
    html = response.content.decode()
    assert 'accesskey="1"' in html
    assert 'accesskey="2"' in html
    assert 'id="xc-confirm-2"' in html
    given = inputs_of(response, 2)
    assert given["urgency"] == ["P1"]  # the candidate's own default
    done = client.post(dispatch_url(ticket), given)

    assert done.status_code == 302
    stored = Ticket.objects.get(pk=ticket.pk)
    assert stored.status == TicketStatus.DISPATCHED
    assert stored.category == lamps()
    assert stored.lead_department == cast.enforcement
    event = stored.events.get(action=Act.DISPATCH)
    assert event.data["triage"]["pressed"] == 2
    assert event.data["triage"]["proposed"] == ["0401", LAMPS]
    assert "采用第二候选（按候选按钮派出）" in page_of(client, ticket).content.decode()


def test_the_first_carries_the_assisting_units(
    browser: Browser, cast: Cast, ticket: Ticket
) -> None:
    client = browser("lead")
    given = inputs_of(page_of(client, ticket), 1)
    assert given["assisting"] == [cast.enforcement.pk]
    assert client.post(dispatch_url(ticket), given).status_code == 302
    event = ticket.events.get(action=Act.DISPATCH)
    assert (event.data["triage"]["chosen"], event.data["triage"]["pressed"]) == (1, 1)


def test_the_filled_form_says_which_button(browser: Browser, cast: Cast, ticket: Ticket) -> None:
    client = browser("dispatcher")
    form = client.get(f"{dispatch_url(ticket)}?candidate=1").context["form"]
    assert form.initial["category"] == lamps().pk
    assert (form.initial["candidate"], form.initial["urgency"]) == (2, "P1")
    assert form.initial["lead_department"] == cast.enforcement.pk
    # Changed by hand afterwards: no button was taken, though the category is among the proposed.
    data = {
        "version": ticket.version,
        "candidate": 2,
        "category": cast.category.pk,
        "urgency": "P2",
        "lead_department": cast.sanitation.pk,
    }
    assert client.post(dispatch_url(ticket), data).status_code == 302
    event = ticket.events.get(action=Act.DISPATCH)
    assert (event.data["triage"]["chosen"], event.data["triage"]["pressed"]) == (1, 0)


@pytest.mark.parametrize("candidate", ["-1", "99", "x", "1" * 40])
def test_it_validates_the_button(browser: Browser, ticket: Ticket, candidate: str) -> None:
    client = browser("dispatcher")
    given = {**inputs_of(page_of(client, ticket), 1), "candidate": candidate}
    assert client.post(dispatch_url(ticket), given).status_code == 400
    assert Ticket.objects.get(pk=ticket.pk).version == ticket.version


def test_without_a_unit_the_button_opens_the_form(browser: Browser, ticket: Ticket) -> None:
    CategoryDuty.objects.all().delete()
    response = page_of(browser("dispatcher"), ticket)
    assert [row.get("inputs") for row in response.context["candidates"]] == [None, None]
    assert "xc-confirm-1" not in response.content.decode()
    assert f"{dispatch_url(ticket)}?candidate=0" in response.content.decode()


def test_a_unit_that_was_switched_off_is_not_offered(
    browser: Browser, cast: Cast, ticket: Ticket
) -> None:
    Department.objects.filter(pk=cast.enforcement.pk).update(is_active=False)
    rows = page_of(browser("dispatcher"), ticket).context["candidates"]
    assert "inputs" in rows[0]
    assert "inputs" not in rows[1]


def test_the_rule_that_triage_found_decides_the_unit(
    browser: Browser, cast: Cast, ticket: Ticket
) -> None:
    route = {"step": "route", "ok": True, "reason": "x", "data": {"lead": "enforcement"}}
    TriageRun.objects.filter(ticket=ticket).update(steps=[route])
    given = inputs_of(page_of(browser("dispatcher"), ticket), 1)
    assert given["lead_department"] == [cast.enforcement.pk]
    assert "assisting" not in given


def test_a_unit_that_is_complained_of_is_not_one_press_away(
    browser: Browser, cast: Cast, ticket: Ticket
) -> None:
    route = {"step": "route", "ok": False, "reason": "x", "data": {"lead": "sanitation"}}
    TriageRun.objects.filter(ticket=ticket).update(steps=[route])
    rows = page_of(browser("lead"), ticket).context["candidates"]
    assert "inputs" not in rows[0]
    assert "inputs" in rows[1]


def test_danger_keeps_the_urgency(browser: Browser, ticket: Ticket) -> None:
    step = {"step": "prioritise", "ok": True, "reason": "x", "data": {"dangers": ["漏电"]}}
    TriageRun.objects.filter(ticket=ticket).update(steps=[step])
    Ticket.objects.filter(pk=ticket.pk).update(urgency="P0")
    ticket.refresh_from_db()
    response = page_of(browser("dispatcher"), ticket)
    assert [inputs_of(response, key)["urgency"] for key in (1, 2)] == [["P0"], ["P0"]]


def test_the_loser_of_a_race_dispatches_nothing(
    browser: Browser, cast: Cast, ticket: Ticket
) -> None:
    client = browser("dispatcher")
    given = inputs_of(page_of(client, ticket), 2)
    now = timezone.now()
    fields = fields_for(Act.DISPATCH, cast, now=now)
    perform(ticket.pk, Act.DISPATCH, actor=cast.lead, now=now, fields=fields)
    assert client.post(dispatch_url(ticket), given).status_code == 409
    assert ticket.events.filter(action=Act.DISPATCH).count() == 1
    assert Ticket.objects.get(pk=ticket.pk).category == cast.category


@pytest.mark.parametrize(
    ("username", "shown"),
    [("dispatcher", 2), ("lead", 2), ("verifier", 0), ("auditor", 0)],
)
def test_it_forbids_by_role(browser: Browser, ticket: Ticket, username: str, shown: int) -> None:
    given = inputs_of(page_of(browser("dispatcher"), ticket), 1)
    client = browser(username)
    response = page_of(client, ticket)
    assert len(response.context["candidates"]) == shown
    assert ("data-candidate" in response.content.decode()) is bool(shown)
    assert client.post(dispatch_url(ticket), given).status_code == (302 if shown else 403)


def test_the_third_dispatch_is_the_leads(browser: Browser, cast: Cast, ticket: Ticket) -> None:
    now = timezone.now()
    again = (Act.DISPATCH, Act.RETURN, Act.DISPATCH, Act.RETURN)
    ticket = do(ticket, cast, *again, now=now)
    assert page_of(browser("dispatcher"), ticket).context["candidates"] == []
    rows = page_of(browser("lead"), ticket).context["candidates"]
    # It has been given back: nobody repeats that with one press.
    assert [row.get("inputs") for row in rows] == [None, None]


def test_only_tickets_on_the_desk_have_buttons(
    browser: Browser, cast: Cast, ticket: Ticket
) -> None:
    do(ticket, cast, Act.DISPATCH, now=timezone.now())
    assert page_of(browser("lead"), ticket).context["candidates"] == []


def test_an_inactive_category_is_not_pressed(browser: Browser, ticket: Ticket) -> None:
    category = lamps()
    category.is_active = False
    category.save()
    rows = page_of(browser("dispatcher"), ticket).context["candidates"]
    assert "inputs" not in rows[1]
