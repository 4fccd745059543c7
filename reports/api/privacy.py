"""``/privacy/notice`` and ``/me/…``: what is said about data, what one agrees to, who has looked."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from reports.api import privacy_schemas as shapes
from reports.api import schemas
from reports.api.base import PublicView, ResidentView, resident_of, validated
from reports.api.fields import WordField
from reports.api.privacy_answers import (
    access_line,
    consent_line,
    consents_answer,
    erasure_answer,
)
from reports.api.reports import CURSOR, LIMIT
from reports.domain.consents import answer_consents
from reports.enums import Channel, ConsentKind
from reports.models import OPEN_STATUSES, Report, Resident
from reports.queries.consents import (
    ASKED_KINDS,
    access_records,
    consent_history,
    consent_states,
)
from reports.queries.notices import current_notice
from xiangcun.lib.drf.fields import TextField, TruthField
from xiangcun.lib.drf.pagination import KeysetPagination

_TAGS = ["隐私"]
_CHANNELS = [(Channel.H5.value, Channel.H5.label), (Channel.MINIPROGRAM.value, "")]


class AnswersField(serializers.DictField):
    """``{kind: true|false}`` of the kinds that residents answer by themselves."""

    default_error_messages = {"unknown_consent": _("没有这一项同意"), "empty": _("请至少选择一项")}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(child=TruthField(), **kwargs)

    def to_internal_value(self, data: Any) -> dict[ConsentKind, bool]:
        """Return the answers by kind."""
        answers = super().to_internal_value(data)
        if not answers:
            self.fail("empty")
        if not set(answers) <= {kind.value for kind in ASKED_KINDS}:
            self.fail("unknown_consent")
        return {ConsentKind(kind): said for kind, said in answers.items()}


class ConsentsInput(serializers.Serializer[Any]):
    """``PUT /me/consents``: kinds left out stay as they are."""

    version = TextField(max_length=20)
    consents = AnswersField()
    channel = WordField(choices=_CHANNELS, required=False, default="")


class NoticeView(PublicView):
    """The privacy notice."""

    throttle_scope = "public"

    @extend_schema(
        operation_id="privacy_notice",
        summary="隐私说明（现行版本）",
        tags=_TAGS,
        responses={200: shapes.NoticeShape, 304: None, **schemas.errors(429)},
    )
    def get(self, request: Request) -> Response:
        """Return the words in force, or 304 to a client that has them."""
        notice = current_notice()
        etag = f'"{notice.text_hash}"'
        headers = {"ETag": etag, "Cache-Control": "public, max-age=300"}
        known = request.headers.get("If-None-Match", "")
        if etag in {tag.strip().removeprefix("W/") for tag in known.split(",")}:
            return Response(status=304, headers=headers)
        return Response(notice.body, headers=headers)


class ConsentsView(ResidentView):
    """What one agrees to."""

    throttle_scope = "me"

    @extend_schema(
        operation_id="consents_read",
        summary="我的各项同意",
        tags=_TAGS,
        responses={200: shapes.ConsentsShape, **schemas.errors(401, 429)},
    )
    def get(self, request: Request) -> Response:
        """Show where each consent stands."""
        return _consents(resident_of(request))

    @extend_schema(
        operation_id="consents_answer",
        summary="同意或不同意（逐项，撤回立即生效）",
        tags=_TAGS,
        request=ConsentsInput,
        responses={200: shapes.ConsentsShape, **schemas.errors(400, 401, 409, 413, 415, 429)},
    )
    def put(self, request: Request) -> Response:
        """Write the answers down; 409 when the words have changed since they were read."""
        given = validated(ConsentsInput, request.data)
        resident = answer_consents(
            resident_of(request),
            given["consents"],
            version=given["version"],
            now=timezone.now(),
            channel=given["channel"],
        )
        return _consents(resident)


class ConsentHistoryView(ResidentView):
    """Every answer ever given."""

    throttle_scope = "me"

    @extend_schema(
        operation_id="consents_history",
        summary="我的同意记录",
        tags=_TAGS,
        parameters=[CURSOR, LIMIT],
        responses={200: shapes.ConsentPageShape, **schemas.errors(400, 401, 429)},
    )
    def get(self, request: Request) -> Response:
        """List the log, newest first."""
        pages = KeysetPagination()
        rows = consent_history(resident_of(request))
        page = pages.paginate_queryset(rows, request, view=self) or []
        return pages.get_paginated_response([consent_line(row) for row in page])


class AccessLogView(ResidentView):
    """Who looked at one's number."""

    throttle_scope = "me"

    @extend_schema(
        operation_id="access_log",
        summary="谁看过我的联系方式",
        tags=_TAGS,
        parameters=[CURSOR, LIMIT],
        responses={200: shapes.AccessPageShape, **schemas.errors(400, 401, 429)},
    )
    def get(self, request: Request) -> Response:
        """List the looks, newest first."""
        pages = KeysetPagination()
        rows = access_records(resident_of(request))
        page = pages.paginate_queryset(rows, request, view=self) or []
        return pages.get_paginated_response([access_line(row) for row in page])


class ErasureView(ResidentView):
    """What an erasure would do."""

    throttle_scope = "me"

    @extend_schema(
        operation_id="erasure_explained",
        summary="注销的后果（注销前先给居民看）",
        tags=_TAGS,
        responses={200: shapes.ErasureShape, **schemas.errors(401, 429)},
    )
    def get(self, request: Request) -> Response:
        """Say it plainly; nothing happens yet."""
        resident = resident_of(request)
        still_open = Report.objects.filter(resident=resident, public_status__in=OPEN_STATUSES)
        return Response(erasure_answer(still_open.count()))


def _consents(resident: Resident) -> Response:
    notice = current_notice()
    return Response(consents_answer(consent_states(resident, notice), notice))
