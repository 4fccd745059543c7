"""What a report may keep of its sender: decided before the row is written, without a query.

Nobody is sent away: a hazard reported by a child, or by somebody who agreed to nothing, is a hazard.
What may not be kept is left out instead.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from reports.domain.consents import note_implied, write_consents
from reports.enums import ConsentHow, ConsentKind, LocationSource
from reports.models import Resident
from xiangcun.lib.geo import round_public

if TYPE_CHECKING:
    from reports.domain.drafts import Draft, Location

ON_FORM = frozenset(
    {
        ConsentKind.PRIVACY,
        ConsentKind.LOCATION,
        ConsentKind.PHOTO,
        ConsentKind.PHONE,
        ConsentKind.PUBLICATION,
    }
)
"""What a form of a report may carry a tick for."""
MEASURED = frozenset({LocationSource.GPS, LocationSource.EXIF})
"""Places that a device told; a point chosen on the map is the sender's word."""
COARSE_M = 100.0


@dataclass(frozen=True, slots=True)
class Submitter:
    """Who sends a report: ``owner`` is whose it becomes, ``None`` when it may be nobody's."""

    resident: Resident
    agreed: frozenset[ConsentKind] = frozenset()

    @property
    def owner(self) -> Resident | None:
        """A child without a guardian's yes, or who refused the notice, is not to be remembered."""
        unlinked = self.resident.needs_guardian or self.refuses(ConsentKind.PRIVACY)
        return None if unlinked else self.resident

    def refuses(self, kind: ConsentKind) -> bool:
        """Whether the sender said no and did not say yes on this very form."""
        return kind not in self.agreed and self.resident.consents.get(kind.value) is False


def may_keep(draft: Draft, submitter: Submitter) -> Draft:
    """Return the draft without what its sender has not agreed to leave.

    An anonymous report keeps no telephone: nobody could ever be shown it. A measured place that may
    not be kept is known to some 100 m, like a place told in words.
    """
    unlinked = submitter.owner is None
    anonymous = draft.anonymous or unlinked
    no_phone = anonymous or submitter.refuses(ConsentKind.PHONE)
    place = draft.location
    measured = place is not None and place.source in MEASURED
    if place is not None and measured and submitter.refuses(ConsentKind.LOCATION):
        place = coarse(place)
    return replace(
        draft,
        anonymous=anonymous,
        contact_phone="" if no_phone else draft.contact_phone,
        location=place,
    )


def coarse(place: Location) -> Location:
    """Return the place to some 100 m, as one told in words."""
    if place.lat is None or place.lng is None:
        return place
    lat, lng = round_public(place.lat, place.lng)
    accuracy = max(place.accuracy or 0.0, COARSE_M)
    return replace(place, lat=lat, lng=lng, accuracy=accuracy, source=LocationSource.TEXT)


def note_form(submitter: Submitter, draft: Draft, *, now: datetime, channel: str) -> None:
    """Write down what was ticked on the form, and what was handed over without being asked.

    Free for whom all of it is known. Of a child nothing is written: there is no consent to record.
    """
    resident = submitter.resident
    if resident.needs_guardian:
        return
    new = {kind: True for kind in submitter.agreed if resident.consents.get(kind.value) is not True}
    if new:
        write_consents(resident, new, how=ConsentHow.GIVEN, now=now, channel=channel)
    note_implied(resident, _handed_over(draft), now=now, channel=channel)


def agreed_on_form(words: Collection[str]) -> frozenset[ConsentKind]:
    """Return the kinds of the ticks."""
    return frozenset(ConsentKind(word) for word in words)


def _handed_over(draft: Draft) -> list[ConsentKind]:
    kinds = [ConsentKind.PRIVACY]
    if draft.location is not None and draft.location.source in MEASURED:
        kinds.append(ConsentKind.LOCATION)
    if draft.photos:
        kinds.append(ConsentKind.PHOTO)
    if draft.contact_phone:
        kinds.append(ConsentKind.PHONE)
    return kinds
