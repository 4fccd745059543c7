"""Importing 便民服务: the form, the sheet to fill in, what a file would do, and doing it."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from dispatch.console.guide_forms import GuideFileForm
from dispatch.console.people import actor_of, has_role
from dispatch.domain.audit import record_audit
from dispatch.domain.guide_import import ImportPlan, apply_import, cells_of, plan_import, read_file
from dispatch.domain.guide_sheet import typed_of, write_sheet
from dispatch.domain.guides import KEEPS_ALL
from dispatch.enums import AuditAction
from reports.models import Guide
from xiangcun.lib.errors import ConflictError, DomainError

SHOWN_FAULTS = 200
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_http_methods(["GET", "POST"])
@never_cache
def import_page(request: HttpRequest) -> HttpResponse:
    """Read a file and show what it would do."""
    _require(request)
    form = GuideFileForm(request.POST or None, request.FILES or None)
    if request.method == "GET" or not form.is_valid():
        return _form_page(request, form, status=400 if form.errors else 200)
    file = form.cleaned_data["file"]
    try:
        plan = plan_import(read_file(file.read(), str(file.name)), actor=actor_of(request))
    except DomainError as error:
        form.add_error("file", error.message)
        return _form_page(request, form, status=error.status)
    return _preview(request, plan, publish=form.cleaned_data["publish"])


@require_POST
def import_apply(request: HttpRequest) -> HttpResponse:
    """Write what was looked at; changed since then, it is shown again."""
    _require(request)
    actor, publish = actor_of(request), request.POST.get("publish") == "1"
    try:
        cells = cells_of(request.POST.get("cells", ""))
        mark = request.POST.get("mark", "")
        plan = apply_import(cells, mark=mark, publish=publish, actor=actor, now=timezone.now())
    except ConflictError as error:
        messages.error(request, error.message)
        return _preview(request, plan_import(cells, actor=actor), publish=publish, status=409)
    except DomainError as error:
        messages.error(request, error.message)
        return HttpResponseRedirect(reverse("guide-import"))
    said = _("已导入：新增 %(new)s 条，更新 %(changed)s 条，%(same)s 条没有变化")
    counts = {"new": len(plan.new), "changed": len(plan.changed), "same": plan.same}
    messages.success(request, said % counts)
    return HttpResponseRedirect(reverse("guides"))


@require_GET
def template_file(request: HttpRequest) -> HttpResponse:
    """Download the empty sheet."""
    _require(request)
    return _xlsx(write_sheet(()), "guides-template.xlsx")


@require_GET
@never_cache
def export_file(request: HttpRequest) -> HttpResponse:
    """Download the directory in the shape it is imported in: change it there, bring it back."""
    _require(request)
    rows = Guide.objects.prefetch_related("dimensions").order_by("order", "pk")
    typed = [typed_of(row, [tag.code for tag in row.dimensions.all()]) for row in rows]
    data = {"step": "guides", "rows": len(typed)}
    record_audit(AuditAction.EXPORT, actor=actor_of(request).user, now=timezone.now(), data=data)
    return _xlsx(write_sheet(typed), "guides.xlsx")


def _require(request: HttpRequest) -> None:
    if not has_role(request, KEEPS_ALL):
        raise PermissionDenied(_("导入由指挥室坐席或值班领导办理"))


def _form_page(request: HttpRequest, form: GuideFileForm, *, status: int) -> HttpResponse:
    context = {**admin.site.each_context(request), "title": _("导入便民服务"), "form": form}
    return render(request, "admin/guides/import.html", context, status=status)


def _preview(
    request: HttpRequest, plan: ImportPlan, *, publish: bool, status: int = 200
) -> HttpResponse:
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": _("核对导入内容"),
        "plan": plan,
        "faults": plan.faults[:SHOWN_FAULTS],
        "publish": publish,
        "nothing": not plan.faults and not plan.new and not plan.changed,
    }
    code = 400 if plan.faults else status
    return render(request, "admin/guides/preview.html", context, status=code)


def _xlsx(data: bytes, name: str) -> HttpResponse:
    answer = HttpResponse(data, content_type=_XLSX)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["Cache-Control"] = "no-store"
    return answer
