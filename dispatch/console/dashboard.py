"""The first page after login: this person's queues."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from dispatch.console.model_words import model_notices
from dispatch.console.people import DISPATCHES, READS_CASES, actor_of, has_role
from dispatch.console.quality_views import quality_warnings
from dispatch.console.ticket_list import queue_tabs
from dispatch.console.wording import moment_text


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Add the queues and the seats of the person to the index page."""
    seats = actor_of(request).seats
    context.update(
        {
            "title": _("我的队列"),
            "queue_tabs": [],
            "notices": model_notices(request),
            "seats": [f"{seat.department_name} · {seat.role.label}" for seat in seats],
            "moment": moment_text(timezone.now()),
            "quality_warnings": quality_warnings(request),
            "may_triage": has_role(request, DISPATCHES),
        }
    )
    if has_role(request, READS_CASES):
        context["queue_tabs"] = [tab for tab in queue_tabs(request) if tab["count"]]
    return context
