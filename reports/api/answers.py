"""What the API answers: plain dictionaries from rows, built without a query.

The schemas of the same shapes are in ``reports.api.schemas``; a test holds the two together.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from rest_framework.request import Request

from reports.domain.identity import is_guest
from reports.domain.sessions import Session
from reports.enums import (
    LETTERS,
    AgeBand,
    LocationSource,
    PublicStatus,
    ReportKind,
    ResidentAction,
    ResidentRole,
    UpdateKind,
)
from reports.models import Category, Photo, Rating, Report, Resident
from reports.queries.categories import CategoryNode, CategoryTree
from reports.queries.mine import ReportRecord, TimelineEntry, photos_of
from reports.queries.photo_links import LARGE, THUMBNAIL, photo_url
from xiangcun.lib.geo import CoordType, from_wgs84, to_wgs84

_ZONE = ZoneInfo("Asia/Shanghai")
_DECIMALS = 6  # of a degree: ten centimetres

Answer = dict[str, Any]


class Presenter:
    """Knows the origin that links of this request begin with, and the moment they are signed.

    ``coord_type`` is the system in which places are wanted, "" for the one they were sent in.
    """

    def __init__(self, request: Request, *, now: datetime, coord_type: str = "") -> None:
        self.origin = request.build_absolute_uri("/").rstrip("/")
        self.now = now
        self.coord_type = coord_type

    def photo(self, photo: Photo) -> Answer:
        """Show a photo; the links are null until the renditions are drawn."""
        return {
            "id": str(photo.pk),
            "status": photo.status,
            "width": photo.width,
            "height": photo.height,
            "url": self._link(photo, LARGE),
            "thumbnail_url": self._link(photo, THUMBNAIL),
            "failure": photo.failure or None,
        }

    def summary(self, report: Report, photos: Sequence[Photo]) -> Answer:
        """Show a report without its timeline."""
        return {
            "number": report.number,
            "kind": choice(ReportKind, report.kind),
            "status": status_of(report.public_status),
            "text": report.text,
            "category": category_of(report),
            "location": location_of(report, self.coord_type),
            "photos": [self.photo(photo) for photo in photos],
            "anonymous": report.anonymous,
            "department": report.department_name or None,
            "submitted_at": moment(report.submitted_at),
            "updated_at": moment(report.updated_at),
            "due_at": moment(report.promised_at),
            "closed_at": moment(report.closed_at),
            "safety_prompt": report.safety_prompt or None,
            "allowed_actions": list(report.allowed_actions),
            "rejection": report.rejection,
            **remedies_of(report),
        }

    def listed(self, report: Report) -> Answer:
        """Show a row of a list read by ``my_reports``."""
        return self.summary(report, photos_of(report))

    def record(self, record: ReportRecord) -> Answer:
        """Show a report with all that its resident may read."""
        report = record.report
        return {
            **self.summary(report, record.photos),
            "client_id": str(report.client_id) if report.client_id else None,
            "contact_phone": report.contact_phone,
            "join": report.join_number or None,
            "urgent": report.urgent,
            "unlinked": report.resident_id is None,
            "timeline": [self._entry(entry) for entry in record.timeline],
            "ratings": [rating_of(rating) for rating in record.ratings],
        }

    def _entry(self, entry: TimelineEntry) -> Answer:
        line = entry.update
        return {
            "at": moment(line.at),
            **_kind_of(line.kind),
            "status": status_of(line.status),
            "text": line.text,
            "department": line.department_name or None,
            "photos": [self.photo(photo) for photo in entry.photos],
        }

    def _link(self, photo: Photo, size: str) -> str | None:
        path = photo_url(photo, size, now=self.now)
        return self.origin + path if path else None


def moment(at: datetime | None) -> str | None:
    """Return ISO 8601 in the township's zone, to the second."""
    return at.astimezone(_ZONE).isoformat(timespec="seconds") if at else None


def choice(enum: Any, value: str) -> dict[str, str]:
    """Return the machine's code and the person's word."""
    return {"code": str(value), "label": str(enum(value).label)}


def status_of(value: str) -> dict[str, str]:
    """Return a status as residents and neighbours read it."""
    status = PublicStatus(value)
    return {"code": status.value, "label": status.word}


def location_of(report: Report, coord_type: str = "") -> Answer | None:
    """Return the place as it was sent, or in the wanted system; ``None`` for a letter that names none."""
    by_words = report.location_source == LocationSource.TEXT
    if by_words and report.kind in LETTERS and not report.address:
        return None
    return {
        **_point_of(report, coord_type or report.coord_type),
        "accuracy": report.accuracy_m,
        "source": report.location_source,
        "address": report.address,
    }


def _point_of(report: Report, wanted: str) -> Answer:
    """Return the point; what was sent in the wanted system already is not calculated to and fro."""
    lat, lng = report.raw_lat, report.raw_lng
    if wanted != report.coord_type:
        known = to_wgs84(lat, lng, CoordType(report.coord_type))
        lat, lng = (round(degrees, _DECIMALS) for degrees in from_wgs84(*known, CoordType(wanted)))
    return {"lat": lat, "lng": lng, "coord_type": wanted}


def remedies_of(report: Report) -> Answer:
    """Show what may still be done about a case that has ended, and until when."""
    left = report.remedies
    if not left:
        return {"reopen": None, "rating_due_at": None}
    return {
        "reopen": {
            "left": left["reopens_left"],
            "until": _moment_again(left["reopen_until"]),
            "appeal_left": left["appeals_left"],
            "ask_lead": ResidentAction.ASK_LEAD.value in report.allowed_actions,
        },
        "rating_due_at": _moment_again(left["rating_due_at"]),
    }


def _moment_again(text: str | None) -> str | None:
    return moment(datetime.fromisoformat(text)) if text else None


def _kind_of(kind: str) -> dict[str, str]:
    return {"kind": str(kind), "label": str(UpdateKind(kind).label)}


def category_of(report: Report) -> dict[str, str] | None:
    """Return the office's category, else the one the resident chose."""
    category: Category | None = report.category or report.chosen_category
    return {"code": category.code, "name": category.name} if category else None


def rating_of(rating: Rating) -> Answer:
    """Show one judgement."""
    return {
        "round": rating.round,
        "solved": rating.solved,
        "score": rating.score,
        "comment": rating.comment,
        "at": moment(rating.at),
    }


def resident_answer(resident: Resident) -> Answer:
    """Show a person to themselves."""
    return {
        "id": str(resident.pk),
        "nickname": resident.nickname,
        "phone": resident.phone,
        "phone_verified": resident.phone_verified_at is not None,
        "guest": is_guest(resident),
        "role": choice(ResidentRole, resident.role),
        "grid": resident.grid.code if resident.grid_id and resident.grid else None,
        "consent_version": resident.consent_version,
        "consented_at": moment(resident.consented_at),
        "age_band": choice(AgeBand, resident.age_band) if resident.age_band else None,
        "guardian": guardian_word(resident),
        "created_at": moment(resident.created_at),
    }


def guardian_word(resident: Resident) -> str:
    """Say in one word whether a guardian is needed."""
    if resident.age_band != AgeBand.CHILD:
        return "not_needed"
    return "needed" if resident.needs_guardian else "confirmed"


def session_answer(session: Session) -> Answer:
    """Show a fresh login."""
    return {
        "token": session.token,
        "expires_at": moment(session.expires_at),
        "resident": resident_answer(session.resident),
        "formerly": [str(key) for key in session.formerly],
    }


def node_answer(node: CategoryNode) -> Answer:
    """Show one category."""
    return {
        "code": node.code,
        "name": node.name,
        "photo_required": node.photo_required,
        "confidential": node.confidential,
        "safety_prompt": node.safety_prompt or None,
        "dimensions": [{"code": tag.code, "name": tag.name} for tag in node.dimensions],
    }


def tree_answer(tree: CategoryTree) -> list[Answer]:
    """Show the two levels."""
    return [
        {
            **node_answer(root),
            "children": [node_answer(leaf) for leaf in tree.children(root.code)],
        }
        for root in tree.roots()
    ]
