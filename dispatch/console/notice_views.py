"""站内消息: the bell's feed, the list, opening and marking, and what each person wants to be told."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from dispatch.console.notice_forms import PreferenceForm
from dispatch.console.people import actor_of, has_role
from dispatch.console.wording import count_text, moment_text
from dispatch.domain.channel_settings import RESENDS
from dispatch.domain.inbox import mark_read, save_preferences
from dispatch.enums import NotificationKind
from dispatch.models import Notification, Staff
from dispatch.queries.access import visible_tickets
from dispatch.queries.inbox import UNREAD_CAP, InboxPage, inbox_page, inbox_rows, unread_count
from dispatch.queries.outbox import COUNT_CAP, stuck_count
from xiangcun.lib.errors import InvalidInputError
from xiangcun.lib.text import is_key

PAGE_SIZE = 30
KIND_TONE = {
    NotificationKind.ALARM: "danger",
    NotificationKind.CARD: "warning",
    NotificationKind.URGED: "warning",
    NotificationKind.TASK: "info",
    NotificationKind.ROOM: "info",
    NotificationKind.REQUEST: "primary",
    NotificationKind.DECISION: "success",
    NotificationKind.MENTION: "primary",
}


def notice_counts(request: HttpRequest) -> dict[str, str]:
    """Return what the bell shows: unread lines, and stuck messages for those who may resend."""
    counts = {"unread": count_text(unread_count(_me(request).pk), UNREAD_CAP)}
    if has_role(request, RESENDS):
        counts["stuck"] = count_text(stuck_count(), COUNT_CAP)
    return counts


@require_GET
@never_cache
def notice_feed(request: HttpRequest) -> HttpResponse:
    """Answer the counts, or 304 when they are what the page shows already."""
    text = json.dumps(notice_counts(request))
    etag = f'"{hashlib.sha256(text.encode()).hexdigest()[:20]}"'
    if request.headers.get("If-None-Match") == etag:
        response = HttpResponse(status=304)
    else:
        response = HttpResponse(text, content_type="application/json")
    response["ETag"] = etag
    return response


@require_GET
@never_cache
def notices_page(request: HttpRequest) -> HttpResponse:
    """List the person's messages, newest first."""
    user, unread_only = _me(request), request.GET.get("unread") == "1"
    page = inbox_page(
        actor_of(request),
        user.pk,
        before=key_of(request),
        unread_only=unread_only,
        size=PAGE_SIZE,
    )
    context = {
        **admin.site.each_context(request),
        "title": _("站内消息"),
        "rows": [_line(row, page) for row in page.rows],
        "unread": unread_count(user.pk),
        "unread_text": count_text(unread_count(user.pk), UNREAD_CAP),
        "unread_only": unread_only,
        "next_before": page.next_before,
        "first_page": key_of(request) is None,
    }
    return render(request, "admin/notices/inbox.html", context)


@require_GET
@never_cache
def notice_open(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark the line read and go where it points, if the person may still go there."""
    user = _me(request)
    row = inbox_rows(user.pk).filter(pk=pk).first()
    if row is None:
        raise Http404(_("没有这条消息"))
    mark_read(user, ids=[pk], now=timezone.now())
    if row.url and url_has_allowed_host_and_scheme(row.url, allowed_hosts=None):
        return HttpResponseRedirect(row.url)
    if row.ticket_id is None:
        return redirect("inbox")
    if not visible_tickets(actor_of(request)).filter(pk=row.ticket_id).exists():
        messages.warning(request, _("该工单已不在您的权限范围内"))
        return redirect("inbox")
    return HttpResponseRedirect(reverse("admin:dispatch_ticket_change", args=(row.ticket_id,)))


@require_POST
def notices_read(request: HttpRequest) -> HttpResponse:
    """Mark the ticked lines read, or all of them."""
    whole = request.POST.get("all") == "1"
    ids = None if whole else [int(pk) for pk in request.POST.getlist("ids") if is_key(pk)]
    count = mark_read(_me(request), ids=ids, now=timezone.now())
    messages.success(request, _("已将 %d 条消息标为已读") % count)
    return redirect("inbox")


@require_http_methods(["GET", "HEAD", "POST"])
def preferences_page(request: HttpRequest) -> HttpResponse:
    """Show and store what the person wants to be told, and when not."""
    user = _me(request)
    form = PreferenceForm.of(user, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            save_preferences(user, **form.cleaned_data)
        except InvalidInputError as error:
            for field in error.errors:
                form.add_error(field.field, field.message)
        else:
            messages.success(request, _("通知偏好已保存"))
            return redirect("notice-preferences")
    context = {
        **admin.site.each_context(request),
        "title": _("通知偏好"),
        "form": form,
        "email": user.email,
    }
    return render(request, "admin/notices/preferences.html", context)


def key_of(request: HttpRequest) -> int | None:
    """Return the key after which the page begins; nonsense is the first page."""
    before = request.GET.get("before", "")
    return int(before) if is_key(before) else None


def _me(request: HttpRequest) -> Staff:
    if not isinstance(request.user, Staff):
        raise PermissionDenied
    return request.user


def _line(row: Notification, page: InboxPage) -> dict[str, Any]:
    """Show a line; of a ticket that the person may no longer read only the number is left."""
    hidden = row.ticket_id is not None and row.ticket_id not in page.visible
    number = row.ticket.number if row.ticket else ""
    kind = NotificationKind(row.kind)
    return {
        "pk": row.pk,
        "kind": kind.label,
        "tone": KIND_TONE.get(kind, ""),
        "text": _("%s 已不在您的权限范围内") % number if hidden else row.text,
        "opens": not hidden and (row.ticket_id is not None or bool(row.url)),
        "at": moment_text(row.created_at),
        "unread": row.read_at is None,
        "urgent": row.urgent,
    }
