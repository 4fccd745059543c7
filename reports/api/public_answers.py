"""What the API tells everybody about a published case."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone
from rest_framework.request import Request

from reports.api.answers import Answer, moment, status_of
from reports.queries.public import PublicReport, ReleasedPhoto
from reports.queries.public_case import PublicCase
from xiangcun.lib.geo import CoordType, from_wgs84

_PLACE_DECIMALS = 5


def origin_of(request: Request) -> str:
    """Return what links in this answer begin with."""
    return str(request.build_absolute_uri("/")).rstrip("/")


def public_answer(case: PublicReport, coord_type: str, origin: str) -> Answer:
    """Show a published case in the map's coordinate system."""
    return {
        "number": case.number,
        "status": status_of(case.status),
        "category": {"code": case.category.code, "name": case.category.name}
        if case.category
        else None,
        "village": case.village or None,
        "summary": case.summary,
        "place": _place(case, coord_type),
        "department": case.department_name or None,
        "submitted_at": day(case.submitted_at),
        "closed_at": day(case.closed_at),
        "photos": [photo_answer(photo, origin) for photo in case.photos],
    }


def day(at: datetime | None) -> str | None:
    """Return the beginning of the day: the hour would tell a neighbour whom they saw there."""
    return moment(timezone.localtime(at).replace(hour=0, minute=0, second=0)) if at else None


def _place(case: PublicReport, coord_type: str) -> Answer | None:
    """Show the rounded place; nothing for a case whose place is known by words only."""
    if case.lat is None or case.lng is None:
        return None
    lat, lng = from_wgs84(case.lat, case.lng, CoordType(coord_type))
    return {
        "lat": round(lat, _PLACE_DECIMALS),
        "lng": round(lng, _PLACE_DECIMALS),
        "coord_type": str(coord_type),
    }


def photo_answer(photo: ReleasedPhoto, origin: str) -> Answer:
    """Show a released photo."""
    return {
        "kind": str(photo.kind),
        "url": f"{origin}{photo.path}",
        "thumbnail_url": f"{origin}{photo.thumbnail}",
        "width": photo.width,
        "height": photo.height,
    }


def nearby_answer(case: PublicReport, coord_type: str, origin: str) -> Answer:
    """Show a case near by with the distance to its rounded place, in metres."""
    answer = public_answer(case, coord_type, origin)
    return {**answer, "distance_m": round(case.distance_m or 0.0)}


def case_answer(found: PublicCase, coord_type: str, origin: str) -> Answer:
    """Show one case with its neutral history."""
    return {
        **public_answer(found.case, coord_type, origin),
        "timeline": [
            {
                "date": step.day.isoformat(),
                "status": status_of(step.status),
                "text": step.text,
            }
            for step in found.steps
        ],
        "reply": found.reply or None,
        "can_join": found.can_join,
    }
