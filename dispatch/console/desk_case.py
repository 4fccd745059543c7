"""One case as the desk shows it: everything a decision needs, in a fixed number of queries."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from dispatch.console.candidates import candidate_buttons
from dispatch.console.contact_links import with_contact_links
from dispatch.console.desk_words import held_text, is_undecided, what_happened
from dispatch.console.explanation import dangers_of, plain_reason, similar_numbers
from dispatch.console.people import actor_of, has_role
from dispatch.console.run_rows import Row, data_of, number, percent, rows_of, steps_of
from dispatch.console.ticket_cards import (
    EventLine,
    Look,
    clocks_of,
    event_line,
    place_facts,
    report_card,
)
from dispatch.console.ticket_page import (
    buttons,
    headline,
    map_data,
    marks_by_report,
    nearby_link,
    ticket_link,
    triage_cards,
)
from dispatch.domain.claims import TAKES_OVER
from dispatch.domain.workflow import IN_OFFICE
from dispatch.enums import TicketAction
from dispatch.models import Ticket, TicketClaim, TicketEvent, TicketReport, TriageRun
from dispatch.queries import tickets as reads
from dispatch.queries.access import may_see_contact, may_see_originals, visible_tickets
from dispatch.queries.desk import Place, claims_of, history_of

# The keys of the desk; whatever else a person may do has a button without one.
KEYS = {
    TicketAction.DISPATCH: "D",
    TicketAction.MERGE: "M",
    TicketAction.REJECT: "R",
    TicketAction.ASK: "A",
}


def desk_rows(tickets: list[Ticket], *, staff_id: int, now: datetime) -> list[dict[str, Any]]:
    """Return the lines of the list with who has which case open (one query)."""
    claims = claims_of((ticket.pk for ticket in tickets), now=now)
    return [_row(ticket, claims.get(ticket.pk), staff_id, now) for ticket in tickets]


def _row(ticket: Ticket, claim: TicketClaim | None, staff_id: int, now: datetime) -> dict[str, Any]:
    due = ticket.next_due_at
    other = claim is not None and claim.staff_id != staff_id
    return {
        **headline(ticket),
        "place": Place.of(ticket).as_text(),
        "category": ticket.category.name if ticket.category else _("未定"),
        "grid": ticket.grid.name if ticket.grid else _("未定位"),
        "due": clocks_of(ticket, now=now)[-1],
        "late": due is not None and due < now,
        "holder": held_text(claim) if claim is not None and other else "",
    }


def case_context(
    request: HttpRequest, ticket: Ticket, held: TicketClaim | None, *, now: datetime
) -> dict[str, Any]:
    """Return the right pane: to work on, to look at while somebody else works, or what became of it."""
    if not is_undecided(ticket):
        return decided_context(ticket)
    actor = actor_of(request)
    look = Look(
        contact=may_see_contact(actor, ticket),
        originals=may_see_originals(actor, ticket),
        now=now,
        letter=ticket.is_letter,
    )
    rows = reads.reports_of(ticket)
    runs = reads.triage_runs_of(ticket)
    marks = marks_by_report(runs)
    cards = [report_card(row, look, marks.get(row.report_id, ())) for row in rows]
    nearby = reads.nearby_tickets(actor, ticket)
    mine = held is None or held.staff_id == actor.user_id
    actions = buttons(request, ticket, now=now) if mine else []
    latest = reads.last_event(ticket)
    similar = similar_rows(request, ticket, runs, nearby)
    may_merge = any(row["action"] == TicketAction.MERGE for row in actions)
    return {
        **headline(ticket),
        "state": "mine" if mine else "held",
        "held": held_text(held) if held is not None and not mine else "",
        "may_take_over": has_role(request, TAKES_OVER),
        "page_url": reverse("admin:dispatch_ticket_change", args=(ticket.pk,)),
        "dangers": dangers_of(runs[0]) if runs else [],
        "clocks": clocks_of(ticket, now=now),
        "queue_reason": plain_reason(ticket.queue_reason),
        "reports": with_contact_links(request, ticket, rows, cards) if mine else cards,
        "more_reports": max(0, ticket.report_count - len(rows)),
        "latest": _latest(latest, look),
        "history": _history(ticket, rows, now),
        "candidates": candidate_buttons(request, ticket, runs, actions),
        "actions": sorted((_keyed(row, ticket) for row in actions), key=_by_key),
        "similar": similar,
        "target": next((row for row in similar if row["alike"]), None) if may_merge else None,
        "may_merge": may_merge,
        "triage": triage_cards(request, runs),
        "place": place_facts(rows[0].report if rows else None, ticket),
        "map": {**map_data(ticket, rows, nearby), "tab": True},
    }


def decided_context(ticket: Ticket) -> dict[str, Any]:
    """Return what the pane says of a case that is no longer at the desk."""
    return {
        **headline(ticket),
        "state": "decided",
        "happened": what_happened(ticket),
        "page_url": reverse("admin:dispatch_ticket_change", args=(ticket.pk,)),
    }


def _latest(event: TicketEvent | None, look: Look) -> EventLine | None:
    """Return the last step of a case that has been somewhere before; the opening says nothing new."""
    if event is None or event.action == TicketAction.OPEN:
        return None
    return event_line(event, reads.department_names(), look)


def _history(ticket: Ticket, rows: list[TicketReport], now: datetime) -> list[dict[str, Any]]:
    """Return counts of the first reporter's other reports; nothing of a confidential or anonymous one."""
    if ticket.confidential or not rows or rows[0].report.anonymous:
        return []
    found = history_of(rows[0].report, now=now)
    return [
        {"label": _("近 12 个月上报"), "count": found.total},
        {"label": _("已办结"), "count": found.closed},
        {"label": _("不予受理"), "count": found.rejected},
        {"label": _("同一地点反映"), "count": found.repeated},
    ]


def _keyed(row: dict[str, Any], ticket: Ticket) -> dict[str, Any]:
    action = TicketAction(row["action"])
    desk = reverse("desk-action", args=(ticket.pk, row["action"]))
    return {**row, "key": KEYS.get(action, ""), "desk_url": desk}


def _by_key(row: dict[str, Any]) -> int:
    keys = "".join(KEYS.values())
    return keys.index(row["key"]) if row["key"] else len(keys)


def similar_rows(
    request: HttpRequest, ticket: Ticket, runs: list[TriageRun], nearby: list[reads.NearbyTicket]
) -> list[dict[str, Any]]:
    """Return the open tickets near by and those triage found alike, the likeliest first."""
    judged = _judged(runs)
    rows = [_near_row(ticket, near, judged.get(near.ticket.number, {})) for near in nearby]
    missing = {number for run in runs for number in similar_numbers(run)}
    found = visible_tickets(actor_of(request)).filter(
        number__in=missing - {row["number"] for row in rows}
    )
    others = found.select_related("category").exclude(pk=ticket.pk)
    rows += [_far_row(ticket, other, judged.get(other.number, {})) for other in others]
    return sorted(rows, key=lambda row: (not row["alike"], -row["share"]))


def _judged(runs: list[TriageRun]) -> dict[str, Row]:
    """Return what triage noted of each ticket that it compared with, by number."""
    return {
        str(row.get("ticket")): row
        for run in runs
        for row in rows_of(data_of(steps_of(run), "duplicates").get("suggestions"))
    }


def _near_row(ticket: Ticket, near: reads.NearbyTicket, told: Row) -> dict[str, Any]:
    link = nearby_link(near)
    return {**link, **_likeness(ticket, near.ticket, max(near.words, _told(told)), near.alike)}


def _far_row(ticket: Ticket, other: Ticket, told: Row) -> dict[str, Any]:
    distance = number(told.get("distance_m"))
    return {
        **ticket_link(other),
        "category": other.category.name if other.category else _("未定"),
        "distance": _("%d 米") % round(distance) if distance is not None else "",
        **_likeness(ticket, other, _told(told), True),
    }


def _told(told: Row) -> float:
    return number(told.get("similarity")) or 0.0


def _likeness(ticket: Ticket, other: Ticket, share: float, alike: bool) -> dict[str, Any]:  # noqa: FBT001 - private
    """Return how alike it is; a confidential matter is never offered to join an open one."""
    mergeable = other.status in IN_OFFICE and other.confidential == ticket.confidential
    return {
        "share": share,
        "likeness": percent(share),
        "width": round(min(share, 1.0) * 100),
        "alike": alike and mergeable,
        "mergeable": mergeable,
    }
