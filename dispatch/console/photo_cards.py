"""Photos as the console shows them: a thumbnail with its link, or a sentence saying why not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

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


def photo_cards(
    photos: Iterable[Photo], *, ticket_id: int, originals: bool, now: datetime
) -> list[PhotoCard]:
    """Build the cards; ``originals`` adds the link to the guarded view of the original."""
    return [_card(photo, ticket_id, originals, now) for photo in photos]


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
