"""典型案例: up to three tickets, told in the office's words and without a person in them.

What a ticket is about comes from its category and village; of the resident's and the handler's own words
only what :func:`anonymise` leaves. Whether it is fit to print a person decides.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from dispatch.models import Ticket
from dispatch.queries.brief_cases import known_names, long_delayed, many_reporters, well_rated
from dispatch.summary.briefs.anonymise import anonymise, named_persons
from xiangcun.lib.workdays import SHANGHAI

_SAID_MAX, _RESULT_MAX = 80, 200
QUICK = "快速办结、群众满意"
_QUICK_WITHIN = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Case:
    """One case: why it was chosen, its text, and the ticket behind it (for the editor only)."""

    key: str
    kind: str
    text: str
    ticket_id: int
    number: str


def choose_cases(*, since: datetime, until: datetime, now: datetime, fresh: bool) -> list[Case]:
    """Return at most one quick and well-rated, one that many reported, one long overdue; none twice.

    What is overdue now is no case of a period long past (``fresh`` is false).
    """
    found: list[Case] = []
    taken: set[int] = set()
    for kind, tickets in _candidates(since, until, now, fresh=fresh):
        ticket = next((row for row in tickets if row.pk not in taken), None)
        if ticket is None:
            continue
        taken.add(ticket.pk)
        key = f"case-{len(found) + 1}"
        if kind == QUICK and not _quick(ticket):
            kind = _("群众满意")  # noqa: PLW2901 - the quickest there was, and still not quick
        found.append(Case(key, kind, _told(kind, ticket, now), ticket.pk, ticket.number))
    return found


def _candidates(
    since: datetime, until: datetime, now: datetime, *, fresh: bool
) -> Iterator[tuple[str, Sequence[Ticket]]]:
    yield QUICK, well_rated(since, until)
    yield _("多人反映"), many_reporters(since, until)
    if fresh:
        yield _("超期未办结"), long_delayed(now)


def _quick(ticket: Ticket) -> bool:
    return ticket.handled_at is not None and ticket.handled_at - ticket.opened_at <= _QUICK_WITHIN


def _told(kind: str, ticket: Ticket, now: datetime) -> str:
    names = known_names(ticket) | named_persons(ticket.title) | named_persons(ticket.result_text)
    said = anonymise(ticket.title, names=names)[:_SAID_MAX].rstrip("，。,. ")
    where = ticket.grid.village_name if ticket.grid else ""
    parts = [
        _("【%(kind)s】%(day)s，%(where)s有群众反映“%(category)s”问题") % {
            "kind": kind,
            "day": _day(ticket.opened_at),
            "where": where,
            "category": ticket.category.name if ticket.category else _("其他"),
        },
        _("：%s。") % said if said else "。",
        _reporters(ticket),
        _course(ticket, now),
        _result(ticket, names),
    ]  # fmt: skip
    return "".join(parts)


def _reporters(ticket: Ticket) -> str:
    count = ticket.report_count
    return _("先后收到 %d 件上报，已合并办理。") % count if count > 1 else ""


def _course(ticket: Ticket, now: datetime) -> str:
    unit = ticket.lead_department.short_name if ticket.lead_department else ""
    if ticket.handled_at:
        took = _span((ticket.handled_at - ticket.opened_at).total_seconds())
        return _("%(unit)s从受理到办理完成用时 %(took)s。") % {"unit": unit, "took": took}
    late = ticket.next_due_at is not None and ticket.next_due_at < now
    if late and ticket.next_due_at:
        over = _span((now - ticket.next_due_at).total_seconds())
        return _("由%(unit)s承办，期限 %(due)s，截至取数时已超期 %(over)s。") % {
            "unit": unit,
            "due": _day(ticket.next_due_at),
            "over": over,
        }
    return _("由%s承办，正在办理。") % unit


def _result(ticket: Ticket, names: set[str]) -> str:
    if not ticket.handled_at or not ticket.result_text:
        return ""
    text = anonymise(ticket.result_text, names=names)[:_RESULT_MAX].rstrip("，。,. ")
    return _("办理情况：%s。") % text if text else ""


def _day(moment: datetime) -> str:
    day = moment.astimezone(SHANGHAI)
    return f"{day.month}月{day.day}日"


def _span(seconds: float) -> str:
    hours = seconds / 3600
    if hours < 48:  # noqa: PLR2004 - two days are told in hours
        return _("%.1f 小时") % hours
    return _("%.1f 天") % (hours / 24)
