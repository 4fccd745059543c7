"""What residents agreed to, who looked at their data, who speaks for a child, what was cleared away."""

from __future__ import annotations

from typing import Any, NoReturn

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from reports.enums import (
    AccessKind,
    AccessReason,
    Channel,
    ConsentHow,
    ConsentKind,
    GuardianRelation,
    GuardianState,
)
from reports.models.reports import Report
from reports.models.residents import Resident


class ConsentLogIsAppendOnlyError(Exception):
    """A line of the consent log is written once; saying otherwise is another line."""


class NoticeText(models.Model):
    """The very words of a notice 隐私说明 as somebody was shown them; ``text_hash`` is theirs.

    Settings (retention times, the office's telephone) are part of the words, so one version may have
    several texts. ``body`` is what ``GET /privacy/notice`` answered.
    """

    text_hash = models.CharField(_("内容摘要"), max_length=64, unique=True)
    version = models.CharField(_("版本"), max_length=20)
    body = models.JSONField(_("内容"))
    at = models.DateTimeField(_("首次使用时间"))

    class Meta:
        verbose_name = _("隐私说明")
        verbose_name_plural = _("隐私说明")

    def __str__(self) -> str:
        return self.version


class Consent(models.Model):
    """One answer of a resident 同意记录; the latest of a kind counts, none is ever changed.

    What counts now is also in ``Resident.consents``, which every request has at hand. After an
    erasure the lines hang on the tombstone: they prove that there was consent, and name nobody.
    """

    resident = models.ForeignKey(
        Resident, models.CASCADE, related_name="consent_log", verbose_name=_("居民")
    )
    kind = models.CharField(_("事项"), max_length=16, choices=ConsentKind)
    granted = models.BooleanField(_("是否同意"))
    how = models.CharField(_("方式"), max_length=10, choices=ConsentHow)
    version = models.CharField(_("版本"), max_length=20, blank=True)
    text_hash = models.CharField(_("内容摘要"), max_length=64, blank=True)
    channel = models.CharField(_("渠道"), max_length=16, choices=Channel, blank=True)
    at = models.DateTimeField(_("时间"))

    class Meta:
        ordering = ["-id"]
        verbose_name = _("同意记录")
        verbose_name_plural = _("同意记录")
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=ConsentKind.values), name="consent_kind_known"
            ),
            models.CheckConstraint(
                condition=Q(how__in=ConsentHow.values), name="consent_how_known"
            ),
        ]
        indexes = [models.Index(fields=["resident", "-id"], name="consent_mine")]

    def __str__(self) -> str:
        return f"{self.resident_id} {self.kind}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Insert only."""
        if not self._state.adding:
            raise ConsentLogIsAppendOnlyError
        super().save(*args, **kwargs)

    def delete(self, *_args: Any, **_kwargs: Any) -> NoReturn:
        """Refuse."""
        raise ConsentLogIsAppendOnlyError


class AccessRecord(models.Model):
    """A look at a resident's telephone number 查看记录, for the resident to read.

    It names the kind of seat and the unit, never the member of staff: who that was stands in the
    office's sealed audit trail. An anonymous report never has one, for nobody can look.
    """

    report = models.ForeignKey(
        Report, models.CASCADE, related_name="access_log", verbose_name=_("上报")
    )
    at = models.DateTimeField(_("时间"))
    what = models.CharField(_("事项"), max_length=16, choices=AccessKind)
    who = models.CharField(_("岗位"), max_length=40)
    department_name = models.CharField(_("单位"), max_length=60, blank=True)
    reason = models.CharField(_("原因"), max_length=16, choices=AccessReason)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("查看记录")
        verbose_name_plural = _("查看记录")
        constraints = [
            models.CheckConstraint(
                condition=Q(what__in=AccessKind.values), name="access_what_known"
            ),
            models.CheckConstraint(
                condition=Q(reason__in=AccessReason.values), name="access_reason_known"
            ),
        ]
        indexes = [models.Index(fields=["at"], name="access_at")]

    def __str__(self) -> str:
        return f"{self.report_id} {self.what}"


class GuardianRequest(models.Model):
    """A child asks the guardian 监护人同意; ``code`` is what the child shows and the guardian types.

    ``guardian`` is the account that said yes on a phone of its own; empty for a paper at the office.
    """

    resident = models.OneToOneField(
        Resident, models.CASCADE, related_name="guardian_request", verbose_name=_("居民")
    )
    code = models.CharField(_("确认编号"), max_length=8, unique=True)
    state = models.CharField(
        _("状态"), max_length=10, choices=GuardianState, default=GuardianState.WAITING
    )
    guardian = models.ForeignKey(
        Resident,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="wards",
        verbose_name=_("监护人"),
    )
    relation = models.CharField(_("关系"), max_length=10, choices=GuardianRelation, blank=True)
    created_at = models.DateTimeField(_("申请时间"))
    expires_at = models.DateTimeField(_("有效期至"))
    decided_at = models.DateTimeField(_("确认时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("监护人同意")
        verbose_name_plural = _("监护人同意")
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=GuardianState.values), name="guardian_state_known"
            ),
            models.CheckConstraint(
                condition=Q(guardian__isnull=True) | ~Q(guardian=models.F("resident")),
                name="guardian_is_another",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.resident_id} {self.state}"


class Disposal(models.Model):
    """What was cleared away by which rule 清除记录: the tombstone of data whose time was over.

    ``refs`` are ids of rows or photos, never what they held.
    """

    rule = models.CharField(_("规则"), max_length=24)
    at = models.DateTimeField(_("时间"))
    count = models.PositiveIntegerField(_("条数"))
    refs = models.JSONField(_("编号"), default=list)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("清除记录")
        verbose_name_plural = _("清除记录")
        indexes = [models.Index(fields=["rule", "-id"], name="disposal_rule")]

    def __str__(self) -> str:
        return f"{self.rule}: {self.count}"
