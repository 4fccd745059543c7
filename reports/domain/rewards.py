"""Rewards: what lies on the shelf, reserving one, handing it over."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from reports.domain.points import Line, append_line, day_of, lock_volunteer
from reports.domain.redeem_codes import code_of, digest_of, new_salt, read_code
from reports.domain.reward_ends import give_back
from reports.models import Redemption, Reward, Volunteer
from reports.queries.point_rules import point_rules
from reports.volunteer_enums import PointsKind, RedemptionState
from xiangcun.lib.errors import ConflictError, InvalidInputError, NotAllowedError, NotFoundError


@dataclass(frozen=True, slots=True)
class RewardDraft:
    """A reward as staff fill it in; lengths and minimums are checked by the form and the database."""

    name: str
    note: str
    points: int
    stock: int
    person_limit: int
    valid_to: date
    pickup_place: str
    is_active: bool


@transaction.atomic
def save_reward(
    reward_id: int | None, draft: RewardDraft, *, version: int = 0, now: datetime
) -> Reward:
    """Put a reward on the shelf or change it.

    ``version`` is what the form was filled from: a redemption in between has changed the stock, and the
    form's number would give the thing back. Raises ``reward_not_found``, ``reward_changed``.
    """
    if reward_id is None:
        return Reward.objects.create(**asdict(draft), created_at=now)
    rows = Reward.objects.filter(pk=reward_id)
    if not rows.exists():
        raise NotFoundError("reward_not_found", _("没有这件物品"))
    if not rows.filter(version=version).update(**asdict(draft), version=F("version") + 1):
        raise ConflictError("reward_changed", _("刚有人兑换或修改过，请刷新后再改数量"))
    return rows.get()


def redeem(volunteer: Volunteer, reward_id: int, *, client_id: UUID, now: datetime) -> Redemption:
    """Reserve one and pay for it; the same ``client_id`` again answers with the first one.

    Raises ``not_a_volunteer``, ``reward_not_found``, ``reward_over``, ``reward_sold_out``,
    ``reward_limit``, ``points_short``, ``client_id_taken``.
    """
    known = _sent_before(volunteer.pk, reward_id, client_id)
    if known is not None:
        return known
    with transaction.atomic():
        return _redeem(volunteer.pk, reward_id, client_id, now=now)


def cancel_redemption(volunteer: Volunteer, redemption_id: int, *, now: datetime) -> Redemption:
    """Let the person give a thing back before it was handed over.

    Raises ``redemption_not_found``, ``redemption_settled``.
    """
    row = _own(volunteer, redemption_id)
    if not give_back(row.pk, state=RedemptionState.CANCELLED, now=now):
        row = _own(volunteer, redemption_id)
        if row.state != RedemptionState.CANCELLED:
            raise ConflictError("redemption_settled", _("这件已经领取或过期，不能取消"))
    return _own(volunteer, redemption_id)


def find_redemption(typed: str, *, now: datetime) -> Redemption:
    """Return what a typed code stands for, if it may be handed over now.

    Raises ``code_invalid`` (a slip), ``code_unknown``, ``code_used``, ``code_cancelled``,
    ``code_expired``.
    """
    code = read_code(typed)
    if code is None:
        message = _("兑换码不对：应是 10 位，没有 0、O、1、I，请核对后重输")
        raise InvalidInputError.of_field("code", "code_invalid", message)
    found = Redemption.objects.select_related("reward", "volunteer")
    row = found.filter(code_hash=digest_of(code)).first()
    if row is None:
        raise NotFoundError("code_unknown", _("没有这个兑换码，请核对"))
    _check_waiting(row, now=now)
    return row


def hand_over(redemption_id: int, *, now: datetime) -> Redemption:
    """Write down that the thing was handed over; of two people at the counter one succeeds."""
    rows = Redemption.objects.select_related("reward", "volunteer").filter(pk=redemption_id)
    row = rows.first()
    if row is None:
        raise NotFoundError("code_unknown", _("没有这个兑换码，请核对"))
    _check_waiting(row, now=now)
    waiting = Redemption.objects.filter(
        pk=redemption_id, state=RedemptionState.RESERVED, expires_at__gt=now
    )
    changed = waiting.update(state=RedemptionState.HANDED_OVER, settled_at=now)
    row = rows.get()
    if not changed:
        _check_waiting(row, now=now)
        raise ConflictError("code_used", _("这个兑换码刚被处理过"))
    return row


def _redeem(volunteer_id: int, reward_id: int, client_id: UUID, *, now: datetime) -> Redemption:
    volunteer = lock_volunteer(volunteer_id)
    if volunteer is None:
        raise NotAllowedError("not_a_volunteer", _("您还没有加入平安志愿者"))
    # Under the lock once more: the other of two taps has paid and used up what was left.
    known = _sent_before(volunteer_id, reward_id, client_id)
    if known is not None:
        return known
    reward = Reward.objects.filter(pk=reward_id, is_active=True).first()
    if reward is None:
        raise NotFoundError("reward_not_found", _("没有这件物品，或已下架"))
    _check_limits(volunteer, reward, now=now)
    left = Reward.objects.filter(pk=reward.pk, stock__gt=0, is_active=True)
    if not left.update(stock=F("stock") - 1, version=F("version") + 1):
        raise ConflictError("reward_sold_out", _("这件物品已经兑完了"))
    salt = new_salt()
    row = Redemption.objects.create(
        volunteer=volunteer,
        reward=reward,
        client_id=client_id,
        cost=reward.points,
        salt=salt,
        code_hash=digest_of(code_of(salt)),
        at=now,
        expires_at=now + timedelta(days=point_rules().pickup_days),
    )
    line = Line(
        kind=PointsKind.REDEEM,
        amount=-reward.points,
        about=f"redeem/{row.pk}",
        reason=reward.name,
    )
    append_line(volunteer, line, now=now)
    return row


def _check_limits(volunteer: Volunteer, reward: Reward, *, now: datetime) -> None:
    if reward.valid_to < day_of(now):
        raise ConflictError("reward_over", _("这件物品的兑换已经截止"))
    taken = Redemption.objects.filter(
        volunteer=volunteer,
        reward=reward,
        state__in=[RedemptionState.RESERVED, RedemptionState.HANDED_OVER],
    )
    if taken.count() >= reward.person_limit:
        message = _("每人限兑 %d 件，您已经兑过了") % reward.person_limit
        raise ConflictError("reward_limit", message)
    if volunteer.balance < reward.points:
        short = reward.points - volunteer.balance
        raise ConflictError("points_short", _("积分不够，还差 %d 分") % short)


def _sent_before(volunteer_id: int, reward_id: int, client_id: UUID) -> Redemption | None:
    rows = Redemption.objects.select_related("reward")
    row = rows.filter(volunteer=volunteer_id, client_id=client_id).first()
    if row is not None and row.reward_id != reward_id:
        raise ConflictError("client_id_taken", _("这个编号已经用于另一次兑换，请重试"))
    return row


def _own(volunteer: Volunteer, redemption_id: int) -> Redemption:
    rows = Redemption.objects.select_related("reward")
    row = rows.filter(pk=redemption_id, volunteer=volunteer).first()
    if row is None:
        raise NotFoundError("redemption_not_found", _("没有这条兑换记录"))
    return row


def _check_waiting(row: Redemption, *, now: datetime) -> None:
    """Say in words why a code is not good any more."""
    if row.state == RedemptionState.HANDED_OVER:
        raise ConflictError("code_used", _("这个兑换码已经用过，物品已领取"))
    if row.state == RedemptionState.CANCELLED:
        raise ConflictError("code_cancelled", _("这次兑换已经取消，积分已退回"))
    if row.state == RedemptionState.EXPIRED or row.expires_at <= now:
        raise ConflictError("code_expired", _("兑换码已过期，积分会退回本人"))
