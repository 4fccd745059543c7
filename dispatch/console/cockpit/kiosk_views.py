"""The cockpit for a screen on a wall: opened by its link alone, without a session and without a cookie.

Nothing here touches ``request.session`` or ``request.user``; templates are drawn without the request.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string, select_template
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from dispatch.console.cockpit.answers import PRIVATE, marked, refusal, refused
from dispatch.console.cockpit.boards import board_answer, map_answer
from dispatch.console.cockpit.configs import kiosk_urls, page_config
from dispatch.console.cockpit.views import PLAIN
from dispatch.domain.kiosks import open_kiosk_link
from dispatch.summary.cockpit.live import live_answer
from dispatch.summary.cockpit.sights import Sight, sight_of_link
from xiangcun.lib.clients import address_of, line_of
from xiangcun.lib.drf.throttling import TAB, parse_windows
from xiangcun.lib.errors import DomainError, NotFoundError

WRONG_PER_MINUTE = 30
Show = Callable[[HttpRequest, Sight, str], HttpResponse]
View = Callable[[HttpRequest, str], HttpResponse]


def kiosk(*, json: bool) -> Callable[[Show], View]:
    """Make a view that opens to a good link only; refusals come as JSON or as a page."""

    def decorate(show: Show) -> View:
        @csrf_exempt
        @require_safe
        @wraps(show)
        def view(request: HttpRequest, token: str) -> HttpResponse:
            return _sealed(_opened(request, token, show, json=json))

        return view

    return decorate


def _opened(request: HttpRequest, token: str, show: Show, *, json: bool) -> HttpResponse:
    if not _allows(request, "kiosk", parse_windows(settings.THROTTLE_RATES.get("kiosk"))):
        return _too_many(json=json)
    try:
        link = open_kiosk_link(token, now=timezone.now())
    except NotFoundError as error:
        if not _allows(request, "kiosk-wrong", ((WRONG_PER_MINUTE, 60),)):
            return _too_many(json=json)
        return refused(error) if json else _gone(error.message, error.status)
    try:
        return show(request, sight_of_link(link), token)
    except DomainError as error:
        return refused(error) if json else _gone(error.message, error.status)


@kiosk(json=False)
def kiosk_wall(_request: HttpRequest, sight: Sight, token: str) -> HttpResponse:
    """Show the wall."""
    context = {"title": _("数字驾驶舱"), "config": page_config(sight, kiosk_urls(token))}
    return HttpResponse(select_template(["cockpit/wall.html", PLAIN]).render(context))


@gzip_page
@kiosk(json=True)
def kiosk_data(request: HttpRequest, sight: Sight, _token: str) -> HttpResponse:
    """Answer everything that depends on the filters, without links and residents' words."""
    return marked(request, board_answer(request.GET.dict(), sight, now=timezone.now()))


@kiosk(json=True)
def kiosk_live(request: HttpRequest, sight: Sight, _token: str) -> HttpResponse:
    """Answer today's numbers."""
    return marked(request, live_answer(request.GET.dict(), sight, now=timezone.now()))


@gzip_page
@kiosk(json=True)
def kiosk_map(request: HttpRequest, sight: Sight, _token: str) -> HttpResponse:
    """Answer the grids with their values."""
    return marked(request, map_answer(request.GET.dict(), sight, now=timezone.now()))


def _allows(request: HttpRequest, scope: str, windows: tuple[tuple[int, int], ...]) -> bool:
    """Count the request for the line it comes by."""
    address = address_of(request)
    who = line_of(address) if address else ""
    now = time.time()
    return all(
        TAB.allows(f"throttle:{scope}:{who}:{seconds}:{int(now // seconds)}", seconds, limit)
        for limit, seconds in windows
    )


def _too_many(*, json: bool) -> HttpResponse:
    message = _("请求太频繁，请稍后再试")
    response = refusal("too_many_requests", message, 429) if json else _gone(message, 429)
    response["Retry-After"] = "60"
    return response


def _gone(message: str, status: int) -> HttpResponse:
    return HttpResponse(
        render_to_string("admin/kiosk/gone.html", {"message": message}), status=status
    )


def _sealed(response: HttpResponse) -> HttpResponse:
    """The address is the key: it goes into no other site's log, no search engine, no shared cache."""
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    response["Cache-Control"] = PRIVATE
    return response
