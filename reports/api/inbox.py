"""``/inbox``, ``/me/notices``, ``/subscriptions``: what a resident is told, and by which ways."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from reports.api import schemas
from reports.api.answers import choice, moment
from reports.api.base import ResidentView, resident_of, validated
from reports.api.reports import CURSOR, LIMIT
from reports.domain.message_ways import change_notices, notice_settings, reachable_by_wechat
from reports.domain.message_words import WORDS
from reports.domain.messages import MOST_IDS, mark_read
from reports.domain.numbers import normalize_number
from reports.domain.subscriptions import MOMENTS, offers_for, record_choice, template_ids
from reports.enums import MessageTemplate, PublicStatus, ResidentAction
from reports.models import Resident, ResidentMessage
from reports.queries.messages import Unread, inbox, unread_of
from xiangcun.lib.drf.fields import TextField, TruthField
from xiangcun.lib.drf.pagination import KeysetPagination
from xiangcun.lib.errors import InvalidInputError

_TAGS = ["消息"]
MAX_KEY = 2**63 - 1


class MessageReportShape(schemas.Shape[Any]):
    """The report that a message is about, as it stands now."""

    number = serializers.CharField()
    status = schemas.PublicStatusShape()


class MessageTemplateShape(schemas.Shape[Any]):
    """A kind of message by code and label."""

    code = serializers.ChoiceField(MessageTemplate.choices)
    label = serializers.CharField()  # type: ignore[assignment]


class MessageShape(schemas.Shape[Any]):
    """One message; ``action`` is what it asks the resident to do."""

    id = serializers.CharField()
    at = serializers.DateTimeField()
    template = MessageTemplateShape()
    title = serializers.CharField()
    text = serializers.CharField(help_text="可直接显示的中文，不含他人内容")
    report = MessageReportShape(allow_null=True)
    read = serializers.BooleanField()
    read_at = serializers.DateTimeField(allow_null=True)
    action = serializers.ChoiceField(ResidentAction.choices, allow_null=True)


class MessagePageShape(schemas.Shape[Any]):
    """A page of messages, newest first."""

    items = MessageShape(many=True)
    next_cursor = serializers.CharField(allow_null=True)


class UnreadShape(schemas.Shape[Any]):
    """How many are unread; ``more`` beyond 99."""

    count = serializers.IntegerField()
    more = serializers.BooleanField()


class WechatNoticeShape(schemas.Shape[Any]):
    """The switch of WeChat messages; ``left`` is how many may still be sent."""

    on = serializers.BooleanField()
    available = serializers.BooleanField()
    left = serializers.IntegerField()


class SmsNoticeShape(schemas.Shape[Any]):
    """The switch of text messages; ``reason`` says why there are none."""

    on = serializers.BooleanField()
    available = serializers.BooleanField()
    phone = serializers.CharField(allow_blank=True)
    reason = serializers.CharField(allow_blank=True)


class NoticesShape(schemas.Shape[Any]):
    """Both switches."""

    wechat = WechatNoticeShape()
    sms = SmsNoticeShape()


class SubscriptionTemplateShape(schemas.Shape[Any]):
    """A template to subscribe to."""

    id = serializers.CharField()
    key = serializers.CharField()
    title = serializers.CharField()
    left = serializers.IntegerField()


class SubscriptionsShape(schemas.Shape[Any]):
    """The templates, and which of them to ask for at which tap."""

    templates = SubscriptionTemplateShape(many=True)
    moments = serializers.DictField(
        child=serializers.ListField(child=serializers.CharField()),
        help_text="submit、supplement、rate、reopen → 一次 wx.requestSubscribeMessage 的模板编号（至多 3 个）",
    )


class ReadInput(serializers.Serializer[Any]):
    """``POST /inbox/read``: exactly one of the three."""

    ids = serializers.ListField(
        child=TextField(max_length=20), required=False, max_length=MOST_IDS, allow_empty=True
    )
    all_before = TextField(max_length=20, required=False)
    report = TextField(max_length=20, required=False)


class NoticesInput(serializers.Serializer[Any]):
    """``PUT /me/notices``: a switch left out stays as it is."""

    wechat = TruthField(required=False)
    sms = TruthField(required=False)


class SubscriptionsInput(serializers.Serializer[Any]):
    """``POST /subscriptions``: what WeChat's window answered."""

    accepted = serializers.ListField(child=TextField(max_length=64), default=list, max_length=10)
    rejected = serializers.ListField(child=TextField(max_length=64), default=list, max_length=10)
    banned = serializers.ListField(child=TextField(max_length=64), default=list, max_length=10)


class InboxView(ResidentView):
    """One's messages."""

    throttle_scope = "me"

    @extend_schema(
        operation_id="inbox_list",
        summary="我的消息",
        tags=_TAGS,
        parameters=[OpenApiParameter("unread", str, description="1 = 只看未读"), CURSOR, LIMIT],
        responses={200: MessagePageShape, **schemas.errors(400, 401, 429)},
    )
    def get(self, request: Request) -> Response:
        """List one's messages, newest first."""
        unread = request.query_params.get("unread") == "1"
        pages = KeysetPagination()
        rows = inbox(resident_of(request).pk, unread=unread)
        page = pages.paginate_queryset(rows, request, view=self) or []
        return pages.get_paginated_response([_message(row) for row in page])


class UnreadView(ResidentView):
    """The figure on the bell."""

    throttle_scope = "me"

    @extend_schema(
        operation_id="inbox_unread",
        summary="未读消息数",
        tags=_TAGS,
        responses={200: UnreadShape, **schemas.errors(401, 429)},
    )
    def get(self, request: Request) -> Response:
        """Count what is unread."""
        return _unread(unread_of(resident_of(request).pk))


class ReadView(ResidentView):
    """Marking read."""

    throttle_scope = "actions"

    @extend_schema(
        operation_id="inbox_read",
        summary="标为已读",
        tags=_TAGS,
        request=ReadInput,
        responses={200: UnreadShape, **schemas.errors(400, 401, 413, 415, 429)},
        description="ids、all_before（这一条及更早的全部）、report（某件上报的全部）三者给一个；不认识的编号忽略。",
    )
    def post(self, request: Request) -> Response:
        """Mark these messages read and count what is left."""
        resident, wanted = resident_of(request), _wanted(validated(ReadInput, request.data))
        mark_read(resident, now=timezone.now(), **wanted)
        return _unread(unread_of(resident.pk))


class NoticesView(ResidentView):
    """Whether messages also come by WeChat and by text message."""

    throttle_scope = "me"

    @extend_schema(
        operation_id="notices_read",
        summary="提醒方式",
        tags=_TAGS,
        responses={200: NoticesShape, **schemas.errors(401, 429)},
    )
    def get(self, request: Request) -> Response:
        """Show both switches."""
        return Response(_notices(resident_of(request)))

    @extend_schema(
        operation_id="notices_change",
        summary="修改提醒方式",
        tags=_TAGS,
        request=NoticesInput,
        responses={200: NoticesShape, **schemas.errors(400, 401, 409, 413, 415, 429)},
    )
    def put(self, request: Request) -> Response:
        """Switch; 409 for what cannot be sent."""
        resident, given = resident_of(request), validated(NoticesInput, request.data)
        change_notices(
            resident, wechat=given.get("wechat"), sms_on=given.get("sms"), now=timezone.now()
        )
        return Response(_notices(resident))


class TemplatesView(ResidentView):
    """Which messages to subscribe to."""

    throttle_scope = "me"

    @extend_schema(
        operation_id="subscriptions_templates",
        summary="可订阅的微信消息模板",
        tags=_TAGS,
        responses={200: SubscriptionsShape, **schemas.errors(401, 429)},
    )
    def get(self, request: Request) -> Response:
        """List the templates and the moments to ask for them."""
        return Response(_subscriptions(resident_of(request)))


class SubscriptionsView(ResidentView):
    """What a resident chose in WeChat's window."""

    throttle_scope = "actions"

    @extend_schema(
        operation_id="subscriptions_record",
        summary="登记订阅结果",
        tags=_TAGS,
        request=SubscriptionsInput,
        responses={200: SubscriptionsShape, **schemas.errors(400, 401, 413, 415, 429)},
    )
    def post(self, request: Request) -> Response:
        """Write the consents down."""
        resident = resident_of(request)
        record_choice(resident, **validated(SubscriptionsInput, request.data), now=timezone.now())
        return Response(_subscriptions(resident))


def _message(row: ResidentMessage) -> dict[str, Any]:
    report, template = row.report, MessageTemplate(row.template)
    status = choice(PublicStatus, report.public_status) if report else None
    asks = WORDS[template].asks
    return {
        "id": str(row.pk),
        "at": moment(row.created_at),
        "template": choice(MessageTemplate, row.template),
        "title": str(template.label),
        "text": row.text,
        "report": {"number": report.number, "status": status} if report else None,
        "read": row.read_at is not None,
        "read_at": moment(row.read_at),
        "action": asks.value if asks else None,
    }


def _unread(unread: Unread) -> Response:
    body = {"count": unread.count, "more": unread.more}
    return Response(body, headers={"Cache-Control": "no-store"})


def _wanted(given: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments of ``mark_read``; ids that cannot be ours are left out."""
    if len(given) != 1:
        raise InvalidInputError("invalid_input", _("ids、all_before、report 请给其中一个"))
    if "ids" in given:
        return {"ids": [key for key in map(_key, given["ids"]) if key is not None]}
    if "all_before" in given:
        key = _key(given["all_before"])
        if key is None:
            raise InvalidInputError.of_field("all_before", "invalid_id", _("消息编号不正确"))
        return {"up_to": key}
    return {"report_number": normalize_number(given["report"])}


def _key(text: str) -> int | None:
    if not text.isascii() or not text.isdigit() or int(text) > MAX_KEY:
        return None
    return int(text)


def _notices(resident: Resident) -> dict[str, Any]:
    shown = notice_settings(resident)
    return {
        "wechat": {
            "on": shown.wechat,
            "available": shown.wechat_available,
            "left": shown.wechat_left,
        },
        "sms": {
            "on": shown.sms,
            "available": not shown.sms_hindrance,
            "phone": shown.phone,
            "reason": shown.sms_hindrance,
        },
    }


def _subscriptions(resident: Resident) -> dict[str, Any]:
    if not reachable_by_wechat(resident):
        return {"templates": [], "moments": {}}
    ids = template_ids()
    return {
        "templates": [
            {"id": row.id, "key": row.key.value, "title": row.title, "left": row.left}
            for row in offers_for(resident.pk)
        ],
        "moments": {
            name: [ids[key] for key in keys if key in ids] for name, keys in MOMENTS.items()
        }
        if ids
        else {},
    }
