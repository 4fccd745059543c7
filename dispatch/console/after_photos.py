"""Where a photo of the result was taken, against the place of the report: told, never enforced.

Only the distance is shown, and to staff alone; phones that keep the place to themselves are no fault.
"""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from django.utils.translation import gettext as _

from dispatch.models import Ticket
from reports.models import Photo
from xiangcun.lib.geo import distance_m

FAR_M = 200.0
_KILOMETRE = 1000.0

Point = tuple[float, float]


def distance_text(photo: Photo, site: Point) -> tuple[str, bool]:
    """Return what to say about a photo and whether it is a warning."""
    if photo.exif_lat is None or photo.exif_lng is None:
        return _("照片没有定位信息，无法核对地点"), True
    metres = distance_m(site[0], site[1], photo.exif_lat, photo.exif_lng)
    if metres <= FAR_M:
        return _("拍摄地点距上报位置约 %s") % _length(metres), False
    return _("拍摄地点距上报位置约 %s，请核对") % _length(metres), True


def warning_after_finish(ticket: Ticket, photo_ids: Collection[UUID]) -> str:
    """Return one sentence for whoever has just finished with these photos, "" when all is well."""
    photos = Photo.objects.filter(pk__in=photo_ids)
    told = [distance_text(photo, (ticket.lat, ticket.lng)) for photo in photos]
    return "；".join(dict.fromkeys(text for text, warn in told if warn))


def _length(metres: float) -> str:
    if metres < _KILOMETRE:
        return _("%d 米") % round(metres)
    return _("%.1f 公里") % (metres / _KILOMETRE)
