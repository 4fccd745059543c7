"""Reading volunteers, their ledger, rewards and patrols, for their own eyes and for staff.

Staff see a nickname and a number; no way leads from here to a telephone, an openid or a resident's id.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db.models import Count, Prefetch, Q, QuerySet

from reports.models import Patrol, PatrolSignup, PointsEntry, Redemption, Reward, Volunteer
from reports.volunteer_enums import HOLDS_PLACE, PatrolState, RedemptionState, SignupState

_TAKEN = (RedemptionState.RESERVED, RedemptionState.HANDED_OVER)
SHOWN_AFTER = timedelta(days=1)
"""How long after its end a patrol stays in the list of all."""


def ledger_of(volunteer_id: int) -> QuerySet[PointsEntry]:
    """Return one's lines with the numbers of their reports; unordered, for a page of them."""
    rows = PointsEntry.objects.filter(volunteer=volunteer_id)
    return rows.select_related("report").only(
        "id", "at", "day", "kind", "amount", "nominal", "reason", "volunteer_id", "report__number"
    )


def rewards_on_offer(*, today: object) -> QuerySet[Reward]:
    """Return what may be redeemed now, sold out or not; unordered, for a page of them."""
    return Reward.objects.filter(is_active=True, valid_to__gte=today)


def taken_of(volunteer_id: int) -> Mapping[int, int]:
    """Return how many of each reward the person has, by reward (one query)."""
    rows = Redemption.objects.filter(volunteer=volunteer_id, state__in=_TAKEN).order_by()
    return dict(rows.values("reward").annotate(count=Count("pk")).values_list("reward", "count"))


def redemptions_of(volunteer_id: int) -> QuerySet[Redemption]:
    """Return what the person redeemed; unordered, for a page of them."""
    return Redemption.objects.filter(volunteer=volunteer_id).select_related("reward")


def counted_patrols() -> QuerySet[Patrol]:
    """Return patrols with ``taken``, how many places are gone."""
    holds = Q(signups__state__in=[str(state) for state in HOLDS_PLACE])
    return Patrol.objects.select_related("grid").annotate(taken=Count("signups", filter=holds))


def patrols_for(volunteer_id: int | None, *, mine: bool, now: datetime) -> QuerySet[Patrol]:
    """Return patrols with ``taken`` and the person's own sign-up in ``own``; unordered, for a page."""
    rows = counted_patrols().prefetch_related(
        Prefetch(
            "signups",
            PatrolSignup.objects.filter(volunteer=volunteer_id).annotate(sent=Count("reports")),
            to_attr="own",
        )
    )
    if mine:
        own = PatrolSignup.objects.filter(volunteer=volunteer_id).exclude(state=SignupState.LEFT)
        return rows.filter(pk__in=own.values("patrol"))
    return rows.filter(state=PatrolState.OPEN, ends_at__gt=now - SHOWN_AFTER)


def patrol_for(volunteer_id: int | None, patrol_id: int) -> Patrol | None:
    """Return one patrol in the same shape, whatever its state."""
    rows = counted_patrols().prefetch_related(
        Prefetch(
            "signups",
            PatrolSignup.objects.filter(volunteer=volunteer_id).annotate(sent=Count("reports")),
            to_attr="own",
        )
    )
    return rows.filter(pk=patrol_id).first()


def signups_of(volunteer_id: int) -> QuerySet[PatrolSignup]:
    """Return the person's sign-ups, oldest first, for the export of their data."""
    rows = PatrolSignup.objects.filter(volunteer=volunteer_id).select_related("patrol")
    return rows.prefetch_related("reports").order_by("id")


def listed_volunteers(text: str = "") -> QuerySet[Volunteer]:
    """Return active volunteers for staff, with what was counted of their patrols."""
    came = Q(signups__state=SignupState.CONFIRMED)
    missed = Q(signups__state=SignupState.NO_SHOW)
    rows = Volunteer.objects.filter(left_at__isnull=True)
    if text:
        rows = rows.filter(Q(number__iexact=text) | Q(nickname__icontains=text))
    return rows.annotate(
        patrols=Count("signups", filter=came), missed=Count("signups", filter=missed)
    )


def counted_rewards() -> QuerySet[Reward]:
    """Return all rewards for staff, with ``waiting`` and ``gone``, the newest first."""
    waiting = Q(redemptions__state=RedemptionState.RESERVED)
    gone = Q(redemptions__state=RedemptionState.HANDED_OVER)
    rows = Reward.objects.order_by("-is_active", "-pk")
    return rows.annotate(
        waiting=Count("redemptions", filter=waiting), gone=Count("redemptions", filter=gone)
    )


def signups_for_staff(patrol_id: int) -> QuerySet[PatrolSignup]:
    """Return the sign-ups of a patrol with the volunteer's nickname and number."""
    rows = PatrolSignup.objects.filter(patrol=patrol_id).select_related("volunteer")
    return rows.annotate(sent=Count("reports")).order_by("pk")
