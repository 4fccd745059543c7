"""Answers of the cockpit: JSON with its mark, refusals in the one shape of errors, who may ask at all."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from dispatch.console.people import actor_of
from dispatch.models import Staff
from dispatch.summary.cockpit.answers import Answer
from dispatch.summary.cockpit.sights import Sight, sight_of
from xiangcun.lib.drf.errors import error_body
from xiangcun.lib.errors import DomainError

JSON = "application/json; charset=utf-8"
PRIVATE = "private, no-cache"
"""Kept by this browser only, and asked about every time: a 304 costs little."""
Build = Callable[[HttpRequest, Sight], Answer]


def staff_json(build: Build) -> Callable[[HttpRequest], HttpResponse]:
    """Make a view of ``build`` for people with a cockpit; a script gets JSON whatever goes wrong."""

    @require_safe
    @wraps(build)
    def view(request: HttpRequest) -> HttpResponse:
        user = request.user
        if not isinstance(user, Staff) or not (user.is_active and user.is_staff):
            return refusal("not_signed_in", _("请先登录"), 401)
        try:
            return marked(request, build(request, sight_of(actor_of(request))))
        except DomainError as error:
            return refused(error)

    return view


def marked(request: HttpRequest, answer: Answer) -> HttpResponse:
    """Return the body, or 304 when that is what the asker has already."""
    body, mark = answer
    known = request.headers.get("If-None-Match", "").replace("W/", "")
    response = (
        HttpResponse(status=304)
        if mark in {part.strip() for part in known.split(",")}
        else HttpResponse(body, content_type=JSON)
    )
    response["ETag"] = mark
    response["Cache-Control"] = PRIVATE
    return response


def refused(error: DomainError) -> JsonResponse:
    """Return the body of a typed refusal."""
    body = error_body(error.code, error.message, error.errors, error.details)
    return JsonResponse(body, status=error.status, json_dumps_params={"ensure_ascii": False})


def refusal(code: str, message: str, status: int) -> JsonResponse:
    """Return the body of a refusal that no domain code made."""
    body = error_body(code, message)
    return JsonResponse(body, status=status, json_dumps_params={"ensure_ascii": False})
