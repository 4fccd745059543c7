"""How good triage was, over the weeks: the page, the tickets behind a figure, the workbook."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from dispatch.console.audited import record_export
from dispatch.console.people import READS_CASES, READS_QUALITY, actor_of, has_role
from dispatch.console.quality_cases import View, read_view, recent_warnings, warnings_of
from dispatch.console.quality_charts import build_quality_charts
from dispatch.console.summary_views import XLSX
from dispatch.console.ticket_page import ticket_link
from dispatch.enums import Role
from dispatch.queries import triage_quality as reads
from dispatch.summary.quality import Case, Selection, Verdict
from dispatch.summary.quality_tables import Cell, QualityTable, build_tables
from dispatch.summary.quality_workbook import write_quality_workbook
from dispatch.summary.ratios import Kind
from dispatch.summary.versions import version_text

PAGE_SIZE = 50
CARDS = ("opened", "auto", "share", "accuracy", "wrong", "undecided")
VERDICTS = {
    Verdict.RIGHT: ("正确", "success"),
    Verdict.WRONG: ("有误", "danger"),
    Verdict.SIGNED: ("未定，已签收", "info"),
    Verdict.OPEN: ("未定", "plain"),
}
BY_PERSON = ("转人工", "warning")


@dataclass(frozen=True, slots=True)
class ShownCell:
    """A cell with its text; ``url`` leads to its tickets, "" for whom cases are closed or for none."""

    text: str
    url: str
    interval: str
    few: bool
    bad: bool


def quality_page(request: HttpRequest) -> HttpResponse:
    """Show the weeks that the address asks for."""
    view = _view(request)
    tables = _tables(view)
    links = has_role(request, READS_CASES)
    shown = [
        (table, [(name, [_shown(cell, view, links=links) for cell in row]) for name, row in rows])
        for table, rows in ((table, table.rows) for table in tables)
    ]
    total = dict(zip((c.code for c in tables[0].columns), shown[0][1][0][1], strict=True))
    context = {
        **_base(request, view, _("研判质量")),
        "cards": [(column, total[column.code]) for column in tables[0].columns],
        "is_empty": not view.cases,
        "tables": shown,
        "target": f"{view.target:.1%}",
        "warnings": _linked(warnings_of(view.cases, target=view.target), view, links=links),
        "charts": build_quality_charts(tables, target=view.target) if view.cases else {},
        "max_runs": reads.MAX_RUNS,
    }
    return render(request, "admin/triage_quality/page.html", context)


def quality_tickets(request: HttpRequest) -> HttpResponse:
    """List exactly the tickets that a figure counts."""
    if not has_role(request, READS_CASES):
        raise PermissionDenied(_("工单清单供指挥室和审计员查看"))
    view = _view(request)
    asked = Selection(*(request.GET.get(name, "") for name in ("measure", "group", "key")))
    cases = asked.of(view.cases)
    page = Paginator(cases, PAGE_SIZE).get_page(request.GET.get("page"))
    found = reads.tickets_by_id(actor_of(request), [case.ticket_id for case in page.object_list])
    names = reads.category_names()
    context = {
        **_base(request, view, _("研判质量：工单清单")),
        "count": len(cases),
        "page": page,
        "link": f"?{_query(view, asked)}",
        "rows": [
            _line(case, found[case.ticket_id], names)
            for case in page.object_list
            if case.ticket_id in found
        ],
        "described": _described(asked, names),
        "back_url": f"{reverse('triage-quality')}?{_query(view)}",
    }
    return render(request, "admin/triage_quality/tickets.html", context)


def quality_workbook(request: HttpRequest) -> FileResponse:
    """Hand out the same tables as an Excel workbook."""
    view = _view(request)
    record_export(request, "triage_quality")
    target = TemporaryFile()  # noqa: SIM115 - the response closes it
    write_quality_workbook(_tables(view), target, scope_lines=_scope_lines(view))
    target.seek(0)
    name = _("研判质量") + f"_{timezone.localdate(view.chosen.since)}.xlsx"
    return FileResponse(target, as_attachment=True, filename=name, content_type=XLSX)


def quality_warnings(request: HttpRequest) -> list[dict[str, Any]]:
    """Return what the lead's start page says about recent weeks, with a link to the page."""
    if not has_role(request, frozenset({Role.LEAD})):
        return []
    url = reverse("triage-quality")
    return [
        {**row, "url": url, "link": _("查看研判质量")}
        for row in recent_warnings(now=timezone.now())
    ]


def _view(request: HttpRequest) -> View:
    if not has_role(request, READS_QUALITY):
        raise PermissionDenied(_("研判质量供指挥室坐席、值班领导、审计员和系统管理员查看"))
    return read_view(request.GET, now=timezone.now())


def _tables(view: View) -> list[QualityTable]:
    return build_tables(view.cases, names=reads.category_names(), target=view.target)


def _base(request: HttpRequest, view: View, title: str) -> dict[str, Any]:
    return {
        **admin.site.each_context(request),
        "title": title,
        "form": view.form,
        "query": _query(view),
        "capped": view.capped,
    }


def _query(view: View, selection: Selection | None = None) -> str:
    """Return the address's filters as they were understood, and what is counted."""
    values = {
        "weeks": str(view.chosen.weeks),
        "category": view.chosen.category,
        "version": view.chosen.version,
    }
    if selection is not None:
        values |= {
            "measure": selection.measure,
            "group": selection.group,
            "key": selection.key,
        }
    group = selection.group if selection else ""
    return urlencode({k: v for k, v in values.items() if v or (k == "key" and group)})


def _shown(cell: Cell, view: View, *, links: bool) -> ShownCell:
    url = ""
    if links and cell.selection is not None and cell.value is not None:
        has_rows = bool(cell.value) or cell.kind is Kind.PERCENT
        base = reverse("triage-quality-tickets")
        url = f"{base}?{_query(view, cell.selection)}" if has_rows else ""
    low, high = cell.interval or (0.0, 0.0)
    interval = f"{_share(low)} – {_share(high)}" if cell.interval else ""
    return ShownCell(_text(cell), url, interval, cell.few, cell.bad)


def _text(cell: Cell) -> str:
    if cell.value is None:
        return "—"
    return _share(cell.value) if cell.kind is Kind.PERCENT else f"{cell.value:,.0f}"


def _share(value: float) -> str:
    """Return a share in percent; one that is not quite everything never reads 100 %."""
    return f"{value if value >= 1 else min(value, 0.999):.1%}"


def _linked(rows: list[dict[str, Any]], view: View, *, links: bool) -> list[dict[str, Any]]:
    """Give each warning the address of the tickets that were wrong."""
    base = reverse("triage-quality-tickets")
    return [
        {
            **row,
            "link": _("查看有误的工单"),
            "url": f"{base}?{_query(view, Selection('wrong', 'week', row['week']))}"
            if links
            else "",
        }
        for row in rows
    ]


def _line(case: Case, ticket: Any, names: Mapping[str, str]) -> dict[str, Any]:
    verdict, tone = VERDICTS[case.verdict] if case.verdict else BY_PERSON
    final = case.final or (ticket.category.code if ticket.category else "")
    return {
        **ticket_link(ticket),
        "week": case.week.isoformat(),
        "first": names.get(case.first, case.first) or _("没有候选"),
        "final": names.get(final, final) or _("未定"),
        "changed": bool(case.first and final and case.first != final),
        "department": ticket.lead_department.short_name if ticket.lead_department else "—",
        "verdict": verdict,
        "verdict_tone": tone,
    }


def _described(asked: Selection, names: Mapping[str, str]) -> str:
    """Say in words what is listed."""
    columns = MEASURE_NAMES.get(asked.measure, "")
    if not asked.group:
        return columns
    key = asked.key
    if asked.group == "pair":
        first, _dash, final = key.partition("-")
        key = f"{names.get(first, first)} → {names.get(final, final)}"
    elif asked.group == "by":
        key = version_text(key)
    elif asked.group == "week":
        key = _("%s 起的一周") % key
    else:
        key = names.get(key, key) or _("没有候选")
    return f"{key}：{columns}"


MEASURE_NAMES = {
    "opened": "立案的工单",
    "auto": "自动派单的工单",
    "queued": "转人工的工单",
    "failed": "研判出错的工单",
    "right": "自动派单、判定正确的工单",
    "wrong": "自动派单、判定有误的工单",
    "undecided": "自动派单、尚未判定的工单",
    "decided": "自动派单、已判定的工单",
    "sent": "派过单的工单",
    "back": "退过单的工单",
    "back_auto": "自动派单后退过单的工单",
    "corrected": "人工改了分类的工单",
    "corrected_auto": "自动派单后改了分类的工单",
    "chosen": "由人工派出的工单",
    "chosen_1": "人工选第一候选的工单",
    "chosen_2": "人工选第二候选的工单",
    "chosen_top": "人工选前两个候选的工单",
    "chosen_other": "人工另选分类的工单",
    "chosen_blind": "没有候选、由人工派出的工单",
    "pressed": "用候选按钮派出的工单",
}


def _scope_lines(view: View) -> list[tuple[str, str]]:
    chosen = view.chosen
    since = timezone.localdate(chosen.since).isoformat()
    lines = [
        (
            _("时间"),
            _("最近 %(weeks)d 周，自 %(since)s 起") % {"weeks": chosen.weeks, "since": since},
        ),
        (_("研判的分类"), str(view.form.cleaned_data.get("category") or _("全部分类"))),
        (_("模型版本"), version_text(chosen.version) if chosen.version else _("全部版本")),
        (_("准确率要求"), f"{view.target:.1%}"),
    ]
    lines += [(_("提醒"), row["text"]) for row in warnings_of(view.cases, target=view.target)]
    if view.capped:
        lines.append((_("注意"), _("工单太多，只统计了最近 %d 件") % reads.MAX_RUNS))
    return lines
