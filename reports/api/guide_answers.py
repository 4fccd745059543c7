"""What the API tells of guides and bulletins."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from django.conf import settings

from reports.api.answers import Answer, moment
from reports.enums import DIMENSION_TITLES, DimensionCode, HolidayRule
from reports.models import Bulletin, Dimension, Grid, Guide
from reports.queries.guides import GuideLine, GuidePage, hours_of
from xiangcun.lib.drf.cursors import encode_cursor
from xiangcun.lib.geo import CoordType, from_wgs84
from xiangcun.lib.hours import OpenState
from xiangcun.lib.hours_text import exceptions_text, week_text

OPENING = 80
_PLACE_DECIMALS = 6


def page_answer(page: GuidePage, place: tuple[float, float] | None, coord_type: str) -> Answer:
    """Show a page; its cursor remembers from where distances were measured."""
    cursor = encode_cursor([*page.after, *(place or (None, None))]) if page.after else None
    return {
        "items": [line_answer(line, coord_type) for line in page.lines],
        "next_cursor": cursor,
        "alike": [{"id": str(pk), "title": title} for pk, title in page.alike],
        "hotline": settings.OFFICE_PHONE,
    }


def line_answer(line: GuideLine, coord_type: str) -> Answer:
    """Show one guide of a list."""
    guide = line.guide
    return {
        "id": str(guide.pk),
        "title": guide.title,
        "summary": guide.summary,
        "dimensions": [tag_answer(row) for row in guide.dimensions.all()],
        "address": guide.address,
        "place": _place(guide, coord_type),
        "distance_m": line.distance,
        "phones": [phone_answer(row) for row in guide.phones],
        "open_state": state_answer(line.state),
        "department": guide.department_name or None,
        "is_example": guide.is_example,
        "updated_at": moment(guide.updated_at),
    }


def guide_answer(line: GuideLine, coord_type: str) -> Answer:
    """Show the whole of a guide."""
    guide, hours = line.guide, hours_of(line.guide)
    return {
        **line_answer(line, coord_type),
        "synonyms": guide.synonyms,
        "body": guide.body,
        "hours": week_text(hours.week),
        "hours_note": guide.hours_note,
        "holidays": {"code": guide.holidays, "label": str(HolidayRule(guide.holidays).label)},
        "exceptions": exceptions_text(hours.exceptions).splitlines(),
        "documents": guide.documents,
        "fee": guide.fee,
        "time_limit": guide.time_limit,
        "valid_to": guide.valid_to.isoformat() if guide.valid_to else None,
        "confirmed_at": moment(guide.confirmed_at),
    }


def dimension_answer(code: DimensionCode, guides: int) -> Answer:
    """Show one dimension with its number of guides."""
    return {**_tag(code), "guides": guides}


def tag_answer(row: Dimension) -> Answer:
    """Show one dimension."""
    return _tag(DimensionCode(row.code))


def _tag(code: DimensionCode) -> Answer:
    return {"code": code.value, "name": str(code.label), "title": str(DIMENSION_TITLES[code])}


def phone_answer(row: dict[str, Any]) -> Answer:
    """Show one telephone number."""
    dial = re.sub(r"[^\d+]", "", row["number"])
    return {"name": row["name"], "number": row["number"], "dial": dial}


def state_answer(state: OpenState) -> Answer:
    """Show whether it is open."""
    return {
        "code": state.code.value,
        "text": state.text,
        "until": moment(state.until),
        "opens_at": moment(state.opens_at),
    }


def _place(guide: Guide, coord_type: str) -> Answer | None:
    if guide.lat is None or guide.lng is None:
        return None
    lat, lng = from_wgs84(guide.lat, guide.lng, CoordType(coord_type))
    return {
        "lat": round(lat, _PLACE_DECIMALS),
        "lng": round(lng, _PLACE_DECIMALS),
        "coord_type": str(coord_type),
    }


def areas_of(grids: Iterable[Grid]) -> list[str]:
    """Return a grid's name, or the village with how many of its grids: nobody reads thirty names."""
    by_village: dict[str, list[Grid]] = {}
    for grid in grids:
        by_village.setdefault(grid.village_name or grid.name, []).append(grid)
    return [
        rows[0].name if len(rows) == 1 else f"{village} {len(rows)} 个网格"
        for village, rows in by_village.items()
    ]


def bulletin_line(row: Bulletin) -> Answer:
    """Show one bulletin of a list."""
    opening = " ".join(row.body.split())
    return {
        "id": str(row.pk),
        "title": row.title,
        "opening": opening if len(opening) <= OPENING else f"{opening[:OPENING]}…",
        "source": row.source,
        "urgent": row.urgent,
        "pinned": row.pinned,
        "publish_at": moment(row.publish_at),
        "expire_at": moment(row.expire_at),
        "areas": areas_of(row.grids.all()),
        "dimension": tag_answer(row.dimension) if row.dimension else None,
        "is_example": row.is_example,
    }


def bulletin_answer(row: Bulletin) -> Answer:
    """Show the whole of a bulletin."""
    return {**bulletin_line(row), "body": row.body}
