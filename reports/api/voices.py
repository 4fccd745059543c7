"""``/topics`` and ``/polls``: read by everybody, supported and voted in by verified residents."""

from __future__ import annotations

from typing import Any, cast

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from reports.api import schemas, voice_schemas
from reports.api.authentication import BearerAuthentication
from reports.api.base import ApiView, ResidentView, resident_of, validated
from reports.api.inputs import row_key
from reports.api.reports import CURSOR, LIMIT
from reports.api.voice_answers import poll_answer, topic_answer
from reports.domain.poll_votes import cast_vote
from reports.domain.polls import unknown_poll
from reports.domain.topics import support_topic, unknown_topic, unsupport_topic
from reports.models import Poll, Resident
from reports.queries.voices import (
    public_polls,
    public_topics,
    readable_polls,
    supported_ids,
    voted_ids,
)
from xiangcun.lib.drf.fields import IdField, TextField
from xiangcun.lib.drf.pagination import KeysetPagination

_TAGS = ["民意"]


class ReadingView(ApiView):
    """For everybody; a good token only adds what is one's own, a stale one hinders nobody."""

    authentication_classes = [BearerAuthentication]
    permission_classes = [AllowAny]
    throttle_scope = "public"

    def perform_authentication(self, request: Request) -> None:
        """Read as nobody with a token that is not good any more."""
        try:
            super().perform_authentication(request)
        except AuthenticationFailed:
            request.user = None  # type: ignore[assignment]  # as UNAUTHENTICATED_USER
            request.auth = None


class VoteInput(serializers.Serializer[Any]):
    """``POST /polls/{id}/vote``: the same ``client_id`` again is the same vote."""

    client_id = IdField()
    options = serializers.ListField(child=TextField(max_length=20), max_length=12)


class TopicsView(ReadingView):
    """Topics."""

    @extend_schema(
        operation_id="topics_list",
        summary="话题",
        tags=_TAGS,
        parameters=[CURSOR, LIMIT],
        responses={200: voice_schemas.TopicPageShape, **schemas.errors(400, 429)},
    )
    def get(self, request: Request) -> Response:
        """List them, newest first."""
        now, pages = timezone.now(), KeysetPagination()
        page = pages.paginate_queryset(public_topics(), request, view=self) or []
        me = _reader(request)
        mine = supported_ids(me, page)
        return pages.get_paginated_response(
            [topic_answer(one, supported=_own(me, one.pk in mine), now=now) for one in page]
        )


class TopicView(ReadingView):
    """One topic."""

    @extend_schema(
        operation_id="topic_read",
        summary="一个话题",
        tags=_TAGS,
        responses={200: voice_schemas.TopicShape, **schemas.errors(404, 429)},
    )
    def get(self, request: Request, topic: str) -> Response:
        """Show it with its answer."""
        found = public_topics().filter(pk=row_key(topic)).first()
        if found is None:
            raise unknown_topic()
        me = _reader(request)
        supported = _own(me, bool(supported_ids(me, [found])))
        return Response(topic_answer(found, supported=supported, now=timezone.now()))


class SupportView(ResidentView):
    """One's support."""

    throttle_scope = "actions"

    @extend_schema(
        operation_id="topic_support",
        summary="支持一个话题（一人一次，重复请求不多计）",
        tags=_TAGS,
        request=None,
        responses={200: voice_schemas.TopicShape, **schemas.errors(401, 403, 404, 409, 429)},
    )
    def post(self, request: Request, topic: str) -> Response:
        """Support it."""
        now = timezone.now()
        found = support_topic(row_key(topic), resident_of(request), now=now)
        return Response(topic_answer(found, supported=True, now=now))

    @extend_schema(
        operation_id="topic_unsupport",
        summary="取消支持",
        tags=_TAGS,
        request=None,
        responses={200: voice_schemas.TopicShape, **schemas.errors(401, 403, 404, 409, 429)},
    )
    def delete(self, request: Request, topic: str) -> Response:
        """Take the support back."""
        now = timezone.now()
        found = unsupport_topic(row_key(topic), resident_of(request), now=now)
        return Response(topic_answer(found, supported=False, now=now))


class PollsView(ReadingView):
    """Polls."""

    @extend_schema(
        operation_id="polls_list",
        summary="投票",
        tags=_TAGS,
        parameters=[CURSOR, LIMIT],
        responses={200: voice_schemas.PollPageShape, **schemas.errors(400, 429)},
    )
    def get(self, request: Request) -> Response:
        """List the published ones, newest first."""
        now, pages = timezone.now(), KeysetPagination()
        page = pages.paginate_queryset(public_polls(), request, view=self) or []
        me = _reader(request)
        mine = voted_ids(me, page)
        return pages.get_paginated_response(
            [poll_answer(one, voted=_own(me, one.pk in mine), now=now) for one in page]
        )


class PollView(ReadingView):
    """One poll."""

    @extend_schema(
        operation_id="poll_read",
        summary="一个投票",
        tags=_TAGS,
        responses={200: voice_schemas.PollShape, **schemas.errors(404, 429)},
    )
    def get(self, request: Request, poll: str) -> Response:
        """Show it with as much of the result as the caller may see."""
        found = _poll(row_key(poll))
        me = _reader(request)
        voted = _own(me, bool(voted_ids(me, [found])))
        return Response(poll_answer(found, voted=voted, now=timezone.now()))


class VoteView(ResidentView):
    """One's vote."""

    throttle_scope = "actions"

    @extend_schema(
        operation_id="poll_vote",
        summary="投票（不记名、不能修改；同一 client_id 重发返回同样结果）",
        tags=_TAGS,
        request=VoteInput,
        responses={
            200: voice_schemas.PollShape,
            **schemas.errors(400, 401, 403, 404, 409, 413, 415, 429),
        },
    )
    def post(self, request: Request, poll: str) -> Response:
        """Count it once."""
        now = timezone.now()
        body = validated(VoteInput, request.data)
        chosen = [row_key(option) for option in body["options"]]
        key, person = row_key(poll), resident_of(request)
        cast_vote(key, person, option_ids=chosen, client_id=body["client_id"], now=now)
        return Response(poll_answer(_poll(key), voted=True, now=now))


def _reader(request: Request) -> Resident | None:
    return cast("Resident | None", request.user)


def _own(me: Resident | None, fact: bool) -> bool | None:  # noqa: FBT001 - three values
    return fact if me is not None else None


def _poll(key: int) -> Poll:
    found = readable_polls().filter(pk=key).first()
    if found is None:
        raise unknown_poll()
    return found
