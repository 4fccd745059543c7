"""Exporting the list: at once when small, else a job with a page that tells how far it is."""

from __future__ import annotations

import uuid
from typing import IO, Any
from urllib.parse import parse_qsl

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseNotAllowed,
    HttpResponseRedirect,
    JsonResponse,
)
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from dispatch.console.filter_bar import list_url
from dispatch.console.people import READS_CASES, actor_of, has_role
from dispatch.console.wording import moment_text
from dispatch.domain import exports
from dispatch.enums import ExportStatus
from dispatch.models import ExportJob
from xiangcun.lib.clients import address_of
from xiangcun.lib.errors import DomainError, NotFoundError

SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SHOWN = 20
_TONE = {
    ExportStatus.WAITING: "warning",
    ExportStatus.RUNNING: "info",
    ExportStatus.DONE: "success",
    ExportStatus.FAILED: "danger",
    ExportStatus.CANCELLED: "plain",
    ExportStatus.EXPIRED: "plain",
}


def export_button(request: HttpRequest) -> HttpResponseBase:
    """Export what the list shows."""
    _require_reader(request)
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    params = dict(parse_qsl(request.POST.get("query", "")[:1000]))
    actor, now = actor_of(request), timezone.now()
    try:
        rows = exports.export_size(params, actor=actor, now=now)
        if rows <= exports.SMALL_ROWS:
            return export_file(request, params=params)
        job = exports.start_export(
            params, total=rows, actor=actor, now=now, address=address_of(request)
        )
    except DomainError as error:
        messages.error(request, error.message)
        return HttpResponseRedirect(list_url(params))
    return HttpResponseRedirect(reverse("tool-export-job", args=(job.pk,)))


def export_file(
    request: HttpRequest, *, params: dict[str, str] | None = None, ids: list[int] | None = None
) -> HttpResponseBase:
    """Return a small export as a file."""
    file, _rows = exports.export_now(
        params or {},
        ids=ids or (),
        actor=actor_of(request),
        now=timezone.now(),
        address=address_of(request),
    )
    return _attachment(file)


def exports_page(request: HttpRequest) -> HttpResponse:
    """List the person's latest exports."""
    _require_reader(request)
    rows = ExportJob.objects.filter(user=request.user.pk)[:SHOWN]
    context = {
        **admin.site.each_context(request),
        "title": _("导出记录"),
        "rows": [_card(row) for row in rows],
    }
    return render(request, "admin/tools/exports.html", context)


def export_page(request: HttpRequest, job_id: uuid.UUID) -> HttpResponse:
    """Show how far one export is."""
    context = {
        **admin.site.each_context(request),
        "title": _("导出任务"),
        "job": _card(_job(request, job_id)),
    }
    return render(request, "admin/tools/export.html", context)


def export_status(request: HttpRequest, job_id: uuid.UUID) -> HttpResponse:
    """Return how far one export is, for the page's polling."""
    return JsonResponse(_card(_job(request, job_id)))


def export_cancel(request: HttpRequest, job_id: uuid.UUID) -> HttpResponse:
    """Stop one export."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    _job(request, job_id)
    exports.cancel_export(job_id, user_id=request.user.pk, now=timezone.now())
    return HttpResponseRedirect(reverse("tool-export-job", args=(job_id,)))


def export_download(request: HttpRequest, job_id: uuid.UUID) -> HttpResponseBase:
    """Hand out the file, to whom asked for it."""
    _job(request, job_id)
    try:
        job, file = exports.open_export(
            job_id, actor=actor_of(request), now=timezone.now(), address=address_of(request)
        )
    except DomainError as error:
        messages.error(request, error.message)
        return HttpResponseRedirect(reverse("tool-export-job", args=(job_id,)))
    return _attachment(file, f"{timezone.localtime(job.created_at):%Y%m%d-%H%M}")


def _attachment(file: IO[bytes], stamp: str = "") -> FileResponse:
    stamp = stamp or f"{timezone.localtime():%Y%m%d-%H%M}"
    return FileResponse(
        file, as_attachment=True, filename=f"工单-{stamp}.xlsx", content_type=SHEET_TYPE
    )


def _job(request: HttpRequest, job_id: uuid.UUID) -> ExportJob:
    _require_reader(request)
    try:
        return exports.find_export(job_id, user_id=request.user.pk)
    except NotFoundError as error:
        raise Http404(error.message) from error


def _card(job: ExportJob) -> dict[str, Any]:
    status = ExportStatus(job.status)
    ready = status == ExportStatus.DONE and job.expires_at > timezone.now()
    return {
        "status": str(status),
        "label": str(status.label),
        "tone": _TONE[status],
        "done": job.done,
        "total": max(job.total, job.done),
        "percent": 100 if ready else min(99, round(100 * job.done / max(job.total, 1))),
        "active": status in exports.ACTIVE,
        "message": job.message,
        "size": f"{job.size / 1024 / 1024:.1f} MB" if job.size else "",
        "created": moment_text(job.created_at),
        "expires": moment_text(job.expires_at) if ready else "",
        "url": reverse("tool-export-job", args=(job.pk,)),
        "status_url": reverse("tool-export-status", args=(job.pk,)),
        "cancel_url": reverse("tool-export-cancel", args=(job.pk,)),
        "file_url": reverse("tool-export-file", args=(job.pk,)) if ready else "",
    }


def _require_reader(request: HttpRequest) -> None:
    if not has_role(request, READS_CASES):
        raise PermissionDenied(_("没有工单查看权限"))
