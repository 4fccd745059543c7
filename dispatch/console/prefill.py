"""What a form starts with: the candidate of triage, the duty of its category, the ticket itself."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dispatch.console.conflict_cards import conflicts_of
from dispatch.console.explanation import dangers_of
from dispatch.console.people import actor_of
from dispatch.console.run_rows import candidates_of, data_of, steps_of
from dispatch.console.wording import moment_text
from dispatch.enums import TicketAction, TicketStatus
from dispatch.models import CategoryDuty, Department, Ticket, TriageRun
from dispatch.queries.calendar import work_calendar
from dispatch.queries.tickets import triage_runs_of
from reports.enums import ReportKind
from reports.models import Category


def initial_for(request: HttpRequest, ticket: Ticket, action: TicketAction) -> dict[str, Any]:
    """Return the initial values of the form of ``action``."""
    initial: dict[str, Any] = {"version": ticket.version}
    if action == TicketAction.DISPATCH:
        initial |= dispatch_initial(request, ticket, wanted=request.GET.get("candidate", ""))
    if action == TicketAction.MERGE:
        initial["target_ticket"] = request.GET.get("target", "")[:20]
    if action == TicketAction.REQUEST_EXTENSION and ticket.due_at:
        initial["new_due"] = timezone.localtime(ticket.due_at + timedelta(days=3))
    if action == TicketAction.SUPERVISE:
        reply_due = work_calendar().add_workdays(timezone.now(), 1)
        initial["reply_due"] = timezone.localtime(reply_due)
    return initial


_NOTES = {
    TicketAction.ANSWER_SUPERVISION: (gettext_lazy("回复内容"), gettext_lazy("值班领导会看到")),
    TicketAction.SUPERVISE: (gettext_lazy("督办要求"), gettext_lazy("承办单位会看到")),
}


def wording_of(ticket: Ticket, action: TicketAction) -> dict[str, Any]:
    """Return what fields of the action's form are called on this ticket, where that is special."""
    if action == TicketAction.SPLIT:
        due = moment_text(ticket.due_at)
        return {
            "labels": {"category": _("子工单的事项分类")},
            "hints": {
                "departments": _("可多选，每个单位各得一张子工单"),
                "category": _("不填则与主工单相同"),
                "promised_due": _("不填按规定时限；不晚于主工单的办理期限 %s") % due,
            },
        }
    if action in _NOTES:
        name, told = _NOTES[action]
        return {"labels": {"note": str(name)}, "hints": {"note": str(told)}}
    if action == TicketAction.REJECT:
        hint = _("选定原因后自动填入建议的答复（去哪里办、打什么电话），可修改；居民会看到这段话")
        return {"hints": {"public_text": hint}}
    if action == TicketAction.REPLY:
        return _reply_wording(ticket)
    if ticket.parent_id is not None and action == TicketAction.FINISH:
        return {
            "labels": {"public_text": _("办理情况")},
            "hints": {"public_text": _("子工单没有上报居民，主工单的承办单位和指挥室会看到")},
        }
    if action == TicketAction.FINISH and ticket.category and ticket.category.after_photo_required:
        return {"labels": {"photos": _("办理后的照片（已解决、部分解决、临时处置的必须上传）")}}
    return {}


def _reply_wording(ticket: Ticket) -> dict[str, Any]:
    if ticket.status in {TicketStatus.AWAITING_RATING, TicketStatus.CLOSED}:
        hint = _("居民已用完重新打开的次数，请值班领导复核；居民会看到这段话")
    elif ticket.kind == ReportKind.PRAISE:
        hint = _("向居民致谢并说明已转告谁；提交后即办结，居民会看到这段话")
    else:
        hint = _("直接回答居民的意见或问题；除值班领导外，须另一人核查后居民才会看到")
    return {
        "labels": {"public_text": _("答复内容"), "photos": _("随答复给居民看的照片")},
        "hints": {"public_text": hint},
    }


def dispatch_initial(request: HttpRequest, ticket: Ticket, *, wanted: str) -> dict[str, Any]:
    """Return what a dispatch starts with; ``wanted`` is a candidate's place from 0, "" for none."""
    runs = triage_runs_of(ticket) if actor_of(request).is_command_room else []
    run = runs[0] if runs else None
    chosen = _candidate_category(run, ticket, wanted)
    category = chosen or ticket.category
    lead = _suggested(ticket) or _routed(run, category)
    assisting: list[Department] = []
    if category is not None:
        duty = CategoryDuty.objects.filter(category=category).select_related("lead").first()
        if duty is not None:
            lead = lead or _real(duty.lead, ticket)
            found = (_real(row, ticket) for row in duty.assisting.all())
            assisting = [row for row in found if row is not None and row != lead]
    conflict = conflicts_of(request, ticket)
    if lead is not None and lead.pk in conflict.complained:
        lead = conflict.neutral_for(lead)
    assisting = [row for row in assisting if row.pk not in conflict.complained and row != lead]
    return {
        "category": category.pk if category else None,
        "urgency": candidate_urgency(run, chosen, ticket),
        "candidate": int(wanted) + 1 if chosen is not None and wanted in {"0", "1"} else 0,
        "lead_department": lead.pk if lead else None,
        "assisting": [row.pk for row in assisting],
    }


def _candidate_category(run: TriageRun | None, ticket: Ticket, wanted: str) -> Category | None:
    if not wanted and ticket.category is not None:
        return None
    rows = candidates_of(run) if run else []
    index = int(wanted) if wanted in {"0", "1", "2"} else 0
    code = rows[index].get("category", "") if index < len(rows) else ""
    return Category.objects.filter(code=code, parent__isnull=False, is_active=True).first()


def candidate_urgency(run: TriageRun | None, chosen: Category | None, ticket: Ticket) -> str:
    """Return the urgency of a candidate: its category's, unless danger or a dispatch raised it."""
    if chosen is None:
        return ticket.urgency
    raised = ticket.dispatch_count > 0 or (run is not None and bool(dangers_of(run)))
    default = str(chosen.default_urgency)
    return min(default, ticket.urgency) if raised else default


def _routed(run: TriageRun | None, category: Category | None) -> Department | None:
    """Return whom triage's rule chose for its best candidate, as long as that is the one taken."""
    rows = candidates_of(run) if run else []
    if run is None or category is None or not rows or rows[0].get("category") != category.code:
        return None
    step = steps_of(run).get("route", {})
    code = data_of(steps_of(run), "route").get("lead")
    if not step.get("ok") or not isinstance(code, str):
        return None
    return Department.objects.filter(code=code, is_active=True).first()


def _suggested(ticket: Ticket) -> Department | None:
    """Return whom the unit that has just given the ticket back suggested."""
    latest = ticket.events.order_by("-seq").first()
    if latest is None or latest.action != TicketAction.RETURN:
        return None
    pk = (latest.data or {}).get("suggested_department")
    return Department.objects.filter(pk=pk, is_active=True).first() if pk else None


def _real(department: Department, ticket: Ticket) -> Department | None:
    """Replace the stand-in "village of the place" by the village itself; skip what is inactive."""
    if department.is_active:
        return department
    if department.code != "village" or ticket.grid is None:
        return None
    return Department.objects.filter(village_code=ticket.grid.village_code, is_active=True).first()


def duties_json(ticket: Ticket) -> dict[str, Any]:
    """Return category id → lead and assisting ids, so that the form follows the chosen category."""
    duties = CategoryDuty.objects.select_related("lead").prefetch_related("assisting")
    villages = {}
    if ticket.grid is not None:
        village = Department.objects.filter(village_code=ticket.grid.village_code, is_active=True)
        villages = {"village": village.first()}

    def real(department: Department) -> int | None:
        found = department if department.is_active else villages.get(department.code)
        return found.pk if found else None

    return {
        str(duty.category_id): {
            "lead": real(duty.lead),
            "assisting": [pk for row in duty.assisting.all() if (pk := real(row))],
        }
        for duty in duties
    }
