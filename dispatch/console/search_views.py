"""Finding tickets by the telephone of who reported, and by a place on the map."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from dispatch.console.filter_bar import present_params
from dispatch.console.people import DISPATCHES, READS_CASES, actor_of, has_role
from dispatch.console.ticket_page import ticket_link
from dispatch.console.wording import moment_text
from dispatch.domain.phone_search import search_phone
from dispatch.queries.ticket_filters import BOX, NEAR, read_box, read_circle
from dispatch.queries.ticket_places import map_outline
from xiangcun.lib.clients import address_of
from xiangcun.lib.errors import DomainError
from xiangcun.lib.text import mask_contacts

RADII = (100, 300, 500, 1000)


def phone_page(request: HttpRequest) -> HttpResponse:
    """Ask for the number, and list what its holder reported; the number is never in an address."""
    if not has_role(request, DISPATCHES):
        raise PermissionDenied(_("按电话查找只限指挥室坐席和值班领导"))
    context: dict[str, Any] = {**admin.site.each_context(request), "title": _("按电话找工单")}
    if request.method != "POST":
        return render(request, "admin/tools/phone.html", context)
    try:
        masked, rows = search_phone(
            request.POST.get("phone", "")[:30],
            reason=request.POST.get("reason", ""),
            actor=actor_of(request),
            now=timezone.now(),
            address=address_of(request),
        )
    except DomainError as error:
        context |= {"error": error.message, "reason": request.POST.get("reason", "")[:200]}
        return render(request, "admin/tools/phone.html", context, status=error.status)
    tickets = [
        {
            **ticket_link(row),
            "title": mask_contacts(row.title),
            "category": row.category.name if row.category else _("未定"),
            "opened": moment_text(row.opened_at),
        }
        for row in rows
    ]
    context |= {"masked": masked, "tickets": tickets}
    return render(request, "admin/tools/phone.html", context)


def place_page(request: HttpRequest) -> HttpResponse:
    """Show the map on which a box or a circle is chosen; the list does the rest."""
    if not has_role(request, READS_CASES):
        raise PermissionDenied(_("没有工单查看权限"))
    params = present_params(request)
    rest = {name: value for name, value in params.items() if name not in {BOX, NEAR}}
    data = {
        **map_outline(),
        "url": reverse("admin:dispatch_ticket_changelist"),
        "params": {**rest, "queue": "all"} if "queue" not in request.GET else rest,
        "box": read_box(params.get(BOX, "")),
        "near": read_circle(params.get(NEAR, "")),
    }
    context = {
        **admin.site.each_context(request),
        "title": _("按地图找工单"),
        "data": data,
        "radii": RADII,
    }
    return render(request, "admin/tools/place.html", context)
