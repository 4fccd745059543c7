"""Exporting the list: at once when small, else a job with a page that tells how far it is."""

from __future__ import annotations

import uuid
from typing import IO, Any
from urllib.parse import parse_qsl, urlencode

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
from dispatch.console.filter_words import FilterWords
from dispatch.console.people import READS_CASES, actor_of, has_role
from dispatch.console.wording import moment_text
from dispatch.domain import exports
from dispatch.domain.export_columns import Reach, columns_for, reach_of
from dispatch.domain.export_parts import ACTIVE
from dispatch.enums import ExportFormat, ExportStatus
from dispatch.models import ExportJob
from dispatch.queries.ticket_filters import QUEUE, queue_of, read_params
from xiangcun.lib.clients import address_of
from xiangcun.lib.errors import DomainError, InvalidInputError, NotFoundError

_TYPES = {
    str(ExportFormat.XLSX): "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    str(ExportFormat.CSV): "text/csv; charset=utf-8",
}
SHOWN = 50
MOST_COLUMNS = 100
_TONE = {
    ExportStatus.WAITING: "warning",
    ExportStatus.RUNNING: "info",
    ExportStatus.DONE: "success",
    ExportStatus.FAILED: "danger",
    ExportStatus.CANCELLED: "plain",
    ExportStatus.EXPIRED: "plain",
}


def export_button(request: HttpRequest) -> HttpResponseBase:
    """Ask what to export of the list's filter, and export it."""
    _require_reader(request)
    if request.method not in {"GET", "HEAD", "POST"}:
        return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
    posted = request.method == "POST"
    params = dict(parse_qsl((request.POST if posted else request.GET).get("query", "")[:1000]))
    actor, now = actor_of(request), timezone.now()
    # A list without a tab in its address shows the first one: the words must not say "all".
    params = {**params, QUEUE: queue_of(actor, params).code}
    if not posted:
        return _dialog(request, params)
    try:
        layout = _layout(request)
        rows = exports.export_size(params, actor=actor, now=now)
        if rows <= exports.SMALL_ROWS:
            return export_file(request, params=params, layout=layout)
        job = exports.start_export(
            params, total=rows, actor=actor, now=now, address=address_of(request), layout=layout
        )
    except DomainError as error:
        messages.error(request, error.message)
        return HttpResponseRedirect(list_url(params))
    return HttpResponseRedirect(reverse("tool-export-job", args=(job.pk,)))


def _dialog(request: HttpRequest, params: dict[str, str]) -> HttpResponse:
    """Show what would be exported, in which formats and columns."""
    actor = actor_of(request)
    params = read_params(params)
    rows = exports.export_size(params, actor=actor, now=timezone.now())
    context = {
        **admin.site.each_context(request),
        "title": _("导出工单"),
        "words": FilterWords([params]).of(params),
        "query": urlencode(params),
        "back_url": list_url(params),
        "rows": rows,
        "small": rows <= exports.SMALL_ROWS,
        "too_many": rows > exports.MAX_ROWS,
        "formats": ExportFormat.choices,
        "columns": [(c, reach_of(actor, c.key) == Reach.OWN) for c in columns_for(actor)],
    }
    return render(request, "admin/tools/export_choose.html", context)


def _layout(request: HttpRequest) -> exports.Layout:
    """Read format and columns; raises ``InvalidInputError`` for a format there is not."""
    form = request.POST.get("format", str(ExportFormat.XLSX))
    if form not in ExportFormat.values:
        raise InvalidInputError.of_field("format", "export_format_unknown", _("没有这种文件格式"))
    return exports.Layout(
        form=form,
        columns=tuple(request.POST.getlist("columns")[:MOST_COLUMNS]),
        header_keys=request.POST.get("header") == "keys",
    )


def export_file(
    request: HttpRequest,
    *,
    params: dict[str, str] | None = None,
    ids: list[int] | None = None,
    layout: exports.Layout | None = None,
) -> HttpResponseBase:
    """Return a small export as a file."""
    layout = layout or exports.Layout()
    file, _rows = exports.export_now(
        params or {},
        ids=ids or (),
        actor=actor_of(request),
        now=timezone.now(),
        address=address_of(request),
        layout=layout,
    )
    return _attachment(file, layout.form)


def exports_page(request: HttpRequest) -> HttpResponse:
    """List the person's latest exports."""
    _require_reader(request)
    rows = list(ExportJob.objects.filter(user=request.user.pk)[:SHOWN])
    words = FilterWords(row.params for row in rows)
    context = {
        **admin.site.each_context(request),
        "title": _("我的导出"),
        "rows": [{**_card(row), "words": words.of(row.params)} for row in rows],
    }
    return render(request, "admin/tools/exports.html", context)


def export_page(request: HttpRequest, job_id: uuid.UUID) -> HttpResponse:
    """Show how far one export is."""
    job = _job(request, job_id)
    context = {
        **admin.site.each_context(request),
        "title": _("导出任务"),
        "job": {**_card(job), "words": FilterWords([job.params]).of(job.params)},
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
    if request.POST.get("back") == "list":
        return HttpResponseRedirect(reverse("tool-exports"))
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
    return _attachment(file, job.format, f"{timezone.localtime(job.created_at):%Y%m%d-%H%M}")


def _attachment(file: IO[bytes], form: str, stamp: str = "") -> FileResponse:
    stamp = stamp or f"{timezone.localtime():%Y%m%d-%H%M}"
    return FileResponse(
        file, as_attachment=True, filename=f"工单-{stamp}.{form}", content_type=_TYPES[form]
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
        "active": status in ACTIVE,
        "message": job.message,
        "format": job.get_format_display(),
        "columns": len(job.columns),
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
