"""Importing the map: upload, preview, confirm. For the administrator; nothing happens unconfirmed."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action

from dispatch.console.audited import record_change
from dispatch.console.grid_import_forms import GridImportForm
from dispatch.console.grid_import_page import preview_context
from dispatch.console.people import SETS_RULES, OfficeAdmin, has_role
from dispatch.domain.grid_imports import (
    check_import,
    confirm_import,
    discard_import,
    find_import,
    start_import,
)
from dispatch.enums import GridImportStatus
from dispatch.models import GridImport, Staff
from xiangcun.lib.errors import DomainError, NotFoundError

_UPLOAD, _PREVIEW = "admin/reports/grid/import.html", "admin/reports/grid/preview.html"


class GridImportPages(OfficeAdmin):
    """The grid list's button and the pages behind it."""

    actions_list = ("import_map",)

    def get_urls(self) -> list[URLPattern]:
        preview = self.admin_site.admin_view(self.preview_map)
        own = path("import/<uuid:import_id>/", preview, name="reports_grid_import_preview")
        return [own, *super().get_urls()]

    def has_import_map_permission(self, request: HttpRequest, *_args: Any) -> bool:
        return has_role(request, SETS_RULES)

    @action(
        description=gettext_lazy("导入网格（GeoJSON）"),
        url_path="import",
        permissions=["import_map"],
        icon="upload",
    )
    def import_map(self, request: HttpRequest) -> HttpResponse:
        """Show the upload form, and keep what is uploaded."""
        form = GridImportForm(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid():
            file = form.cleaned_data["file"]
            try:
                row = start_import(
                    file.read(),
                    user=_person(request),
                    file_name=file.name,
                    options=form.options(),
                    now=timezone.now(),
                )
                return HttpResponseRedirect(_preview_url(row))
            except DomainError as error:
                form.add_error("file", error.message)
        context = {"form": form, "title": _("导入网格")}
        return _show(self, request, _UPLOAD, context, status=400 if form.errors else 200)

    def preview_map(self, request: HttpRequest, import_id: uuid.UUID) -> HttpResponse:
        """Show what the import would do; confirm or discard it."""
        if not self.has_import_map_permission(request):
            raise PermissionDenied(_("只有系统管理员可以导入网格"))
        try:
            row = find_import(import_id, user=_person(request))
        except NotFoundError as error:
            raise Http404(error.message) from error
        if row.status == GridImportStatus.APPLIED:
            return _done(request, row)
        if request.method == "POST":
            return _decide(self, request, row)
        return _preview(self, request, row)


def _decide(admin: OfficeAdmin, request: HttpRequest, row: GridImport) -> HttpResponse:
    """Carry out the button: confirm or discard."""
    if request.POST.get("decision") != "confirm":
        discard_import(row.pk, user=_person(request))
        messages.info(request, _("已放弃导入，网格没有改动"))
        return HttpResponseRedirect(reverse("admin:reports_grid_import_map"))
    if request.POST.get("has_warnings") and not request.POST.get("read"):
        return _preview(admin, request, row, refusal=_("请先核对提醒，并勾选“已核对”"), status=400)
    version = request.POST.get("version", "")
    try:
        done = confirm_import(row.pk, user=_person(request), version=version, now=timezone.now())
    except DomainError as error:
        return _preview(admin, request, row, refusal=error.message, status=error.status)
    record_change(request, done, "added", {"file": ["", done.file_name]})
    return _done(request, done)


def _preview(
    admin: OfficeAdmin,
    request: HttpRequest,
    row: GridImport,
    *,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    try:
        checked = check_import(row, now=timezone.now())
    except DomainError as error:
        messages.error(request, error.message)
        return HttpResponseRedirect(reverse("admin:reports_grid_import_map"))
    context = {**preview_context(row, checked), "title": _("核对导入的网格"), "refusal": refusal}
    return _show(admin, request, _PREVIEW, context, status=status)


def _done(request: HttpRequest, row: GridImport) -> HttpResponse:
    result = row.result
    text = _(
        "网格已导入：新增 %(new)d，修改 %(changed)d，重新启用 %(back)d，停用 %(gone)d；地标 %(marks)d 个"
    )
    marks = result.get("landmarks_new", 0) + result.get("landmarks_changed", 0)
    shown = {kind: result.get(kind, 0) for kind in ("new", "changed", "back", "gone")}
    messages.success(request, text % {**shown, "marks": marks})
    return HttpResponseRedirect(reverse("admin:reports_grid_changelist"))


def _show(
    admin: OfficeAdmin, request: HttpRequest, template: str, context: dict[str, Any], *, status: int
) -> HttpResponse:
    shown = {**admin.admin_site.each_context(request), "opts": admin.opts, **context}
    return TemplateResponse(request, template, shown, status=status)


def _preview_url(row: GridImport) -> str:
    return reverse("admin:reports_grid_import_preview", args=(row.pk,))


def _person(request: HttpRequest) -> Staff:
    """Return who is asking; the admin's walls let in nobody else."""
    if not isinstance(request.user, Staff):
        raise PermissionDenied
    return request.user
