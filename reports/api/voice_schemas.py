"""Shapes of topics and polls."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from reports.api.schemas import Shape
from reports.voice_enums import PollPhase, ResultVisibility, TopicState


class TopicStateShape(Shape[Any]):
    """A state by code and label."""

    code = serializers.ChoiceField(TopicState.choices)
    label = serializers.CharField()  # type: ignore[assignment]


class TopicReplyShape(Shape[Any]):
    """The official answer: who and when."""

    text = serializers.CharField()
    unit = serializers.CharField()
    at = serializers.DateTimeField()


class TopicShape(Shape[Any]):
    """A topic; ``supported`` is one's own and null for who is not signed in."""

    id = serializers.CharField()
    title = serializers.CharField()
    text = serializers.CharField()
    state = TopicStateShape()
    opens_at = serializers.DateTimeField()
    closes_at = serializers.DateTimeField()
    takes_support = serializers.BooleanField(help_text="现在能不能支持或取消支持")
    support_count = serializers.IntegerField()
    supported = serializers.BooleanField(allow_null=True, help_text="本人是否支持；未登录为 null")
    reply = TopicReplyShape(allow_null=True)


class TopicPageShape(Shape[Any]):
    """A page of topics, newest first."""

    items = TopicShape(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class PollPhaseShape(Shape[Any]):
    """A phase by code and label."""

    code = serializers.ChoiceField(PollPhase.choices)
    label = serializers.CharField()  # type: ignore[assignment]


class VisibilityShape(Shape[Any]):
    """When results are shown."""

    code = serializers.ChoiceField(ResultVisibility.choices)
    label = serializers.CharField()  # type: ignore[assignment]


class PollOptionShape(Shape[Any]):
    """One option."""

    id = serializers.CharField()
    text = serializers.CharField()


class OptionResultShape(Shape[Any]):
    """Votes of an option; ``share`` is percent of the voters."""

    id = serializers.CharField()
    text = serializers.CharField()
    votes = serializers.IntegerField()
    share = serializers.FloatField(help_text="占投票人数的百分比，一位小数；多选时合计可超过 100")


class PollResultShape(Shape[Any]):
    """``options`` is null while fewer than five have voted in an open poll."""

    final = serializers.BooleanField()
    voters = serializers.IntegerField()
    doubled = serializers.IntegerField(
        help_text="事后发现属于同一人的重复投票；投票不记名，无法剔除"
    )
    options = OptionResultShape(many=True, allow_null=True)


class PollExtensionShape(Shape[Any]):
    """That the closing was put off, and why."""

    first_closes_at = serializers.DateTimeField()
    note = serializers.CharField()


class PollShape(Shape[Any]):
    """A poll; ``voted`` is one's own and null for who is not signed in."""

    id = serializers.CharField()
    question = serializers.CharField()
    text = serializers.CharField()
    phase = PollPhaseShape()
    options = PollOptionShape(many=True)
    max_choices = serializers.IntegerField()
    opens_at = serializers.DateTimeField()
    closes_at = serializers.DateTimeField()
    extension = PollExtensionShape(allow_null=True)
    withdrawal_note = serializers.CharField(allow_null=True)
    result_visibility = VisibilityShape()
    voted = serializers.BooleanField(allow_null=True, help_text="本人是否投过；未登录为 null")
    result = PollResultShape(allow_null=True)


class PollPageShape(Shape[Any]):
    """A page of polls, newest first."""

    items = PollShape(many=True)
    next_cursor = serializers.CharField(allow_null=True)
