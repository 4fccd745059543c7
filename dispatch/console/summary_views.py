"""The summary page, its workbook, and the dictionary of its figures."""

from __future__ import annotations

from itertools import groupby
from tempfile import TemporaryFile

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from dispatch.console.audited import record_export
from dispatch.console.people import actor_of
from dispatch.console.summary_charts import build_charts
from dispatch.console.summary_forms import SummaryForm
from dispatch.console.summary_shown import build_cards, show_statuses, show_table
from dispatch.summary.access import readable_departments
from dispatch.summary.dictionary import entries
from dispatch.summary.figures import build_summary
from dispatch.summary.workbook import write_workbook

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def summary_page(request: HttpRequest) -> HttpResponse:
    """Show what happened in the period of the URL."""
    form = _form(request)
    period = form.chosen()
    summary = build_summary(form.scope(), period)
    context = {
        **admin.site.each_context(request),
        "title": _("统计概览"),
        "form": form,
        "period": period,
        "described": form.described(),
        "steps": form.steps(),
        "query": form.query(),
        "is_empty": not summary.total,
        "cards": build_cards(summary),
        "statuses": show_statuses(summary),
        "tables": [show_table(table) for table in summary.tables],
        "charts": build_charts(summary),
    }
    return render(request, "admin/summary/page.html", context)


def summary_workbook(request: HttpRequest) -> FileResponse:
    """Hand out the same figures as an Excel workbook."""
    form = _form(request)
    scope = form.scope()
    record_export(request, "summary")
    target = TemporaryFile()  # noqa: SIM115 - the response closes it
    summary = build_summary(scope, form.chosen())
    write_workbook(summary, target, scope_lines=form.described())
    target.seek(0)
    name = _("统计概览") + f"_{scope.first}_{scope.last}.xlsx"
    return FileResponse(target, as_attachment=True, filename=name, content_type=XLSX)


def summary_metrics(request: HttpRequest) -> HttpResponse:
    """Show the dictionary of the figures."""
    readable_or_refused(request)
    groups = groupby(entries(), key=lambda entry: entry.group)
    context = {
        **admin.site.each_context(request),
        "title": _("指标说明"),
        "groups": [(group, list(rows)) for group, rows in groups],
    }
    return render(request, "admin/summary/metrics.html", context)


def readable_or_refused(request: HttpRequest) -> frozenset[int] | None:
    """Return the departments whose figures this person reads; refuse who reads none."""
    departments = readable_departments(actor_of(request))
    if departments is not None and not departments:
        raise PermissionDenied(_("统计概览供街道领导、指挥室、管理员、审计员和部门负责人查看"))
    return departments


def _form(request: HttpRequest) -> SummaryForm:
    departments = readable_or_refused(request)
    return SummaryForm(request.GET, today=timezone.localdate(), departments=departments)
