"""``/me/phone``: a telephone number that is proved to be one's own."""

from __future__ import annotations

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from reports.api import schemas
from reports.api.answers import resident_answer
from reports.api.base import ResidentView, resident_of, validated
from reports.api.inputs import PhoneCodeInput, SmsInput, WechatPhoneInput
from reports.domain.phone_codes import (
    GAP,
    LIFE,
    confirm_code,
    send_code,
    take_wechat_number,
)

_TAGS = ["居民"]


class PhoneView(ResidentView):
    """The number, by WeChat's word or by a code."""

    throttle_scope = "me"

    @extend_schema(
        summary="使用微信手机号",
        tags=_TAGS,
        request=WechatPhoneInput,
        responses={200: schemas.ResidentShape, **schemas.errors(400, 401, 403, 429, 503)},
    )
    def post(self, request: Request) -> Response:
        """Exchange the code of ``getPhoneNumber``."""
        data = validated(WechatPhoneInput, request.data)
        resident = take_wechat_number(resident_of(request), data["code"], now=timezone.now())
        return Response(resident_answer(resident))

    @extend_schema(
        summary="用短信验证码核实电话",
        tags=_TAGS,
        request=PhoneCodeInput,
        responses={200: schemas.ResidentShape, **schemas.errors(400, 401, 429)},
    )
    def put(self, request: Request) -> Response:
        """Take the code that was sent."""
        data = validated(PhoneCodeInput, request.data)
        resident = confirm_code(
            resident_of(request), data["phone"], data["sms_code"], now=timezone.now()
        )
        return Response(resident_answer(resident))


class PhoneSmsView(ResidentView):
    """Send a code."""

    throttle_scope = "sms"

    @extend_schema(
        summary="发送短信验证码",
        tags=_TAGS,
        request=SmsInput,
        responses={202: schemas.CodeSentShape, **schemas.errors(400, 401, 429, 503)},
    )
    def post(self, request: Request) -> Response:
        """Send it and tell how long it lasts."""
        data = validated(SmsInput, request.data)
        send_code(resident_of(request), data["phone"], now=timezone.now())
        told = {
            "expires_in": int(LIFE.total_seconds()),
            "retry_after": int(GAP.total_seconds()),
        }
        return Response(told, status=202)
