"""What a resident does to their report, seen from the office: the receiver of ``resident_acted``.

Runs inside the resident's transaction; a ``DomainError`` from here rolls their action back (409).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext_lazy

from dispatch.domain.actors import resident_actor
from dispatch.domain.alerts import Alert
from dispatch.domain.fields import Fields
from dispatch.domain.lifecycle import perform
from dispatch.domain.projection import live_report_ids, remedies_of, resident_actions
from dispatch.enums import TicketAction as Act
from dispatch.enums import TicketStatus
from dispatch.models import Ticket, TicketReport
from reports.domain.progress import Progress, mark_triaged, project
from reports.enums import PublicStatus, ResidentAction
from reports.models import Report
from xiangcun.lib.errors import ConflictError
from xiangcun.lib.text import mask_contacts

_PHOTOS_ALONE = gettext_lazy("补充了照片")

_PLAIN = {ResidentAction.URGE: Act.URGE, ResidentAction.ASK_LEAD: Act.ASK_LEAD}


def apply_resident_action(
    report: Report,
    action: ResidentAction,
    payload: Mapping[str, object],
    *,
    now: datetime,
    alert: Alert | None = None,
) -> None:
    """Carry a resident's action over to the ticket of their report; an ``alert`` makes it P0."""
    link = TicketReport.objects.filter(report=report).first()
    if link is None:
        _before_triage(report, action, now=now)
        return
    # Two residents of one ticket choose one after the other: the last one closes it for all.
    ticket = Ticket.objects.select_for_update().get(pk=link.ticket_id)
    chosen = _choose(ticket, action)
    fields = replace(_fields(payload), alert=alert)
    perform(ticket.pk, chosen, actor=resident_actor(report.pk), now=now, fields=fields)
    if chosen == Act.WITHDRAW_JOINED:
        _close_own(report, PublicStatus.WITHDRAWN, now=now)
    if chosen == Act.RATE_JOINED:
        ticket.refresh_from_db()
        _close_own(report, PublicStatus.CLOSED, now=now, ticket=ticket)


def _before_triage(report: Report, action: ResidentAction, *, now: datetime) -> None:
    """A report nobody has looked at yet can be withdrawn for good, or supplemented before triage reads it."""
    if action == ResidentAction.WITHDRAW:
        if not mark_triaged(report.pk, now=now):  # triage was faster, its ticket is there now
            raise ConflictError("not_assessed_yet", "上报正在受理，请稍后再试")
        _close_own(report, PublicStatus.WITHDRAWN, now=now)
    elif action != ResidentAction.SUPPLEMENT:
        raise ConflictError("not_assessed_yet", "上报正在受理，请稍后再试")


def _close_own(
    report: Report, status: PublicStatus, *, now: datetime, ticket: Ticket | None = None
) -> None:
    """End one report of a ticket that goes on; who has rated may still reopen it, as far as it goes."""
    rights = resident_actions(ticket) if ticket else ()
    remedies = remedies_of(ticket) if ticket else None
    progress = Progress(
        status=status,
        allowed_actions=tuple(row for row in rights if row is not ResidentAction.RATE),
        remedies={**remedies, "rating_due_at": None} if remedies else None,
        department_name=report.department_name,
        promised_at=report.promised_at,
        category_id=report.category_id,
        urgency=report.urgency,
        grid_id=report.grid_id,
        publish=report.publishable and status == PublicStatus.CLOSED,
    )
    project([report.pk], progress, now=now)


def _choose(ticket: Ticket, action: ResidentAction) -> Act:
    """Pick the ticket's action; with other residents still waiting one of them cannot end it for all."""
    if action == ResidentAction.SUPPLEMENT:
        return Act.ANSWER if ticket.status == TicketStatus.NEED_INFO else Act.SUPPLEMENT
    if action == ResidentAction.REOPEN:
        return Act.APPEAL if ticket.status == TicketStatus.REJECTED else Act.REOPEN
    if action in _PLAIN:
        return _PLAIN[action]
    # The rating row is written already, so its report no longer counts among those who wait.
    waiting = len(live_report_ids(ticket))
    if action == ResidentAction.RATE:
        return Act.RATE_JOINED if waiting else Act.RATE
    return Act.WITHDRAW if waiting <= 1 else Act.WITHDRAW_JOINED


def _fields(payload: Mapping[str, object]) -> Fields:
    text = next(
        (str(payload[key]) for key in ("text", "reason", "comment") if payload.get(key)), ""
    )
    photos = payload.get("photos")
    if photos and not text:
        # A photo may come without a word; the ledger wants one.
        text = str(_PHOTOS_ALONE)
    solved, score = payload.get("solved"), payload.get("score")
    return Fields(
        # The ledger is sealed: a telephone number in it could never be erased.
        note=mask_contacts(text),
        photos=tuple(UUID(str(photo)) for photo in photos)
        if isinstance(photos, list | tuple)
        else (),
        solved=solved if isinstance(solved, bool) else None,
        score=score if isinstance(score, int) else None,
    )
