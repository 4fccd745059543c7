"""The three answers, for people and for walls alike: the board, today, the map."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from dispatch.console.hotspot_words import growth_text, sentence_of, trend_text
from dispatch.models import Hotspot
from dispatch.summary.cockpit.answers import Answer, json_answer, kept_answer, kept_key
from dispatch.summary.cockpit.board import build_board
from dispatch.summary.cockpit.filters import Params, read_filters
from dispatch.summary.cockpit.gridmap import build_map
from dispatch.summary.cockpit.names import Names, load_names
from dispatch.summary.cockpit.shapes import HotspotRow
from dispatch.summary.cockpit.sights import Sight
from xiangcun.lib.geo import round_public
from xiangcun.lib.text import mask_contacts

KIOSK_SECONDS = 30
"""How old a wall's board and map may be; what people ask for is built for them."""


def board_answer(params: Params, sight: Sight, *, now: datetime) -> Answer:
    """Return everything that depends on the filters."""

    def build() -> Answer:
        names = load_names()
        filters = read_filters(params, names, sight, today=timezone.localdate(now))
        return json_answer(build_board(filters, names, sight, say_hotspot=hotspot_row, now=now))

    return _kept("data", params, sight, build, now=now)


def map_answer(params: Params, sight: Sight, *, now: datetime) -> Answer:
    """Return the grids with their values."""

    def build() -> Answer:
        names = load_names()
        filters = read_filters(params, names, sight, today=timezone.localdate(now))
        return json_answer(build_map(filters, names, sight, now=now))

    return _kept("map", params, sight, build, now=now)


def hotspot_row(row: Hotspot, sight: Sight, names: Names) -> HotspotRow:
    """Say a hotspot; on a wall, and to who reads no tickets, without a resident's words and exact place."""
    category = names.category(row.category_id) or _("分类未定")
    spoken = sight.cases and not sight.kiosk
    text = mask_contacts(row.title) if spoken else f"{row.place_name}{category}"
    point = round_public(row.lat, row.lng) if spoken and row.lat and row.lng else None
    return {
        "id": row.pk,
        "text": text,
        "sentence": mask_contacts(sentence_of(row)) if spoken else _plain_sentence(row, text),
        "category": category,
        "place": row.place_name,
        "recent": row.recent_residents,
        "previous": row.previous_residents,
        "growth_text": growth_text(row),
        "trend": row.trend,
        "trend_text": trend_text(row),
        "lat": point[0] if point else None,
        "lng": point[1] if point else None,
        "radius_m": row.radius_m if spoken else None,
        "last_at": timezone.localtime(row.last_at).isoformat(timespec="seconds"),
        "behind": _hotspot_link(row, sight),
    }


def _plain_sentence(row: Hotspot, text: str) -> str:
    words = {"recent": row.recent_residents, "text": text, "before": row.previous_residents}
    return _("近 7 天 %(recent)d 人反映%(text)s，上周 %(before)d 人") % words


def _hotspot_link(row: Hotspot, sight: Sight) -> str | None:
    """A department has no page of hotspots: they are the command room's and the leaders'."""
    if sight.kiosk or not sight.cases or sight.departments is not None:
        return None
    return reverse("hotspot", args=(row.pk,))


def _kept(
    what: str, params: Params, sight: Sight, build: Callable[[], Answer], *, now: datetime
) -> Answer:
    if not sight.kiosk:
        return build()
    today = timezone.localdate(now).isoformat()
    return kept_answer(kept_key(what, params, sight, today), build, now=now, seconds=KIOSK_SECONDS)
