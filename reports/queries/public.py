"""What anybody may see: published rows only, and of them neither words nor persons.

A place is known to the public on a grid of about 100 m. Distances are measured from that rounded
place, too: asking from several points must not give away the exact one. Photos are those that staff
released; their links are to public renditions and die with the release.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import (
    Exists,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    prefetch_related_objects,
)

from reports.enums import PublicPhotoKind
from reports.models import OPEN_STATUSES, PublicPhotoReport, Report
from reports.queries.categories import CategoryNode, category_tree
from reports.queries.public_links import public_photo_path
from reports.queries.public_words import summary_of
from reports.queries.township import UNPLACED, is_placed
from xiangcun.lib.geo import BoundingBox, bounding_box, distance_m, round_public
from xiangcun.lib.similarity import places_agree, print_of, same_opening

NEARBY_LIMIT = 5
DEFAULT_RADIUS_M = 100.0
BLUR_M = 75.0
"""How far rounding may move a point: half the diagonal of a cell of 111 m by 96 m."""
ALIKE = 0.5
"""How much of the opening is the same from which a case is named first to whom describes theirs."""
_FEWEST_PAIRS = 4
"""Shorter words describe nothing; they would only ask whether a name is in somebody's report."""
_CANDIDATES = 200
_COLUMNS = (
    "id", "number", "public_status", "category_id", "lat", "lng", "department_name",
    "location_source", "accuracy_m", "submitted_at", "closed_at", "grid__village_name",
    "public_note__summary",
)  # fmt: skip
_PHOTOS = Prefetch(
    "public_photo_links", PublicPhotoReport.objects.select_related("public_photo").order_by("id")
)


@dataclass(frozen=True, slots=True)
class ReleasedPhoto:
    """A photo for everybody; ``path`` and ``thumbnail`` are paths of this site."""

    kind: PublicPhotoKind
    path: str
    thumbnail: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class PublicReport:
    """A published report; ``lat``/``lng`` are rounded WGS-84 degrees, ``None`` without a known place."""

    number: str
    status: str
    category: CategoryNode | None
    lat: float | None
    lng: float | None
    department_name: str
    submitted_at: datetime
    closed_at: datetime | None
    village: str
    summary: str
    photos: tuple[ReleasedPhoto, ...]
    distance_m: float | None = None


def published_reports(
    *, bbox: BoundingBox | None = None, statuses: Sequence[str] = (), category: str = ""
) -> QuerySet[Report]:
    """Return published rows; ``category`` is a leaf or a top-level code. Give them to ``present``.

    A box is widened to the cells it touches, so that an exact place cannot be cut out by moving it. What
    is known by words only lies in no box.
    """
    rows = not_joined(_published())
    if bbox is not None:
        rows = rows.exclude(UNPLACED)
        south, west = round_public(bbox.south, bbox.west)
        north, east = round_public(bbox.north, bbox.east)
        half = 0.0005
        rows = rows.filter(lat__gte=south - half, lat__lt=north + half)
        rows = rows.filter(lng__gte=west - half, lng__lt=east + half)
    if statuses:
        rows = rows.filter(public_status__in=statuses)
    return rows.filter(category__in=_category_ids(category)) if category else rows


def public_row(number: str) -> Report | None:
    """Return one published row, one that joined another case as well; give it to ``present``."""
    return _published().filter(number=number).first()


def not_joined(rows: QuerySet[Report]) -> QuerySet[Report]:
    """Leave out those who "also met" a case that is public itself: one matter is one pin."""
    met = Report.objects.filter(number=OuterRef("join_number"), published_at__isnull=False)
    return rows.filter(Q(join_number="") | ~Exists(met))


def _published() -> QuerySet[Report]:
    rows = Report.objects.filter(published_at__isnull=False)
    return rows.select_related("grid", "public_note").only(*_COLUMNS).prefetch_related(_PHOTOS)


def present(report: Report, *, distance: float | None = None) -> PublicReport:
    """Reduce a row to what may be published; the only way from a row to a public answer."""
    lat = lng = None
    if is_placed(report.location_source, report.accuracy_m):
        lat, lng = round_public(report.lat, report.lng)
    node = _node(report.category_id)
    note = getattr(report, "public_note", None)
    village = report.grid.village_name if report.grid else ""
    written = note.summary if note else ""
    return PublicReport(
        number=report.number,
        status=report.public_status,
        category=node,
        lat=lat,
        lng=lng,
        department_name=report.department_name,
        submitted_at=report.submitted_at,
        closed_at=report.closed_at,
        village=village,
        summary=written or summary_of(village, node.name if node else "", report.public_status),
        photos=tuple(_released(link) for link in report.public_photo_links.all()),
        distance_m=distance,
    )


def nearby_reports(
    lat: float, lng: float, *, category: str = "", text: str = ""
) -> list[PublicReport]:
    """Return up to five open published cases around a WGS-84 point, the nearest first.

    The radius is that of the category (100 m without one), widened by what rounding may move. With
    ``text`` those told in much the same words come before the rest. Only "alike or not" decides, not
    how much, and both openings count whole: an order by likeness, or one that a name alone could change,
    would let a stranger guess a case's words piece by piece.
    """
    node = category_tree().nodes.get(category)
    reach = (node.duplicate_radius_m if node else DEFAULT_RADIUS_M) + BLUR_M
    box = bounding_box(lat, lng, reach + BLUR_M)
    rows = published_reports(bbox=box, statuses=OPEN_STATUSES, category=category).order_by("-id")
    rows = rows.prefetch_related(None)
    if text:
        rows = rows.only(*_COLUMNS, "text")
    found = [
        (not _is_alike(text, row), distance_m(lat, lng, *round_public(row.lat, row.lng)), row)
        for row in rows[:_CANDIDATES]
    ]
    near = sorted((row for row in found if row[1] <= reach), key=lambda row: row[:2])
    chosen = near[:NEARBY_LIMIT]
    prefetch_related_objects([row for _, _, row in chosen], _PHOTOS)
    return [present(row, distance=distance) for _, distance, row in chosen]


def is_open_public_number(number: str) -> bool:
    """Whether somebody may join this case: published and still open."""
    rows = Report.objects.filter(number=number, published_at__isnull=False)
    return rows.filter(public_status__in=OPEN_STATUSES).exists()


def _released(link: PublicPhotoReport) -> ReleasedPhoto:
    public = link.public_photo
    small, large = sorted(public.renditions, key=int)
    return ReleasedPhoto(
        kind=PublicPhotoKind(public.kind),
        path=public_photo_path(public.token, large),
        thumbnail=public_photo_path(public.token, small),
        width=public.width,
        height=public.height,
    )


def _is_alike(text: str, row: Report) -> bool:
    if not text:
        return False
    told, known = print_of(text), print_of(row.text)
    if len(told.lead) < _FEWEST_PAIRS:
        return False
    return same_opening(told, known) >= ALIKE and places_agree(told, known) is not False


def _category_ids(code: str) -> list[int]:
    tree = category_tree()
    nodes = [tree.nodes[code], *tree.children(code)] if code in tree.nodes else []
    return [node.id for node in nodes]


def _node(category_id: int | None) -> CategoryNode | None:
    """Look the category up in the kept tree: no join, no query per row."""
    return category_tree().by_id(category_id) if category_id else None
