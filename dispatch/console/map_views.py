"""The map board: where the open tickets are, and the data it draws."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import condition, require_GET

from dispatch.console.map_rows import board_payload
from dispatch.console.people import READS_CASES, actor_of, has_role
from dispatch.enums import OPEN_STATUSES, Card
from dispatch.queries.map_board import board_grids, board_names, board_rows, board_state
from reports.enums import Urgency
from reports.queries.places import map_version

REFRESH_SECONDS = 60


@require_GET
def map_page(request: HttpRequest) -> HttpResponse:
    """Show the board; the browser fetches what it draws."""
    _require(request)
    config = {
        "data": reverse("map-data"),
        "grids": reverse("map-grids"),
        "ticket": reverse("admin:dispatch_ticket_change", args=(0,)).replace("/0/", "/{id}/"),
        "statuses": [[str(status), str(status.label)] for status in OPEN_STATUSES],
        **board_names(),
        "cards": [[str(card), str(card.label)] for card in (Card.RED, Card.YELLOW)],
        "refreshSeconds": REFRESH_SECONDS,
        "urgencies": [[str(urgency), str(urgency.label)] for urgency in Urgency],
        "tiles": [
            {
                "url": layer.url,
                "subdomains": layer.subdomains,
                "attribution": layer.attribution,
                "maxZoom": layer.max_zoom,
            }
            for layer in settings.MAP_TILES
        ],
    }
    context = {**admin.site.each_context(request), "title": _("地图"), "config": config}
    return render(request, "admin/map/page.html", context)


def _data_etag(request: HttpRequest) -> str | None:
    """Return the mark of what this person would get; nothing for whom it is not open."""
    if not has_role(request, READS_CASES):
        return None
    state = {**board_state(actor_of(request)), "user": request.user.pk}
    return _mark(state)


def _grids_etag(_request: HttpRequest) -> str:
    return _mark({"map": map_version()})


@gzip_page
@require_GET
@condition(etag_func=_data_etag)
def map_data(request: HttpRequest) -> HttpResponse:
    """Return the open tickets as columns and rows."""
    _require(request)
    return _json(board_payload(board_rows(actor_of(request))))


@gzip_page
@require_GET
@condition(etag_func=_grids_etag)
def map_grids(request: HttpRequest) -> HttpResponse:
    """Return the shapes of the grids."""
    _require(request)
    return _json({"grids": board_grids()})


def _mark(state: dict[str, Any]) -> str:
    text = json.dumps(state, default=str, sort_keys=True)
    return f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'


def _json(data: dict[str, Any]) -> HttpResponse:
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    answer = HttpResponse(text, content_type="application/json; charset=utf-8")
    # Kept by this browser only, and asked about every time: a 304 costs one small query.
    patch_cache_control(answer, private=True, no_cache=True)
    return answer


def _require(request: HttpRequest) -> None:
    if not has_role(request, READS_CASES):
        raise PermissionDenied(_("地图供指挥室和承办单位查看"))
