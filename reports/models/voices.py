"""What residents want 民意: topics that they support, and polls in which they vote in secret.

No table here says who chose what. A vote raises the counters of its options and leaves that somebody
took part; there is no row of the choice itself, so nothing can be joined to a person afterwards, by
key, time or order (adr/0048).
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from reports.models.reports import Report
from reports.models.residents import Resident
from reports.voice_enums import PollState, ResultVisibility, TopicState

_TOPIC_ENDED = (TopicState.ANSWERED, TopicState.CLOSED)


class Topic(models.Model):
    """A wish of several residents in the office's own words 话题.

    ``support_count`` is the number of its :class:`TopicSupport` rows, changed in the same transaction.
    Supports are taken from ``opens_at`` until ``closes_at`` while it is open. ``reply_unit`` is who
    answered as residents read it; staff are no names here.
    """

    TITLE_MAX, TEXT_MAX, UNIT_MAX = 40, 1000, 40

    title = models.CharField(_("标题"), max_length=TITLE_MAX)
    text = models.CharField(_("说明"), max_length=TEXT_MAX)
    state = models.CharField(
        _("状态"), max_length=8, choices=TopicState, default=TopicState.DRAFT, editable=False
    )
    opens_at = models.DateTimeField(_("发布时间"), null=True, editable=False)
    closes_at = models.DateTimeField(_("征集截止"))
    support_count = models.PositiveIntegerField(_("支持人数"), default=0, editable=False)
    reply = models.CharField(_("答复"), max_length=TEXT_MAX, blank=True)
    reply_unit = models.CharField(_("答复单位"), max_length=UNIT_MAX, blank=True)
    replied_at = models.DateTimeField(_("答复时间"), null=True, editable=False)
    ended_at = models.DateTimeField(_("结束时间"), null=True, editable=False)
    created_at = models.DateTimeField(_("建立时间"))
    updated_at = models.DateTimeField(_("修改时间"))
    reports = models.ManyToManyField(
        Report, through="TopicReport", related_name="topics", verbose_name=_("来自的意见")
    )

    class Meta:
        verbose_name = _("话题")
        verbose_name_plural = _("话题")
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=TopicState.values), name="topic_state_known"
            ),
            models.CheckConstraint(
                condition=Q(state=TopicState.DRAFT, opens_at__isnull=True)
                | (~Q(state=TopicState.DRAFT) & Q(opens_at__lt=F("closes_at"))),
                name="topic_published_has_period",
            ),
            models.CheckConstraint(
                condition=~Q(state=TopicState.ANSWERED)
                | (Q(replied_at__isnull=False) & ~Q(reply="") & ~Q(reply_unit="")),
                name="topic_answered_has_reply",
            ),
        ]
        indexes = [
            models.Index(fields=["-id"], name="topic_public", condition=~Q(state=TopicState.DRAFT)),
        ]

    def __str__(self) -> str:
        return self.title


class TopicReport(models.Model):
    """An opinion that a topic was made from; only staff see which."""

    topic = models.ForeignKey(
        Topic, models.CASCADE, related_name="report_links", verbose_name=_("话题")
    )
    report = models.ForeignKey(
        Report, models.CASCADE, related_name="topic_links", verbose_name=_("意见")
    )

    class Meta:
        ordering = ["id"]
        verbose_name = _("话题与意见")
        verbose_name_plural = _("话题与意见")
        constraints = [
            models.UniqueConstraint(fields=["topic", "report"], name="topic_report_once")
        ]

    def __str__(self) -> str:
        return f"{self.topic_id}/{self.report_id}"


class TopicSupport(models.Model):
    """Somebody supports a topic; shown by name to nobody, staff included.

    ``resident`` is emptied when the person is forgotten after the topic took its last support: the
    number that was made public stays true.
    """

    topic = models.ForeignKey(
        Topic, models.CASCADE, related_name="supports", verbose_name=_("话题")
    )
    resident = models.ForeignKey(
        Resident, models.SET_NULL, null=True, related_name="+", verbose_name=_("居民")
    )

    class Meta:
        verbose_name = _("支持")
        verbose_name_plural = _("支持")
        constraints = [
            models.UniqueConstraint(fields=["topic", "resident"], name="topic_support_once")
        ]

    def __str__(self) -> str:
        return str(self.topic_id)


class Poll(models.Model):
    """A question to the residents 投票, with a time to answer it.

    ``max_choices`` is 1 for a single choice. ``voters`` counts who took part, ``doubled`` how many of
    them turned out later to be somebody who had voted already: what they chose cannot be found any
    more. ``first_closes_at`` is the closing before it was put off, which happens once and with a
    public ``extension_note``. ``result`` is what was counted at the end, frozen at ``frozen_at``.
    """

    QUESTION_MAX, TEXT_MAX, NOTE_MAX = 60, 1000, 200
    LEAST_OPTIONS, MOST_OPTIONS = 2, 12

    question = models.CharField(_("问题"), max_length=QUESTION_MAX)
    text = models.CharField(_("说明"), max_length=TEXT_MAX, blank=True)
    max_choices = models.PositiveSmallIntegerField(_("最多选几项"), default=1)
    opens_at = models.DateTimeField(_("开始时间"))
    closes_at = models.DateTimeField(_("截止时间"))
    result_visibility = models.CharField(
        _("结果公布"),
        max_length=16,
        choices=ResultVisibility,
        default=ResultVisibility.AFTER_CLOSING,
    )
    state = models.CharField(
        _("状态"), max_length=10, choices=PollState, default=PollState.DRAFT, editable=False
    )
    voters = models.PositiveIntegerField(_("投票人数"), default=0, editable=False)
    doubled = models.PositiveIntegerField(_("重复投票"), default=0, editable=False)
    first_closes_at = models.DateTimeField(_("原截止时间"), null=True, editable=False)
    extension_note = models.CharField(_("延期说明"), max_length=NOTE_MAX, blank=True)
    withdrawal_note = models.CharField(_("撤回说明"), max_length=NOTE_MAX, blank=True)
    published_at = models.DateTimeField(_("发布时间"), null=True, editable=False)
    result = models.JSONField(_("结果"), null=True, editable=False)
    frozen_at = models.DateTimeField(_("结果固定时间"), null=True, editable=False)
    created_at = models.DateTimeField(_("建立时间"))
    updated_at = models.DateTimeField(_("修改时间"))

    class Meta:
        verbose_name = _("投票")
        verbose_name_plural = _("投票")
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=PollState.values), name="poll_state_known"
            ),
            models.CheckConstraint(
                condition=Q(result_visibility__in=ResultVisibility.values),
                name="poll_visibility_known",
            ),
            models.CheckConstraint(
                condition=Q(opens_at__lt=F("closes_at")), name="poll_opens_before_closing"
            ),
            models.CheckConstraint(
                condition=Q(first_closes_at__isnull=True)
                | (Q(first_closes_at__lt=F("closes_at")) & ~Q(extension_note="")),
                name="poll_never_shortened",
            ),
            models.CheckConstraint(
                condition=Q(max_choices__gte=1, max_choices__lte=12), name="poll_choices_in_range"
            ),
            models.CheckConstraint(
                condition=Q(doubled__lte=F("voters")), name="poll_doubled_are_voters"
            ),
            models.CheckConstraint(
                condition=~Q(state=PollState.DRAFT) | Q(voters=0), name="poll_draft_has_no_votes"
            ),
            models.CheckConstraint(
                condition=Q(frozen_at__isnull=True)
                | (Q(frozen_at__gte=F("closes_at")) & Q(state=PollState.PUBLISHED)),
                name="poll_frozen_after_closing",
            ),
        ]
        indexes = [
            models.Index(
                fields=["-id"], name="poll_public", condition=Q(state=PollState.PUBLISHED)
            ),
            models.Index(
                fields=["closes_at"],
                name="poll_to_freeze",
                condition=Q(state=PollState.PUBLISHED, frozen_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return self.question


class PollOption(models.Model):
    """One answer of a poll and how many chose it."""

    TEXT_MAX = 60

    poll = models.ForeignKey(Poll, models.CASCADE, related_name="options", verbose_name=_("投票"))
    order = models.PositiveSmallIntegerField(_("次序"))
    text = models.CharField(_("选项"), max_length=TEXT_MAX)
    votes = models.PositiveIntegerField(_("票数"), default=0, editable=False)

    class Meta:
        ordering = ["order"]
        verbose_name = _("选项")
        verbose_name_plural = _("选项")
        constraints = [
            models.UniqueConstraint(fields=["poll", "order"], name="poll_option_order"),
            models.UniqueConstraint(fields=["poll", "text"], name="poll_option_text"),
        ]

    def __str__(self) -> str:
        return self.text


class PollParticipation(models.Model):
    """Somebody has voted; neither what nor when. ``client_id`` knows the same request again."""

    poll = models.ForeignKey(
        Poll, models.CASCADE, related_name="participations", verbose_name=_("投票")
    )
    resident = models.ForeignKey(Resident, models.CASCADE, related_name="+", verbose_name=_("居民"))
    client_id = models.UUIDField(_("客户端编号"), editable=False)

    class Meta:
        verbose_name = _("参与记录")
        verbose_name_plural = _("参与记录")
        constraints = [
            models.UniqueConstraint(fields=["poll", "resident"], name="poll_one_vote_each")
        ]

    def __str__(self) -> str:
        return str(self.poll_id)


class PollMark(models.Model):
    """A keyed digest of a proved account or number that has voted in this poll, linked to nobody.

    It outlives an erasure, so that erasing oneself and registering again is no second vote, and goes
    when the result is frozen. ``guest`` is set on the number of somebody known by that number only.
    """

    poll = models.ForeignKey(Poll, models.CASCADE, related_name="marks", verbose_name=_("投票"))
    digest = models.CharField(_("摘要"), max_length=64, editable=False)
    guest = models.BooleanField(_("仅凭手机号"), default=False, editable=False)

    class Meta:
        verbose_name = _("已投票摘要")
        verbose_name_plural = _("已投票摘要")
        constraints = [models.UniqueConstraint(fields=["poll", "digest"], name="poll_mark_once")]

    def __str__(self) -> str:
        return str(self.poll_id)
