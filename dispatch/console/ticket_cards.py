"""The parts of the ticket page, as plain values for the template. Free text is masked here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dispatch.console.explanation import plain_reason
from dispatch.console.highlight import Mark, highlight
from dispatch.console.mention_marks import mark_mentions
from dispatch.console.photo_cards import PhotoCard, photo_cards
from dispatch.console.wording import (
    due_text,
    moment_text,
    reason_text,
    resident_status,
    span_text,
    urgency_text,
    who_text,
)
from dispatch.domain.contacts import contact_of
from dispatch.domain.guards import EXTENSION
from dispatch.domain.recomputing import is_provisional
from dispatch.enums import LimitStage, Role, TicketAction, TicketStatus, Visibility
from dispatch.models import Ticket, TicketEvent, TicketReport
from dispatch.models.tickets import status_words
from reports.enums import Channel, CoordinateSystem, LocationSource, ReportKind
from reports.models import Report, ReportUpdate
from xiangcun.lib.text import mask_contacts, mask_phone

Pair = tuple[str, str]
_RESULTS = frozenset({TicketAction.FINISH, TicketAction.REPLY, TicketAction.VERIFY})
_CLOCK_NAMES = {
    LimitStage.ASSESS: gettext_lazy("研判期限"),
    LimitStage.SIGN: gettext_lazy("签收期限"),
    LimitStage.HANDLE: gettext_lazy("办理期限"),
}


@dataclass(frozen=True, slots=True)
class Look:
    """What a person's page shows beyond the case: contacts, originals, what leads to the reporter.

    ``site`` (degrees) is the place of the report, against which photos of a result are measured.
    """

    contact: bool
    originals: bool
    now: datetime
    reporter: bool = True
    site: tuple[float, float] | None = None
    letter: bool = False


@dataclass(frozen=True, slots=True)
class Clock:
    """One deadline or waiting time, with its moment and how far it is."""

    label: str
    moment: str
    distance: str
    late: bool = False


@dataclass(frozen=True, slots=True)
class ReportCard:
    """One resident's report inside the ticket."""

    number: str
    title: str
    text: SafeString
    facts: list[Pair]
    photos: list[PhotoCard]
    updates: list[dict[str, Any]]
    ratings: list[str]
    contact_url: str = ""
    publicity: Mapping[str, Any] = field(default_factory=dict)
    block_url: str = ""


@dataclass(frozen=True, slots=True)
class EventLine:
    """One line of the ledger."""

    seq: int
    at: str
    who: str
    action: str
    steps: str
    note: SafeString
    visibility: str
    public: bool
    details: list[Pair] = field(default_factory=list)
    photos: list[PhotoCard] = field(default_factory=list)


def clocks_of(ticket: Ticket, *, now: datetime) -> list[Clock]:
    """Return both clocks: the resident's never pauses, the unit's may."""
    end = ticket.closed_at
    waited = span_text((end or now) - ticket.opened_at)
    who = _("居民等待") if end is None else _("居民共等待")
    if ticket.parent_id is not None:
        who = _("子工单已用时")
    clocks = [Clock(who, moment_text(ticket.opened_at), waited)]
    if ticket.supervise_due_at is not None:
        reply_due = ticket.supervise_due_at
        told = moment_text(reply_due), due_text(reply_due, now=now)
        clocks.append(Clock(_("督办回复期限"), *told, late=reply_due < now))
    if ticket.paused_at is not None:
        left = _("剩余约 %d 分钟（按计时方式）") % (ticket.remaining_minutes or 0)
        clocks.append(Clock(_("单位计时已暂停"), moment_text(ticket.paused_at), left))
        return clocks
    by_status = {
        TicketStatus.ASSESSING: [(LimitStage.ASSESS, ticket.assess_due_at)],
        TicketStatus.DISPATCHED: [
            (LimitStage.SIGN, ticket.sign_due_at),
            (LimitStage.HANDLE, ticket.due_at),
        ],
    }
    handle = [(LimitStage.HANDLE, ticket.due_at)]
    for stage, due in by_status.get(TicketStatus(ticket.status), handle):
        if due is not None:
            clocks.append(_clock(stage, due, ticket, now=now))
    return clocks


def _clock(stage: LimitStage, due: datetime, ticket: Ticket, *, now: datetime) -> Clock:
    """Measure a deadline against what met it, or against now while it runs."""
    met = ticket.handled_at if stage == LimitStage.HANDLE else None
    label = str(_CLOCK_NAMES[stage])
    if is_provisional(ticket, stage):
        label = _("%s（暂定，放假安排未公布）") % label
    if met is not None:
        word = _("按期办理") if met <= due else _("超期 %s 办理") % span_text(met - due)
        return Clock(label, moment_text(due), word, late=met > due)
    return Clock(label, moment_text(due), due_text(due, now=now), late=due < now)


def pending_of(ticket: Ticket) -> list[Pair]:
    """Return the request that waits for the lead, as lines."""
    request = ticket.pending_request
    if not request:
        return []
    if request.get("kind") == EXTENSION:
        wanted = (_("申请延期至"), moment_text(datetime.fromisoformat(request["new_due"])))
    else:
        wanted = (_("申请挂账，复核日期"), str(request.get("review_at", "")))
    lines = [wanted, (_("理由"), mask_contacts(request.get("note", "")))]
    if request.get("public_text"):
        lines.append((_("拟告知居民"), mask_contacts(request["public_text"])))
    return lines


def report_card(row: TicketReport, look: Look, marks: Sequence[Mark] = ()) -> ReportCard:
    """Build the card of one report; ``marks`` are the words of its text that decided."""
    report = row.report
    photos = [link.photo for link in report.reportphoto_set.all()]
    if report.anonymous:
        look = replace(
            look, originals=False
        )  # a camera writes its owner and their home into a file
    return ReportCard(
        number=report.number,
        title=_("%(kind)s · %(channel)s · %(at)s")
        % {
            "kind": ReportKind(report.kind).label,
            "channel": Channel(report.channel).label if look.reporter else _("保密"),
            "at": moment_text(report.submitted_at),
        },
        text=highlight(mask_contacts(report.text), marks),
        facts=_report_facts(row, look),
        photos=photo_cards(photos, ticket_id=row.ticket_id, originals=look.originals, now=look.now),
        updates=[_update_line(update, row, look) for update in report.updates.all()],
        ratings=[
            _("%(score)d 分，%(solved)s。%(comment)s")
            % {
                "score": rating.score,
                "solved": _("已解决") if rating.solved else _("未解决"),
                "comment": mask_contacts(rating.comment),
            }
            for rating in report.ratings.all()
        ],
    )


def _report_facts(row: TicketReport, look: Look) -> list[Pair]:
    report = row.report
    facts = [
        (_("地址"), mask_contacts(report.address) if look.reporter else ""),
        (_("居民所见状态"), resident_status(report.public_status, report.kind)),
    ]
    if look.contact:
        facts.append((_("联系电话"), _contact(report)))
        facts.append((_("匿名"), _("是") if report.anonymous else _("否")))
    facts.append((_("居民标注"), _("紧急（仅供参考）") if report.urgent else ""))
    if row.origin_ticket_id != row.ticket_id:
        facts.append((_("来自工单"), row.origin_ticket.number))
    return [fact for fact in facts if fact[1]]


def _contact(report: Report) -> str:
    if report.anonymous:
        return _("匿名上报，不显示")
    return mask_phone(contact_of(report)) or _("未留")


def _update_line(update: ReportUpdate, row: TicketReport, look: Look) -> dict[str, Any]:
    return {
        "at": moment_text(update.at),
        "kind": update.get_kind_display(),
        "status": resident_status(update.status, row.report.kind),
        "department": update.department_name,
        "text": mask_contacts(update.text),
        "photos": photo_cards(
            update.photos.all(), ticket_id=row.ticket_id, originals=look.originals, now=look.now
        ),
    }


def event_line(event: TicketEvent, departments: dict[int, str], look: Look) -> EventLine:
    """Build one line of the ledger."""
    return EventLine(
        seq=event.seq,
        at=moment_text(event.at),
        who=who_text(event),
        action=str(TicketAction(event.action).label),
        steps=_steps(event, look),
        note=mark_mentions(mask_contacts(event.note), event.data),
        visibility=str(Visibility(event.visibility).label),
        public=event.visibility != Visibility.INTERNAL,
        details=_details(event, departments),
        photos=photo_cards(
            [link.photo for link in event.event_photos.all()],
            ticket_id=event.ticket_id,
            # What a resident sent stands with their report, which knows whether it is anonymous.
            originals=look.originals and event.role != Role.RESIDENT,
            now=look.now,
            site=look.site if event.action in _RESULTS else None,
        ),
    )


def _steps(event: TicketEvent, look: Look) -> str:
    to_label = status_words(event.to_status, letter=look.letter)
    if not event.from_status or event.from_status == event.to_status:
        return to_label
    return f"{status_words(event.from_status, letter=look.letter)} → {to_label}"


def _details(event: TicketEvent, departments: dict[int, str]) -> list[Pair]:
    """Say in words what the event's coded columns and data hold."""
    data: dict[str, Any] = event.data or {}
    details = [
        (_("原因"), reason_text(event.reason_code)),
        (_("期限"), _due_change(event)),
        (_("相关上报"), event.report.number if event.report else ""),
        (_("并案工单"), str(data.get("target", ""))),
        (_("区级编号"), str(data.get("external_number", ""))),
        (_("建议单位"), departments.get(data.get("suggested_department") or 0, "")),
        (_("协办"), "、".join(departments.get(pk, "") for pk in data.get("assisting", []))),
        (_("拟延期至"), _moment_of(data.get("new_due"))),
        (_("复核日期"), str(data.get("review_at", ""))),
        (_("回复期限"), _moment_of(data.get("reply_due"))),
        (_("承诺办结时间"), _moment_of(data.get("promised"))),
        (_("子工单"), "、".join(data.get("children", []))),
        (_("主工单"), str(data.get("parent", ""))),
        (_("牌示"), _card_told(event)),
        (_("评分"), _rating(data)),
        (_("研判候选"), _candidate(data)),
    ]
    if event.action == TicketAction.DISPATCH:
        details.append((_("主办"), departments.get(event.lead_department_id or 0, "")))
    return [detail for detail in details if detail[1]]


def _card_told(event: TicketEvent) -> str:
    """Say which deadline a card was about, and whom it was for."""
    if event.action not in {TicketAction.YELLOW_CARD, TicketAction.RED_CARD}:
        return ""
    data = event.data or {}
    stage = _("签收期限") if data.get("stage") == LimitStage.SIGN else _("办理期限")
    due = _moment_of(data.get("due"))
    if event.action == TicketAction.YELLOW_CARD:
        return _("%(stage)s %(due)s 将到") % {"stage": stage, "due": due}
    told = _("报值班领导") if data.get("to") == Role.LEAD else _("报部门负责人")
    return _("%(stage)s %(due)s 已过，%(told)s") % {"stage": stage, "due": due, "told": told}


def _candidate(data: dict[str, Any]) -> str:
    """Say which of triage's candidates the person took."""
    told = data.get("triage")
    if not isinstance(told, dict) or not told.get("proposed"):
        return ""
    taken = {1: _("采用第一候选"), 2: _("采用第二候选")}.get(told.get("chosen", 0))
    if taken is None:
        return _("未采用，另选了分类")
    return _("%s（按候选按钮派出）") % taken if told.get("pressed") else taken


def _due_change(event: TicketEvent) -> str:
    if event.due_before == event.due_after:
        return ""
    before, after = moment_text(event.due_before), moment_text(event.due_after)
    return f"{before} → {after}" if before and after else after or _("取消（原 %s）") % before


def _moment_of(text: object) -> str:
    return moment_text(datetime.fromisoformat(text)) if isinstance(text, str) and text else ""


def _rating(data: dict[str, Any]) -> str:
    if not data.get("score"):
        return ""
    solved = _("已解决") if data.get("solved") else _("未解决")
    return f"{data['score']} 分，{solved}"


def shown_point(ticket: Ticket, *, exact: bool) -> tuple[float, float]:
    """Return the point in WGS-84 degrees, to about 100 m where the exact one tells of the reporter."""
    return (ticket.lat, ticket.lng) if exact else (round(ticket.lat, 3), round(ticket.lng, 3))


def place_facts(report: Report | None, ticket: Ticket, *, exact: bool = True) -> list[Pair]:
    """Return where it is and how that is known; of one without a place, what its resident wrote."""
    if not ticket.placed:
        address = mask_contacts(report.address) if report else ""
        return [(_("地点"), address or _("没有填写地点"))]
    lat, lng = shown_point(ticket, exact=exact)
    facts = [(_("坐标（WGS-84）"), f"{lat:.6f}, {lng:.6f}" if exact else f"{lat:.3f}, {lng:.3f}")]
    if report is not None:
        raw = f"{report.raw_lat:.6f}, {report.raw_lng:.6f}"
        system = CoordinateSystem(report.coord_type).label
        facts += [
            (_("上传坐标"), f"{raw}（{system}）"),
            (_("精度"), f"±{report.accuracy_m:.0f} 米" if report.accuracy_m else _("未知")),
            (_("来源"), str(LocationSource(report.location_source).label)),
            (_("地址"), mask_contacts(report.address) or _("未填")),
        ]
    facts.append(
        (
            _("网格"),
            f"{ticket.grid.village_name} {ticket.grid.name}" if ticket.grid else _("未定位"),
        )
    )
    if ticket.location_flag:
        facts.append((_("位置提示"), ticket.location_flag))
    return facts


def ticket_facts(ticket: Ticket) -> list[Pair]:
    """Return the short facts of the head of the page."""
    category = ticket.category
    path = f"{category.parent.name} / {category.name}" if category and category.parent else ""
    facts = [
        (_("事项分类"), path or (category.name if category else _("未定"))),
        (_("紧急程度"), urgency_text(ticket.urgency)),
        (_("主办单位"), ticket.lead_department.name if ticket.lead_department else _("未派单")),
        (_("上报数"), "" if ticket.parent_id else str(ticket.report_count)),
        (_("派单方式"), _dispatch_way(ticket)),
        (_("转人工原因"), plain_reason(ticket.queue_reason)),
        (_("区级编号"), ticket.external_number),
        (_("办理人"), str(ticket.finished_by) if ticket.finished_by else ""),
        (_("办理结果"), reason_text(ticket.outcome)),
        (_("办理情况"), mask_contacts(ticket.result_text)),
        (_("不予受理原因"), reason_text(ticket.reject_reason)),
        (_("挂账复核日期"), _date(ticket.review_at)),
        (_("流转次数"), _counts(ticket)),
    ]
    return [fact for fact in facts if fact[1]]


def _dispatch_way(ticket: Ticket) -> str:
    if ticket.dispatched_at is None:
        return ""
    return _("系统自动派单") if ticket.auto_dispatched else _("人工派单")


def _date(day: date | None) -> str:
    return day.isoformat() if day else ""


def _counts(ticket: Ticket) -> str:
    counts = (
        (_("派单"), ticket.dispatch_count),
        (_("退单"), ticket.return_count),
        (_("延期"), ticket.extension_count),
        (_("返工"), ticket.rework_count),
        (_("重开"), ticket.reopen_count),
        (_("催办"), ticket.urge_count),
    )
    return "，".join(f"{name} {count}" for name, count in counts if count)
