"""The cockpit for people: a page for the desk, one for a wall, and what both ask for."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.loader import select_template
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from dispatch.console.cockpit.answers import staff_json
from dispatch.console.cockpit.boards import board_answer, map_answer
from dispatch.console.cockpit.configs import page_config, staff_urls
from dispatch.console.people import actor_of
from dispatch.summary.cockpit.answers import Answer
from dispatch.summary.cockpit.live import live_answer
from dispatch.summary.cockpit.sights import Sight, sight_of
from xiangcun.lib.errors import NotAllowedError

PLAIN = "admin/kiosk/plain.html"


@require_safe
def desk_page(request: HttpRequest) -> HttpResponse:
    """Show the cockpit at a desk; the browser fetches what it draws."""
    context = admin.site.each_context(request)
    return _page(request, "cockpit/desk.html", context)


@require_safe
def wall_page(request: HttpRequest) -> HttpResponse:
    """Show the cockpit as a wall shows it, to somebody signed in."""
    return _page(request, "cockpit/wall.html", {})


@gzip_page
@staff_json
def cockpit_data(request: HttpRequest, sight: Sight) -> Answer:
    """Answer everything that depends on the filters."""
    return board_answer(request.GET.dict(), sight, now=timezone.now())


@staff_json
def cockpit_live(request: HttpRequest, sight: Sight) -> Answer:
    """Answer today's numbers."""
    return live_answer(request.GET.dict(), sight, now=timezone.now())


@gzip_page
@staff_json
def cockpit_map(request: HttpRequest, sight: Sight) -> Answer:
    """Answer the grids with their values."""
    return map_answer(request.GET.dict(), sight, now=timezone.now())


def _page(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    try:
        sight = sight_of(actor_of(request))
    except NotAllowedError as error:
        raise PermissionDenied(error.message) from error
    config = page_config(sight, staff_urls())
    shown = {**context, "title": _("数字驾驶舱"), "config": config}
    return HttpResponse(select_template([template, PLAIN]).render(shown, request))
