"""What volunteers may redeem their points for, and what they did redeem."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from reports.models.volunteers import Volunteer
from reports.volunteer_enums import RedemptionState


class Reward(models.Model):
    """A thing 兑换物品 that lies ready at ``pickup_place``; ``stock`` is what is left to reserve."""

    NAME_MAX, PLACE_MAX, NOTE_MAX = 40, 100, 200

    name = models.CharField(_("名称"), max_length=NAME_MAX)
    note = models.CharField(_("说明"), max_length=NOTE_MAX, blank=True)
    points = models.PositiveIntegerField(_("所需积分"))
    stock = models.PositiveIntegerField(_("剩余数量"))
    person_limit = models.PositiveSmallIntegerField(_("每人限兑"), default=1)
    valid_to = models.DateField(_("有效期至"))
    pickup_place = models.CharField(_("领取地点"), max_length=PLACE_MAX)
    is_active = models.BooleanField(_("上架"), default=True)
    version = models.PositiveIntegerField(_("版本"), default=0, editable=False)
    created_at = models.DateTimeField(_("建立时间"))

    class Meta:
        ordering = ["points", "id"]
        verbose_name = _("兑换物品")
        verbose_name_plural = _("兑换物品")
        constraints = [
            models.CheckConstraint(condition=Q(points__gte=1), name="reward_costs_something"),
            models.CheckConstraint(condition=Q(stock__gte=0), name="reward_stock_not_negative"),
            models.CheckConstraint(condition=Q(person_limit__gte=1), name="reward_limit_positive"),
        ]

    def __str__(self) -> str:
        return self.name


class Redemption(models.Model):
    """One reserved thing 兑换记录.

    The code is derived from ``salt`` and the ledger's key (``reports.domain.redeem_codes``): the table
    holds its digest only. ``cost`` is what was paid then. ``settled_at`` is when it was handed over,
    cancelled or had expired.
    """

    volunteer = models.ForeignKey(
        Volunteer, models.CASCADE, related_name="redemptions", verbose_name=_("志愿者")
    )
    reward = models.ForeignKey(
        Reward, models.PROTECT, related_name="redemptions", verbose_name=_("兑换物品")
    )
    client_id = models.UUIDField(_("客户端编号"), editable=False)
    cost = models.PositiveIntegerField(_("所用积分"))
    state = models.CharField(
        _("状态"), max_length=12, choices=RedemptionState, default=RedemptionState.RESERVED
    )
    salt = models.CharField(max_length=32, editable=False)
    code_hash = models.CharField(max_length=64, unique=True, editable=False)
    at = models.DateTimeField(_("兑换时间"))
    expires_at = models.DateTimeField(_("领取期限"))
    settled_at = models.DateTimeField(_("完成时间"), null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("兑换记录")
        verbose_name_plural = _("兑换记录")
        constraints = [
            models.UniqueConstraint(fields=["volunteer", "client_id"], name="redemption_once"),
            models.CheckConstraint(
                condition=Q(state__in=RedemptionState.values), name="redemption_state_known"
            ),
            models.CheckConstraint(
                condition=Q(state=RedemptionState.RESERVED, settled_at__isnull=True)
                | (~Q(state=RedemptionState.RESERVED) & Q(settled_at__isnull=False)),
                name="redemption_settled_has_time",
            ),
        ]
        indexes = [
            models.Index(fields=["volunteer", "-id"], name="redemption_mine"),
            models.Index(
                fields=["expires_at"],
                name="redemption_waiting",
                condition=Q(state=RedemptionState.RESERVED),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.volunteer_id} {self.reward_id}"
