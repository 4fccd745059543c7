"""Closed vocabularies of volunteers: why points move, what becomes of a reward and of a patrol."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class PointsKind(models.TextChoices):
    """Why a line stands in the ledger of points."""

    REPORT_VERIFIED = "report_verified", _("上报核实")
    DUPLICATE_VERIFIED = "duplicate_verified", _("重复上报核实")
    PATROL = "patrol", _("参加巡查")
    REDEEM = "redeem", _("兑换物品")
    REDEEM_BACK = "redeem_back", _("兑换退回")
    REVERSAL = "reversal", _("恶意上报扣回")
    EXPIRY = "expiry", _("积分到期")
    CORRECTION = "correction", _("人工更正")
    JOINED_OUT = "joined_out", _("转到另一账号")
    JOINED_IN = "joined_in", _("从另一账号转入")
    ENDED = "ended", _("退出志愿者")


EARNING = (PointsKind.REPORT_VERIFIED, PointsKind.DUPLICATE_VERIFIED, PointsKind.PATROL)
"""What the daily cap counts and what may be taken back."""


class RedemptionState(models.TextChoices):
    """What became of a redeemed reward."""

    RESERVED = "reserved", _("待领取")
    HANDED_OVER = "handed_over", _("已领取")
    CANCELLED = "cancelled", _("已取消")
    EXPIRED = "expired", _("过期未领")


class PatrolState(models.TextChoices):
    """Whether a patrol takes place; when it does is its window."""

    OPEN = "open", _("已发布")
    CANCELLED = "cancelled", _("已取消")


class SignupState(models.TextChoices):
    """How far a volunteer is with a patrol."""

    JOINED = "joined", _("已报名")
    LEFT = "left", _("已退出")
    CHECKED_IN = "checked_in", _("已签到")
    CHECKED_OUT = "checked_out", _("已签退")
    CONFIRMED = "confirmed", _("已确认")
    NO_SHOW = "no_show", _("未到")


HOLDS_PLACE = (
    SignupState.JOINED,
    SignupState.CHECKED_IN,
    SignupState.CHECKED_OUT,
    SignupState.CONFIRMED,
    SignupState.NO_SHOW,
)
"""Who counts against the places of a patrol: everybody who has not left."""
