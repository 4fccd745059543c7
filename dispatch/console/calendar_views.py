"""The calendar page: a year to look at, days to set, a notice to import. Nothing changes unconfirmed."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from dispatch.console.calendar_forms import DaysForm, NoticeForm
from dispatch.console.calendar_words import change_line, change_page_of, day_words
from dispatch.console.calendar_year import FIRST_YEAR, LAST_YEAR, year_page
from dispatch.console.people import READS_CASES, READS_RULES, SETS_RULES, has_role
from dispatch.domain.calendar import (
    check_wish,
    effect_of,
    import_year,
    notice_rows,
    set_days,
    wished_rows,
)
from dispatch.domain.calendar_files import TEMPLATE, read_notice
from dispatch.enums import Role
from dispatch.models import Staff
from dispatch.queries.calendar_page import change_for_page, latest_changes, open_changes
from xiangcun.lib.errors import DomainError

READS = READS_CASES | READS_RULES | SETS_RULES
SETS = frozenset({Role.LEAD, Role.ADMINISTRATOR})


@require_GET
def calendar_page(request: HttpRequest) -> HttpResponse:
    """Show a year."""
    _require(request, READS)
    today = timezone.localdate()
    wanted = request.GET.get("year", "")
    year = int(wanted) if wanted.isdecimal() and len(wanted) == 4 else today.year  # noqa: PLR2004 - digits of a year
    return _year(request, min(max(year, FIRST_YEAR), LAST_YEAR), DaysForm())


@require_http_methods(["POST"])
def set_days_page(request: HttpRequest) -> HttpResponse:
    """Say what setting the days would do; set them once confirmed."""
    _require(request, SETS)
    form = DaysForm(request.POST)
    if not form.is_valid():
        return _year(request, timezone.localdate().year, form, status=400)
    wish = form.wish()
    try:
        check_wish(wish)
        if request.POST.get("decision") == "confirm":
            change = set_days(wish, user=_person(request), now=timezone.now())
            return _changed(request, change.summary, wish.first.year)
        effect = effect_of(wished_rows(wish))
    except DomainError as error:
        form.add_error(None, error.message)
        return _year(request, wish.first.year, form, status=error.status)
    context = {"form": form, "wish": wish, "effect": effect, "days": day_words(wish)}
    return _show(request, "confirm_days.html", _("核对日历变更"), context)


@require_http_methods(["GET", "POST"])
def import_page(request: HttpRequest) -> HttpResponse:
    """Read a notice, show what it says and does; import it once confirmed."""
    _require(request, SETS)
    form = NoticeForm(request.POST or None, request.FILES or None)
    if request.method == "GET" or not form.is_valid():
        return _import_form(request, form, status=400 if form.errors else 200)
    source = form.cleaned_data["source"]
    try:
        reading = read_notice(*form.content())
        if request.POST.get("decision") == "confirm" and not reading.faults:
            change = import_year(
                reading.year,
                reading.days,
                source=source,
                user=_person(request),
                now=timezone.now(),
            )
            return _changed(request, change.summary, reading.year)
        effect = None if reading.faults else effect_of(notice_rows(reading.year, reading.days))
    except DomainError as error:
        form.add_error(None, error.message)
        return _import_form(request, form, status=error.status)
    context = {"reading": reading, "effect": effect, "source": source}
    status = 400 if reading.faults else 200
    return _show(request, "confirm_import.html", _("核对放假安排"), context, status=status)


@require_GET
def template_file(request: HttpRequest) -> HttpResponse:
    """Download the shape of the file, readable by a spreadsheet."""
    _require(request, READS)
    answer = HttpResponse("\ufeff" + TEMPLATE, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="calendar-template.csv"'
    return answer


@require_GET
def change_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one change: the days before and after, and the tickets that moved."""
    _require(request, SETS | READS_RULES)
    change = change_for_page(pk)
    if change is None:
        raise Http404(_("没有这次日历变更"))
    return _show(request, "change.html", _("日历变更"), change_page_of(request, change))


@require_GET
def progress(request: HttpRequest) -> JsonResponse:
    """Return how far the open due dates have followed."""
    _require(request, READS)
    rows = [
        {"id": row.pk, "status": row.get_status_display(), "moved": row.moved}
        for row in open_changes()
    ]
    return JsonResponse({"open": rows})


def _year(request: HttpRequest, year: int, form: DaysForm, *, status: int = 200) -> HttpResponse:
    may_set = has_role(request, SETS)
    context = {
        **year_page(year, today=timezone.localdate()),
        "form": form if may_set else None,
        "may_set": may_set,
        "may_open": has_role(request, SETS | READS_RULES),
        "changes": [change_line(row) for row in latest_changes()],
    }
    return _show(request, "year.html", _("工作日历"), context, status=status)


def _import_form(request: HttpRequest, form: NoticeForm, *, status: int) -> HttpResponse:
    return _show(request, "import.html", _("导入放假安排"), {"form": form}, status=status)


def _show(
    request: HttpRequest, name: str, title: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    shown = {**admin.site.each_context(request), "title": title, **context}
    return render(request, f"admin/calendar/{name}", shown, status=status)


def _changed(request: HttpRequest, summary: str, year: int) -> HttpResponse:
    messages.success(request, _("已保存：%s。在办工单的期限正在重算，进度见页面下方") % summary)
    return HttpResponseRedirect(f"{reverse('calendar')}?year={year}")


def _require(request: HttpRequest, roles: frozenset[Role]) -> None:
    if not has_role(request, roles):
        raise PermissionDenied(_("您的岗位不能查看或修改工作日历"))


def _person(request: HttpRequest) -> Staff | None:
    return request.user if isinstance(request.user, Staff) else None
