"""Recusal 回避: a ticket that complains of a member of staff is not shown to that very person.

``dispatch.domain.conflicts`` finds who is complained of; here its people are accounts instead of
departments. Grid officers also step back from complaints about the department they belong to:
nobody assigns their tickets, they see them by place.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.db.models import Q

from dispatch.domain import complaint_words as words
from dispatch.domain.conflicts import ComplaintReader, Why
from dispatch.enums import FINAL_STATUSES, Role
from dispatch.models import Membership, Recusal, Staff, Ticket
from dispatch.queries.parties import MIN_NAME, Party, read_parties, reported_words
from reports.enums import ReportKind, UpdateKind
from reports.models import Report

MAX_TICKETS = 5000
"""So many of the latest open tickets are read again when somebody gets a name."""


def recuse_named(ticket: Ticket, texts: Iterable[str], *, now: datetime) -> None:
    """Write down whom ``texts`` of the ticket's residents complain of.

    Costs nothing for a text without complaining words; else two queries or three, and one to write.
    """
    told = [text for text in texts if words.TRIGGER.search(text)]
    if told:
        village = ticket.grid.village_code if ticket.grid else ""
        _write(ticket.pk, _complained(told, village_code=village), now=now)


def copy_recusals(source: Ticket, target: Ticket, *, now: datetime) -> None:
    """Let ``target``, which gets the reports or the words of ``source``, keep the same people out."""
    rows = Recusal.objects.filter(ticket=source).values_list("user_id", "why")
    _write(target.pk, dict(rows), now=now)


def recuse_everywhere(user: Staff, *, now: datetime) -> int:
    """Read the open tickets again for a person who is new here or renamed; return how many it hid."""
    name = user.display_name.strip()
    if len(name) < MIN_NAME:
        return 0
    reader = ComplaintReader([_person(user.pk, name)])
    hits = 0
    for ticket in _open_tickets_naming(name):
        found: dict[int, Why] = {}
        for text in reported_words(ticket.pk):
            found = {**reader.complaints(text), **found}
        hits += bool(found)
        _write(ticket.pk, found, now=now)
    return hits


def _open_tickets_naming(name: str) -> list[Ticket]:
    supplements = Q(updates__kind=UpdateKind.SUPPLEMENT, updates__text__contains=name)
    reports = Report.objects.filter(Q(text__contains=name) | supplements)
    reports = reports.exclude(kind=ReportKind.PRAISE)
    rows = Ticket.objects.filter(ticket_reports__report__in=reports.values("pk"))
    return list(rows.exclude(status__in=FINAL_STATUSES).distinct().order_by("-pk")[:MAX_TICKETS])


def _complained(texts: list[str], *, village_code: str) -> dict[int, Why]:
    """Return account id → why over all texts."""
    seats = _seats()
    people = {pk: name for pk, name, _role, _department in seats if len(name) >= MIN_NAME}
    by_name = ComplaintReader(_person(pk, name) for pk, name in people.items())
    officers = [(pk, department) for pk, _name, role, department in seats if role == Role.GRID]
    by_unit = ComplaintReader(read_parties() if officers else ())
    found: dict[int, Why] = {}
    for text in texts:
        found = {**by_name.complaints(text), **found}
        units = by_unit.complaints(text, village_code=village_code) if officers else {}
        found |= {pk: units[unit] for pk, unit in officers if unit in units}
    return found


def _seats() -> list[tuple[int, str, str, int]]:
    """Return (account id, name, role, department id) of every active seat (one query)."""
    rows = Membership.objects.filter(is_active=True, user__is_active=True).order_by("pk")
    found = rows.values_list("user_id", "user__display_name", "role", "department_id")
    return [(pk, name.strip(), role, unit) for pk, name, role, unit in found]


def _person(user_id: int, name: str) -> Party:
    """Return an account as a party: the reader's "departments" are accounts here."""
    return Party(user_id, (), "", (name,))


def _write(ticket_id: int, found: Mapping[int, str], *, now: datetime) -> None:
    if found:
        Recusal.objects.bulk_create(
            (
                Recusal(ticket_id=ticket_id, user_id=pk, why=str(why), found_at=now)
                for pk, why in found.items()
            ),
            ignore_conflicts=True,
        )
