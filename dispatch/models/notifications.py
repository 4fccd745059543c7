"""What staff are told: the announcement in the ticket's transaction, then one row per delivery.

An ``Announcement`` is the cheap half: one row, written with the change itself, says what happened and
to which roles. A task spreads it into ``Notification`` rows, one per person or group and channel; the
inbox is such a row that needs no sending, the others are the outbox.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from dispatch.enums import (
    NotificationChannel,
    NotificationKind,
    NotificationState,
)
from dispatch.models.staff import Department, Staff
from dispatch.models.tickets import Ticket

KEY_LENGTH = 120
TEXT_LENGTH = 300
OUTBOUND = (NotificationState.QUEUED, NotificationState.SENDING)


class ChannelSetting(models.Model):
    """One robot of one department's group, or the one row that stands for the mail server.

    ``sealed_address`` and ``sealed_secret`` are encrypted (``dispatch.domain.channel_secrets``) and
    never shown again; ``hint`` is what the page shows. ``next_send_at`` is both the pace of the
    service's rate limit and the pause after a failure. ``kinds`` empty means all.
    """

    kind = models.CharField(_("渠道"), max_length=10, choices=NotificationChannel)
    name = models.CharField(_("名称"), max_length=40)
    department = models.ForeignKey(
        Department,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("部门"),
    )
    sealed_address = models.TextField(_("地址"), blank=True, editable=False)
    sealed_secret = models.TextField(_("加签密钥"), blank=True, editable=False)
    hint = models.CharField(_("地址"), max_length=120, blank=True, editable=False)
    keyword = models.CharField(_("自定义关键词"), max_length=20, blank=True)
    kinds = models.JSONField(_("消息种类"), default=list, blank=True)
    is_active = models.BooleanField(_("启用"), default=True)
    next_send_at = models.DateTimeField(_("下次发送"), null=True, editable=False)
    failure_count = models.PositiveIntegerField(_("连续失败"), default=0, editable=False)
    last_error = models.CharField(_("最近失败原因"), max_length=200, blank=True, editable=False)
    last_failed_at = models.DateTimeField(_("最近失败"), null=True, editable=False)
    last_sent_at = models.DateTimeField(_("最近送达"), null=True, editable=False)

    class Meta:
        ordering = ["id"]
        verbose_name = _("通知渠道")
        verbose_name_plural = _("通知渠道")
        constraints = [
            models.UniqueConstraint(
                fields=["kind"], condition=Q(kind="email"), name="channel_one_mail_server"
            ),
            models.CheckConstraint(
                condition=Q(kind="email")
                | Q(kind__in=["wecom", "dingtalk"], department__isnull=False),
                name="channel_robot_has_department",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Announcement(models.Model):
    """What is to be told, not spread yet. ``roles`` and ``users`` say to whom; ``text`` may be empty.

    Department roles count in ``department``. ``action`` set means that the text is written when the
    row is spread; without it ``text`` says what happened.
    """

    key = models.CharField(max_length=KEY_LENGTH, unique=True)
    kind = models.CharField(max_length=10, choices=NotificationKind)
    action = models.CharField(max_length=24, blank=True)
    ticket = models.ForeignKey(Ticket, models.CASCADE, null=True, related_name="+")
    department = models.ForeignKey(Department, models.CASCADE, null=True, related_name="+")
    actor = models.ForeignKey(Staff, models.SET_NULL, null=True, related_name="+")
    roles = models.JSONField(default=list)
    users = models.JSONField(default=list)
    text = models.CharField(max_length=TEXT_LENGTH, blank=True)
    url = models.CharField(max_length=300, blank=True)
    urgent = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    spread_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("待分发通知")
        verbose_name_plural = _("待分发通知")
        indexes = [
            models.Index(
                fields=["-urgent", "id"],
                name="announcement_waiting",
                condition=Q(spread_at__isnull=True),
            ),
            models.Index(fields=["created_at"], name="announcement_age"),
        ]

    def __str__(self) -> str:
        return self.key


class Notification(models.Model):
    """One message to one person or group over one channel: an inbox line or an outbox row.

    ``key`` makes writing it twice harmless. ``user`` is empty for a robot's group, ``setting`` for the
    inbox. ``address`` is the mailbox of somebody who has no account here. ``text`` is masked Chinese without the title of a confidential ticket, ``body`` a whole message
    that goes out by itself. ``claim`` names the run that is sending the row, ``lease_until`` when it is
    taken for dead and the row is sent again.
    """

    key = models.CharField(max_length=KEY_LENGTH, unique=True)
    kind = models.CharField(_("种类"), max_length=10, choices=NotificationKind)
    channel = models.CharField(_("渠道"), max_length=10, choices=NotificationChannel)
    user = models.ForeignKey(
        Staff, models.CASCADE, null=True, related_name="notifications", verbose_name=_("收件人")
    )
    setting = models.ForeignKey(
        ChannelSetting, models.CASCADE, null=True, related_name="notifications"
    )
    department = models.ForeignKey(Department, models.CASCADE, null=True, related_name="+")
    ticket = models.ForeignKey(
        Ticket, models.CASCADE, null=True, related_name="+", verbose_name=_("工单")
    )
    address = models.CharField(_("邮箱"), max_length=120, blank=True)
    text = models.CharField(_("内容"), max_length=TEXT_LENGTH)
    body = models.TextField(_("正文"), blank=True)
    url = models.CharField(max_length=300, blank=True)
    urgent = models.BooleanField(_("特急"), default=False)
    state = models.CharField(_("状态"), max_length=8, choices=NotificationState)
    attempts = models.PositiveSmallIntegerField(_("尝试次数"), default=0)
    not_before = models.DateTimeField(_("最早发送"), null=True)
    lease_until = models.DateTimeField(null=True)
    claim = models.CharField(max_length=16, blank=True)
    reason = models.CharField(_("原因"), max_length=200, blank=True)
    created_at = models.DateTimeField(_("时间"))
    sent_at = models.DateTimeField(_("送达时间"), null=True)
    read_at = models.DateTimeField(_("已读时间"), null=True)

    class Meta:
        verbose_name = _("通知")
        verbose_name_plural = _("通知")
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=NotificationState.values), name="notification_state_known"
            ),
            models.CheckConstraint(
                condition=Q(channel="inbox", user__isnull=False, setting__isnull=True)
                | (~Q(channel="inbox") & Q(setting__isnull=False)),
                name="notification_has_a_way",
            ),
        ]
        indexes = [
            models.Index(
                fields=["user", "-id"], name="notification_inbox", condition=Q(channel="inbox")
            ),
            models.Index(
                fields=["user", "-id"],
                name="notification_unread",
                condition=Q(channel="inbox", read_at__isnull=True),
            ),
            models.Index(
                fields=["setting", "not_before"],
                name="notification_outbound",
                condition=Q(state__in=OUTBOUND),
            ),
            models.Index(
                fields=["-id"],
                name="notification_stuck",
                condition=Q(state=NotificationState.STUCK),
            ),
            models.Index(fields=["created_at"], name="notification_age"),
        ]

    def __str__(self) -> str:
        return self.key


class NotificationPreference(models.Model):
    """What one person changed of the defaults; no row means the defaults of the settings.

    ``email_kinds`` are the kinds that also come by mail. The inbox and P0 alarms have no switch.
    """

    user = models.OneToOneField(
        Staff, models.CASCADE, related_name="notification_preference", verbose_name=_("工作人员")
    )
    email_kinds = models.JSONField(_("邮件提醒"), default=list)
    quiet_from = models.TimeField(_("免打扰开始"), null=True)
    quiet_to = models.TimeField(_("免打扰结束"), null=True)
    quiet_rest_days = models.BooleanField(_("休息日免打扰"), default=True)

    class Meta:
        verbose_name = _("通知偏好")
        verbose_name_plural = _("通知偏好")

    def __str__(self) -> str:
        return str(self.user_id)
