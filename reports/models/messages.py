"""What residents are told: the inbox line is the truth, deliveries are its echo by WeChat or SMS.

A ``ResidentMessage`` is written in the transaction of what it tells. A task later decides by which
way it also leaves the house and writes a ``MessageDelivery`` for it.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from reports.enums import DeliveryState, GrantKind, MessageChannel, MessageTemplate, SmsPurpose
from reports.models.reports import Report
from reports.models.residents import Resident

KEY_LENGTH = 120
TEXT_LENGTH = 300
OUTBOUND = (DeliveryState.QUEUED, DeliveryState.SENDING)


class ResidentMessage(models.Model):
    """One line of a resident's inbox.

    ``text`` is our own words about ``facts`` (category, department, date): nothing that a person
    typed, so it may go out as it is. ``key`` makes telling twice harmless. ``spread_at`` is empty until
    the ways out were decided.
    """

    key = models.CharField(max_length=KEY_LENGTH, unique=True)
    resident = models.ForeignKey(
        Resident, models.CASCADE, related_name="messages", verbose_name=_("居民")
    )
    report = models.ForeignKey(
        Report, models.CASCADE, null=True, related_name="messages", verbose_name=_("上报")
    )
    template = models.CharField(_("种类"), max_length=16, choices=MessageTemplate)
    facts = models.JSONField(default=dict)
    text = models.CharField(_("内容"), max_length=TEXT_LENGTH)
    urgent = models.BooleanField(_("特急"), default=False)
    created_at = models.DateTimeField(_("时间"))
    spread_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(_("已读时间"), null=True)

    class Meta:
        verbose_name = _("居民消息")
        verbose_name_plural = _("居民消息")
        constraints = [
            models.CheckConstraint(
                condition=Q(template__in=MessageTemplate.values), name="message_template_known"
            ),
        ]
        indexes = [
            models.Index(fields=["resident", "-id"], name="message_inbox"),
            models.Index(
                fields=["resident", "id"], name="message_unread", condition=Q(read_at__isnull=True)
            ),
            models.Index(
                fields=["-urgent", "id"],
                name="message_waiting",
                condition=Q(spread_at__isnull=True),
            ),
            models.Index(fields=["created_at"], name="message_age"),
        ]

    def __str__(self) -> str:
        return self.key


class MessageDelivery(models.Model):
    """A message on its way by one channel: an outbox row.

    ``claim`` names the run that is sending it, ``lease_until`` when that run is taken for dead.
    ``reason`` is Chinese for staff and names nobody. ``template_id`` is WeChat's.
    """

    message = models.ForeignKey(ResidentMessage, models.CASCADE, related_name="deliveries")
    resident = models.ForeignKey(Resident, models.CASCADE, related_name="+")
    channel = models.CharField(_("渠道"), max_length=8, choices=MessageChannel)
    template_id = models.CharField(max_length=64, blank=True)
    urgent = models.BooleanField(_("特急"), default=False)
    state = models.CharField(
        _("状态"), max_length=8, choices=DeliveryState, default=DeliveryState.QUEUED
    )
    attempts = models.PositiveSmallIntegerField(_("尝试次数"), default=0)
    not_before = models.DateTimeField(_("最早发送"))
    lease_until = models.DateTimeField(null=True)
    claim = models.CharField(max_length=16, blank=True)
    reason = models.CharField(_("原因"), max_length=200, blank=True)
    reference = models.CharField(_("服务商流水号"), max_length=64, blank=True)
    created_at = models.DateTimeField(_("时间"))
    ended_at = models.DateTimeField(_("结束时间"), null=True)

    class Meta:
        verbose_name = _("居民消息发送")
        verbose_name_plural = _("居民消息发送")
        constraints = [
            models.UniqueConstraint(fields=["message", "channel"], name="delivery_once_a_channel"),
            models.CheckConstraint(
                condition=Q(state__in=DeliveryState.values), name="delivery_state_known"
            ),
            models.CheckConstraint(
                condition=Q(channel__in=MessageChannel.values), name="delivery_channel_known"
            ),
        ]
        indexes = [
            models.Index(
                fields=["channel", "not_before"],
                name="delivery_outbound",
                condition=Q(state__in=OUTBOUND),
            ),
            models.Index(
                fields=["-id"], name="delivery_stuck", condition=Q(state=DeliveryState.STUCK)
            ),
            models.Index(fields=["resident", "channel"], name="delivery_of_resident"),
            models.Index(fields=["created_at"], name="delivery_age"),
        ]

    def __str__(self) -> str:
        return f"{self.message_id}/{self.channel}"


class SubscriptionGrant(models.Model):
    """One change of how many WeChat messages of a template a person may still be sent.

    The balance is the sum of ``change``. ``key`` makes a consent heard twice (from the phone and from
    WeChat's push) count once.
    """

    key = models.CharField(max_length=KEY_LENGTH, unique=True)
    resident = models.ForeignKey(Resident, models.CASCADE, related_name="subscription_grants")
    template_id = models.CharField(max_length=64)
    kind = models.CharField(max_length=8, choices=GrantKind)
    change = models.SmallIntegerField()
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("订阅额度")
        verbose_name_plural = _("订阅额度")
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=GrantKind.values), name="grant_kind_known"),
        ]
        indexes = [
            models.Index(fields=["resident", "template_id"], name="grant_balance"),
            models.Index(fields=["at"], name="grant_age"),
        ]

    def __str__(self) -> str:
        return self.key


class MessagePreference(models.Model):
    """What a resident switched; no row means WeChat on (subscribing is their consent) and SMS off."""

    resident = models.OneToOneField(
        Resident, models.CASCADE, related_name="message_preference", verbose_name=_("居民")
    )
    wechat = models.BooleanField(_("微信提醒"), default=True)
    sms = models.BooleanField(_("短信提醒"), default=False)
    changed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("消息偏好")
        verbose_name_plural = _("消息偏好")

    def __str__(self) -> str:
        return str(self.resident_id)


class SmsLog(models.Model):
    """That a text message was sent, and what came of it: neither its words nor its number."""

    resident = models.ForeignKey(Resident, models.SET_NULL, null=True, related_name="+")
    purpose = models.CharField(_("用途"), max_length=8, choices=SmsPurpose)
    trouble = models.CharField(_("结果"), max_length=12, blank=True)
    reference = models.CharField(_("服务商流水号"), max_length=64, blank=True)
    at = models.DateTimeField(_("时间"))

    class Meta:
        verbose_name = _("短信记录")
        verbose_name_plural = _("短信记录")
        constraints = [
            models.CheckConstraint(
                condition=Q(purpose__in=SmsPurpose.values), name="sms_purpose_known"
            ),
        ]
        indexes = [
            models.Index(fields=["at"], name="sms_log_age"),
            models.Index(fields=["resident", "at"], name="sms_log_of_resident"),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.at}"
