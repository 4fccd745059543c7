"""Keeping, renaming, ordering and deleting saved filters."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qsl

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from dispatch.console.filter_bar import list_url
from dispatch.console.people import READS_CASES, actor_of, has_role, roles_of
from dispatch.domain.saved_filters import (
    delete_filter,
    may_share,
    move_filter,
    rename_filter,
    save_filter,
)
from dispatch.queries.saved_filters import shown_filters
from xiangcun.lib.errors import DomainError


def filters_page(request: HttpRequest) -> HttpResponse:
    """List the person's filters, to be renamed, moved and deleted; a POST keeps a new one."""
    _require_reader(request)
    if request.method == "POST":
        return _save(request)
    rows = shown_filters(
        actor_of(request), user_id=request.user.pk, roles=roles_of(request), now=timezone.now()
    )
    shares = may_share(actor_of(request))
    context = {
        **admin.site.each_context(request),
        "title": _("常用筛选"),
        "rows": [
            {"row": row, "url": list_url(row.params), "changeable": row.is_own or shares}
            for row in rows
            if row.pk is not None
        ],
        "shipped": [
            {"name": row.name, "url": list_url(row.params)} for row in rows if row.pk is None
        ],
    }
    return render(request, "admin/tools/filters.html", context)


def filter_change(request: HttpRequest, pk: int) -> HttpResponse:
    """Carry out one button of the page."""
    _require_reader(request)
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    actor, now = actor_of(request), timezone.now()
    steps: dict[str, Callable[[], object]] = {
        "rename": lambda: rename_filter(
            pk, name=request.POST.get("name", ""), actor=actor, now=now
        ),
        "delete": lambda: delete_filter(pk, actor=actor),
        "up": lambda: move_filter(pk, up=True, actor=actor, now=now),
        "down": lambda: move_filter(pk, up=False, actor=actor, now=now),
    }
    step = steps.get(request.POST.get("step", ""))
    try:
        if step is not None:
            step()
    except DomainError as error:
        messages.error(request, error.message)
    return HttpResponseRedirect(reverse("tool-filters"))


def _save(request: HttpRequest) -> HttpResponse:
    params = dict(parse_qsl(request.POST.get("query", "")[:1000]))
    try:
        row = save_filter(
            params,
            name=request.POST.get("name", ""),
            is_shared=bool(request.POST.get("shared")),
            actor=actor_of(request),
            now=timezone.now(),
        )
    except DomainError as error:
        messages.error(request, error.message)
        return HttpResponseRedirect(list_url(params))
    messages.success(request, _("已保存筛选“%s”") % row.name)
    return HttpResponseRedirect(list_url(row.params))


def _require_reader(request: HttpRequest) -> None:
    if not has_role(request, READS_CASES):
        raise PermissionDenied(_("没有工单查看权限"))
