"""``POST /reports/{number}/<action>``: supplement, withdraw, urge, rate, reopen, ask-lead."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer

from reports.api import schemas
from reports.api.answers import Presenter
from reports.api.base import ResidentView, resident_of, sender_of_request, validated
from reports.api.inputs import (
    AskLeadInput,
    RateInput,
    ReopenInput,
    SupplementInput,
    UrgeInput,
    WithdrawInput,
)
from reports.domain.actions import act
from reports.domain.numbers import normalize_number
from reports.enums import ResidentAction
from reports.queries.mine import find_mine, read_record


class ActionView(ResidentView):
    """Shared by the six; a subclass names its action and its input."""

    throttle_scope = "actions"
    max_body = 64 * 1024
    action: ResidentAction
    input: type[Serializer[Any]]

    def post(self, request: Request, number: str) -> Response:
        """Carry the action out and show the report as it is then; 409 when not possible now."""
        now = timezone.now()
        payload = validated(self.input, request.data)
        report = find_mine(resident_of(request), normalize_number(number))
        if "photos" in payload:
            payload["photos"] = [str(photo_id) for photo_id in payload["photos"]]
        client_id = payload.pop("client_id", None)
        sender = sender_of_request(request)
        act(report, self.action, payload=payload, now=now, sender=sender, client_id=client_id)
        return Response(Presenter(request, now=now).record(read_record(report)))


class SupplementView(ActionView):
    """Add words or photos; once per ``client_id``."""

    action = ResidentAction.SUPPLEMENT
    input = SupplementInput


class WithdrawView(ActionView):
    """Take the report back."""

    action = ResidentAction.WITHDRAW
    input = WithdrawInput


class UrgeView(ActionView):
    """Ask to hurry, once a day."""

    action = ResidentAction.URGE
    input = UrgeInput


class RateView(ActionView):
    """Judge the closing."""

    action = ResidentAction.RATE
    input = RateInput


class ReopenView(ActionView):
    """Say that it is not solved."""

    action = ResidentAction.REOPEN
    input = ReopenInput


class AskLeadView(ActionView):
    """Ask the lead to look at it, when it cannot be reopened any more."""

    action = ResidentAction.ASK_LEAD
    input = AskLeadInput


def _described(view: type[ActionView], summary: str) -> Callable[..., Any]:
    """Describe the inherited ``post`` of one action and make it a view."""
    describe = extend_schema_view(
        post=extend_schema(
            operation_id=f"reports_{view.action.value}",
            summary=summary,
            tags=["上报"],
            request=view.input,
            responses={
                200: schemas.ReportShape,
                **schemas.errors(400, 401, 403, 404, 409, 413, 415, 429),
            },
        )
    )
    made: Callable[..., Any] = describe(view).as_view()
    return made


ACTION_VIEWS: dict[ResidentAction, Callable[..., Any]] = {
    view.action: _described(view, summary)
    for view, summary in (
        (SupplementView, "补充说明或照片"),
        (WithdrawView, "撤回上报"),
        (UrgeView, "催办（每天一次）"),
        (RateView, "评价"),
        (ReopenView, "申请重新办理；不予受理的，申诉"),
        (AskLeadView, "请值班领导复核（两次重新打开之后）"),
    )
}
