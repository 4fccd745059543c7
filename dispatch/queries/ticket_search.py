"""Finding tickets by number or by words, and by the telephone of who reported.

Words are looked for in titles and reports of the latest ``SEARCH_SPAN`` tickets, by reading them:
most Chinese words have two characters, too short for a trigram index (docs/adr/0024). A number that
may be somebody's telephone is never looked for in texts: that search is another one, which is
recorded (``dispatch.domain.phone_search``).
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from django.db.models import Exists, Max, OuterRef, Q, QuerySet

from dispatch.models import Ticket, TicketReport
from reports.models import Report

SEARCH_SPAN = 200_000
FOUND_CAP = 1000
MAX_WORDS = 40
PHONE_MATCHES = 200

_FULL_TICKET = re.compile(r"GD\d{6}-[0-9A-Z]{5}", re.IGNORECASE)
_FULL_REPORT = re.compile(r"XC\d{6}-[0-9A-Z]{4,10}", re.IGNORECASE)
_NUMBER_PART = re.compile(r"[0-9A-Za-z-]{3,20}")
_RUN = "[0-9A-Za-z０-９]"
_RUN_AHEAD, _RUN_BEHIND = re.compile(_RUN), re.compile(f"{_RUN}$")
# A number may be written in groups.
_NOT_BEHIND = f"(?<!{_RUN})(?<![0-9０-９][- .·_—])"
_NOT_AHEAD = f"(?!{_RUN})(?![- .·_—][0-9０-９])"
_MANY_DIGITS = re.compile(r"\d(?:[\s-]?\d){5,}")
_PHONE = re.compile(r"1[3-9]\d{9}|0\d{2,3}[2-8]\d{6,7}|[2-8]\d{6,7}")
_BETWEEN = re.compile(r"[\s()（）-]|^(?:\+|00)86")


def read_phone(text: str) -> str:
    """Return the digits of a full telephone number, "" for anything else."""
    digits = _BETWEEN.sub("", text.strip()[:30])
    return digits if _PHONE.fullmatch(digits) else ""


def looks_like_phone(words: str) -> bool:
    """Whether somebody typed a telephone number where words belong."""
    plain = words.strip()
    is_number = _FULL_TICKET.fullmatch(plain) or _FULL_REPORT.fullmatch(plain)
    return not is_number and bool(read_phone(plain))


def words_condition(words: str) -> Q:
    """Return the condition that a ticket, or a report in it, has these words."""
    words = words.replace("\x00", "").strip()[:MAX_WORDS]
    if _FULL_TICKET.fullmatch(words):
        return Q(number=words.upper())
    if _FULL_REPORT.fullmatch(words):
        return Q(ticket_reports__report__number=words.upper())
    by_number = Q(number__contains=words.upper()) if _NUMBER_PART.fullmatch(words) else Q()
    if _MANY_DIGITS.search(words):
        return by_number or Q(pk__in=())
    how, sought = _how(words)
    said = TicketReport.objects.filter(ticket=OuterRef("pk"), **{f"report__text__{how}": sought})
    newest = Ticket.objects.aggregate(newest=Max("pk"))["newest"] or 0
    spoken = Q(**{f"title__{how}": sought}) | Q(Exists(said))
    return (spoken | by_number if by_number else spoken) & Q(pk__gt=newest - SEARCH_SPAN)


def _how(words: str) -> tuple[str, str]:
    """Return the look-up and what it looks for.

    Figures and Latin letters at either end are looked for as whole runs. Pages mask the telephone
    numbers and chat names that residents write; parts of one, found character by character, would
    read them out again.
    """
    begins, ends = _RUN_AHEAD.match(words), _RUN_BEHIND.search(words)
    if begins or ends:
        before, after = _NOT_BEHIND if begins else "", _NOT_AHEAD if ends else ""
        return "iregex", f"{before}{re.escape(words)}{after}"
    letters = any(char.isascii() and char.isalpha() for char in words)
    return ("icontains" if letters else "contains"), words


def search_tickets(tickets: QuerySet[Ticket], words: str) -> QuerySet[Ticket]:
    """Narrow ``tickets`` to the latest ``FOUND_CAP`` with these words.

    The ids are fetched, so that counting and paging do not read all texts again.
    """
    found = tickets.filter(words_condition(words)).order_by("-pk")
    ids = list(found.values_list("pk", flat=True)[:FOUND_CAP])
    return tickets.filter(pk__in=ids)


def tickets_of_phone(tickets: QuerySet[Ticket], phone: str) -> list[Ticket]:
    """Return the tickets, latest first, with a report by the holder of ``phone`` (exact).

    An anonymous report is nobody's here: finding it by a number would say whose it is.
    """
    named = Report.objects.filter(anonymous=False)
    by_contact = named.filter(contact_phone=phone).values("pk")
    by_resident = named.filter(resident__phone=phone).values("pk")
    holders = TicketReport.objects.filter(
        Q(report__in=by_contact) | Q(report__in=by_resident)
    ).values("ticket")
    rows = tickets.filter(pk__in=holders).select_related("category", "grid", "lead_department")
    return list(rows.order_by("-pk")[:PHONE_MATCHES])


def reports_of_phone(tickets: Sequence[Ticket], phone: str) -> list[Report]:
    """Return the reports by the holder of ``phone`` in these tickets; no anonymous ones."""
    theirs = Q(contact_phone=phone) | Q(resident__phone=phone)
    return list(Report.objects.filter(theirs, anonymous=False, ticket_report__ticket__in=tickets))
