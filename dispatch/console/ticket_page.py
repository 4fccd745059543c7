"""The page of one ticket: the case, its place, its clocks, its history, and the buttons of now."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from dispatch.console.candidates import candidate_buttons
from dispatch.console.child_cards import family_of
from dispatch.console.contact_links import with_contact_links
from dispatch.console.explanation import Names, marks_of, similar_numbers, triage_card
from dispatch.console.highlight import Mark
from dispatch.console.people import actor_of
from dispatch.console.publicity_links import with_publicity
from dispatch.console.sender_links import with_block_links
from dispatch.console.ticket_cards import (
    Look,
    ReportCard,
    clocks_of,
    event_line,
    pending_of,
    place_facts,
    report_card,
    shown_point,
    ticket_facts,
)
from dispatch.console.wording import (
    STATUS_TONE,
    URGENCY_TONE,
    card_badge,
    moment_text,
    supervision_text,
    urgency_text,
)
from dispatch.domain.actors import Actor
from dispatch.domain.lifecycle import available_actions
from dispatch.domain.seen import mark_read
from dispatch.domain.workflow import IN_OFFICE, Transition
from dispatch.enums import AssignmentKind, TicketAction, TicketStatus
from dispatch.models import Ticket, TicketReport, TriageRun
from dispatch.queries import tickets as reads
from dispatch.queries.access import (
    may_see_contact,
    may_see_originals,
    may_see_reporter,
    visible_tickets,
)
from dispatch.queries.lead_asked import lead_question
from reports.enums import Urgency
from xiangcun.lib.text import mask_contacts

# Steps inside a merge or an opening, which no person presses; a telephone has its own page.
INTERNAL_ACTIONS = frozenset({TicketAction.ATTACH, TicketAction.DETACH, TicketAction.UNMASK})
_DANGER = frozenset(
    {
        TicketAction.REJECT,
        TicketAction.RETURN,
        TicketAction.REWORK,
        TicketAction.DENY_EXTENSION,
        TicketAction.DENY_SUSPENSION,
        TicketAction.CANCEL_CHILD,
    }
)
_QUIET = frozenset(
    {TicketAction.NOTE, TicketAction.MERGE, TicketAction.UNMERGE, TicketAction.SPLIT}
)


MAX_ID_DIGITS = 18


def read_id(text: str) -> int:
    """Return the id in an address, 0 (which is no row) for anything that is not one."""
    return int(text) if text.isdecimal() and len(text) <= MAX_ID_DIGITS else 0


def ticket_or_404(request: HttpRequest, ticket_id: int) -> Ticket:
    """Return a ticket this person may read; any other one does not exist for them."""
    ticket = reads.ticket_for_page(actor_of(request), ticket_id)
    if ticket is None:
        raise Http404(_("没有这张工单，或不在您的权限范围内"))
    return ticket


def read_by(request: HttpRequest, ticket: Ticket, *, now: datetime) -> None:
    """Remember that the person has opened the ticket."""
    user_id = actor_of(request).user_id
    if request.method == "GET" and user_id is not None:
        mark_read(ticket, user_id=user_id, now=now)


def buttons(request: HttpRequest, ticket: Ticket, *, now: datetime) -> list[dict[str, Any]]:
    """Return exactly the actions this person may take on the ticket now."""
    rows = available_actions(ticket, actor_of(request), now=now)
    shown = [row for row in rows if row.action not in INTERNAL_ACTIONS]
    return [_button(row, ticket) for row in sorted(shown, key=lambda row: row.action in _QUIET)]


def _button(row: Transition, ticket: Ticket) -> dict[str, Any]:
    tone = "danger" if row.action in _DANGER else "quiet" if row.action in _QUIET else "primary"
    return {
        "action": str(row.action),
        "label": str(TicketAction(row.action).label),
        "tone": tone,
        "url": reverse("admin:dispatch_ticket_action", args=(ticket.pk, str(row.action))),
    }


def page_context(request: HttpRequest, ticket: Ticket, *, now: datetime) -> dict[str, Any]:
    """Return everything the page shows, in a fixed number of queries."""
    actor = actor_of(request)
    look = _look(actor, ticket, now=now)
    rows = reads.reports_of(ticket)
    actions = buttons(request, ticket, now=now)
    nearby = reads.nearby_tickets(actor, ticket)
    runs = reads.triage_runs_of(ticket) if actor.is_command_room else []
    marks, departments = marks_by_report(runs), reads.department_names()
    return {
        **headline(ticket),
        "merged_into": merged_into_link(request, ticket),
        "title": ticket.number,
        "subtitle": ticket.title,
        "facts": ticket_facts(ticket),
        "clocks": clocks_of(ticket, now=now),
        **waiting_for(ticket, now=now),
        "actions": actions,
        "reports": with_block_links(
            request, ticket, rows, _report_cards(request, ticket, rows, look, marks)
        ),
        "more_reports": max(0, ticket.report_count - len(rows)),
        "confidential_note": ticket.confidential,
        "events": [
            event_line(event, departments, look)
            for event in reads.events_of(ticket)
            if actor.is_command_room or event.action != TicketAction.UNMASK
        ],
        "assignments": assignments(ticket),
        **family_of(request, ticket),
        "merged": [ticket_link(row) for row in reads.merged_tickets(actor, ticket)],
        "nearby": [nearby_link(near) for near in nearby],
        "triage": triage_cards(request, runs),
        "candidates": candidate_buttons(request, ticket, runs, actions),
        "merge_url": merge_url(actions),
        "place": place_facts(
            rows[0].report if rows and look.reporter else None, ticket, exact=look.reporter
        ),
        "map": map_data(ticket, rows, nearby, exact=look.reporter),
    }


def _report_cards(
    request: HttpRequest,
    ticket: Ticket,
    rows: list[TicketReport],
    look: Look,
    marks: dict[int, list[Mark]],
) -> list[ReportCard]:
    """Return the residents' reports with the ways that lead on from each."""
    cards = [report_card(row, look, marks.get(row.report_id, ())) for row in rows]
    cards = with_contact_links(request, ticket, rows, cards)
    return with_publicity(request, ticket, rows, cards)


def _look(actor: Actor, ticket: Ticket, *, now: datetime) -> Look:
    """Return how much of the people behind the ticket this person sees."""
    reporter = may_see_reporter(actor, ticket)
    return Look(
        contact=may_see_contact(actor, ticket),
        originals=may_see_originals(actor, ticket),
        now=now,
        reporter=reporter,
        site=(ticket.lat, ticket.lng) if reporter else None,
        letter=ticket.is_letter,
    )


def triage_cards(request: HttpRequest, runs: list[TriageRun]) -> list[dict[str, Any]]:
    """Return why triage decided as it did, with links to the tickets it found similar."""
    if not runs:
        return []
    wanted = {number for run in runs for number in similar_numbers(run)}
    found = visible_tickets(actor_of(request)).filter(number__in=wanted)
    names = Names(
        departments=reads.department_codes(),
        tickets={
            number: reverse("admin:dispatch_ticket_change", args=(pk,))
            for pk, number in found.values_list("pk", "number")
        },
    )
    return [triage_card(run, names) for run in runs]


def marks_by_report(runs: list[TriageRun]) -> dict[int, list[Mark]]:
    """Return the words to be marked in each report's text."""
    return {run.report_id: marks_of(run) for run in reversed(runs)}


def headline(ticket: Ticket) -> dict[str, Any]:
    """Return the badges and the short identity of the ticket."""
    return {
        "ticket": ticket,
        "status_label": ticket.get_status_display(),
        "status_tone": STATUS_TONE[TicketStatus(ticket.status)] or "plain",
        "urgency_label": urgency_text(ticket.urgency),
        "urgency_tone": URGENCY_TONE[Urgency(ticket.urgency)] or "plain",
        "card": card_badge(ticket),
        "supervision": supervision_text(ticket),
    }


def waiting_for(ticket: Ticket, *, now: datetime) -> dict[str, Any]:
    """Return what somebody has to decide or to answer on this ticket."""
    return {
        "pending": pending_of(ticket),
        "review_called": ticket.review_at is not None and ticket.review_at <= localdate(now),
        "supervised": supervision_of(ticket),
        "lead_asked": lead_asked_of(ticket),
    }


def lead_asked_of(ticket: Ticket) -> list[tuple[str, str]]:
    """Return what the resident wants the lead to look at, while no answer is there."""
    event = lead_question(ticket)
    if event is None:
        return []
    return [(_("居民来信"), mask_contacts(event.note)), (_("提出时间"), moment_text(event.at))]


def supervision_of(ticket: Ticket) -> list[tuple[str, str]]:
    """Return what the lead wants to know and until when, while no answer is there."""
    event = reads.open_supervision(ticket)
    if event is None:
        return []
    return [
        (_("督办要求"), mask_contacts(event.note)),
        (_("回复期限"), moment_text(ticket.supervise_due_at)),
    ]


def merged_into_link(request: HttpRequest, ticket: Ticket) -> dict[str, Any] | None:
    """Return the ticket this one went into; its number alone to whom the rest is not open."""
    target = ticket.merged_into
    if target is None:
        return None
    if visible_tickets(actor_of(request)).filter(pk=target.pk).exists():
        return ticket_link(target)
    return {"number": target.number}


def ticket_link(ticket: Ticket) -> dict[str, Any]:
    """Return a ticket as a line of a list."""
    return {
        "number": ticket.number,
        "title": ticket.title,
        "status": ticket.get_status_display(),
        "tone": STATUS_TONE[TicketStatus(ticket.status)] or "plain",
        "url": reverse("admin:dispatch_ticket_change", args=(ticket.pk,)),
    }


def nearby_link(near: reads.NearbyTicket) -> dict[str, Any]:
    """Return an open ticket near by, with its distance."""
    row = near.ticket
    return {
        **ticket_link(row),
        "distance": _("%d 米") % round(near.distance_m),
        "category": row.category.name if row.category else _("未定"),
        "department": row.lead_department.short_name if row.lead_department else "",
        "alike": near.alike,
        "may_take": near.alike and row.status in IN_OFFICE,
    }


def merge_url(actions: list[dict[str, Any]]) -> str:
    """Return where a one-click merge goes, "" when this person may not merge the ticket now."""
    return next((row["url"] for row in actions if row["action"] == TicketAction.MERGE), "")


def assignments(ticket: Ticket) -> list[dict[str, Any]]:
    """Return each department's piece of the work."""
    return [
        {
            "department": row.department.name,
            "kind": str(AssignmentKind(row.kind).label),
            "span": " — ".join(
                filter(None, [moment_text(row.assigned_at), moment_text(row.ended_at)])
            ),
            "active": row.ended_at is None,
        }
        for row in reads.assignments_of(ticket)
    ]


def map_data(
    ticket: Ticket, rows: list[Any], nearby: list[reads.NearbyTicket], *, exact: bool = True
) -> dict[str, Any]:
    """Return what the map draws: plain JSON, degrees in WGS-84."""
    grid = ticket.grid
    return {
        "point": [*shown_point(ticket, exact=exact)],
        "accuracy": rows[0].report.accuracy_m if rows and exact else None,
        "reports": [[row.report.lat, row.report.lng, row.report.number] for row in rows[1:]]
        if exact
        else [],
        "grid": {"name": grid.name, "polygon": grid.polygon} if grid else None,
        "neighbours": [
            {"name": row.name, "polygon": row.polygon} for row in reads.neighbours_of(grid)
        ]
        if grid
        else [],
        "nearby": [
            {
                "point": [near.ticket.lat, near.ticket.lng],
                "number": near.ticket.number,
                "title": near.ticket.title,
                "url": reverse("admin:dispatch_ticket_change", args=(near.ticket.pk,)),
            }
            for near in nearby
        ],
    }
