"""The dispatcher's warning about a conflict of interest, read once a request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.translation import gettext as _

from dispatch.domain.conflicts import Why, complaints_in_ticket, neutral_department
from dispatch.models import Department, Ticket

_KEPT = "console_conflicts"


@dataclass(frozen=True, slots=True)
class Conflict:
    """Whom the ticket's residents complain of (department id → why); empty for most tickets."""

    complained: Mapping[int, Why]
    departments: Mapping[int, Department]

    def neutral_for(self, department: Department) -> Department | None:
        """Return who may take it instead."""
        return neutral_department(department, self.complained, self.departments)

    @property
    def lines(self) -> list[str]:
        """One sentence for each department complained of."""
        lines = []
        for pk, why in self.complained.items():
            department = self.departments[pk]
            neutral = self.neutral_for(department)
            advice = _("，建议由“%s”承办") % neutral.name if neutral else ""
            lines.append(
                _("居民反映的是“%(name)s”的问题（%(why)s），一般不派给该单位%(advice)s。")
                % {"name": department.name, "why": why.value, "advice": advice}
            )
        return lines


def conflicts_of(request: HttpRequest, ticket: Ticket) -> Conflict:
    """Return the conflicts of the ticket; departments are read when there are any."""
    kept: dict[int, Conflict] = vars(request).setdefault(_KEPT, {})
    if ticket.pk not in kept:
        complained = complaints_in_ticket(ticket.parent or ticket)
        rows = Department.objects.all() if complained else []
        kept[ticket.pk] = Conflict(complained, {row.pk: row for row in rows})
    return kept[ticket.pk]
