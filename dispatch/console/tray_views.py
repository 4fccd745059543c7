"""The tray of a department's people, where notes name whom, and whom a note may name."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from dispatch.console.people import READS_CASES, actor_of, has_role
from dispatch.console.ticket_page import read_id, ticket_or_404
from dispatch.console.tray_rows import cards_of, mention_line, tabs_of
from dispatch.domain.actors import Actor
from dispatch.domain.seen import mark_all_read
from dispatch.queries import tray as reads
from dispatch.queries.mentions import suggested_colleagues

_WORDS_MAX = 30
_ROOM_TABS = frozenset({"mentions"})


@require_GET
def tray_page(request: HttpRequest) -> HttpResponse:
    """Show one tab; the command room, which has no queue of its own, has what names it."""
    actor, user_id = _reader(request)
    shown = shown_tabs(actor)
    wanted = reads.TAB_BY_CODE.get(request.GET.get("tab", ""))
    tab = next(tab for tab in reads.TABS if tab.code in shown)
    if wanted is not None and wanted.code in shown:
        tab = wanted
    now = timezone.now()
    counts = reads.tab_counts(actor, user_id, now=now)
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": _("收件箱"),
        "tab": tab.code,
        "tabs": tabs_of(counts, active=tab, shown=shown),
        "unread": counts["unread"],
        "page": reads.PAGE,
    }
    if tab.code == "mentions":
        context |= _mentions_page(request, actor, user_id)
    else:
        rows = reads.tab_tickets(actor, user_id, tab, now=now)
        rows = reads.with_unread(rows, user_id).select_related("category", "grid")
        found = list(rows[: reads.PAGE + 1])
        context |= {
            "cards": cards_of(request, found[: reads.PAGE]),
            "more": len(found) > reads.PAGE,
        }
    return render(request, "admin/tray/page.html", context)


@require_POST
def read_all_view(request: HttpRequest) -> HttpResponse:
    """Mark everything in the person's tray as read."""
    actor, _user_id = _reader(request)
    done = mark_all_read(actor, now=timezone.now())
    messages.success(request, _("已将 %d 件工单标为已读") % done if done else _("没有未读的工单"))
    return HttpResponseRedirect(reverse("tray"))


@require_GET
def colleagues_view(request: HttpRequest, ticket_id: int) -> JsonResponse:
    """Answer ``{"colleagues": [{token, name, unit}]}`` for what was typed behind the @."""
    if not has_role(request, READS_CASES):
        raise PermissionDenied(_("没有工单办理权限"))
    ticket = ticket_or_404(request, ticket_id)
    words = request.GET.get("q", "").replace("\x00", "").strip()[:_WORDS_MAX]
    found = suggested_colleagues(
        actor_of(request), ticket, words=words, myself=actor_of(request).user_id
    )
    rows = [{"token": row.token, "name": row.name, "unit": row.unit} for row in found]
    return JsonResponse({"colleagues": rows})


def shown_tabs(actor: Actor) -> frozenset[str]:
    """Return which tabs the person has."""
    return frozenset(reads.TAB_BY_CODE) if actor.department_ids else _ROOM_TABS


def _mentions_page(request: HttpRequest, actor: Actor, user_id: int) -> dict[str, Any]:
    rows = reads.my_mentions(actor, user_id, before=read_id(request.GET.get("before", "")))
    shown = rows[: reads.PAGE]
    return {
        "mentions": [mention_line(row) for row in shown],
        "before": shown[-1].pk if len(rows) > reads.PAGE else 0,
    }


def _reader(request: HttpRequest) -> tuple[Actor, int]:
    actor = actor_of(request)
    if actor.user_id is None or not has_role(request, READS_CASES):
        raise PermissionDenied(_("您的岗位没有收件箱"))
    return actor, actor.user_id
