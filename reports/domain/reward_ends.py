"""How a reserved reward ends without being handed over: the thing goes back, and mostly the points."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import F

from reports.domain.messages import Facts, tell_resident
from reports.domain.points import Line, append_line, lock_volunteer
from reports.enums import MessageTemplate
from reports.models import Redemption, Reward, Volunteer
from reports.volunteer_enums import PointsKind, RedemptionState

_BATCH = 200


@transaction.atomic
def give_back(redemption_id: int, *, state: RedemptionState, now: datetime) -> bool:
    """End a reserved redemption and book its points back, once; say whether it was this call."""
    row = Redemption.objects.filter(pk=redemption_id).select_related("reward").first()
    volunteer = lock_volunteer(row.volunteer_id) if row else None
    if row is None or volunteer is None or not _settle(row, state, now=now):
        return False
    about = f"back/{row.pk}"
    line = Line(kind=PointsKind.REDEEM_BACK, amount=row.cost, about=about, reason=row.reward.name)
    append_line(volunteer, line, now=now)
    if state == RedemptionState.EXPIRED and volunteer.resident_id is not None:
        facts, key = Facts(reason=row.reward.name), f"reward_expired/{row.pk}"
        template = MessageTemplate.REWARD_EXPIRED
        tell_resident(volunteer.resident_id, template, facts, key=key, now=now)
    return True


def expire_redemptions(*, now: datetime) -> int:
    """End what nobody came for; return how many."""
    waiting = Redemption.objects.filter(state=RedemptionState.RESERVED, expires_at__lte=now)
    keys = list(waiting.order_by("pk").values_list("pk", flat=True)[:_BATCH])
    return sum(give_back(key, state=RedemptionState.EXPIRED, now=now) for key in keys)


def drop_open_redemptions(volunteer: Volunteer, *, now: datetime) -> None:
    """Give the things of somebody who leaves back to the shelf; their points end with them."""
    rows = Redemption.objects.filter(volunteer=volunteer, state=RedemptionState.RESERVED)
    for row in rows.order_by("pk"):
        _settle(row, RedemptionState.CANCELLED, now=now)


def _settle(row: Redemption, state: RedemptionState, *, now: datetime) -> bool:
    """Change the state if nobody was faster, and put the thing back."""
    waiting = Redemption.objects.filter(pk=row.pk, state=RedemptionState.RESERVED)
    if not waiting.update(state=state, settled_at=now):
        return False
    Reward.objects.filter(pk=row.reward_id).update(stock=F("stock") + 1)
    return True
