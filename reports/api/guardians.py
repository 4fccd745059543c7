"""``/me/guardian`` of a child and ``/guardian/{code}`` of the grown-up who speaks for it."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from reports.api import privacy_schemas as shapes
from reports.api import schemas
from reports.api.base import ResidentView, resident_of, validated
from reports.api.fields import WordField
from reports.api.inputs import PhoneCodeInput, SmsInput
from reports.api.privacy_answers import asked_of_guardian, guardian_answer
from reports.domain.guardian_codes import confirm_guardian_code, send_guardian_code
from reports.domain.guardians import ask_guardian, confirm_by_account, refuse_by_account
from reports.domain.phone_codes import GAP, LIFE
from reports.enums import GuardianRelation, GuardianState
from reports.queries.guardians import find_request, request_of
from reports.queries.notices import current_notice
from xiangcun.lib.drf.fields import TruthField

_TAGS = ["隐私"]


class DecisionInput(serializers.Serializer[Any]):
    """``POST /guardian/{code}``."""

    agree = TruthField()
    relation = WordField(choices=GuardianRelation.choices, default=GuardianRelation.PARENT.value)


class GuardianCodeInput(PhoneCodeInput):
    """``PUT /me/guardian``."""

    relation = WordField(choices=GuardianRelation.choices, default=GuardianRelation.PARENT.value)


class MyGuardianView(ResidentView):
    """The child's side."""

    throttle_scope = "me"

    @extend_schema(
        operation_id="guardian_read",
        summary="监护人确认到哪一步了",
        tags=_TAGS,
        responses={200: shapes.GuardianShape, **schemas.errors(401, 429)},
    )
    def get(self, request: Request) -> Response:
        """Show the code while it is valid."""
        resident = resident_of(request)
        return Response(guardian_answer(resident, request_of(resident, now=timezone.now())))

    @extend_schema(
        operation_id="guardian_ask",
        summary="取得监护人确认编号",
        tags=_TAGS,
        request=None,
        responses={201: shapes.GuardianShape, **schemas.errors(401, 409, 429)},
    )
    def post(self, request: Request) -> Response:
        """Make a code, or show the one that is still valid."""
        resident = resident_of(request)
        asked = ask_guardian(resident, now=timezone.now())
        return Response(guardian_answer(resident, asked), status=201)

    @extend_schema(
        operation_id="guardian_confirm_by_sms",
        summary="填写监护人收到的验证码",
        tags=_TAGS,
        request=GuardianCodeInput,
        responses={200: shapes.GuardianShape, **schemas.errors(400, 401, 409, 413, 415, 429)},
    )
    def put(self, request: Request) -> Response:
        """Take the code that the guardian told."""
        child, given = resident_of(request), validated(GuardianCodeInput, request.data)
        asked = confirm_guardian_code(
            child,
            given["phone"],
            given["sms_code"],
            relation=GuardianRelation(given["relation"]),
            now=timezone.now(),
        )
        child.refresh_from_db()
        return Response(guardian_answer(child, asked))


class GuardianSmsView(ResidentView):
    """A code to the guardian's telephone."""

    throttle_scope = "sms"

    @extend_schema(
        operation_id="guardian_send_sms",
        summary="给监护人的手机发验证码（不保存这个号码）",
        tags=_TAGS,
        request=SmsInput,
        responses={
            202: schemas.CodeSentShape,
            **schemas.errors(400, 401, 409, 413, 415, 429, 503),
        },
    )
    def post(self, request: Request) -> Response:
        """Send it and tell how long it lasts."""
        phone = validated(SmsInput, request.data)["phone"]
        send_guardian_code(resident_of(request), phone, now=timezone.now())
        told = {"expires_in": int(LIFE.total_seconds()), "retry_after": int(GAP.total_seconds())}
        return Response(told, status=202)


class GuardianView(ResidentView):
    """The guardian's side, signed in under an account of their own."""

    throttle_scope = "actions"

    @extend_schema(
        operation_id="guardian_asked",
        summary="监护人看要同意什么（不显示孩子是谁）",
        tags=_TAGS,
        responses={200: shapes.GuardianAskedShape, **schemas.errors(401, 404, 429)},
    )
    def get(self, request: Request, code: str) -> Response:
        """Show what is asked."""
        asked = find_request(code, now=timezone.now())
        return Response(asked_of_guardian(asked, current_notice()))

    @extend_schema(
        operation_id="guardian_decide",
        summary="监护人同意、不同意或撤回（撤回即注销孩子的账号）",
        tags=_TAGS,
        request=DecisionInput,
        responses={
            200: shapes.GuardianDecidedShape,
            **schemas.errors(400, 401, 404, 409, 413, 415, 429),
        },
    )
    def post(self, request: Request, code: str) -> Response:
        """Write the decision down."""
        guardian, now = resident_of(request), timezone.now()
        given = validated(DecisionInput, request.data)
        if given["agree"]:
            relation = GuardianRelation(given["relation"])
            confirm_by_account(code, guardian=guardian, relation=relation, now=now)
            return Response({"state": GuardianState.CONFIRMED})
        refuse_by_account(code, guardian=guardian, now=now)
        return Response({"state": GuardianState.REFUSED})
