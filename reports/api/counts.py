"""``GET /reports/counts``: how many reports of one's own stand where, for the filters of a list."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from reports.api.base import ResidentView, resident_of
from reports.api.schemas import errors
from reports.enums import PublicStatus
from reports.queries.mine import count_mine


class StatusCountShape(serializers.Serializer[Any]):
    """One status with the number of reports in it."""

    code = serializers.ChoiceField(PublicStatus.choices)
    label = serializers.CharField()  # type: ignore[assignment]
    count = serializers.IntegerField()


class CountsShape(serializers.Serializer[Any]):
    """Every status, in the order a case goes through them, and the sum."""

    total = serializers.IntegerField()
    statuses = StatusCountShape(many=True)


class CountsView(ResidentView):
    """Counts of one's own reports."""

    throttle_scope = "me"

    @extend_schema(
        operation_id="reports_counts",
        summary="我的上报各状态件数",
        tags=["上报"],
        responses={200: CountsShape, **errors(401, 429)},
    )
    def get(self, request: Request) -> Response:
        """Count one's own reports by status."""
        counts = count_mine(resident_of(request))
        statuses = [
            {"code": status.value, "label": status.word, "count": counts.get(status.value, 0)}
            for status in PublicStatus
        ]
        return Response({"total": sum(counts.values()), "statuses": statuses})
