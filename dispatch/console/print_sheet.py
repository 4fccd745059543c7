"""The form 办件单 of a ticket as plain values: one content, drawn as a page and as a PDF.

Free text is masked here; who may read a contact is decided where the page decides it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from dispatch.console.ticket_cards import shown_point
from dispatch.console.wording import moment_text, reason_text, urgency_text, who_text
from dispatch.domain.contacts import contact_of
from dispatch.enums import AssignmentKind, TicketAction, TicketStatus, Visibility
from dispatch.models import Ticket, TicketEvent, TicketReport
from dispatch.queries.access import Viewer, may_see_contact, may_see_reporter
from dispatch.queries.sheets import SheetRows
from reports.enums import Channel, PhotoStatus, ReportKind
from reports.models import Photo
from xiangcun.lib.text import mask_contacts, mask_phone

MAX_PHOTOS = 12
Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Step:
    """One line of the ledger on paper."""

    at: str
    who: str
    action: str
    note: str


@dataclass(frozen=True, slots=True)
class SheetPhoto:
    """A photo with its caption; ``photo`` has renditions."""

    photo: Photo
    caption: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything on the form. ``facts`` stand two a row, ``texts`` and ``blanks`` over the width."""

    number: str
    heading: str
    status: str
    confidential: bool
    printed: str
    facts: Sequence[Pair]
    place: str
    appeals: Sequence[Pair]
    result: str
    opinion: str
    steps: Sequence[Step]
    photos: Sequence[SheetPhoto]
    more_photos: int


def build_sheet(
    rows: SheetRows, *, viewer: Viewer, issuer: str, printed_by: str, now: datetime
) -> Sheet:
    """Put the form together."""
    ticket = rows.ticket
    photos = _photos(rows)
    contact, reporter = may_see_contact(viewer, ticket), may_see_reporter(viewer, ticket)
    return Sheet(
        number=ticket.number,
        heading=_("%s事项办理单") % issuer,
        status=str(ticket.get_status_display()),
        confidential=ticket.confidential,
        printed=_("%(who)s %(at)s 打印") % {"who": printed_by, "at": moment_text(now)},
        facts=_facts(rows, contact=contact, reporter=reporter),
        place=_place(rows, exact=reporter),
        appeals=[_appeal(row) for row in rows.reports],
        result=_result(ticket),
        opinion=_opinion(rows.events),
        steps=[_step(event) for event in rows.events],
        photos=photos[:MAX_PHOTOS],
        more_photos=max(0, len(photos) - MAX_PHOTOS),
    )


def _facts(rows: SheetRows, *, contact: bool, reporter: bool) -> list[Pair]:
    ticket = rows.ticket
    first = rows.reports[0].report if rows.reports else None
    assisting = [
        row.department.short_name
        for row in rows.assignments
        if row.kind == AssignmentKind.ASSIST and row.ended_at is None
    ]
    category = ticket.category
    path = f"{category.parent.name} / {category.name}" if category and category.parent else ""
    return [
        (_("工单编号"), ticket.number),
        (_("当前状态"), str(ticket.get_status_display())),
        (_("来源"), _source(rows.reports) if reporter else _("保密")),
        (_("上报时间"), moment_text(first.submitted_at if first else ticket.opened_at)),
        (_("事项分类"), path or (category.name if category else _("未定"))),
        (_("紧急程度"), urgency_text(ticket.urgency)),
        (_("上报人"), _people(rows.reports, ticket, contact=contact)),
        (_("上报件数"), _("%d 件") % ticket.report_count),
        (_("主办单位"), ticket.lead_department.name if ticket.lead_department else _("未派单")),
        (_("协办单位"), "、".join(assisting) or _("无")),
        (_("派单时间"), moment_text(ticket.dispatched_at) or "—"),
        (_("办理期限"), moment_text(ticket.due_at) or "—"),
    ]


def _source(reports: Sequence[TicketReport]) -> str:
    channels = {str(Channel(row.report.channel).label) for row in reports}
    return "、".join(sorted(channels)) or "—"


def _people(reports: Sequence[TicketReport], ticket: Ticket, *, contact: bool) -> str:
    if ticket.confidential:
        return str(_("保密事项，不显示"))
    if not contact:
        return str(_("由指挥室联系"))
    phones = [mask_phone(contact_of(row.report)) for row in reports]
    known = list(dict.fromkeys(phone for phone in phones if phone))
    return "、".join(known[:3]) + (_(" 等") if len(known) > 3 else "") or str(_("未留电话"))  # noqa: PLR2004


def _place(rows: SheetRows, *, exact: bool) -> str:
    """Return address, grid and point; where they lead to the reporter, as much as the page shows."""
    ticket = rows.ticket
    addresses = [mask_contacts(row.report.address) for row in rows.reports if row.report.address]
    grid = f"{ticket.grid.village_name} {ticket.grid.name}" if ticket.grid else str(_("未定位"))
    lat, lng = shown_point(ticket, exact=exact)
    point = f"{lat:.6f}, {lng:.6f}" if exact else f"{lat:.3f}, {lng:.3f}"
    parts = [addresses[0] if addresses and exact else "", grid, _("坐标 %s（WGS-84）") % point]
    return "；".join(part for part in parts if part)


def _appeal(row: TicketReport) -> Pair:
    report = row.report
    title = _("%(number)s  %(kind)s  %(at)s") % {
        "number": report.number,
        "kind": ReportKind(report.kind).label,
        "at": moment_text(report.submitted_at),
    }
    return title, mask_contacts(report.text)


def _result(ticket: Ticket) -> str:
    if not ticket.handled_at and not ticket.result_text:
        return ""
    head = "  ".join(
        filter(
            None,
            [
                reason_text(ticket.outcome),
                str(ticket.finished_by) if ticket.finished_by else "",
                moment_text(ticket.handled_at),
            ],
        )
    )
    return f"{head}\n{mask_contacts(ticket.result_text)}".strip()


def _opinion(events: Sequence[TicketEvent]) -> str:
    """Return what the last check said, if a check followed the last handling."""
    checked = {TicketAction.VERIFY, TicketAction.REWORK}
    last = next((row for row in reversed(events) if row.action in checked), None)
    if last is None:
        return ""
    label = TicketAction(last.action).label
    note = mask_contacts(last.note)
    return f"{label}  {who_text(last)}  {moment_text(last.at)}\n{note}".strip()


def _step(event: TicketEvent) -> Step:
    label = str(TicketAction(event.action).label)
    moved = event.from_status and event.from_status != event.to_status
    if moved:
        label = f"{label}（{TicketStatus(event.to_status).label}）"
    parts = [reason_text(event.reason_code), mask_contacts(event.note)]
    if event.visibility != Visibility.INTERNAL and event.note:
        parts.append(str(_("（已告知上报人）")))
    return Step(moment_text(event.at), who_text(event), label, "\n".join(filter(None, parts)))


def _photos(rows: SheetRows) -> list[SheetPhoto]:
    """Return the photos that can be shown: of the reports, then of the handling, each once."""
    found: dict[object, SheetPhoto] = {}
    for report in rows.reports:
        for link in report.report.reportphoto_set.all():
            caption = _("上报照片 %s") % moment_text(report.report.submitted_at)
            found.setdefault(link.photo_id, SheetPhoto(link.photo, caption))
    for event in rows.events:
        for kept in event.event_photos.all():
            caption = f"{TicketAction(event.action).label} {moment_text(event.at)}"
            found.setdefault(kept.photo_id, SheetPhoto(kept.photo, caption))
    return [row for row in found.values() if row.photo.status == PhotoStatus.READY]
