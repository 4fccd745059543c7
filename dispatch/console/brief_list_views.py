"""The list of briefs, drafting one by hand, and who gets them."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from dispatch.console.brief_rows import brief_row
from dispatch.console.people import actor_of, has_role
from dispatch.domain.brief_sending import add_subscriber, remove_subscriber
from dispatch.domain.brief_steps import EDITS, READS_ALL, READS_BRIEFS
from dispatch.enums import BriefKind
from dispatch.models import BriefSubscriber, Membership, Staff
from dispatch.queries.briefs import PAGE_SIZE, brief_page
from dispatch.summary.briefs.snapshot import build_by_hand
from xiangcun.lib.errors import DomainError


def require_reader(request: HttpRequest) -> None:
    """Refuse whom briefs are not for."""
    if not has_role(request, READS_BRIEFS):
        raise PermissionDenied(_("简报供指挥室、街道领导、审计员和部门负责人查看"))


@require_GET
def briefs_page(request: HttpRequest) -> HttpResponse:
    """List the issues, latest first."""
    require_reader(request)
    kind = request.GET.get("kind", "")
    kind = kind if kind in BriefKind.values else ""
    signed_only = not has_role(request, READS_ALL)
    found = brief_page(signed_only=signed_only, kind=kind, after=_after(request))
    shown = found[:PAGE_SIZE]
    last = shown[-1] if len(found) > PAGE_SIZE else None
    context = {
        **admin.site.each_context(request),
        "title": _("简报"),
        "rows": [brief_row(row) for row in shown],
        "kinds": BriefKind.choices,
        "kind": kind,
        "next": f"{last.last.isoformat()}_{last.pk}" if last else "",
        "edits": has_role(request, EDITS),
        "today": timezone.localdate(),
    }
    return render(request, "briefs/list.html", context)


@require_POST
def brief_new(request: HttpRequest) -> HttpResponse:
    """Draft the issue of a day, a week or a month, or show the one that is there."""
    if not has_role(request, EDITS):
        raise PermissionDenied(_("简报由指挥室坐席或值班领导起草"))
    try:
        kind, day = _wanted(request)
        brief, made = build_by_hand(kind, day, actor=actor_of(request), now=timezone.now())
    except DomainError as error:
        messages.error(request, error.message)
        return HttpResponseRedirect(reverse("briefs"))
    if made:
        messages.success(request, _("草稿已生成，数据已冻结；请核对文字和案例"))
    else:
        messages.info(request, _("这个时段的简报已经有了，下面就是"))
    return HttpResponseRedirect(reverse("brief", args=(brief.pk,)))


@require_http_methods(["GET", "POST"])
def subscribers_page(request: HttpRequest) -> HttpResponse:
    """Show who gets briefs; add a line."""
    if not has_role(request, READS_ALL):
        raise PermissionDenied(_("订阅名单供指挥室、街道领导和审计员查看"))
    status, data = 200, {}
    if request.method == "POST":
        try:
            _subscribe(request)
        except DomainError as error:
            status, data = error.status, request.POST.dict()
            messages.error(request, error.message)
        else:
            messages.success(request, _("已加入订阅名单"))
            return HttpResponseRedirect(reverse("brief-subscribers"))
    edits = has_role(request, EDITS)
    context = {
        **admin.site.each_context(request),
        "title": _("简报订阅"),
        "rows": [_subscriber(row) for row in BriefSubscriber.objects.select_related("user", "added_by")],
        "edits": edits,
        "people": _people() if edits else [],
        "kinds": BriefKind.choices,
        "data": data,
        "wanted": request.POST.getlist("kinds") or BriefKind.values,
    }  # fmt: skip
    return render(request, "briefs/subscribers.html", context, status=status)


@require_POST
def subscriber_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Strike out one line."""
    if not has_role(request, EDITS):
        raise PermissionDenied(_("订阅名单由指挥室坐席或值班领导管理"))
    try:
        remove_subscriber(pk, actor=actor_of(request), now=timezone.now())
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("已从订阅名单删除"))
    return HttpResponseRedirect(reverse("brief-subscribers"))


def _subscribe(request: HttpRequest) -> None:
    picked = request.POST.get("user", "")
    add_subscriber(
        user_id=int(picked) if picked.isdecimal() and len(picked) < 10 else None,  # noqa: PLR2004 - digits of an id
        email=request.POST.get("email", "")[:200],
        name=request.POST.get("name", "")[:200],
        kinds=request.POST.getlist("kinds"),
        actor=actor_of(request),
        now=timezone.now(),
    )


def _wanted(request: HttpRequest) -> tuple[BriefKind, date]:
    kind, day = request.POST.get("kind", ""), request.POST.get("day", "")
    try:
        return BriefKind(kind), date.fromisoformat(day)
    except ValueError:
        raise DomainError("invalid", _("请选择简报种类和日期")) from None


def _after(request: HttpRequest) -> tuple[date, int] | None:
    day, _mark, pk = request.GET.get("after", "").partition("_")
    if not pk.isdecimal() or len(pk) > 18:  # noqa: PLR2004 - what the database takes
        return None
    try:
        return date.fromisoformat(day), int(pk)
    except ValueError:
        return None


def _people() -> list[Staff]:
    """Return the accounts that may read briefs and do not get them yet."""
    seats = Membership.objects.filter(
        role__in=READS_BRIEFS, is_active=True, department__is_active=True
    )
    people = Staff.objects.filter(
        pk__in=seats.values("user"), is_active=True, brief_subscription__isnull=True
    )
    return list(people.order_by("display_name", "username")[:500])


def _subscriber(row: BriefSubscriber) -> dict[str, Any]:
    return {
        "pk": row.pk,
        "name": str(row.user) if row.user else row.name or _("（外部邮箱）"),
        "way": _("站内消息和邮件") if row.user else row.email,
        "kinds": "、".join(str(BriefKind(kind).label) for kind in row.kinds),
        "by": str(row.added_by or ""),
    }
