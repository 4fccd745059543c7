"""``/volunteer``, ``/points``, ``/rewards``, ``/redemptions``: being a volunteer and what it brings."""

from __future__ import annotations

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from reports.api import schemas
from reports.api import volunteer_schemas as shapes
from reports.api.base import PublicView, ResidentView, resident_of, validated
from reports.api.inputs import row_key
from reports.api.reports import CURSOR, LIMIT
from reports.api.volunteer_answers import (
    entry_answer,
    membership_answer,
    redemption_answer,
    reward_answer,
    rules_answer,
)
from reports.domain.points import day_of
from reports.domain.rewards import cancel_redemption, redeem
from reports.domain.volunteers import (
    Joining,
    join_volunteers,
    leave_volunteers,
    require_volunteer,
    volunteer_of,
)
from reports.queries.volunteers import ledger_of, redemptions_of, rewards_on_offer, taken_of
from xiangcun.lib.drf.pagination import KeysetPagination

TAGS = ["志愿者"]


class RulesView(PublicView):
    """What earns how much, for everybody to read before joining."""

    throttle_scope = "public"

    @extend_schema(
        operation_id="volunteer_rules",
        summary="积分规则",
        tags=TAGS,
        responses={200: shapes.PointRulesShape, **schemas.errors(429)},
    )
    def get(self, _request: Request) -> Response:
        """Show the rules."""
        return Response(rules_answer())


class VolunteerView(ResidentView):
    """Oneself as a volunteer."""

    throttle_scope = "actions"

    @extend_schema(
        operation_id="volunteer_read",
        summary="我的志愿者身份、积分和等级",
        tags=TAGS,
        responses={200: shapes.MembershipShape, **schemas.errors(401, 429)},
    )
    def get(self, request: Request) -> Response:
        """Show oneself, or why one cannot join."""
        resident = resident_of(request)
        answer = membership_answer(resident, volunteer_of(resident), now=timezone.now())
        return Response(answer)

    @extend_schema(
        operation_id="volunteer_join",
        summary="加入平安志愿者",
        tags=TAGS,
        request=shapes.JoinInput,
        responses={
            200: shapes.MembershipShape,
            **schemas.errors(400, 401, 403, 409, 413, 415, 429),
        },
        description="须本人已核实（微信登录或验证过手机号）；未满 14 周岁要监护人同意。重复提交结果不变。",
    )
    def post(self, request: Request) -> Response:
        """Join; again is the same."""
        resident, now = resident_of(request), timezone.now()
        joining = Joining(**validated(shapes.JoinInput, request.data))
        volunteer = join_volunteers(resident, joining, now=now)
        return Response(membership_answer(resident, volunteer, now=now))

    @extend_schema(
        operation_id="volunteer_leave",
        summary="退出志愿者（积分清零，待领物品取消）",
        tags=TAGS,
        responses={204: None, **schemas.errors(401, 429)},
    )
    def delete(self, request: Request) -> Response:
        """Leave; again is the same."""
        leave_volunteers(resident_of(request), now=timezone.now())
        return Response(status=204)


class PointsView(ResidentView):
    """One's own ledger."""

    throttle_scope = "me"

    @extend_schema(
        operation_id="points_list",
        summary="我的积分明细",
        tags=TAGS,
        parameters=[CURSOR, LIMIT],
        responses={200: shapes.PointsPageShape, **schemas.errors(400, 401, 403, 429)},
    )
    def get(self, request: Request) -> Response:
        """List the lines, newest first."""
        volunteer, pages = require_volunteer(resident_of(request)), KeysetPagination()
        page = pages.paginate_queryset(ledger_of(volunteer.pk), request, view=self) or []
        return pages.get_paginated_response([entry_answer(row) for row in page])


class RewardsView(ResidentView):
    """What points may be redeemed for."""

    throttle_scope = "me"

    @extend_schema(
        operation_id="rewards_list",
        summary="可兑换的物品",
        tags=TAGS,
        parameters=[CURSOR, LIMIT],
        responses={200: shapes.RewardPageShape, **schemas.errors(400, 401, 429)},
    )
    def get(self, request: Request) -> Response:
        """List what is on offer."""
        volunteer, pages = volunteer_of(resident_of(request)), KeysetPagination()
        rows = rewards_on_offer(today=day_of(timezone.now()))
        page = pages.paginate_queryset(rows, request, view=self) or []
        taken = taken_of(volunteer.pk) if volunteer else {}
        return pages.get_paginated_response(
            [reward_answer(row, taken=taken.get(row.pk, 0)) for row in page]
        )


class RedemptionsView(ResidentView):
    """One's own redemptions."""

    throttle_scope = "actions"

    @extend_schema(
        operation_id="redemptions_list",
        summary="我的兑换",
        tags=TAGS,
        parameters=[CURSOR, LIMIT],
        responses={200: shapes.RedemptionPageShape, **schemas.errors(400, 401, 403, 429)},
    )
    def get(self, request: Request) -> Response:
        """List them, newest first, those to be fetched with their code."""
        volunteer, pages = require_volunteer(resident_of(request)), KeysetPagination()
        page = pages.paginate_queryset(redemptions_of(volunteer.pk), request, view=self) or []
        return pages.get_paginated_response([redemption_answer(row) for row in page])

    @extend_schema(
        operation_id="redemptions_create",
        summary="兑换一件物品",
        tags=TAGS,
        request=shapes.RedemptionInput,
        responses={
            200: shapes.RedemptionShape,
            **schemas.errors(400, 401, 403, 404, 409, 413, 415, 429),
        },
        description="同一个 client_id 再提交一次，返回第一次的结果，不会多扣积分。",
    )
    def post(self, request: Request) -> Response:
        """Redeem; the same ``client_id`` again is the same redemption."""
        volunteer = require_volunteer(resident_of(request))
        given = validated(shapes.RedemptionInput, request.data)
        row = redeem(
            volunteer, row_key(given["reward"]), client_id=given["client_id"], now=timezone.now()
        )
        return Response(redemption_answer(row))


class RedemptionView(ResidentView):
    """One redemption."""

    throttle_scope = "actions"

    @extend_schema(
        operation_id="redemptions_cancel",
        summary="取消还没领取的兑换，积分退回",
        tags=TAGS,
        responses={
            200: shapes.RedemptionShape,
            **schemas.errors(401, 403, 404, 409, 429),
        },
    )
    def delete(self, request: Request, key: str) -> Response:
        """Give it back before it was handed over."""
        volunteer = require_volunteer(resident_of(request))
        row = cancel_redemption(volunteer, row_key(key), now=timezone.now())
        return Response(redemption_answer(row))
