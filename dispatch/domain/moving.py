"""Moving reports between tickets; each keeps its number, timeline and rating."""

from __future__ import annotations

from django.db.models import F

from dispatch.models import Ticket, TicketReport


def move_reports(source: Ticket, target: Ticket) -> list[int]:
    """Hand every report of ``source`` to ``target``; return their ids."""
    rows = TicketReport.objects.filter(ticket=source)
    moved = list(rows.values_list("report_id", flat=True))
    rows.update(ticket=target)
    Ticket.objects.filter(pk=target.pk).update(report_count=F("report_count") + len(moved))
    return moved


def give_back_reports(holder: Ticket, owner: Ticket) -> list[int]:
    """Take back from ``holder`` what came from ``owner``, or from a ticket merged into it earlier."""
    origins = _family(owner)
    rows = TicketReport.objects.filter(ticket=holder, origin_ticket__in=origins)
    moved = list(rows.values_list("report_id", flat=True))
    rows.update(ticket=owner)
    Ticket.objects.filter(pk=holder.pk).update(report_count=F("report_count") - len(moved))
    return moved


def _family(owner: Ticket) -> set[int]:
    """Return the ids of ``owner`` and of all tickets that were merged into it, at any depth."""
    family = {owner.pk}
    layer = {owner.pk}
    while layer:
        layer = (
            set(Ticket.objects.filter(merged_into__in=layer).values_list("pk", flat=True)) - family
        )
        family |= layer
    return family
