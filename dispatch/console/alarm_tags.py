"""The template tag that puts the alarm bar on the pages of those who watch."""

from __future__ import annotations

from typing import Any

from django import template
from django.template import Context
from django.urls import reverse

from dispatch.console.people import has_role
from dispatch.enums import COMMAND_ROLES

register = template.Library()


@register.inclusion_tag("admin/dispatch/alarm/bar.html", takes_context=True)
def alarm_bar(context: Context) -> dict[str, Any]:
    """Return what the bar's script needs; nothing for a department."""
    request = context.get("request")
    if request is None or not hasattr(request, "user") or not has_role(request, COMMAND_ROLES):
        return {"feed": ""}
    return {
        "feed": reverse("alarm-feed"),
        "book": reverse("admin:dispatch_alarm_changelist"),
        "login": reverse("admin:login"),
        "csrf_token": context.get("csrf_token", ""),
    }
