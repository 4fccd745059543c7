"""``/patrols``: walks to sign up for, checking in and out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from reports.api import schemas
from reports.api import volunteer_schemas as shapes
from reports.api.base import ResidentView, resident_of, validated
from reports.api.inputs import row_key
from reports.api.reports import CURSOR, LIMIT
from reports.api.volunteer_answers import patrol_answer
from reports.api.volunteers import TAGS
from reports.domain.patrol_places import Position
from reports.domain.patrols import check_in, check_out, join_patrol, leave_patrol
from reports.domain.volunteers import require_volunteer, volunteer_of
from reports.models import Volunteer
from reports.queries.volunteers import patrol_for, patrols_for
from xiangcun.lib.drf.pagination import KeysetPagination
from xiangcun.lib.errors import NotFoundError
from xiangcun.lib.geo import CoordType

_STEP = {200: shapes.PatrolShape, **schemas.errors(400, 401, 403, 404, 409, 413, 415, 429)}


def position_of(data: Mapping[str, Any] | None) -> Position | None:
    """Turn the cleaned body into the domain's position."""
    if data is None:
        return None
    return Position(data["lat"], data["lng"], data["coord_type"], data["accuracy"])


def shown(volunteer: Volunteer | None, key: str, kind: str = "wgs84") -> Response:
    """Answer one patrol as this person sees it now."""
    row = patrol_for(volunteer.pk if volunteer else None, row_key(key))
    if row is None:
        raise NotFoundError("patrol_not_found", _("没有这次巡查"))
    return Response(patrol_answer(row, kind=CoordType(kind)))


class PatrolsView(ResidentView):
    """Patrols."""

    throttle_scope = "me"

    @extend_schema(
        operation_id="patrols_list",
        summary="巡查任务",
        tags=TAGS,
        parameters=[shapes.PatrolsQuery, CURSOR, LIMIT],
        responses={200: shapes.PatrolPageShape, **schemas.errors(400, 401, 429)},
    )
    def get(self, request: Request) -> Response:
        """List those to come or under way, or with ``mine=1`` one's own, the latest posted first."""
        volunteer, pages = volunteer_of(resident_of(request)), KeysetPagination()
        query = validated(shapes.PatrolsQuery, request.query_params)
        rows = patrols_for(
            volunteer.pk if volunteer else None, mine=query["mine"] == "1", now=timezone.now()
        )
        page = pages.paginate_queryset(rows, request, view=self) or []
        kind = CoordType(query["coord_type"])
        return pages.get_paginated_response([patrol_answer(row, kind=kind) for row in page])


class PatrolView(ResidentView):
    """One patrol."""

    throttle_scope = "me"

    @extend_schema(
        operation_id="patrols_read",
        summary="一次巡查",
        tags=TAGS,
        parameters=[shapes.PatrolsQuery],
        responses={200: shapes.PatrolShape, **schemas.errors(400, 401, 404, 429)},
    )
    def get(self, request: Request, key: str) -> Response:
        """Show it with one's own sign-up."""
        query = validated(shapes.PatrolsQuery, request.query_params)
        return shown(volunteer_of(resident_of(request)), key, query["coord_type"])


class PatrolJoinView(ResidentView):
    """Signing up."""

    throttle_scope = "actions"

    @extend_schema(
        operation_id="patrols_join", summary="报名巡查", tags=TAGS, request=None, responses=_STEP
    )
    def post(self, request: Request, key: str) -> Response:
        """Sign up; again is the same."""
        volunteer = require_volunteer(resident_of(request))
        join_patrol(volunteer, row_key(key), now=timezone.now())
        return shown(volunteer, key)


class PatrolLeaveView(ResidentView):
    """Giving the place free."""

    throttle_scope = "actions"

    @extend_schema(
        operation_id="patrols_leave", summary="退出报名", tags=TAGS, request=None, responses=_STEP
    )
    def post(self, request: Request, key: str) -> Response:
        """Leave before checking in."""
        volunteer = require_volunteer(resident_of(request))
        leave_patrol(volunteer, row_key(key))
        return shown(volunteer, key)


class PatrolCheckInView(ResidentView):
    """Checking in."""

    throttle_scope = "actions"

    @extend_schema(
        operation_id="patrols_check_in",
        summary="巡查签到",
        tags=TAGS,
        request=shapes.PositionInput,
        responses=_STEP,
        description="只用这一次位置；outside_area 的 details.distance_m 是离范围还有多少米。",
    )
    def post(self, request: Request, key: str) -> Response:
        """Check in at the place and in time."""
        volunteer = require_volunteer(resident_of(request))
        position = position_of(validated(shapes.PositionInput, request.data))
        assert position is not None
        check_in(volunteer, row_key(key), position, now=timezone.now())
        return shown(volunteer, key)


class PatrolCheckOutView(ResidentView):
    """Checking out."""

    throttle_scope = "actions"

    @extend_schema(
        operation_id="patrols_check_out",
        summary="巡查签退",
        tags=TAGS,
        request=shapes.CheckOutInput,
        responses=_STEP,
        description="签到以后用本人名义上报的问题自动算在这次巡查里；匿名上报不算。",
    )
    def post(self, request: Request, key: str) -> Response:
        """Check out with a few words."""
        volunteer = require_volunteer(resident_of(request))
        given = validated(shapes.CheckOutInput, request.data)
        position = position_of(given["position"])
        now = timezone.now()
        check_out(volunteer, row_key(key), note=given["note"], position=position, now=now)
        return shown(volunteer, key)
