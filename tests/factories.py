"""Dumb factories of the resident's world: one row each, nothing but the row."""

from __future__ import annotations

import itertools
import uuid
from datetime import UTC, datetime
from typing import Any

from reports.enums import (
    CoordinateSystem,
    LocationSource,
    Publication,
    PublicPhotoKind,
    PublicStatus,
    ReportKind,
    ResidentAction,
)
from reports.models import (
    Category,
    Photo,
    PublicPhoto,
    PublicPhotoReport,
    Report,
    ReportUpdate,
    Resident,
    ResidentToken,
)
from reports.queries.categories import forget_tree

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)  # a Tuesday, 10:00 in Shanghai
_counter = itertools.count(1)


def make_resident(name: str = "张三", **extra: Any) -> Resident:
    """Return a resident known to WeChat."""
    values = {"openid": f"test:{uuid.uuid4().hex}", "nickname": name, **extra}
    return Resident.objects.create(**values)


def make_token(resident: Resident, **extra: Any) -> str:
    """Return a bearer token of the resident."""
    _row, token = ResidentToken.objects.create(user=resident, **extra)
    return str(token)


def make_category(code: str = "0401", *, name: str = "暴露/积存垃圾", **extra: Any) -> Category:
    """Return a leaf with its parent; the kept tree is forgotten."""
    parent = Category.objects.get_or_create(code=code[:2], defaults={"name": f"大类{code[:2]}"})[0]
    values = {"name": name, "parent": parent, "public_default": True, **extra}
    category = Category.objects.get_or_create(code=code, defaults=values)[0]
    forget_tree()
    return category


def make_photo(resident: Resident | None = None, **extra: Any) -> Photo:
    """Return a photo row; its file does not exist."""
    key = uuid.uuid4()
    values = {
        "id": key,
        "resident": resident,
        "sha256": key.hex * 2,
        "mime": "image/jpeg",
        "size": 1000,
        "width": 40,
        "height": 30,
        "original": f"photos/{key.hex[:2]}/{key}/original.jpg",
        "created_at": NOW,
        **extra,
    }
    return Photo.objects.create(**values)


def make_report(resident: Resident | None = None, **extra: Any) -> Report:
    """Return a report as intake leaves it, without its first timeline line."""
    number = f"XC261124-{next(_counter):06d}"
    values = {
        "number": number,
        "resident": resident,
        "client_id": uuid.uuid4(),
        "body_hash": "0" * 64,
        "kind": ReportKind.PROBLEM,
        "text": "村口的垃圾堆了三天，没有人清运",
        "lat": 30.31,
        "lng": 120.5,
        "raw_lat": 30.31,
        "raw_lng": 120.5,
        "coord_type": CoordinateSystem.WGS84,
        "location_source": LocationSource.GPS,
        "submitted_at": NOW,
        "updated_at": NOW,
        "publication": Publication.CLEAR,
        "public_status": PublicStatus.RECEIVED,
        "allowed_actions": [str(ResidentAction.SUPPLEMENT), str(ResidentAction.WITHDRAW)],
        **extra,
    }
    return Report.objects.create(**values)


def make_update(report: Report, **extra: Any) -> ReportUpdate:
    """Return a line of the timeline."""
    values = {
        "report": report,
        "at": NOW,
        "status": report.public_status,
        "text": "已派单",
        **extra,
    }
    return ReportUpdate.objects.create(**values)


def make_public_photo(report: Report, photo: Photo, **extra: Any) -> PublicPhoto:
    """Return a released photo beside a case; its files do not exist."""
    token = uuid.uuid4().hex
    values = {
        "photo": photo,
        "kind": PublicPhotoKind.BEFORE,
        "token": token,
        "renditions": {size: f"public/{token}-{size}.jpg" for size in ("1280", "320")},
        "width": 1280,
        "height": 960,
        "drawn_at": NOW,
        **extra,
    }
    public = PublicPhoto.objects.create(**values)
    PublicPhotoReport.objects.create(public_photo=public, report=report, released_at=NOW)
    return public
