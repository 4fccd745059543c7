"""The trained versions of the classifier, who put which to use, and what the operator asks of it."""

from __future__ import annotations

from typing import Any, NoReturn

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from dispatch.enums import ModelAction, ModelStatus
from dispatch.models.ledger import LedgerIsAppendOnlyError
from dispatch.models.staff import Staff

SETTINGS_PK = 1
LOWEST, HIGHEST = 0.80, 0.995
"""Bounds of both targets: below nobody would call it sure, above nothing is ever reached."""


class ModelVersion(models.Model):
    """One trained model 研判模型: a signed file in the model folder and what is known about it.

    ``version`` is the content's name ("model-" + 10 hex), ``file`` a plain name in the storage
    ``models`` ("" once pruned), ``sha256`` of the whole file. ``fingerprint`` is of everything it
    was trained on, so that the same data is never trained twice. ``learned_until`` is the moment
    of the newest label it has seen; only later ones are a fair examination of it.
    ``metrics`` come from training (cross-validated), ``comparison`` from the held-out slice
    (``dispatch.triage.comparison``), ``targets`` is ``{"accuracy", "level"}``. ``fell_at`` is set
    on a champion whose file could not be used, until something else is put to use.
    """

    version = models.CharField(_("版本"), max_length=60, unique=True)
    file = models.CharField(_("文件"), max_length=120, blank=True)
    sha256 = models.CharField(_("校验码"), max_length=64)
    fingerprint = models.CharField(_("数据指纹"), max_length=64, unique=True)
    status = models.CharField(
        _("状态"), max_length=12, choices=ModelStatus, default=ModelStatus.CHALLENGER
    )
    trained_at = models.DateTimeField(_("训练时间"))
    learned_until = models.DateTimeField(_("样本截止时间"), null=True, blank=True)
    promoted_at = models.DateTimeField(_("启用时间"), null=True, blank=True)
    promoted_by = models.ForeignKey(
        Staff, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("启用人")
    )
    fell_at = models.DateTimeField(_("失效时间"), null=True, blank=True)
    examples = models.PositiveIntegerField(_("样本数"), default=0)
    metrics = models.JSONField(_("训练指标"), default=dict)
    comparison = models.JSONField(_("对比"), default=dict)
    targets = models.JSONField(_("准确率要求"), default=dict)
    reason = models.CharField(_("说明"), max_length=300, blank=True)

    class Meta:
        ordering = ["-trained_at", "-id"]
        verbose_name = _("研判模型")
        verbose_name_plural = _("研判模型")
        constraints = [
            models.UniqueConstraint(
                fields=["status"],
                condition=Q(status=ModelStatus.CHAMPION),
                name="model_one_champion",
            ),
            models.CheckConstraint(
                condition=Q(status__in=ModelStatus.values), name="model_status_known"
            ),
        ]

    def __str__(self) -> str:
        return self.version


class ModelChange(models.Model):
    """Who put which classifier to use, when and why; written once.

    ``actor`` is empty when the system did it. ``version`` is what is in use afterwards, empty for
    the lexicon; ``previous`` what was before.
    """

    at = models.DateTimeField(_("时间"))
    actor = models.ForeignKey(
        Staff, models.PROTECT, null=True, related_name="+", verbose_name=_("经办人")
    )
    action = models.CharField(_("动作"), max_length=12, choices=ModelAction)
    version = models.ForeignKey(
        ModelVersion, models.PROTECT, null=True, related_name="changes", verbose_name=_("版本")
    )
    previous = models.ForeignKey(
        ModelVersion, models.PROTECT, null=True, related_name="+", verbose_name=_("原版本")
    )
    reason = models.CharField(_("原因"), max_length=300, blank=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("模型变更记录")
        verbose_name_plural = _("模型变更记录")
        constraints = [
            models.CheckConstraint(
                condition=Q(action__in=ModelAction.values), name="model_change_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_action_display()} {self.at}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Insert only."""
        if not self._state.adding:
            raise LedgerIsAppendOnlyError
        super().save(*args, **kwargs)

    def delete(self, *_args: Any, **_kwargs: Any) -> NoReturn:
        """Refuse: a written line never goes."""
        raise LedgerIsAppendOnlyError


class TriageSettings(models.Model):
    """What the operator asks of triage: one row, and the lock of every change of classifier.

    ``accuracy`` (0.80–0.995) is what automatic dispatch must reach, ``level`` how sure of that the
    thresholds must be. ``auto_dispatch`` off sends every new ticket to the command room.
    ``use_model`` is off after somebody switched the model off: no night puts one to use again.
    """

    auto_dispatch = models.BooleanField(_("自动派单"), default=True)
    accuracy = models.FloatField(_("自动派单准确率不低于"), default=0.98)
    level = models.FloatField(_("把握程度"), default=0.95)
    use_model = models.BooleanField(_("使用研判模型"), default=True)
    updated_at = models.DateTimeField(_("修改时间"), auto_now=True)

    class Meta:
        verbose_name = _("研判设置")
        verbose_name_plural = _("研判设置")
        constraints = [
            models.CheckConstraint(condition=Q(id=SETTINGS_PK), name="triage_settings_one_row"),
            models.CheckConstraint(
                condition=Q(accuracy__gte=LOWEST, accuracy__lte=HIGHEST),
                name="triage_settings_accuracy",
            ),
            models.CheckConstraint(
                condition=Q(level__gte=LOWEST, level__lte=HIGHEST), name="triage_settings_level"
            ),
        ]

    def __str__(self) -> str:
        return str(_("研判设置"))
