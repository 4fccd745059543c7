"""How long positions of patrols and the ledgers of volunteers who left are kept."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet

from reports.models import PatrolSignup, Volunteer

POSITION_KEPT = timedelta(days=30)
LEDGER_KEPT = timedelta(days=3 * 365)
"""What was handed over for points may be asked about for so long."""


def positions_due(now: datetime) -> QuerySet[Any]:
    """Return the sign-ups whose positions are over their time."""
    known = Q(in_lat__isnull=False) | Q(out_lat__isnull=False)
    return PatrolSignup.objects.filter(known, in_at__lt=now - POSITION_KEPT)


def drop_positions(keys: Sequence[Any], now: datetime) -> None:  # noqa: ARG001 - the shape of a rule
    """Forget where, keep when."""
    PatrolSignup.objects.filter(pk__in=keys).update(
        in_lat=None, in_lng=None, in_distance_m=None, out_lat=None, out_lng=None
    )


def volunteers_due(now: datetime) -> QuerySet[Any]:
    """Return the tombstones that are over their time."""
    return Volunteer.objects.filter(left_at__lt=now - LEDGER_KEPT)


def drop_volunteers(keys: Sequence[Any], now: datetime) -> None:  # noqa: ARG001 - as above
    """Delete them with everything that hangs on them."""
    Volunteer.objects.filter(pk__in=keys).delete()
