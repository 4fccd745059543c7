"""What a resident sends, before it is a row: the draft, its place, and its fingerprint."""

from __future__ import annotations

import hashlib
import json
import uuid
from dataclasses import dataclass, fields, replace

from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from reports.enums import LETTERS, LocationSource, ReportKind
from reports.queries.township import township_circle
from xiangcun.lib.errors import InvalidInputError
from xiangcun.lib.geo import CoordType


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """A place as the client sent it: degrees in ``coord_type``, ``accuracy`` in metres.

    Without ``lat`` and ``lng`` it is known by its ``address`` only (``source`` is ``TEXT``).
    """

    lat: float | None
    lng: float | None
    coord_type: CoordType
    source: LocationSource
    accuracy: float | None = None
    address: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What a resident sends, already of the right types, lengths and characters.

    A letter may have no ``location`` at all.
    """

    client_id: uuid.UUID
    kind: ReportKind
    text: str
    location: Location | None
    category: str = ""
    photos: tuple[uuid.UUID, ...] = ()
    anonymous: bool = False
    contact_phone: str = ""
    join: str = ""
    urgent: bool = False


def hash_draft(draft: Draft) -> str:
    """Return the fingerprint of a draft's meaning: equal for the same body in another spelling."""
    place = _content(draft.location) if draft.location else None
    content = {**_content(draft), "location": place}
    if not draft.urgent:
        del content["urgent"]  # bodies accepted before the field existed keep their fingerprint
    canonical = json.dumps(
        content, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str
    )
    if draft.contact_phone:
        # Eleven digits could be guessed from a plain digest beside the rest of the body.
        return salted_hmac("reports.body", canonical, algorithm="sha256").hexdigest()
    return hashlib.sha256(canonical.encode()).hexdigest()


def _content(record: Draft | Location) -> dict[str, object]:
    """Return fields and values; ``dataclasses.asdict`` would copy every one of them deeply."""
    return {field.name: getattr(record, field.name) for field in fields(record)}


def place_of(draft: Draft) -> Location:
    """Return a place with a point: one known by words only is somewhere in the township."""
    place = draft.location or Location(
        lat=None, lng=None, coord_type=CoordType.WGS84, source=LocationSource.TEXT
    )
    if place.lat is not None and place.lng is not None:
        return place
    if draft.kind not in LETTERS and not place.address:
        raise InvalidInputError.of_field(
            "location.address", "address_required", _("请在地图上选择地点，或写明在哪里")
        )
    circle = township_circle()
    if circle is None:
        raise InvalidInputError.of_field(
            "location", "location_required", _("请允许定位，或在地图上选择地点")
        )
    return replace(
        place,
        lat=circle.lat,
        lng=circle.lng,
        coord_type=CoordType.WGS84,
        source=LocationSource.TEXT,
        accuracy=circle.radius_m,
    )
