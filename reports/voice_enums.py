"""Closed vocabularies of topics and polls. Stored values are full English words."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class TopicState(models.TextChoices):
    """Where a topic 话题 is; residents see it from 征集支持 on."""

    DRAFT = "draft", _("草稿")
    OPEN = "open", _("征集支持")
    ANSWERED = "answered", _("已答复")
    CLOSED = "closed", _("已结束")


class PollState(models.TextChoices):
    """Where a poll 投票 is; whether it is open now its times say."""

    DRAFT = "draft", _("草稿")
    PUBLISHED = "published", _("已发布")
    WITHDRAWN = "withdrawn", _("已撤回")


class PollPhase(models.TextChoices):
    """What a published poll is at a moment; stored nowhere."""

    COMING = "coming", _("还没开始")
    OPEN = "open", _("正在投票")
    CLOSED = "closed", _("已截止")
    WITHDRAWN = "withdrawn", _("已撤回")


class ResultVisibility(models.TextChoices):
    """When a resident sees how others voted."""

    AFTER_CLOSING = "after_closing", _("截止后公布")
    AFTER_VOTE = "after_vote", _("投票后可见")
