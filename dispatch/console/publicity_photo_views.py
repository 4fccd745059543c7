"""遮盖照片: rectangles drawn over a photo, and its release to the public page."""

from __future__ import annotations

import json
import uuid

from django.contrib import admin, messages
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from dispatch.console.people import actor_of
from dispatch.console.publicity_rows import doubt_of, photo_row
from dispatch.console.publicity_views import publisher_report
from dispatch.domain.publicity import release_photo, withdraw_photo
from reports.models import Report
from reports.queries.photo_links import LARGE, photo_url
from reports.queries.public_staff import Candidate, candidates_of, may_show_photo
from xiangcun.lib.errors import DomainError, InvalidInputError
from xiangcun.lib.redaction import MAX_RECTANGLES, read_rectangles

_LONGEST = 4000


@require_GET
@never_cache
def photo_page(request: HttpRequest, report_id: int, photo_id: uuid.UUID) -> HttpResponse:
    """Show the photo with its rectangles, to be drawn, moved and removed."""
    report = publisher_report(request, report_id)
    row = _candidate(report, photo_id)
    drawn = row.public.rectangles if row.public else []
    return _show(request, report, row, drawn)


@require_POST
def photo_release(request: HttpRequest, report_id: int, photo_id: uuid.UUID) -> HttpResponse:
    """Paint over what was marked and show the rest."""
    report = publisher_report(request, report_id)
    row = _candidate(report, photo_id)
    given = _given(request)
    try:
        release_photo(
            report,
            row.photo,
            kind=row.kind,
            rectangles=read_rectangles(given),
            despite_check=request.POST.get("despite_check") == "1",
            actor=actor_of(request),
            now=timezone.now(),
        )
    except DomainError as error:
        messages.error(request, error.message)
        kept = given if not isinstance(error, InvalidInputError) else []
        return _show(request, report, row, kept, status=error.status)
    messages.success(request, _("照片已公开；请核对下面公众看到的样子"))
    return HttpResponseRedirect(reverse("publicity-report", args=(report.pk,)) + "#photos")


@require_POST
def photo_withdraw(request: HttpRequest, report_id: int, photo_id: uuid.UUID) -> HttpResponse:
    """Take the photo from the public page."""
    report = publisher_report(request, report_id)
    try:
        withdraw_photo(report, photo_id, actor=actor_of(request), now=timezone.now())
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("照片已取消公开，原来的链接立即失效"))
    return HttpResponseRedirect(reverse("publicity-report", args=(report.pk,)) + "#photos")


@require_GET
def photo_preview(request: HttpRequest, report_id: int, photo_id: uuid.UUID) -> HttpResponseBase:
    """Serve what the public sees of a photo to staff, also before the case itself is public."""
    report = publisher_report(request, report_id)
    row = _candidate(report, photo_id)
    if row.public is None:
        raise Http404(_("这张照片没有公开"))
    renditions = row.public.renditions
    try:
        file = default_storage.open(renditions[max(renditions, key=int)], "rb")
    except FileNotFoundError as error:
        raise Http404(_("这张照片没有公开")) from error
    response = FileResponse(file, content_type="image/jpeg")
    response["Cache-Control"] = "private, no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _candidate(report: Report, photo_id: uuid.UUID) -> Candidate:
    found = [row for row in candidates_of(report) if row.photo.pk == photo_id]
    if not found:
        raise Http404(_("这件上报没有这张照片"))
    return found[0]


def _given(request: HttpRequest) -> object:
    """Return what the page sent as rectangles; what is no JSON is refused further on."""
    try:
        return json.loads(request.POST.get("rectangles", "")[:_LONGEST])
    except (ValueError, RecursionError):
        return None


def _show(
    request: HttpRequest, report: Report, row: Candidate, rectangles: object, *, status: int = 200
) -> HttpResponse:
    context = {
        **admin.site.each_context(request),
        "title": _("遮盖照片 %s") % report.number,
        "report": report,
        "photo": photo_row(report, row, agreed=may_show_photo(report, row.kind)),
        "source": photo_url(row.photo, LARGE),
        "rectangles": rectangles if isinstance(rectangles, list) else [],
        "most": MAX_RECTANGLES,
        "doubt": doubt_of(row),
        "release_url": reverse("publicity-photo-release", args=(report.pk, row.photo.pk)),
        "back_url": reverse("publicity-report", args=(report.pk,)),
    }
    return render(request, "admin/publicity/photo.html", context, status=status)
