"""Stands before every page of a signed-in person: is the session still good, is anything owed first.

What asks by itself (the alarm bar, a bell, a heartbeat) is served but does not count as somebody
working: it is named in ``PASSIVE`` or says so with ``X-Background: 1``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext as _

from dispatch.console.people import roles_of
from dispatch.domain.passwords import password_needs_change
from dispatch.domain.second_factor import second_factor_demanded
from dispatch.domain.sessions import CHECKED, follow_key, seconds_left, touch_session
from dispatch.enums import AuditAction
from dispatch.models import Staff

BACKGROUND = "X-Background"
PASSIVE = frozenset({
    "alarm-feed", "calendar-progress", "cockpit-live", "desk-beat", "desk-list", "inbox-feed", "session-state",
    "tool-export-status",
})  # fmt: skip
# Served to anybody: a session in the browser changes nothing about them.
OPEN = frozenset({
    "photo-file", "healthz", "readyz", "schema", "docs", "kiosk-wall", "kiosk-data", "kiosk-live",
    "kiosk-map",
})  # fmt: skip
# What somebody who owes a password or a second factor may reach.
ALWAYS = frozenset({"login", "logout", "session-state", "session-continue", "jsi18n"})
PASSWORD_PAGE, BIND_PAGE = "admin:password_change", "second-factor-bind"


class SessionGuard:
    """Ends what is over, sends to what is owed, notes who works."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer; a session that got a new key on the way keeps its row."""
        before = request.session.session_key
        response = self.get_response(request)
        after = request.session.session_key
        if before and after and before != after and request.user.is_authenticated:
            follow_key(request.session)
        return response

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponse | None:
        """Look before the view runs: only now is it known which one it is."""
        name = request.resolver_match.url_name if request.resolver_match else ""
        if not request.session.session_key or name in OPEN or request.path.startswith("/api/"):
            return None
        if not isinstance(request.user, Staff):
            return None
        now = timezone.now()
        if seconds_left(request.session, now=now) <= 0:
            return end_session(request, name or "")
        owed = self._owed(request, request.user, name or "")
        if owed is None and not is_passive(request, name or ""):
            touch_session(request.session, now=now)
        return owed

    def _owed(self, request: HttpRequest, user: Staff, name: str) -> HttpResponse | None:
        """Return the way to what must be done first, None when nothing is or this is it."""
        if name in ALWAYS:
            return None
        if user.second_factor_at is not None and not request.session.get(CHECKED):
            return _refuse(request, "login", leave=True)
        if password_needs_change(user, now=timezone.now()):
            here = name in {"password_change", "password_change_done"}
            return None if here else _refuse(request, PASSWORD_PAGE)
        if user.second_factor_at is None and second_factor_demanded(roles_of(request)):
            here = name in {BIND_PAGE, "password_change"}
            return None if here else _refuse(request, BIND_PAGE)
        return None


def is_passive(request: HttpRequest, name: str) -> bool:
    """Whether the page asked by itself."""
    return name in PASSIVE or request.headers.get(BACKGROUND) == "1"


def is_script(request: HttpRequest) -> bool:
    """Whether a script asks, which cannot follow a redirect to a form."""
    mode = request.headers.get("Sec-Fetch-Mode", "")
    return mode in {"cors", "same-origin"} or request.headers.get(BACKGROUND) == "1"


def end_session(request: HttpRequest, name: str) -> HttpResponse | None:
    """Sign off who was away too long or has been here for half a day."""
    request.ended_by = AuditAction.IDLE_LOGOUT  # type: ignore[attr-defined]
    logout(request)
    if name == "login":
        return None
    if is_script(request) or name in PASSIVE:
        message = _("长时间没有操作，已自动退出，请重新登录")
        return JsonResponse({"code": "signed_out", "message": message}, status=401)
    query = urlencode(
        {"next": _way_back(request), "why": "idle" if request.method == "GET" else "lost"}
    )
    return HttpResponseRedirect(f"{reverse('admin:login')}?{query}")


def _way_back(request: HttpRequest) -> str:
    """Return where to go on afterwards: this page, or the one a form was sent from."""
    if request.method == "GET":
        return request.get_full_path()
    referer = request.headers.get("Referer", "")
    if url_has_allowed_host_and_scheme(referer, {request.get_host()}):
        parts = referer.split("/", 3)
        return f"/{parts[3]}" if len(parts) > 3 else reverse("admin:index")  # noqa: PLR2004 - scheme, "", host, path
    return reverse("admin:index")


def _refuse(request: HttpRequest, page: str, *, leave: bool = False) -> HttpResponse:
    if leave:
        logout(request)
        page = "admin:login"
    if is_script(request):
        message = _("请先在登录页面完成所需的步骤")
        return JsonResponse({"code": "sign_in_incomplete", "message": message}, status=403)
    if request.method != "GET":
        messages.warning(request, _("请先完成这一步，刚才的操作没有执行。"))
    return HttpResponseRedirect(reverse(page))
