"""Photos as the console shows them: a thumbnail with its link, or a sentence saying why not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from dispatch.console.after_photos import Point, distance_text
from reports.enums import PhotoStatus
from reports.models import Photo
from reports.queries.photo_links import LARGE, MEDIUM, photo_url


@dataclass(frozen=True, slots=True)
class PhotoCard:
    """One photo: ``thumbnail`` and ``large`` are signed paths, empty while there is nothing to see."""

    thumbnail: str
    large: str
    original: str
    state: str
    place: str = ""
    warn: bool = False


def photo_cards(
    photos: Iterable[Photo],
    *,
    ticket_id: int,
    originals: bool,
    now: datetime,
    site: Point | None = None,
) -> list[PhotoCard]:
    """Build the cards; ``originals`` adds the link to the guarded view of the original.

    ``site`` is where the photos of a result should have been taken: each then says how far off it is.
    """
    cards = []
    for photo in photos:
        card = _card(photo, ticket_id, originals, now)
        place, warn = distance_text(photo, site) if site else ("", False)
        cards.append(replace(card, place=place, warn=warn))
    return cards


def _card(photo: Photo, ticket_id: int, originals: bool, now: datetime) -> PhotoCard:  # noqa: FBT001 - private
    link = (
        reverse("admin:dispatch_ticket_original", args=(ticket_id, photo.pk)) if originals else ""
    )
    if photo.status == PhotoStatus.READY:
        return PhotoCard(
            photo_url(photo, MEDIUM, now=now) or "",
            photo_url(photo, LARGE, now=now) or "",
            link,
            "",
        )
    broken = photo.status == PhotoStatus.BROKEN
    return PhotoCard(
        "", "", link, _("照片损坏，无法显示") if broken else _("照片处理中，请稍后刷新")
    )
