"""Proofs and keys of identity: codes sent to telephones, and the access token of WeChat's services."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from reports.models.residents import Resident


class PhoneCode(models.Model):
    """A code that was sent to a telephone; neither the number nor the code can be read from it.

    ``phone_hash`` and ``code_hash`` are keyed digests. The row outlives an erasure by a day at most,
    without its person: it is what keeps a number from being flooded with messages.
    """

    resident = models.ForeignKey(
        Resident, models.SET_NULL, null=True, related_name="phone_codes", verbose_name=_("居民")
    )
    phone_hash = models.CharField(_("号码摘要"), max_length=64, editable=False)
    code_hash = models.CharField(_("验证码摘要"), max_length=64, editable=False)
    created_at = models.DateTimeField(_("发送时间"))
    expires_at = models.DateTimeField(_("有效期至"))
    tries = models.PositiveSmallIntegerField(_("输入次数"), default=0)
    used_at = models.DateTimeField(_("使用时间"), null=True, blank=True)

    class Meta:
        verbose_name = _("短信验证码")
        verbose_name_plural = _("短信验证码")
        indexes = [
            models.Index(fields=["phone_hash", "created_at"], name="phone_code_number"),
            models.Index(fields=["resident", "created_at"], name="phone_code_resident"),
            models.Index(fields=["created_at"], name="phone_code_age"),
        ]

    def __str__(self) -> str:
        return f"code {self.pk}"


class WechatToken(models.Model):
    """The one access token of an app, sealed, and who may fetch the next one.

    ``version`` counts the tokens that were stored. ``lease_holder`` fetches until ``lease_until``;
    everybody else uses what is here or waits for it. ``forced_at`` is when WeChat was last asked to
    throw a token away, which it allows twenty times a day.
    """

    app_id = models.CharField(_("AppID"), max_length=64, primary_key=True)
    sealed = models.TextField(_("令牌（加密）"), blank=True, editable=False)
    version = models.PositiveIntegerField(_("版本"), default=0)
    expires_at = models.DateTimeField(_("有效期至"), null=True, blank=True)
    lease_holder = models.CharField(_("刷新者"), max_length=32, blank=True)
    lease_until = models.DateTimeField(_("刷新期限"), null=True, blank=True)
    forced_at = models.DateTimeField(_("最近强制刷新"), null=True, blank=True)

    class Meta:
        verbose_name = _("微信接口令牌")
        verbose_name_plural = _("微信接口令牌")

    def __str__(self) -> str:
        return f"{self.app_id} v{self.version}"
