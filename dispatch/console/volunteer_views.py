"""志愿者: nicknames, numbers and points; taking points back and correcting them; the list as xlsx."""

from __future__ import annotations

import secrets
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from dispatch.console.notice_views import key_of
from dispatch.console.people import actor_of, has_role
from dispatch.console.steps import take_step
from dispatch.console.volunteer_sheet import volunteer_sheet
from dispatch.console.wording import moment_text
from dispatch.domain import volunteer_office as office
from reports.models import PointsEntry, Volunteer
from reports.queries.point_rules import point_rules
from reports.queries.volunteers import ledger_of, listed_volunteers
from reports.volunteer_enums import EARNING
from xiangcun.lib.errors import DomainError

PAGE_SIZE = 50
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def page_context(request: HttpRequest, title: str, **extra: Any) -> dict[str, Any]:
    """Return what every page of volunteers needs; the tabs ask who may run things."""
    return {
        **admin.site.each_context(request),
        "title": title,
        "runs": has_role(request, office.RUNS),
        "decides": has_role(request, office.DECIDES),
        **extra,
    }


def require(request: HttpRequest, roles: frozenset[Any]) -> None:
    """Turn everybody else away."""
    if not has_role(request, roles):
        raise PermissionDenied(_("志愿者事项由指挥室坐席和值班领导办理"))


def volunteers_page(request: HttpRequest) -> HttpResponse:
    """List the volunteers, the newest first; ``?q=`` is a number or a part of a nickname."""
    require(request, office.READS)
    text, before = request.GET.get("q", "").replace("\x00", "").strip()[:20], key_of(request)
    rows = listed_volunteers(text).order_by("-pk")
    rows = rows.filter(pk__lt=before) if before else rows
    found = list(rows[: PAGE_SIZE + 1])
    shown = found[:PAGE_SIZE]
    context = page_context(
        request,
        _("志愿者"),
        tab="volunteers",
        text=text,
        rows=[_line(row) for row in shown],
        next_before=shown[-1].pk if len(found) > PAGE_SIZE else None,
    )
    return render(request, "admin/volunteers/list.html", context)


def volunteer_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one volunteer's ledger; which case a line is about is for the lead alone."""
    require(request, office.READS)
    row = listed_volunteers().filter(pk=pk).first()
    if row is None:
        raise Http404(_("没有这位志愿者，或本人已退出"))
    before, decides = key_of(request), has_role(request, office.DECIDES)
    entries = ledger_of(row.pk).order_by("-pk")
    entries = entries.filter(pk__lt=before) if before else entries
    found = list(entries[: PAGE_SIZE + 1])
    shown = found[:PAGE_SIZE]
    reversed_ids = set(
        PointsEntry.objects.filter(reverses__in=[entry.pk for entry in shown]).values_list(
            "reverses", flat=True
        )
    )
    context = page_context(
        request,
        _("志愿者 %s") % row.number,
        tab="volunteers",
        person=_line(row),
        entries=[_entry(entry, reversed_ids, names=decides) for entry in shown],
        next_before=shown[-1].pk if len(found) > PAGE_SIZE else None,
        token=secrets.token_hex(8),
    )
    return render(request, "admin/volunteers/one.html", context)


@require_POST
def entry_reverse(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back what one line earned."""
    require(request, office.DECIDES)
    entry = PointsEntry.objects.filter(pk=pk).only("volunteer_id").first()
    reason, actor, now = request.POST.get("reason", ""), actor_of(request), timezone.now()
    take_step(
        request,
        lambda: office.take_points_back(pk, reason=reason, actor=actor, now=now),
        _("已扣回，本人会收到消息，可以申诉"),
    )
    return redirect("volunteer", entry.volunteer_id) if entry else redirect("volunteers")


@require_POST
def volunteer_correct(request: HttpRequest, pk: int) -> HttpResponse:
    """Add or take points by hand."""
    require(request, office.DECIDES)
    try:
        office.correct_balance(
            pk,
            amount=_whole(request.POST.get("amount", "")),
            reason=request.POST.get("reason", ""),
            token=request.POST.get("token", "")[:32],
            actor=actor_of(request),
            now=timezone.now(),
        )
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("已更正"))
    return redirect("volunteer", pk)


@require_POST
def volunteer_export(request: HttpRequest) -> HttpResponse:
    """Send the list as xlsx; who took it stands in the audit trail."""
    require(request, office.READS)
    file, count = volunteer_sheet(now=timezone.now())
    office.record_volunteer_export(count, actor=actor_of(request), now=timezone.now())
    response = HttpResponse(file, content_type=_XLSX)
    name = f"volunteers-{timezone.localtime():%Y%m%d}.xlsx"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _whole(text: str) -> int:
    """Return a small whole number, 0 (which the domain refuses) for anything else."""
    digits = text.strip().removeprefix("-").removeprefix("−")
    if not (digits.isascii() and digits.isdecimal() and len(digits) <= 6):  # noqa: PLR2004 - a number of points
        return 0
    return int(digits) * (1 if text.strip() == digits else -1)


def _line(row: Volunteer) -> dict[str, Any]:
    counted: Any = row
    return {
        "pk": row.pk,
        "number": row.number,
        "nickname": row.nickname,
        "adult": row.adult,
        "joined": moment_text(row.joined_at),
        "balance": row.balance,
        "earned": row.earned,
        "rank": point_rules().rank_of(row.earned).name,
        "patrols": counted.patrols,
        "missed": counted.missed,
    }


def _entry(row: PointsEntry, reversed_ids: set[int | None], *, names: bool) -> dict[str, Any]:
    note = "当天已达上限" if row.is_capped and not row.amount else row.reason
    return {
        "pk": row.pk,
        "at": moment_text(row.at),
        "kind": row.get_kind_display(),
        "amount": row.amount,
        "nominal": row.nominal if row.is_capped else None,
        "note": note,
        "report": row.report.number if names and row.report else "",
        "reversed": row.pk in reversed_ids,
        "reversible": row.kind in EARNING and row.amount > 0 and row.pk not in reversed_ids,
    }
