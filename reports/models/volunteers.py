"""Volunteers 人人都是平安志愿者 and their ledger of points."""

from __future__ import annotations

from typing import Any, NoReturn

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from reports.models.reports import Report
from reports.models.residents import Resident
from reports.volunteer_enums import EARNING, PointsKind


class PointsLedgerIsAppendOnlyError(RuntimeError):
    """Somebody tried to change or delete a line of the ledger through the ORM."""


class Volunteer(models.Model):
    """A resident who joined; once they left, a tombstone that names nobody.

    ``balance`` is what may be spent and ``earned`` what the rank is computed from: both are sums over the
    ledger, changed in the transaction of a line under this row's lock. ``version`` counts the lines and
    ``ledger_head`` is the last one's hash. ``number`` is what staff call the person by. ``adult`` is the
    person's own word. A balance is below zero when points were taken back that had been spent.
    """

    NICKNAME_MAX = 20

    resident = models.ForeignKey(
        Resident, models.CASCADE, null=True, related_name="volunteers", verbose_name=_("居民")
    )
    number = models.CharField(_("志愿者编号"), max_length=12, unique=True, editable=False)
    nickname = models.CharField(_("称呼"), max_length=NICKNAME_MAX, blank=True)
    adult = models.BooleanField(_("已满 18 周岁"), default=False)
    joined_at = models.DateTimeField(_("加入时间"))
    left_at = models.DateTimeField(_("退出时间"), null=True, blank=True)
    balance = models.IntegerField(_("可用积分"), default=0)
    earned = models.PositiveIntegerField(_("累计积分"), default=0)
    version = models.PositiveIntegerField(default=0, editable=False)
    ledger_head = models.CharField(max_length=64, blank=True, editable=False)

    class Meta:
        verbose_name = _("志愿者")
        verbose_name_plural = _("志愿者")
        constraints = [
            models.UniqueConstraint(
                fields=["resident"], condition=Q(left_at__isnull=True), name="volunteer_once"
            ),
            models.CheckConstraint(
                condition=Q(left_at__isnull=True, resident__isnull=False)
                | Q(left_at__isnull=False, resident__isnull=True, nickname="", balance=0),
                name="volunteer_left_is_empty",
            ),
        ]
        indexes = [
            models.Index(
                fields=["left_at"], name="volunteer_left", condition=Q(left_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return self.number


class PointsEntry(models.Model):
    """One line of the ledger 积分流水; written once, by ``reports.domain.points``.

    ``key`` is a keyed digest of what the line is about, so that nothing pays twice; it stays when the
    link to the report goes. ``nominal`` is what the rules gave and ``amount`` what was booked: less when
    the day's cap was reached, and the line says so even with 0. ``day`` (Shanghai) counts for the cap and
    the expiry. Of a line that carries points over, ``nominal`` is what the rank counts. ``hash`` is an HMAC over every column but ``id``, ``report`` and ``hash``.
    """

    REASON_MAX = 200

    volunteer = models.ForeignKey(
        Volunteer, models.CASCADE, related_name="entries", verbose_name=_("志愿者")
    )
    seq = models.PositiveIntegerField(_("序号"))
    at = models.DateTimeField(_("时间"))
    day = models.DateField(_("日期"))
    kind = models.CharField(_("事由"), max_length=20, choices=PointsKind)
    amount = models.IntegerField(_("积分"))
    nominal = models.IntegerField(_("按规则应得"))
    reason = models.CharField(_("说明"), max_length=REASON_MAX, blank=True)
    key = models.CharField(max_length=64, unique=True, editable=False)
    # Not sealed: it is cleared when the person leaves, so that no line leads to a case any more.
    report = models.ForeignKey(
        Report, models.SET_NULL, null=True, related_name="+", verbose_name=_("上报")
    )
    reverses = models.OneToOneField(
        "self", models.CASCADE, null=True, related_name="reversed_by", verbose_name=_("扣回的记录")
    )
    prev_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("积分流水")
        verbose_name_plural = _("积分流水")
        constraints = [
            models.UniqueConstraint(fields=["volunteer", "seq"], name="points_seq_once"),
            models.CheckConstraint(
                condition=Q(kind__in=PointsKind.values), name="points_kind_known"
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=[str(kind) for kind in EARNING])
                | Q(amount__gte=0, amount__lte=F("nominal")),
                name="points_earned_within_rule",
            ),
            models.CheckConstraint(
                condition=Q(kind=PointsKind.REVERSAL, reverses__isnull=False, amount__lte=0)
                | (~Q(kind=PointsKind.REVERSAL) & Q(reverses__isnull=True)),
                name="points_reversal_names_line",
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=[PointsKind.REDEEM.value, PointsKind.EXPIRY.value])
                | Q(amount__lt=0),
                name="points_spent_is_negative",
            ),
        ]
        indexes = [
            models.Index(fields=["volunteer", "-id"], name="points_mine"),
            models.Index(fields=["volunteer", "day"], name="points_day"),
        ]

    def __str__(self) -> str:
        return f"{self.volunteer_id} {self.seq}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Insert only: a written line never changes."""
        if not self._state.adding:
            raise PointsLedgerIsAppendOnlyError
        super().save(*args, **kwargs)

    def delete(self, *_args: Any, **_kwargs: Any) -> NoReturn:
        """Refuse: a written line never goes before its time (``reports.domain.retention``)."""
        raise PointsLedgerIsAppendOnlyError

    @property
    def is_capped(self) -> bool:
        """Whether the day's cap left less than the rules gave."""
        return self.kind in EARNING and self.amount < self.nominal
