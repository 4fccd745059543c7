"""The template tag that warns before the session ends."""

from __future__ import annotations

from typing import Any

from django import template
from django.template import Context
from django.utils import timezone

from dispatch.domain.sessions import seconds_left
from dispatch.models import Staff

register = template.Library()


@register.inclusion_tag("admin/sign_in/bar.html", takes_context=True)
def session_bar(context: Context) -> dict[str, Any]:
    """Return what the bar's script needs; nothing for who is not signed in."""
    request = context.get("request")
    if request is None or not isinstance(getattr(request, "user", None), Staff):
        return {"user_id": ""}
    return {
        "user_id": request.user.pk,
        "seconds": seconds_left(request.session, now=timezone.now()),
        "csrf_token": context.get("csrf_token", ""),
    }
