"""What is past its date: how many of whom, and the longest of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from dispatch.models import Ticket
from dispatch.queries.cockpit import OverdueCount, Where, overdue_counts, overdue_tickets
from dispatch.summary.cockpit.links import list_link, only, ticket_link
from dispatch.summary.cockpit.names import Names
from dispatch.summary.cockpit.shapes import Overdue, OverdueRow, UnitCount
from dispatch.summary.cockpit.sights import Sight
from dispatch.summary.scopes import Scope
from reports.enums import Urgency
from xiangcun.lib.text import mask_contacts

MOST_ROWS = 20


def build_overdue(where: Where, names: Names, sight: Sight, *, now: datetime) -> Overdue:
    """Return counts for everybody, rows for who may read tickets (two queries)."""
    counts = overdue_counts(where, now=now)
    hidden = sum(row.number for row in counts if row.confidential) if sight.cases else 0
    rows = overdue_tickets(where, sight.viewer, now=now, limit=MOST_ROWS) if sight.cases else []
    return {
        "count": sum(row.number for row in counts),
        "behind": overdue_link(where, sight),
        "confidential": hidden,
        "note": _("其中保密工单 %d 件，不在此列出") % hidden if hidden else "",
        "by_department": _by_department(counts, where, names, sight),
        "rows": [_row(ticket, names, sight, now=now) for ticket in rows],
    }


def where_of(scope: Scope) -> Where:
    """Return the scope's places for reading tickets."""
    return Where(scope.category_ids, scope.department_ids, scope.grid_ids)


def overdue_link(where: Where, sight: Sight) -> str | None:
    """Return the console's list of them, ``None`` where it cannot be narrowed to just these."""
    one_place = all(ids is None or only(ids) for ids in (where.departments, where.grids))
    if where.categories is not None or not one_place:
        return None
    return list_link(
        sight,
        queue="overdue",
        lead_department__id__exact=only(where.departments),
        grid__id__exact=only(where.grids),
    )


def _by_department(
    counts: Sequence[OverdueCount], where: Where, names: Names, sight: Sight
) -> list[UnitCount]:
    by_unit: Counter[int] = Counter()
    for row in counts:
        by_unit[row.department_id or 0] += row.number
    return [
        {
            "id": pk,
            "name": names.department(pk) or _("指挥室（未派单）"),
            "count": count,
            "behind": overdue_link(where._replace(departments=frozenset({pk})), sight)
            if pk
            else None,
        }
        for pk, count in by_unit.most_common()
    ]


def _row(ticket: Ticket, names: Names, sight: Sight, *, now: datetime) -> OverdueRow:
    due = ticket.next_due_at or now
    late = now - due
    hours = int(late.total_seconds() // 3600)
    said = _("超期 %d 天") % late.days if late.days else _("超期 %d 小时") % hours
    return {
        "number": ticket.number,
        "title": mask_contacts(ticket.title),
        "category": names.category(ticket.category_id) or _("未分类"),
        "grid": names.grid(ticket.grid_id),
        "department": names.department(ticket.lead_department_id) or _("指挥室"),
        "status": ticket.get_status_display(),
        "due_at": timezone.localtime(due).isoformat(),
        "days": late.days,
        "days_text": said if hours else _("刚刚超期"),
        "urgency": ticket.urgency,
        "urgency_text": str(Urgency(ticket.urgency).label),
        "behind": ticket_link(sight, ticket.pk),
    }
