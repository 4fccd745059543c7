"""The summary page and its workbook."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from tempfile import TemporaryFile

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from dispatch.console.audited import record_export
from dispatch.console.summary_charts import build_charts
from dispatch.console.summary_forms import SummaryForm
from dispatch.domain.actors import staff_actor
from dispatch.models import Staff
from dispatch.summary.access import readable_departments
from dispatch.summary.figures import Row, Table, build_summary
from dispatch.summary.ratios import FIGURES, Figure, Sums, show
from dispatch.summary.workbook import write_workbook

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CARDS = (
    "opened", "in_hand", "closed", "on_time_rate", "answer_hours", "auto_rate", "return_rate", "rework_rate",
    "solved_rate", "satisfied_rate", "rating_rate", "mean_score",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ShownFigure:
    """A figure with its text."""

    figure: Figure
    text: str


@dataclass(frozen=True, slots=True)
class ShownTable:
    """A table with the texts of its rows (name, figures)."""

    table: Table
    rows: tuple[tuple[str, tuple[str, ...]], ...]


def summary_page(request: HttpRequest) -> HttpResponse:
    """Show what happened in the range of days of the URL."""
    form = _form(request)
    summary = build_summary(form.scope())
    context = {
        **admin.site.each_context(request),
        "title": _("统计概览"),
        "form": form,
        "query": request.GET.urlencode(),
        "is_empty": not summary.total,
        "cards": [_shown(FIGURES[code], summary.total) for code in CARDS],
        "statuses": summary.statuses,
        "tables": [ShownTable(table, tuple(_texts(table, table.rows))) for table in summary.tables],
        "charts": build_charts(summary),
    }
    return render(request, "admin/summary/page.html", context)


def summary_workbook(request: HttpRequest) -> FileResponse:
    """Hand out the same figures as an Excel workbook."""
    form = _form(request)
    scope = form.scope()
    record_export(request, "summary")
    target = TemporaryFile()  # noqa: SIM115 - the response closes it
    write_workbook(build_summary(scope), target, scope_lines=form.described())
    target.seek(0)
    name = _("统计概览") + f"_{scope.first}_{scope.last}.xlsx"
    return FileResponse(target, as_attachment=True, filename=name, content_type=XLSX)


def _form(request: HttpRequest) -> SummaryForm:
    user = request.user
    departments = (
        readable_departments(staff_actor(user)) if isinstance(user, Staff) else frozenset()
    )
    if departments is not None and not departments:
        raise PermissionDenied(_("统计概览供指挥室、管理员、审计员和部门负责人查看"))
    return SummaryForm(request.GET, today=timezone.localdate(), departments=departments)


def _shown(figure: Figure, sums: Sums) -> ShownFigure:
    return ShownFigure(figure, show(figure, sums.value(figure)))


def _texts(table: Table, rows: Iterable[Row]) -> Iterable[tuple[str, tuple[str, ...]]]:
    for row in rows:
        yield row.name, tuple(show(figure, row.sums.value(figure)) for figure in table.columns)
